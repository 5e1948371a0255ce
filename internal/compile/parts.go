package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// partBytes is the size from which on a result is computed in parts: it would not stay in a cache until
// all of its parts are read.
const partBytes = 1 << 20

// parts computes a large product in parts where only its parts are read, as by the steps of a
// recurrence. A part is still in a cache when it is read, and no memory holds all of them:
//
//	v3 = matmul x w                   v6 = slice x {start=[0,0,0]}
//	v4 = slice v3 {start=[0,0,0]}     v4 = matmul v6 w
//	v5 = slice v3 {start=[1,0,0]}  => v7 = slice x {start=[1,0,0]}
//	                                  v5 = matmul v7 w
//
// Elementwise operators between the product and its parts, such as the addition of a bias, are cut
// with it. The bits stay: see ir.Def.Apart.
func parts(f *ir.Func, _ []Target) bool {
	n, read := uses(f), map[*ir.Value][]*ir.Value{}
	for _, v := range f.Values {
		if isView(v) && computes(v.In[0]) {
			read[v.In[0]] = append(read[v.In[0]], v)
		}
	}
	c := newChange(f)
	for _, v := range slices.Clone(f.Values) {
		if r := read[v]; len(r) > 1 && len(r) == *n.At(v) && bytesOf(v) >= partBytes && partsPay(v, len(r), n) {
			c.cut(v, r, n)
		}
	}
	return c.end()
}

// partsPay reports whether v may be cut into so many parts: a product that allows it, or an elementwise
// operator that reads one.
func partsPay(v *ir.Value, parts int, n ir.Table[int]) bool {
	if v.Def.Apart != nil {
		return v.Def.Apart(v, parts)
	}
	if v.Def.Class != ir.Elementwise {
		return false
	}
	for _, x := range v.In {
		if computes(x) && *n.At(x) == 1 && partsPay(x, parts, n) {
			return true
		}
	}
	return false
}

// cut lets each of the views read, which are all that read v, show a part of its own, if they are equal
// parts of rows.
func (c *change) cut(v *ir.Value, read []*ir.Value, n ir.Table[int]) {
	rows := v.Type.Shape[0]
	each := rows / len(read)
	if each*len(read) != rows {
		return
	}
	at := make([]int, len(read))
	for i, r := range read {
		l, ok := r.Def.View(r, ir.Dense(v.Type.Shape))
		row := v.Type.Shape.Size() / rows
		if !ok || !l.IsDense() || r.Type.Shape.Size() != each*row || l.Offset%(each*row) != 0 {
			return
		}
		at[i] = l.Offset / row
	}
	for i, r := range read {
		w, err := c.f.New(&op.Reshape.Def, ir.A("shape", []int(r.Type.Shape)), c.part(v, at[i], each, n))
		if err != nil {
			panic(err)
		}
		c.replace(r, w)
	}
}

// part returns rows of v, computed from the same rows of its operands.
func (c *change) part(v *ir.Value, at, rows int, n ir.Table[int]) *ir.Value {
	if v.Def == nil || v.Def.Apart == nil && v.Def.Class != ir.Elementwise {
		return op.Rows(c.f, v, at, rows)
	}
	in := make([]*ir.Value, len(v.In))
	for i, x := range v.In {
		switch {
		case v.Def.ByRow != nil && !v.Def.ByRow(v)[i]:
			in[i] = x
		case *n.At(x) == 1:
			in[i] = c.part(x, at, rows, n)
		default:
			in[i] = op.Rows(c.f, x, at, rows)
		}
	}
	w, err := c.f.New(v.Def, v.Attrs, in...)
	if err != nil {
		panic(err)
	}
	w.Made, w.PC, w.Name = v.Made, v.PC, v.Name
	return w
}

package compile

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// runs replaces a concatenation whose operands stand side by side in another
// one, at least as long, by a part of that:
//
//	v4 = concat v1 v2 v3 {axis=0}      v4 = concat v1 v2 v3 {axis=0}
//	v5 = concat v2 v3 {axis=0}    =>   v5 = slice v4 {start=[1] count=[2]}
//
// Operands are the same if they are the same elements in the same order, of
// whatever shape. It is for leading axes, where the part is one piece of memory,
// and not for a long one that needs the short one itself.
func runs(f *ir.Func) bool {
	type spot struct {
		in *ir.Value
		at int // which operand
	}
	first := map[*ir.Value]spot{} // where the longest concatenation so far has an element
	var joins []*ir.Value
	for _, v := range f.Values {
		if v.Def != &op.Concat.Def || v.Type.Shape[:v.Attrs.Int("axis")].Size() != 1 {
			continue
		}
		joins = append(joins, v)
		for i, x := range v.In {
			e := elements(x)
			if s, ok := first[e]; !ok || len(s.in.In) < len(v.In) {
				first[e] = spot{v, i}
			}
		}
	}
	by := map[*ir.Value]*ir.Value{}
	for _, v := range joins {
		s := first[elements(v.In[0])]
		if s.in == v || len(s.in.In) < len(v.In) || s.at+len(v.In) > len(s.in.In) {
			continue
		}
		same := true
		for i, x := range v.In {
			same = same && elements(x) == elements(s.in.In[s.at+i])
		}
		if !same || needs(s.in, v, by) {
			continue
		}
		if w := partOf(f, s.in, s.at, len(v.In), v.Type); w != nil {
			by[v] = w
		}
	}
	return replace(f, by)
}

// needs says whether v is computed from w, once by has replaced values.
func needs(v, w *ir.Value, by map[*ir.Value]*ir.Value) bool {
	seen := map[*ir.Value]bool{v: true}
	stack := []*ir.Value{v}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if x == w {
			return true
		}
		in := x.In
		if r := by[x]; r != nil {
			in = []*ir.Value{r}
		}
		for _, y := range in {
			if !seen[y] {
				seen[y] = true
				stack = append(stack, y)
			}
		}
	}
	return false
}

// elements is the value whose elements v shows, all of them in their order.
func elements(v *ir.Value) *ir.Value {
	for v.Def != nil && v.Def.Class == ir.Move {
		_, l, ok := chain(v)
		if !ok || !l.IsDense() || v.In[0].Type.Shape.Size() != v.Type.Shape.Size() {
			return v
		}
		v = v.In[0]
	}
	return v
}

// partOf is n operands of the concatenation v from operand first on, as type t.
func partOf(f *ir.Func, v *ir.Value, first, n int, t ir.Type) *ir.Value {
	axis := v.Attrs.Int("axis")
	start, step, count := make([]int, len(v.Type.Shape)), make([]int, len(v.Type.Shape)), v.Type.Shape.Clone()
	for i := range step {
		step[i] = 1
	}
	count[axis] = 0
	for i, x := range v.In {
		switch {
		case i < first:
			start[axis] += x.Type.Shape[axis]
		case i < first+n:
			count[axis] += x.Type.Shape[axis]
		}
	}
	s, err := f.New(&op.Slice.Def, ir.A("start", start, "count", []int(count), "step", step), v)
	if err != nil || s.Type.Shape.Size() != t.Shape.Size() {
		return nil
	}
	w, err := f.New(&op.Reshape.Def, ir.A("shape", []int(t.Shape)), s)
	if err != nil {
		return nil
	}
	return w
}

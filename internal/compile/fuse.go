package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// Fused runs the value's Body as one loop over blocks. The body has elementwise operators
// and views of the operands.
var Fused = ir.Def{Name: "fused", Class: ir.Elementwise, Arity: -1,
	Infer: func([]ir.Type, ir.Attrs) (ir.Type, error) { return ir.Type{}, errNoInfer }}

type constError string

func (e constError) Error() string { return string(e) }

const errNoInfer = constError("the type of a fused value is that of its body's result")

// maxBody is the largest number of instructions in one loop: its blocks stay in the L1
// cache.
const maxBody = 48

// fuse puts elementwise operators and views into loops:
//
//	v3 = add v1 v2                 v5 = fused v1 v2 (a0, a1) {
//	v4 = tanh v3              =>       b2 = add a0 a1
//	                                   return tanh b2 }
//
// An elementwise value joins the loop of its users if they are all in one loop. Otherwise
// it is a loop of its own; or each of those loops computes it again, if its row says so.
//
// A view joins every loop that reads it. Other operators read a view that shows its
// operand in order as the operand's memory. Of any other view they read a copy, one for
// all of them.
//
// After this pass every elementwise value is a fused one, and every result of the
// function has memory of its own.
func fuse(f *ir.Func, _ []Target) bool {
	g := &fusing{f: f, of: ir.NewTable[member](f)}
	g.ownResults()
	for _, v := range f.Values {
		for _, x := range v.In {
			g.readBy(x, v)
		}
	}
	for _, v := range f.Out {
		g.of.At(base(v)).result = true
	}
	for i := len(f.Values) - 1; i >= 0; i-- {
		if isElementwise(f.Values[i]) {
			g.place(f.Values[i])
		}
	}
	g.emit()
	return g.changed
}

// isElementwise reports whether v is elementwise and no loop yet.
func isElementwise(v *ir.Value) bool {
	return v.Def != nil && v.Def.Class == ir.Elementwise && v.Body == nil
}

type fusing struct {
	f       *ir.Func
	of      ir.Table[member]
	changed bool
}

// member is what fuse knows of one value.
type member struct {
	users  []*ir.Value
	result bool        // it is the base of a result
	kept   *ir.Value   // of a view: its copy, if there is one
	root   *ir.Value   // of an elementwise value: the root of the loop that it is in
	size   int         // of a root: the instructions of its loop
	again  []*ir.Value // copies of the value, which other loops compute too

	loop *ir.Value // the last loop that reads or computes the value
	in   *ir.Value // what it is in the body of that
}

func (g *fusing) readBy(x, v *ir.Value) {
	m := g.of.At(x)
	m.users = append(m.users, v)
}

// make returns v with an ID. emit puts it among the values.
func (g *fusing) make(v *ir.Value) *ir.Value {
	g.changed = true
	g.f.Add(v)
	g.f.Values = g.f.Values[:len(g.f.Values)-1]
	return v
}

// ownResults gives every result of the function memory of its own: it copies leaves,
// values that are returned twice, and views that do not show all of a value in order.
func (g *fusing) ownResults() {
	taken := ir.NewTable[bool](g.f)
	for i, v := range g.f.Out {
		b := v
		if isAlias(v) && base(v).Type.Shape.Size() == v.Type.Shape.Size() {
			b = base(v)
		}
		if !computes(b) || *taken.At(b) {
			b = g.copyOf(v)
			g.f.Values = append(g.f.Values, b)
			g.f.Out[i], g.of.At(v).kept = b, b
		}
		*taken.At(b) = true
	}
}

// copyOf returns a loop that copies v, perhaps a view, to memory of its own. loopOf
// builds its body.
func (g *fusing) copyOf(v *ir.Value) *ir.Value {
	d := &Fused
	if v.Type.DType == ir.Int {
		d = &CopyInt
	}
	return g.make(&ir.Value{Def: d, In: []*ir.Value{v}, Type: v.Type, Body: &ir.Func{Name: "body"}, PC: v.PC})
}

// place decides whether v joins the loop of its users.
func (g *fusing) place(v *ir.Value) {
	root := v
	if !g.of.At(v).result {
		if v.Def.Again {
			g.spread(v)
		}
		root = g.commonLoop(v)
	}
	if root != v && g.of.At(root).size >= maxBody {
		root = v
	}
	g.join(v, root)
}

// join puts v into the loop of root.
func (g *fusing) join(v, root *ir.Value) {
	g.of.At(v).root = root
	g.of.At(root).size++
}

// spread gives each loop that reads v a copy of its own, if only loops read it.
func (g *fusing) spread(v *ir.Value) {
	users := g.of.At(v).users
	for _, u := range users {
		if g.of.At(u).root == nil {
			return
		}
	}
	var first *ir.Value
	var kept, again []*ir.Value
	for _, u := range users {
		root := g.of.At(u).root
		if first == nil || root == first {
			first, kept = root, append(kept, u)
			continue
		}
		var w *ir.Value
		if i := slices.IndexFunc(again, func(w *ir.Value) bool { return g.of.At(w).root == root }); i >= 0 {
			w = again[i]
		} else {
			w = g.make(&ir.Value{Def: v.Def, Attrs: v.Attrs, In: slices.Clone(v.In), Type: v.Type, Name: v.Name, PC: v.PC})
			again = append(again, w)
			g.join(w, root)
			for _, x := range w.In {
				g.readBy(x, w)
			}
		}
		for i, x := range u.In {
			if x == v {
				u.In[i] = w
			}
		}
	}
	m := g.of.At(v)
	m.users, m.again = kept, again
}

// commonLoop returns the root of the loop that all users of v are in, or v.
func (g *fusing) commonLoop(v *ir.Value) *ir.Value {
	var root *ir.Value
	for _, u := range g.of.At(v).users {
		r := g.of.At(u).root
		if r == nil || root != nil && r != root {
			return v
		}
		root = r
	}
	if root == nil {
		return v
	}
	return root
}

// emit builds the loops and rewires the function to them.
func (g *fusing) emit() {
	var values []*ir.Value
	for _, v := range g.f.Values {
		values = append(append(values, v), g.of.At(v).again...)
	}
	c := newChange(g.f)
	g.f.Values = nil
	for _, v := range values {
		c.read(v)
		switch {
		case v.Body != nil && len(v.Body.Values) == 0:
			g.append(g.copyLoop(v))
		case v.Def == nil || v.Body != nil:
			g.append(v)
		case v.Def.Class == ir.Elementwise:
			if g.of.At(v).root == v {
				c.replace(v, g.append(g.loopOf(v)))
			}
		case v.Def.Class == ir.Move:
			if _, _, ok := chain(v); !ok { // no view of what its operand is a view of
				v.In[0] = g.copied(v.In[0])
			}
			g.append(v) // dropped by Sort where only loops read it
		default:
			for i, x := range v.In {
				if !isAlias(x) {
					v.In[i] = g.copied(x)
				}
			}
			g.append(v)
		}
	}
	if !c.end() && g.changed { // copies only
		g.f.Sort()
	}
}

// copied returns a copy of the view v, which all that read one share.
func (g *fusing) copied(v *ir.Value) *ir.Value {
	w := g.of.At(v).kept
	if w == nil {
		w = g.append(g.copyLoop(g.copyOf(v)))
		g.of.At(v).kept = w
	}
	return w
}

func (g *fusing) append(v *ir.Value) *ir.Value {
	g.f.Values = append(g.f.Values, v)
	return v
}

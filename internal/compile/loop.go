package compile

import "github.com/symgrad/symgrad/internal/ir"

// loopOf builds the fused value of root: with inside nil, a copy of its operand;
// otherwise root and all values below it for which inside holds.
func (g *fusing) loopOf(root *ir.Value, inside func(*ir.Value) bool) *ir.Value {
	b := &bodyBuilder{g: g, body: &ir.Func{Name: "body"}, args: map[*ir.Value]*ir.Value{}, done: map[*ir.Value]*ir.Value{}, inside: inside}
	if inside == nil {
		out := b.read(root.In[0])
		b.body.Out = []*ir.Value{out}
		root.In, root.Body = b.in, b.body
		return root
	}
	out := b.build(root)
	b.body.Out = []*ir.Value{out}
	w := g.f.Add(&ir.Value{Def: &Fused, In: b.in, Type: root.Type, Body: b.body, Name: root.Name, PC: root.PC})
	g.f.Values = g.f.Values[:len(g.f.Values)-1]
	return w
}

type bodyBuilder struct {
	g      *fusing
	body   *ir.Func
	in     []*ir.Value
	args   map[*ir.Value]*ir.Value // operand -> Arg leaf
	done   map[*ir.Value]*ir.Value
	inside func(*ir.Value) bool
}

// build copies the elementwise value v and what is inside below it. The depth
// is bounded by maxBody.
func (b *bodyBuilder) build(v *ir.Value) *ir.Value {
	if w := b.done[v]; w != nil {
		return w
	}
	in := make([]*ir.Value, len(v.In))
	for i, x := range v.In {
		if x.Def != nil && x.Def.Class == ir.Elementwise && x.Body == nil && b.inside(x) {
			in[i] = b.build(x)
		} else {
			in[i] = b.read(x)
		}
	}
	w := b.body.Add(&ir.Value{Def: v.Def, Attrs: v.Attrs, In: in, Type: v.Type, Name: v.Name})
	b.done[v] = w
	return w
}

// read makes v, which is outside, readable in the body: an argument, or views
// of one.
func (b *bodyBuilder) read(v *ir.Value) *ir.Value {
	if w := b.done[v]; w != nil {
		return w
	}
	if m := b.g.by[v]; m != nil {
		v = m
	}
	var w *ir.Value
	if v.Def == nil || v.Def.Class != ir.Move || isAlias(v) {
		w = b.arg(v)
	} else {
		w = b.body.Add(&ir.Value{Def: v.Def, Attrs: v.Attrs, In: []*ir.Value{b.read(v.In[0])}, Type: v.Type})
	}
	b.done[v] = w
	return w
}

func (b *bodyBuilder) arg(v *ir.Value) *ir.Value {
	if w := b.args[v]; w != nil {
		return w
	}
	w := b.body.Add(&ir.Value{Leaf: ir.Arg, Index: len(b.in), Type: v.Type})
	b.in = append(b.in, v)
	b.args[v] = w
	return w
}

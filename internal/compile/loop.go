package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// loopOf returns the loop that computes root and all elementwise values below it that
// are in the same loop.
func (g *fusing) loopOf(root *ir.Value) *ir.Value {
	w := g.make(&ir.Value{Def: &Fused, Type: root.Type, Body: &ir.Func{Name: "body"}})
	b := &bodyBuilder{g: g, root: root, loop: w}
	w.Body.Out = []*ir.Value{b.build(root)}
	return w
}

// copyLoop builds the body of v, a copy of its operand, and returns v.
func (g *fusing) copyLoop(v *ir.Value) *ir.Value {
	x := v.In[0]
	v.In = nil
	v.Body.Out = []*ir.Value{(&bodyBuilder{g: g, loop: v}).read(x)}
	return v
}

// bodyBuilder builds the body of a loop.
type bodyBuilder struct {
	g    *fusing
	loop *ir.Value
	root *ir.Value // of a copy: nil
}

// done returns what v is in the body, if it is there already.
func (b *bodyBuilder) done(v *ir.Value) *ir.Value {
	if m := b.g.of.At(v); m.loop == b.loop {
		return m.in
	}
	return nil
}

// add appends w to the body as what v is there.
func (b *bodyBuilder) add(v, w *ir.Value) *ir.Value {
	m := b.g.of.At(v)
	m.loop, m.in = b.loop, b.loop.Body.Add(w)
	return m.in
}

// build copies the elementwise value v and what is in its loop below it. The depth is
// bounded by maxBody.
func (b *bodyBuilder) build(v *ir.Value) *ir.Value {
	if w := b.done(v); w != nil {
		return w
	}
	in := slices.Clone(v.In)
	for i, x := range in {
		if isElementwise(x) && b.g.of.At(x).root == b.root {
			in[i] = b.build(x)
		} else {
			in[i] = b.read(x)
		}
	}
	return b.add(v, &ir.Value{Def: v.Def, Attrs: v.Attrs, In: in, Type: v.Type, Name: v.Name})
}

// read makes v, which is computed outside of the loop, an argument of the body, or a view
// of one.
func (b *bodyBuilder) read(v *ir.Value) *ir.Value {
	if w := b.done(v); w != nil {
		return w
	}
	if !isAlias(v) {
		return b.add(v, &ir.Value{Def: v.Def, Attrs: v.Attrs, In: []*ir.Value{b.read(v.In[0])}, Type: v.Type})
	}
	b.loop.In = append(b.loop.In, v)
	return b.add(v, &ir.Value{Leaf: ir.Arg, Index: len(b.loop.In) - 1, Type: v.Type})
}

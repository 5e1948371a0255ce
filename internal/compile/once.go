package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
)

// once moves what depends on parameters, states and constants alone into a function of its own,
// which is computed when these change. In f its results are constants without Data: one with the
// Index i is result i. once returns nil if nothing moves. f has been through all passes, so what
// moves has the bits that it would have in f.
func once(f *ir.Func) *ir.Func {
	moved := movable(f)
	if len(moved) == 0 {
		return nil
	}
	g := f.Clone()
	g.Name = f.Name + " once"
	copies := map[int]*ir.Value{}
	for _, v := range g.Values {
		copies[v.ID] = v
	}
	g.Out = nil
	c := newChange(f)
	for i, v := range moved {
		g.Out = append(g.Out, copies[v.ID])
		c.replace(v, f.Add(&ir.Value{Leaf: ir.Const, Type: v.Type, Index: i, Name: v.Name}))
	}
	g.Sort()
	c.end()
	return g
}

// movable returns the values that what stays reads, and that depend on no input.
func movable(f *ir.Func) (out []*ir.Value) {
	fixed, needed, stays := fixedValues(f), ir.NewTable[bool](f), ir.NewTable[bool](f)
	for _, v := range f.Out {
		*needed.At(v), *stays.At(base(v)) = true, true // a result has its own place
	}
	for _, v := range slices.Backward(f.Values) {
		if !*needed.At(v) {
			continue
		}
		if computes(v) && *fixed.At(v) && !*stays.At(v) {
			out = append(out, v)
			continue
		}
		for _, x := range v.In {
			*needed.At(x) = true
		}
	}
	return out
}

// fixedValues says of each value whether it depends on parameters, states and constants alone.
func fixedValues(f *ir.Func) ir.Table[bool] {
	fixed := ir.NewTable[bool](f)
	for _, v := range f.Values {
		*fixed.At(v) = v.Leaf == ir.Param || v.Leaf == ir.State || v.Leaf == ir.Const ||
			v.Leaf == ir.NotLeaf && v.Def.Name != foreign.OpaqueName && // which may do anything
				!slices.ContainsFunc(v.In, func(x *ir.Value) bool { return !*fixed.At(x) })
	}
	return fixed
}

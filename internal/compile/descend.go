package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// RateInput is the name of the hidden input that steps of gradient descent read
// their rate from.
const RateInput = "symgrad/rate"

// descend replaces the results that are to be added to parameters by steps of
// gradient descent in the memory of these:
//
//	v5 = matmul x d {transA=true}             v5 = matmul x d {transA=true}
//	v6 = matmul d p {transB=true}       =>    v6 = matmul d p {transB=true}
//	return v5                                 v7 = matmuldescend p rate x d
//
// A product that nothing else reads becomes part of the step. A step stands
// behind all that reads the parameter, and behind the first result of the
// function, which decides whether steps are made at all.
func descend(f *ir.Func, targets []Target) bool {
	users := f.Users()
	var rate *ir.Value
	var steps []*ir.Value
	for i, t := range targets {
		if !t.Descend {
			continue
		}
		g := f.Out[i]
		if rate == nil {
			rate = f.Add(&ir.Value{Leaf: ir.Input, Name: RateInput, Type: ir.Type{DType: g.Type.DType, Shape: ir.Shape{}}})
		}
		f.Out[i] = f.Add(descent(paramAt(f, t, g.Type), rate, g, users))
		steps = append(steps, f.Out[i])
	}
	if len(steps) == 0 {
		return false
	}
	f.Sort()
	putBehind(f, steps)
	return true
}

// paramAt is the parameter that t names, a new leaf if nothing reads it.
func paramAt(f *ir.Func, t Target, typ ir.Type) *ir.Value {
	for _, v := range f.Values {
		if v.Leaf == ir.Param && v.Index == t.Offset {
			return v
		}
	}
	return f.Add(&ir.Value{Leaf: ir.Param, Name: t.Name, Index: t.Offset, Type: typ})
}

// descent is the step of p by g. It multiplies by itself if g is a product that
// nothing else reads, of factors that are no parameters: those may have been
// changed by then.
func descent(p, rate, g *ir.Value, users map[*ir.Value]int) *ir.Value {
	v := g
	for v.Def != nil && v.Def.Class == ir.Move && users[v] == 1 {
		v = v.In[0]
	}
	if v.Def == &op.MatMul.Def && v.Body == nil && users[v] == 1 && base(v.In[0]).Leaf != ir.Param && base(v.In[1]).Leaf != ir.Param {
		if a, ok := op.DescendAttrs(v); ok {
			return &ir.Value{Def: &op.MatMulDescend, Attrs: a, In: []*ir.Value{p, rate, v.In[0], v.In[1]}, Type: p.Type, Name: v.Name}
		}
	}
	return &ir.Value{Def: &op.Descend, In: []*ir.Value{p, rate, g}, Type: p.Type, Name: g.Name}
}

// putBehind moves each step right behind its operands, the last reader of its
// parameter and the first result.
func putBehind(f *ir.Func, steps []*ir.Value) {
	isStep := map[*ir.Value]bool{}
	for _, v := range steps {
		isStep[v] = true
	}
	f.Values = slices.DeleteFunc(f.Values, func(v *ir.Value) bool { return isStep[v] })
	place, read := map[*ir.Value]int{}, map[*ir.Value]int{} // where values stand, and are read last
	for i, v := range f.Values {
		place[v] = i
		for _, x := range v.In {
			read[base(x)] = i
		}
	}
	behind := map[int][]*ir.Value{}
	for _, v := range steps {
		at := max(place[f.Out[0]], read[v.In[0]])
		for _, x := range v.In {
			at = max(at, place[x])
		}
		behind[at] = append(behind[at], v)
	}
	var out []*ir.Value
	for i, v := range f.Values {
		out = append(append(out, v), behind[i]...)
	}
	f.Values = out
}

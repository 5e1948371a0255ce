package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// RateInput is the name of the hidden input from which the steps of gradient descent
// read their rate.
const RateInput = "symgrad/rate"

// descend replaces the gradients of targets with Descend by steps of gradient descent,
// in the memory of the parameters:
//
//	v5 = matmul x d {transA=true}             v6 = matmul d p {transB=true}
//	v6 = matmul d p {transB=true}       =>    v7 = matmuldescend rate p x d {transA=true}
//	return v5                                 return v7
//
// A gradient that nothing else reads may be computed within its step: its row says so.
// All other parameters make theirs together, in one step. A step stands behind all that
// reads its parameters, and behind the first result of the function, which decides
// whether any step is made.
func descend(f *ir.Func, targets []Target) bool {
	n, params := uses(f), paramsOf(f)
	var rate, rest *ir.Value
	var steps []*ir.Value
	for i, t := range targets {
		if !t.Descend {
			continue
		}
		g := f.Out[i]
		if rate == nil {
			rate = f.Add(&ir.Value{Leaf: ir.Input, Name: RateInput, Type: ir.Type{DType: g.Type.DType, Shape: ir.Shape{}}})
		}
		p := params[placeOf(t.Offset, g.Type)]
		if p == nil { // nothing reads it
			p = f.Add(&ir.Value{Leaf: ir.Param, Name: t.Name, Index: t.Offset, Type: g.Type})
		}
		v := ownStep(p, rate, g, n)
		switch {
		case v != nil:
			steps = append(steps, f.Add(v))
		case rest == nil:
			rest = f.Add(&ir.Value{Def: &op.Descend, In: []*ir.Value{rate, p, g}, Type: p.Type, PC: g.PC})
			steps = append(steps, rest)
		default:
			rest.In = append(rest.In, p, g)
		}
		f.Out[i] = v
	}
	if len(steps) == 0 {
		return false
	}
	for i, v := range f.Out {
		if v == nil {
			f.Out[i] = rest
		}
	}
	f.Sort()
	putBehind(f, steps)
	return true
}

// paramPlace says which parameter lies there: one without elements begins where the
// next one does.
type paramPlace struct{ offset, size int }

func placeOf(offset int, t ir.Type) paramPlace { return paramPlace{offset, t.Shape.Size()} }

// paramsOf returns the parameters that f reads.
func paramsOf(f *ir.Func) map[paramPlace]*ir.Value {
	params := map[paramPlace]*ir.Value{}
	for _, v := range f.Values {
		if v.Leaf == ir.Param {
			params[placeOf(v.Index, v.Type)] = v
		}
	}
	return params
}

// ownStep returns the step of p that computes the gradient g as well; nil if there is
// none. The gradient may not read parameters: they may have changed by then.
func ownStep(p, rate, g *ir.Value, uses ir.Table[int]) *ir.Value {
	v := g
	for isView(v) && *uses.At(v) == 1 {
		v = v.In[0]
	}
	readsParam := func(x *ir.Value) bool { return base(x).Leaf == ir.Param }
	if v.Def == nil || v.Def.Descend == nil || v.Body != nil || *uses.At(v) != 1 || slices.ContainsFunc(v.In, readsParam) {
		return nil
	}
	d, a := v.Def.Descend(v)
	if d == nil {
		return nil
	}
	return &ir.Value{Def: d, Attrs: a, In: append([]*ir.Value{rate, p}, v.In...), Type: p.Type, Name: v.Name, PC: v.PC}
}

// putBehind moves each step right behind the last of: its operands, what reads its
// parameters, and the first result.
func putBehind(f *ir.Func, steps []*ir.Value) {
	type record struct {
		at   int // where the value stands
		read int // where its memory is read last
		step bool
	}
	of := ir.NewTable[record](f)
	for _, v := range steps {
		of.At(v).step = true
	}
	f.Values = slices.DeleteFunc(f.Values, func(v *ir.Value) bool { return of.At(v).step })
	for i, v := range f.Values {
		of.At(v).at = i
		for _, x := range v.In {
			of.At(base(x)).read = i
		}
	}
	behind := make([][]*ir.Value, len(f.Values))
	for _, v := range steps {
		at := of.At(f.Out[0]).at
		for _, x := range v.In {
			at = max(at, of.At(x).at)
			if x.Leaf == ir.Param {
				at = max(at, of.At(x).read)
			}
		}
		behind[at] = append(behind[at], v)
	}
	var out []*ir.Value
	for i, v := range f.Values {
		out = append(append(out, v), behind[i]...)
	}
	f.Values = out
}

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
//	v5 = matmul x d {transA=true}             v6 = matmul d p {transB=true}
//	v6 = matmul d p {transB=true}       =>    v7 = matmuldescend rate p x d {transA=true}
//	return v5                                 return v7
//
// A large product that nothing else reads becomes part of the step; the other
// parameters make theirs together. A step stands behind all that reads its
// parameters, and behind the first result of the function, which decides whether
// steps are made at all.
func descend(f *ir.Func, targets []Target) bool {
	users, params := f.Users(), paramsOf(f)
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
		v := productStep(p, rate, g, users)
		switch {
		case v != nil:
			steps = append(steps, f.Add(v))
		case rest == nil:
			rest = f.Add(&ir.Value{Def: &op.Descend, In: []*ir.Value{rate, p, g}, Type: p.Type})
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

// paramPlace is where a parameter lies: one without elements begins where the next
// one does.
type paramPlace struct{ offset, size int }

func placeOf(offset int, t ir.Type) paramPlace { return paramPlace{offset, t.Shape.Size()} }

// paramsOf are the parameters that f reads.
func paramsOf(f *ir.Func) map[paramPlace]*ir.Value {
	params := map[paramPlace]*ir.Value{}
	for _, v := range f.Values {
		if v.Leaf == ir.Param {
			params[placeOf(v.Index, v.Type)] = v
		}
	}
	return params
}

// productStep is the step of p by g if that is a large product which nothing else
// reads, of factors that are no parameters: those may have been changed by then.
// It is nil otherwise.
func productStep(p, rate, g *ir.Value, users map[*ir.Value]int) *ir.Value {
	v := g
	for v.Def != nil && v.Def.Class == ir.Move && users[v] == 1 {
		v = v.In[0]
	}
	if v.Def != &op.MatMul.Def || v.Body != nil || users[v] != 1 || base(v.In[0]).Leaf == ir.Param || base(v.In[1]).Leaf == ir.Param {
		return nil
	}
	a, ok := op.DescendAttrs(v)
	if !ok {
		return nil
	}
	return &ir.Value{Def: &op.MatMulDescend, Attrs: a, In: []*ir.Value{rate, p, v.In[0], v.In[1]}, Type: p.Type, Name: v.Name}
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
		at := place[f.Out[0]]
		for _, x := range v.In {
			at = max(at, place[x])
			if x.Leaf == ir.Param {
				at = max(at, read[x])
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

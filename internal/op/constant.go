package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
)

// This file holds the rewrites of values with constant operands.

// constantOf returns the number that every element of v is. ok is false unless v is a
// constant of one element, or a view of one.
func constantOf(v *ir.Value) (k float64, ok bool) {
	for v.Def != nil && v.Def.Class == ir.Move && len(v.In) == 1 {
		v = v.In[0]
	}
	d, ok := v.Data.([]float64)
	if v.Leaf != ir.Const || !ok || len(d) != 1 {
		return 0, false
	}
	return d[0], true
}

// withConstant applies the row e with the attribute by to x. If by is neutral, it
// returns x.
func withConstant(f *ir.Func, e *Entry, x *ir.Value, by, neutral float64) *ir.Value {
	if by == neutral {
		return x
	}
	w, err := f.New(&e.Def, ir.A("by", by), x)
	if err != nil {
		return nil
	}
	return w
}

// simplifyMul rewrites a product with a constant as a scale.
func simplifyMul(f *ir.Func, v *ir.Value) *ir.Value {
	for i, x := range v.In {
		if k, ok := constantOf(x); ok {
			return withConstant(f, &Scale, v.In[1-i], k, 1)
		}
	}
	return nil
}

// simplifyAdd rewrites a sum with a constant as an addconst.
func simplifyAdd(f *ir.Func, v *ir.Value) *ir.Value {
	for i, x := range v.In {
		if k, ok := constantOf(x); ok && k != 0 { // -0 + 0 is 0, so 0 is not neutral
			return withConstant(f, &AddConst, v.In[1-i], k, 0)
		}
	}
	return blendOf(f, v)
}

// simplifyScale joins two scales to one, and computes the scale of a constant.
func simplifyScale(f *ir.Func, v *ir.Value) *ir.Value {
	x, by := v.In[0], v.Attrs.Float("by")
	if k, ok := constantOf(x); ok {
		return constantLike(f, v, rounded(v, rounded(v, k)*rounded(v, by)))
	}
	switch x.Def {
	case &Scale.Def:
		if k := x.Attrs.Float("by"); joins(v, k, by) {
			return withConstant(f, &Scale, x.In[0], by*k, 1)
		}
	case &SumSquares.Def:
		if k := x.Attrs.Float("by"); joins(v, k, by) {
			if w, err := f.New(&SumSquares.Def, ir.A("by", by*k), x.In[0]); err == nil {
				return w
			}
		}
	case &Neg.Def:
		return withConstant(f, &Scale, x.In[0], -by, 1)
	}
	if by == 1 {
		return x
	}
	return nil
}

// joins says whether a scale by k, then by by, equals one scale by k·by up to
// rounding: in v's type none of the three factors is 0, infinite or subnormal, and no
// element overflows or vanishes after the first scale that would not do so in the end.
func joins(v *ir.Value, k, by float64) bool {
	for _, x := range []float64{k, by, k * by} {
		if x = math.Abs(rounded(v, x)); !(x >= leastNormal(v) && x <= math.MaxFloat64) {
			return false
		}
	}
	// A first factor below 1 costs digits of numbers that become subnormal. These stay
	// negligible if the second factor is not large.
	k, by = math.Abs(k), math.Abs(by)
	return k >= 1 && by >= 1 || k <= 1 && by <= 1024
}

// rounded is x as a number of v's type.
func rounded(v *ir.Value, x float64) float64 {
	if v.Type.DType == ir.F32 {
		return float64(float32(x))
	}
	return x
}

// leastNormal is the smallest positive normal number of v's type.
func leastNormal(v *ir.Value) float64 {
	if v.Type.DType == ir.F32 {
		return 0x1p-126
	}
	return 0x1p-1022
}

// simplifyNeg rewrites the negation of a scale as one scale, and drops a double
// negation.
func simplifyNeg(f *ir.Func, v *ir.Value) *ir.Value {
	x := v.In[0]
	if k, ok := constantOf(x); ok {
		return constantLike(f, v, -k)
	}
	switch x.Def {
	case &Neg.Def:
		return x.In[0]
	case &Scale.Def:
		return withConstant(f, &Scale, x.In[0], -x.Attrs.Float("by"), 1)
	}
	return nil
}

// simplifySub rewrites x − (−y) as x + y.
func simplifySub(f *ir.Func, v *ir.Value) *ir.Value {
	if y := v.In[1]; y.Def == &Neg.Def {
		if w, err := f.New(&Add.Def, nil, v.In[0], y.In[0]); err == nil {
			return w
		}
	}
	return nil
}

// constantLike is the constant k in the type of v.
func constantLike(f *ir.Func, v *ir.Value, k float64) *ir.Value {
	c := f.AddConst(ir.Type{DType: v.Type.DType}, []float64{k})
	if len(v.Type.Shape) == 0 {
		return c
	}
	w, err := f.New(&Broadcast.Def, ir.A("shape", []int(v.Type.Shape)), c)
	if err != nil {
		return nil
	}
	return w
}

package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
)

// This file holds the rewrites that constants allow.

// constantOf is the number that every element of v is, if the compiler knows
// it: v is a constant of one element, seen through views.
func constantOf(v *ir.Value) (float64, bool) {
	for v.Def != nil && v.Def.Class == ir.Move && len(v.In) == 1 {
		v = v.In[0]
	}
	d, ok := v.Data.([]float64)
	if v.Leaf != ir.Const || !ok || len(d) != 1 {
		return 0, false
	}
	return d[0], true
}

// withConstant is the row e with the attribute by applied to x, or x itself if
// by is neutral.
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

// simplifyMul makes a product with a constant a scale.
func simplifyMul(f *ir.Func, v *ir.Value) *ir.Value {
	for i, x := range v.In {
		if k, ok := constantOf(x); ok {
			return withConstant(f, &Scale, v.In[1-i], k, 1)
		}
	}
	return nil
}

// simplifyAdd makes a sum with a constant an addconst.
func simplifyAdd(f *ir.Func, v *ir.Value) *ir.Value {
	for i, x := range v.In {
		if k, ok := constantOf(x); ok && k != 0 { // -0 + 0 is 0, so 0 is not neutral
			return withConstant(f, &AddConst, v.In[1-i], k, 0)
		}
	}
	return nil
}

// simplifyScale joins scales, and computes the scale of a constant.
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

// joins says whether a scale by k and then one by by are the scale by k·by, but for
// rounding: none of the three is 0, infinite or has lost digits in v's type, and no
// element overflows or vanishes on the way that would not do so at the end.
func joins(v *ir.Value, k, by float64) bool {
	for _, x := range []float64{k, by, k * by} {
		if x = math.Abs(rounded(v, x)); !(x >= leastNormal(v) && x <= math.MaxFloat64) {
			return false
		}
	}
	// smaller first loses no more than the last digits of numbers that have lost some
	// already, if little follows
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

// leastNormal is the smallest number of v's type that has all digits.
func leastNormal(v *ir.Value) float64 {
	if v.Type.DType == ir.F32 {
		return 0x1p-126
	}
	return 0x1p-1022
}

// simplifyNeg makes the negation of a scale one scale, and drops two negations.
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

// simplifySub makes x − (−y) a sum.
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

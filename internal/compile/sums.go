package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// sums rewrites sums of many terms with what the rows of the terms know:
//
//	v4 = unslice v1 {start=[0,0]}       v7 = concat v1 v2 v3 {axis=1}
//	v5 = unslice v2 {start=[0,8]}
//	v6 = unslice v3 {start=[0,9]}   =>
//	v7 = add (add v4 v5) v6
//
// An addition that only one other addition reads is part of that one's sum. All else is
// a term.
func sums(f *ir.Func, _ []Target) bool {
	n := uses(f)
	adds := func(v *ir.Value) bool { return v.Def != nil && v.Def.Adds }
	inner := ir.NewTable[bool](f) // additions that are part of a larger sum
	for _, v := range f.Values {
		for _, x := range v.In {
			if adds(v) && adds(x) && *n.At(x) == 1 {
				*inner.At(x) = true
			}
		}
	}
	c := newChange(f)
	for _, v := range f.Values {
		if !adds(v) || *inner.At(v) {
			continue
		}
		if w := resum(f, v, termsOf(v, inner)); w != nil {
			c.replace(v, w)
		}
	}
	return c.end()
}

// termsOf returns the terms of the sum v from left to right.
func termsOf(v *ir.Value, inner ir.Table[bool]) (terms []*ir.Value) {
	stack := []*ir.Value{v}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if x == v || *inner.At(x) {
			stack = append(stack, x.In[1], x.In[0])
			continue
		}
		terms = append(terms, x)
	}
	return terms
}

// resum returns the sum v of the terms as a sum of fewer terms, or nil.
func resum(f *ir.Func, v *ir.Value, terms []*ir.Value) *ir.Value {
	byDef := map[*ir.Def][]*ir.Value{}
	var order []*ir.Def
	for _, x := range terms {
		if x.Def == nil || x.Def.Sum == nil {
			continue
		}
		if byDef[x.Def] == nil {
			order = append(order, x.Def)
		}
		byDef[x.Def] = append(byDef[x.Def], x)
	}
	changed := false
	for _, d := range order {
		if len(byDef[d]) < 2 {
			continue
		}
		fewer := d.Sum(f, byDef[d])
		if fewer == nil {
			continue
		}
		changed = true
		terms = append(slices.DeleteFunc(terms, func(x *ir.Value) bool { return x.Def == d }), fewer...)
	}
	if !changed {
		return nil
	}
	sum := terms[0]
	for _, x := range terms[1:] {
		w, err := f.New(v.Def, v.Attrs, sum, x)
		if err != nil {
			return nil
		}
		sum = w
	}
	return sum
}

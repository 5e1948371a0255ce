package compile

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// sums rewrites sums of many terms by what their operators know of it:
//
//	v4 = unslice v1 {start=[0,0]}       v7 = concat v1 v2 v3 {axis=1}
//	v5 = unslice v2 {start=[0,8]}
//	v6 = unslice v3 {start=[0,9]}   =>
//	v7 = add (add v4 v5) v6
//
// A term of a sum is what is no sum itself, or is read by something else too.
func sums(f *ir.Func) bool {
	users := f.Users()
	inner := map[*ir.Value]bool{} // sums that are terms of larger ones
	for _, v := range f.Values {
		if v.Def != &op.Add.Def {
			continue
		}
		for _, x := range v.In {
			if x.Def == &op.Add.Def && users[x] == 1 {
				inner[x] = true
			}
		}
	}
	by := map[*ir.Value]*ir.Value{}
	for _, v := range f.Values {
		if v.Def != &op.Add.Def || inner[v] {
			continue
		}
		if w := resum(f, v, termsOf(v, inner)); w != nil {
			by[v] = w
		}
	}
	return replace(f, by)
}

// termsOf are the terms of the sum v from left to right.
func termsOf(v *ir.Value, inner map[*ir.Value]bool) (terms []*ir.Value) {
	stack := []*ir.Value{v}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if x == v || inner[x] {
			stack = append(stack, x.In[1], x.In[0])
			continue
		}
		terms = append(terms, x)
	}
	return terms
}

// resum is the sum of terms with fewer of them, or nil.
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
		group := byDef[d]
		if len(group) < 2 {
			continue
		}
		fewer := d.Sum(f, group)
		if fewer == nil {
			continue
		}
		changed = true
		out := terms[:0:0]
		for _, x := range terms {
			if x.Def != d {
				out = append(out, x)
			}
		}
		terms = append(out, fewer...)
	}
	if !changed {
		return nil
	}
	sum := terms[0]
	for _, x := range terms[1:] {
		w, err := f.New(&op.Add.Def, nil, sum, x)
		if err != nil {
			return nil
		}
		sum = w
	}
	if sum.Name == "" {
		sum.Name = v.Name
	}
	return sum
}

package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// share computes once what several values make of one operand on the way to their
// results. The rows of their operators know the two steps.
//
// A function and its gradient often have an exponential in common:
//
//	v3 = tanh v2                    v5 = tanhtail v2
//	v4 = tanhgrad v1 v2      =>     v3 = tanhopen v5
//	                                v4 = tanhslope v1 v5
//
// A recurrence multiplies by the same weight, which the kernel packs, in every step:
//
//	v3 = matmul v1 w                v5 = packright w
//	v4 = matmul v2 w         =>     v3 = matmulpacked v1 v5
//	                                v4 = matmulpacked v2 v5
func share(f *ir.Func, _ []Target) bool {
	return splitAll(f, false, func(users []*ir.Value) bool { return len(users) > 1 })
}

// prepackBytes is the largest operand that prepack takes. Packing costs products of larger ones less
// than the copy costs memory.
const prepackBytes = 2 << 20

// onceAttr marks a product of what depends on no input, in a program whose parameters stay.
const onceAttr = "once"

// prepack does the same for operands that depend on no input, of one user too: what is made of them
// is then computed once (see once), such as the packed weights of a product. Products of them, such as
// that of a state of zeros, are marked: they are computed once too.
func prepack(f *ir.Func, _ []Target) bool {
	fixed := fixedValues(f)
	changed := splitAll(f, true, func(users []*ir.Value) bool {
		x := users[0].In[len(users[0].In)-1]
		return bytesOf(x) <= prepackBytes && *fixed.At(x) && slices.ContainsFunc(users, func(v *ir.Value) bool { return !*fixed.At(v) })
	})
	fixed = fixedValues(f)
	for _, v := range f.Values {
		if v.Def != nil && v.Def.Class == ir.Contract && *fixed.At(v) {
			v.Attrs, changed = v.Attrs.With(onceAttr, true), true
		}
	}
	return changed
}

// splitAll splits the operators that make the same of one operand, if they are to be. With kept, that
// is made once for many runs.
func splitAll(f *ir.Func, kept bool, wanted func(users []*ir.Value) bool) bool {
	type step struct {
		x     *ir.Value
		first *ir.Def
		attrs string
	}
	type rest struct {
		then *ir.Def
		a    ir.Attrs
	}
	users, rests := map[step][]*ir.Value{}, map[step][]rest{}
	var order []step
	for _, v := range f.Values {
		if v.Def == nil || v.Def.Split == nil || v.Body != nil {
			continue
		}
		first, then, a := v.Def.Split(v, kept)
		if first == nil {
			continue
		}
		k := step{v.In[len(v.In)-1], first, a.String()}
		if users[k] == nil {
			order = append(order, k)
		}
		users[k], rests[k] = append(users[k], v), append(rests[k], rest{then, a})
	}
	c := newChange(f)
	for _, k := range order {
		if !wanted(users[k]) {
			continue
		}
		first, err := f.New(k.first, rests[k][0].a, k.x)
		if err != nil {
			continue
		}
		for i, v := range users[k] {
			n, r := len(v.In)-1, rests[k][i]
			if w, err := f.New(r.then, r.a, append(v.In[:n:n], first)...); err == nil {
				c.replace(v, w)
			}
		}
	}
	return c.end()
}

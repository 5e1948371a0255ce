package compile

import "github.com/symgrad/symgrad/internal/ir"

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
	type step struct {
		x     *ir.Value
		first *ir.Def
		attrs string
	}
	type user struct {
		v    *ir.Value
		then *ir.Def
		a    ir.Attrs
	}
	users := map[step][]user{}
	var order []step
	for _, v := range f.Values {
		if v.Def == nil || v.Def.Split == nil || v.Body != nil {
			continue
		}
		first, then, a := v.Def.Split(v)
		if first == nil {
			continue
		}
		k := step{v.In[len(v.In)-1], first, a.String()}
		if users[k] == nil {
			order = append(order, k)
		}
		users[k] = append(users[k], user{v, then, a})
	}
	c := newChange(f)
	for _, k := range order {
		if len(users[k]) < 2 {
			continue
		}
		first, err := f.New(k.first, users[k][0].a, k.x)
		if err != nil {
			continue
		}
		for _, u := range users[k] {
			n := len(u.v.In) - 1
			if w, err := f.New(u.then, u.a, append(u.v.In[:n:n], first)...); err == nil {
				c.replace(u.v, w)
			}
		}
	}
	return c.end()
}

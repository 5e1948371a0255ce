package compile

import "github.com/symgrad/symgrad/internal/ir"

// share computes once what several values make of one operand on the way, as their
// operators say:
//
//	v3 = tanh v2                    v5 = tanhtail v2
//	v4 = tanhgrad v1 v2      =>     v3 = tanhopen v5
//	                                v4 = tanhslope v1 v5
//
// A function and its gradient often have an exponential in common.
func share(f *ir.Func) bool {
	type key struct {
		x   *ir.Value
		via *ir.Def
	}
	users := map[key][]*ir.Value{}
	var order []key
	for _, v := range f.Values {
		if v.Def == nil || v.Def.Via == nil || v.Body != nil {
			continue
		}
		k := key{v.In[len(v.In)-1], v.Def.Via}
		if users[k] == nil {
			order = append(order, k)
		}
		users[k] = append(users[k], v)
	}
	by := map[*ir.Value]*ir.Value{}
	for _, k := range order {
		if len(users[k]) < 2 {
			continue
		}
		via, err := f.New(k.via, nil, k.x)
		if err != nil {
			continue
		}
		for _, v := range users[k] {
			in := append(v.In[:len(v.In)-1:len(v.In)-1], via)
			w, err := f.New(v.Def.After, nil, in...)
			if err != nil {
				continue
			}
			w.Name = v.Name
			by[v] = w
		}
	}
	return replace(f, by)
}

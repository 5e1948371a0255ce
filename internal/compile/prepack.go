package compile

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// prepack packs the right operand of several equal products once:
//
//	v3 = matmul v1 w              v5 = packright w
//	v4 = matmul v2 w      =>      v3 = matmulpacked v1 v5
//	                              v4 = matmulpacked v2 v5
//
// A recurrence multiplies by the same weight in every step.
func prepack(f *ir.Func) bool {
	type key struct {
		right *ir.Value
		how   string
	}
	users := map[key][]*ir.Value{}
	attrs := map[key]ir.Attrs{}
	var order []key
	for _, v := range f.Values {
		if v.Def != &op.MatMul.Def || v.Body != nil {
			continue
		}
		a, ok := op.PackAttrs(v)
		if !ok {
			continue
		}
		k := key{v.In[1], a.String()}
		if users[k] == nil {
			order = append(order, k)
		}
		users[k], attrs[k] = append(users[k], v), a
	}
	by := map[*ir.Value]*ir.Value{}
	for _, k := range order {
		if len(users[k]) < 2 {
			continue
		}
		packed, err := f.New(&op.PackRight, attrs[k], k.right)
		if err != nil {
			continue
		}
		for _, v := range users[k] {
			w, err := f.New(&op.MatMulPacked, attrs[k], v.In[0], packed)
			if err != nil {
				continue
			}
			w.Name = v.Name
			by[v] = w
		}
	}
	return replace(f, by)
}

package compile

import "github.com/symgrad/symgrad/internal/ir"

// simplifyLimit bounds the rewrites of one value, should two rules undo each other.
const simplifyLimit = 32

// simplify replaces values by the simpler ones that their rows know.
//
//	v3 = transpose v2 {perm=[1,0]}          v5 = matmul v1 v2 {transB=true}
//	v4 = matmul v1 v3                  =>
func simplify(f *ir.Func) bool {
	by := map[*ir.Value]*ir.Value{}
	find := func(v *ir.Value) *ir.Value {
		for by[v] != nil {
			v = by[v]
		}
		return v
	}
	for i := 0; i < len(f.Values); i++ { // Simplify appends: those are seen too
		v := f.Values[i]
		for j, x := range v.In {
			v.In[j] = find(x)
		}
		if v.Def == nil || v.Def.Simplify == nil || i > simplifyLimit*(len(f.Values)+1) {
			continue
		}
		if w := v.Def.Simplify(f, v); w != nil && w != v {
			if w.PC == 0 {
				w.PC = v.PC
			}
			if w.Name == "" && w.Leaf == ir.NotLeaf {
				w.Name = v.Name
			}
			by[v] = w
		}
	}
	return replace(f, by)
}

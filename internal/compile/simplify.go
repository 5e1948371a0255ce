package compile

import "github.com/symgrad/symgrad/internal/ir"

// simplifyLimit bounds the rewrites of one value, should two rules undo each other.
const simplifyLimit = 32

// simplify replaces values by simpler ones, which the rows of their operators know.
//
//	v3 = transpose v2 {perm=[1,0]}          v5 = matmul v1 v2 {transB=true}
//	v4 = matmul v1 v3                  =>
func simplify(f *ir.Func, _ []Target) bool {
	c := newChange(f)
	for i := 0; i < len(f.Values); i++ { // Simplify appends values: those are visited too
		v := f.Values[i]
		c.read(v)
		if v.Def == nil || v.Def.Simplify == nil || i > simplifyLimit*(len(f.Values)+1) {
			continue
		}
		if w := v.Def.Simplify(f, v); w != nil && w != v {
			c.replace(v, w)
		}
	}
	return c.end()
}

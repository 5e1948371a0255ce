package compile

import "github.com/symgrad/symgrad/internal/ir"

// absorb lets operators compute some of their operands themselves, where there is an operator that does
// all of it row by row. The operands then need no memory:
//
//	v2 = softmax v0
//	v3 = softmaxgrad v2 v1    =>    v3 = softmaxgradof v0 v1
func absorb(f *ir.Func, _ []Target) bool {
	n := uses(f)
	alone := func(x *ir.Value) bool { return *n.At(x) == 1 }
	c := newChange(f)
	for i, v := range f.Values {
		if v.Def == nil || v.Def.Absorb == nil {
			continue
		}
		if d, a, in := v.Def.Absorb(v, alone); d != nil {
			w := &ir.Value{ID: v.ID, Def: d, Attrs: a, Type: v.Type, In: in}
			f.Values[i] = w
			c.replace(v, w)
		}
	}
	return c.end()
}

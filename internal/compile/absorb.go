package compile

import "github.com/symgrad/symgrad/internal/ir"

// absorb lets an operator compute its first operand itself, if nothing else reads that and there is
// an operator that does both, row by row:
//
//	v2 = softmax v0
//	v3 = softmaxgrad v2 v1    =>    v3 = softmaxgradof v0 v1
//
// The first operand then needs no memory.
func absorb(f *ir.Func, _ []Target) bool {
	n := uses(f)
	c := newChange(f)
	for i, v := range f.Values {
		if v.Def == nil || v.Def.Absorb == nil || *n.At(v.In[0]) != 1 {
			continue
		}
		if d := v.Def.Absorb(v); d != nil {
			w := &ir.Value{ID: v.ID, Def: d, Attrs: v.Attrs, Type: v.Type}
			w.In = append(append(w.In, v.In[0].In...), v.In[1:]...)
			f.Values[i] = w
			c.replace(v, w)
		}
	}
	return c.end()
}

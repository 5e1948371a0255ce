package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// swap lets products read and write heads of attention where they lie. An operand may be another
// value with the two axes before its last one swapped: the product then reads that value, if its
// operator can. It writes its result swapped if nothing else reads that:
//
//	v2 = transpose v1 {perm=[0,2,1,3]}
//	v3 = matmul v0 v2                      =>   v4 = matmulheads v0 v1 {rowsB rowsC}
//	v4 = transpose v3 {perm=[0,2,1,3]}
//
// Without it each of the two would be a copy.
func swap(f *ir.Func, _ []Target) bool {
	n, by := uses(f), map[*ir.Value]*ir.Value{}
	for _, v := range f.Values {
		if swaps(v) && computes(v.In[0]) && *n.At(v.In[0]) == 1 {
			by[v.In[0]] = v
		}
	}
	c := newChange(f)
	for _, v := range slices.Clone(f.Values) {
		if v.Def == nil || v.Def.Swapped == nil || v.Body != nil || v.Attrs.Get(onceAttr) != nil {
			continue
		}
		in, from, out := slices.Clone(v.In), make([]bool, len(v.In)), by[v]
		for i, x := range v.In {
			if swaps(x) && isAlias(x.In[0]) {
				in[i], from[i] = x.In[0], true
			}
		}
		if out == nil && !slices.Contains(from, true) {
			continue
		}
		d, a := v.Def.Swapped(v, from, out != nil)
		if d == nil {
			continue
		}
		w, err := f.New(d, a, in...)
		if err != nil {
			continue
		}
		if out == nil {
			out = v
		}
		c.replace(out, w)
	}
	return c.end()
}

// swaps reports whether v is another value with the two axes before its last one swapped, and
// would have to be copied to lie in order.
func swaps(v *ir.Value) bool {
	if !isView(v) || isAlias(v) {
		return false
	}
	s := slices.Clone(v.In[0].Type.Shape)
	k := len(s) - 2
	if k < 1 || len(v.Type.Shape) != len(s) {
		return false
	}
	l, ok := v.Def.View(v, ir.Dense(v.In[0].Type.Shape))
	stride := s.Strides()
	s[k-1], s[k] = s[k], s[k-1]
	stride[k-1], stride[k] = stride[k], stride[k-1]
	return ok && l.Offset == 0 && l.Shape.Equal(s) && slices.Equal(l.Stride, stride)
}

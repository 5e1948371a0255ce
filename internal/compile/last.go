package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// last moves gradients that can be given away tile by tile behind all else:
//
//	v5 = matmul x d {transA=true}         v6 = matmul d p {transB=true}
//	v6 = matmul d p {transB=true}    =>   v7 = sum d
//	v7 = sum d                            v5 = matmul x d {tiled=true transA=true}
//	return v5 v7                          return v5 v7
//
// Whoever takes the tiles may change parameters: nothing reads these any more. All that may be
// wrong with the run is known before the first tile.
func last(f *ir.Func, targets []Target) bool {
	n := uses(f)
	c := newChange(f)
	of := map[*ir.Value]bool{}
	for i, t := range targets {
		if !t.Tiled {
			continue
		}
		v, only := f.Out[i], true
		for isView(v) {
			only = only && *n.At(v) == 1
			v = v.In[0]
		}
		if v != elements(f.Out[i]) || v.Def == nil || v.Def.Tiled == nil || v.Body != nil || !only || *n.At(v) != 1 || !v.Def.Tiled(v) {
			continue
		}
		w := *v
		w.Attrs = v.Attrs.With(ir.TiledAttr, true)
		f.Values[slices.Index(f.Values, v)] = &w
		c.replace(v, &w)
		of[&w] = true
	}
	if !c.end() {
		return false
	}
	var before, behind []*ir.Value
	for _, v := range f.Values {
		if of[base(v)] {
			behind = append(behind, v)
		} else {
			before = append(before, v)
		}
	}
	f.Values = append(before, behind...)
	return true
}

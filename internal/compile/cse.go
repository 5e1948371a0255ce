package compile

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
)

// cse merges values that apply one operator with equal attributes to the same
// operands, and constants with equal bits.
//
//	v2 = exp v0
//	v3 = exp v0        =>   v2 = exp v0
//	v4 = add v2 v3          v4 = add v2 v2
func cse(f *ir.Func, _ []Target) bool {
	first := make(map[string]*ir.Value, len(f.Values))
	c := newChange(f)
	var b strings.Builder
	for _, v := range f.Values {
		c.read(v)
		b.Reset()
		switch {
		case v.Def != nil && v.Body == nil:
			b.WriteString(v.Def.Name)
			b.WriteString(v.Attrs.String())
			for _, x := range v.In {
				fmt.Fprintf(&b, " %d", x.ID)
			}
		case v.Leaf == ir.Const && v.Type.Shape.Size() <= 64:
			fmt.Fprintf(&b, "const %v %b", v.Type, v.Data)
		default:
			continue
		}
		key := b.String()
		if w := first[key]; w != nil {
			c.replace(v, w)
			continue
		}
		first[key] = v
	}
	return c.end()
}

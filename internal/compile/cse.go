package compile

import (
	"encoding/binary"
	"fmt"

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
	var key []byte
	for _, v := range f.Values {
		c.read(v)
		switch {
		case v.Def != nil && v.Body == nil:
			key = append(append(append(key[:0], v.Def.Name...), v.Attrs.String()...), ' ')
			for _, x := range v.In {
				key = binary.AppendUvarint(key, uint64(x.ID))
			}
		case v.Leaf == ir.Const && v.Type.Shape.Size() <= 64:
			key = fmt.Appendf(key[:0], "const %v %b", v.Type, v.Data)
		default:
			continue
		}
		if w := first[string(key)]; w != nil {
			c.replace(v, w)
			continue
		}
		first[string(key)] = v
	}
	return c.end()
}

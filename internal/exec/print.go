package exec

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
)

// String lists the steps in order, each with the memory that it writes and reads, and then
// the sizes of the arenas that the plan lays out. All are in elements:
//
//	v3 matmul: temp[0:8192] from input[0:50176] param[0:100352]
//	temp: 8192 of f32
//
// An i marks memory of Ints. Results in rows that lie apart have the length and distance
// of the rows. Regions stand in braces.
func (p *Plan) String() string {
	var b strings.Builder
	if p.Once != nil {
		fmt.Fprintf(&b, "once {\n%v}\n", p.Once)
	}
	regions, indent := p.Regions, ""
	for i, s := range p.Steps {
		if len(regions) > 0 && i == regions[0].First {
			fmt.Fprintf(&b, "%d rows {\n", regions[0].Rows)
			indent = "\t"
		}
		b.WriteString(indent)
		fmt.Fprintf(&b, "v%d %s: %s", s.V.ID, s.V.Def.Name, place(s.V, s.Out))
		if s.Rows.Stride > 0 {
			fmt.Fprintf(&b, " in rows of %d every %d", s.Rows.Len, s.Rows.Stride)
		}
		for i, in := range s.In {
			if i == 0 {
				b.WriteString(" from")
			}
			b.WriteString(" " + place(s.V.In[i], in))
		}
		b.WriteByte('\n')
		if len(regions) > 0 && i+1 == regions[0].End {
			b.WriteString("}\n")
			regions, indent = regions[1:], ""
		}
	}
	for _, u := range p.Updates {
		fmt.Fprintf(&b, "update %v from %v\n", u.To, u.From)
	}
	for a := range Arenas {
		if p.Floats[a] > 0 {
			fmt.Fprintf(&b, "%v: %d of %v\n", a, p.Floats[a], p.DType)
		}
		if p.Ints[a] > 0 {
			fmt.Fprintf(&b, "%v: %d of int\n", a, p.Ints[a])
		}
	}
	return b.String()
}

func place(v *ir.Value, b Buffer) string {
	mark := ""
	if v.Type.DType == ir.Int {
		mark = "i"
	}
	return b.text(mark)
}

// String writes a buffer of floats as output[16:20].
func (b Buffer) String() string { return b.text("") }

func (b Buffer) text(mark string) string {
	return fmt.Sprintf("%v%s[%d:%d]", b.Arena, mark, b.Offset, b.Offset+b.Len)
}

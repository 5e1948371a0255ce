package gosource

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
)

// This file writes nested loops over the elements of values.

// cursor walks the elements of an operand: its name in the loop, where it starts, and how far
// it goes along each axis.
type cursor struct {
	name   string
	start  int
	stride []int
}

// merged removes axes of one element, and makes one axis of two that follow each other without a gap in
// all operands. The axes before split stay apart from the others.
func merged(shape []int, cs []cursor, split int) ([]int, []cursor, int) {
	out := make([]cursor, len(cs))
	for k, c := range cs {
		out[k] = cursor{name: c.name, start: c.start}
	}
	var dims []int
	newSplit := 0
	for i, d := range shape {
		if d == 1 {
			continue
		}
		last := len(dims) - 1
		join := last >= 0 && !(i >= split && last < newSplit)
		for k, c := range cs {
			join = join && out[k].stride[last] == d*c.stride[i]
		}
		if join {
			dims[last] *= d
			for k, c := range cs {
				out[k].stride[last] = c.stride[i]
			}
			continue
		}
		dims = append(dims, d)
		for k, c := range cs {
			out[k].stride = append(out[k].stride, c.stride[i])
		}
		if i < split {
			newSplit = len(dims)
		}
	}
	return dims, out, newSplit
}

// starts writes the declarations of the cursors.
func starts(cs []cursor) string {
	if len(cs) == 0 {
		return ""
	}
	var names, at []string
	for _, c := range cs {
		names, at = append(names, c.name), append(at, strconv.Itoa(c.start))
	}
	return strings.Join(names, ", ") + " := " + strings.Join(at, ", ") + "\n"
}

// nested writes loops over dims around body, which reads the cursors. With back, they stand where
// they began behind the loops.
func nested(dims []int, cs []cursor, back bool, body string) string {
	var b strings.Builder
	for _, d := range dims {
		fmt.Fprintf(&b, "for range %d {\n", d)
	}
	b.WriteString(body)
	for i := len(dims) - 1; i >= 0; i-- {
		for _, c := range cs {
			by := c.stride[i]
			if i+1 < len(dims) {
				by -= dims[i+1] * c.stride[i+1]
			}
			advance(&b, c.name, by)
		}
		b.WriteString("}\n")
	}
	for _, c := range cs {
		if back && len(dims) > 0 {
			advance(&b, c.name, -dims[0]*c.stride[0])
		}
	}
	return b.String()
}

// advance writes a change of a cursor.
func advance(b *strings.Builder, name string, by int) {
	switch {
	case by > 0:
		fmt.Fprintf(b, "%s += %d\n", name, by)
	case by < 0:
		fmt.Fprintf(b, "%s -= %d\n", name, -by)
	}
}

// function adds a function with the parameters and the body to the program, or finds an equal
// one, and returns its name.
func (g *generator) function(kind, note, params, body string) string {
	text := "(" + params + ") {\n" + body + "}\n"
	if name := g.byText[kind+text]; name != "" {
		return name
	}
	g.named[kind]++
	name := fmt.Sprintf("%s%d", kind, g.named[kind])
	g.byText[kind+text] = name
	g.loops = append(g.loops, loop{name, "// " + name + " " + note + "\nfunc " + name + text})
	return name
}

// copies writes the elements of one value to another one, of the same shape.
func (g *generator) copies(to, from loc, ints bool) {
	t := "number"
	if ints {
		t = "int32"
	}
	shape := to.l.Shape
	src, srcStart := from.span()
	dst, dstStart := to.span()
	dims, cs, _ := merged(shape, []cursor{{"d", dstStart, to.l.Stride}, {"a", srcStart, from.l.Stride}}, 0)
	if len(dims) == 0 || len(dims) == 1 && cs[0].stride[0] == 1 && cs[1].stride[0] == 1 {
		src.same = src.off == 0
		g.add(&step{call: "copy", dst: dst, in: []any{src}})
		return
	}
	last := len(dims) - 1
	var body string
	if cs[0].stride[last] == 1 && cs[1].stride[last] == 1 {
		row := fmt.Sprintf("copy(dst[d:d+%d], x[a:a+%d])\n", dims[last], dims[last])
		body = starts(cs) + nested(dims[:last], cs, false, row)
	} else {
		body = starts(cs) + nested(dims, cs, false, "dst[d] = x[a]\n")
	}
	name := g.function("move", fmt.Sprintf("copies %v elements from one order to another.", ir.Shape(slices.Clone(shape))), "dst, x []"+t, body)
	g.add(&step{call: name, dst: dst, in: []any{src}})
}

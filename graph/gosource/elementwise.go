package gosource

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
)

// body is the loop of an elementwise value, or of a fold, under way.
type body struct {
	*generator
	root  *ir.Value
	loads []*ir.Value
	names map[*ir.Value]string
	lines strings.Builder
	n     int // of variables
}

// newBody returns the loop whose elements are those of v, of which root computes something.
func (g *generator) newBody(root *ir.Value) *body {
	return &body{generator: g, root: root, names: map[*ir.Value]string{}}
}

// of returns the expression of an element of v, for which it writes lines.
func (b *body) of(v *ir.Value) string {
	if name := b.names[v]; name != "" {
		return name
	}
	if u, ok := b.uniform(v); ok && (v != b.root || v.Def.Name == "fill") {
		return b.literal(u)
	}
	inside := v.Def != nil && v.Def.Class == ir.Elementwise && *b.generator.root.At(v) == b.root && *b.known.At(v) == nil
	if !inside {
		name := letters(len(b.loads))
		b.loads = append(b.loads, v)
		b.names[v] = name
		return name
	}
	var in []string
	constant := true // without a variable that has a type
	for i, x := range v.In {
		in = append(in, b.operand(v, i))
		_, literal := b.uniform(x)
		constant = constant && literal
	}
	e := rules[v.Def.Name].expr(&call{b.generator, v}, in)
	name := fmt.Sprintf("v%d", b.n)
	b.n++
	if constant {
		e = "number(" + e + ")"
	}
	fmt.Fprintf(&b.lines, "%s := %s\n", name, e)
	b.names[v] = name
	return name
}

// operand returns the expression of operand i of v. One that is not read has none.
func (b *body) operand(v *ir.Value, i int) string {
	if v.Def.Name == "fill" {
		return ""
	}
	return b.of(v.In[i])
}

// letters returns the name of load i: a to z, then a1 and so on.
func letters(i int) string {
	const all = "abcefghjklmoqrtuxyz" // without d, i, n, p, s, v and w
	if i < len(all) {
		return all[i : i+1]
	}
	return fmt.Sprintf("%c%d", all[i%len(all)], i/len(all))
}

// elementwise writes the loop of v.
func elementwise(c *call) {
	b := c.newBody(c.v)
	result := b.of(c.v)
	dst := c.made(c.v)
	strides := [][]int{dst.l.Stride}
	var in []any
	var at []int
	for _, x := range b.loads {
		p := c.at(x)
		r, start := p.span()
		r.same = p.l.IsDense() && r.off == 0
		in, at, strides = append(in, r), append(at, start), append(strides, p.l.Stride)
	}
	cs := []cursor{{"d", 0, dst.l.Stride}}
	for i := range b.loads {
		cs = append(cs, cursor{letters(i) + "i", at[i], strides[i+1]})
	}
	dims, cs, _ := merged(c.v.Type.Shape, cs, 0)
	params := []string{"dst"}
	for i := range b.loads {
		params = append(params, letters(i)+"s")
	}
	text := b.flat(cs, result)
	if !isFlat(dims, cs) {
		text = b.rows(dims, cs, result)
	}
	name := c.function("loop", "computes "+b.summary()+".", strings.Join(params, ", ")+" []number", text)
	c.add(&step{call: name, dst: dst.dense(), in: in})
}

// isFlat reports whether one loop without strides does.
func isFlat(dims []int, cs []cursor) bool {
	if len(dims) == 0 {
		return true
	}
	for k, c := range cs {
		if s := c.stride[0]; s != 1 && (s != 0 || k == 0) {
			return false
		}
	}
	return len(dims) == 1
}

// flat writes one loop over the result.
func (b *body) flat(cs []cursor, result string) string {
	var head, loads strings.Builder
	for i := range b.loads {
		name := letters(i)
		if c := cs[i+1]; len(c.stride) > 0 && c.stride[0] == 1 {
			fmt.Fprintf(&head, "%ss = %ss[:len(dst)]\n", name, name)
			fmt.Fprintf(&loads, "%s := %ss[i]\n", name, name)
		} else {
			fmt.Fprintf(&head, "%s := %ss[0]\n", name, name)
		}
	}
	return head.String() + "for i := range dst {\n" + loads.String() + b.lines.String() + "dst[i] = " + result + "\n}\n"
}

// rows writes loops over all axes. The innermost one goes along slices where elements are
// neighbours.
func (b *body) rows(dims []int, cs []cursor, result string) string {
	last := len(dims) - 1
	var head, loads strings.Builder
	for i := range b.loads {
		name, at := letters(i), cs[i+1].name
		switch s := cs[i+1].stride[last]; s {
		case 0:
			fmt.Fprintf(&head, "%s := %ss[%s]\n", name, name, at)
		case 1:
			fmt.Fprintf(&head, "%sr := %ss[%s:][:len(row)]\n", name, name, at)
			fmt.Fprintf(&loads, "%s := %sr[i]\n", name, name)
		default:
			fmt.Fprintf(&loads, "%s := %ss[%s+i*%d]\n", name, name, at, s)
		}
	}
	inner := fmt.Sprintf("row := dst[d:][:%d]\n", dims[last]) + head.String() + "for i := range row {\n" + loads.String() + b.lines.String() + "row[i] = " + result + "\n}\n"
	return starts(cs) + nested(dims[:last], cs, false, inner)
}

// summary names the operators of the loop.
func (b *body) summary() string {
	var names []string
	for _, v := range b.f.Values {
		if _, ok := b.names[v]; ok && v.Def != nil && *b.generator.root.At(v) == b.root && v.Def.Class == ir.Elementwise && *b.known.At(v) == nil {
			names = append(names, v.Def.Name)
		}
	}
	if len(names) == 0 {
		return "a constant"
	}
	return strings.Join(names, ", ")
}

package gosource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
)

// fold is how a reduction adds an element to what it has, in float64.
type fold struct{ start, next string }

var foldsOf = map[string]fold{
	"sum":        {"0.0", "acc += float64(%s)"},
	"prod":       {"1.0", "acc *= float64(%s)"},
	"reducemax":  {"math.Inf(-1)", "acc = max(acc, float64(%s))"},
	"reducemin":  {"math.Inf(1)", "acc = min(acc, float64(%s))"},
	"sumsquares": {"0.0", "acc += float64(%[1]s) * float64(%[1]s)"},
}

// reduceRules are those of folds over axes.
func reduceRules() map[string]rule {
	out := map[string]rule{}
	for name := range foldsOf {
		out[name] = steps(reduce)
	}
	return out
}

// reduce writes a loop over the axes that stay, and in it one over those that are folded. The
// operand may be computed in it.
func reduce(c *call) {
	x, f := c.v.In[0], foldsOf[c.v.Def.Name]
	axes := c.v.Attrs.Ints("axes")
	if c.v.Def.Name == "sumsquares" {
		axes = upTo(len(x.Type.Shape))
	}
	b := c.newBody(c.v)
	result := b.of(x)
	var kept []int
	for i := range x.Type.Shape {
		if !slices.Contains(axes, i) {
			kept = append(kept, i)
		}
	}
	order := slices.Concat(kept, axes)
	shape := pick(x.Type.Shape, order)
	dst := c.made(c.v)
	out := append(ir.Shape(shape[:len(kept)]).Strides(), make([]int, len(axes))...)
	cs := []cursor{{"d", 0, out}}
	var in []any
	params := []string{"dst"}
	for i, v := range b.loads {
		p := c.at(v)
		r, start := p.span()
		in = append(in, r)
		cs = append(cs, cursor{letters(i) + "i", start, pick(p.l.Stride, order)})
		params = append(params, letters(i)+"s")
	}
	dims, cs, split := merged(shape, cs, len(kept))
	var loads strings.Builder
	for i := range b.loads {
		fmt.Fprintf(&loads, "%s := %ss[%si]\n", letters(i), letters(i), letters(i))
	}
	element := loads.String() + b.lines.String() + fmt.Sprintf(f.next, result) + "\n"
	part := func(lo, hi int) (out []cursor) {
		for _, k := range cs {
			out = append(out, cursor{k.name, k.start, k.stride[lo:hi]})
		}
		return out
	}
	line := "acc := " + f.start + "\n" + nested(dims[split:], part(split, len(dims)), split > 0, element)
	if c.v.Def.Name == "sumsquares" {
		line += "acc *= " + fmt.Sprint(c.v.Attrs.Float("by")) + "\n"
	}
	line += "dst[d] = number(acc)\n"
	text := starts(cs) + nested(dims[:split], part(0, split), false, line)
	name := c.function(c.v.Def.Name, "folds "+b.summary()+".", strings.Join(params, ", ")+" []number", text)
	c.add(&step{call: name, dst: dst.dense(), in: in})
}

func pick(s, order []int) []int {
	out := make([]int, len(order))
	for i, k := range order {
		out[i] = s[k]
	}
	return out
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

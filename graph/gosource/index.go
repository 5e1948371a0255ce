package gosource

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/ir"
)

// indexRules are those of operators that read indices or make them.
var indexRules = map[string]rule{
	"take": steps(func(c *call) {
		s := c.shape(0)
		c.do("take", c.in(0), c.in(1), s[1:].Size())
	}),
	"putadd": steps(func(c *call) {
		s := c.v.Type.Shape
		c.do("putAdd", c.in(0), c.in(1), s[1:].Size())
	}),
	"onehot": steps(func(c *call) {
		has, label := c.ignored()
		c.do("oneHot", c.in(0), c.v.Attrs.Int("classes"), has, label)
	}),
	"asints":   steps(func(c *call) { c.do("asInts", c.in(0)) }),
	"asfloats": steps(func(c *call) { c.do("asFloats", c.in(0)) }),
	"notint":   steps(func(c *call) { c.do("notInt", c.in(0), c.v.Attrs.Int("by")) }),
	"places": steps(func(c *call) {
		extents := ""
		for _, n := range c.v.Attrs.Ints("extents") {
			extents += fmt.Sprintf("%d, ", n)
		}
		c.do("places", c.in(0), c.table("extents", "[]int{"+extents+"}"))
	}),
	"gather": steps(func(c *call) {
		c.placed("gather", "dst, x []number, index []int32", c.v.Type.Shape, c.shape(0), "dst[i] = x[at+int(index[i])*%d]\n", c.in(0), c.in(1))
	}),
	"scatter":    scatters("dst[at+int(index[i])*%d] = y[i]\n"),
	"scattermul": scatters("dst[at+int(index[i])*%d] *= y[i]\n"),
	"scatterextreme": steps(func(c *call) {
		less := "<"
		if !c.v.Attrs.Bool("least") {
			less = ">"
		}
		scattered(c, "o, v := &dst[at+int(index[i])*%d], y[i]\nif v != v || *o == *o && v "+less+" *o {\n*o = v\n}\n")
	}),
	"scatteradd": steps(func(c *call) {
		c.add(&step{call: "clear", dst: c.made(c.v).dense()})
		c.placed("scatter", "dst, y []number, index []int32", c.shape(1), c.v.Type.Shape, "dst[at+int(index[i])*%d] += y[i]\n", c.in(0), c.in(1))
	}),
}

// scatters is an operator that puts y into a copy of x where the index says.
func scatters(body string) rule {
	return steps(func(c *call) { scattered(c, body) })
}

func scattered(c *call, body string) {
	c.copies(c.made(c.v), c.at(c.v.In[0]), false)
	c.placed("scatter", "dst, y []number, index []int32", c.shape(2), c.v.Type.Shape, body, c.in(1), c.in(2))
}

// placed adds a loop over the elements of an index, number i. at is where the element's line
// along the attribute axis starts in the whole, in whose lines elements lie %d apart.
func (c *call) placed(kind, params string, index, whole ir.Shape, body string, in ...any) {
	axis := c.v.Attrs.Int("axis")
	stride := whole.Strides()
	apart := stride[axis]
	stride[axis] = 0
	dims, cs, _ := merged(index, []cursor{{"i", 0, index.Strides()}, {"at", 0, stride}}, 0)
	text := starts(cs) + nested(dims, cs, false, fmt.Sprintf(body, apart))
	p := c.where.At(c.v)
	if *p == nil {
		c.made(c.v)
	}
	name := c.function(kind, fmt.Sprintf("goes along axis %d of %v with indices of the shape %v.", axis, whole, index), params, text)
	c.add(&step{call: name, dst: (*p).dense(), in: in})
}

// table declares a variable of the program and returns its name.
func (g *generator) table(kind, value string) string {
	text := " = " + value
	if name := g.byText[text]; name != "" {
		return name
	}
	g.named[kind]++
	name := fmt.Sprintf("%s%d", kind, g.named[kind])
	g.byText[text] = name
	g.tables = append(g.tables, "var "+name+text+"\n")
	return name
}

package gosource

import (
	"maps"

	"github.com/symgrad/symgrad/internal/ir"
)

// rule says how an operator of the compiler is written.
type rule struct {
	// make adds the steps of an application, or its loop.
	make func(c *call)
	// expr writes one element of an elementwise operator, from those of its operands.
	expr func(c *call, x []string) string
	// why says why there is no counterpart.
	why string
}

// rules are those of all operators, by the names of their rows.
var rules map[string]rule

func init() {
	rules = join(elementwiseRules(), reduceRules(), shapeRules, productRules, windowRules, indexRules, lineRules, withoutRules)
}

func join(tables ...map[string]rule) map[string]rule {
	all := map[string]rule{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// steps is the rule of an operator that f writes.
func steps(f func(c *call)) rule { return rule{make: f} }

func without(why string) rule { return rule{why: why} }

// call is an operator's application that is written.
type call struct {
	*generator
	v *ir.Value
}

// in returns operand i in row-major order.
func (c *call) in(i int) ref { return c.densely(c.v.In[i]).dense() }

// shape returns the shape of operand i.
func (c *call) shape(i int) ir.Shape { return c.v.In[i].Type.Shape }

// do adds a step that a function of the folder loops makes: its first argument is the result.
func (c *call) do(name string, in ...any) {
	c.add(&step{call: c.use(name), dst: c.made(c.v).dense(), in: in})
}

// line splits the shape of operand i around the attribute axis.
func (c *call) line(i int) (n, inner int) {
	axis := c.v.Attrs.Int("axis")
	s := c.shape(i)
	return s[axis], s[axis+1:].Size()
}

package randgraph

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// step is one application in a graph: how the library builds it and what the
// interpreter makes of it.
type step struct {
	name  string
	in    []int // earlier values
	build func(c *op.Ctx, x []*gorgonia.Node) *gorgonia.Node
	eval  func(k *naive, x []array) array
}

// recipe is a random graph: float inputs, integer ones, and steps whose values
// follow the inputs.
type recipe struct {
	r      *rand.Rand
	feed   []array // of the float inputs
	ints   map[string][]int
	steps  []step
	values []array // at feed
	limits
}

// limits keep values so small that differences mean something.
type limits struct {
	elements int     // of one value
	value    float64 // the largest
	work     int     // multiplications of a product
	longest  int     // steps
	rounding float64 // times the tolerances
}

var (
	narrow = limits{elements: 200, value: 20, work: 1 << 14, longest: 100, rounding: 1}
	batch  = limits{elements: 400, value: 20, work: 1 << 14, longest: 100, rounding: 1}    // of examples, for regions
	wide   = limits{elements: 9000, value: 1000, work: 1 << 18, longest: 5, rounding: 100} // shared out among workers
)

// draw makes the recipe of a seed with so many steps. A smaller recipe of the
// same seed is its beginning.
func draw(seed uint64, steps int) *recipe {
	g := &recipe{r: rand.New(rand.NewPCG(seed, 0)), ints: map[string][]int{}, limits: narrow}
	extents := []int{1, 1, 2, 2, 3, 5}
	switch {
	case seed%5 == 4:
		extents = append(extents, 0)
	case seed%40 == 15:
		g.limits, extents = wide, []int{1, 7, 33, 64, 130}
	case seed%5 == 3:
		g.limits = batch
	}
	for range 2 + g.r.IntN(2) {
		shape := make([]int, g.r.IntN(5))
		for j := range shape {
			shape[j] = extents[g.r.IntN(len(extents))]
		}
		if g.limits == batch && len(shape) > 0 {
			shape[0] = 12
		}
		for size(shape) > g.elements {
			shape = shape[1:]
		}
		g.feed = append(g.feed, fill(shape, func([]int) float64 { return g.r.NormFloat64() }))
	}
	g.values = append(g.values, g.feed...)
	steps = min(steps, g.longest)
	for range 100 * steps {
		if len(g.steps) == steps {
			break
		}
		g.grow()
	}
	return g
}

// grow adds a step, if the one that it draws fits and stays small.
func (g *recipe) grow() {
	s, ok := kinds[g.r.IntN(len(kinds))](g, g.pick())
	if !ok {
		return
	}
	var k naive
	y := s.eval(&k, g.operands(g.values, s))
	if k.close || len(y.v) > g.elements || len(y.shape) > 5 {
		return
	}
	for _, v := range y.v {
		if !(v >= -g.value && v <= g.value) {
			return
		}
	}
	g.steps, g.values = append(g.steps, s), append(g.values, y)
}

// pick chooses a value, recent ones more often.
func (g *recipe) pick() int {
	n := len(g.values)
	return n - 1 - min(g.r.IntN(n), g.r.IntN(n))
}

func (g *recipe) shape(i int) []int { return g.values[i].shape }

func (g *recipe) operands(values []array, s step) []array {
	var x []array
	for _, i := range s.in {
		x = append(x, values[i])
	}
	return x
}

// index adds an integer input of numbers in [0, n).
func (g *recipe) index(n int, shape []int) (name string, v []int) {
	name = fmt.Sprintf("i%d", len(g.ints))
	for range size(shape) {
		v = append(v, g.r.IntN(n))
	}
	g.ints[name] = v
	return name, v
}

// interpret computes all values with the float inputs at feed.
func (g *recipe) interpret(feed []array) (values []array, ways uint64) {
	var k naive
	values = append(values, feed...)
	for _, s := range g.steps {
		values = append(values, s.eval(&k, g.operands(values, s)))
	}
	return values, k.ways
}

// build makes the graph.
func (g *recipe) build(d ir.DType) (c *op.Ctx, nodes []*gorgonia.Node) {
	c = op.NewCtx(gorgonia.NewGraph())
	for i, x := range g.feed {
		nodes = append(nodes, c.Leaf(ir.Type{DType: d, Shape: x.shape}, fmt.Sprintf("x%d", i)))
	}
	return c, g.apply(c, nodes)
}

// apply builds the steps behind the nodes of the inputs.
func (g *recipe) apply(c *op.Ctx, nodes []*gorgonia.Node) []*gorgonia.Node {
	for _, s := range g.steps {
		var in []*gorgonia.Node
		for _, i := range s.in {
			in = append(in, nodes[i])
		}
		nodes = append(nodes, s.build(c, in))
	}
	return nodes
}

// String lists the steps.
func (g *recipe) String() string {
	var b strings.Builder
	for i, x := range g.values {
		if i < len(g.feed) {
			fmt.Fprintf(&b, "v%d = input %v\n", i, x.shape)
			continue
		}
		s := g.steps[i-len(g.feed)]
		fmt.Fprintf(&b, "v%d = %s", i, s.name)
		for _, j := range s.in {
			fmt.Fprintf(&b, " v%d", j)
		}
		fmt.Fprintf(&b, " %v\n", x.shape)
	}
	return b.String()
}

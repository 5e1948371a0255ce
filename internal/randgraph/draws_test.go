package randgraph

import (
	"github.com/symgrad/symgrad/internal/ir"
	random "github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/op"
)

// drawing are the kinds that draw random numbers. What they draw is tested elsewhere: here
// it must be the same however a graph is compiled.
var drawing = []kind{noise, shuffle}

// numbers adds a draw of its own, by a step that is an input.
func (g *recipe) numbers() (d func(c *op.Ctx) op.Draw, key uint64) {
	name, v := g.index(100, nil)
	leaf, stream := g.leaf(name, nil), len(g.steps)
	return func(c *op.Ctx) op.Draw { return op.Draw{Step: leaf(c), Seed: 7, Stream: stream} }, random.Key(7, stream, v[0])
}

// distributions are what noise draws from.
var distributions = []struct {
	name  string
	build func(c *op.Ctx, d op.Draw, like ir.DType, shape []int) node
	fill  func(dst []float64, key uint64, start int)
}{
	{"uniform", (*op.Ctx).Uniform, random.Uniform[float64]},
	{"normal", (*op.Ctx).Normal, random.Normal[float64]},
	{"gumbel", (*op.Ctx).Gumbel, random.Gumbel[float64]},
}

// noise multiplies x by numbers of a distribution.
func noise(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	d, key := g.numbers()
	from := distributions[g.r.IntN(len(distributions))]
	v := make([]float64, size(s))
	from.fill(v, key, 0)
	return one("times "+from.name, x,
		func(c *op.Ctx, x node) node { return c.Mul(x, from.build(c, d(c), c.Type(x).DType, s)) },
		func(_ *naive, x array) array {
			i := -1
			return fill(s, func(at []int) float64 {
				i++
				return x.get(at) * v[i]
			})
		})
}

// shuffle takes the rows of x in a random order.
func shuffle(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	if len(s) == 0 {
		return step{}, false
	}
	d, key := g.numbers()
	order := make([]int, s[0])
	random.Permutation(order, key)
	return one("shuffle", x,
		func(c *op.Ctx, x node) node { return c.Take(x, c.Permutation(d(c), s[0])) },
		func(_ *naive, x array) array {
			return fill(s, func(at []int) float64 { return x.get(append([]int{order[at[0]]}, at[1:]...)) })
		})
}

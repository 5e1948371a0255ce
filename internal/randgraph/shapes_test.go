package randgraph

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// kinds are all kinds of steps.
var kinds = slices.Concat(elementwise, moves, folds, products, indexed, windowed, drawing)

// one is a step of one operand.
func one(name string, x int, build func(c *op.Ctx, x node) node, eval func(k *naive, x array) array) (step, bool) {
	return step{name: name, in: []int{x},
		build: func(c *op.Ctx, x []node) node { return build(c, x[0]) },
		eval:  func(k *naive, x []array) array { return eval(k, x[0]) }}, true
}

// moves are the kinds that rearrange elements.
var moves = []kind{transpose, transpose, reshape, reshape, broadcastTo, slice, slice, concat, concat, stack, repeat, band, diagonal}

func transpose(g *recipe, x int) (step, bool) {
	perm := g.r.Perm(len(g.shape(x)))
	return one(fmt.Sprint("transpose", perm), x,
		func(c *op.Ctx, x node) node { return c.Transpose(x, perm) },
		func(_ *naive, x array) array { return x.transposed(perm) })
}

// reshape joins two neighbouring axes, or splits off one of extent 1 or of a
// divisor.
func reshape(g *recipe, x int) (step, bool) {
	s := slices.Clone(g.shape(x))
	k := g.r.IntN(len(s) + 1)
	switch {
	case len(s) > 1 && k < len(s)-1 && g.r.IntN(2) == 0:
		s = slices.Replace(s, k, k+2, s[k]*s[k+1])
	case k < len(s) && s[k] > 3 && s[k]%2 == 0:
		s = slices.Replace(s, k, k+1, 2, s[k]/2)
	case k < len(s) && s[k] == 1:
		s = slices.Delete(s, k, k+1)
	default:
		s = slices.Insert(s, k, 1)
	}
	return one(fmt.Sprint("reshape", s), x,
		func(c *op.Ctx, x node) node { return c.Reshape(x, s) },
		func(_ *naive, x array) array { return array{s, x.v} })
}

func broadcastTo(g *recipe, x int) (step, bool) {
	s := slices.Clone(g.shape(x))
	for i, d := range s {
		if d == 1 && g.r.IntN(2) == 0 {
			s[i] = 1 + g.r.IntN(3)
		}
	}
	if g.r.IntN(2) == 0 {
		s = slices.Insert(s, 0, 1+g.r.IntN(3))
	}
	return one(fmt.Sprint("broadcast", s), x,
		func(c *op.Ctx, x node) node { return c.Broadcast(x, s) },
		func(_ *naive, x array) array { return fill(s, x.spread) })
}

// slice takes places of every axis, in steps and backwards too.
func slice(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	if len(s) == 0 || size(s) == 0 {
		return step{}, false
	}
	ranges, shape := make([]op.Range, len(s)), make([]int, len(s))
	start, by := make([]int, len(s)), make([]int, len(s))
	for i, n := range s {
		start[i], by[i], shape[i] = 0, 1, n
		switch g.r.IntN(4) {
		case 0:
			start[i] = g.r.IntN(n)
			shape[i] = 1 + g.r.IntN(n-start[i])
		case 1:
			by[i] = 2
			shape[i] = (n + 1) / 2
		case 2:
			start[i], by[i] = n-1, -1
		}
		ranges[i] = op.Range{Start: start[i], Stop: start[i] + shape[i]*by[i], Step: by[i]}
		if by[i] == -1 {
			ranges[i].Stop = -n - 1
		}
	}
	return one(fmt.Sprint("slice", ranges), x,
		func(c *op.Ctx, x node) node { return c.Slice(x, ranges) },
		func(_ *naive, x array) array {
			return fill(shape, func(at []int) float64 {
				own := make([]int, len(at))
				for i := range at {
					own[i] = start[i] + at[i]*by[i]
				}
				return x.get(own)
			})
		})
}

// partners finds up to two more values that agree with x but on the axis.
func (g *recipe) partners(x, axis int) []int {
	in := []int{x}
	for range 6 {
		y := g.pick()
		s := slices.Clone(g.shape(y))
		if len(s) != len(g.shape(x)) || len(in) == 3 {
			continue
		}
		if axis >= 0 {
			s[axis] = g.shape(x)[axis]
		}
		if slices.Equal(s, g.shape(x)) {
			in = append(in, y)
		}
	}
	return in
}

func concat(g *recipe, x int) (step, bool) {
	if len(g.shape(x)) == 0 {
		return step{}, false
	}
	axis := g.r.IntN(len(g.shape(x)))
	return step{name: fmt.Sprint("concat axis ", axis), in: g.partners(x, axis),
		build: func(c *op.Ctx, x []node) node { return c.Concat(axis, x...) },
		eval:  func(_ *naive, x []array) array { return joined(x, axis) }}, true
}

func joined(x []array, axis int) array {
	shape := slices.Clone(x[0].shape)
	shape[axis] = 0
	for _, y := range x {
		shape[axis] += y.shape[axis]
	}
	return fill(shape, func(at []int) float64 {
		own := slices.Clone(at)
		for _, y := range x {
			if own[axis] < y.shape[axis] {
				return y.get(own)
			}
			own[axis] -= y.shape[axis]
		}
		panic("the place is outside")
	})
}

func stack(g *recipe, x int) (step, bool) {
	axis := g.r.IntN(len(g.shape(x)) + 1)
	return step{name: fmt.Sprint("stack axis ", axis), in: g.partners(x, -1),
		build: func(c *op.Ctx, x []node) node { return c.Stack(axis, x...) },
		eval: func(_ *naive, x []array) array {
			var wide []array
			for _, y := range x {
				wide = append(wide, array{slices.Insert(slices.Clone(y.shape), axis, 1), y.v})
			}
			return joined(wide, axis)
		}}, true
}

func repeat(g *recipe, x int) (step, bool) {
	if len(g.shape(x)) == 0 {
		return step{}, false
	}
	axis, n := g.r.IntN(len(g.shape(x))), 1+g.r.IntN(3)
	return one(fmt.Sprint("repeat axis ", axis, " by ", n), x,
		func(c *op.Ctx, x node) node { return c.Repeat(x, axis, n) },
		func(_ *naive, x array) array {
			return x.lines(axis, n*x.shape[axis], func(line []float64) []float64 {
				var out []float64
				for _, v := range line {
					for range n {
						out = append(out, v)
					}
				}
				return out
			})
		})
}

func band(g *recipe, x int) (step, bool) {
	if len(g.shape(x)) < 2 {
		return step{}, false
	}
	d := g.r.IntN(4) - 2
	return one(fmt.Sprint("tril ", d), x,
		func(c *op.Ctx, x node) node { return c.Tril(x, d) },
		func(_ *naive, x array) array {
			return fill(x.shape, func(at []int) float64 {
				if n := len(at); at[n-1]-at[n-2] > d {
					return 0
				}
				return x.get(at)
			})
		})
}

func diagonal(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	n := len(s)
	if n < 2 || s[n-1] != s[n-2] {
		return step{}, false
	}
	return one("diagonal", x,
		func(c *op.Ctx, x node) node { return c.Diagonal(x, -2, -1) },
		func(_ *naive, x array) array {
			return fill(s[:n-1], func(at []int) float64 { return x.get(append(slices.Clone(at), at[n-2])) })
		})
}

// indexed are the kinds with integer inputs.
var indexed = []kind{gather, take, putAdd, scatterAdd}

func (g *recipe) leaf(name string, shape []int) func(c *op.Ctx) node {
	return func(c *op.Ctx) node { return c.Leaf(ir.Type{DType: ir.Int, Shape: shape}, name) }
}

func gather(g *recipe, x int) (step, bool) {
	s := slices.Clone(g.shape(x))
	if len(s) == 0 || size(s) == 0 {
		return step{}, false
	}
	axis := g.r.IntN(len(s))
	n := s[axis]
	s[axis] = 1 + g.r.IntN(4)
	name, v := g.index(n, s)
	leaf := g.leaf(name, s)
	return one(fmt.Sprint("gather axis ", axis), x,
		func(c *op.Ctx, x node) node { return c.Gather(x, leaf(c), axis) },
		func(_ *naive, x array) array {
			i := -1
			return fill(s, func(at []int) float64 {
				i++
				own := slices.Clone(at)
				own[axis] = v[i]
				return x.get(own)
			})
		})
}

func take(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	if len(s) == 0 || size(s) == 0 {
		return step{}, false
	}
	axis, n := g.r.IntN(len(s)), 1+g.r.IntN(4)
	name, v := g.index(s[axis], []int{n})
	leaf := g.leaf(name, []int{n})
	return one(fmt.Sprint("indexselect axis ", axis), x,
		func(c *op.Ctx, x node) node { return c.IndexSelect(x, leaf(c), axis) },
		func(_ *naive, x array) array {
			return x.lines(axis, n, func(line []float64) []float64 {
				var out []float64
				for _, i := range v {
					out = append(out, line[i])
				}
				return out
			})
		})
}

func putAdd(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	if len(s) == 0 || size(s) == 0 {
		return step{}, false
	}
	n := 1 + g.r.IntN(4)
	name, v := g.index(s[0], []int{n})
	leaf := g.leaf(name, []int{n})
	return one("indexadd", x, // onto x itself, rows of tanh of its first row
		func(c *op.Ctx, x node) node {
			row := c.Tanh(c.Slice(x, []op.Range{{Start: 0, Stop: 1, Step: 1}}))
			return c.IndexAdd(x, c.Broadcast(row, append(ir.Shape{n}, s[1:]...)), leaf(c))
		},
		func(_ *naive, x array) array {
			return x.lines(0, s[0], func(line []float64) []float64 {
				out := slices.Clone(line)
				for _, i := range v {
					out[i] += tanh(line[0])
				}
				return out
			})
		})
}

func scatterAdd(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	if len(s) == 0 || size(s) == 0 {
		return step{}, false
	}
	axis := g.r.IntN(len(s))
	whole := slices.Clone(s)
	whole[axis] = 1 + g.r.IntN(4)
	name, v := g.index(whole[axis], s)
	leaf := g.leaf(name, s)
	return one(fmt.Sprint("scatteradd axis ", axis), x,
		func(c *op.Ctx, x node) node { return c.ScatterAdd(x, leaf(c), axis, whole) },
		func(_ *naive, x array) array {
			out := fill(whole, func([]int) float64 { return 0 })
			i := -1
			each(s, func(at []int) {
				i++
				to := slices.Clone(at)
				to[axis] = v[i]
				out.v[out.index(to)] += x.get(at)
			})
			return out
		})
}

package randgraph

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

func tanh(x float64) float64 { return math.Tanh(x) }

// foldKind folds random axes, of which none may be without elements if some.
func foldKind(name string, some bool, build func(c *op.Ctx, x node, axes []int, keep bool) node, f func(k *naive, part []float64) float64) kind {
	return func(g *recipe, x int) (step, bool) {
		s := g.shape(x)
		marks := make([]bool, len(s))
		axes := []int{}
		for i := range s {
			if g.r.IntN(2) == 0 {
				marks[i] = true
				axes = append(axes, i)
			}
		}
		if some && size(s) == 0 {
			return step{}, false
		}
		keep := g.r.IntN(2) == 0
		return one(fmt.Sprint(name, axes, " keep ", keep), x,
			func(c *op.Ctx, x node) node { return build(c, x, axes, keep) },
			func(k *naive, x array) array {
				return x.fold(marks, keep, func(part []float64) float64 { return f(k, part) })
			})
	}
}

// lineKind works along a random axis.
func lineKind(name string, build func(c *op.Ctx, x node, axis int) node, f func(k *naive, line []float64) []float64) kind {
	return func(g *recipe, x int) (step, bool) {
		s := g.shape(x)
		if len(s) == 0 || size(s) == 0 {
			return step{}, false
		}
		axis := g.r.IntN(len(s))
		extent := len(f(&naive{}, make([]float64, s[axis])))
		return one(fmt.Sprint(name, " axis ", axis), x,
			func(c *op.Ctx, x node) node { return build(c, x, axis) },
			func(k *naive, x array) array {
				return x.lines(axis, extent, func(line []float64) []float64 { return f(k, line) })
			})
	}
}

// small is for kinds whose second derivatives hold all pairs of the elements.
func small(k kind) kind {
	return func(g *recipe, x int) (step, bool) {
		if size(g.shape(x)) > narrow.elements {
			return step{}, false
		}
		return k(g, x)
	}
}

func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

func largest(k *naive, x []float64) float64 {
	m := x[0]
	for _, v := range x[1:] {
		m = k.larger(v, m)
	}
	return m
}

func negated(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = -v
	}
	return y
}

// sorted notes the order that it finds.
func sorted(k *naive, x []float64) []float64 {
	y := slices.Clone(x)
	for i := range y {
		for j := i; j > 0 && k.way(y[j-1], y[j]) == 1; j-- {
			y[j-1], y[j] = y[j], y[j-1]
		}
	}
	return y
}

func variance(x []float64) float64 {
	m, s := sum(x)/float64(len(x)), 0.0
	for _, v := range x {
		s += (v - m) * (v - m)
	}
	return s / float64(len(x))
}

// folds are reductions and what runs along an axis.
var folds = []kind{
	foldKind("sum", false, (*op.Ctx).Sum, func(_ *naive, x []float64) float64 { return sum(x) }),
	foldKind("sum", false, (*op.Ctx).Sum, func(_ *naive, x []float64) float64 { return sum(x) }),
	foldKind("mean", true, (*op.Ctx).Mean, func(_ *naive, x []float64) float64 { return sum(x) / float64(len(x)) }),
	foldKind("max", true, (*op.Ctx).ReduceMax, largest),
	foldKind("min", true, (*op.Ctx).ReduceMin, func(k *naive, x []float64) float64 { return -largest(k, negated(x)) }),
	small(foldKind("prod", false, (*op.Ctx).Prod, func(_ *naive, x []float64) float64 {
		p := 1.0
		for _, v := range x {
			p *= v
		}
		return p
	})),
	foldKind("logsumexp", true, (*op.Ctx).LogSumExp, func(_ *naive, x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += math.Exp(v)
		}
		return math.Log(s)
	}),
	foldKind("variance", true, func(c *op.Ctx, x node, axes []int, keep bool) node { return c.Variance(x, axes, 0, keep) },
		func(_ *naive, x []float64) float64 { return variance(x) }),
	foldKind("std", true, func(c *op.Ctx, x node, axes []int, keep bool) node { return c.Std(x, axes, 0, keep) },
		func(k *naive, x []float64) float64 {
			k.close = k.close || variance(x) < 1e-4 // its derivative has no end there
			return math.Sqrt(variance(x))
		}),
	foldKind("norm", true, func(c *op.Ctx, x node, axes []int, keep bool) node { return c.Norm(x, 2, axes, keep) },
		func(k *naive, x []float64) float64 {
			s := 0.0
			for _, v := range x {
				s += v * v
			}
			k.close = k.close || s < 1e-4
			return math.Sqrt(s)
		}),
	lineKind("softmax", (*op.Ctx).Softmax, func(_ *naive, x []float64) []float64 { return softmax(x) }),
	lineKind("logsoftmax", (*op.Ctx).LogSoftmax, func(_ *naive, x []float64) []float64 {
		y := softmax(x)
		for i, v := range y {
			y[i] = math.Log(v)
		}
		return y
	}),
	lineKind("cumsum", (*op.Ctx).CumSum, func(_ *naive, x []float64) []float64 {
		var y []float64
		for i := range x {
			y = append(y, sum(x[:i+1]))
		}
		return y
	}),
	small(lineKind("cumprod", (*op.Ctx).CumProd, func(_ *naive, x []float64) []float64 {
		var y []float64
		p := 1.0
		for _, v := range x {
			p *= v
			y = append(y, p)
		}
		return y
	})),
	lineKind("sort", func(c *op.Ctx, x node, axis int) node { return c.Sort(x, axis, false) }, sorted),
	lineKind("topk", func(c *op.Ctx, x node, axis int) node { return c.TopK(x, 1, axis) }, func(k *naive, x []float64) []float64 {
		return negated(sorted(k, negated(x)))[:1]
	}),
}

func softmax(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Exp(v)
	}
	s := sum(y)
	for i := range y {
		y[i] /= s
	}
	return y
}

// products are the kinds that multiply matrices.
var products = []kind{product, product, gram, gram, einsum, outer, solve, det}

// two is a step of two operands.
func two(name string, x, y int, build node2, eval func(k *naive, x, y array) array) (step, bool) {
	return step{name: name, in: []int{x, y},
		build: func(c *op.Ctx, x []node) node { return build(c, x[0], x[1]) },
		eval:  func(k *naive, x []array) array { return eval(k, x[0], x[1]) }}, true
}

// product multiplies by whatever fits, vectors too.
func product(g *recipe, x int) (step, bool) {
	for range 8 {
		y := g.pick()
		s, t := g.shape(x), g.shape(y)
		if len(s) == 0 || len(t) == 0 || s[len(s)-1] != t[max(0, len(t)-2)] {
			continue
		}
		if len(s) >= 2 && len(t) >= 2 {
			if _, ok := broadcast(s[:len(s)-2], t[:len(t)-2]); !ok {
				continue
			}
		}
		if size(s)*t[len(t)-1] > g.work {
			continue
		}
		return two("matmul", x, y, (*op.Ctx).MatMul, vectorsToo)
	}
	return step{}, false
}

// vectorsToo is matmul with a row before and a column after it.
func vectorsToo(_ *naive, x, y array) array {
	row, column := len(x.shape) == 1, len(y.shape) == 1
	if row {
		x = array{[]int{1, x.shape[0]}, x.v}
	}
	if column {
		y = array{[]int{y.shape[0], 1}, y.v}
	}
	z := matmul(x, y)
	if column {
		z.shape = z.shape[:len(z.shape)-1]
	}
	if row {
		k := len(z.shape) - 1
		if !column {
			k--
		}
		z.shape = slices.Delete(slices.Clone(z.shape), k, k+1)
	}
	return z
}

// gram is x·xᵀ or xᵀ·x, by a flag or by a transpose of its own.
func gram(g *recipe, x int) (step, bool) {
	n := len(g.shape(x))
	if n < 2 || size(g.shape(x))*max(g.shape(x)[n-1], g.shape(x)[n-2]) > g.work {
		return step{}, false
	}
	first, flag := g.r.IntN(2) == 0, g.r.IntN(2) == 0
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	perm[n-1], perm[n-2] = n-2, n-1
	return one(fmt.Sprint("gram ", first, flag), x,
		func(c *op.Ctx, x node) node {
			y := c.Tanh(x)
			switch {
			case flag:
				return c.MatMulT(x, y, first, !first)
			case first:
				return c.MatMul(c.Transpose(x, perm), y)
			}
			return c.MatMul(x, c.Transpose(y, perm))
		},
		func(_ *naive, x array) array {
			y := fill(x.shape, func(at []int) float64 { return math.Tanh(x.get(at)) })
			if first {
				return matmul(x.transposed(perm), y)
			}
			return matmul(x, y.transposed(perm))
		})
}

// einsum sums over random axes of the products of all elements of two values.
func einsum(g *recipe, x int) (step, bool) {
	y := g.pick()
	s, t := g.shape(x), g.shape(y)
	extent := map[rune]int{}
	var left, right []rune
	next := 'a'
	for _, d := range s {
		left, extent[next] = append(left, next), d
		next++
	}
	for _, d := range t {
		l := next
		for _, k := range left { // share a letter where the extents are equal
			if extent[k] == d && !slices.Contains(right, k) && g.r.IntN(2) == 0 {
				l = k
			}
		}
		if l == next {
			next++
		}
		right, extent[l] = append(right, l), d
	}
	var out, over []rune
	work := 1
	for _, d := range extent {
		work *= d
	}
	if work > g.work {
		return step{}, false
	}
	for l := 'a'; l < next; l++ {
		if g.r.IntN(2) == 0 {
			out = append(out, l)
		} else {
			over = append(over, l)
		}
	}
	g.r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	eq := string(left) + "," + string(right) + "->" + string(out)
	return two("einsum "+eq, x, y, func(c *op.Ctx, x, y node) node { return c.Einsum(eq, x, y) },
		func(_ *naive, x, y array) array {
			shapeOf := func(ls []rune) []int {
				var s []int
				for _, l := range ls {
					s = append(s, extent[l])
				}
				return s
			}
			return fill(shapeOf(out), func(at []int) float64 {
				s := 0.0
				each(shapeOf(over), func(in []int) {
					where := func(ls []rune) []int {
						var w []int
						for _, l := range ls {
							if i := slices.Index(out, l); i >= 0 {
								w = append(w, at[i])
							} else {
								w = append(w, in[slices.Index(over, l)])
							}
						}
						return w
					}
					s += x.get(where(left)) * y.get(where(right))
				})
				return s
			})
		})
}

func outer(g *recipe, x int) (step, bool) {
	y := g.pick()
	if len(g.shape(x)) != 1 || len(g.shape(y)) != 1 {
		return step{}, false
	}
	return two("outer", x, y, (*op.Ctx).Outer, func(_ *naive, x, y array) array {
		return fill([]int{x.shape[0], y.shape[0]}, func(at []int) float64 { return x.v[at[0]] * y.v[at[1]] })
	})
}

// regular is a matrix far from singular made of a square one: 3·1 + tanh x.
func regular(c *op.Ctx, x node, n int) node {
	row := c.Slice(c.Reshape(x, ir.Shape{-1}), []op.Range{{Start: 0, Stop: n, Step: 1}})
	return c.Add(c.Tanh(x), c.Diag(c.Fill(row, 3)))
}

func isSquare(s []int) bool {
	n := len(s)
	return n >= 2 && s[n-1] == s[n-2] && s[n-1] <= 3 && size(s) > 0
}

// solve divides x by a regular matrix made of it.
func solve(g *recipe, x int) (step, bool) {
	if !isSquare(g.shape(x)) {
		return step{}, false
	}
	return one("solve", x,
		func(c *op.Ctx, x node) node {
			s := c.Shape(x)
			return c.Solve(regular(c, x, s[len(s)-1]), x)
		},
		func(_ *naive, x array) array {
			n := x.shape[len(x.shape)-1]
			out := array{x.shape, make([]float64, len(x.v))}
			for m := 0; m < len(x.v); m += n * n {
				eliminate(regularOf(x.v[m:m+n*n], n), slices.Clone(x.v[m:m+n*n]), out.v[m:m+n*n], n)
			}
			return out
		})
}

func det(g *recipe, x int) (step, bool) {
	if !isSquare(g.shape(x)) {
		return step{}, false
	}
	name := []string{"det", "logabsdet", "inverse"}[g.r.IntN(3)]
	return one(name, x,
		func(c *op.Ctx, x node) node {
			s := c.Shape(x)
			a := regular(c, x, s[len(s)-1])
			switch {
			case strings.HasPrefix(name, "log"):
				return c.LogAbsDet(a)
			case name == "inverse":
				return c.Inverse(a)
			}
			return c.Scale(c.Det(a), 0.1)
		},
		func(_ *naive, x array) array {
			k := len(x.shape) - 2
			n := x.shape[k]
			out := array{x.shape[:k], nil}
			if name == "inverse" {
				out.shape = x.shape
			}
			for m := 0; m < len(x.v); m += n * n {
				unit, inv := make([]float64, n*n), make([]float64, n*n)
				for i := range n {
					unit[i*n+i] = 1
				}
				d := eliminate(regularOf(x.v[m:m+n*n], n), unit, inv, n)
				switch name {
				case "inverse":
					out.v = append(out.v, inv...)
				case "det":
					out.v = append(out.v, 0.1*d)
				default:
					out.v = append(out.v, math.Log(math.Abs(d)))
				}
			}
			return out
		})
}

func regularOf(x []float64, n int) []float64 {
	a := make([]float64, n*n)
	for i := range a {
		a[i] = math.Tanh(x[i])
	}
	for i := range n {
		a[i*n+i] += 3
	}
	return a
}

// eliminate solves a·x = b by Gauss-Jordan without pivots, which a matrix with a
// heavy diagonal does not need, and returns the determinant of a.
func eliminate(a, b, x []float64, n int) float64 {
	det := 1.0
	for k := range n {
		det *= a[k*n+k]
		for i := range n {
			if i == k {
				continue
			}
			f := a[i*n+k] / a[k*n+k]
			for j := range n {
				a[i*n+j] -= f * a[k*n+j]
				b[i*n+j] -= f * b[k*n+j]
			}
		}
	}
	for i := range n {
		for j := range n {
			x[i*n+j] = b[i*n+j] / a[i*n+i]
		}
	}
	return det
}

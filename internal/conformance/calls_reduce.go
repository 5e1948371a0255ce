package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has the rules of torch's folds, products and indexing.

// axesOf are the axes of an argument, all if it is not there.
func (c *call) axesOf(i int, name string, x *gorgonia.Node) []int {
	var out []int
	if c.given(i, name) {
		for _, a := range c.ints(i, name) {
			out = append(out, axis(a, c.rank(x)))
		}
	}
	if len(out) == 0 {
		for a := range c.rank(x) {
			out = append(out, a)
		}
	}
	return out
}

// folded applies a fold over axes, keeping them with extent 1 if asked to.
func (c *call) folded(x *gorgonia.Node, axes []int, keep bool, f func(x *gorgonia.Node, axes ...int) *gorgonia.Node) *gorgonia.Node {
	if c.rank(x) == 0 {
		y := f(c.Reshape(x, 1), 0)
		return c.Reshape(y)
	}
	s := c.Shape(x)
	y := f(x, axes...)
	if !keep {
		return y
	}
	for _, a := range axes {
		s[a] = 1
	}
	return c.Reshape(y, s...)
}

func fold(f func(b *graph.Builder, x *gorgonia.Node, axes ...int) *gorgonia.Node) torchRule {
	return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if v, ok := c.arg(0, "other"); ok && v.tensor != nil {
			c.unsupported("a second tensor")
			return nil
		}
		return c.folded(x, c.axesOf(0, "dim", x), c.flag(1, "keepdim", false), func(x *gorgonia.Node, axes ...int) *gorgonia.Node {
			return f(c.Builder, x, axes...)
		})
	})
}

// along applies a function along the axis that an argument names.
func along(i int, name string, def int, f func(c *call, x *gorgonia.Node, a int) *gorgonia.Node) torchRule {
	return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.rank(x) == 0 {
			return c.Reshape(f(c, c.Reshape(x, 1), 0))
		}
		return f(c, x, axis(c.int(i, name, def), c.rank(x)))
	})
}

func init() {
	torchRules["sum"] = fold((*graph.Builder).Sum)
	torchRules["mean"] = fold((*graph.Builder).Mean)
	torchRules["amin"], torchRules["amax"] = fold((*graph.Builder).Min), fold((*graph.Builder).Max)
	torchRules["logsumexp"] = fold((*graph.Builder).LogSumExp)
	torchRules["prod"] = fold((*graph.Builder).Prod)
	for name, f := range map[string]struct {
		two  func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node
		fold torchRule
	}{"min": {(*graph.Builder).Minimum, torchRules["amin"]}, "max": {(*graph.Builder).Maximum, torchRules["amax"]}} {
		torchRules[name] = func(c *call) []*gorgonia.Node {
			if v, ok := c.arg(0, "other"); ok && v.tensor != nil {
				return []*gorgonia.Node{f.two(c.Builder, c.input, c.node(v))}
			}
			return f.fold(c)
		}
	}
	moments := func(second func(c *call, x *gorgonia.Node, correction int, axes ...int) *gorgonia.Node, mean bool) torchRule {
		return func(c *call) []*gorgonia.Node {
			x := c.input
			first, isAxes := 0, true
			if v, ok := c.arg(0, ""); ok {
				if _, flag := v.plain.(bool); flag && len(c.s.Args) == 1 {
					first, isAxes = -1, false
				}
			}
			correction := 1
			switch {
			case c.given(-1, "correction"):
				correction = c.int(-1, "correction", 1)
			case !isAxes && !c.flag(0, "unbiased", true), isAxes && !c.flag(first+1, "unbiased", true):
				correction = 0
			}
			axes := c.axesOf(first, "dim", x)
			keep := c.flag(2, "keepdim", false)
			out := []*gorgonia.Node{c.folded(x, axes, keep, func(x *gorgonia.Node, axes ...int) *gorgonia.Node { return second(c, x, correction, axes...) })}
			if mean {
				out = append(out, c.folded(x, axes, keep, c.Mean))
			}
			return out
		}
	}
	variance := func(c *call, x *gorgonia.Node, correction int, axes ...int) *gorgonia.Node {
		return c.Variance(x, correction, axes...)
	}
	deviation := func(c *call, x *gorgonia.Node, correction int, axes ...int) *gorgonia.Node {
		return c.Std(x, correction, axes...)
	}
	torchRules["var"], torchRules["var_mean"] = moments(variance, false), moments(variance, true)
	torchRules["std"], torchRules["std_mean"] = moments(deviation, false), moments(deviation, true)
	torchRules["cumsum"] = along(0, "dim", 0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.CumSum(x, a) })
	torchRules["cumprod"] = along(0, "dim", 0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.CumProd(x, a) })
	torchRules["sort"] = along(0, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node {
		return c.Sort(x, a, c.flag(1, "descending", false))
	})
	torchRules["msort"] = along(-1, "", 0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.Sort(x, a, false) })
	torchRules["topk"] = along(1, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node {
		return c.cut(c.Sort(x, a, c.flag(2, "largest", true)), a, 0, c.int(0, "k", 1))
	})
	dropped := func(c *call, x *gorgonia.Node, a int, keep bool) *gorgonia.Node {
		if keep {
			return x
		}
		return c.Squeeze(x, a)
	}
	torchRules["kthvalue"] = along(1, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node {
		k := c.int(0, "k", 1)
		return dropped(c, c.cut(c.Sort(x, a, false), a, k-1, k), a, c.flag(2, "keepdim", false))
	})
	torchRules["median"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		s := c.Shape(x)
		if !c.given(0, "dim") || len(s) == 0 {
			return c.Median(c.Reshape(x, sizeOf(s)), 0)
		}
		a := axis(c.int(0, "dim", 0), len(s))
		y := c.Median(x, a)
		if c.flag(1, "keepdim", false) {
			y = c.Unsqueeze(y, a)
		}
		return y
	})
	torchRules["diff"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.int(0, "n", 1) == 0 {
			return x
		}
		a := axis(c.int(1, "dim", -1), c.rank(x))
		parts := []*gorgonia.Node{x}
		if c.given(2, "prepend") {
			parts = append([]*gorgonia.Node{c.tensor(2, "prepend")}, parts...)
		}
		if c.given(3, "append") {
			parts = append(parts, c.tensor(3, "append"))
		}
		if len(parts) > 1 {
			x = c.Concat(a, parts...)
		}
		for range c.int(0, "n", 1) {
			n := c.Shape(x)[a]
			if n == 0 {
				break
			}
			x = c.Sub(c.cut(x, a, 1, n), c.cut(x, a, 0, n-1))
		}
		return x
	})
	productRules()
	indexRules()
}

func productRules() {
	products := func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.MatMul(x, y) }
	for _, name := range []string{"matmul", "mm", "bmm", "mv", "dot", "vdot", "__rmatmul__"} {
		torchRules[name] = each2(products)
	}
	torchRules["__rmatmul__"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.MatMul(y, x) })
	torchRules["inner"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		if c.rank(x) == 0 || c.rank(y) == 0 {
			return c.Mul(x, y)
		}
		if c.rank(y) == 1 {
			return c.MatMul(x, y)
		}
		return c.MatMul(x, c.swap(y, -1, -2))
	})
	torchRules["outer"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Outer(x, y) })
	torchRules["ger"] = torchRules["outer"]
	plus := func(product func(c *call, x, y *gorgonia.Node) *gorgonia.Node) torchRule {
		return each1(func(c *call, m *gorgonia.Node) *gorgonia.Node {
			p := product(c, c.tensor(0, "batch1"), c.tensor(1, "batch2"))
			return c.Add(c.Scale(m, c.num(-1, "beta", 1)), c.Scale(p, c.num(-1, "alpha", 1)))
		})
	}
	torchRules["addbmm"] = plus(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Sum(c.MatMul(x, y), 0) })
	torchRules["addr"] = plus(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Outer(x, y) })
	for _, name := range []string{"addmv", "baddbmm", "addmm"} {
		torchRules[name] = plus(products)
	}
	torchRules["cross"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		s := c.Shape(x)
		a := -1
		for i, n := range s {
			if n == 3 && a < 0 {
				a = i
			}
		}
		if c.given(1, "dim") {
			a = axis(c.int(1, "dim", 0), len(s))
		}
		at := func(n *gorgonia.Node, i int) *gorgonia.Node { return c.cut(n, a, i%3, i%3+1) }
		var parts []*gorgonia.Node
		for i := range 3 {
			parts = append(parts, c.Sub(c.Mul(at(x, i+1), at(y, i+2)), c.Mul(at(x, i+2), at(y, i+1))))
		}
		return c.Concat(a, parts...)
	})
	torchRules["linalg_cross"] = torchRules["cross"]
	torchRules["kron"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		for c.rank(x) < c.rank(y) {
			x = c.Unsqueeze(x, 0)
		}
		for c.rank(y) < c.rank(x) {
			y = c.Unsqueeze(y, 0)
		}
		sx, sy := c.Shape(x), c.Shape(y)
		var ax, ay, out []int
		for i := range sx {
			ax, ay, out = append(ax, sx[i], 1), append(ay, 1, sy[i]), append(out, sx[i]*sy[i])
		}
		return c.Reshape(c.Mul(c.Reshape(x, ax...), c.Reshape(y, ay...)), out...)
	})
	torchRules["linalg_cholesky"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		l := c.Cholesky(x)
		if c.flag(-1, "upper", false) {
			l = c.swap(l, -1, -2)
		}
		return l
	})
	torchRules["cholesky"] = torchRules["linalg_cholesky"]
	torchRules["linalg_det"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Det(x) })
	torchRules["linalg_inv"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Inverse(x) })
	torchRules["inverse"] = torchRules["linalg_inv"]
	torchRules["logdet"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Log(c.Det(x)) })
	torchRules["linalg_slogdet"] = func(c *call) []*gorgonia.Node {
		sign, log := c.SlogDet(c.input)
		return []*gorgonia.Node{sign, log}
	}
	torchRules["linalg_solve"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		if c.rank(y) == c.rank(x)-1 {
			return c.Squeeze(c.Solve(x, c.Unsqueeze(y, c.rank(y))), -1)
		}
		return c.Solve(x, y)
	})
	torchRules["linalg_multi_dot"] = one1(func(c *call) *gorgonia.Node {
		list := c.nodes(-1, "")
		y := list[0]
		for _, x := range list[1:] {
			y = c.MatMul(y, x)
		}
		return y
	})
	torchRules["frobenius_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.folded(x, c.axesOf(1, "dim", x), c.flag(2, "keepdim", false), func(x *gorgonia.Node, axes ...int) *gorgonia.Node {
			return c.Norm(x, 2, axes...)
		})
	})
	torchRules["linalg_vector_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		p := c.num(0, "ord", 2)
		if p < 1 {
			c.unsupported("a norm of order %v", p)
			return nil
		}
		return c.folded(x, c.axesOf(1, "dim", x), c.flag(2, "keepdim", false), func(x *gorgonia.Node, axes ...int) *gorgonia.Node {
			return c.Norm(x, p, axes...)
		})
	})
	torchRules["dist"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		p := c.num(1, "p", 2)
		if p < 1 {
			c.unsupported("a norm of order %v", p)
			return nil
		}
		d := c.Sub(x, y)
		return c.Norm(c.Reshape(d, sizeOf(c.Shape(d))), p, 0)
	})
}

func indexRules() {
	torchRules["gather"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		index := c.tensor(1, "index")
		if c.rank(x) == 0 {
			return c.Reshape(c.Gather(c.Reshape(x, 1), c.ConstInts([]int{0}, 1), 0), c.Shape(index)...)
		}
		return c.Gather(x, index, axis(c.int(0, "dim", 0), c.rank(x)))
	})
	torchRules["index_select"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(1, "index")
		index := c.ConstInts(v.tensor.Ints, len(v.tensor.Ints))
		if c.rank(x) == 0 {
			return c.Reshape(c.IndexSelect(c.Reshape(x, 1), index, 0))
		}
		return c.IndexSelect(x, index, axis(c.int(0, "dim", 0), c.rank(x)))
	})
	torchRules["take"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "index")
		n := sizeOf(c.Shape(x))
		index := make([]int, len(v.tensor.Ints))
		for i, k := range v.tensor.Ints {
			index[i] = axis(k, n)
		}
		return c.Take(x, c.ConstInts(index, v.tensor.Shape...))
	})
	torchRules["put"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "index")
		s, n := c.Shape(x), len(v.tensor.Ints)
		flat, source := c.Reshape(x, sizeOf(s)), c.Reshape(c.tensor(1, "source"), n)
		index := make([]int, n)
		for i, k := range v.tensor.Ints {
			index[i] = axis(k, sizeOf(s))
		}
		return c.Reshape(c.placed(flat, index, []int{n}, source, 0, c.flag(2, "accumulate", false)), s...)
	})
	scattered := func(add bool) torchRule {
		return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			if c.given(3, "reduce") {
				c.unsupported("scatter with a reduction")
				return nil
			}
			v, _ := c.arg(1, "index")
			s, shape := c.Shape(x), v.tensor.Shape
			src := c.tensor(2, "src")
			a := axis(c.int(0, "dim", 0), max(1, len(s)))
			if len(shape) == 0 {
				shape = []int{1}
			}
			x = c.lifted(x)
			if c.rank(src) == 0 {
				src = c.Broadcast(src, shape...)
			} else { // as much of it as there are indices
				for i, n := range shape {
					src = c.cut(src, i, 0, n)
				}
			}
			return c.Reshape(c.placed(x, v.tensor.Ints, shape, src, a, add), s...)
		})
	}
	torchRules["scatter"], torchRules["scatter_add"] = scattered(false), scattered(true)
	torchRules["index_add"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(1, "index")
		s := c.Shape(x)
		a := axis(c.int(0, "dim", 0), max(1, len(s)))
		x, src := c.lifted(x), c.lifted(c.tensor(2, "source"))
		shape := c.Shape(src)
		index := make([]int, sizeOf(shape))
		inner := sizeOf(shape[a+1:])
		for i := range index {
			index[i] = v.tensor.Ints[i/inner%shape[a]]
		}
		return c.Reshape(c.placed(x, index, shape, c.Scale(src, c.num(-1, "alpha", 1)), a, true), s...)
	})
}

// placed is x with src at the places of an index along an axis: in place of what
// is there, or added to it.
func (c *call) placed(x *gorgonia.Node, index, shape []int, src *gorgonia.Node, a int, add bool) *gorgonia.Node {
	if len(index) == 0 {
		return x
	}
	at := c.ConstInts(index, shape...)
	if !add {
		keep := zeros(c.Shape(x))
		for i := range keep.Floats {
			keep.Floats[i] = 1
		}
		s := c.Shape(x)
		for i, k := range index { // where element i of the index points to
			place, rest, step := 0, i, 1
			for d := len(shape) - 1; d >= 0; d-- {
				j := rest % shape[d]
				rest /= shape[d]
				if d == a {
					j = k
				}
				place += j * step
				step *= s[d]
			}
			keep.Floats[place] = 0
		}
		x = c.Where(c.Const(keep.Floats, s...), x, c.Scalar(0))
	}
	return c.ScatterAdd(x, src, at, a)
}

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
	torchRules["logcumsumexp"] = along(0, "dim", 0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.LogCumSumExp(x, a) })
	torchRules["cummax"] = along(0, "dim", 0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { y, _ := c.CumMax(x, a); return y })
	torchRules["cummin"] = along(0, "dim", 0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { y, _ := c.CumMin(x, a); return y })
	torchRules["nansum"], torchRules["nanmean"] = fold((*graph.Builder).NaNSum), fold((*graph.Builder).NaNMean)
	torchRules["special_logsumexp"] = torchRules["logsumexp"]
	torchRules["aminmax"] = func(c *call) []*gorgonia.Node {
		if !c.given(0, "dim") && c.rank(c.input) > 0 {
			return []*gorgonia.Node{c.Min(c.input), c.Max(c.input)}
		}
		var out []*gorgonia.Node
		for _, f := range []func(x *gorgonia.Node, axes ...int) *gorgonia.Node{c.Min, c.Max} {
			out = append(out, c.folded(c.input, c.axesOf(0, "dim", c.input), c.flag(1, "keepdim", false), f))
		}
		return out
	}
	orderRules()
	productRules()
	matrixRules()
	indexRules()
}

// dropping applies a fold of one axis, or, without the argument, of all as one.
func dropping(dim int, f func(c *call, x *gorgonia.Node, a int) *gorgonia.Node) torchRule {
	return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		keep := c.flag(dim+1, "keepdim", false)
		if !c.given(dim, "dim") {
			y := f(c, c.Reshape(x, sizeOf(c.Shape(x))), 0)
			if keep {
				s := c.Shape(x)
				for i := range s {
					s[i] = 1
				}
				y = c.Reshape(y, s...)
			}
			return y
		}
		if c.rank(x) == 0 {
			return c.Reshape(f(c, c.Reshape(x, 1), 0))
		}
		a := axis(c.int(dim, "dim", 0), c.rank(x))
		y := f(c, x, a)
		if keep {
			y = c.Unsqueeze(y, a)
		}
		return y
	})
}

func orderRules() {
	torchRules["sort"] = along(0, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node {
		return c.Sort(x, a, c.flag(1, "descending", false))
	})
	torchRules["msort"] = along(-1, "", 0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.Sort(x, a, false) })
	torchRules["topk"] = along(1, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node {
		return c.cut(c.Sort(x, a, c.flag(2, "largest", true)), a, 0, c.int(0, "k", 1))
	})
	kth := dropping(1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.KthValue(x, c.int(0, "k", 1), a) })
	lastAxis := func(rule torchRule) torchRule { // torch's default is the last axis, and not all
		return func(c *call) []*gorgonia.Node {
			if !c.given(1, "dim") && c.rank(c.input) > 0 {
				c.s.Kwargs = c.s.Kwargs.with("dim", value{plain: -1.0})
			}
			return rule(c)
		}
	}
	torchRules["kthvalue"] = lastAxis(kth)
	torchRules["mode"] = func(c *call) []*gorgonia.Node {
		if !c.given(0, "dim") {
			c.s.Kwargs = c.s.Kwargs.with("dim", value{plain: -1.0})
		}
		return dropping(0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.Mode(x, a) })(c)
	}
	torchRules["median"] = dropping(0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.Median(x, a) })
	torchRules["nanmedian"] = dropping(0, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.NaNMedian(x, a) })
	type quantile func(x *gorgonia.Node, q float64, axis int, between graph.Between) *gorgonia.Node
	betweens := map[string]graph.Between{"linear": graph.BetweenLinear, "lower": graph.BetweenLower, "higher": graph.BetweenHigher,
		"midpoint": graph.BetweenMidpoint, "nearest": graph.BetweenNearest}
	quantiles := func(f func(c *call) quantile) torchRule {
		return one1(func(c *call) *gorgonia.Node {
			between := betweens[c.text(-1, "interpolation", "linear")]
			v, _ := c.arg(0, "q")
			many := v.tensor != nil && len(v.tensor.Shape) > 0
			var out []*gorgonia.Node
			for _, q := range c.floats(0, "q") {
				part := dropping(1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return f(c)(x, q, a, between) })(c)
				out = append(out, part[0])
			}
			if many {
				return c.Stack(0, out...)
			}
			return out[0]
		})
	}
	torchRules["quantile"] = quantiles(func(c *call) quantile { return c.Quantile })
	torchRules["nanquantile"] = quantiles(func(c *call) quantile { return c.NaNQuantile })
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
		return c.Diff(x, c.int(0, "n", 1), a)
	})
	for name, f := range map[string]func(b *graph.Builder, y, at *gorgonia.Node, dx float64, axis int) *gorgonia.Node{
		"trapezoid": (*graph.Builder).Trapezoid, "trapz": (*graph.Builder).Trapezoid, "cumulative_trapezoid": (*graph.Builder).CumulativeTrapezoid} {
		torchRules[name] = each1(func(c *call, y *gorgonia.Node) *gorgonia.Node {
			var at *gorgonia.Node
			if v, _ := c.arg(0, "x"); v.tensor != nil {
				at = c.node(v)
			}
			return f(c.Builder, y, at, c.num(-1, "dx", 1), axis(c.int(-1, "dim", -1), c.rank(y)))
		})
	}
	torchRules["gradient"] = gradients
}

// gradients are derivatives along the axes of the argument dim.
func gradients(c *call) (out []*gorgonia.Node) {
	x := c.input
	spacing, given := c.arg(-1, "spacing")
	order := c.int(-1, "edge_order", 1)
	for i, a := range c.axesOf(-1, "dim", x) {
		step, at := 1.0, []float64(nil)
		if v := spacing; given {
			if v.isList {
				v = v.list[min(i, len(v.list)-1)]
			}
			if v.tensor != nil && len(v.tensor.Shape) > 0 {
				at = v.tensor.Floats
			} else if f, ok := v.plain.(float64); ok {
				step = f
			}
		}
		out = append(out, c.Scale(c.Differences(x, at, a, order), 1/step))
	}
	return out
}

package main

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
)

// This file has the rules of reductions and running results.

// axesOf are the axes of an argument, all if it is not there.
func (c *call) axesOf(name string, x node) []int {
	var out []int
	for _, a := range c.ints(name) {
		out = append(out, axis(a, c.rank(x)))
	}
	if len(out) == 0 {
		for a := range c.rank(x) {
			out = append(out, a)
		}
	}
	return out
}

// folded applies a fold over axes, keeping them with extent 1 if asked to.
func (c *call) folded(x node, axes []int, keep bool, f func(x node, axes ...int) node) node {
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

func fold(f func(b *build, x node, axes ...int) node) rule {
	return each1(func(c *call, x node) node {
		return c.folded(x, c.axesOf("dim", x), c.flag("keepdim", false), func(x node, axes ...int) node {
			return f(c.Builder, x, axes...)
		})
	})
}

// along applies a function along the axis of the argument dim.
func along(def int, f func(c *call, x node, a int) node) rule {
	return each1(func(c *call, x node) node {
		if a := c.int("dim", def); c.rank(x) > 0 {
			return f(c, x, axis(a, c.rank(x)))
		}
		return c.Reshape(f(c, c.Reshape(x, 1), 0))
	})
}

func init() {
	calls["sum"], calls["mean"], calls["prod"] = fold((*build).Sum), fold((*build).Mean), fold((*build).Prod)
	calls["amin"], calls["amax"], calls["logsumexp"] = fold((*build).Min), fold((*build).Max), fold((*build).LogSumExp)
	calls["nansum"], calls["nanmean"] = fold(special.NaNSum), fold(special.NaNMean)
	calls["count_nonzero"] = fold((*build).CountNonzero)
	calls["any"] = fold(func(b *build, x node, axes ...int) node { return b.Max(truth(b, x), axes...) })
	calls["all"] = fold(func(b *build, x node, axes ...int) node { return b.Min(truth(b, x), axes...) })
	calls["max"] = extreme((*build).Maximum, calls["amax"], true)
	calls["min"] = extreme((*build).Minimum, calls["amin"], false)
	calls["var"], calls["var_mean"] = moments((*build).Variance, false), moments((*build).Variance, true)
	calls["std"], calls["std_mean"] = moments((*build).Std, false), moments((*build).Std, true)
	calls["aminmax"] = func(c *call) []node { return []node{calls["amin"](c)[0], calls["amax"](c)[0]} }
	calls["cumsum"] = along(0, func(c *call, x node, a int) node { return c.CumSum(x, a) })
	calls["cumprod"] = along(0, func(c *call, x node, a int) node { return c.CumProd(x, a) })
	calls["logcumsumexp"] = along(0, func(c *call, x node, a int) node { return special.LogCumSumExp(c.Builder, x, a) })
	calls["cummax"], calls["cummin"] = running((*build).CumMax), running((*build).CumMin)
	orderRules()
	differenceRules()
	productRules()
	matrixRules()
	indexRules()
}

// running is the rule of a running result and its places.
func running(f func(b *build, x node, a int) (values, index node)) rule {
	return func(c *call) []node {
		var index node
		values := along(0, func(c *call, x node, a int) (y node) { y, index = f(c.Builder, x, a); return y })(c)
		return append(values, c.Reshape(index, c.Shape(c.input)...))
	}
}

// extreme is max(x), max(x, y) or max(x, dim), which has the places too.
func extreme(two binary, all rule, largest bool) rule {
	one := dropping(0, func(c *call, x node, a int) (values, index node) {
		index = c.ranked(x, a, 0, largest)
		if largest {
			return c.Max(x, a), index
		}
		return c.Min(x, a), index
	})
	return func(c *call) []node {
		dim, _ := c.arg("dim")
		other, _ := c.arg("other")
		if dim.isTensor() {
			other = dim
		}
		switch {
		case !other.isNone():
			return []node{two(c.Builder, c.input, c.node(other))}
		case dim.isNone():
			return all(c)
		}
		return one(c)
	}
}

// moments is the rule of variance or deviation, with the mean behind it if asked to.
func moments(second func(b *build, x node, correction int, axes ...int) node, mean bool) rule {
	return func(c *call) []node {
		x := c.input
		if v, _ := c.arg("dim"); v.plain == true || v.plain == false { // var(x, unbiased)
			c.args["unbiased"], c.args["dim"] = &v, &value{}
		}
		correction := c.int("correction", 1)
		if !c.flag("unbiased", true) {
			correction = 0
		}
		axes, keep := c.axesOf("dim", x), c.flag("keepdim", false)
		out := []node{c.folded(x, axes, keep, func(x node, axes ...int) node { return second(c.Builder, x, correction, axes...) })}
		if mean {
			out = append(out, c.folded(x, axes, keep, c.Mean))
		}
		return out
	}
}

// ranked is the place along an axis of the element with k others before it in order.
func (c *call) ranked(x node, a, k int, descending bool) node {
	return c.Squeeze(c.cut(c.ArgSort(x, a, order(descending)), a, k, k+1), a)
}

// everything stands for all axes, where the argument dim is left out.
const everything = 1 << 20

// dropping is the rule of a fold of one axis, def if none is given, with the
// places of what it has chosen.
func dropping(def int, f func(c *call, x node, a int) (values, index node)) rule {
	return func(c *call) []node {
		x, keep, a := c.input, c.flag("keepdim", false), c.int("dim", def)
		s := c.Shape(x)
		all := len(s) == 0 || a == everything
		if all {
			a, x = 0, c.Reshape(x, sizeOf(s))
		}
		a = axis(a, c.rank(x))
		y, index := f(c, x, a)
		out := []node{y}
		if c.given("dim") || def != everything {
			out = append(out, index)
		}
		for i := range out {
			switch {
			case out[i] == nil || !keep:
			case all:
				out[i] = c.Reshape(out[i], onesOf(s)...)
			default:
				out[i] = c.Unsqueeze(out[i], a)
			}
		}
		return out
	}
}

// onesOf is the shape of one element with as many axes.
func onesOf(s []int) []int {
	out := make([]int, len(s))
	for i := range out {
		out[i] = 1
	}
	return out
}

// order is the one that torch's descending means.
func order(descending bool) graph.Order {
	if descending {
		return graph.Descending
	}
	return graph.Ascending
}

func orderRules() {
	sorted := along(-1, func(c *call, x node, a int) node { return c.Sort(x, a, order(c.flag("descending", false))) })
	calls["argsort"] = along(-1, func(c *call, x node, a int) node { return c.ArgSort(x, a, order(c.flag("descending", false))) })
	calls["sort"] = func(c *call) []node { return append(sorted(c), calls["argsort"](c)...) }
	calls["msort"] = along(0, func(c *call, x node, a int) node { return c.Sort(x, a, graph.Ascending) })
	calls["topk"] = func(c *call) []node {
		c.args["descending"] = &value{plain: c.flag("largest", true)}
		out, k := calls["sort"](c), c.int("k", 1)
		for i, x := range out {
			if c.rank(x) > 0 {
				out[i] = c.cut(x, axis(c.int("dim", -1), c.rank(x)), 0, k)
			}
		}
		return out
	}
	for name, down := range map[string]bool{"argmax": true, "argmin": false} {
		calls[name] = func(c *call) []node {
			return dropping(everything, func(c *call, x node, a int) (node, node) { return c.ranked(x, a, 0, down), nil })(c)[:1]
		}
	}
	calls["kthvalue"] = dropping(-1, func(c *call, x node, a int) (node, node) {
		k := c.int("k", 1)
		return special.KthValue(c.Builder, x, k, a), c.ranked(x, a, k-1, false)
	})
	calls["mode"] = dropping(-1, func(c *call, x node, a int) (node, node) { return special.Mode(c.Builder, x, a), nil })
	calls["median"] = dropping(everything, func(c *call, x node, a int) (node, node) {
		return c.Median(x, a), c.ranked(x, a, (c.Shape(x)[a]-1)/2, false)
	})
	calls["nanmedian"] = dropping(everything, func(c *call, x node, a int) (node, node) { return special.NaNMedian(c.Builder, x, a), nil })
	calls["quantile"], calls["nanquantile"] = quantiles(special.Quantile), quantiles(special.NaNQuantile)
}

// quantiles is the rule of one quantile, or of several along a new first axis.
func quantiles(f func(b *build, x node, q float64, axis int, between special.Interpolation) node) rule {
	betweens := map[string]special.Interpolation{"linear": special.Linear, "lower": special.Lower, "higher": special.Higher,
		"midpoint": special.Midpoint, "nearest": special.Nearest}
	return one1(func(c *call) node {
		between := word(c, "interpolation", "linear", betweens)
		v, _ := c.arg("q")
		var out []node
		for _, q := range c.floats("q") {
			part := dropping(everything, func(c *call, x node, a int) (node, node) { return f(c.Builder, x, q, a, between), nil })(c)
			out = append(out, part[0])
		}
		if v.isTensor() && c.rank(c.node(v)) > 0 {
			return c.Stack(0, out...)
		}
		return out[0]
	})
}

func differenceRules() {
	calls["diff"] = each1(func(c *call, x node) node {
		n, a := c.int("n", 1), axis(c.int("dim", -1), c.rank(x))
		parts := []node{x}
		if y := c.optional("prepend"); y != nil {
			parts = append([]node{y}, parts...)
		}
		if y := c.optional("append"); y != nil {
			parts = append(parts, y)
		}
		if n == 0 {
			return x
		}
		if len(parts) > 1 {
			x = c.Concat(a, parts...)
		}
		return c.Diff(x, n, a)
	})
	for name, f := range map[string]func(b *build, y, at node, dx float64, axis int) node{
		"trapezoid": special.Trapezoid, "trapz": special.Trapezoid, "cumulative_trapezoid": special.CumulativeTrapezoid} {
		calls[name] = each1(func(c *call, y node) node {
			return f(c.Builder, y, c.optional("x"), c.num("dx", 1), axis(c.int("dim", -1), c.rank(y)))
		})
	}
	calls["gradient"] = derivatives
}

// derivatives are those along the axes of the argument dim.
func derivatives(c *call) (out []node) {
	x := c.input
	spacing, given := c.arg("spacing")
	order := c.int("edge_order", 1)
	for i, a := range c.axesOf("dim", x) {
		step, at := 1.0, []float64(nil)
		if v := spacing; given && !v.isNone() {
			if v.isList {
				v = v.list[min(i, len(v.list)-1)]
			}
			if list := c.floatsOf(v); v.isTensor() && c.rank(c.node(v)) > 0 {
				at = list
			} else {
				step = list[0]
			}
		}
		if step == 0 || math.IsNaN(step) {
			c.unsupported("a spacing of %v", step)
		}
		out = append(out, c.Scale(special.Differences(c.Builder, x, at, a, order), 1/step))
	}
	return out
}

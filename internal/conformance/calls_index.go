package main

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has the rules of torch's functions of indices and masks.

// index is the argument of that name as a tensor of numbers, negative ones of n
// counted from the end; nil if there is none.
func (c *call) index(i int, name string, n int) *array {
	v, _ := c.arg(i, name)
	if v.tensor == nil || v.tensor.Ints == nil {
		c.unsupported("no index %q", name)
		return nil
	}
	a := &array{Shape: v.tensor.Shape, Ints: make([]int, len(v.tensor.Ints))}
	for k, at := range v.tensor.Ints {
		a.Ints[k] = axis(at, n)
	}
	return a
}

// extent is the extent of an axis; 1 of a scalar.
func (c *call) extent(x *gorgonia.Node, a int) int {
	if c.rank(x) == 0 {
		return 1
	}
	return c.Shape(x)[axis(a, c.rank(x))]
}

// mask is a tensor of bools, broadcast to the shape.
func (c *call) mask(v value, shape []int) []bool {
	out := make([]bool, sizeOf(shape))
	m := v.tensor
	if m == nil {
		c.unsupported("no mask")
		return out
	}
	for i := range out {
		at, rest, step := 0, i, 1
		for k := len(shape) - 1; k >= 0; k-- {
			j := rest % shape[k]
			rest /= shape[k]
			if d := k - len(shape) + len(m.Shape); d >= 0 {
				if m.Shape[d] > 1 {
					at += j * step
				}
				step *= m.Shape[d]
			}
		}
		out[i] = m.Floats[at] != 0
	}
	return out
}

// alongIndex applies a function to x, and its index of at least one axis, along
// the axis that argument 0 names.
func alongIndex(f func(c *call, x, index *gorgonia.Node, a int) *gorgonia.Node, keep bool) torchRule {
	return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		a := c.int(0, "dim", 0)
		index := c.index(1, "index", c.extent(x, a))
		if index == nil {
			return nil
		}
		shape, out := c.Shape(x), index.Shape
		if len(index.Shape) == 0 {
			index.Shape = []int{1}
		}
		y := f(c, c.lifted(x), c.ConstInts(index.Ints, index.Shape...), axis(a, max(1, len(shape))))
		if keep {
			out = shape
		} else if len(shape) > 0 {
			return y
		}
		return c.Reshape(y, out...)
	})
}

// folds are the reductions by torch's names.
var folds = map[string]graph.Fold{"sum": graph.FoldSum, "add": graph.FoldSum, "prod": graph.FoldProd, "multiply": graph.FoldProd,
	"mean": graph.FoldMean, "amax": graph.FoldMax, "amin": graph.FoldMin}

func indexRules() {
	torchRules["gather"] = alongIndex(func(c *call, x, index *gorgonia.Node, a int) *gorgonia.Node { return c.Gather(x, index, a) }, false)
	gather := torchRules["gather"]
	torchRules["gather"] = func(c *call) []*gorgonia.Node { // an index of no axes gives none
		y := gather(c)
		if v, _ := c.arg(1, "index"); v.tensor != nil && y[0] != nil {
			y[0] = c.Reshape(y[0], v.tensor.Shape...)
		}
		return y
	}
	torchRules["index_select"] = alongIndex(func(c *call, x, index *gorgonia.Node, a int) *gorgonia.Node {
		y := c.IndexSelect(x, index, a)
		return y
	}, false)
	selected := torchRules["index_select"]
	torchRules["index_select"] = func(c *call) []*gorgonia.Node {
		if c.rank(c.input) == 0 {
			return []*gorgonia.Node{c.Reshape(c.IndexSelect(c.lifted(c.input), c.ConstInts([]int{0}, 1), 0))}
		}
		return selected(c)
	}
	torchRules["take"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		index := c.index(0, "index", sizeOf(c.Shape(x)))
		if index == nil {
			return nil
		}
		return c.TakeFlat(x, c.ConstInts(index.Ints, index.Shape...))
	})
	torchRules["take_along_dim"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if !c.given(1, "dim") {
			index := c.index(0, "indices", sizeOf(c.Shape(x)))
			return c.TakeFlat(x, c.ConstInts(index.Ints, sizeOf(index.Shape)))
		}
		a := c.int(1, "dim", 0)
		index := c.index(0, "indices", c.extent(x, a))
		return c.GatherBroadcast(x, c.ConstInts(index.Ints, index.Shape...), a)
	})
	torchRules["put"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		index := c.index(0, "index", sizeOf(c.Shape(x)))
		if index == nil || len(index.Ints) == 0 {
			return x
		}
		return c.PutFlat(x, c.tensor(1, "source"), c.ConstInts(index.Ints, index.Shape...), c.flag(2, "accumulate", false))
	})
	torchRules["scatter"] = scattered(func(c *call, x, src, at *gorgonia.Node, a int) *gorgonia.Node {
		if how, ok := folds[c.text(3, "reduce", "")]; ok {
			return c.ScatterFold(x, src, at, a, how, true)
		}
		return c.Scatter(x, src, at, a)
	})
	torchRules["scatter_add"] = scattered(func(c *call, x, src, at *gorgonia.Node, a int) *gorgonia.Node { return c.ScatterAdd(x, src, at, a) })
	torchRules["scatter_reduce"] = scattered(func(c *call, x, src, at *gorgonia.Node, a int) *gorgonia.Node {
		return c.ScatterFold(x, src, at, a, folds[c.text(3, "reduce", "")], c.flag(-1, "include_self", true))
	})
	torchRules["index_add"] = alongIndex(func(c *call, x, index *gorgonia.Node, a int) *gorgonia.Node {
		return c.IndexFold(x, c.Scale(c.lifted(c.tensor(2, "source")), c.num(-1, "alpha", 1)), index, a, graph.FoldSum, true)
	}, true)
	torchRules["index_copy"] = alongIndex(func(c *call, x, index *gorgonia.Node, a int) *gorgonia.Node {
		return c.IndexCopy(x, c.lifted(c.tensor(2, "source")), index, a)
	}, true)
	torchRules["index_fill"] = alongIndex(func(c *call, x, index *gorgonia.Node, a int) *gorgonia.Node {
		return c.IndexFill(x, c.tensor(2, "value"), index, a)
	}, true)
	torchRules["index_reduce"] = alongIndex(func(c *call, x, index *gorgonia.Node, a int) *gorgonia.Node {
		return c.IndexFold(x, c.lifted(c.tensor(2, "source")), index, a, folds[c.text(3, "reduce", "")], c.flag(-1, "include_self", true))
	}, true)
	torchRules["index_put"] = each1(indexPut)
	torchRules["masked_select"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "mask")
		x, _ = together(c, x, c.node(v))
		return c.MaskedSelect(x, c.mask(v, c.Shape(x)))
	})
	torchRules["masked_scatter"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "mask")
		x, _ = together(c, x, c.node(v))
		return c.MaskedScatter(x, c.mask(v, c.Shape(x)), c.tensor(1, "source"))
	})
}

// scattered is the rule of a function that puts as much of a source as there are
// indices into the input.
func scattered(f func(c *call, x, src, at *gorgonia.Node, a int) *gorgonia.Node) torchRule {
	return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		a := c.int(0, "dim", 0)
		index := c.index(1, "index", c.extent(x, a))
		if index == nil || len(index.Ints) == 0 {
			return x
		}
		shape := index.Shape
		if len(shape) == 0 {
			shape = []int{1}
		}
		s, src := c.Shape(x), c.tensor(2, "src")
		if c.rank(src) == 0 {
			src = c.Broadcast(src, shape...)
		} else {
			for i, n := range shape {
				src = c.cut(src, i, 0, n)
			}
		}
		return c.Reshape(f(c, c.lifted(x), src, c.ConstInts(index.Ints, shape...), axis(a, max(1, len(s)))), s...)
	})
}

// indexPut finds the places of indices that broadcast against each other, for the
// leading axes of the input.
func indexPut(c *call, x *gorgonia.Node) *gorgonia.Node {
	v, _ := c.arg(0, "indices")
	s := c.Shape(x)
	shape := []int{}
	var list []value
	for _, i := range v.list { // a mask stands for the places at which it is set
		if !i.bools {
			list = append(list, i)
			continue
		}
		m := i.tensor
		places := make([]*array, len(m.Shape))
		for k := range places {
			places[k] = &array{Ints: []int{}}
		}
		for p, set := range m.Floats {
			for k, rest := len(m.Shape)-1, p; k >= 0 && set != 0; k-- {
				places[k].Ints = append(places[k].Ints, rest%m.Shape[k])
				rest /= m.Shape[k]
			}
		}
		for _, a := range places {
			a.Shape = []int{len(a.Ints)}
			list = append(list, value{tensor: a})
		}
	}
	v.list = list
	for _, i := range v.list {
		if i.tensor == nil || i.tensor.Ints == nil {
			c.unsupported("an index that is none of numbers")
			return nil
		}
		for len(shape) < len(i.tensor.Shape) {
			shape = append([]int{1}, shape...)
		}
		for k, n := range i.tensor.Shape {
			at := len(shape) - len(i.tensor.Shape) + k
			if n != 1 {
				shape[at] = n
			}
		}
	}
	inner := sizeOf(s[len(v.list):])
	places := make([]int, 0, sizeOf(shape)*inner)
	for p := range sizeOf(shape) {
		at := 0
		for k, i := range v.list {
			rest, j, step := p, 0, 1
			for d := len(shape) - 1; d >= 0; d-- {
				q := rest % shape[d]
				rest /= shape[d]
				if e := d - len(shape) + len(i.tensor.Shape); e >= 0 {
					if i.tensor.Shape[e] > 1 {
						j += q * step
					}
					step *= i.tensor.Shape[e]
				}
			}
			at = at*s[k] + axis(i.tensor.Ints[j], s[k])
		}
		for q := range inner {
			places = append(places, at*inner+q)
		}
	}
	full := slices.Concat(shape, s[len(v.list):])
	src := c.Broadcast(c.tensor(1, "values"), full...)
	return c.PutFlat(x, src, c.ConstInts(places, full...), c.flag(2, "accumulate", false))
}

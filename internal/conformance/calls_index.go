package main

import (
	"github.com/symgrad/symgrad/graph/special"
	"gorgonia.org/gorgonia"
)

// This file has the rules of functions of indices and masks.

// index is the argument of that name as indices of an axis of n, negative ones
// counted from the end, and its shape; a scalar is a vector of one.
func (c *call) index(name string, n int) (index node, shape []int) {
	v, _ := c.arg(name)
	a := c.static(v)
	switch {
	case a != nil && a.Ints != nil:
		list := make([]int, len(a.Ints))
		for k, at := range a.Ints {
			list[k] = axis(at, n)
		}
		if shape = a.Shape; len(shape) == 0 {
			shape = []int{1}
		}
		return c.ConstInts(list, shape...), a.Shape
	case v.node != nil && isIndex(v.node):
		return c.lifted(v.node), c.Shape(v.node)
	}
	c.unsupported("%s with %q that is no tensor of integers", c.name, name)
	return nil, nil
}

// extent is the extent of an axis; 1 of a scalar.
func (c *call) extent(x node, a int) int {
	if c.rank(x) == 0 {
		return 1
	}
	return c.Shape(x)[axis(a, c.rank(x))]
}

// mask is a tensor of truth values, broadcast to the shape.
func (c *call) mask(name string, shape []int) []bool {
	v, _ := c.arg(name)
	m := c.static(v)
	out := make([]bool, sizeOf(shape))
	if m == nil {
		c.unsupported("%s with a mask that is known only when the graph runs", c.name)
		return out
	}
	for i, at := range broadcastPlaces(m.Shape, shape) {
		out[i] = m.Floats[at] != 0
	}
	return out
}

// along2 is the rule of a function of x and of an index of at least one axis,
// along the axis dim. The result has the shape of x if keep, else that of the index.
func along2(f func(c *call, x, index node, a int) node, keep bool) rule {
	return each1(func(c *call, x node) node {
		a, s := c.int("dim", 0), c.Shape(x)
		index, out := c.index("index", c.extent(x, a))
		if index == nil {
			return nil
		}
		y := f(c, c.lifted(x), index, axis(a, max(1, len(s))))
		if keep {
			out = s
		}
		return c.Reshape(y, out...)
	})
}

// folds are the reductions by torch's names.
var folds = map[string]special.Reduction{"sum": special.ReduceSum, "add": special.ReduceSum, "prod": special.ReduceProd, "multiply": special.ReduceProd,
	"mean": special.ReduceMean, "amax": special.ReduceMax, "amin": special.ReduceMin}

// reducing reads how elements that meet are reduced.
func (c *call) reducing() special.ReduceOptions {
	return special.ReduceOptions{Reduction: word(c, "reduce", "", folds), IncludeSelf: c.flag("include_self", true)}
}

func indexRules() {
	calls["gather"] = along2(func(c *call, x, index node, a int) node { return c.Gather(x, index, a) }, false)
	calls["index_select"] = each1(func(c *call, x node) node {
		a, s := c.int("dim", 0), c.Shape(x)
		index, _ := c.index("index", c.extent(x, a))
		y := c.IndexSelect(c.lifted(x), index, axis(a, max(1, len(s))))
		if len(s) == 0 {
			return c.Reshape(y)
		}
		return y
	})
	calls["take"] = each1(func(c *call, x node) node {
		index, shape := c.index("index", sizeOf(c.Shape(x)))
		return c.Reshape(special.TakeFlat(c.Builder, x, index), shape...)
	})
	calls["take_along_dim"] = each1(func(c *call, x node) node {
		if !c.given("dim") {
			index, shape := c.index("indices", sizeOf(c.Shape(x)))
			return special.TakeFlat(c.Builder, x, c.Reshape(index, sizeOf(shape)))
		}
		a := c.int("dim", 0)
		index, _ := c.index("indices", c.extent(x, a))
		return special.GatherBroadcast(c.Builder, x, index, a)
	})
	calls["put"] = each1(func(c *call, x node) node {
		index, shape := c.index("index", sizeOf(c.Shape(x)))
		add, source := c.flag("accumulate", false), c.tensor("source")
		if index == nil || sizeOf(shape) == 0 {
			return x
		}
		return putFlat(add)(c.Builder, x, source, index)
	})
	scatterRules()
}

func scatterRules() {
	calls["scatter_add"] = scattered(func(c *call, x, src, at node, a int) node { return c.ScatterAdd(x, src, at, a) })
	calls["scatter_reduce"] = scattered(func(c *call, x, src, at node, a int) node {
		return special.ScatterReduce(c.Builder, x, src, at, a, c.reducing())
	})
	calls["scatter"] = scattered(func(c *call, x, src, at node, a int) node {
		if c.given("reduce") {
			return special.ScatterReduce(c.Builder, x, src, at, a, c.reducing())
		}
		return c.Scatter(x, src, at, a)
	})
	calls["index_add"] = along2(func(c *call, x, index node, a int) node {
		return special.IndexReduce(c.Builder, x, c.Scale(c.lifted(c.tensor("source")), c.num("alpha", 1)), index, a, special.ReduceOptions{IncludeSelf: true})
	}, true)
	calls["index_copy"] = along2(func(c *call, x, index node, a int) node {
		return special.IndexCopy(c.Builder, x, c.lifted(c.tensor("source")), index, a)
	}, true)
	calls["index_fill"] = along2(func(c *call, x, index node, a int) node {
		return special.IndexFill(c.Builder, x, c.tensor("value"), index, a)
	}, true)
	calls["index_reduce"] = along2(func(c *call, x, index node, a int) node {
		return special.IndexReduce(c.Builder, x, c.lifted(c.tensor("source")), index, a, c.reducing())
	}, true)
	calls["masked_select"] = each1(func(c *call, x node) node {
		x, _ = together(c, x, c.tensor("mask"))
		return special.MaskedSelect(c.Builder, x, c.mask("mask", c.Shape(x)))
	})
	calls["masked_scatter"] = each1(func(c *call, x node) node {
		x, _ = together(c, x, c.tensor("mask"))
		return special.MaskedScatter(c.Builder, x, c.mask("mask", c.Shape(x)), c.tensor("source"))
	})
	calls["getitem"] = each1(getItem)
	calls["index_put"] = each1(func(c *call, x node) node {
		v, _ := c.arg("indices")
		return c.putAt(x, c.tensor("values"), c.terms(v), c.flag("accumulate", false))
	})
	oneHot := each1(func(c *call, _ node) node {
		index, n := c.labels("input"), c.int("num_classes", -1)
		if v, _ := c.arg("input"); n < 0 && c.static(v) != nil {
			for _, i := range c.static(v).Ints {
				n = max(n, i+1)
			}
		}
		return c.OneHot(index, n)
	})
	calls[functional+"one_hot"] = func(c *call) []*gorgonia.Node {
		c.makes(ofInts)
		return oneHot(c)
	}
	partRules()
}

// scattered is the rule of a function that puts as much of a source as there are
// indices into the input.
func scattered(f func(c *call, x, src, at node, a int) node) rule {
	return each1(func(c *call, x node) node {
		a, s := c.int("dim", 0), c.Shape(x)
		index, shape := c.index("index", c.extent(x, a))
		src := c.tensor("src")
		if len(shape) == 0 {
			shape = []int{1}
		}
		if c.rank(src) == 0 {
			src = c.Broadcast(src, shape...)
		} else {
			for i, n := range shape {
				src = c.cut(src, i, 0, n)
			}
		}
		if sizeOf(shape) == 0 { // nothing to put
			c.ignore("reduce", "include_self")
			return x
		}
		return c.Reshape(f(c, c.lifted(x), src, index, axis(a, max(1, len(s)))), s...)
	})
}

// partRules are those of functions that put a source into a part of the input.
func partRules() {
	along := func(c *call, term any) []any { // of the axis dim
		terms := make([]any, axis(c.int("dim", 0), c.rank(c.input))+1)
		for i := range terms {
			terms[i] = span{nil, nil, nil}
		}
		terms[len(terms)-1] = term
		return terms
	}
	calls["select_scatter"] = each1(func(c *call, x node) node {
		return c.putAt(x, c.tensor("src"), along(c, c.int("index", 0)), false)
	})
	ends := func(c *call) span {
		out := span{nil, nil, float64(c.int("step", 1))}
		for i, name := range []string{"start", "end"} {
			if c.given(name) {
				out[i] = c.num(name, 0)
			}
		}
		return out
	}
	calls["slice_scatter"] = each1(func(c *call, x node) node { return c.putAt(x, c.tensor("src"), along(c, ends(c)), false) })
	calls["slice"] = each1(func(c *call, x node) node { return c.takeAt(x, along(c, ends(c))) })
	calls["diagonal_scatter"] = each1(func(c *call, x node) node {
		k, n, s := c.int("offset", 0), c.rank(x), c.Shape(x)
		i, j := axis(c.int("dim1", 0), n), axis(c.int("dim2", 1), n)
		m := max(0, min(s[i]-max(0, -k), s[j]-max(0, k)))
		places := placesOf(s)
		for _, a := range []int{max(i, j), min(i, j)} { // the other axes in their order
			places = places.one(a, 0)
		}
		var list []int
		for _, base := range places.at {
			for d := range m { // the diagonal last
				list = append(list, base+(d+max(0, -k))*sizeOf(s[i+1:])+(d+max(0, k))*sizeOf(s[j+1:]))
			}
		}
		return special.PutFlat(c.Builder, x, c.tensor("src"), c.ConstInts(list, append(places.shape, m)...))
	})
}

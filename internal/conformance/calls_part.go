package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// partRules are those of functions that put a source into a part of the input.
func partRules() {
	into := func(part func(c *call, at *array) []int) torchRule {
		return one1(func(c *call) *gorgonia.Node {
			s := c.Shape(c.input)
			places := zeros(s)
			for i := range places.Floats {
				places.Ints = append(places.Ints, i)
			}
			index := part(c, places)
			if c.Err() != nil || len(index) == 0 {
				return c.input
			}
			return c.PutFlat(c.input, c.tensor(0, "src"), c.ConstInts(index, len(index)), false)
		})
	}
	line := func(a *array, dim, lo, hi, step int) (out []int) { // the places of a part of an axis
		inner := sizeOf(a.Shape[dim+1:])
		for _, i := range a.Ints {
			if j := i / inner % a.Shape[dim]; j >= lo && j < hi && (j-lo)%step == 0 {
				out = append(out, i)
			}
		}
		return out
	}
	torchRules["select_scatter"] = into(func(c *call, at *array) []int {
		d := axis(c.int(1, "dim", 0), len(at.Shape))
		i := axis(c.int(2, "index", 0), at.Shape[d])
		return line(at, d, i, i+1, 1)
	})
	torchRules["slice_scatter"] = into(func(c *call, at *array) []int {
		d := axis(c.int(1, "dim", 0), len(at.Shape))
		n := at.Shape[d]
		return line(at, d, max(0, axis(c.int(2, "start", 0), n)), min(n, axis(c.int(3, "end", n), n)), c.int(4, "step", 1))
	})
	torchRules["diagonal_scatter"] = into(func(c *call, at *array) []int {
		k, n := c.int(1, "offset", 0), len(at.Shape)
		i, j := axis(c.int(2, "dim1", 0), n), axis(c.int(3, "dim2", 1), n)
		m := min(at.Shape[i]-max(0, -k), at.Shape[j]-max(0, k))
		step := func(d int) int { return sizeOf(at.Shape[d+1:]) }
		var out []int
		for _, base := range at.Ints { // the other axes in their order, the diagonal last
			if base/step(i)%at.Shape[i] == 0 && base/step(j)%at.Shape[j] == 0 {
				for d := range max(0, m) {
					out = append(out, base+(d+max(0, -k))*step(i)+(d+max(0, k))*step(j))
				}
			}
		}
		return out
	})
	torchRules["slice"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		d := axis(c.int(0, "dim", 0), c.rank(x))
		n := c.Shape(x)[d]
		spans := make([]graph.Span, d+1)
		for i := range spans {
			spans[i] = graph.All()
		}
		spans[d] = graph.Span{Start: c.int(1, "start", 0), Stop: min(n, c.int(2, "end", n)), Step: c.int(3, "step", 1)}
		return c.Slice(x, spans...)
	})
	torchRules["diagflat"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.DiagonalMatrices(c.Reshape(x, sizeOf(c.Shape(x))), c.int(0, "offset", 0), 0, 1)
	})
}

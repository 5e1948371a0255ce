package onnx

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/op"
)

// shapeRules are those of operators that move elements.
var shapeRules = map[string]rule{
	"reshape":   one(func(c *call) string { return c.reshape(c.arg(0), c.shape(c.v)) }),
	"transpose": one(func(c *call) string { return c.node("Transpose", attrs{"perm": c.ints("perm")}, c.arg(0)) }),
	"concat": one(func(c *call) string {
		var in []string
		for i := range c.v.In {
			in = append(in, c.arg(i))
		}
		return c.node("Concat", attrs{"axis": c.int("axis")}, in...)
	}),
	"broadcast": one(func(c *call) string { // Expand, where whoever reads it needs that
		r := c.made.At(c.v.In[0])
		c.out, c.truth = r.shape, r.truth
		return r.name
	}),
	"slice": one(func(c *call) string { return c.slice(c.arg(0)) }),
	"sliceto": several(func(c *call) string {
		return c.reshape(c.slice(c.arg(0)), c.shape(c.v))
	}),
	"unslice": one(unslice),
	"repeat": one(func(c *call) string {
		axis, count := c.int("axis"), c.int("count")
		index := []int{}
		for i := range c.must("the extent", c.shapeOf(0)[axis:axis+1])[0] {
			index = append(index, slices.Repeat([]int{i}, count)...)
		}
		return c.node("Gather", attrs{"axis": axis}, c.arg(0), c.list(index...))
	}),
	"sizeof": one(func(c *call) string { return c.do("Identity", c.number(c.by())) }),
	"band": one(func(c *call) string {
		s := c.v.Type.Shape
		y, lo, hi := c.arg(0), c.int("lo"), c.int("hi")
		if lo > -s[len(s)-2] {
			y = c.node("Trilu", attrs{"upper": 1}, y, c.whole(lo))
		}
		if hi < s[len(s)-1] {
			y = c.node("Trilu", attrs{"upper": 0}, y, c.whole(hi))
		}
		return y
	}),
}

// slice returns a part of x by the attributes start, count and step.
func (c *call) slice(x string) string {
	start, count, step := c.dimsOf("start"), c.dimsOf("count"), c.ints("step")
	var from, to []dim
	var axes, steps []int
	for i, whole := range c.shapeOf(0) {
		if start[i].is(0) && step[i] == 1 && count[i] == whole {
			continue
		}
		end := dim{start[i].c + step[i]*count[i].c, start[i].k + step[i]*count[i].k}
		if step[i] < 0 && end.c < 0 {
			end = dim{c: math.MinInt32} // before the first element
		}
		from, to, axes, steps = append(from, start[i]), append(to, end), append(axes, i), append(steps, step[i])
	}
	if len(axes) == 0 {
		return x
	}
	return c.do("Slice", x, c.vector(from), c.vector(to), c.list(axes...), c.list(steps...))
}

// unslice puts x into zeros: by Pad, and on axes with steps by a product with ones where the
// elements go.
func unslice(c *call) string {
	start, count, step, shape := c.dimsOf("start"), c.dimsOf("count"), c.ints("step"), c.shape(c.v)
	y, pads, padded := c.arg(0), make([]dim, 2*len(shape)), false
	for i, whole := range shape {
		if step[i] != 1 {
			n := c.must("the extents", []dim{start[i], count[i], whole})
			to := make([]float64, n[1]*n[2])
			for j := range n[1] {
				to[(n[0]+j*step[i])*n[1]+j] = 1
			}
			y = c.along(y, i, len(shape), to, n[2])
			continue
		}
		pads[i] = start[i]
		pads[len(shape)+i] = dim{whole.c - start[i].c - count[i].c, whole.k - start[i].k - count[i].k}
		padded = padded || !pads[i].is(0) || !pads[len(shape)+i].is(0)
	}
	if padded {
		y = c.do("Pad", y, c.vector(pads), c.number(0))
	}
	return y
}

// along returns x, of the rank, with each line along an axis multiplied by a matrix with n
// rows.
func (c *call) along(x string, axis, rank int, matrix []float64, n int) string {
	if rank == 1 {
		return c.do("MatMul", c.array(matrix, n, len(matrix)/max(1, n)), x)
	}
	perm := op.SwapAxes(rank, axis, rank-2)
	if axis == rank-1 {
		w := make([]float64, len(matrix)) // x·matrixᵀ
		m := len(matrix) / max(1, n)
		for i := range n {
			for j := range m {
				w[j*n+i] = matrix[i*m+j]
			}
		}
		return c.do("MatMul", x, c.array(w, m, n))
	}
	if axis != rank-2 {
		x = c.node("Transpose", attrs{"perm": perm}, x)
	}
	x = c.do("MatMul", c.array(matrix, n, len(matrix)/max(1, n)), x)
	if axis != rank-2 {
		x = c.node("Transpose", attrs{"perm": perm}, x)
	}
	return x
}

package onnx

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
)

// runningRules are those of folds that keep what they have so far. ONNX has the sum. The others
// take ⌈log₂ n⌉ rounds for n elements: after each, an element holds the fold of twice as many.
var runningRules = map[string]rule{
	"cumsum": one(func(c *call) string {
		return c.node("CumSum", attrs{"exclusive": flag(c, "exclusive"), "reverse": flag(c, "reverse")}, c.arg(0), c.whole(c.int("axis")))
	}),
	"cumprod": several(func(c *call) string {
		y := c.doubling(c.arg(0), 1, func(x, before string) string { return c.do("Mul", x, before) })
		if c.v.Attrs.Bool("exclusive") {
			y = c.later(y, 1, 1)
		}
		return y
	}),
	"logcumsumexp": several(func(c *call) string {
		return c.doubling(c.arg(0), math.Inf(-1), c.logAddExp)
	}),
	"recurrence": several(func(c *call) string { // of pairs: h = u + a·h
		u, a := c.arg(0), c.arg(1)
		for by := 1; by < c.line(); by *= 2 {
			u = c.do("Add", u, c.do("Mul", a, c.later(u, by, 0)))
			if 2*by < c.line() {
				a = c.do("Mul", a, c.later(a, by, 0))
			}
		}
		if c.line() == 1 {
			return c.do("Identity", u)
		}
		return u
	}),
}

func flag(c *call, key string) int {
	if c.v.Attrs.Bool(key) {
		return 1
	}
	return 0
}

// line returns the extent of the attribute axis, which must not depend on the batch.
func (c *call) line() int {
	return c.must("the extent", []dim{c.shape(c.v)[c.int("axis")]})[0]
}

// doubling returns the running fold of x by f, which has the neutral element.
func (c *call) doubling(x string, neutral float64, f func(x, before string) string) string {
	for by := 1; by < c.line(); by *= 2 {
		x = f(x, c.later(x, by, neutral))
	}
	return x
}

// later returns x moved by some places away from where the fold starts, with the number in
// their stead.
func (c *call) later(x string, by int, fill float64) string {
	axis, rank := c.int("axis"), len(c.v.Type.Shape)
	pads := make([]int, 2*rank)
	if c.v.Attrs.Bool("reverse") {
		pads[axis], pads[rank+axis] = -by, by
	} else {
		pads[axis], pads[rank+axis] = by, -by
	}
	return c.do("Pad", x, c.list(pads...), c.number(fill))
}

// matrixOf returns the matrix of a linear map, of a line of n elements to one of m: apply maps
// the lines of the identity.
func matrixOf(n, m int, apply func(lines []float64, out []float64)) []float64 {
	lines, out := make([]float64, n*n), make([]float64, n*m)
	for i := range n {
		lines[i*n+i] = 1
	}
	apply(lines, out)
	matrix := make([]float64, m*n)
	for i := range n {
		for j := range m {
			matrix[j*n+i] = out[i*m+j]
		}
	}
	return matrix
}

// applied runs the formula of an operator on a constant.
func applied(d *ir.Def, ref func(*ir.Call[float64]), a ir.Attrs, x []float64, shape ir.Shape, out []float64) {
	f := &ir.Func{}
	in := f.AddConst(ir.Type{DType: ir.F64, Shape: shape}, x)
	v, err := f.New(d, a, in)
	if err != nil {
		panic("onnx: " + err.Error()) // the shape rule has let the operator through
	}
	ref(&ir.Call[float64]{V: v, Out: out, In: [][]float64{x}, IntIn: [][]int{nil}})
}

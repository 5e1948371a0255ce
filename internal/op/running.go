package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file holds what the running folds (cumulative sum, product, ...) share. Their
// attributes are axis, exclusive, which leaves an element out of its own fold, and
// reverse, which starts at the end.

// walk goes along a line: from the index at by step, over left elements.
type walk struct {
	at, step, left int
	exclusive      bool
}

// forwards are the attributes of a fold from the first element on, without axis.
var forwards = ir.A("exclusive", false, "reverse", false)

func walkOf(a ir.Attrs, n int) walk {
	if a.Bool("reverse") {
		return walk{n - 1, -1, n, a.Bool("exclusive")}
	}
	return walk{0, 1, n, a.Bool("exclusive")}
}

// running writes the running fold of the line x to dst. It accumulates in float64,
// since the rounding errors of the accumulator add up.
func running[T ir.Float](dst, x []T, w walk, zero float64, f func(acc, x float64) float64) {
	acc := zero
	for range w.left {
		v := float64(x[w.at])
		if w.exclusive {
			dst[w.at] = T(acc)
		}
		acc = f(acc, v)
		if !w.exclusive {
			dst[w.at] = T(acc)
		}
		w.at += w.step
	}
}

// runningKernel calls line for every line of the operand.
func runningKernel[T ir.Float](line func(dst, x []T, w walk)) ir.Kernel[T] {
	k := ir.Kernel[T]{Prepare: func(v *ir.Value, workers int) (any, int) {
		n := v.Type.Shape[v.Attrs.Int("axis")]
		w := walkOf(v.Attrs, n)
		return lineKernel(func(dst, x []T) { line(dst, x, w) }).Prepare(v, workers)
	}}
	k.Run = lineKernel[T](nil).Run
	return k
}

// refRunning is the slow formula of a running fold.
func refRunning(zero float64, f func(acc, x float64) float64) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		refLines(func(dst, x []float64) { running(dst, x, walkOf(c.V.Attrs, len(x)), zero, f) })(c)
	}
}

// runningSamples are the applications that running folds are sampled at.
func runningSamples() []Sample {
	return []Sample{
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", false)},
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 0, "exclusive", true, "reverse", true)},
		{In: []ir.Shape{{5}}, Attrs: ir.A("axis", 0, "exclusive", true, "reverse", false)},
		{In: []ir.Shape{{2, 3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", true)},
		{In: []ir.Shape{{2, 1}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", false)},
		{In: []ir.Shape{{2, 300}}, Attrs: ir.A("axis", 1, "exclusive", true, "reverse", true)},
	}
}

// shift moves x by one index along the axis: up, or down if back. What becomes free
// is 0.
func (c *Ctx) shift(x *gorgonia.Node, axis int, back bool) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil || s[axis] == 0 {
		return x
	}
	from, to := make([]int, len(s)), make([]int, len(s))
	count, step := s.Clone(), make([]int, len(s))
	for i := range step {
		step[i] = 1
	}
	count[axis]--
	if back {
		from[axis] = 1
	} else {
		to[axis] = 1
	}
	if count[axis] == 0 { // nothing is left
		return c.Fill(x, 0)
	}
	part := c.Apply(&Slice, ir.A("start", from, "count", []int(count), "step", step), x)
	return c.Apply(&Unslice, ir.A("start", to, "count", []int(count), "step", step, "shape", []int(s)), part)
}

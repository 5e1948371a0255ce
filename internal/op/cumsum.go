package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// CumSum is the running sum along an axis, from the end with the attribute
// reverse, and without the element itself with exclusive: dx is the running sum
// of d from the other end.
var CumSum Entry

func init() {
	define(&CumSum, Entry{
		Def: ir.Def{Name: "cumsum", Class: ir.Opaque, Arity: 1, Infer: inferAxis,
			F32: runningKernel(0, func(acc, x float32) float32 { return acc + x }),
			F64: runningKernel(0, func(acc, x float64) float64 { return acc + x })},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&CumSum, n.Attrs.With("reverse", !n.Attrs.Bool("reverse")), d)}
		},
		Ref:     refRunning(0, func(acc, x float64) float64 { return acc + x }),
		Samples: runningSamples,
	})
}

// runningSamples are the applications that running folds are sampled at.
func runningSamples() []Sample {
	return []Sample{
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", false)},
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 0, "exclusive", true, "reverse", true)},
		{In: []ir.Shape{{5}}, Attrs: ir.A("axis", 0, "exclusive", true, "reverse", false)},
		{In: []ir.Shape{{2, 3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", true)},
		{In: []ir.Shape{{2, 1}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", false)},
	}
}

// running folds the lines of x into the running values of each.
func running[T ir.Float](dst, x []T, a ir.Attrs, zero T, f func(acc, x T) T) {
	acc, exclusive := zero, a.Bool("exclusive")
	for k := range x {
		i := k
		if a.Bool("reverse") {
			i = len(x) - 1 - k
		}
		v := x[i]
		if exclusive {
			dst[i] = acc
		}
		acc = f(acc, v)
		if !exclusive {
			dst[i] = acc
		}
	}
}

func runningKernel[T ir.Float](zero T, f func(acc, x T) T) ir.Kernel[T] {
	k := ir.Kernel[T]{Prepare: func(v *ir.Value, workers int) (any, int) {
		line := lineKernel(func(dst, x []T) { running(dst, x, v.Attrs, zero, f) })
		return line.Prepare(v, workers)
	}}
	k.Run = lineKernel[T](nil).Run
	return k
}

func refRunning(zero float64, f func(acc, x float64) float64) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		refLines(func(dst, x []float64) { running(dst, x, c.V.Attrs, zero, f) })(c)
	}
}

// CumSum is the running sum along the axis.
func (c *Ctx) CumSum(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.runningAlong(&CumSum, x, axis)
}

// runningAlong applies a running fold that starts at the first element.
func (c *Ctx) runningAlong(e *Entry, x *gorgonia.Node, axis int) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	k, err := t.Axis(axis)
	if err != nil {
		c.Fail(e.Name, c.Label, []*gorgonia.Node{x}, shapef("%v", err))
		return nil
	}
	return c.Apply(e, ir.A("axis", k, "exclusive", false, "reverse", false), x)
}

package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/exact"
	"gorgonia.org/gorgonia"
)

// CumSum is the running sum along an axis, from the end with the attribute
// reverse, and without the element itself with exclusive: dx is the running sum
// of d from the other end.
var CumSum Entry

func init() {
	define(&CumSum, Entry{
		Def: ir.Def{Name: "cumsum", Class: ir.Opaque, Arity: 1, Infer: inferAxis,
			F32: runningKernel(runningSum[float32]), F64: runningKernel(runningSum[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&CumSum, n.Attrs.With("reverse", !n.Attrs.Bool("reverse")), d)}
		},
		Ref:     refRunning(0, func(acc, x float64) float64 { return acc + x }),
		Samples: runningSamples,
	})
}

// runningSum adds the elements of a block one after the other, and that to the sum of
// the blocks before, which is kept exactly: so the error does not grow with the length.
func runningSum[T ir.Float](dst, x []T, w walk) {
	var before exact.Sum[T]
	for ; w.left > 0; w.left -= exact.Block {
		var acc T
		for range min(exact.Block, w.left) {
			v := x[w.at]
			if w.exclusive {
				dst[w.at] = before.Sum + (before.Lost + acc)
				acc += v
			} else {
				acc += v
				dst[w.at] = before.Sum + (before.Lost + acc)
			}
			w.at += w.step
		}
		before.Add(acc)
	}
}

// CumSum is the running sum along the axis.
func (c *Ctx) CumSum(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&CumSum, axis, forwards, x)
}

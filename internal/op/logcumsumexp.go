package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// LogCumSumExp is the logarithm of the running sum of eˣ along an axis, with the
// attributes of CumSum, stable for any finite x: dxⱼ = Σᵢ dᵢ·e^(xⱼ − yᵢ) over the
// places i whose sum has j, found from the differences of each pair of places.
var LogCumSumExp Entry

func init() {
	define(&LogCumSumExp, Entry{
		Def: ir.Def{Name: "logcumsumexp", Class: ir.Opaque, Arity: 1, Infer: inferAxis,
			F32: runningKernel(float32(math.Inf(-1)), logAddExp[float32]), F64: runningKernel(math.Inf(-1), logAddExp[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			axis := n.Attrs.Int("axis")
			s := c.Shape(n.In[0])
			if c.Err != nil {
				return []*gorgonia.Node{nil}
			}
			line := func(z *gorgonia.Node, column bool) *gorgonia.Node { // the axis as the last one or the one before
				perm := lastAxis(len(s), axis)
				z = c.Transpose(z, perm)
				k := len(s)
				if column {
					k = len(s) - 1
				}
				return c.Reshape(z, insert(c.Shape(z), k, 1))
			}
			x, y := line(n.In[0], true), line(n.Out, false)
			apart := c.Sub(x, y)
			uses := c.Tri(apart, n.Attrs.Bool("reverse"), n.Attrs.Bool("exclusive"))
			seen := c.Mul(uses, c.Ne(apart, c.Fill(apart, math.Inf(1)))) // an empty sum has no slope
			each := c.Exp(c.Select(seen, apart, c.Fill(apart, math.Inf(-1))))
			dx := c.Sum(c.Mul(each, line(d, false)), []int{-2}, false)
			return []*gorgonia.Node{c.Transpose(dx, lastAxis(len(s), axis))}
		},
		Ref: refRunning(math.Inf(-1), func(acc, x float64) float64 { return math.Log(math.Exp(acc) + math.Exp(x)) }),
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", false)},
				{In: []ir.Shape{{2, 3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", true)},
				{In: []ir.Shape{{5}}, Attrs: ir.A("axis", 0, "exclusive", false, "reverse", false)},
			}
		},
	})
}

// lastAxis exchanges an axis with the last of n.
func lastAxis(n, axis int) []int {
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	perm[axis], perm[n-1] = n-1, axis
	return perm
}

// insert is s with an axis of extent d at k.
func insert(s ir.Shape, k, d int) ir.Shape {
	return append(append(s[:k:k].Clone(), d), s[k:]...)
}

func logAddExp[T ir.Float](x, y T) T {
	if x < y {
		x, y = y, x
	}
	switch {
	case x != x || y != y:
		return x + y
	case x-x != 0: // infinite
		return x
	}
	return x + T(math.Log1p(math.Exp(float64(y-x))))
}

// LogCumSumExp is the logarithm of the running sum of eˣ along the axis.
func (c *Ctx) LogCumSumExp(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.runningAlong(&LogCumSumExp, x, axis)
}

package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// LogAbsDet is log|det x| of square matrices x: [..., n, n]; result [...]; -Inf
// of a singular one. dx = d·x⁻ᵀ.
var LogAbsDet Entry

func init() {
	define(&LogAbsDet, Entry{
		Def: ir.Def{Name: "logabsdet", Class: ir.Opaque, Arity: 1, Infer: inferSquare(true),
			F32: squareKernel(logAbsDet[float32]), F64: squareKernel(logAbsDet[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Mul(c.ofMatrix(d), c.T(c.Inverse(n.In[0])))}
		},
		Ref:     refDet(func(det float64) float64 { return math.Log(math.Abs(det)) }),
		Samples: squareSamples,
	})
}

func logAbsDet[T ir.Float](f *factored, c *ir.Call[T], i int) {
	load(f, c.In[0], i)
	f.lu()
	sum := 0.0
	for k := range f.n {
		sum += math.Log(math.Abs(f.a[k*f.n+k]))
	}
	c.Out[i] = T(sum)
}

// LogAbsDet is log|det x| of square matrices.
func (c *Ctx) LogAbsDet(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&LogAbsDet, nil, x) }

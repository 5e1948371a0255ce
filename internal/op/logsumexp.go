package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// LogSumExp is log Σeˣ along the last axis, which it drops: stable for any x, with all
// digits where one x is far above the others: dx = d·softmax x, and 0 where the result
// is infinite.
var LogSumExp Entry

func init() {
	define(&LogSumExp, Entry{
		Def: ir.Def{Name: "logsumexp", Class: ir.Opaque, Arity: 1,
			ByRow: func(v *ir.Value) []bool {
				if len(v.Type.Shape) == 0 {
					return nil
				}
				return []bool{true}
			},
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				t := in[0]
				if k := len(t.Shape) - 1; !t.DType.IsFloat() || k < 0 || t.Shape[k] == 0 {
					return ir.Type{}, shapef("got %v, want floats with at least one element along the last axis", t)
				}
				return ir.Type{DType: t.DType, Shape: t.Shape[:len(t.Shape)-1].Clone()}, nil
			},
			Cost: func(v *ir.Value) ir.Cost { return ir.Cost{Flops: 4 * int64(v.In[0].Type.Shape.Size())} },
			F32:  logSumExps[float32](), F64: logSumExps[float64]()},
		VJP: vjp1(func(c *Ctx, x, y, d *gorgonia.Node) *gorgonia.Node {
			column := append(c.Shape(d).Clone(), 1)
			safe := c.Select(c.IsInf(c.Reshape(y, column)), c.Fill(x, 0), x)
			d = c.Select(c.IsInf(y), c.Fill(d, 0), d)
			return c.Mul(c.Softmax(safe, -1), c.Reshape(d, column))
		}),
		Ref: func(c *ir.Call[float64]) {
			n := len(c.In[0]) / max(1, len(c.Out))
			for i := range c.Out {
				for _, v := range c.In[0][i*n : (i+1)*n] {
					c.Out[i] += math.Exp(v)
				}
				c.Out[i] = math.Log(c.Out[i])
			}
		},
		Samples: func() []Sample { return shapes(1, ir.Shape{3, 4}, ir.Shape{5}, ir.Shape{2, 3, 1}, ir.Shape{70, 300}) },
	})
}

// logSumExps hands the lines to the workers.
func logSumExps[T ir.Float]() ir.Kernel[T] {
	type state struct {
		c    *ir.Call[T]
		part func(worker, part int)
	}
	const grain = 1 << 13 // elements that are worth a part
	parts := func(c *ir.Call[T]) int { return max(1, min(len(c.Out), len(c.In[0])/grain)) }
	return ir.Kernel[T]{
		Prepare: func(*ir.Value, int) (any, int) {
			s := &state{}
			s.part = func(_, p int) {
				x, y := s.c.In[0], s.c.Out
				n := len(x) / max(1, len(y))
				of := parts(s.c)
				for i := p * len(y) / of; i < (p+1)*len(y)/of; i++ {
					m, rest := logSumExp(x[i*n : (i+1)*n])
					y[i] = m + rest
				}
			}
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*state)
			s.c = c
			c.Pool.Run(parts(c), s.part)
		},
	}
}

// logSumExp is log Σeˣ over the axes, which it drops.
func (c *Ctx) logSumExp(x *gorgonia.Node, axes []int) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	folded := make([]bool, len(s))
	for _, a := range axes {
		folded[a] = true
	}
	var perm []int
	kept, n := ir.Shape{}, 1
	for i, d := range s {
		if folded[i] {
			n *= d
		} else {
			perm, kept = append(perm, i), append(kept, d)
		}
	}
	last := true // the axes are the last ones already
	for i, a := range axes {
		last = last && a == len(kept)+i
	}
	if !last {
		x = c.Transpose(x, append(perm, axes...))
	}
	if len(axes) != 1 {
		x = c.Reshape(x, append(kept, n))
	}
	return c.Apply(&LogSumExp, nil, x)
}

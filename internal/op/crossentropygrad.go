package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// CrossEntropyGrad is d·(softmax x − onehot label) for each example, the
// gradient of CrossEntropy in one pass: x: [..., C], labels: Int [...], d: [...],
// result [..., C]. What softmax lacks of 1 at the label is the sum of the others, so
// that it is not lost where softmax is rounded to 1. For u, the gradient of the
// result, and s = softmax x, dx = d·s·Center(s, u) and dd = −Center(s, u)[label].
var CrossEntropyGrad Entry

func init() {
	define(&CrossEntropyGrad, Entry{
		Def: ir.Def{Name: "crossentropygrad", Class: ir.Opaque, Arity: 3, Infer: inferCrossEntropyGrad,
			ByRow: byRow(true, true, true),
			Range: labelRange,
			Cost:  func(v *ir.Value) ir.Cost { return ir.Cost{Flops: 5 * int64(v.Type.Shape.Size())} },
			F32:   crossEntropyGrad[float32](), F64: crossEntropyGrad[float64]()},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Product(x[2], sym.Sum(sym.Call("softmax", x[0]), sym.Neg(sym.Call("onehot", x[1]))))
		},
		VJP: vjpCrossEntropyGrad,
		Ref: func(c *ir.Call[float64]) {
			n := c.V.Type.Shape[len(c.V.Type.Shape)-1]
			for i, label := range c.IntIn[1] {
				x, y := c.In[0][i*n:(i+1)*n], c.Out[i*n:(i+1)*n]
				if ignored(c.V.Attrs, label) {
					clear(y)
					continue
				}
				m, sum := refMax(x), 0.0
				for _, v := range x {
					sum += math.Exp(v - m)
				}
				for j, v := range x {
					y[j] = c.In[2][i] * (math.Exp(v-m)/sum - float64(truth(j == label)))
				}
			}
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{5, 3}, {5}, {5}}, Int: []int{0, 3, 0}},
				{In: []ir.Shape{{2, 4, 10}, {2, 4}, {2, 4}}, Int: []int{0, 10, 0}},
				{In: []ir.Shape{{7, 3}, {7}, {7}}, Int: []int{0, 3, 0}, Attrs: ir.A("ignore", 1)},
			}
		},
	})
}

func inferCrossEntropyGrad(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	t, err := inferCrossEntropy(in[:2], a)
	if err != nil {
		return ir.Type{}, err
	}
	if !in[2].Equal(t) {
		return ir.Type{}, shapef("got the gradient %v, want %v", in[2], t)
	}
	return in[0], nil
}

func vjpCrossEntropyGrad(c *Ctx, n Applied, u *gorgonia.Node) []*gorgonia.Node {
	x, labels, d := n.In[0], n.In[1], n.In[2]
	shape := c.Shape(x)
	if c.Err != nil {
		return make([]*gorgonia.Node, 3)
	}
	s := c.Softmax(x, -1)
	if k, ok := n.Attrs.Get("ignore").(int); ok {
		u = c.Mul(u, c.Reshape(c.NotInt(labels, k, x), append(c.Shape(d).Clone(), 1)))
	}
	center := c.Center(s, u, len(shape)-1)
	dx := c.Mul(c.Mul(s, center), c.Reshape(d, append(c.Shape(d).Clone(), 1)))
	hot := c.Apply(&OneHot, n.Attrs.With("classes", shape[len(shape)-1]).With("dtype", c.Type(x).DType.String()), labels)
	return []*gorgonia.Node{dx, nil, c.Neg(c.Sum(c.Select(hot, center, c.Fill(center, 0)), []int{-1}, false))}
}

func crossEntropyGrad[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{Run: func(c *ir.Call[T]) {
		s := c.V.Type.Shape
		n := s[len(s)-1]
		l := vec.Of[T]()
		for i, label := range c.IntIn[1] {
			y, x := c.Out[i*n:(i+1)*n], c.In[0][i*n:(i+1)*n]
			if ignored(c.V.Attrs, label) || label < 0 || label >= n { // the forward pass reports the latter
				clear(y)
				continue
			}
			l.AddS(y, x, -finite(l.MaxOf(x)))
			l.Exp(y, y)
			own := y[label]
			y[label] = 0
			others := l.Sum(y)
			y[label] = -others
			l.MulS(y, y, c.In[2][i]/(own+others))
		}
	}}
}

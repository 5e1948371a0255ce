package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// CrossEntropy is log Σeˣ − x[label] for each example, the cross-entropy of the
// softmax with the label: x: [..., C], labels: Int [...], result [...]. It is
// stable for any finite x. dx = d·(softmax x − onehot label). With the attribute
// ignore, examples of that label have the loss and the gradient 0.
var CrossEntropy Entry

func init() {
	define(&CrossEntropy, Entry{
		Def: ir.Def{Name: "crossentropy", Class: ir.Opaque, Arity: 2, Infer: inferCrossEntropy,
			ByRow: byRow(true, true),
			Range: labelRange,
			Cost:  func(v *ir.Value) ir.Cost { return ir.Cost{Flops: 4 * int64(v.In[0].Type.Shape.Size())} },
			F32:   crossEntropy[float32](), F64: crossEntropy[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&CrossEntropyGrad, n.Attrs, n.In[0], n.In[1], d), nil}
		},
		Ref: func(c *ir.Call[float64]) {
			n := c.V.In[0].Type.Shape[len(c.V.In[0].Type.Shape)-1]
			for i, label := range c.IntIn[1] {
				if ignored(c.V.Attrs, label) {
					c.Out[i] = 0
					continue
				}
				x := c.In[0][i*n : (i+1)*n]
				m, sum := refMax(x), 0.0
				for _, v := range x {
					sum += math.Exp(v - m)
				}
				c.Out[i] = math.Log(sum) + m - x[label]
			}
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{5, 3}, {5}}, Int: []int{0, 3}},
				{In: []ir.Shape{{2, 4, 10}, {2, 4}}, Int: []int{0, 10}},
				{In: []ir.Shape{{7, 3}, {7}}, Int: []int{0, 3}, Attrs: ir.A("ignore", 1)},
			}
		},
	})
}

// labelRange holds the labels, operand 1, to the classes of the logits.
func labelRange(v *ir.Value, i int) (int, bool) {
	s := v.In[0].Type.Shape
	return s[len(s)-1], i == 1 && v.Attrs.Get("ignore") == nil
}

// ignored says whether the attribute ignore names the label.
func ignored(a ir.Attrs, label int) bool {
	k, ok := a.Get("ignore").(int)
	return ok && k == label
}

func inferCrossEntropy(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
	x, y := in[0], in[1]
	if err := wantIndexed(x, y); err != nil {
		return ir.Type{}, err
	}
	if k := len(x.Shape) - 1; k < 0 || !y.Shape.Equal(x.Shape[:k]) || x.Shape[k] < 1 {
		return ir.Type{}, shapef("got logits %v and labels %v, want one label for each row of logits", x.Shape, y.Shape)
	}
	return ir.Type{DType: x.DType, Shape: y.Shape.Clone()}, nil
}

func crossEntropy[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{Run: func(c *ir.Call[T]) {
		s := c.V.In[0].Type.Shape
		n := s[len(s)-1]
		for i, label := range c.IntIn[1] {
			if ignored(c.V.Attrs, label) {
				c.Out[i] = 0
				continue
			}
			if label < 0 || label >= n {
				failRun(c, shapef("got the label %d at element %d, want 0 to %d", label, i, n-1))
				continue
			}
			x := c.In[0][i*n : (i+1)*n]
			m, rest := logSumExp(x)
			c.Out[i] = rest + (m - x[label])
		}
	}}
}

// CrossEntropy is log Σeˣ − x[label] along the last axis.
func (c *Ctx) CrossEntropy(x, labels *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&CrossEntropy, nil, x, labels)
}

// CrossEntropyIgnoring is CrossEntropy, 0 for examples of the label ignore.
func (c *Ctx) CrossEntropyIgnoring(x, labels *gorgonia.Node, ignore int) *gorgonia.Node {
	return c.Apply(&CrossEntropy, ir.A("ignore", ignore), x, labels)
}

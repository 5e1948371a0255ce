package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/conv"
	"gorgonia.org/gorgonia"
)

// ConvInput is the derivative of Conv by its images for a given d, of the shape
// of the result, which is also the transposed convolution of d: d: [N, O,
// Out...], w: [O, C/groups, K...]; result [N, C, In...], In being the attribute
// in.
var ConvInput Entry

func init() {
	define(&ConvInput, Entry{
		Def: ir.Def{Name: "convinput", Class: ir.Contract, Arity: 2, Infer: inferConvInput,
			ByRow: byRow(true, false),
			Cost:  func(v *ir.Value) ir.Cost { return convCost(v, v.Type.Shape, v.In[1].Type.Shape, v.In[0].Type.Shape) },
			F32:   convInputKernel[float32](), F64: convInputKernel[float64]()},
		VJP: func(c *Ctx, n Applied, e *gorgonia.Node) []*gorgonia.Node {
			d, w := n.In[0], n.In[1]
			return []*gorgonia.Node{c.Conv(e, w, convOnly(n.Attrs)), c.convWeight(e, d, n.Attrs, c.Shape(w))}
		},
		Ref: func(c *ir.Call[float64]) {
			clear(c.Out)
			refConv(convSpec(c.V.Attrs, c.V.Type.Shape, c.V.In[1].Type.Shape, c.V.In[0].Type.Shape), func(y, x, w int) {
				c.Out[x] += c.In[0][y] * c.In[1][w]
			})
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{2, 4, 6}, {4, 3, 3}}, Attrs: convAttrs(1, 1, 0, 0, 1, 1).With("in", []int{8})},
				{In: []ir.Shape{{2, 6, 4}, {6, 2, 3}}, Attrs: convAttrs(1, 2, 1, 2, 2, 2).With("in", []int{9})},
				{In: []ir.Shape{{2, 3, 7, 7}, {3, 1, 3, 2}}, Attrs: convAttrs(2, 1, 1, 1, 1, 1).With("in", []int{7, 6})},
				{In: []ir.Shape{{1, 3, 3, 4}, {3, 1, 3, 3}}, Attrs: convAttrs(2, 2, 1, 1, 1, 3).With("in", []int{6, 7})},
				{In: []ir.Shape{{3, 2, 2, 2}, {2, 2, 1, 1}}, Attrs: convAttrs(2, 3, 0, 0, 1, 1).With("in", []int{5, 5})},
			}
		},
	})
}

// convOnly are the attributes that Conv has.
func convOnly(a ir.Attrs) ir.Attrs {
	var out ir.Attrs
	for _, k := range a {
		if k.Key != "in" && k.Key != "kernel" {
			out = append(out, k)
		}
	}
	return out
}

func inferConvInput(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	d, w := in[0], in[1]
	if !d.DType.IsFloat() || !w.DType.IsFloat() {
		return ir.Type{}, dtypef("got %v and %v, want floats", d, w)
	}
	if len(d.Shape) < 3 || len(w.Shape) != len(d.Shape) || len(a.Ints("in")) != len(d.Shape)-2 {
		return ir.Type{}, shapef("got images %v, weights %v and spatial axes %v of the result, want [N, O, ...] and [O, C, ...] with one to three spatial axes", d.Shape, w.Shape, a.Ints("in"))
	}
	for _, n := range a.Ints("in") {
		if n < 0 {
			return ir.Type{}, shapef("got the spatial axes %v of the result, want extents of at least 0", a.Ints("in"))
		}
	}
	x := append(ir.Shape{d.Shape[0], w.Shape[1] * a.Int("groups")}, a.Ints("in")...)
	y, err := ConvOut(a, x, w.Shape)
	if err != nil {
		return ir.Type{}, err
	}
	if !y.Equal(d.Shape) {
		return ir.Type{}, shapef("got %v, want %v: what the convolution of %v by %v has", d.Shape, y, x, w.Shape)
	}
	return ir.Type{DType: d.DType, Shape: x}, nil
}

func convInputKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			p, err := conv.NewInput[T](convSpec(v.Attrs, v.Type.Shape, v.In[1].Type.Shape, v.In[0].Type.Shape))
			if err != nil {
				panic("op: " + err.Error()) // the shape rule let through what it may not
			}
			return p, p.Scratch(workers)
		},
		Run: func(c *ir.Call[T]) {
			c.State.(*conv.Input[T]).Run(c.Pool, c.Out, c.In[0], c.In[1], c.Scratch, c.Post)
		},
	}
}

// convInput is ConvInput for images of the shape x.
func (c *Ctx) convInput(d, w *gorgonia.Node, a ir.Attrs, x ir.Shape) *gorgonia.Node {
	if c.Err != nil {
		return nil
	}
	return c.Apply(&ConvInput, convOnly(a).With("in", []int(spatial(x))), d, w)
}

// ConvTranspose is the transposed convolution of x by w: [C, O/groups, K...],
// the derivative of the convolution that leads from the result's shape to x's:
// extents (in − 1)·stride − pad − padend + (k − 1)·dilation + 1 + extra.
func (c *Ctx) ConvTranspose(x, w *gorgonia.Node, a ir.Attrs, extra []int) *gorgonia.Node {
	sx, sw := c.Shape(x), c.Shape(w)
	if c.Err != nil {
		return nil
	}
	k := len(sx) - 2
	if k < 1 || k > 3 || len(sw) != len(sx) || len(extra) != k {
		c.Fail("convtranspose", "", []*gorgonia.Node{x, w}, shapef("got images %v, weights %v and %d extra extents, want [N, C, ...] and [C, O, ...] with one to three spatial axes", sx, sw, len(extra)))
		return nil
	}
	if err := convSettings(a, k); err != nil {
		c.Fail("convtranspose", "", []*gorgonia.Node{x, w}, err)
		return nil
	}
	in := make([]int, k)
	for i := range in {
		in[i] = (sx[2+i]-1)*a.Ints("stride")[i] - a.Ints("pad")[i] - a.Ints("padend")[i] + (sw[2+i]-1)*a.Ints("dilation")[i] + 1 + extra[i]
	}
	return c.Apply(&ConvInput, convOnly(a).With("in", in), x, w)
}

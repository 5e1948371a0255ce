package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/conv"
	"gorgonia.org/gorgonia"
)

// Conv is the convolution of images with weights, without turning these around:
//
//	y[n, o, p] = Σ over c, k of x[n, c, p·stride + k·dilation − pad]·w[o, c, k]
//
// x: [N, C, In...], w: [O, C/groups, K...], one to three spatial axes; result
// [N, O, Out...]. Attributes: stride, pad, padend, dilation (one number for each
// spatial axis) and groups. It is linear in both operands, and so are its
// derivatives ConvInput and ConvWeight: the three are each other's derivatives.
var Conv Entry

func init() {
	define(&Conv, Entry{
		Def: ir.Def{Name: "conv", Class: ir.Contract, Arity: 2, Infer: inferConv,
			ByRow: byRow(true, false),
			Cost:  func(v *ir.Value) ir.Cost { return convCost(v, v.In[0].Type.Shape, v.In[1].Type.Shape, v.Type.Shape) },
			F32:   convKernel[float32](), F64: convKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, w := n.In[0], n.In[1]
			return []*gorgonia.Node{c.convInput(d, w, n.Attrs, c.Shape(x)), c.convWeight(x, d, n.Attrs, c.Shape(w))}
		},
		Ref: func(c *ir.Call[float64]) {
			clear(c.Out)
			refConv(convSpec(c.V.Attrs, c.V.In[0].Type.Shape, c.V.In[1].Type.Shape, c.V.Type.Shape), func(y, x, w int) {
				c.Out[y] += c.In[0][x] * c.In[1][w]
			})
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{2, 3, 8}, {4, 3, 3}}, Attrs: convAttrs(1, 1, 0, 0, 1, 1)},
				{In: []ir.Shape{{2, 4, 9}, {6, 2, 3}}, Attrs: convAttrs(1, 2, 1, 2, 2, 2)},
				{In: []ir.Shape{{2, 1, 7, 6}, {3, 1, 3, 2}}, Attrs: convAttrs(2, 1, 1, 1, 1, 1)},
				{In: []ir.Shape{{1, 3, 6, 7}, {3, 1, 3, 3}}, Attrs: convAttrs(2, 2, 1, 1, 1, 3)},
				{In: []ir.Shape{{1, 2, 3, 4, 5}, {3, 2, 2, 2, 3}}, Attrs: convAttrs(3, 1, 1, 0, 1, 1)},
				{In: []ir.Shape{{3, 2, 5, 5}, {2, 2, 1, 1}}, Attrs: convAttrs(2, 3, 0, 0, 1, 1)},
			}
		},
	})
}

// convAttrs are the attributes with equal settings on all axes.
func convAttrs(axes, stride, pad, padEnd, dilation, groups int) ir.Attrs {
	all := func(n int) []int {
		out := make([]int, axes)
		for i := range out {
			out[i] = n
		}
		return out
	}
	return ir.A("stride", all(stride), "pad", all(pad), "padend", all(padEnd), "dilation", all(dilation), "groups", groups)
}

// spatial are the spatial axes of a shape [N, C, ...].
func spatial(s ir.Shape) ir.Shape { return s[2:] }

// convSpec describes the convolution y of x by w, by their shapes.
func convSpec(a ir.Attrs, x, w, y ir.Shape) conv.Spec {
	return conv.Spec{N: x[0], C: x[1], O: w[0], Groups: a.Int("groups"), In: spatial(x), Kernel: spatial(w), Out: spatial(y),
		Stride: a.Ints("stride"), Pad: a.Ints("pad"), Dilation: a.Ints("dilation")}
}

// ConvOut is the shape of the convolution of x by w.
func ConvOut(a ir.Attrs, x, w ir.Shape) (ir.Shape, error) {
	k := len(x) - 2
	if k < 1 || k > 3 || len(w) != len(x) {
		return nil, shapef("got images %v and weights %v, want [N, C, ...] and [O, C, ...] with one to three spatial axes", x, w)
	}
	if err := convSettings(a, k); err != nil {
		return nil, err
	}
	groups := a.Int("groups")
	if x[1] != w[1]*groups || w[0]%groups != 0 {
		return nil, shapef("got %d channels in images %v, weights %v and %d groups, want %d channels and a number of outputs that the groups divide", x[1], x, w, groups, w[1]*groups)
	}
	out := ir.Shape{x[0], w[0]}
	for i := range k {
		in, taps := x[2+i], w[2+i]
		padded := in + a.Ints("pad")[i] + a.Ints("padend")[i]
		reach := (taps-1)*a.Ints("dilation")[i] + 1
		if taps < 1 || padded < reach {
			return nil, shapef("got a kernel that spans %d on axis %d, want 1 to %d, the extent of the padded images", reach, 2+i, padded)
		}
		out = append(out, (padded-reach)/a.Ints("stride")[i]+1)
	}
	return out, nil
}

// convSettings checks the attributes for k spatial axes.
func convSettings(a ir.Attrs, k int) error {
	for _, key := range []string{"stride", "pad", "padend", "dilation"} {
		v := a.Ints(key)
		if len(v) != k {
			return shapef("got the %s %v, want one number for each of %d spatial axes", key, v, k)
		}
		for _, n := range v {
			if n < 1 && (key == "stride" || key == "dilation") {
				return shapef("got the %s %v, want numbers of at least 1", key, v)
			}
			if n < 0 {
				return shapef("got the %s %v, want numbers of at least 0", key, v)
			}
		}
	}
	if g := a.Int("groups"); g < 1 {
		return shapef("got %d groups, want at least 1", g)
	}
	return nil
}

func inferConv(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	if !in[0].DType.IsFloat() || !in[1].DType.IsFloat() {
		return ir.Type{}, dtypef("got %v and %v, want floats", in[0], in[1])
	}
	out, err := ConvOut(a, in[0].Shape, in[1].Shape)
	return ir.Type{DType: in[0].DType, Shape: out}, err
}

func convCost(v *ir.Value, x, w, y ir.Shape) ir.Cost {
	return ir.Cost{Flops: convSpec(v.Attrs, x, w, y).Flops(),
		Bytes: int64(v.Type.DType.Size()) * int64(x.Size()+w.Size()+y.Size())}
}

func convKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			p, err := conv.NewForward[T](convSpec(v.Attrs, v.In[0].Type.Shape, v.In[1].Type.Shape, v.Type.Shape))
			if err != nil {
				panic("op: " + err.Error()) // the shape rule let through what it may not
			}
			return p, p.Scratch(workers)
		},
		Run: func(c *ir.Call[T]) {
			c.State.(*conv.Forward[T]).Run(c.Pool, c.Out, c.In[0], c.In[1], c.Scratch, c.Post)
		},
	}
}

// refConv calls f for all elements of y, x and w that meet.
func refConv(s conv.Spec, f func(y, x, w int)) {
	axes := len(s.In)
	in, kernel, out := ir.Shape(s.In), ir.Shape(s.Kernel), ir.Shape(s.Out)
	cg, og := s.C/s.Groups, s.O/s.Groups
	place := func(i int, shape ir.Shape) []int {
		at := make([]int, axes)
		for k := axes - 1; k >= 0; k-- {
			at[k], i = i%shape[k], i/shape[k]
		}
		return at
	}
	for n := range s.N {
		for o := range s.O {
			for c := range cg {
				for p := range out.Size() {
				taps:
					for k := range kernel.Size() {
						po, pk, x := place(p, out), place(k, kernel), 0
						for i := range axes {
							at := po[i]*s.Stride[i] + pk[i]*s.Dilation[i] - s.Pad[i]
							if at < 0 || at >= in[i] {
								continue taps
							}
							x = x*in[i] + at
						}
						f((n*s.O+o)*out.Size()+p, (n*s.C+o/og*cg+c)*in.Size()+x, (o*cg+c)*kernel.Size()+k)
					}
				}
			}
		}
	}
}

// Conv is the convolution of x by w with the attributes of the row.
func (c *Ctx) Conv(x, w *gorgonia.Node, a ir.Attrs) *gorgonia.Node { return c.Apply(&Conv, a, x, w) }

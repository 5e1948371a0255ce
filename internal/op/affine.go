package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Affine is y = (x − m)·k + c. Each channel of x: [N, C, ...] has its numbers in m, k and c: [C].
// Its derivatives are dx = d·k, dc = Σd, dk = Σd·(x − m), dm = −k·Σd. Comoments has the sums.
//
// Blend is y = (x − m)·k + c + b·h, with b as x and h: [C]. The compiler makes it of an Affine
// and a product, as they meet in the gradient of a batch normalization.
var Affine, Blend Entry

func init() {
	define(&Affine, Entry{
		Def: ir.Def{Name: "affine", Class: ir.Contract, Arity: 4, Infer: inferAffine, Cost: costOfOperand,
			ByRow: byRow(true, false, false, false),
			F32:   affineKernel[float32](), F64: affineKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node { return c.affineGrads(n, d) },
		Ref: func(c *ir.Call[float64]) {
			g := planesOf(c.V.Type.Shape)
			for i, x := range c.In[0] {
				j := g.channel(i)
				c.Out[i] = (x-c.In[1][j])*c.In[2][j] + c.In[3][j]
			}
		},
		Samples: func() []Sample {
			return channelSamples(func(x, v ir.Shape) []ir.Shape { return []ir.Shape{x, v, v, v} })
		},
	})
	define(&Blend, Entry{
		Def: ir.Def{Name: "blend", Class: ir.Contract, Arity: 6, Cost: costOfOperand,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if !in[4].Equal(in[0]) {
					return ir.Type{}, shapef("got %v and %v, want equal shapes", in[0], in[4])
				}
				return in[0], inferChannels(in[0], in[1], in[2], in[3], in[5])
			},
			ByRow: byRow(true, false, false, false, true, false),
			F32:   affineKernel[float32](), F64: affineKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			zero := c.Fill(n.In[1], 0)
			_, h := c.Comoments(n.In[4], zero, d)
			return append(c.affineGrads(n, d), c.ByChannel(d, n.In[5]), h)
		},
		Ref: func(c *ir.Call[float64]) {
			g := planesOf(c.V.Type.Shape)
			for i, x := range c.In[0] {
				j := g.channel(i)
				c.Out[i] = (x-c.In[1][j])*c.In[2][j] + c.In[3][j] + c.In[4][i]*c.In[5][j]
			}
		},
		Samples: func() []Sample {
			return channelSamples(func(x, v ir.Shape) []ir.Shape { return []ir.Shape{x, v, v, v, x, v} })
		},
	})
}

func inferAffine(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
	return in[0], inferChannels(in[0], in[1:]...)
}

// affineGrads are the gradients of x, m, k and c.
func (c *Ctx) affineGrads(n Applied, d *gorgonia.Node) []*gorgonia.Node {
	x, m, k := n.In[0], n.In[1], n.In[2]
	sum, with := c.Comoments(x, m, d)
	return []*gorgonia.Node{c.ByChannel(d, k), c.Neg(c.Mul(k, sum)), with, sum}
}

// Affine returns (x − m)·k + b by channel.
func (c *Ctx) Affine(x, m, k, b *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&Affine, nil, x, m, k, b)
}

// blendOf is Blend for v, the sum of an Affine and of a product by channel; else nil.
func blendOf(f *ir.Func, v *ir.Value) *ir.Value {
	for i, x := range v.In {
		y := v.In[1-i]
		if x.Def != &Affine.Def || y.Def != &Mul.Def {
			continue
		}
		for j, k := range y.In {
			b := &appending{f, true}
			if k = b.channelsOf(k); k != nil {
				return b.apply(&Blend, nil, slices.Concat(x.In, []*ir.Value{y.In[1-j], k})...)
			}
		}
	}
	return nil
}

// channelsOf returns v as a vector if it repeats one number for each channel; else nil.
func (b *appending) channelsOf(v *ir.Value) *ir.Value {
	if v.Def != &Broadcast.Def || len(v.Type.Shape) < 2 {
		return nil
	}
	x, s := v.In[0], v.Type.Shape
	from := x.Type.Shape
	off := len(s) - len(from)
	for i, d := range from {
		if want := 1; i+off == 1 && d != s[1] || i+off != 1 && d != want {
			return nil
		}
	}
	if off > 1 {
		return nil
	}
	return b.reshape(x, s[1])
}

// affines is the state of the kernel.
type affines[T ir.Float] struct {
	planes
	parts, few int // parts, and how many planes or images are computed before Post is called
	count      int // planes, or images
	size       int // elements of one of them
	rows       int // rows of the result in one of them
	cols       int
	l          *vec.Loops[T]
	c          *ir.Call[T]
	by         [4][]T // the numbers of the channels
	repeat     bool   // they are repeated for all elements of an image
	part       func(worker, part int)
}

// affineKernel is that of Affine, and of Blend if there are six operands.
func affineKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := &affines[T]{planes: planesOf(v.Type.Shape), l: vec.Of[T]()}
			scratch := 0
			s.count, s.size = s.n*s.channels, s.inner
			if s.planes.few() {
				s.count, s.size = s.n, s.channels*s.inner
				if s.repeat = s.inner > 1; s.repeat {
					scratch = 4 * s.size
				}
			}
			s.cols = max(1, v.Type.Shape[len(v.Type.Shape)-1])
			s.rows = s.size / s.cols
			s.few = max(1, (1<<12)/max(1, s.size))
			s.parts = max(1, min(s.count, s.count*s.size>>14))
			s.part = s.run
			return s, scratch
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*affines[T])
			s.c = c
			s.by = [4][]T{c.In[1], c.In[2], c.In[3], nil}
			if c.V.Def.Arity > 4 {
				s.by[3] = c.In[5]
			}
			if s.repeat {
				for i, v := range s.by {
					if v != nil {
						s.by[i] = c.Scratch[i*s.size : (i+1)*s.size]
						spreadPlanes(s.by[i], v, s.inner)
					}
				}
			}
			c.Pool.Run(s.parts, s.part)
		},
	}
}

func (s *affines[T]) run(worker, p int) {
	lo, hi := p*s.count/s.parts, (p+1)*s.count/s.parts
	for ; lo < hi; lo += s.few {
		end := min(lo+s.few, hi)
		if s.planes.few() {
			s.images(lo, end)
		} else {
			s.each(lo, end)
		}
		if s.c.Post != nil {
			s.c.Post(worker, lo*s.rows, end*s.rows, 0, s.cols)
		}
	}
}

// each computes planes.
func (s *affines[T]) each(lo, hi int) {
	j := lo % s.channels
	for at := lo * s.inner; at < hi*s.inner; at += s.inner {
		dst, x := s.c.Out[at:at+s.inner], s.c.In[0][at:at+s.inner]
		m, k, c := s.by[0][j], s.by[1][j], s.by[2][j]
		if h := s.by[3]; h != nil {
			s.l.Blend(dst, x, s.c.In[4][at:at+s.inner], m, k, c, h[j])
		} else {
			s.l.Affine(dst, x, m, k, c)
		}
		if j++; j == s.channels {
			j = 0
		}
	}
}

// images computes images of short planes.
func (s *affines[T]) images(lo, hi int) {
	for at := lo * s.size; at < hi*s.size; at += s.size {
		dst, x := s.c.Out[at:at+s.size], s.c.In[0][at:at+s.size]
		if h := s.by[3]; h != nil {
			s.l.Blends(dst, x, s.by[0], s.by[1], s.by[2], s.c.In[4][at:at+s.size], h)
		} else {
			s.l.Affines(dst, x, s.by[0], s.by[1], s.by[2])
		}
	}
}

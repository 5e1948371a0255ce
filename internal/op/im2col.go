package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Im2Col lays the windows of images out as rows: x: [N, C, H, W], result [N, OH,
// OW, C·KH·KW], zeros where a window reaches over the image. Gorgonia's
// convolution is made of it: products with it become convolutions, which lay
// nothing out. dx adds every element of d back to where it came from.
var Im2Col Entry

// Col2Im is the derivative of Im2Col: the attribute in is H and W. dx is Im2Col.
var Col2Im Entry

func init() {
	define(&Im2Col, Entry{
		Def: ir.Def{Name: "im2col", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				x := in[0].Shape
				if len(x) != 4 || !in[0].DType.IsFloat() {
					return ir.Type{}, shapef("got %v, want images [N, C, H, W]", in[0])
				}
				c, err := columnsOf(a, x)
				return ir.Type{DType: in[0].DType, Shape: ir.Shape{x[0], c.out[0], c.out[1], x[1] * c.kernel[0] * c.kernel[1]}}, err
			},
			F32: columnKernel[float32](false), F64: columnKernel[float64](false)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			s := c.Shape(n.In[0])
			if c.Err != nil {
				return make([]*gorgonia.Node, 1)
			}
			return []*gorgonia.Node{c.Apply(&Col2Im, n.Attrs.With("in", []int{s[2], s[3]}), d)}
		},
		Ref:     refColumns(false),
		Samples: func() []Sample { return []Sample{{In: []ir.Shape{{2, 3, 5, 4}}, Attrs: columnSample()}} },
	})
	define(&Col2Im, Entry{
		Def: ir.Def{Name: "col2im", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				d, to, k := in[0].Shape, a.Ints("in"), a.Ints("kernel")
				if len(d) != 4 || len(to) != 2 || len(k) != 2 || k[0]*k[1] < 1 || d[3]%(k[0]*k[1]) != 0 {
					return ir.Type{}, shapef("got %v and windows %v over %v, want [N, OH, OW, C·KH·KW]", in[0], k, to)
				}
				x := ir.Shape{d[0], d[3] / (k[0] * k[1]), to[0], to[1]}
				c, err := columnsOf(a, x)
				if err == nil && (c.out[0] != d[1] || c.out[1] != d[2]) {
					err = shapef("got %v, want %v windows", d, c.out)
				}
				return ir.Type{DType: in[0].DType, Shape: x}, err
			},
			Simplify: inputOfProduct,
			F32:      columnKernel[float32](true), F64: columnKernel[float64](true)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			a := n.Attrs
			return []*gorgonia.Node{c.Apply(&Im2Col, ir.A("kernel", a.Ints("kernel"), "stride", a.Ints("stride"), "pad", a.Ints("pad"), "dilation", a.Ints("dilation")), d)}
		},
		Ref: refColumns(true),
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{2, 3, 3, 18}}, Attrs: columnSample().With("in", []int{5, 4})}}
		},
	})
}

func columnSample() ir.Attrs {
	return ir.A("kernel", []int{3, 2}, "stride", []int{2, 1}, "pad", []int{1, 0}, "dilation", []int{1, 1})
}

// columns are the windows of one application.
type columns struct {
	n, c                              int
	in, out, kernel, stride, pad, dil [2]int
}

func columnsOf(a ir.Attrs, x ir.Shape) (columns, error) {
	c := columns{n: x[0], c: x[1]}
	for i := range 2 {
		for key, to := range map[string]*[2]int{"kernel": &c.kernel, "stride": &c.stride, "pad": &c.pad, "dilation": &c.dil} {
			v := a.Ints(key)
			if len(v) != 2 || v[i] < 0 || key != "pad" && v[i] < 1 {
				return c, shapef("got the %s %v, want two numbers of at least %d", key, v, truth(key != "pad"))
			}
			to[i] = v[i]
		}
		c.in[i] = x[2+i]
		span := c.in[i] + 2*c.pad[i] - (c.kernel[i]-1)*c.dil[i] - 1
		if span < 0 {
			return c, shapef("got windows of %v, want such as fit into %v", c.kernel, x)
		}
		c.out[i] = span/c.stride[i] + 1
	}
	return c, nil
}

// each calls f for every element of the windows of image i that lies in it: its
// place in the images and in the columns.
func (c *columns) each(i int, f func(at, col int)) {
	col := i * c.out[0] * c.out[1] * c.c * c.kernel[0] * c.kernel[1]
	for oy := range c.out[0] {
		for ox := range c.out[1] {
			for ch := range c.c {
				for ky := range c.kernel[0] {
					y := oy*c.stride[0] + ky*c.dil[0] - c.pad[0]
					row := ((i*c.c+ch)*c.in[0] + y) * c.in[1]
					for kx := range c.kernel[1] {
						if x := ox*c.stride[1] + kx*c.dil[1] - c.pad[1]; y >= 0 && y < c.in[0] && x >= 0 && x < c.in[1] {
							f(row+x, col)
						}
						col++
					}
				}
			}
		}
	}
}

func refColumns(back bool) func(c *ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		images := c.V.In[0].Type.Shape
		if back {
			images = c.V.Type.Shape
		}
		k, _ := columnsOf(c.V.Attrs, images)
		clear(c.Out)
		for i := range k.n {
			k.each(i, func(at, col int) {
				if back {
					c.Out[at] += c.In[0][col]
				} else {
					c.Out[col] = c.In[0][at]
				}
			})
		}
	}
}

// columnState is the state of the kernels, which work image by image.
type columnState[T ir.Float] struct {
	columns
	call *ir.Call[T]
	part func(worker, i int)
}

func columnKernel[T ir.Float](back bool) ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			images := v.In[0].Type.Shape
			if back {
				images = v.Type.Shape
			}
			k, err := columnsOf(v.Attrs, images)
			if err != nil {
				panic("op: " + v.Def.Name + ": " + err.Error()) // the shape rule let it through
			}
			s := &columnState[T]{columns: k}
			s.part = func(_, i int) { s.image(i, back) }
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*columnState[T])
			s.call = c
			c.Pool.Run(s.n, s.part)
		},
	}
}

// image moves the windows of one image, a run along the last axis at a time.
func (s *columnState[T]) image(i int, back bool) {
	size := s.c * s.in[0] * s.in[1]
	width := s.c * s.kernel[0] * s.kernel[1]
	images, cols := s.call.In[0], s.call.Out
	if back {
		images, cols = cols, images
		clear(images[i*size : (i+1)*size])
	}
	for oy := range s.out[0] {
		for ox := range s.out[1] {
			row := cols[((i*s.out[0]+oy)*s.out[1]+ox)*width:][:width]
			x0 := ox*s.stride[1] - s.pad[1]
			lo, hi := 0, s.kernel[1] // the taps that lie in the image
			for lo < hi && x0+lo*s.dil[1] < 0 {
				lo++
			}
			for hi > lo && x0+(hi-1)*s.dil[1] >= s.in[1] {
				hi--
			}
			for ch := range s.c {
				for ky := range s.kernel[0] {
					run := row[:s.kernel[1]]
					row = row[s.kernel[1]:]
					y := oy*s.stride[0] + ky*s.dil[0] - s.pad[0]
					inside := y >= 0 && y < s.in[0] && lo < hi
					switch {
					case !inside && !back:
						clear(run)
					case !inside:
					case back:
						at := ((i*s.c+ch)*s.in[0]+y)*s.in[1] + x0
						for k := lo; k < hi; k++ {
							images[at+k*s.dil[1]] += run[k]
						}
					default:
						clear(run[:lo])
						clear(run[hi:])
						at := ((i*s.c+ch)*s.in[0]+y)*s.in[1] + x0
						for k := lo; k < hi; k++ {
							run[k] = images[at+k*s.dil[1]]
						}
					}
				}
			}
		}
	}
}

package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// The compiler makes these operators of a layer normalization and its derivatives. Each computes the
// mean m and the factor r of its rows anew, and reads x where else the standardized rows would be kept:
//
//	layerNorm(x, g, c)     = y·g + c for y = Standardize(x)
//	layerNormGrad(x, d, g) = StandardizeGrad(x, d·g), the gradient of x
//	layerNormGain(x, d)    = Σ d·y over the rows, the gradient of g
//
// x and d: [..., F], g and c have F elements.
var layerNorm, layerNormGrad, layerNormGain ir.Def

func init() {
	defineInner(&layerNorm, ir.Def{Name: "layernorm", Class: ir.Contract, Arity: 3, Infer: inferRowNorm(1, 2),
		ByRow: byRowOffRows(true, false, false), Cost: costOfOperand,
		F32: rowNormKernel(layerNormRow[float32]), F64: rowNormKernel(layerNormRow[float64])})
	defineInner(&layerNormGrad, ir.Def{Name: "layernormgrad", Class: ir.Contract, Arity: 3, Infer: inferRowNorm(2),
		ByRow: byRowOffRows(true, true, false), Cost: costOfOperand,
		F32: rowNormKernel(layerNormGradRow[float32]), F64: rowNormKernel(layerNormGradRow[float64])})
	defineInner(&layerNormGain, ir.Def{Name: "layernormgain", Class: ir.Opaque, Arity: 2, Infer: inferLayerNormGain, Cost: costOfOperand,
		F32: layerNormGainKernel[float32](), F64: layerNormGainKernel[float64]()})
}

// inferRowNorm is the shape rule of rows, of which the operands in vectors repeat a vector.
func inferRowNorm(vectors ...int) func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	return func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
		for i, t := range in[1:] {
			if slices.Contains(vectors, i+1) {
				if f := last(in[0].Shape); t.Shape.Size() != f {
					return ir.Type{}, shapef("got %v for rows of %d elements", t.Shape, f)
				}
			} else if !t.Equal(in[0]) {
				return ir.Type{}, shapef("got %v and %v, want equal shapes", in[0], t)
			}
		}
		return in[0], nil
	}
}

func inferLayerNormGain(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	if !in[1].Equal(in[0]) {
		return ir.Type{}, shapef("got %v and %v, want equal shapes", in[0], in[1])
	}
	return inferReduce(in, a)
}

// byRowOffRows is byRow for rows that axis 0 counts.
func byRowOffRows(operands ...bool) func(*ir.Value) []bool {
	return func(v *ir.Value) []bool {
		if len(v.Type.Shape) < 2 {
			return nil
		}
		return operands
	}
}

// last is the extent of the last axis; 1 if there is none.
func last(s ir.Shape) int {
	if len(s) == 0 {
		return 1
	}
	return s[len(s)-1]
}

// standardizesRows reports whether v is the standardized rows of the last axis.
func standardizesRows(v *ir.Value) bool {
	return v.Def == &Standardize.Def && v.Attrs.Int("axis") == len(v.Type.Shape)-1
}

// rowOf returns what v repeats for every row; nil if it does not.
func rowOf(v *ir.Value) *ir.Value {
	if v.Def != &Broadcast.Def {
		return nil
	}
	x := v.In[0]
	if n := last(x.Type.Shape); n != x.Type.Shape.Size() || n != last(v.Type.Shape) || len(x.Type.Shape) == 0 {
		return nil
	}
	return x
}

// timesRow returns a and g of the product v = a·g, where g repeats a row; nil if v is none.
func timesRow(v *ir.Value) (a, g *ir.Value) {
	if v.Def == &Mul.Def {
		for i, x := range v.In {
			if g := rowOf(x); g != nil {
				return v.In[1-i], g
			}
		}
	}
	return nil, nil
}

// absorbStandardize makes a layerNorm of the sum v.
func absorbStandardize(v *ir.Value, _ func(*ir.Value) bool) (*ir.Def, ir.Attrs, []*ir.Value) {
	for i, x := range v.In {
		c := rowOf(v.In[1-i])
		if y, g := timesRow(x); c != nil && y != nil && standardizesRows(y) {
			return &layerNorm, y.Attrs, []*ir.Value{y.In[0], g, c}
		}
	}
	return nil, nil, nil
}

// absorbGain makes a layerNormGrad of the standardizegrad v.
func absorbGain(v *ir.Value, _ func(*ir.Value) bool) (*ir.Def, ir.Attrs, []*ir.Value) {
	if d, g := timesRow(v.In[1]); d != nil && v.Attrs.Int("axis") == len(v.Type.Shape)-1 {
		return &layerNormGrad, v.Attrs, []*ir.Value{v.In[0], d, g}
	}
	return nil, nil, nil
}

// absorbStandardized makes a layerNormGain of the sum v over all axes but the last.
func absorbStandardized(v *ir.Value, _ func(*ir.Value) bool) (*ir.Def, ir.Attrs, []*ir.Value) {
	p, axes := v.In[0], v.Attrs.Ints("axes")
	n := len(p.Type.Shape) - 1
	if p.Def != &Mul.Def || n < 1 || len(axes) != n || slices.Contains(axes, n) {
		return nil, nil, nil
	}
	for i, y := range p.In {
		if d := p.In[1-i]; standardizesRows(y) && d.Type.Equal(y.Type) {
			return &layerNormGain, v.Attrs.With("eps", y.Attrs.Float("eps")), []*ir.Value{y.In[0], d}
		}
	}
	return nil, nil, nil
}

// rowNorms is the state of the kernels. Parts are rows that follow each other.
type rowNorms[T ir.Float] struct {
	rows, cols, parts int
	eps               float64
	l                 *vec.Loops[T]
	c                 *ir.Call[T]
	part              func(worker, part int)
}

func newRowNorms[T ir.Float](v *ir.Value) *rowNorms[T] {
	x := v.In[0].Type.Shape
	s := &rowNorms[T]{cols: last(x), eps: v.Attrs.Float("eps"), l: vec.Of[T]()}
	if s.cols > 0 {
		s.rows = x.Size() / s.cols
	}
	return s
}

// row is the i-th row of x.
func (s *rowNorms[T]) row(x []T, i int) []T { return x[i*s.cols : (i+1)*s.cols] }

// rowNormKernel computes the rows of the result one by one, with f.
func rowNormKernel[T ir.Float](f func(s *rowNorms[T], dst []T, i int)) ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := newRowNorms[T](v)
			s.parts = max(1, min(s.rows, s.rows*s.cols/linesPart))
			few := max(1, postElems/max(1, s.cols))
			s.part = func(worker, p int) {
				lo, hi := p*s.rows/s.parts, (p+1)*s.rows/s.parts
				for ; lo < hi; lo += few {
					end := min(lo+few, hi)
					for i := lo; i < end; i++ {
						f(s, s.row(s.c.Out, i), i)
					}
					if s.c.Post != nil {
						s.c.Post(worker, lo, end, 0, s.cols)
					}
				}
			}
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*rowNorms[T])
			s.c = c
			c.Pool.Run(s.parts, s.part)
		},
	}
}

func layerNormRow[T ir.Float](s *rowNorms[T], dst []T, i int) {
	x := s.row(s.c.In[0], i)
	m := spreadOf(s.l, x, s.eps)
	s.l.Gain(dst, x, s.c.In[1], s.c.In[2], m.m, T(m.r), T(m.h))
}

func layerNormGradRow[T ir.Float](s *rowNorms[T], dst []T, i int) {
	x, d, g := s.row(s.c.In[0], i), s.row(s.c.In[1], i), s.c.In[2]
	m := spreadOf(s.l, x, s.eps)
	k, c := m.grad(s.l.ComomentsGain(d, g, x, m.m))
	s.l.BlendGain(dst, x, d, g, m.m, k, c, T(m.r))
}

// layerNormGainKernel adds the rows of each block for themselves, then the blocks in pairs, so
// that the bits depend on the shape alone.
func layerNormGainKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := newRowNorms[T](v)
			block := min(leafRows, max(8, linesPart/max(1, s.cols)))
			s.parts = (s.rows + block - 1) / block
			s.part = func(_, p int) {
				sum := s.row(s.c.Scratch, p)
				clear(sum)
				for i := p * block; i < min((p+1)*block, s.rows); i++ {
					x := s.row(s.c.In[0], i)
					m := spreadOf(s.l, x, s.eps)
					s.l.AddGain(sum, x, s.row(s.c.In[1], i), m.m, T(m.r), T(m.h))
				}
			}
			return s, s.parts * s.cols
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*rowNorms[T])
			s.c = c
			if s.parts == 0 {
				clear(c.Out)
				return
			}
			c.Pool.Run(s.parts, s.part)
			for step := 1; step < s.parts; step *= 2 {
				for p := 0; p+step < s.parts; p += 2 * step {
					s.l.Add(s.row(c.Scratch, p), s.row(c.Scratch, p), s.row(c.Scratch, p+step))
				}
			}
			copy(c.Out, c.Scratch[:s.cols])
		},
	}
}

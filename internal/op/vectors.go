package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/exact"
	"gorgonia.org/gorgonia"
)

// This file has the products with vectors that gorgonia has operators of its own
// for. The compiler makes them products of matrices; ours are those from the
// start, by Ctx.MatMul.

// MatVec is op(A)·x: A: [M, K] or, with transA, [K, M]; x: [K]; result [M].
var MatVec Entry

// Dot is Σ x·y of two vectors.
var Dot Entry

// OuterProduct is x·yᵀ of two vectors.
var OuterProduct Entry

func init() {
	define(&MatVec, vectorRow("matvec", func(x, y ir.Shape, a ir.Attrs) ir.Shape {
		if len(x) != 2 || len(y) != 1 {
			return nil
		}
		m, k := lastTwo(x, a.Bool("transA"))
		if k != y[0] {
			return nil
		}
		return ir.Shape{m}
	}, func(c *Ctx, n Applied, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
		x, y := n.In[0], n.In[1]
		if n.Attrs.Bool("transA") {
			return c.Outer(y, d), c.MatMul(x, d)
		}
		return c.Outer(d, y), c.MatMul(c.Transpose(x, nil), d)
	}))
	MatVec.Samples = func() []Sample {
		return []Sample{{In: []ir.Shape{{3, 4}, {4}}, Attrs: ir.A("transA", false)}, {In: []ir.Shape{{3, 4}, {3}}, Attrs: ir.A("transA", true)}}
	}
	define(&Dot, vectorRow("dot", func(x, y ir.Shape, _ ir.Attrs) ir.Shape {
		if len(x) != 1 || !x.Equal(y) {
			return nil
		}
		return ir.Shape{}
	}, func(c *Ctx, n Applied, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
		return c.Mul(d, n.In[1]), c.Mul(d, n.In[0])
	}))
	Dot.Samples = func() []Sample { return []Sample{{In: []ir.Shape{{5}, {5}}}} }
	define(&OuterProduct, vectorRow("outer", func(x, y ir.Shape, _ ir.Attrs) ir.Shape {
		if len(x) != 1 || len(y) != 1 {
			return nil
		}
		return ir.Shape{x[0], y[0]}
	}, func(c *Ctx, n Applied, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
		return c.MatMul(d, n.In[1]), c.MatMul(n.In[0], d)
	}))
	OuterProduct.Samples = func() []Sample { return []Sample{{In: []ir.Shape{{3}, {4}}}} }
}

// vectorRow is a row whose shape rule returns nil for shapes that do not fit.
func vectorRow(name string, shape func(x, y ir.Shape, a ir.Attrs) ir.Shape, vjp func(c *Ctx, n Applied, d *gorgonia.Node) (dx, dy *gorgonia.Node)) Entry {
	return Entry{
		Def: ir.Def{Name: name, Class: ir.Opaque, Arity: 2, Simplify: asMatMul,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if !in[0].DType.IsFloat() || in[1].DType != in[0].DType {
					return ir.Type{}, dtypef("got %v and %v, want floats", in[0], in[1])
				}
				s := shape(in[0].Shape, in[1].Shape, a)
				if s == nil {
					return ir.Type{}, shapef("got %v and %v, want equal shapes", in[0].Shape, in[1].Shape)
				}
				return ir.Type{DType: in[0].DType, Shape: s}, nil
			},
			F32: ir.Kernel[float32]{Run: vectorProduct[float32]}, F64: ir.Kernel[float64]{Run: vectorProduct[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			dx, dy := vjp(c, n, d)
			return []*gorgonia.Node{dx, dy}
		},
		Ref: vectorProduct[float64],
	}
}

// sizes are the extents of the product as one of matrices, [m, k] and [k, n].
func vectorSizes(v *ir.Value) (m, k, n int) {
	x, y := v.In[0].Type.Shape, v.In[1].Type.Shape
	switch {
	case len(x) == 2:
		m, k = lastTwo(x, v.Attrs.Bool("transA"))
		return m, k, 1
	case len(v.Type.Shape) == 0:
		return 1, x[0], 1
	}
	return x[0], 1, y[0]
}

// asMatMul is v as a product of matrices.
func asMatMul(f *ir.Func, v *ir.Value) *ir.Value {
	m, k, n := vectorSizes(v)
	x := v.In[0]
	var err error
	if len(x.Type.Shape) == 1 {
		if x, err = f.New(&Reshape.Def, ir.A("shape", []int{m, k}), x); err != nil {
			return nil
		}
	}
	y, err := f.New(&Reshape.Def, ir.A("shape", []int{k, n}), v.In[1])
	if err != nil {
		return nil
	}
	z, err := f.New(&MatMul.Def, ir.A("transA", v.Attrs.Bool("transA"), "transB", false), x, y)
	if err != nil {
		return nil
	}
	w, err := f.New(&Reshape.Def, ir.A("shape", []int(v.Type.Shape)), z)
	if err != nil {
		return nil
	}
	return w
}

func vectorProduct[T ir.Float](c *ir.Call[T]) {
	m, k, n := vectorSizes(c.V)
	for i := range m {
		for j := range n {
			var sum exact.Sum[T]
			for l := range k {
				at := i*k + l
				if c.V.Attrs.Bool("transA") {
					at = l*m + i
				}
				sum.Add(T(c.In[0][at] * c.In[1][l*n+j]))
			}
			c.Out[i*n+j] = sum.Total()
		}
	}
}

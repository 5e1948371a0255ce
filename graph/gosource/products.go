package gosource

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
)

// productRules are those of products of matrices. The compiler makes one of those of vectors.
var productRules = map[string]rule{
	"matmul": steps(matmul),
	"matvec": asMatMul,
	"dot":    asMatMul,
	"outer":  asMatMul,
}

// asMatMul is the rule of operators that the compiler has rewritten before.
var asMatMul = steps(func(c *call) {
	panic(export.Refuse(c.v, "got a product of vectors, want one of matrices"))
})

// matmul is a product with weights where one operand is known, else one of two results.
func matmul(c *call) {
	x, y := c.v.In[0], c.v.In[1]
	ta, tb := c.v.Attrs.Bool("transA"), c.v.Attrs.Bool("transB")
	sx, sy := x.Type.Shape, y.Type.Shape
	m, k := lastTwo(sx, ta)
	_, n := lastTwo(sy, tb)
	batch := sx[:len(sx)-2].Size()
	if *c.known.At(y) != nil && len(sy) == 2 {
		w := c.pack(fmt.Sprintf("v%d %v", y.ID, tb), k, n, func(i, j int) float64 {
			if tb {
				i, j = j, i
			}
			return (*c.known.At(y)).floats[i*sy[1]+j]
		})
		in := c.turned(x, ta)
		c.do("dense", in, 1, k, n, batch*m, w)
		return
	}
	if *c.known.At(x) != nil && len(sx) == 2 && n == 1 {
		w := c.pack(fmt.Sprintf("v%d left %v", x.ID, ta), k, m, func(i, j int) float64 {
			if !ta {
				i, j = j, i
			}
			return (*c.known.At(x)).floats[i*sx[1]+j]
		})
		c.do("dense", c.turned(y, tb), 1, k, m, 1, w)
		return
	}
	a := c.turned(x, ta)
	apart := k * n // from one right matrix to the next
	if len(sy) == 2 {
		apart = 0
	}
	name := "product"
	b := c.in(1)
	if tb {
		name = "productT"
	}
	c.do(name, a, b, batch, m, k, n, apart)
}

// turned returns a matrix in row-major order, transposed or not.
func (c *call) turned(x *ir.Value, turn bool) ref {
	if !turn {
		return c.densely(x).dense()
	}
	p := c.at(x)
	l := ir.Layout{Offset: p.l.Offset, Shape: p.l.Shape.Clone(), Stride: append([]int(nil), p.l.Stride...)}
	i, j := len(l.Shape)-2, len(l.Shape)-1
	l.Shape[i], l.Shape[j] = l.Shape[j], l.Shape[i]
	l.Stride[i], l.Stride[j] = l.Stride[j], l.Stride[i]
	from := loc{p.b, l}
	if l.IsDense() {
		return from.dense()
	}
	to := loc{c.new(scratch, l.Shape.Size()), ir.Dense(l.Shape)}
	c.copies(to, from, false)
	return to.dense()
}

// lastTwo are the rows and columns of a matrix, transposed or not.
func lastTwo(s ir.Shape, trans bool) (rows, cols int) {
	rows, cols = s[len(s)-2], s[len(s)-1]
	if trans {
		return cols, rows
	}
	return rows, cols
}

// pack returns a matrix of k rows and n columns in the order in which dense reads it: four columns
// at a time, and four rows of these in each block of 16. What is missing is 0.
func (g *generator) pack(key string, k, n int, at func(i, j int) float64) ref {
	b := g.keep("packed "+key, packed, func() *datum {
		d := &datum{floats: make([]float64, 0, (n+3)/4*((k+3)/4)*16)}
		for j := 0; j < n; j += 4 {
			for i := 0; i < k; i += 4 {
				for e := range 16 {
					row, column := i+e/4, j+e%4
					if row < k && column < n {
						d.floats = append(d.floats, at(row, column))
					} else {
						d.floats = append(d.floats, 0)
					}
				}
			}
		}
		return d
	})
	return ref{b: b, n: b.size}
}

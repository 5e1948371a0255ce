package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Transpose permutes the axes: axis i of the result is axis perm[i] of x. dx is
// d with the inverse permutation.
var Transpose Entry

func init() {
	define(&Transpose, Entry{
		Def: ir.Def{Name: "transpose", Class: ir.Move, Arity: 1, Infer: inferTranspose,
			View: func(v *ir.Value, in ir.Layout) (ir.Layout, bool) {
				out := ir.Layout{Offset: in.Offset, Shape: v.Type.Shape, Stride: make([]int, len(in.Stride))}
				for i, p := range v.Attrs.Ints("perm") {
					out.Stride[i] = in.Stride[p]
				}
				return out, true
			},
			Simplify: simplifyTranspose},
		Sym: func(a ir.Attrs, x []*sym.Expr) *sym.Expr {
			if len(a.Ints("perm")) == 2 {
				return sym.Transpose(x[0])
			}
			return sym.Call("transpose", x[0])
		},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			perm := n.Attrs.Ints("perm")
			inv := make([]int, len(perm))
			for i, p := range perm {
				inv[p] = i
			}
			return []*gorgonia.Node{c.Transpose(d, inv)}
		},
		Ref: refView,
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 4}}, Attrs: ir.A("perm", []int{1, 0})},
				{In: []ir.Shape{{2, 3, 4}}, Attrs: ir.A("perm", []int{2, 0, 1})},
				{In: []ir.Shape{{70, 33}}, Attrs: ir.A("perm", []int{1, 0})},
			}
		},
	})
}

// SwapAxes returns the order of n axes in which i and j have changed places.
func SwapAxes(n, i, j int) []int {
	perm := make([]int, n)
	for k := range perm {
		perm[k] = k
	}
	perm[i], perm[j] = j, i
	return perm
}

func inferTranspose(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	perm, s := a.Ints("perm"), in[0].Shape
	sorted := slices.Clone(perm)
	slices.Sort(sorted)
	ok := len(perm) == len(s)
	for i := 0; ok && i < len(sorted); i++ {
		ok = sorted[i] == i
	}
	if !ok {
		return ir.Type{}, shapef("got the order of axes %v for %v, want each of its %d axes once", perm, s, len(s))
	}
	out := make(ir.Shape, len(s))
	for i, p := range perm {
		out[i] = s[p]
	}
	return ir.Type{DType: in[0].DType, Shape: out}, nil
}

func simplifyTranspose(f *ir.Func, v *ir.Value) *ir.Value {
	perm, x := v.Attrs.Ints("perm"), v.In[0]
	if slices.IsSorted(perm) {
		return x
	}
	if x.Def != v.Def {
		return nil
	}
	inner := x.Attrs.Ints("perm")
	both := make([]int, len(perm))
	for i, p := range perm {
		both[i] = inner[p]
	}
	w, err := f.New(v.Def, ir.A("perm", both), x.In[0])
	if err != nil {
		return nil
	}
	return w
}

// Transpose permutes the axes of x; a nil perm reverses them.
func (c *Ctx) Transpose(x *gorgonia.Node, perm []int) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	p := make([]int, len(s))
	for i := range p {
		p[i] = len(s) - 1 - i
	}
	if perm != nil {
		p = slices.Clone(perm)
		for i, a := range p {
			if a < 0 {
				p[i] = a + len(s)
			}
		}
	}
	return c.Apply(&Transpose, ir.A("perm", p), x)
}

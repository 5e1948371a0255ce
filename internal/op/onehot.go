package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// OneHot is the float array of the Int operand's shape with an axis of extent
// classes behind it: 1 at the index, 0 elsewhere. The attribute dtype names the
// float type. With the attribute ignore, that index gives zeros. No gradient.
var OneHot Entry

func init() {
	define(&OneHot, Entry{
		Def: ir.Def{Name: "onehot", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				n := a.Int("classes")
				if err := wantInts(in[0]); err != nil {
					return ir.Type{}, err
				}
				if n < 1 {
					return ir.Type{}, shapef("got %d classes, want at least 1", n)
				}
				return ir.Type{DType: namedFloat(a), Shape: append(in[0].Shape.Clone(), n)}, nil
			},
			Range: func(v *ir.Value, _ int) (int, bool) {
				return v.Attrs.Int("classes"), v.Attrs.Get("ignore") == nil
			},
			F32: ir.Kernel[float32]{Run: oneHot[float32]}, F64: ir.Kernel[float64]{Run: oneHot[float64]}},
		VJP: noGrad,
		Ref: oneHot[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{5}}, Int: []int{3}, Attrs: ir.A("classes", 3, "dtype", "f64")},
				{In: []ir.Shape{{2, 4}}, Int: []int{6}, Attrs: ir.A("classes", 6, "dtype", "f64")},
				{In: []ir.Shape{{7}}, Int: []int{3}, Attrs: ir.A("classes", 3, "dtype", "f64", "ignore", 1)},
			}
		},
	})
}

// namedFloat is the float type that the attribute dtype names.
func namedFloat(a ir.Attrs) ir.DType {
	if a.Str("dtype") == ir.F32.String() {
		return ir.F32
	}
	return ir.F64
}

func oneHot[T ir.Float](c *ir.Call[T]) {
	n := c.V.Attrs.Int("classes")
	clear(c.Out)
	for i, k := range c.IntIn[0] {
		if ignored(c.V.Attrs, k) {
			continue
		}
		if k < 0 || k >= n {
			failRun(c, shapef("got the index %d at element %d, want 0 to %d", k, i, n-1))
			continue
		}
		c.Out[i*n+k] = 1
	}
}

// OneHot is 1 at the index along a new last axis of classes, 0 elsewhere, in the
// element type of like.
func (c *Ctx) OneHot(index *gorgonia.Node, classes int, like *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&OneHot, ir.A("classes", classes, "dtype", c.Type(like).DType.String()), index)
}

// OneHotIgnoring is OneHot with zeros for the index ignore.
func (c *Ctx) OneHotIgnoring(index *gorgonia.Node, classes, ignore int, like *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&OneHot, ir.A("classes", classes, "dtype", c.Type(like).DType.String(), "ignore", ignore), index)
}

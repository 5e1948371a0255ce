package optest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// atPoint is a function at chosen operands.
func atPoint(x ...[]float64) *applied {
	a := &applied{e: &op.Entry{}, c: op.NewCtx(gorgonia.NewGraph())}
	for i, v := range x {
		a.in = append(a.in, a.c.Leaf(ir.Type{DType: ir.F64, Shape: ir.Shape{len(v)}}, fmt.Sprintf("x%d", i)))
		a.floats, a.ints = append(a.floats, v), append(a.ints, nil)
	}
	return a
}

// TestConventions holds the derivatives at ties and at the ends of functions,
// where differences say nothing, to what the rows promise.
func TestConventions(t *testing.T) {
	type ctx = *op.Ctx
	type nodes = []*gorgonia.Node
	one := func(f func(c ctx, x *gorgonia.Node) *gorgonia.Node) func(ctx, nodes) *gorgonia.Node {
		return func(c ctx, x nodes) *gorgonia.Node { return f(c, x[0]) }
	}
	two := func(f func(c ctx, x, y *gorgonia.Node) *gorgonia.Node) func(ctx, nodes) *gorgonia.Node {
		return func(c ctx, x nodes) *gorgonia.Node { return f(c, x[0], x[1]) }
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, k := range []struct {
		name string
		f    func(c ctx, x nodes) *gorgonia.Node
		x    [][]float64
		want [][]float64 // gradients of the sum of the results
	}{
		{"relu", one(ctx.Relu), [][]float64{{-1, 0, 2}}, [][]float64{{0, 0, 1}}},
		{"abs", one(ctx.Abs), [][]float64{{-1, 0, 2}}, [][]float64{{-1, 0, 1}}},
		{"leakyrelu", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.LeakyRelu(x, 0.25) }), [][]float64{{-1, 0, 2}}, [][]float64{{0.25, 0.25, 1}}},
		{"clamp", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.Clamp(x, -1, 1) }), [][]float64{{-2, -1, 0, 1, 2}}, [][]float64{{0, 1, 1, 1, 0}}},
		{"hardtanh", one(ctx.HardTanh), [][]float64{{-2, -1, 0, 1, 2}}, [][]float64{{0, 0, 1, 0, 0}}},
		{"maximum", two(ctx.Maximum), [][]float64{{1, 2, 3}, {3, 2, 1}}, [][]float64{{0, 0.5, 1}, {1, 0.5, 0}}},
		{"minimum", two(ctx.Minimum), [][]float64{{1, 2, 3}, {3, 2, 1}}, [][]float64{{1, 0.5, 0}, {0, 0.5, 1}}},
		{"maximum of NaN", two(ctx.Maximum), [][]float64{{nan}, {1}}, [][]float64{{1}, {1}}},
		{"max", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.ReduceMax(x, nil, false) }), [][]float64{{3, 1, 3, 2}}, [][]float64{{0.5, 0, 0.5, 0}}},
		{"min", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.ReduceMin(x, nil, false) }), [][]float64{{3, 1, 1, 1}}, [][]float64{{0, 1. / 3, 1. / 3, 1. / 3}}},
		{"hypot", two(ctx.Hypot), [][]float64{{0, 0, 3, 0}, {0, 2, 4, -1}}, [][]float64{{0, 0, 0.6, 0}, {0, 1, 0.8, -1}}},
		{"norm", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.Norm(x, 2, nil, false) }), [][]float64{{0, 0}}, [][]float64{{0, 0}}},
		{"prod of one zero", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.Prod(x, nil, false) }), [][]float64{{2, 0, 5}}, [][]float64{{0, 10, 0}}},
		{"prod of two zeros", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.Prod(x, nil, false) }), [][]float64{{0, 3, 0}}, [][]float64{{0, 0, 0}}},
		{"cumprod of a zero", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.CumProd(x, 0) }), [][]float64{{2, 0, 5}}, [][]float64{{1, 12, 0}}},
		{"pow", two(ctx.Pow), [][]float64{{0, 0, 0, 2, 3}, {2, 1, 0, 0, 2}}, [][]float64{{0, 1, 0, 0, 6}, {0, 0, 0, math.Ln2, 9 * math.Log(3)}}},
		{"pow of a negative base", two(ctx.Pow), [][]float64{{-2}, {3}}, [][]float64{{12}, {nan}}},
		{"negative pow of 0", two(ctx.Pow), [][]float64{{0}, {-1}}, [][]float64{{-inf}, {-inf}}},
		{"pow 1 of a negative base", two(ctx.Pow), [][]float64{{-2}, {1}}, [][]float64{{1}, {nan}}},
		{"power of 0", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.PowConst(x, 0) }), [][]float64{{0, 1}}, [][]float64{{0, 0}}},
		{"xlogy", two(ctx.Xlogy), [][]float64{{0, 2}, {0, 4}}, [][]float64{{0, math.Log(4)}, {0, 0.5}}},
		{"where", two(func(c ctx, x, y *gorgonia.Node) *gorgonia.Node { return c.Select(c.Gt(x, y), x, y) }), [][]float64{{1, 2, 3}, {3, 2, 1}}, [][]float64{{0, 0, 1}, {1, 1, 0}}},
		{"scattermul of zeros", func(c ctx, x nodes) *gorgonia.Node { return c.ScatterMul(x[0], x[1], c.ArgSort(x[2], 0, false), 0) },
			[][]float64{{2, 0, 0, 4}, {5, 0, 4, 0}, {0, 1, 2, 3}}, [][]float64{{5, 0, 4, 0}, {2, 0, 0, 4}, {0, 0, 0, 0}}},
		{"stopgradient", one(func(c ctx, x *gorgonia.Node) *gorgonia.Node { return c.Mul(x, c.StopGradient(x)) }), [][]float64{{3}}, [][]float64{{3}}},
	} {
		t.Run(k.name, func(t *testing.T) {
			a := atPoint(k.x...)
			loss := a.c.Sum(k.f(a.c, a.in), nil, false)
			if a.c.Err != nil {
				t.Fatal(a.c.Err)
			}
			g, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, loss, a.in...)
			if err != nil {
				t.Fatal(err)
			}
			p, err := compiled[float64](a, nil, g...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.run(0, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range k.want {
				near(t, fmt.Sprintf("the gradient by operand %d", i), got[i], w, 1e-12)
			}
		})
	}
}

// TestCholesky compares derivatives of the factor of a symmetric matrix, x·xᵀ + 2,
// which no operands drawn at random are, with differences, and looks whether the
// gradient by the matrix is symmetric.
func TestCholesky(t *testing.T) {
	a, err := apply(&op.Square, op.Sample{In: []ir.Shape{{2, 3, 3}}}, ir.F64, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := a.c
	x := c.Add(c.MatMulT(a.in[0], a.in[0], false, true), a.leaf([]float64{2, 0, 0, 0, 2, 0, 0, 0, 2}, ir.Shape{3, 3}))
	a.out = c.Cholesky(x)
	r := rand.New(rand.NewPCG(1, 3))
	loss := a.combination(r, a.out)
	g, err := autograd.Gradients(loss, x)
	if err != nil {
		t.Fatal(err)
	}
	skew := c.Sum(c.Square(c.Sub(g[0], c.T(g[0]))), nil, false)
	p, err := compiled[float64](a, nil, skew)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.run(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the skew part of the gradient", out[0], []float64{0}, 1e-12)
	a.slopes(t, r, loss, "cholesky")
}

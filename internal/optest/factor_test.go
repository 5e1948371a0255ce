package optest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// TestFactors checks what makes a decomposition one, since the rows of factors are
// their own slow formula: the factors multiply to the matrix, have orthonormal
// columns, and ordered values.
func TestFactors(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, s := range []ir.Shape{{1, 1}, {4, 4}, {2, 5, 3}, {2, 3, 5}, {30, 30}, {40, 7}} {
		m, n := s[len(s)-2], s[len(s)-1]
		x := make([]float64, s.Size())
		for i := range x {
			x[i] = r.NormFloat64()
		}
		run := func(build func(c *op.Ctx, x *gorgonia.Node) []*gorgonia.Node) [][]float64 {
			a := &applied{e: &op.SVD, c: op.NewCtx(gorgonia.NewGraph()), floats: [][]float64{x}, ints: [][]int{nil}}
			a.in = append(a.in, a.c.Leaf(ir.Type{DType: ir.F64, Shape: s}, "x0"))
			out := build(a.c, a.in[0])
			if a.c.Err != nil {
				t.Fatal(a.c.Err)
			}
			p, err := compiled[float64](a, nil, out...)
			if err != nil {
				t.Fatal(err)
			}
			y, err := p.run(0, nil)
			if err != nil {
				t.Fatal(err)
			}
			return y
		}
		gram := func(c *op.Ctx, q *gorgonia.Node) *gorgonia.Node { return c.MatMulT(q, q, true, false) }
		y := run(func(c *op.Ctx, x *gorgonia.Node) []*gorgonia.Node {
			u, d, v := c.SVD(x)
			shape := c.Shape(d)
			row := c.Reshape(d, append(shape[:len(shape)-1].Clone(), 1, shape[len(shape)-1]))
			return []*gorgonia.Node{c.MatMulT(c.Mul(u, row), v, false, true), gram(c, u), gram(c, v), d}
		})
		near(t, "svd", y[0], x, 1e-12)
		isIdentity(t, "svd u", y[1], min(m, n))
		isIdentity(t, "svd v", y[2], min(m, n))
		for i := 1; i < len(y[3]); i++ {
			if i%min(m, n) != 0 && (y[3][i] > y[3][i-1] || y[3][i] < 0) {
				t.Errorf("svd %v: got the singular values %v, want them falling from 0 up", s, y[3])
			}
		}
		y = run(func(c *op.Ctx, x *gorgonia.Node) []*gorgonia.Node {
			q, u := c.QR(x)
			return []*gorgonia.Node{c.MatMul(q, u), gram(c, q)}
		})
		near(t, "qr", y[0], x, 1e-12)
		isIdentity(t, "qr q", y[1], min(m, n))
		if m != n {
			continue
		}
		y = run(func(c *op.Ctx, x *gorgonia.Node) []*gorgonia.Node {
			l, v := c.Eigh(x)
			return []*gorgonia.Node{c.MatMulT(c.Mul(v, l), v, false, true), c.Scale(c.Add(x, c.T(x)), 0.5), gram(c, v), l}
		})
		near(t, "eigh", y[0], y[1], 1e-12)
		isIdentity(t, "eigh v", y[2], n)
		for i := 1; i < n; i++ {
			if y[3][i] < y[3][i-1] {
				t.Errorf("eigh %v: got the eigenvalues %v, want them rising", s, y[3])
			}
		}
	}
}

func isIdentity(t *testing.T, what string, a []float64, n int) {
	t.Helper()
	for i, v := range a {
		want := 0.0
		if i%(n*n)/n == i%n {
			want = 1
		}
		if math.Abs(v-want) > 1e-12 {
			t.Errorf("%s: got %v at element %d, want %v", what, v, i, want)
			return
		}
	}
}

// TestSpecial compares special functions far from the samples with values of 20
// digits.
func TestSpecial(t *testing.T) {
	for _, k := range []struct {
		name    string
		e       *op.Entry
		a       ir.Attrs
		x, want float64
	}{
		{"erfcx", &op.Erfcx, nil, 9.99, 0.05619664070685882134},
		{"erfcx", &op.Erfcx, nil, 30, 0.018795888861416752},
		{"erfcx", &op.Erfcx, nil, 1e9, 5.64189583547756286665984659787e-10},
		{"erfcx", &op.Erfcx, nil, -5, 144009798674.66104042},
		{"I0", &op.BesselI, ir.A("order", 0, "scaled", false), 30, 781672297823.9774897},
		{"I1 scaled", &op.BesselI, ir.A("order", 1, "scaled", true), 100, 0.039744153025130251},
		{"I0 scaled", &op.BesselI, ir.A("order", 0, "scaled", true), 1e6, 0.000398942330269245778777},
	} {
		x := []float64{k.x}
		a := &applied{e: k.e, c: op.NewCtx(gorgonia.NewGraph()), floats: [][]float64{x}, ints: [][]int{nil}}
		a.in = append(a.in, a.c.Leaf(ir.Type{DType: ir.F64, Shape: ir.Shape{1}}, "x0"))
		a.out = a.c.Apply(k.e, k.a, a.in[0])
		got := results[float64](t, a, nil)[0]
		if math.Abs(got-k.want) > 2e-13*math.Abs(k.want) {
			t.Errorf("%s(%v): got %v, want %v", k.name, k.x, got, k.want)
		}
	}
}

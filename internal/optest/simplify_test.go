package optest

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// TestRewritesAtSpecialPoints compares programs with and without the compiler's
// rewrites of constants: what is no number, and what is 0, stays so.
func TestRewritesAtSpecialPoints(t *testing.T) {
	factors := []float64{0, 1, -1, 2, 1. / 3, -1024, 1e-3, 1e20, -1e-20, 1e30, 1e-30, 1e-40, 1e38, 1e200, -1e-200, 1e300, math.Inf(1), math.NaN()}
	for _, a := range factors {
		for _, b := range factors {
			for name, f := range map[string]func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node{
				"b·(a·x)":      func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Scale(x, a), b) },
				"b·(−(a·x))":   func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Neg(c.Scale(x, a)), b) },
				"−(b·−(a·x))":  func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node { return c.Neg(c.Scale(c.Neg(c.Scale(x, a)), b)) },
				"b·(x·fill a)": func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Mul(x, c.Fill(x, a)), b) },
				"x·(b·fill a)": func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node { return c.Mul(x, c.Scale(c.Fill(x, a), b)) },
				"b + (x+a)":    func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node { return c.AddConst(c.AddConst(x, a), b) },
				"(x + a) − −b": func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node { return c.Sub(c.AddConst(x, a), c.Neg(c.Fill(x, b))) },
				"(x + a) + b·0": func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node {
					return c.Add(c.AddConst(x, a), c.Scale(c.Fill(x, 0), b))
				},
			} {
				t.Run(fmt.Sprintf("%s, a=%v, b=%v", name, a, b), func(t *testing.T) {
					sameRewritten[float64](t, ir.F64, 0x1p-52, 0x1p-1074, f)
					if !(math.Abs(a) > math.MaxFloat32 || math.Abs(b) > math.MaxFloat32) { // those are refused
						sameRewritten[float32](t, ir.F32, 0x1p-23, 0x1p-149, f)
					}
				})
			}
		}
	}
}

// sameRewritten allows two roundings more, and what a number below the normal ones
// has lost before a factor of at most 1024.
func sameRewritten[T ir.Float](t *testing.T, d ir.DType, eps, last float64, f func(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node) {
	t.Helper()
	a := &applied{e: &op.Entry{}, c: op.NewCtx(gorgonia.NewGraph()), floats: [][]float64{specials}, ints: [][]int{nil}}
	a.in = []*gorgonia.Node{a.c.Leaf(ir.Type{DType: d, Shape: ir.Shape{len(specials)}}, leafName(0))}
	y := f(a.c, a.in[0])
	if a.c.Err != nil {
		t.Fatal(a.c.Err)
	}
	var got [2][]float64
	for i, skip := range []map[string]bool{{"simplify": true}, nil} {
		g, err := a.lower(y)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := compile.Compile(g, make([]compile.Target, 1), compile.Options{Skip: skip})
		if err != nil {
			t.Fatal(err)
		}
		out, err := (&program[T]{exec.New(plan, nil, exec.Shared[T]{}), a}).run(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = out[0]
	}
	for i, want := range got[0] {
		g := got[1][i]
		if g == want || math.IsNaN(g) && math.IsNaN(want) || math.Abs(g-want) <= 3*eps*math.Abs(want)+1024*last {
			continue
		}
		t.Errorf("%v at %v: got %v, want %v as without rewrites", d, specials[i], g, want)
	}
}

// TestSumOfSquares compares the mean of squares, which the compiler makes one step, with
// any number of workers.
func TestSumOfSquares(t *testing.T) {
	three := pool.New(3)
	defer three.Close()
	for _, n := range []int{0, 1, 7, 100, 8192, 8193, 50000} {
		a := &applied{e: &op.Entry{}, c: op.NewCtx(gorgonia.NewGraph()), floats: [][]float64{make([]float64, n)}, ints: [][]int{nil}}
		want := 0.0
		for i := range a.floats[0] {
			a.floats[0][i] = math.Sin(float64(i))
			want += a.floats[0][i] * a.floats[0][i]
		}
		a.in = []*gorgonia.Node{a.c.Leaf(ir.Type{DType: ir.F64, Shape: ir.Shape{n}}, leafName(0))}
		y := a.c.Scale(a.c.Sum(a.c.Square(a.in[0]), nil, false), 0.5)
		for _, w := range []*pool.Pool{nil, three} {
			p, err := compiled[float64](a, w, y)
			if err != nil {
				t.Fatal(err)
			}
			out, err := p.run(0, nil)
			if err != nil {
				t.Fatal(err)
			}
			near(t, fmt.Sprint(n, " elements"), out[0], []float64{want / 2}, tol64)
		}
	}
}

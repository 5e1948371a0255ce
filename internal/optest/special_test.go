package optest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// specials are the points at which rows and what is made of them are held to their
// truth: zeros, numbers below the normal ones, tiny and moderate ones, where functions
// are nearly constant, where exponentials overflow, and what is no number.
var specials = func() (x []float64) {
	for _, v := range []float64{0, 5e-324, 1e-40, 1e-30, 1e-9, 1e-4, 0.25, 0.59, 0.61, 1, 1 - 0x1p-24, 2.75, 8, 10, 20, 40, 89, 110, 710, 760, 1e4, 1e30, 1e200, math.Inf(1)} {
		x = append(x, v, -v)
	}
	return append(x, math.NaN(), 1.5, math.Copysign(0, -1))
}()

// truth is a function in many digits. It panics where the function has no value.
type truth func(x []jet) jet

func of1(f func(x jet) jet) truth    { return func(x []jet) jet { return f(x[0]) } }
func of2(f func(x, y jet) jet) truth { return func(x []jet) jet { return f(x[0], x[1]) } }

// at is what the truth says at a point: the value and the derivatives by operand by,
// how far the operand's last digit moves each, relative to the digit, and whether
// there are any.
func (f truth) at(x []float64, by int) (want, moved [terms - 1]float64, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	in := make([]jet, len(x))
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return want, moved, false
		}
		if in[i] = constant(v); i == by {
			in[i] = variable(v)
		}
	}
	y := f(in)
	fact := 1.0
	for k := range want {
		fact *= float64(max(1, k))
		want[k], _ = blank().Mul(y[k], num(fact)).Float64()
		next, _ := blank().Mul(y[k+1], blank().Mul(num(fact*float64(k+1)), num(x[by]))).Float64()
		moved[k] = math.Abs(next)
	}
	return want, moved, true
}

// build makes the function of the operands.
type build func(c *op.Ctx, x []*gorgonia.Node) *gorgonia.Node

// derivatives are the value and the derivatives by operand by, to the third order, of
// an elementwise function at points; forward says by which sweep.
func derivatives[T ir.Float](t *testing.T, d ir.DType, f build, at [][]float64, by int) [][]float64 {
	t.Helper()
	a := &applied{e: &op.Entry{}, c: op.NewCtx(gorgonia.NewGraph())}
	for i, v := range at {
		a.in = append(a.in, a.c.Leaf(ir.Type{DType: d, Shape: ir.Shape{len(v)}}, leafName(i)))
		a.floats, a.ints = append(a.floats, v), append(a.ints, nil)
	}
	y := f(a.c, a.in)
	out := []*gorgonia.Node{y}
	for range 3 {
		if a.c.Err != nil {
			t.Fatal(a.c.Err)
		}
		g, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, a.c.Sum(y, nil, false), a.in[by])
		if err != nil {
			t.Fatal(err)
		}
		y = g[0]
		out = append(out, y)
	}
	for i, n := range out { // apart, lest two results are one
		out[i] = a.c.AddConst(n, math.Copysign(0, -1))
	}
	p, err := compiled[T](a, nil, out...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.run(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// hold compares an elementwise function with its truth at the points, for both types.
// skip says where a derivative is a convention, or the truth is not the point.
func hold(t *testing.T, f derived, want truth, points [][]float64, slack float64, skip func(x []float64, by, order int) bool) {
	t.Helper()
	for _, d := range []ir.DType{ir.F64, ir.F32} {
		at := make([][]float64, len(points))
		eps, least, top := 0x1p-52, 0x1p-1022, math.MaxFloat64
		if d == ir.F32 {
			eps, least, top = 0x1p-23, 0x1p-126, float64(math.MaxFloat32)
		}
		for i, v := range points {
			at[i] = slices.Clone(v)
			if d == ir.F32 {
				for j, x := range v {
					at[i][j] = float64(float32(x))
				}
			}
		}
		for by := range points {
			got := f(t, d, at, by)
			for j := range at[0] {
				x := make([]float64, len(at))
				for i := range at {
					x[i] = at[i][j]
				}
				wants, moves, ok := want.at(x, by)
				for order, g := range got {
					if skip != nil && skip(x, by, order) {
						continue
					}
					w, moved, g := wants[order], moves[order], g[j]
					switch {
					case slices.ContainsFunc(x, math.IsNaN):
						if order == 0 && !math.IsNaN(g) {
							t.Errorf("%v at %v: got %v, want NaN", d, x, g)
						}
						continue
					case !ok:
						continue
					case math.Abs(w) > top/4 && (math.Abs(g) > top/16 || math.IsInf(g, 0)) && g > 0 == (w > 0):
						continue
					}
					if !(math.Abs(g-w) <= slack*(eps*(math.Abs(w)+moved)+least)) {
						t.Errorf("%v, derivative %d by operand %d at %v: got %v, want %v", d, order, by, x, g, w)
					}
				}
			}
		}
	}
}

// derived makes the values and derivatives by operand by of a function at points.
type derived func(t *testing.T, d ir.DType, at [][]float64, by int) [][]float64

// row is the function of a row.
func row(e *op.Entry, a ir.Attrs) derived {
	f := func(c *op.Ctx, x []*gorgonia.Node) *gorgonia.Node { return c.Apply(e, a, x...) }
	return func(t *testing.T, d ir.DType, at [][]float64, by int) [][]float64 {
		t.Helper()
		if d == ir.F32 {
			return derivatives[float32](t, d, f, at, by)
		}
		return derivatives[float64](t, d, f, at, by)
	}
}

// pairs are all pairs of some of the special points.
func pairs() [][]float64 {
	some := []float64{0, 1e-40, 1e-9, -1e-9, 0.25, -0.6, 1, -1, 2.5, -3, 20, -40, 100, -710, 1e18, 1e30, -1e30, math.Inf(1), math.Inf(-1), math.NaN()}
	var x, y []float64
	for i, a := range some {
		for j, b := range some {
			if testing.Short() && (i+j)%3 > 0 {
				continue
			}
			x, y = append(x, a), append(y, b)
		}
	}
	return [][]float64{x, y}
}

func TestSpecialPoints(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range specialRows() {
		seen[c.name] = true
		t.Run(c.name+fmt.Sprint(c.attrs), func(t *testing.T) {
			points := [][]float64{specials}
			e := op.Lookup(c.name)
			if e == nil {
				t.Fatal("no such row")
			}
			if e.Arity == 2 {
				points = pairs()
			}
			slack := c.slack
			if slack == 0 {
				slack = 32
			}
			hold(t, row(e, c.attrs), c.truth, points, slack, c.skip)
		})
	}
	for _, e := range op.All() {
		if e.Class == ir.Elementwise && !seen[e.Name] && !slices.Contains(specialElsewhere, e.Name) {
			t.Errorf("the row %s has no truth: enter it", e.Name)
		}
	}
}

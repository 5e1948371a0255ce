package optest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// How near results must be to the slow formula in float64, relative to 1 or to
// the value if that is larger: rounding of a few operations.
const (
	tol64 = 1e-12
	tol32 = 2e-5
)

// each runs f on every sample of every row.
func each(t *testing.T, f func(t *testing.T, e *op.Entry, s op.Sample, seed uint64)) {
	for _, e := range op.All() {
		t.Run(e.Name, func(t *testing.T) {
			if e.Samples == nil || len(e.Samples()) == 0 || e.Ref == nil {
				t.Fatal("the row has no samples or no slow formula")
			}
			for i, s := range e.Samples() {
				f(t, e, s, uint64(i+1))
			}
		})
	}
}

func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %d elements, want %d", what, len(got), len(want))
		return
	}
	for i, w := range want {
		g := got[i]
		if g == w || math.IsNaN(g) && math.IsNaN(w) || !math.IsInf(w, 0) && math.Abs(g-w) <= tol*math.Max(1, math.Abs(w)) {
			continue
		}
		t.Errorf("%s: element %d: got %v, want %v", what, i, g, w)
		return
	}
}

func asFloats(f []float64, k []int) []float64 {
	for _, x := range k {
		f = append(f, float64(x))
	}
	return f
}

// TestKernels compares the kernels with the slow formula, in both types, with
// one worker and with three, and through gorgonia's own way of calling.
func TestKernels(t *testing.T) {
	three := pool.New(3)
	defer three.Close()
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		a, err := apply(e, s, ir.F64, seed)
		if err != nil {
			t.Fatal(err)
		}
		want := asFloats(a.want())
		for _, w := range []*pool.Pool{nil, three} {
			near(t, "float64", results[float64](t, a, w), want, tol64)
		}
		if !empty(s) { // gorgonia's tensors cannot be
			near(t, "Do", viaDo(t, a), want, tol64)
		}
		if s.Attrs.Str("dtype") != "" {
			return // makes float64 whatever the operands are
		}
		b, err := apply(e, s, ir.F32, seed)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "float32", results[float32](t, b, three), want, tol32)
	})
}

// empty says whether an operand has no elements.
func empty(s op.Sample) bool {
	for _, shape := range s.In {
		if shape.Size() == 0 {
			return true
		}
	}
	return false
}

func results[T ir.Float](t *testing.T, a *applied, w *pool.Pool) []float64 {
	t.Helper()
	p, err := compiled[T](a, w, a.out)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.run(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

func viaDo(t *testing.T, a *applied) []float64 {
	t.Helper()
	var in []gorgonia.Value
	for i, s := range a.s.In {
		switch {
		case a.ints[i] != nil && len(s) == 0:
			in = append(in, gorgonia.NewI(a.ints[i][0]))
		case a.ints[i] != nil:
			in = append(in, tensor.New(tensor.WithShape(s...), tensor.WithBacking(append([]int(nil), a.ints[i]...))))
		case len(s) == 0:
			in = append(in, gorgonia.NewF64(a.floats[i][0]))
		default:
			in = append(in, tensor.New(tensor.WithShape(s...), tensor.WithBacking(append([]float64(nil), a.floats[i]...))))
		}
	}
	v, err := a.out.Op().Do(in...)
	if err != nil {
		t.Fatal(err)
	}
	data, err := op.ValueData(v)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := data.([]float64)
	k, _ := data.([]int)
	return asFloats(f, k)
}

// TestDerivatives compares the gradient of a random combination of the results
// with finite differences along a random direction, and the gradient of that
// slope likewise. Where the derivative jumps within the differences other operands
// are drawn.
func TestDerivatives(t *testing.T) {
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		if s.Stopped || e.VJP == nil {
			return
		}
		for draw := range uint64(20) {
			if checkDerivatives(t, e, s, seed+100*draw) {
				return
			}
		}
		t.Errorf("sample %d: the derivative jumps wherever it was looked at", seed)
	})
}

// checkDerivatives is false if the derivative jumps near the operands.
func checkDerivatives(t *testing.T, e *op.Entry, s op.Sample, seed uint64) bool {
	t.Helper()
	a, err := apply(e, s, ir.F64, seed)
	if err != nil {
		t.Fatal(err)
	}
	if out, _ := op.TypeOf(a.out); out.DType == ir.Int {
		return true
	}
	r := rand.New(rand.NewPCG(seed, 3))
	return a.slopes(t, r, a.combination(r, a.out), fmt.Sprintf("seed %d", seed))
}

// slopes compares the slope of loss along a random direction with differences,
// and the slope of that slope. It is false if one of them jumps near the operands.
func (a *applied) slopes(t *testing.T, r *rand.Rand, loss *gorgonia.Node, what string) bool {
	t.Helper()
	wrt, u := a.direction(r)
	if len(wrt) == 0 {
		return true
	}
	for order := 1; order <= 2; order++ {
		g, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, loss, wrt...)
		if err != nil {
			t.Fatalf("order %d: %v", order, err)
		}
		slope := a.slope(g, u)
		if a.c.Err != nil {
			t.Fatal(a.c.Err)
		}
		if !compareSlopes(t, fmt.Sprintf("%s, order %d", what, order), a, loss, slope, u) {
			return false
		}
		loss = slope
	}
	return true
}

// combination is the sum of the results times random factors.
func (a *applied) combination(r *rand.Rand, y *gorgonia.Node) *gorgonia.Node {
	return a.c.Sum(a.c.Mul(y, a.constant(r, a.c.Shape(y))), nil, false)
}

// constant is a leaf of random numbers that are fed as operands are.
func (a *applied) constant(r *rand.Rand, s ir.Shape) *gorgonia.Node {
	v := make([]float64, s.Size())
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return a.leaf(v, s)
}

func (a *applied) leaf(v []float64, s ir.Shape) *gorgonia.Node {
	n := a.c.Leaf(ir.Type{DType: ir.F64, Shape: s}, fmt.Sprintf("x%d", len(a.floats)))
	a.floats, a.ints = append(a.floats, v), append(a.ints, nil)
	return n
}

// direction is a random direction for the float operands; 0 for the others.
func (a *applied) direction(r *rand.Rand) (wrt []*gorgonia.Node, u [][]float64) {
	u = make([][]float64, len(a.floats))
	for i, v := range a.floats {
		u[i] = make([]float64, len(v))
		if i >= len(a.in) || v == nil {
			continue
		}
		wrt = append(wrt, a.in[i])
		for j := range u[i] {
			u[i][j] = r.NormFloat64()
		}
	}
	return wrt, u
}

// slope is the sum of the gradients times the direction.
func (a *applied) slope(g []*gorgonia.Node, u [][]float64) *gorgonia.Node {
	var s *gorgonia.Node
	k := 0
	for i, n := range a.in {
		if a.floats[i] == nil {
			continue
		}
		t := a.c.Sum(a.c.Mul(g[k], a.leaf(u[i], a.c.Shape(n))), nil, false)
		k++
		if s == nil {
			s = t
		} else {
			s = a.c.Add(s, t)
		}
	}
	return s
}

// compareSlopes compares slope, the derivative of loss along u, with differences.
// It is false, for a sample with kinks, if those of two steps differ.
func compareSlopes(t *testing.T, what string, a *applied, loss, slope *gorgonia.Node, u [][]float64) bool {
	t.Helper()
	p, err := compiled[float64](a, nil, loss, slope)
	if err != nil {
		t.Fatal(err)
	}
	for len(u) < len(a.floats) { // the leaves that came since do not move
		u = append(u, make([]float64, len(a.floats[len(u)])))
	}
	h := 1e-4
	if a.s.Kinked {
		h = 1e-6 // what lies between kinks is no more than a parabola or so
	}
	want, value, got := difference(t, p, h, u)
	tol := 1e-6 * math.Max(1, math.Max(math.Abs(want), math.Abs(value)))
	if a.s.Kinked {
		if again, _, _ := difference(t, p, 3*h, u); !(math.Abs(again-want) <= tol) {
			return false
		}
	}
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: got the slope %v, want %v by differences", what, got, want)
	}
	return true
}

// difference is the slope of the first result along u by differences of step h,
// and both results where u starts.
func difference(t *testing.T, p *program[float64], h float64, u [][]float64) (want, value, got float64) {
	t.Helper()
	var f [5]float64
	for i := range f {
		out, err := p.run(float64(i-2)*h, u)
		if err != nil {
			t.Fatal(err)
		}
		f[i] = out[0][0]
		if i == 2 {
			got = out[1][0]
		}
	}
	return (8*(f[3]-f[1]) - (f[4] - f[0])) / (12 * h), f[2], got
}

// TestGolden lists the rows in a file for readers.
func TestGolden(t *testing.T) {
	classes := map[ir.Class]string{ir.Opaque: "opaque", ir.Move: "move", ir.Elementwise: "elementwise", ir.Reduce: "reduce", ir.Contract: "contract"}
	var b strings.Builder
	for _, e := range op.All() {
		d := "differentiable"
		if e.VJP == nil {
			d = "no derivative"
		}
		fmt.Fprintf(&b, "%-18s %-12s %s\n", e.Name, classes[e.Class], d)
	}
	golden.Check(t, filepath.Join("..", "op", "testdata", "ops.golden"), b.String())
}

// BenchmarkRows runs the last sample of every row in float32.
func BenchmarkRows(b *testing.B) {
	for _, e := range op.All() {
		b.Run(e.Name, func(b *testing.B) {
			s := e.Samples()
			a, err := apply(e, s[len(s)-1], ir.F32, 1)
			if err != nil {
				b.Fatal(err)
			}
			p, err := compiled[float32](a, nil, a.out)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestText prints every sample's function before and after the compiler's passes,
// and reads it back.
func TestText(t *testing.T) {
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		a, err := apply(e, s, ir.F64, seed)
		if err != nil {
			t.Fatal(err)
		}
		f, err := a.lower(a.out)
		if err != nil {
			t.Fatal(err)
		}
		check := func(f *ir.Func) error {
			if err := ir.Verify(f); err != nil {
				return err
			}
			g, err := ir.Parse(f.String(), compile.LookupDef)
			if err != nil {
				return err
			}
			if got, want := g.String(), f.String(); got != want {
				return fmt.Errorf("got\n%s, want\n%s", got, want)
			}
			return ir.Verify(g)
		}
		if err := check(f); err != nil {
			t.Error(err)
		}
		if err := compile.Optimize(f, make([]compile.Target, len(f.Out)), compile.Options{Verify: check}); err != nil {
			t.Error(err)
		}
	})
}

package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// inf and nan are what programs must not make of numbers, nor lose.
var inf, nan = math.Inf(1), math.NaN()

// point is a function of x at one place: its value, and the gradient of the sum of
// its elements.
type point struct {
	name  string
	shape []int
	x     []float64
	f     func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
	value []float64
	grad  []float64 // nil: not looked at
}

// check holds the value and the gradient to what they must be, in both types.
func (p point) check(t *testing.T) {
	t.Helper()
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		t.Run(fmt.Sprintf("%s, %v", p.name, d), func(t *testing.T) {
			tol := map[graph.DType]float64{graph.Float32: 3e-6, graph.Float64: 1e-13}[d] // a few roundings
			b := graph.New(graph.NewParams(d, 1))
			x := b.Input("x", p.shape...)
			y := p.f(b, x)
			if b.Err() != nil {
				t.Fatal(b.Err())
			}
			outs := gorgonia.Nodes{y}
			if p.grad != nil {
				g, err := autograd.Gradients(b.Sum(y), x)
				if err != nil {
					t.Fatal(err)
				}
				outs = append(outs, g...)
			}
			out := runs(t, b, map[string][]float64{"x": p.x}, outs...)
			alike(t, "value", out[0], p.value, tol)
			if p.grad != nil {
				alike(t, "gradient", out[1], p.grad, tol)
			}
		})
	}
}

// alike compares elements, relative to 1 or to the wanted one if that is larger;
// infinite ones and NaN must be such.
func alike(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range want {
		g, w := got[min(i, len(got)-1)], want[i]
		ok = ok && (g == w || math.IsNaN(g) && math.IsNaN(w) || !math.IsInf(w, 0) && math.Abs(g-w) <= tol*math.Max(1, math.Abs(w)))
	}
	if !ok {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestSpecialPoints holds composed functions to their values and gradients where
// guards, masks and orders meet zeros, infinite numbers and NaN: by hand, by NumPy
// and by PyTorch 1.13.
func TestSpecialPoints(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	pool := graph.Pool{Kernel: []int{2}}
	for _, p := range []point{
		{"median with a NaN", []int{2, 3}, []float64{nan, 1, 2, 3, 1, 2}, func(b *B, x *N) *N { return b.Median(x, 1) }, []float64{nan, 2}, []float64{1, 0, 0, 0, 0, 1}},
		{"smallest with a NaN", []int{2, 3}, []float64{nan, 1, 2, 3, 1, 2}, func(b *B, x *N) *N { return b.KthValue(x, 1, 1) }, []float64{nan, 1}, nil},
		{"mode with a NaN", []int{2, 3}, []float64{nan, 1, 1, 3, 1, 1}, func(b *B, x *N) *N { return b.Mode(x, 1) }, []float64{nan, 1}, nil},
		{"mode of infinite ones", []int{3}, []float64{inf, inf, 1}, func(b *B, x *N) *N { return b.Mode(x, 0) }, []float64{inf}, nil},
		{"quantile beside an infinite one", []int{3}, []float64{1, inf, 2}, func(b *B, x *N) *N { return b.Quantile(x, 0.5, 0, graph.BetweenLinear) }, []float64{2}, []float64{0, 0, 1}},
		{"lower quantile beside an infinite one", []int{2}, []float64{1, inf}, func(b *B, x *N) *N { return b.Quantile(x, 0.5, 0, graph.BetweenLower) }, []float64{1}, []float64{1, 0}},
		{"quantile with a NaN", []int{2, 2}, []float64{1, nan, 1, 3}, func(b *B, x *N) *N { return b.Quantile(x, 0.5, 1, graph.BetweenLinear) }, []float64{nan, 2}, nil},
		{"clamp to bounds that are NaN", []int{3}, []float64{nan, 1, 5}, func(b *B, x *N) *N {
			return b.ClampTo(x, b.Const([]float64{0, nan, 0}, 3), b.Const([]float64{2, 2, 2}, 3))
		}, []float64{nan, nan, 2}, nil},
		{"sort with a NaN", []int{3}, []float64{nan, inf, 1}, func(b *B, x *N) *N { return b.Sort(x, 0, false) }, []float64{1, inf, nan}, nil},
		{"largest with a NaN", []int{3}, []float64{nan, inf, 1}, func(b *B, x *N) *N { return b.TopK(x, 2, 0) }, []float64{nan, inf}, nil},

		{"padding with -Inf", []int{2}, []float64{1, 2}, func(b *B, x *N) *N { return b.PadConst(x, []int{1}, []int{1}, -inf) }, []float64{-inf, 1, 2, -inf}, []float64{1, 1}},
		{"padding with NaN", []int{2}, []float64{1, 2}, func(b *B, x *N) *N { return b.PadConst(x, []int{1}, []int{0}, nan) }, []float64{nan, 1, 2}, []float64{1, 1}},
		{"padding with 1e20", []int{2}, []float64{1, 2}, func(b *B, x *N) *N { return b.PadConst(x, []int{0}, []int{1}, float64(float32(1e20))) }, []float64{1, 2, float64(float32(1e20))}, []float64{1, 1}},
		{"reflection of an infinite one", []int{3}, []float64{1, inf, 2}, func(b *B, x *N) *N { return b.Pad(x, []int{1}, []int{0}, graph.PadReflect) }, []float64{inf, 1, inf, 2}, []float64{1, 2, 1}},

		{"LPPool at zeros", []int{1, 1, 4}, []float64{0, 0, 3, 4}, func(b *B, x *N) *N { return b.LPPool(x, 2, pool) }, []float64{0, 5}, []float64{0, 0, 0.6, 0.8}},
		{"LPPool of the power 1/2 at a zero", []int{1, 1, 4}, []float64{0, 4, 0, 0}, func(b *B, x *N) *N { return b.LPPool(x, 0.5, pool) }, []float64{4, 0}, []float64{0, 1, 0, 0}},
		{"LPPool of the power 3 with a NaN", []int{1, 1, 4}, []float64{nan, 1, 2, 0}, func(b *B, x *N) *N { return b.LPPool(x, 3, pool) }, []float64{nan, 2}, nil},
		{"LPPool cut off at the end", []int{1, 1, 3}, []float64{1, 2, 4}, func(b *B, x *N) *N { return b.LPPool(x, 2, graph.Pool{Kernel: []int{2}, Ceil: true}) }, []float64{math.Sqrt(5), 4}, nil},

		{"logarithm of no sum", []int{2, 2}, []float64{-inf, -inf, 0, -inf}, func(b *B, x *N) *N { return b.LogSumExp(x, 1) }, []float64{-inf, 0}, []float64{0, 0, 1, 0}},
		{"logarithm of an infinite sum", []int{2, 2}, []float64{inf, 1, nan, 1}, func(b *B, x *N) *N { return b.LogSumExp(x, 1) }, []float64{inf, nan}, nil},
	} {
		p.check(t)
	}
}

// TestMaskedAttention holds rows of attention that see nothing to zeros, without a
// part in the gradients of others, and hidden keys to no influence at all.
func TestMaskedAttention(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	x := []float64{.1, .2, .3, .4}
	first := func(mask ...float64) func(b *B, x *N) *N {
		return func(b *B, x *N) *N {
			return b.Slice(b.Attention(x, x, x, b.Const(mask, 2, 2)), graph.Range(0, 1))
		}
	}
	w := 1 / (1 + math.Exp(.06/math.Sqrt2)) // of the key itself, which is .06/√2 below the other's score
	slope := w * (1 - w) / math.Sqrt2       // of w by the scores
	sum := func(i int) float64 { return x[2*i] + x[2*i+1] }
	d := (sum(0) - sum(1)) * slope
	point{"loss of a row beside one that sees nothing", []int{2, 2}, x, first(0, 0, -inf, -inf),
		[]float64{w*.1 + (1-w)*.3, w*.2 + (1-w)*.4},
		[]float64{w + d*(2*.1-.3), w + d*(2*.2-.4), 1 - w - d*.1, 1 - w - d*.2}}.check(t)
	point{"row that sees nothing", []int{2, 2}, x, func(b *B, x *N) *N {
		return b.Attention(x, x, x, b.Const([]float64{-inf, -inf}, 2))
	}, []float64{0, 0, 0, 0}, []float64{0, 0, 0, 0}}.check(t)
	point{"hidden key that is NaN", []int{2, 2}, []float64{.1, .2, nan, inf}, func(b *B, x *N) *N {
		q := b.Slice(x, graph.Range(0, 1))
		return b.Attention(q, x, x, b.Const([]float64{0, -inf}, 1, 2))
	}, []float64{.1, .2}, []float64{1, 1, 0, 0}}.check(t)
}

// TestCTCEnds holds CTC to classes that cannot be, and to labels that do not fit.
func TestCTCEnds(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	ctc := func(labels ...int) func(b *B, x *N) *N {
		return func(b *B, x *N) *N { return b.CTC(b.LogSoftmax(x), b.ConstInts(labels, 1, len(labels)), 0) }
	}
	point{"class that cannot be", []int{3, 1, 3}, []float64{0, 0, -inf, 0, 0, -inf, 0, 0, -inf}, ctc(1),
		[]float64{-math.Log(6. / 8)}, nil}.check(t)
	point{"label that cannot be", []int{2, 1, 2}, []float64{0, -inf, 0, -inf}, ctc(1), []float64{inf}, []float64{0, 0, 0, 0}}.check(t)
	point{"two equal labels in two steps", []int{2, 1, 2}, []float64{.1, .2, .3, .4}, ctc(1, 1), []float64{inf}, []float64{0, 0, 0, 0}}.check(t)
	point{"two equal labels in three steps", []int{3, 1, 2}, make([]float64, 6), ctc(1, 1), []float64{3 * math.Ln2}, []float64{.5, -.5, -.5, .5, .5, -.5}}.check(t)
}

package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/graphtest"
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
			out := graphtest.Run(t, b, map[string][]float64{"x": p.x}, outs...)
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
	pool := nn.PoolOptions{Kernel: []int{2}}
	for _, p := range []point{
		{"rounding to more decimals than there are", []int{4}, []float64{1.25e30, 0, inf, nan}, func(b *B, x *N) *N { return special.RoundDecimals(b, x, 300) }, []float64{1.25e30, 0, inf, nan}, nil},
		{"rounding to places beyond every number", []int{4}, []float64{1.25e30, 0, -inf, nan}, func(b *B, x *N) *N { return special.RoundDecimals(b, x, math.MinInt) }, []float64{0, 0, -inf, nan}, nil},
		{"rounding to decimals and tens", []int{2}, []float64{1.25, 15}, func(b *B, x *N) *N { return b.Add(special.RoundDecimals(b, x, 1), special.RoundDecimals(b, x, -1)) }, []float64{1.2, 35}, nil},
		{"log gamma beyond its poles", []int{2}, []float64{-inf, inf}, special.Lgamma, []float64{inf, inf}, nil},
		{"polygamma of an even order at poles", []int{3}, []float64{0, -1, -3e7}, func(b *B, x *N) *N { return special.Polygamma(b, x, 2) }, []float64{-inf, -inf, -inf}, nil},
		{"polygamma of an odd order at poles", []int{3}, []float64{0, -1, -3e7}, func(b *B, x *N) *N { return special.Polygamma(b, x, 1) }, []float64{inf, inf, inf}, nil},
		{"polygamma between poles", []int{3}, []float64{-.5, -.25, -1e6 - .5}, func(b *B, x *N) *N { return special.Polygamma(b, x, 1) }, []float64{8.9348022005446793, 18.541879647671606, 9.8696034010903585}, nil},
		{"norm of a negative order, all infinite", []int{2, 2}, []float64{inf, -inf, 1, 1}, func(b *B, x *N) *N { return b.Norm(x, -1, 1) }, []float64{inf, .5}, nil},
		{"PReLU at 0, infinity and NaN", []int{4}, []float64{0, inf, -2, nan}, func(b *B, x *N) *N { return nn.SlopedReLU(b, x, b.Scalar(.25)) }, []float64{0, inf, -.5, nan}, []float64{.25, 1, .25, .25}},
		{"soft shrinking of infinity and NaN", []int{4}, []float64{-inf, inf, .25, nan}, func(b *B, x *N) *N { return nn.SoftShrink(b, x, .5) }, []float64{-inf, inf, 0, nan}, []float64{1, 1, 0, 1}},
		{"eigenvalues with a NaN beside those of a good matrix", []int{2, 2, 2}, []float64{nan, 1, 1, 2, 2, 1, 1, 2}, func(b *B, x *N) *N { l, _ := linalg.Eigh(b, x); return l }, []float64{nan, nan, 1, 3}, nil},
		{"singular values with an infinity", []int{2, 2}, []float64{1, inf, 0, 1}, func(b *B, x *N) *N { _, s, _ := linalg.SVD(b, x); return s }, []float64{nan, nan}, nil},
		{"pseudoinverse with a NaN", []int{2, 1, 1}, []float64{nan, 0}, func(b *B, x *N) *N { return linalg.Pinv(b, x, 1e-9) }, []float64{nan, 0}, nil},
		{"median with a NaN", []int{2, 3}, []float64{nan, 1, 2, 3, 1, 2}, func(b *B, x *N) *N { return b.Median(x, 1) }, []float64{nan, 2}, []float64{1, 0, 0, 0, 0, 1}},
		{"smallest with a NaN", []int{2, 3}, []float64{nan, 1, 2, 3, 1, 2}, func(b *B, x *N) *N { return special.KthValue(b, x, 1, 1) }, []float64{nan, 1}, nil},
		{"mode with a NaN", []int{2, 3}, []float64{nan, 1, 1, 3, 1, 1}, func(b *B, x *N) *N { return special.Mode(b, x, 1) }, []float64{nan, 1}, nil},
		{"mode of infinite ones", []int{3}, []float64{inf, inf, 1}, func(b *B, x *N) *N { return special.Mode(b, x, 0) }, []float64{inf}, nil},
		{"quantile beside an infinite one", []int{3}, []float64{1, inf, 2}, func(b *B, x *N) *N { return special.Quantile(b, x, 0.5, 0, special.Linear) }, []float64{2}, []float64{0, 0, 1}},
		{"lower quantile beside an infinite one", []int{2}, []float64{1, inf}, func(b *B, x *N) *N { return special.Quantile(b, x, 0.5, 0, special.Lower) }, []float64{1}, []float64{1, 0}},
		{"quantile with a NaN", []int{2, 2}, []float64{1, nan, 1, 3}, func(b *B, x *N) *N { return special.Quantile(b, x, 0.5, 1, special.Linear) }, []float64{nan, 2}, nil},
		{"clamp to bounds that are NaN", []int{3}, []float64{nan, 1, 5}, func(b *B, x *N) *N {
			return b.ClampTo(x, b.Const([]float64{0, nan, 0}, 3), b.Const([]float64{2, 2, 2}, 3))
		}, []float64{nan, nan, 2}, nil},
		{"sort with a NaN", []int{3}, []float64{nan, inf, 1}, func(b *B, x *N) *N { return b.Sort(x, 0, graph.Ascending) }, []float64{1, inf, nan}, nil},
		{"largest with a NaN", []int{3}, []float64{nan, inf, 1}, func(b *B, x *N) *N { return b.TopK(x, 2, 0) }, []float64{nan, inf}, nil},

		{"padding with -Inf", []int{2}, []float64{1, 2}, func(b *B, x *N) *N { return b.PadConst(x, []int{1}, []int{1}, -inf) }, []float64{-inf, 1, 2, -inf}, []float64{1, 1}},
		{"padding with NaN", []int{2}, []float64{1, 2}, func(b *B, x *N) *N { return b.PadConst(x, []int{1}, []int{0}, nan) }, []float64{nan, 1, 2}, []float64{1, 1}},
		{"padding with 1e20", []int{2}, []float64{1, 2}, func(b *B, x *N) *N { return b.PadConst(x, []int{0}, []int{1}, float64(float32(1e20))) }, []float64{1, 2, float64(float32(1e20))}, []float64{1, 1}},
		{"reflection of an infinite one", []int{3}, []float64{1, inf, 2}, func(b *B, x *N) *N { return b.Pad(x, []int{1}, []int{0}, graph.PadReflect) }, []float64{inf, 1, inf, 2}, []float64{1, 2, 1}},

		{"LPPool at zeros", []int{1, 1, 4}, []float64{0, 0, 3, 4}, func(b *B, x *N) *N { return nn.LPPool(b, x, 2, pool) }, []float64{0, 5}, []float64{0, 0, 0.6, 0.8}},
		{"LPPool of the power 1/2 at a zero", []int{1, 1, 4}, []float64{0, 4, 0, 0}, func(b *B, x *N) *N { return nn.LPPool(b, x, 0.5, pool) }, []float64{4, 0}, []float64{0, 1, 0, 0}},
		{"LPPool of the power 3 with a NaN", []int{1, 1, 4}, []float64{nan, 1, 2, 0}, func(b *B, x *N) *N { return nn.LPPool(b, x, 3, pool) }, []float64{nan, 2}, nil},
		{"LPPool cut off at the end", []int{1, 1, 3}, []float64{1, 2, 4}, func(b *B, x *N) *N { return nn.LPPool(b, x, 2, nn.PoolOptions{Kernel: []int{2}, Ceil: true}) }, []float64{math.Sqrt(5), 4}, nil},

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
			return b.Slice(nn.Attention(b, x, x, x, b.Const(mask, 2, 2)), graph.Range(0, 1))
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
		return nn.Attention(b, x, x, x, b.Const([]float64{-inf, -inf}, 2))
	}, []float64{0, 0, 0, 0}, []float64{0, 0, 0, 0}}.check(t)
	point{"hidden key that is NaN", []int{2, 2}, []float64{.1, .2, nan, inf}, func(b *B, x *N) *N {
		q := b.Slice(x, graph.Range(0, 1))
		return nn.Attention(b, q, x, x, b.Const([]float64{0, -inf}, 1, 2))
	}, []float64{.1, .2}, []float64{1, 1, 0, 0}}.check(t)
}

// TestPicking holds what reads some elements to no trace of the others: interpolation,
// windows of channels, differences and quantiles beside infinite elements and NaN.
func TestPicking(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	line := []int{1, 1, 4}
	resize := func(mode nn.ResizeMode, n int) func(b *B, x *N) *N {
		return func(b *B, x *N) *N { return nn.Resize(b, x, nn.ResizeOptions{Mode: mode, Size: []int{n}}) }
	}
	grid := func(mode nn.ResizeMode, pad nn.GridPad, at ...float64) func(b *B, x *N) *N {
		return func(b *B, x *N) *N {
			return nn.GridSample(b, x, b.Const(at, 1, len(at), 1), nn.GridOptions{Mode: mode, Pad: pad, AlignCorners: true})
		}
	}
	for _, bad := range []float64{inf, -inf, nan} {
		for _, p := range []point{
			{"nearest", line, []float64{bad, 1, 2, 3}, resize(nn.ResizeNearest, 8), []float64{bad, bad, 1, 1, 2, 2, 3, 3}, []float64{2, 2, 2, 2}},
			{"exactly nearest", line, []float64{bad, 1, 2, 3}, resize(nn.ResizeNearestExact, 2), []float64{1, 3}, []float64{0, 1, 0, 1}},
			{"linear to the same extent", line, []float64{0, bad, 2, 3}, resize(nn.ResizeLinear, 4), []float64{0, bad, 2, 3}, []float64{1, 1, 1, 1}},
			{"linear to twice the extent", line, []float64{bad, 1, 2, 3}, resize(nn.ResizeLinear, 8), []float64{bad, bad, bad, 1.25, 1.75, 2.25, 2.75, 3}, []float64{2, 2, 2, 2}},
			{"cubic to the same extent", line, []float64{0, bad, 2, 3}, resize(nn.ResizeCubic, 4), []float64{0, bad, 2, 3}, []float64{1, 1, 1, 1}},
			{"mean of windows", line, []float64{bad, 1, 2, 3}, resize(nn.ResizeArea, 2), []float64{bad, 2.5}, []float64{.5, .5, .5, .5}},
			{"nearest points", line, []float64{0, 1, 2, bad}, grid(nn.ResizeNearest, nn.GridZeros, -1, -.4, 1, 2), []float64{0, 1, bad, 0}, []float64{1, 1, 0, 1}},
			{"points at the middles of places", line, []float64{0, 1, bad, 3}, grid(nn.ResizeLinear, nn.GridZeros, -1, -1./3, 1), []float64{0, 1, 3}, nil},
			{"points beyond the border", line, []float64{0, 1, bad, 3}, grid(nn.ResizeLinear, nn.GridBorder, -2, 2, inf), []float64{0, 3, 3}, []float64{1, 0, 0, 2}},
			{"points mirrored", line, []float64{0, 1, 2, bad}, grid(nn.ResizeLinear, nn.GridReflect, -2), []float64{1.5}, []float64{0, .5, .5, 0}},
			{"cubic point at the middle of a place", line, []float64{bad, 1, 2, 3}, grid(nn.ResizeCubic, nn.GridBorder, 1), []float64{3}, []float64{0, 0, 0, 1}},
			{"point that is NaN", line, []float64{0, 1, 2, 3}, grid(nn.ResizeLinear, nn.GridZeros, nan, 1), []float64{nan, 3}, nil},
			{"nearest point that is NaN", line, []float64{0, 1, 2, 3}, grid(nn.ResizeNearest, nn.GridBorder, nan, 1), []float64{nan, 3}, nil},
			{"windows of channels", []int{1, 4, 1}, []float64{bad, 1, 1, 1}, func(b *B, x *N) *N {
				return b.Slice(nn.LocalResponseNorm(b, x, nn.LocalResponseOptions{Size: 3, Alpha: 1, Beta: .5, K: 1}), graph.All(), graph.Range(2, 4))
			}, []float64{1 / math.Sqrt(2), 1 / math.Sqrt(5./3)}, nil},
			{"differences", []int{5}, []float64{bad, 1, 3, 6, 10}, func(b *B, x *N) *N { return b.Slice(special.Differences(b, x, nil, 0, 1), graph.Range(2, 5)) },
				[]float64{2.5, 3.5, 4}, []float64{0, -.5, -.5, -.5, 1.5}},
			{"differences of equal steps", []int{3}, []float64{1, bad, 3}, func(b *B, x *N) *N {
				return b.Slice(special.Differences(b, x, []float64{0, 2, 4}, 0, 1), graph.Range(1, 2))
			},
				[]float64{.5}, []float64{-.25, 0, .25}},
			{"quantile without NaN", []int{4}, []float64{nan, 1, inf, 2}, func(b *B, x *N) *N { return special.NaNQuantile(b, x, .25, 0, special.Linear) },
				[]float64{1.5}, []float64{0, .5, 0, .5}},
			{"median without NaN", []int{2, 3}, []float64{nan, 1, inf, nan, nan, nan}, func(b *B, x *N) *N { return special.NaNMedian(b, x, 1) }, []float64{1, nan}, nil},
		} {
			p.name = fmt.Sprint(p.name, " beside ", bad)
			p.check(t)
		}
	}
}

// TestGridSlopes holds the gradient by the grid, at the middles of places, to PyTorch's.
func TestGridSlopes(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	squares := func(mode nn.ResizeMode) func(b *B, x *N) *N {
		return func(b *B, x *N) *N {
			return nn.GridSample(b, b.Const([]float64{0, 1, 4, 9, 16}, 1, 1, 5), x, nn.GridOptions{Mode: mode, Pad: nn.GridZeros, AlignCorners: true})
		}
	}
	at := []float64{-.5, 0, .5, 1}
	point{"linear", []int{1, 4, 1}, at, squares(nn.ResizeLinear), []float64{1, 4, 9, 16}, []float64{6, 10, 14, -32}}.check(t)
	// Keys' kernel gives the slope of the parabola through the neighbours, times 3/2.
	point{"cubic", []int{1, 3, 1}, at[:3], squares(nn.ResizeCubic), []float64{1, 4, 9}, []float64{6, 12, 18}}.check(t)
	ramp := make([]float64, 25)
	for i := range ramp {
		ramp[i] = float64(i % 5)
	}
	for _, corners := range []bool{true, false} {
		want := map[bool]float64{true: 18, false: 22.5}[corners]
		point{fmt.Sprint("identity, corners ", corners), []int{1, 2, 3}, []float64{1, 0, 0, 0, 1, 0}, func(b *B, x *N) *N {
			y := nn.GridSample(b, b.Const(ramp, 1, 1, 5, 5), nn.AffineGrid(b, x, []int{5, 5}, corners), nn.GridOptions{Mode: nn.ResizeLinear, Pad: nn.GridZeros, AlignCorners: corners})
			return b.Sum(b.Slice(y, graph.All(), graph.All(), graph.Range(1, 4), graph.Range(1, 4)))
		}, []float64{18}, []float64{0, 0, want, 0, 0, 0}}.check(t)
	}
}

// TestZeroNorms holds what divides by a norm to numbers where the norm is 0, in values
// and in gradients.
func TestZeroNorms(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	rows, x := []int{2, 2}, []float64{0, 0, 3, 4}
	for _, p := range []point{
		{"normalized", rows, x, func(b *B, x *N) *N { return nn.Normalize(b, x, 2, 1, .5) }, []float64{0, 0, .6, .8}, []float64{2, 2, .032, -.024}},
		{"weights", rows, x, func(b *B, x *N) *N { return nn.WeightNorm(b, x, b.Const([]float64{3, 5}, 2, 1), 0) }, []float64{0, 0, 3, 4}, []float64{3, 3, .16, -.12}},
		{"held below a limit", rows, x, func(b *B, x *N) *N { return special.Renorm(b, x, 2, 0, 1) }, []float64{0, 0, 3 / (5 + 1e-7), 4 / (5 + 1e-7)}, nil},
		{"cosines", rows, x, func(b *B, x *N) *N {
			return special.CosineSimilarity(b, x, b.Const([]float64{1, 0, 1, 0}, 2, 2), 1, 1e-8)
		}, []float64{0, .6}, nil},
		{"distances", rows, x, func(b *B, x *N) *N { return special.PairwiseDistance(b, x, b.Const([]float64{0, 0}, 2), 2, 0) }, []float64{0, 5}, []float64{0, 0, .6, .8}},
		{"distances of the order 3", rows, []float64{0, 0, 0, 2}, func(b *B, x *N) *N { return special.PairwiseDistance(b, x, b.Const([]float64{0, 0}, 2), 3, 0) }, []float64{0, 2}, []float64{0, 0, 0, 1}},
		{"root of the mean square", rows, x, func(b *B, x *N) *N {
			return nn.RMSNorm(b, "norm", b.Slice(x, graph.Range(0, 1)), nn.NormOptions{Eps: .25})
		}, []float64{0, 0}, []float64{2, 2, 0, 0}},
		{"constant row", rows, []float64{7, 7, 1, 3}, func(b *B, x *N) *N { return nn.Standardize(b, x, .25, 1) }, []float64{0, 0, -1 / math.Sqrt(1.25), 1 / math.Sqrt(1.25)}, []float64{0, 0, 0, 0}},
	} {
		p.check(t)
	}
}

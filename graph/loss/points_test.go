package loss_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

// pointLoss is a loss of one element with its formula and slope by x.
type pointLoss struct {
	name         string
	f            func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node
	x, y         []float64 // points of x, each against each target
	value, slope func(x, y float64) float64
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// weighed is w·x, 0 for the weight 0.
func weighed(w, x float64) float64 {
	if w == 0 {
		return 0
	}
	return w * x
}

var everywhere = []float64{0, 1, -1, 1e-30, -1e-30, 30, -30, 1e4, -1e4, float64(float32(1e30)), -float64(float32(1e30)), math.Inf(1), math.Inf(-1), math.NaN()}

func pointLosses() []pointLoss {
	type B = graph.Builder
	type N = gorgonia.Node
	signs, bits := []float64{-1, 1}, []float64{0, .5, 1}
	huber := func(delta, by float64) (value, slope func(x, y float64) float64) {
		return func(x, y float64) float64 {
				if e := math.Abs(x - y); e > delta {
					return by * delta * (e - delta/2)
				}
				return by * (x - y) * (x - y) / 2
			}, func(x, y float64) float64 {
				return by * min(delta, max(-delta, x-y))
			}
	}
	h, hs := huber(.75, 1)
	s, ss := huber(.5, 2)
	held := func(x float64) float64 { return max(-100, math.Log(x)) }
	return []pointLoss{
		{"mse", with(loss.MSE, loss.Each), everywhere, []float64{0, 2}, func(x, y float64) float64 { return (x - y) * (x - y) }, func(x, y float64) float64 { return 2 * (x - y) }},
		{"huber", func(b *B, x, y *N) *N { return loss.Huber(b, x, y, .75, loss.Each) }, everywhere, []float64{0, 2}, h, hs},
		{"smooth L1", func(b *B, x, y *N) *N { return loss.SmoothL1(b, x, y, .5, loss.Each) }, everywhere, []float64{0, 2}, s, ss},
		{"bce of logits", with(loss.BCEWithLogits, loss.BCEWithLogitsOptions{Reduction: loss.Each}), everywhere, bits,
			func(x, y float64) float64 { return weighed(y, softplus(-x)) + weighed(1-y, softplus(x)) },
			func(x, y float64) float64 { return (1-y)*logistic(x) - y*logistic(-x) }},
		{"weighted bce of logits", func(b *B, x, y *N) *N {
			return loss.BCEWithLogits(b, x, y, loss.BCEWithLogitsOptions{PositiveWeight: b.Scalar(3), Reduction: loss.Each})
		}, everywhere, bits,
			func(x, y float64) float64 { return weighed(3*y, softplus(-x)) + weighed(1-y, softplus(x)) },
			func(x, y float64) float64 { return (1-y)*logistic(x) - 3*y*logistic(-x) }},
		{"bce", with(loss.BCE, loss.Each), []float64{0, .25, .5, 1e-30, math.NaN()}, bits,
			func(x, y float64) float64 { return -weighed(y, held(x)) - weighed(1-y, held(1-x)) },
			func(x, y float64) float64 { return (x - y) / max(x*(1-x), 1e-12) }},
		{"kl divergence", with(loss.KLDivergence, loss.KLDivergenceOptions{Reduction: loss.Each}), everywhere[:13], bits,
			func(x, y float64) float64 { return weighed(y, math.Log(y)) - weighed(y, x) }, func(x, y float64) float64 { return -y }},
		{"kl divergence of logarithms", with(loss.KLDivergence, loss.KLDivergenceOptions{LogTarget: true, Reduction: loss.Each}), everywhere[:10], []float64{math.Inf(-1), -2},
			func(x, y float64) float64 { return weighed(math.Exp(y), y-x) }, func(x, y float64) float64 { return -math.Exp(y) }},
		{"poisson", with(loss.PoissonNLL, loss.PoissonNLLOptions{Reduction: loss.Each}), everywhere, []float64{0, 3},
			func(x, y float64) float64 { return math.Exp(x) - weighed(y, x) }, func(x, y float64) float64 { return math.Exp(x) - y }},
		{"poisson of means", with(loss.PoissonNLL, loss.PoissonNLLOptions{Rate: true, Reduction: loss.Each}), []float64{1, 30, 1e4}, []float64{0, 3},
			func(x, y float64) float64 { return x - weighed(y, math.Log(x)) }, func(x, y float64) float64 { return 1 - y/x }},
		{"poisson of the mean 0", with(loss.PoissonNLL, loss.PoissonNLLOptions{Rate: true, Reduction: loss.Each}), []float64{0}, []float64{0},
			func(x, y float64) float64 { return 0 }, func(x, y float64) float64 { return 1 }},
		{"soft margin", with(loss.SoftMargin, loss.Each), everywhere, signs, func(x, y float64) float64 { return softplus(-x * y) }, func(x, y float64) float64 { return -y * logistic(-x*y) }},
		{"hinge embedding", func(b *B, x, y *N) *N { return loss.HingeEmbedding(b, x, y, 2, loss.Each) }, everywhere, signs,
			func(x, y float64) float64 {
				if y == 1 {
					return x
				}
				return max(0, 2-x)
			},
			func(x, y float64) float64 {
				if y == 1 || x < 2 || x != x {
					return y
				}
				return 0
			}},
		{"margin ranking", func(b *B, x, y *N) *N { return loss.MarginRanking(b, x, b.Scale(y, 0), y, 2, loss.Each) }, everywhere, signs,
			func(x, y float64) float64 { return max(0, 2-y*x) },
			func(x, y float64) float64 {
				if y*x < 2 || x != x {
					return -y
				}
				return 0
			}},
	}
}

// TestLossPoints holds the losses of one element, and their slopes, to their formulas at
// zeros, tiny and huge numbers, infinities and NaN, in both types. Where x is NaN the
// slope is not looked at.
func TestLossPoints(t *testing.T) {
	for _, l := range pointLosses() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(l.name, " ", d), func(t *testing.T) {
				tol := map[graph.DType]float64{graph.Float32: 2e-6, graph.Float64: 1e-14}[d]
				n := len(l.x) * len(l.y)
				xs, ys := make([]float64, n), make([]float64, n)
				for i := range xs {
					xs[i], ys[i] = l.x[i%len(l.x)], l.y[i/len(l.x)]
				}
				b := graph.New(graph.NewParams(d, 1))
				x := b.Input("x", n)
				each := l.f(b, x, b.Const(ys, n))
				if b.Err() != nil {
					t.Fatal(b.Err())
				}
				g, err := autograd.Gradients(b.Sum(each), x)
				if err != nil {
					t.Fatal(err)
				}
				out := runs(t, b, map[string][]float64{"x": xs}, each, g[0])
				for i, at := range xs {
					value, slope := l.value(at, ys[i]), l.slope(at, ys[i])
					if d == graph.Float32 {
						value, slope = float64(float32(value)), float64(float32(slope))
					}
					where := fmt.Sprintf("x = %v, y = %v", at, ys[i])
					alike(t, where, out[0][i:i+1], []float64{value}, tol)
					if !math.IsNaN(at) {
						alike(t, where+", slope", out[1][i:i+1], []float64{slope}, tol)
					}
				}
			})
		}
	}
}

// TestSaturatedBCE holds BCE at probabilities of 1, and behind a sigmoid that has become
// one, to small or no gradients.
func TestSaturatedBCE(t *testing.T) {
	for d, top := range map[graph.DType]float64{graph.Float32: 0x1p24, graph.Float64: 1e12} {
		b := graph.New(graph.NewParams(d, 1))
		p, z := b.Input("p", 2), b.Input("z", 4)
		y := b.Const([]float64{1, 0, 1, 0}, 4)
		raw, behind := loss.BCE(b, p, b.Const([]float64{1, 0}, 2), loss.Each), loss.BCE(b, b.Sigmoid(z), y, loss.Each)
		g, err := autograd.Gradients(b.Add(b.Sum(raw), b.Sum(behind)), p, z)
		if err != nil {
			t.Fatal(err)
		}
		out := runs(t, b, map[string][]float64{"p": {1, 1}, "z": {40, 40, -800, -800}}, raw, behind, g[0], g[1])
		alike(t, "losses of probabilities", out[0], []float64{0, 100}, 0)
		alike(t, "losses of logits", out[1], []float64{0, 100, 100, 0}, 0)
		alike(t, "gradient by probabilities", out[2], []float64{0, top}, 1e-6)
		alike(t, "gradient by logits", out[3], []float64{0, 0, 0, 0}, 1e-5)
	}
}

// TestLossRefusals checks every loss of two operands: shapes that would broadcast, and
// targets outside of its domain, as constants and as they are fed.
func TestLossRefusals(t *testing.T) {
	for _, l := range pairs() {
		b := graph.New(nil)
		if l.f(b, b.Input("x", 3, 1), b.Input("y", 3), loss.Each); !errors.Is(b.Err(), graph.ErrShape) {
			t.Errorf("%s of [3,1] and [3]: got %v, want ErrShape", l.name, b.Err())
		}
		if l.out == 0 {
			continue
		}
		b = graph.New(nil)
		var te *graph.TargetError
		if l.f(b, b.Input("x", 2, 1), b.Const([]float64{1, l.out}, 2, 1), loss.Mean); !errors.As(b.Err(), &te) || te.Row != 1 {
			t.Errorf("%s of the constant target %v: got %v, want a TargetError at row 1", l.name, l.out, b.Err())
		}
		b = graph.New(nil)
		mean := l.f(b, b.Input("x", 2, 1), b.Reshape(b.Input("y", 2), 2, 1), loss.Mean)
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{mean}})
		if err != nil {
			t.Fatal(err)
		}
		if err := graph.InputOf[float64](p, "y").Set([]float64{1, l.out}); !errors.As(err, &te) || te.Row != 1 || te.Input != "y" {
			t.Errorf("%s fed the target %v: got %v, want a TargetError at row 1", l.name, l.out, err)
		}
		if err := graph.InputOf[float64](p.Fork(), "y").Set([]float64{1, 1}); err != nil {
			t.Errorf("%s fed the targets 1: got %v", l.name, err)
		}
	}
}

package graph_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
	"gorgonia.org/gorgonia"
)

// swept is a loss or a layer as a function of x: [3, 4] of numbers in (0, 1).
type swept struct {
	method string // of the Builder
	f      func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
	whole  bool // the result is one for all rows; else its first axis counts the rows
	shape  []int
}

// sweptFiles are the files whose exported functions must be swept.
var sweptFiles = []string{"loss/*.go", "nn/attention.go", "nn/attentionstep.go", "nn/layers.go", "nn/multihead.go", "nn/norms.go", "nn/normalize.go",
	"nn/positions.go", "nn/sequential.go", "nn/transformer.go", "special/distance.go"}

// notSwept are methods that compute nothing of a prediction, with the reason.
var notSwept = map[string]string{
	"CausalMask":             "a mask",
	"LearnedPositions":       "a parameter",
	"PaddingMask":            "a mask",
	"SinusoidalPositions":    "a constant",
	"MultiHeadAttentionStep": "a position of MultiHeadAttention",
	"TransformerEncoderStep": "a position of TransformerEncoderBlock",
	"TransformerDecoderStep": "a position of TransformerDecoderBlock",
	"MeanOver":               "it takes one element",
	"MeanOf":                 "a mask",
	"L1":                     "it takes parameters",
	"L2":                     "it takes parameters",
	"ElasticNet":             "it takes parameters",
	"RowDistances":           "all rows meet; CrossDistances has the same formula",
	"CrossDistances":         "its rows are pairs; PairwiseDistance has the same formula",
}

func targets(v ...float64) func(b *graph.Builder) *gorgonia.Node {
	return func(b *graph.Builder) *gorgonia.Node { return b.Const(v, 3, 4) }
}

var (
	probable = targets(1, 0, 0, 0, .5, .25, .25, 0, 0, 0, 1, 0)
	signs    = targets(1, -1, 1, -1, 1, 1, -1, -1, -1, 1, 1, -1)
	amounts  = targets(.3, .1, .7, 2, .5, .4, .9, .2, .6, .1, 3, .2)
)

func three(b *graph.Builder) *gorgonia.Node { return b.ConstInts([]int{1, 0, 3}, 3) }

func against(y func(b *graph.Builder) *gorgonia.Node, f func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node) func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	return func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return f(b, x, y(b)) }
}

// reduced is a loss of two operands with its last argument.
func reduced[O any](f func(b *graph.Builder, x, y *gorgonia.Node, o ...O) *gorgonia.Node, o O) func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	return func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return f(b, x, y, o) }
}

// sweep is every loss and every layer.
func sweep() []swept {
	type B = graph.Builder
	type N = gorgonia.Node
	four := func(b *B) *N { return b.Const([]float64{1, 2, .5, 0}, 4) }
	one := func(b *B) *N { return b.Const([]float64{1, -1, 1}, 3) }
	images := []int{3, 2, 2}
	scale := func(v ...float64) nn.NormOptions {
		return nn.NormOptions{Gain: graph.Values(v), Bias: graph.Values(v)}
	}
	norm4, norm2 := scale(1, 2, .5, 0), scale(1.5, .5)
	return []swept{
		{"MSE", against(amounts, reduced(loss.MSE, loss.Mean)), true, nil},
		{"MSE", against(amounts, reduced(loss.MSE, loss.Sum)), true, nil},
		{"MSE", against(amounts, reduced(loss.MSE, loss.Each)), false, nil},
		{"MAE", against(amounts, reduced(loss.MAE, loss.Each)), false, nil},
		{"Huber", against(amounts, func(b *B, x, y *N) *N { return loss.Huber(b, x, y, .5, loss.Each) }), false, nil},
		{"SmoothL1", against(amounts, func(b *B, x, y *N) *N { return loss.SmoothL1(b, x, y, .5, loss.Each) }), false, nil},
		{"BCE", against(probable, reduced(loss.BCE, loss.Each)), false, nil},
		{"BCEWithLogits", against(probable, reduced(loss.BCEWithLogits, loss.BCEWithLogitsOptions{Reduction: loss.Each})), false, nil},
		{"BCEWithLogits", against(probable, func(b *B, x, y *N) *N {
			return loss.BCEWithLogits(b, x, y, loss.BCEWithLogitsOptions{PositiveWeight: four(b), Reduction: loss.Each})
		}), false, nil},
		{"CourseCrossEntropy", against(probable, reduced(loss.CourseCrossEntropy, loss.Each)), false, nil},
		{"CrossEntropy", against(three, reduced(loss.CrossEntropy, loss.CrossEntropyOptions{})), true, nil},
		{"CrossEntropy", against(three, reduced(loss.CrossEntropy, loss.CrossEntropyOptions{Reduction: loss.Each})), false, nil},
		{"CrossEntropy", against(three, func(b *B, x, y *N) *N {
			return loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Weight: four(b)})
		}), true, nil},
		{"CrossEntropy", against(three, reduced(loss.CrossEntropy, loss.CrossEntropyOptions{Ignore: new(0)})), true, nil},
		{"CrossEntropy", against(three, func(b *B, x, y *N) *N {
			return loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Weight: four(b), Ignore: new(0), Smoothing: .1, Reduction: loss.Each})
		}), false, nil},
		{"CrossEntropy", func(b *B, x *N) *N {
			return loss.CrossEntropy(b, x, b.ConstInts([]int{1, 0, 0, 1, 0, 1}, 3, 2), loss.CrossEntropyOptions{Axis: 1, Reduction: loss.Each})
		}, false, images},
		{"NLL", func(b *B, x *N) *N {
			return loss.NLL(b, b.LogSoftmax(x), three(b), loss.CrossEntropyOptions{Reduction: loss.Each})
		}, false, nil},
		{"NLL", func(b *B, x *N) *N {
			return loss.NLL(b, b.LogSoftmax(x), three(b), loss.CrossEntropyOptions{Ignore: new(3), Smoothing: 1, Reduction: loss.Each})
		}, false, nil},
		{"SoftCrossEntropy", against(probable, reduced(loss.SoftCrossEntropy, loss.SoftCrossEntropyOptions{Reduction: loss.Each})), false, nil},
		{"SoftCrossEntropy", against(probable, func(b *B, x, y *N) *N {
			return loss.SoftCrossEntropy(b, x, y, loss.SoftCrossEntropyOptions{Weight: four(b), Smoothing: .1, Reduction: loss.Each})
		}), false, nil},
		{"KLDivergence", against(probable, func(b *B, x, y *N) *N {
			return loss.KLDivergence(b, x, b.AddConst(b.Scale(y, .9), .01), loss.KLDivergenceOptions{Reduction: loss.Each})
		}), false, nil},
		{"KLDivergence", against(amounts, reduced(loss.KLDivergence, loss.KLDivergenceOptions{LogTarget: true, Reduction: loss.Each})), false, nil},
		{"PoissonNLL", against(amounts, reduced(loss.PoissonNLL, loss.PoissonNLLOptions{Full: true, Reduction: loss.Each})), false, nil},
		{"PoissonNLL", against(amounts, reduced(loss.PoissonNLL, loss.PoissonNLLOptions{Rate: true, Reduction: loss.Each})), false, nil},
		{"GaussianNLL", against(amounts, func(b *B, x, y *N) *N {
			return loss.GaussianNLL(b, x, y, b.AddConst(x, .5), loss.GaussianNLLOptions{Full: true, Reduction: loss.Each})
		}), false, nil},
		{"Hinge", against(signs, reduced(loss.Hinge, loss.Each)), false, nil},
		{"SoftMargin", against(signs, reduced(loss.SoftMargin, loss.Each)), false, nil},
		{"HingeEmbedding", against(signs, func(b *B, x, y *N) *N { return loss.HingeEmbedding(b, x, y, 2, loss.Each) }), false, nil},
		{"MarginRanking", against(signs, func(b *B, x, y *N) *N { return loss.MarginRanking(b, x, amounts(b), y, 4, loss.Each) }), false, nil},
		{"CosineEmbedding", func(b *B, x *N) *N { return loss.CosineEmbedding(b, x, amounts(b), one(b), -1, loss.Each) }, false, nil},
		{"TripletMargin", func(b *B, x *N) *N {
			return loss.TripletMargin(b, x, amounts(b), signs(b), 3, loss.TripletMarginOptions{Eps: 1e-6, Swap: true, Reduction: loss.Each})
		}, false, nil},
		{"MultiMargin", against(three, func(b *B, x, y *N) *N {
			return loss.MultiMargin(b, x, y, 1, loss.MultiMarginOptions{Power: 2, Reduction: loss.Each})
		}), false, nil},
		{"MultiLabelMargin", func(b *B, x *N) *N { return loss.MultiLabelMargin(b, x, [][]int{{1, 2}, {0}, {3, 3}}, loss.Each) }, false, nil},
		{"MultiLabelSoftMargin", against(probable, reduced(loss.MultiLabelSoftMargin, loss.MultiLabelSoftMarginOptions{Reduction: loss.Each})), false, nil},
		{"CTC", func(b *B, x *N) *N {
			steps := b.MoveAxes(b.Reshape(x, 3, 4, 1), []int{1}, []int{0}) // [T, N, 1]
			return loss.CTC(b, b.LogSoftmax(b.Concat(2, steps, b.Scale(steps, 2), b.Neg(steps))), b.ConstInts([]int{1, 2, 1, 1, 2, 1}, 3, 2), 0, loss.Each)
		}, false, nil},

		{"Attention", func(b *B, x *N) *N {
			q := b.Reshape(x, 3, 2, 2)
			return nn.Attention(b, q, b.Scale(q, 2), q, nn.CausalMask(b, 2))
		}, false, nil},
		{"MultiHeadAttention", func(b *B, x *N) *N {
			return nn.MultiHeadAttention(b, "att", x, x, b.Scale(x, 2), nn.MultiHeadOptions{Heads: 2, KeyHeads: 1, KeyDim: 2, RotaryBase: 10, KeyLengths: b.ConstInts([]int{2, 1, 0}, 3)})
		}, false, images},
		{"Rotary", func(b *B, x *N) *N { return nn.Rotary(b, x, nn.RotaryOptions{}) }, false, images},
		{"TransformerEncoderBlock", func(b *B, x *N) *N {
			return nn.TransformerEncoderBlock(b, "block", x, nn.TransformerOptions{Heads: 2, Activation: nn.Tanh, Causal: true})
		}, false, images},
		{"TransformerDecoderBlock", func(b *B, x *N) *N {
			return nn.TransformerDecoderBlock(b, "block", x, b.Scale(x, 2), nn.TransformerOptions{Heads: 1, Activation: nn.GELU, NormFirst: true})
		}, false, images},
		{"Residual", func(b *B, x *N) *N { return nn.Residual(b, x, (*B).Tanh) }, false, nil},
		{"Sequential", func(b *B, x *N) *N { return nn.Sequential(b, "net", x, (*B).Tanh, (*B).Square) }, false, nil},
		{"Dense", func(b *B, x *N) *N { return nn.Dense(b, "dense", x, 3, nn.Tanh) }, false, nil},
		{"Linear", func(b *B, x *N) *N { return nn.Linear(b, "linear", x, nn.LinearOptions{Out: 3}) }, false, nil},
		{"Conv", func(b *B, x *N) *N {
			return nn.Conv(b, "conv", x, nn.ConvOptions{Out: 2, Kernel: []int{2}})
		}, false, images},
		{"ConvTranspose", func(b *B, x *N) *N {
			return nn.ConvTranspose(b, "conv", x, nn.ConvOptions{Out: 2, Kernel: []int{2}, Windowing: nn.Windowing{Stride: []int{2}}}, 1)
		}, false, images},
		{"Standardize", func(b *B, x *N) *N { return nn.Standardize(b, x, 1e-5, 1) }, false, nil},
		{"LayerNorm", func(b *B, x *N) *N { return nn.LayerNorm(b, "norm", x, norm4) }, false, nil},
		{"RMSNorm", func(b *B, x *N) *N { return nn.RMSNorm(b, "norm", x, nn.NormOptions{Gain: norm4.Gain}) }, false, nil},
		{"BatchNorm", func(b *B, x *N) *N {
			return b.Mul(nn.BatchNorm(b, "norm", x, nn.BatchNormOptions{NoRunning: true, Gain: norm4.Gain, Bias: norm4.Bias}), amounts(b))
		}, true, nil},
		{"BatchNormFixed", func(b *B, x *N) *N {
			return nn.BatchNormFixed(b, x, nn.Moments{Mean: four(b), Variance: four(b)}, four(b), four(b), 1e-5)
		}, false, nil},
		{"InstanceNorm", func(b *B, x *N) *N { return nn.InstanceNorm(b, "norm", x, nn.InstanceNormOptions{NormOptions: norm2}) }, false, images},
		{"GroupNorm", func(b *B, x *N) *N { return nn.GroupNorm(b, "norm", x, 2, norm2) }, false, images},
		{"NormalizeRMS", func(b *B, x *N) *N { return nn.NormalizeRMS(b, x, 1e-5, 1) }, false, nil},
		{"Normalize", func(b *B, x *N) *N { return nn.Normalize(b, x, 3, 1, 1e-12) }, false, nil},
		{"CosineSimilarity", func(b *B, x *N) *N { return special.CosineSimilarity(b, x, amounts(b), 1, 1e-8) }, false, nil},
		{"RunningStats", func(b *B, x *N) *N {
			m := nn.RunningStats(b, x, nn.Moments{Mean: four(b), Variance: four(b)}, .1)
			return b.Add(m.Mean, m.Variance)
		}, true, nil},
		{"PairwiseDistance", func(b *B, x *N) *N { return special.PairwiseDistance(b, x, amounts(b), 2, 1e-6) }, false, nil},
		{"Renorm", func(b *B, x *N) *N { return special.Renorm(b, x, 2, 0, .5) }, false, nil},
		{"WeightNorm", func(b *B, x *N) *N { return nn.WeightNorm(b, x, b.Const([]float64{1, 2, 3}, 3, 1), 0) }, false, nil},
		{"SpectralNorm", func(b *B, x *N) *N { return nn.SpectralNorm(b, x, b.Const([]float64{1, 2, 3}, 3), four(b), 0) }, true, nil},
		{"LocalResponseNorm", func(b *B, x *N) *N {
			return nn.LocalResponseNorm(b, x, nn.LocalResponseOptions{Size: 3, Alpha: 1, Beta: .75, K: 1})
		}, false, nil},
	}
}

// TestSweepIsComplete checks that every exported method of the files of losses and
// layers is swept, or named with a reason.
func TestSweepIsComplete(t *testing.T) {
	has := map[string]bool{}
	for _, s := range sweep() {
		has[s.method] = true
	}
	for _, pattern := range sweptFiles {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, name := range files {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				if m, ok := d.(*ast.FuncDecl); ok && takesBuilder(m) && m.Name.IsExported() && !has[m.Name.Name] && notSwept[m.Name.Name] == "" {
					t.Errorf("%s: %s is not swept", name, m.Name.Name)
				}
			}
		}
	}
}

// sweptProgram computes a swept function, its gradient along weights that differ, and
// the gradient of that gradient's weighted sum.
type sweptProgram struct {
	p          *graph.Program
	n          int // elements of the result
	rows       int // elements of the result for each row of x
	seed, turn []float64
}

var sweptX = []float64{.31, .72, .13, .54, .25, .66, .47, .88, .79, .11, .62, .43}

func (s swept) compile(t *testing.T, d graph.DType) *sweptProgram {
	t.Helper()
	shape := s.shape
	if shape == nil {
		shape = []int{3, 4}
	}
	b := graph.New(graph.NewParams(d, 1))
	x := b.Input("x", shape...)
	y := s.f(b, x)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	out := &sweptProgram{n: 1}
	for _, e := range b.Shape(y) {
		out.n *= e
	}
	out.rows = out.n / 3
	out.seed, out.turn = make([]float64, out.n), make([]float64, 12)
	for i := range out.seed {
		out.seed[i] = 1 + .25*math.Sin(float64(3*i))
	}
	for i := range out.turn {
		out.turn[i] = math.Cos(float64(5 * i))
	}
	g, err := autograd.Gradients(b.Sum(b.Mul(y, b.Const(out.seed, b.Shape(y)...))), x)
	if err != nil {
		t.Fatal(err)
	}
	slope := b.Sum(b.Mul(g[0], b.Const(out.turn, shape...)))
	h, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, slope, x)
	if err != nil {
		t.Fatal(err)
	}
	out.p, err = b.Compile(graph.Options{Outputs: gorgonia.Nodes{y, g[0], h[0]}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *sweptProgram) run(t *testing.T, x []float64) (y, g, h []float64) {
	t.Helper()
	if err := graph.InputOf[float64](s.p, "x").Set(x); err != nil {
		t.Fatal(err)
	}
	if err := s.p.Run(); err != nil {
		t.Fatal(err)
	}
	return graph.OutputOf[float64](s.p, 0).Read(nil), graph.OutputOf[float64](s.p, 1).Read(nil), graph.OutputOf[float64](s.p, 2).Read(nil)
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

// TestSweepDerivatives compares the first and the second derivative of every loss and
// layer, along a direction, with central differences in float64, and float32 with
// float64.
func TestSweepDerivatives(t *testing.T) {
	const step = 1e-5
	for i, s := range sweep() {
		t.Run(fmt.Sprint(s.method, i), func(t *testing.T) {
			p := s.compile(t, graph.Float64)
			y, g, h := p.run(t, sweptX)
			moved := func(by float64) []float64 {
				x := make([]float64, 12)
				for i := range x {
					x[i] = sweptX[i] + by*p.turn[i]
				}
				return x
			}
			y1, g1, _ := p.run(t, moved(step))
			y0, g0, _ := p.run(t, moved(-step))
			alike(t, "slope", []float64{dot(g, p.turn)}, []float64{(dot(y1, p.seed) - dot(y0, p.seed)) / (2 * step)}, 1e-7)
			second := make([]float64, 12)
			for i := range second {
				second[i] = (g1[i] - g0[i]) / (2 * step)
			}
			alike(t, "second derivative", h, second, 1e-5)
			y32, g32, h32 := s.compile(t, graph.Float32).run(t, sweptX)
			alike(t, "float32", y32, y, 1e-5)
			alike(t, "gradient in float32", g32, g, 1e-4)
			alike(t, "second derivative in float32", h32, h, 1e-3)
		})
	}
}

// TestSweepRows puts NaN and infinite elements into the first row: NaN must come out
// there, and the other rows, their gradients and second derivatives must stay as they
// are, in both types.
func TestSweepRows(t *testing.T) {
	for i, s := range sweep() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(s.method, i, " ", d), func(t *testing.T) {
				p := s.compile(t, d)
				y, g, h := p.run(t, sweptX)
				for _, bad := range []float64{nan, inf, -inf} {
					x := append([]float64{bad, bad, bad, bad}, sweptX[4:]...)
					yb, gb, hb := p.run(t, x)
					if math.IsNaN(bad) && !math.IsNaN(dot(yb[:max(1, p.rows)], p.seed)) {
						t.Errorf("got %v for NaN, want NaN", yb)
					}
					if s.whole {
						continue
					}
					alike(t, fmt.Sprint("other rows beside ", bad), yb[p.rows:], y[p.rows:], 0)
					alike(t, fmt.Sprint("gradients of other rows beside ", bad), gb[4:], g[4:], 0)
					alike(t, fmt.Sprint("second derivatives of other rows beside ", bad), hb[4:], h[4:], 0)
				}
			})
		}
	}
}

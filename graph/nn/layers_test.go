package nn_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// layer is a layer of the name h that may be called twice.
type layer struct {
	name   string
	shape  []int
	f      func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
	params []string // in order
}

// twice are all layers.
func twice() []layer {
	type B = graph.Builder
	type N = gorgonia.Node
	norm := nn.NormOptions{Gain: graph.Uniform(.5, 2), Bias: graph.Uniform(-1, 1)}
	both := []string{"h/gain", "h/bias"}
	rows, images := []int{3, 4}, []int{2, 4, 3, 3}
	return []layer{
		{"Dense", rows, func(b *B, x *N) *N { return nn.Dense(b, "h", x, 2, nn.Tanh) }, []string{"h/weight", "h/bias"}},
		{"Linear", rows, func(b *B, x *N) *N { return nn.Linear(b, "h", x, nn.LinearOptions{Out: 2, NoBias: true}) }, []string{"h/weight"}},
		{"Conv", images, func(b *B, x *N) *N { return nn.Conv(b, "h", x, nn.ConvOptions{Out: 2, Kernel: []int{2}}) }, []string{"h/weight", "h/bias"}},
		{"Linear with WeightNorm", rows, func(b *B, x *N) *N { return nn.Linear(b, "h", x, nn.LinearOptions{Out: 2, WeightNorm: true}) }, []string{"h/weight", "h/gain", "h/bias"}},
		{"Conv with WeightNorm", images, func(b *B, x *N) *N {
			return nn.Conv(b, "h", x, nn.ConvOptions{Out: 2, Kernel: []int{2}, NoBias: true, WeightNorm: true})
		}, []string{"h/weight", "h/gain"}},
		{"ConvTranspose", images, func(b *B, x *N) *N {
			return nn.ConvTranspose(b, "h", x, nn.ConvOptions{Out: 2, Kernel: []int{2}, Windowing: nn.Windowing{Stride: []int{2}, Groups: 2}}, 1)
		}, []string{"h/weight", "h/bias"}},
		{"Linear with SpectralNorm", rows, func(b *B, x *N) *N { return nn.Linear(b, "h", x, nn.LinearOptions{Out: 2, SpectralNorm: true}) }, []string{"h/weight", "h/bias"}},
		{"Bilinear", rows, func(b *B, x *N) *N { return nn.Bilinear(b, "h", x, b.Sin(x), nn.BilinearOptions{Out: 2}) }, []string{"h/weight", "h/bias"}},
		{"Embedding", rows, func(b *B, x *N) *N {
			return nn.Embedding(b, "h", b.ArgSort(x, 1, graph.Ascending), nn.EmbeddingOptions{Count: 4, Dim: 2})
		}, []string{"h/weight"}},
		{"EmbeddingBag", rows, func(b *B, x *N) *N {
			return nn.EmbeddingBag(b, "h", b.ArgSort(x, 1, graph.Ascending), nn.EmbeddingBagOptions{Count: 4, Dim: 2, BagOptions: nn.BagOptions{Mode: nn.BagMax}})
		}, []string{"h/weight"}},
		{"PReLU", rows, func(b *B, x *N) *N { return nn.PReLU(b, "h", x, nn.PReLUOptions{}) }, []string{"h/slope"}},
		{"LayerNorm", rows, func(b *B, x *N) *N { return nn.LayerNorm(b, "h", x, norm) }, both},
		{"RMSNorm", rows, func(b *B, x *N) *N { return nn.RMSNorm(b, "h", x, norm) }, both},
		{"BatchNorm", rows, func(b *B, x *N) *N {
			return nn.BatchNorm(b, "h", x, nn.BatchNormOptions{NoRunning: true, Gain: norm.Gain, Bias: norm.Bias})
		}, both},
		{"InstanceNorm", images, func(b *B, x *N) *N { return nn.InstanceNorm(b, "h", x, nn.InstanceNormOptions{NormOptions: norm}) }, both},
		{"GroupNorm", images, func(b *B, x *N) *N { return nn.GroupNorm(b, "h", x, 2, norm) }, both},
		{"Recurrent", []int{2, 3, 4}, func(b *B, x *N) *N {
			y, _ := nn.Recurrent(b, "h", x, nn.RecurrentOptions{Cell: nn.GRU, Hidden: 2, Bidirectional: true})
			return y
		}, []string{"h/layer0/input", "h/layer0/hidden", "h/layer0/bias", "h/layer0/hiddenbias",
			"h/layer0/reverse/input", "h/layer0/reverse/hidden", "h/layer0/reverse/bias", "h/layer0/reverse/hiddenbias"}},
		{"MultiHeadAttention", []int{2, 3, 4}, func(b *B, x *N) *N {
			return nn.MultiHeadAttention(b, "h", x, x, x, nn.MultiHeadOptions{Heads: 2, NoBias: true, Causal: true})
		}, []string{"h/query/weight", "h/key/weight", "h/value/weight", "h/out/weight"}},
		{"TransformerEncoderBlock", []int{2, 3, 4}, func(b *B, x *N) *N {
			return nn.TransformerEncoderBlock(b, "h", x, nn.TransformerOptions{Heads: 2, Hidden: 3, Activation: nn.Tanh})
		}, append(attention("h/attention"), "h/norm1/gain", "h/norm1/bias", "h/hidden/weight", "h/hidden/bias", "h/out/weight", "h/out/bias", "h/norm2/gain", "h/norm2/bias")},
		{"TransformerDecoderBlock", []int{2, 3, 4}, func(b *B, x *N) *N {
			return nn.TransformerDecoderBlock(b, "h", x, b.Square(x), nn.TransformerOptions{Heads: 1, Hidden: 3, Activation: nn.Tanh, Causal: true})
		}, slices.Concat(attention("h/attention"), []string{"h/norm1/gain", "h/norm1/bias"}, attention("h/memory"), []string{"h/norm2/gain", "h/norm2/bias",
			"h/hidden/weight", "h/hidden/bias", "h/out/weight", "h/out/bias", "h/norm3/gain", "h/norm3/bias"})},
	}
}

// attention are the parameters of a MultiHeadAttention of the name.
func attention(name string) (params []string) {
	for _, part := range heads {
		params = append(params, name+"/"+part+"/weight", name+"/"+part+"/bias")
	}
	return params
}

// names are those of the Builder's parameters, in order.
func names(b *graph.Builder) []string {
	var out []string
	for _, n := range b.ParamNodes() {
		out = append(out, n.Name())
	}
	return out
}

// TestLayersTwice calls every layer twice under one name: the parameters are there once,
// in the order of the first call, both results are those of the layer by itself, and the
// gradient is the sum of those of the two calls.
func TestLayersTwice(t *testing.T) {
	for _, l := range twice() {
		t.Run(l.name, func(t *testing.T) {
			p := graph.NewParams(graph.Float64, 3)
			x, y := graphtest.Wave(ir.Shape(l.shape).Size(), 1), graphtest.Wave(ir.Shape(l.shape).Size(), 2)
			alone := func(v []float64) (value []float64, grads [][]float64) {
				b := graph.New(p)
				out := l.f(b, b.Const(v, l.shape...))
				g, err := autograd.Gradients(b.Sum(b.Square(out)), b.ParamNodes()...)
				if err != nil {
					t.Fatal(err)
				}
				all := graphtest.Run(t, b, nil, append(gorgonia.Nodes{out}, g...)...)
				return all[0], all[1:]
			}
			first, gradsX := alone(x)
			second, gradsY := alone(y)

			b := graph.New(p)
			one, two := l.f(b, b.Const(x, l.shape...)), l.f(b, b.Const(y, l.shape...))
			if got := names(b); !slices.Equal(got, l.params) {
				t.Fatalf("got the parameters %q, want %q (%v)", got, l.params, b.Err())
			}
			cost := b.Add(b.Sum(b.Square(one)), b.Sum(b.Square(two)))
			g, err := autograd.Gradients(cost, b.ParamNodes()...)
			if err != nil {
				t.Fatal(err)
			}
			all := graphtest.Run(t, b, nil, append(gorgonia.Nodes{one, two}, g...)...)
			graphtest.Same(t, "first call", all[0], first)
			graphtest.Same(t, "second call", all[1], second)
			for i, name := range l.params {
				sum := make([]float64, len(gradsX[i]))
				for k := range sum {
					sum[k] = gradsX[i][k] + gradsY[i][k]
				}
				graphtest.Same(t, "gradient of "+name, all[2+i], sum)
			}
			if err := autograd.Check(b, cost, autograd.Point{}, autograd.CheckOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// siamese tells whether two points lie in one circle around the origin, by the distance of
// what one network makes of each.
type siamese struct {
	p       *graph.Params
	byNodes bool // the parameters are made once by hand
}

func (m siamese) Params() *graph.Params { return m.p }

func (m siamese) Loss(b *graph.Builder, n int) (cost, output *gorgonia.Node) {
	left, right := b.Input("left", n, 2), b.Input("right", n, 2)
	net := func(x *gorgonia.Node) *gorgonia.Node {
		return nn.Dense(b, "out", nn.Dense(b, "hidden", x, 8, nn.Tanh), 3, nn.Identity)
	}
	if m.byNodes {
		w0, b0 := b.Param("hidden/weight", graph.XavierUniform(), 2, 8), b.Param("hidden/bias", graph.Zeros(), 8)
		w1, b1 := b.Param("out/weight", graph.XavierUniform(), 8, 3), b.Param("out/bias", graph.Zeros(), 3)
		net = func(x *gorgonia.Node) *gorgonia.Node {
			return b.Add(b.MatMul(b.Tanh(b.Add(b.MatMul(x, w0), b0)), w1), b1)
		}
	}
	u, v := net(left), net(right)
	logit := b.AddConst(b.Neg(b.Sum(b.Square(b.Sub(u, v)), 1)), 1)
	output = b.Reshape(logit, n, 1)
	return loss.BCEWithLogits(b, output, b.Input("y", n, 1)), output
}

// pairs are pairs of points, and whether both lie in the unit circle or both outside.
func pairs(t *testing.T, n int) *data.Dataset {
	t.Helper()
	left, right, y := graphtest.Wave(2*n, 1), graphtest.Wave(2*n, 9), make([]float64, n)
	inside := func(v []float64) bool { return math.Hypot(v[0], v[1]) < 1 }
	for i := range y {
		if inside(left[2*i:2*i+2]) == inside(right[2*i:2*i+2]) {
			y[i] = 1
		}
	}
	set, err := data.New(data.Field{Name: "left", Shape: []int{2}, Floats: left},
		data.Field{Name: "right", Shape: []int{2}, Floats: right}, data.Field{Name: "y", Shape: []int{1}, Floats: y})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestSiamese trains one network that is called twice: the losses are those of a network
// whose parameters are made by hand, bit for bit, and fall.
func TestSiamese(t *testing.T) {
	set := pairs(t, 64)
	var losses [2][]float64
	for i := range losses {
		m := siamese{graph.NewParams(graph.Float64, 5), i == 1}
		tr, err := train.New(m, train.Options{Epochs: 40, BatchSize: 16, Seed: 2, Schedule: schedule.Constant(0.02)})
		if err != nil {
			t.Fatal(err)
		}
		h, err := tr.Fit(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		losses[i] = h.Losses()
		if len(m.p.List()) != 4 {
			t.Errorf("got %d parameters, want 4", len(m.p.List()))
		}
	}
	if !slices.Equal(losses[0], losses[1]) {
		t.Errorf("got the losses %v, want %v", losses[0], losses[1])
	}
	if l := losses[0]; !(l[len(l)-1] < 0.8*l[0]) {
		t.Errorf("got the losses %v and %v, want the last far below the first", l[0], l[len(l)-1])
	}
}

// TestAdversaries builds a generator and a discriminator that judges both real and made
// numbers: each cost has gradients by the parameters of its own network alone, and the
// discriminator's add up over both of its calls.
func TestAdversaries(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float64, 4))
	judge := func(x *gorgonia.Node) *gorgonia.Node {
		var y *gorgonia.Node
		b.Scope("judge", func() { y = nn.Dense(b, "out", nn.Dense(b, "in", x, 4, nn.Tanh), 1, nn.Identity) })
		return y
	}
	var made *gorgonia.Node
	b.Scope("maker", func() { made = nn.Dense(b, "out", b.Input("noise", 3, 2), 2, nn.Tanh) })
	real := judge(b.Input("real", 3, 2))
	fake, frozen := judge(made), judge(b.StopGradient(made))
	ones, zeros := b.Const([]float64{1, 1, 1}, 3, 1), b.Const([]float64{0, 0, 0}, 3, 1)
	judging := b.Add(loss.BCEWithLogits(b, real, ones), loss.BCEWithLogits(b, frozen, zeros))
	making := loss.BCEWithLogits(b, fake, ones)

	want := []string{"maker/out/weight", "maker/out/bias", "judge/in/weight", "judge/in/bias", "judge/out/weight", "judge/out/bias"}
	if got := names(b); !slices.Equal(got, want) {
		t.Fatalf("got the parameters %q, want %q (%v)", got, want, b.Err())
	}
	at := autograd.Point{Floats: map[string][]float64{"noise": graphtest.Wave(6, 1), "real": graphtest.Wave(6, 2)}}
	if err := autograd.Check(b, making, at, autograd.CheckOptions{}); err != nil {
		t.Error("maker's cost:", err)
	}
	var loose []string
	grads, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true, Unconnected: func(n *gorgonia.Node) { loose = append(loose, n.Name()) }},
		judging, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(loose, want[:2]) {
		t.Errorf("got %q without a gradient, want %q", loose, want[:2])
	}
	first, err := autograd.Gradients(loss.BCEWithLogits(b, real, ones), b.ParamNodes()[2:]...)
	if err != nil {
		t.Fatal(err)
	}
	second, err := autograd.Gradients(loss.BCEWithLogits(b, frozen, zeros), b.ParamNodes()[2:]...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range first {
		v := graphtest.Run(t, b, at.Floats, grads[2+i], b.Add(first[i], second[i]))
		graphtest.Same(t, fmt.Sprint("gradient of ", want[2+i]), v[0], v[1])
	}
}

// TestSharedAcrossGraphs checks that a layer that is called twice in one graph, and once in
// another of the same Params, has one set of parameters.
func TestSharedAcrossGraphs(t *testing.T) {
	p := graph.NewParams(graph.Float32, 1)
	for calls := range 3 {
		b := graph.New(p)
		for i := range calls + 1 {
			nn.Dense(b, "h", b.Input(fmt.Sprint("x", i), i+1, 3), 4, nn.ReLU) // other numbers of examples
		}
		if b.Err() != nil || len(p.List()) != 2 || len(b.ParamNodes()) != 2 {
			t.Errorf("%d calls: got %d parameters and %v", calls+1, len(p.List()), b.Err())
		}
	}
}

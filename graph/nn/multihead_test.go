package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// waves sets the weights and biases of Linear layers within the scope to waves of the
// seeds first, first+1, ... and, for the biases, first+len(layers), ...
func waves(t *testing.T, p *graph.Params, scope string, first float64, layers ...string) {
	t.Helper()
	for i, layer := range layers {
		for k, kind := range []string{"/weight", "/bias"} {
			name := scope + layer + kind
			if err := p.Set(name, graphtest.Wave(p.Get(name).Size(), first+float64(i+k*len(layers)))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// heads are the layers of MultiHeadAttention.
var heads = []string{"query", "key", "value", "out"}

// projected returns y, and of the gradient of Σ y·weights by each input and parameter the
// product with a wave: one number that depends on all elements.
func projected(t *testing.T, b *graph.Builder, y *gorgonia.Node, weights []float64, feeds map[string][]float64) ([]float64, map[string]float64) {
	t.Helper()
	var wrt gorgonia.Nodes
	for _, n := range append(b.InputNodes(), b.ParamNodes()...) {
		if n.Dtype() == y.Dtype() {
			wrt = append(wrt, n)
		}
	}
	g, err := autograd.Gradients(b.Sum(b.Mul(y, b.Const(weights, b.Shape(y)...))), wrt...)
	if err != nil {
		t.Fatal(err)
	}
	all := graphtest.Run(t, b, feeds, append(gorgonia.Nodes{y}, g...)...)
	slopes := map[string]float64{}
	for i, n := range wrt {
		for k, w := range graphtest.Wave(len(all[1+i]), 9) {
			slopes[n.Name()] += w * all[1+i][k]
		}
	}
	return all[0], slopes
}

// hold compares numbers by name with those that are wanted.
func hold(t *testing.T, what string, got, want map[string]float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %d numbers, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		if g, ok := got[name]; !ok || !(math.Abs(g-w) <= 1e-12*(1+math.Abs(w))) {
			t.Errorf("%s: %s: got %v, want %v", what, name, g, w)
		}
	}
}

// TestMultiHeadAttention holds cross-attention with lengths and causal self-attention,
// and their gradients, to what PyTorch's nn.MultiheadAttention gives.
func TestMultiHeadAttention(t *testing.T) {
	b := graph.New(nil)
	q, k, v := b.Input("q", 2, 3, 4), b.Input("k", 2, 5, 4), b.Input("v", 2, 5, 4)
	y := nn.MultiHeadAttention(b, "att", q, k, v, nn.MultiHeadOptions{Heads: 2, KeyLengths: b.ConstInts([]int{5, 2}, 2)})
	waves(t, b.Params(), "att/", 1, heads...)
	got, slopes := projected(t, b, y, graphtest.Wave(24, 23), map[string][]float64{"q": graphtest.Wave(24, 20), "k": graphtest.Wave(40, 21), "v": graphtest.Wave(40, 22)})
	graphtest.Same(t, "cross-attention", got, []float64{0.856405944632688, -1.39217836650366, -0.497656909430018, 1.52041907216003,
		0.857984011866053, -1.38797970800776, -0.500316924724632, 1.51690587031503,
		0.859946100049983, -1.38318563863299, -0.503514391796981, 1.51293575299619,
		0.994641092544822, -1.30813570432298, -0.657548925957992, 1.47757882200223,
		0.994107644524871, -1.30794894634957, -0.657063603411322, 1.47726700175263,
		0.994029622521391, -1.30790173876406, -0.656997746282805, 1.47720282351028})
	hold(t, "cross-attention", slopes, map[string]float64{"q": -0.00983699156179927, "k": 0.0290970486247254, "v": 1.01136283879594,
		"att/query/weight": 0.0204989172808022, "att/key/weight": -0.0284088392175033, "att/value/weight": -0.230617938745211,
		"att/out/weight": -8.74377108687528, "att/query/bias": -0.005059026769458, "att/key/bias": 0, "att/value/bias": 2.65457738834854,
		"att/out/bias": slopes["att/out/bias"]})

	b = graph.New(nil)
	x := b.Input("x", 2, 4, 4)
	y = nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2, Causal: true})
	waves(t, b.Params(), "att/", 1, heads...)
	got, slopes = projected(t, b, y, graphtest.Wave(32, 31), map[string][]float64{"x": graphtest.Wave(32, 30)})
	graphtest.Same(t, "causal attention", got, []float64{0.887835747507321, -1.32971098994312, -0.545183867390473, 1.47019886932713,
		0.911429137537324, -1.31941072250142, -0.571431522919745, 1.46666233369166,
		0.9348361365085, -1.31646813016248, -0.595596795534579, 1.46994686601186,
		0.956151025180622, -1.32128281056786, -0.61567099408265, 1.47993444633787,
		1.03604093676192, -1.37849480217441, -0.680818005411573, 1.5539341054035,
		1.02534342809869, -1.40805230980674, -0.662503852501295, 1.57877225749548,
		1.00431284849146, -1.43969435075789, -0.633319467364407, 1.60289380375805,
		0.971141881233139, -1.47261713000304, -0.591664662420801, 1.62508259844732})
	if want := -1.49557182277998; math.Abs(slopes["x"]-want) > 1e-12 {
		t.Errorf("gradient by x: got %v, want %v", slopes["x"], want)
	}
}

// TestMultiHeadMasks holds each way to hide keys to attention over the keys that are left,
// and a mask of numbers to what is added to the scores.
func TestMultiHeadMasks(t *testing.T) {
	inf := math.Inf(-1)
	b := graph.New(nil)
	x := b.Const(graphtest.Wave(24, 3), 2, 3, 4)
	o := nn.MultiHeadOptions{Heads: 2, KeyHeads: 1, KeyDim: 2, ValueDim: 5, RotaryBase: 100}
	with := func(set func(o *nn.MultiHeadOptions)) *gorgonia.Node {
		o := o
		set(&o)
		return nn.MultiHeadAttention(b, "att", x, x, x, o)
	}
	lengths := b.ConstInts([]int{3, 2}, 2)
	causal := with(func(o *nn.MultiHeadOptions) { o.Causal = true })
	out := graphtest.Run(t, b, nil, causal,
		with(func(o *nn.MultiHeadOptions) { o.Mask = b.Const([]float64{0, inf, inf, 0, 0, inf, 0, 0, 0}, 3, 3) }),
		with(func(o *nn.MultiHeadOptions) { o.Causal, o.KeyLengths = true, lengths }),
		with(func(o *nn.MultiHeadOptions) {
			o.Mask, o.KeyLengths = b.Const([]float64{0, inf, inf, 0, 0, inf, 0, 0, 0}, 1, 1, 3, 3), lengths
		}),
		with(func(o *nn.MultiHeadOptions) { o.Mask = b.Const([]float64{7, 7, 7, -2, -2, -2}, 2, 1, 1, 3) }), with(func(*nn.MultiHeadOptions) {}))
	graphtest.Same(t, "mask of a triangle", out[1], out[0])
	graphtest.Same(t, "mask and lengths", out[3], out[2])
	graphtest.Same(t, "mask that is the same for all keys", out[4], out[5])
	graphtest.Same(t, "first example", out[2][:12], out[0][:12])
	graphtest.Same(t, "first steps of the second example", out[2][12:20], out[0][12:20])

	// A key that is cut off is one that is hidden.
	b2 := graph.New(b.Params())
	x2 := b2.Const(graphtest.Wave(24, 3)[12:20], 1, 2, 4)
	y2 := nn.MultiHeadAttention(b2, "att", x2, x2, x2, o)
	hidden := with(func(o *nn.MultiHeadOptions) { o.KeyLengths = lengths })
	graphtest.Same(t, "shorter example", graphtest.Run(t, b, nil, hidden)[0][12:20], graphtest.Run(t, b2, nil, y2)[0])
}

// TestKeyHeads holds attention with fewer heads of keys to one whose heads of keys are
// copies.
func TestKeyHeads(t *testing.T) {
	b := graph.New(nil)
	x := b.Const(graphtest.Wave(24, 3), 1, 6, 4)
	few := nn.MultiHeadAttention(b, "few", x, x, x, nn.MultiHeadOptions{Heads: 4, KeyHeads: 2})
	all := nn.MultiHeadAttention(b, "all", x, x, x, nn.MultiHeadOptions{Heads: 4})
	p := b.Params()
	waves(t, p, "few/", 1, heads...)
	waves(t, p, "all/", 1, heads...)
	for _, name := range []string{"key", "value"} {
		w, bias := p.Values("few/"+name+"/weight"), p.Values("few/"+name+"/bias")
		var weights, biases []float64
		for i := range 4 {
			weights = append(weights, w[2*i], w[2*i], w[2*i+1], w[2*i+1])
		}
		biases = append(biases, bias[0], bias[0], bias[1], bias[1])
		for name, v := range map[string][]float64{"all/" + name + "/weight": weights, "all/" + name + "/bias": biases} {
			if err := p.Set(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	out := graphtest.Run(t, b, nil, few, all)
	graphtest.Same(t, "two heads of keys", out[0], out[1])
}

// TestPaddingIsNotRead puts NaN and infinite numbers where lengths end: results and all
// gradients are as with zeros there, in both types.
func TestPaddingIsNotRead(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		var clean [][]float64
		for _, bad := range []float64{0, math.NaN(), math.Inf(1)} {
			b := graph.New(graph.NewParams(d, 1))
			x := b.Input("x", 2, 3, 4)
			lengths := b.ConstInts([]int{1, 3}, 2)
			y := nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2, Causal: true, KeyLengths: lengths})
			y = nn.TransformerEncoderBlock(b, "block", b.Add(x, y), nn.TransformerOptions{Heads: 2, Lengths: lengths})
			y = b.Where(b.Const([]float64{1, 0, 0, 1, 1, 1}, 2, 3, 1), y, b.Scalar(0))
			v := graphtest.Wave(24, 5)
			for i := 4; i < 12; i++ {
				v[i] = bad
			}
			g, err := autograd.Gradients(b.Sum(b.Square(y)), append(b.ParamNodes(), x)...)
			if err != nil {
				t.Fatal(err)
			}
			out := graphtest.Run(t, b, map[string][]float64{"x": v}, append(gorgonia.Nodes{y}, g...)...)
			if clean == nil {
				clean = out
			}
			for i := range out {
				for k := range out[i] {
					if out[i][k] != clean[i][k] {
						t.Fatalf("%v: with %v: got %v in result %d, want %v", d, bad, out[i][k], i, clean[i][k])
					}
				}
			}
		}
	}
}

// TestAttentionDropout checks that the weights are dropped in training alone, and that the
// same step drops the same ones.
func TestAttentionDropout(t *testing.T) {
	run := func(training bool, rate float64) []float64 {
		b := graph.New(graph.NewParams(graph.Float64, 1))
		b.SetTraining(training)
		x := b.Const(graphtest.Wave(24, 3), 1, 6, 4)
		return graphtest.Run(t, b, nil, nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2, Dropout: rate}))[0]
	}
	graphtest.Same(t, "outside of training", run(false, .5), run(false, 0))
	graphtest.Same(t, "again", run(true, .5), run(true, .5))
	if a, b := run(true, .5), run(true, 0); fmt.Sprint(a) == fmt.Sprint(b) {
		t.Errorf("got %v with and without dropout", a)
	}
}

// TestMultiHeadShapes checks the parameters that the settings make.
func TestMultiHeadShapes(t *testing.T) {
	b := graph.New(nil)
	q, k, v := b.Input("q", 2, 3, 6), b.Input("k", 2, 5, 7), b.Input("v", 2, 5, 8)
	y := nn.MultiHeadAttention(b, "att", q, k, v, nn.MultiHeadOptions{Heads: 4, KeyHeads: 2, KeyDim: 3, ValueDim: 5, NoBias: true})
	if b.Err() != nil || !ir.Shape(b.Shape(y)).Equal(ir.Shape{2, 3, 6}) {
		t.Fatalf("got the shape %v and %v", b.Shape(y), b.Err())
	}
	got := ""
	for _, p := range b.Params().List() {
		got += fmt.Sprint(p.Name, p.Shape, " ")
	}
	if want := "att/query/weight[6 12] att/key/weight[7 6] att/value/weight[8 10] att/out/weight[20 6] "; got != want {
		t.Errorf("got the parameters %s, want %s", got, want)
	}
}

// TestMaskGradient checks the gradient by a mask that is trained, as a bias by positions,
// against differences.
func TestMaskGradient(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float64, 1))
	x := b.Const(graphtest.Wave(24, 3), 2, 3, 4)
	bias := b.Param("bias", graph.Normal(0, 1), 1, 2, 3, 3)
	y := nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2, Causal: true, Mask: bias, KeyLengths: b.ConstInts([]int{3, 2}, 2)})
	if err := autograd.Check(b, b.Sum(b.Mul(y, b.Const(graphtest.Wave(24, 5), 2, 3, 4))), autograd.Point{}, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
}

package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// stepper builds one position of what is built as a whole elsewhere.
type stepper func(b *graph.Builder, x *gorgonia.Node, cache nn.KeyValueCache) (*gorgonia.Node, nn.KeyValueCache)

// stepped runs a step for each position of x: [n, steps, d], with caches of keys: [n,
// heads, room, dim] that hold what is not finite at first. at are the positions of the
// first step, one for all or one for each example.
func stepped(t *testing.T, p *graph.Params, x []float64, n, steps, d int, cache []int, at []int, f stepper) []float64 {
	t.Helper()
	b := graph.New(p)
	var positions []int
	if len(at) > 1 {
		positions = []int{len(at)}
	}
	in := nn.KeyValueCache{Keys: b.Input("keys", cache...), Values: b.Input("values", cache...), Position: b.Ints("position", positions...)}
	y, next := f(b, b.Input("x", n, 1, d), in)
	prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y, next.Keys, next.Values}})
	if err != nil {
		t.Fatal(err)
	}
	size := cache[0] * cache[1] * cache[2] * cache[3]
	keys, values := make([]float64, size), make([]float64, size)
	for i := range keys {
		keys[i], values[i] = math.NaN(), math.Inf(1)
	}
	out := make([]float64, n*steps*d)
	for s := range steps {
		now := make([]float64, 0, n*d)
		for i := range n {
			now = append(now, x[(i*steps+s)*d:(i*steps+s+1)*d]...)
		}
		for name, v := range map[string][]float64{"x": now, "keys": keys, "values": values} {
			if err := graph.InputOf[float64](prog, name).Set(v); err != nil {
				t.Fatal(err)
			}
		}
		index := make([]int, len(at))
		for i := range at {
			index[i] = at[i] + s
		}
		if err := graph.InputOf[int](prog, "position").Set(index); err != nil {
			t.Fatal(err)
		}
		if err := prog.Run(); err != nil {
			t.Fatal(err)
		}
		for i, v := range graph.OutputOf[float64](prog, 0).Read(nil) {
			out[(i/d*steps+s)*d+i%d] = v
		}
		keys, values = graph.OutputOf[float64](prog, 1).Read(nil), graph.OutputOf[float64](prog, 2).Read(nil)
	}
	return out
}

// TestSteps holds attention and blocks that are computed position by position to those
// that see the whole sequence, whatever the caches hold at first.
func TestSteps(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	const n, steps, d, room = 2, 5, 8, 7
	heads := nn.MultiHeadOptions{Heads: 4, KeyHeads: 2, Causal: true, RotaryBase: 50}
	plain := nn.MultiHeadOptions{Heads: 4, Causal: true}
	block := nn.TransformerOptions{Heads: 4, KeyHeads: 2, Causal: true, RotaryBase: 50, NormFirst: true, Activation: nn.GELU}
	memory := func(b *B) *N { return b.Const(graphtest.Wave(2*3*4, 6), 2, 3, 4) }
	for _, c := range []struct {
		name  string
		cache []int
		whole func(b *B, x *N) *N
		step  stepper
	}{
		{"attention", []int{n, 4, room, 2}, func(b *B, x *N) *N { return nn.MultiHeadAttention(b, "h", x, x, x, plain) },
			func(b *B, x *N, c nn.KeyValueCache) (*N, nn.KeyValueCache) {
				return nn.MultiHeadAttentionStep(b, "h", x, c, plain)
			}},
		{"attention with fewer heads of keys, turned", []int{n, 2, room, 2}, func(b *B, x *N) *N { return nn.MultiHeadAttention(b, "h", x, x, x, heads) },
			func(b *B, x *N, c nn.KeyValueCache) (*N, nn.KeyValueCache) {
				return nn.MultiHeadAttentionStep(b, "h", x, c, heads)
			}},
		{"encoder", []int{n, 2, room, 2}, func(b *B, x *N) *N { return nn.TransformerEncoderBlock(b, "h", x, block) },
			func(b *B, x *N, c nn.KeyValueCache) (*N, nn.KeyValueCache) {
				return nn.TransformerEncoderStep(b, "h", x, c, block)
			}},
		{"decoder", []int{n, 2, room, 2}, func(b *B, x *N) *N { return nn.TransformerDecoderBlock(b, "h", x, memory(b), block) },
			func(b *B, x *N, c nn.KeyValueCache) (*N, nn.KeyValueCache) {
				return nn.TransformerDecoderStep(b, "h", x, memory(b), c, block)
			}},
	} {
		for _, dtype := range []graph.DType{graph.Float32, graph.Float64} {
			for _, at := range [][]int{{0}, {0, 0}} {
				x := graphtest.Wave(n*steps*d, 4)
				p := graph.NewParams(dtype, 3)
				b := graph.New(p)
				want := graphtest.Run(t, b, nil, c.whole(b, b.Const(x, n, steps, d)))[0]
				near(t, fmt.Sprint(c.name, dtype, at), stepped(t, p, x, n, steps, d, c.cache, at, c.step), want, rounding(dtype))
				if len(p.List()) != len(b.ParamNodes()) {
					t.Errorf("%s: the step has other parameters than the layer", c.name)
				}
			}
		}
	}
}

// TestStepPositions runs two examples at different positions of their caches: each is as
// by itself.
func TestStepPositions(t *testing.T) {
	const steps, d, room = 3, 4, 6
	o := nn.MultiHeadOptions{Heads: 2, Causal: true, RotaryBase: 100}
	f := func(b *graph.Builder, x *gorgonia.Node, c nn.KeyValueCache) (*gorgonia.Node, nn.KeyValueCache) {
		// The second example begins behind positions that it sees: they hold zeros.
		zero := func(x *gorgonia.Node) *gorgonia.Node {
			return b.Where(b.IsNaN(x), b.Scalar(0), b.Where(b.IsInf(x), b.Scalar(0), x))
		}
		return nn.MultiHeadAttentionStep(b, "h", x, nn.KeyValueCache{Keys: zero(c.Keys), Values: zero(c.Values), Position: c.Position}, o)
	}
	p := graph.NewParams(graph.Float64, 3)
	x := graphtest.Wave(2*steps*d, 4)
	both := stepped(t, p, x, 2, steps, d, []int{2, 2, room, 2}, []int{0, 2}, f)
	first := stepped(t, p, x[:steps*d], 1, steps, d, []int{1, 2, room, 2}, []int{0}, f)
	second := stepped(t, p, x[steps*d:], 1, steps, d, []int{1, 2, room, 2}, []int{2}, f)
	near(t, "first example", both[:steps*d], first, rounding(graph.Float64))
	near(t, "second example", both[steps*d:], second, rounding(graph.Float64))
}

package graph_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// everyDraw has a draw of each operator, as many parts as workers share.
func everyDraw(b *graph.Builder) gorgonia.Nodes {
	return gorgonia.Nodes{b.Uniform(300, 200), b.Normal(300, 200), b.Gumbel(300, 200),
		b.Bernoulli(b.Broadcast(b.Scalar(0.25), 300, 200)),
		b.Categorical(b.Broadcast(b.Const([]float64{0, 1, math.Inf(-1)}, 3), 30, 1000, 3)),
		b.Permutation(1000)}
}

// drawn are the elements of the outputs after a run at the step.
func drawn(t *testing.T, p *graph.Program, step int, out gorgonia.Nodes) (all [][]float64) {
	t.Helper()
	p.SetStep(step)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for i, n := range out {
		if n.Dtype() != tensor.Int {
			all = append(all, graph.OutputOf[float64](p, i).Read(nil))
			continue
		}
		var v []float64
		for _, k := range graph.OutputOf[int](p, i).Read(nil) {
			v = append(v, float64(k))
		}
		all = append(all, v)
	}
	return all
}

// TestDrawsReproduce draws the same with any number of workers and in both modes of
// training, other numbers at another step, and those of a step again.
func TestDrawsReproduce(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		var want [][]float64
		for _, workers := range []int{1, 2, 3, 8} {
			b := graph.New(graph.NewParams(d, 5))
			b.SetTraining(workers%2 == 0)
			nn.Dropout(b, b.Input("x", 3), 0.5) // draws only in training, and changes nothing for the others
			out := everyDraw(b)
			p, err := b.Compile(graph.Options{Outputs: out, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			got, other := drawn(t, p, 3, out), drawn(t, p, 4, out)
			if want == nil {
				want = got
			}
			for i, again := range drawn(t, p, 3, out) {
				if !slices.Equal(got[i], want[i]) || !slices.Equal(again, want[i]) {
					t.Errorf("%v, %d workers: output %d draws other numbers", d, workers, i)
				}
				if slices.Equal(other[i], want[i]) {
					t.Errorf("%v: output %d draws the same numbers at another step", d, i)
				}
			}
			if n := testing.AllocsPerRun(3, func() { _ = p.Run() }); n != 0 {
				t.Errorf("%v, %d workers: a run allocates %v times, want 0", d, workers, n)
			}
		}
	}
}

// TestDrawsOfTypes compares what float32 draws with what float64 does.
func TestDrawsOfTypes(t *testing.T) {
	var all [2][][]float64
	for i, d := range []graph.DType{graph.Float64, graph.Float32} {
		b := graph.New(graph.NewParams(d, 5))
		out := everyDraw(b)
		all[i] = drawn(t, compiled(b, graph.Options{Outputs: out}), 0, out)
	}
	for i, wide := range all[0] {
		for k, x := range wide {
			if got := all[1][i][k]; got != float64(float32(x)) {
				t.Fatalf("output %d, element %d: float32 draws %v, float64 %v", i, k, got, x)
			}
		}
	}
}

// TestDrawsApart holds draws of one shape and seed apart, those of one call together, and
// those of equal seeds alike.
func TestDrawsApart(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float64, 5))
	x, y := b.Normal(40), b.Normal(40)
	b.SetSeed(6)
	z := b.Normal(40)
	half := b.Broadcast(b.Scalar(0.5), 40)
	coins := b.Sum(b.Square(b.Sub(b.Bernoulli(half), b.Bernoulli(half))))
	out := gorgonia.Nodes{x, y, z, b.Sub(b.Exp(x), b.Exp(x)), b.Sub(b.Exp(x), b.Exp(y)), coins}
	v := drawn(t, compiled(b, graph.Options{Outputs: out}), 0, out)
	if slices.Equal(v[0], v[1]) || slices.Equal(v[0], v[2]) || slices.Equal(v[1], v[2]) || v[5][0] == 0 {
		t.Error("two draws are the same")
	}
	for i := range v[3] {
		if v[3][i] != 0 {
			t.Errorf("element %d: a draw differs from itself by %v", i, v[3][i])
		}
		if v[4][i] == 0 {
			t.Errorf("element %d: two draws are the same", i)
		}
	}
}

// TestReparameterised checks gradients of μ + σ·ε, of both orders and in forward mode:
// with a seed and a step ε is a constant.
func TestReparameterised(t *testing.T) {
	build := func(d graph.DType) (b *graph.Builder, x, sample *gorgonia.Node) {
		b = graph.New(graph.NewParams(d, 5))
		x = b.Input("x", 6)
		mu := b.Param("mu", graph.Normal(0, 1), 6)
		sigma := b.Exp(b.Param("log sigma", graph.Normal(0, 1), 6))
		return b, x, b.Add(mu, b.Mul(sigma, b.Normal(6)))
	}
	at := autograd.Point{Floats: map[string][]float64{"x": {1, -2, 0.5, 3, 0, -1}}}
	for _, check := range []func(*graph.Builder, *gorgonia.Node, autograd.Point, autograd.CheckOptions) error{autograd.Check, autograd.CheckSecondOrder} {
		b, x, z := build(graph.Float64)
		if err := check(b, b.Sum(b.Cube(b.Sub(z, x))), at, autograd.CheckOptions{}); err != nil {
			t.Error(err)
		}
	}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		b, _, z := build(d)
		sigma := b.ParamNodes()[1]
		dir := b.Broadcast(b.Scalar(1), 6)
		jvp, err := autograd.JVP(gorgonia.Nodes{z}, gorgonia.Nodes{sigma}, gorgonia.Nodes{dir})
		if err != nil {
			t.Fatal(err)
		}
		g, err := autograd.Gradients(b.Sum(z), b.ParamNodes()...)
		if err != nil {
			t.Fatal(err)
		}
		out := gorgonia.Nodes{jvp[0], g[1], b.Sub(z, b.ParamNodes()[0]), g[0]}
		v := drawn(t, compiled(b, graph.Options{Outputs: out}), 0, out)
		for i := range v[0] { // d(σ·ε)/d log σ = σ·ε
			if math.Abs(v[0][i]-v[2][i]) > 1e-5 || math.Abs(v[1][i]-v[2][i]) > 1e-5 || v[3][i] != 1 {
				t.Errorf("%v, element %d: got the derivatives %v, %v and %v, want %v twice and 1", d, i, v[0][i], v[1][i], v[3][i], v[2][i])
			}
		}
	}
}

// noisy is a chain that draws in every layer.
func noisy(b *graph.Builder) *gorgonia.Node {
	x := b.Normal(8, 16)
	for i := range 24 {
		h := nn.Dense(b, fmt.Sprint("dense", i), x, 16, nn.Tanh)
		h = b.Add(b.Mul(h, b.Uniform(8, 16)), b.Scale(b.Normal(8, 16), 0.1))
		h = b.Mul(h, b.Bernoulli(b.Sigmoid(h)))
		x = b.Add(b.Take(h, b.Permutation(8)), b.Take(h, b.Categorical(b.MatMul(h, b.Transpose(h)))))
	}
	return b.Mean(b.Square(x))
}

// TestDrawsInEveryMode compares losses and gradients of a program that draws in all its
// layers, bit by bit: computed twice to save memory, and with steps made in place.
func TestDrawsInEveryMode(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		want, most := noisyRuns(t, d, graph.Options{Workers: 1})
		for name, o := range map[string]graph.Options{
			"two workers": {Workers: 2}, "three workers": {Workers: 3}, "Recompute": {Workers: 1, Recompute: true},
			"Recompute with three workers": {Workers: 3, Recompute: true}, "Descend": {Workers: 1, Descend: true},
			"Descend with three workers": {Workers: 3, Descend: true},
		} {
			got, live := noisyRuns(t, d, o)
			if !slices.Equal(got, want) {
				t.Errorf("%v, %s: other losses or parameters", d, name)
			}
			if o.Recompute && live > most/10*9 {
				t.Errorf("%v, %s: %d bytes are needed at once, %d when nothing is computed twice", d, name, live, most)
			}
		}
	}
}

// noisyRuns makes three steps of gradient descent and returns the losses and the
// parameters after them, and the bytes that are needed at once.
func noisyRuns(t *testing.T, d graph.DType, o graph.Options) (out []float64, live int) {
	t.Helper()
	b := graph.New(graph.NewParams(d, 3))
	cost := noisy(b)
	var err error
	if o.Grads, err = autograd.Gradients(cost, b.ParamNodes()...); err != nil {
		t.Fatal(err)
	}
	o.Outputs = gorgonia.Nodes{cost}
	p, err := b.Compile(o)
	if err != nil {
		t.Fatal(err)
	}
	const rate = 0.5
	p.SetRate(rate)
	for range 3 {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		out = append(out, graph.OutputOf[float64](p, 0).Scalar())
		for _, n := range b.ParamNodes() {
			v := b.Params().Values(n.Name())
			if !o.Descend {
				for i, g := range b.Params().Grad(n.Name()) {
					if d == graph.Float32 {
						v[i] = float64(float32(v[i]) - float32(float32(rate)*float32(g)))
					} else {
						v[i] -= float64(rate * g)
					}
				}
				if err := b.Params().Set(n.Name(), v); err != nil {
					t.Fatal(err)
				}
			}
			out = append(out, v...)
		}
	}
	return out, p.Stats().Live
}

// TestDrawFaults runs draws from what is no distribution: the error names the operator and
// the node.
func TestDrawFaults(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		f    func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
		x    []float64
		kind error
		want string // "": no error
	}{
		{(*graph.Builder).Bernoulli, []float64{0, 1, 0.5, 0x1p-100}, nil, ""},
		{(*graph.Builder).Bernoulli, []float64{0, 1, 1.5, 2}, graph.ErrOption, "got the probability 1.5 at element 2, want one in [0, 1]"},
		{(*graph.Builder).Bernoulli, []float64{0, -0.5, nan, 2}, graph.ErrOption, "got the probability -0.5 at element 1, want one in [0, 1]"},
		{(*graph.Builder).Bernoulli, []float64{nan, 0, 0, 0}, graph.ErrOption, "got the probability NaN at element 0, want one in [0, 1]"},
		{(*graph.Builder).Categorical, []float64{-inf, 0, inf, 0}, nil, ""},
		{(*graph.Builder).Categorical, []float64{0, 1, 2, nan}, graph.ErrNotFinite, "got the logit NaN for category 1 of row 1, want a number"},
		{(*graph.Builder).Categorical, []float64{0, 1, -inf, -inf}, graph.ErrNotFinite, "got the logit -Inf for all categories of row 1, want at least one that can be drawn"},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			b := graph.New(graph.NewParams(d, 5))
			p := compiled(b, graph.Options{Outputs: gorgonia.Nodes{b.Name("coin", c.f(b, b.Input("x", 2, 2)))}})
			if err := graph.InputOf[float64](p, "x").Set(c.x); err != nil {
				t.Fatal(err)
			}
			err := p.Run()
			if c.want == "" {
				if err != nil {
					t.Errorf("%v: got %v", c.x, err)
				}
				continue
			}
			var e *graph.OpError
			if !errors.Is(err, c.kind) || !errors.As(err, &e) || e.Node != "coin" || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v: got %v, want %q of the node coin", c.x, err, c.want)
			}
		}
	}
}

// TestDrawShapes draws nothing, and scalars.
func TestDrawShapes(t *testing.T) {
	b := graph.New(nil)
	out := gorgonia.Nodes{b.Uniform(), b.Normal(0, 3), b.Gumbel(1, 1), b.Bernoulli(b.Scalar(1)), b.Categorical(b.Const([]float64{0, 0}, 2)), b.Permutation(0), b.Permutation(1)}
	v := drawn(t, compiled(b, graph.Options{Outputs: out}), 0, out)
	for i, want := range []int{1, 0, 1, 1, 1, 0, 1} {
		if len(v[i]) != want {
			t.Errorf("output %d has %d elements, want %d", i, len(v[i]), want)
		}
	}
	if v[3][0] != 1 || v[6][0] != 0 {
		t.Errorf("got %v with the probability 1 and the permutation %v of one number", v[3], v[6])
	}
}

// A sample of a normal distribution, made of numbers that are drawn anew in every run: mean
// and standard deviation have gradients. The samples of a step come again with it.
func ExampleBuilder_Normal() {
	b := graph.New(graph.NewParams(graph.Float64, 1))
	mean, std := b.Param("mean", graph.Constant(10), 1), b.Param("std", graph.Constant(0.5), 1)
	sample := b.Add(mean, b.Mul(std, b.Normal(3)))
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{sample}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range []int{0, 1, 0} {
		p.SetStep(step)
		if err := p.Run(); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f\n", graph.OutputOf[float64](p, 0).Read(nil))
	}
	// Output:
	// [9.923 9.344 9.662]
	// [10.153 10.804 10.056]
	// [9.923 9.344 9.662]
}

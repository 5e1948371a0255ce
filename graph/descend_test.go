package graph_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// descents are losses whose parameters are read in ways that a step must wait
// for.
var descents = map[string]func(b *graph.Builder) *gorgonia.Node{
	"layers": func(b *graph.Builder) *gorgonia.Node {
		h := nn.Dense(b, "one", b.Input("x", 6, 5), 140, nn.Tanh)
		h = nn.Dense(b, "two", h, 33, nn.ReLU)
		return loss.MSE(b, nn.Dense(b, "three", h, 2, nn.Identity), b.Input("y", 6, 2))
	},
	"tied weights": func(b *graph.Builder) *gorgonia.Node {
		w := b.Param("w", graph.Normal(0, 1), 5, 2)
		x := b.Input("x", 6, 5)
		h := b.Tanh(b.MatMul(x, w))
		return loss.MSE(b, b.MatMul(h, b.Transpose(w)), x)
	},
	"factors that are parameters": func(b *graph.Builder) *gorgonia.Node {
		u, v := b.Param("u", graph.Normal(0, 1), 6, 3), b.Param("v", graph.Normal(0, 1), 3, 2)
		return b.Add(b.Sum(b.MatMul(u, v)), b.Mean(b.Input("y", 6, 2)))
	},
	"gradients that are parameters": func(b *graph.Builder) *gorgonia.Node {
		u, v := b.Param("u", graph.Normal(0, 1), 6), b.Param("v", graph.Normal(0, 1), 6)
		return b.Add(b.Sum(b.Mul(u, v)), b.Sum(b.Input("x", 6, 5)))
	},
	"gradients that are views of parameters": func(b *graph.Builder) *gorgonia.Node {
		u, v := b.Param("u", graph.Normal(0, 1), 3, 2), b.Param("v", graph.Normal(0, 1), 2, 3)
		w, z := b.Param("w", graph.Normal(0, 1), 3, 2), b.Param("z", graph.Normal(0, 1), 6)
		return b.Add(b.Sum(b.Mul(u, b.Transpose(v))), b.Add(b.Sum(b.Mul(w, b.Reshape(z, 3, 2))), b.Mean(b.Input("y", 6, 2))))
	},
	"penalty": func(b *graph.Builder) *gorgonia.Node {
		w := b.Param("w", graph.Normal(0, 1), 5, 2)
		return b.Add(loss.MSE(b, b.MatMul(b.Input("x", 6, 5), w), b.Input("y", 6, 2)), b.Sum(b.Mul(w, w)))
	},
	"a deep chain": func(b *graph.Builder) *gorgonia.Node {
		h := b.Input("x", 6, 5)
		for i := range 40 {
			h = nn.Dense(b, fmt.Sprint("layer", i), h, 70, nn.Tanh)
		}
		return loss.MSE(b, nn.Dense(b, "last", h, 2, nn.Identity), b.Input("y", 6, 2))
	},
	"a layer called twice": func(b *graph.Builder) *gorgonia.Node {
		x := b.Input("x", 6, 5)
		h := b.Add(nn.Dense(b, "h", x, 70, nn.Tanh), nn.Dense(b, "h", b.Square(x), 70, nn.Tanh))
		return loss.MSE(b, nn.Dense(b, "out", h, 2, nn.Identity), b.Input("y", 6, 2))
	},
	"images": func(b *graph.Builder) *gorgonia.Node {
		h := nn.Conv(b, "conv", b.Reshape(b.Input("x", 6, 5), 1, 1, 6, 5), nn.ConvOptions{Out: 3, Kernel: []int{3, 3}})
		return b.Mean(b.Mul(h, h))
	},
}

// descent is a loss compiled to descend or to leave gradients.
func descent(t *testing.T, loss func(b *graph.Builder) *gorgonia.Node, dtype graph.DType, o graph.Options) (*graph.Program, *graph.Params) {
	t.Helper()
	p := graph.NewParams(dtype, 7)
	b := graph.New(p)
	l := loss(b)
	if err := b.Err(); err != nil {
		t.Fatal(err)
	}
	grads, err := autograd.Gradients(l, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	o.Outputs, o.Grads = gorgonia.Nodes{l}, grads
	prog, err := b.Compile(o)
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]int{"x": 30, "y": 12} {
		v := make([]float64, n)
		for i := range v {
			v[i] = math.Sin(float64(i + n))
		}
		if slices.ContainsFunc(prog.Inputs(), func(in graph.InputSpec) bool { return in.Name == name }) {
			if err := graph.InputOf[float64](prog, name).Set(v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return prog, p
}

// TestDescend compares steps that a program makes with those made from its
// gradients.
func TestDescend(t *testing.T) {
	const rate, steps = 0.05, 4
	for name, loss := range descents {
		for _, o := range []graph.Options{{Workers: 1}, {Workers: 3}, {Workers: 1, Recompute: true}} {
			t.Run(name, func(t *testing.T) {
				want, p := descent(t, loss, graph.Float64, graph.Options{Workers: 1})
				o.Descend = true
				got, q := descent(t, loss, graph.Float64, o)
				if err := got.SetRate(rate); err != nil {
					t.Fatal(err)
				}
				for range steps {
					if err := want.Run(); err != nil {
						t.Fatal(err)
					}
					if err := got.Run(); err != nil {
						t.Fatal(err)
					}
					x, g := p.Flat64()
					for i := range x {
						x[i] -= rate * g[i]
					}
					if a, b := graph.OutputOf[float64](want, 0).Scalar(), graph.OutputOf[float64](got, 0).Scalar(); math.Abs(a-b) > 1e-12*(1+math.Abs(a)) {
						t.Fatalf("loss %v, want %v", b, a)
					}
				}
				x, _ := p.Flat64()
				y, _ := q.Flat64()
				for i := range x {
					if math.Abs(x[i]-y[i]) > 1e-12*(1+math.Abs(x[i])) {
						t.Errorf("element %d of the parameters is %v, want %v", i, y[i], x[i])
					}
				}
				if n := testing.AllocsPerRun(3, func() { _ = got.Run() }); n != 0 && o.Workers == 1 {
					t.Errorf("a run allocates %v times", n)
				}
			})
		}
	}
}

// TestDescendInProducts wants the step of a large weight to be part of the product,
// and those of all others one kernel.
func TestDescendInProducts(t *testing.T) {
	var kernels string
	p := graph.NewParams(graph.Float32, 7)
	b := graph.New(p)
	l := descents["layers"](b)
	grads, err := autograd.Gradients(l, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{l}, Grads: grads, Descend: true, Trace: func(p graph.Phase) { kernels = p.Text }}); err != nil {
		t.Fatal(err)
	}
	if n, all := strings.Count(kernels, " matmuldescend:"), strings.Count(kernels, "descend:"); n != 1 || all != 2 {
		t.Errorf("%d weights get their step from the product, with %d kernels for steps, want 1 and 2:%s", n, all, kernels)
	}
}

// TestDescendNotFinite wants the parameters as they were after a loss that is not
// finite.
func TestDescendNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		prog, p := descent(t, descents["layers"], graph.Float32, graph.Options{Descend: true})
		if err := prog.SetRate(0.1); err != nil {
			t.Fatal(err)
		}
		x, _ := p.Flat32()
		before := append([]float32(nil), x...)
		y := make([]float64, 12)
		y[3] = bad
		if err := graph.InputOf[float64](prog, "y").Set(y); err != nil {
			t.Fatal(err)
		}
		if err := prog.Run(); !errors.Is(err, graph.ErrNotFinite) {
			t.Errorf("the error is %v, want ErrNotFinite", err)
		}
		for i := range x {
			if x[i] != before[i] {
				t.Fatalf("element %d of the parameters has changed", i)
			}
		}
		if err := graph.InputOf[float64](prog, "y").Set(make([]float64, 12)); err != nil {
			t.Fatal(err)
		}
		if err := prog.Run(); err != nil {
			t.Errorf("the run after it: %v", err)
		}
	}
}

func TestDescendErrors(t *testing.T) {
	prog, _ := descent(t, descents["layers"], graph.Float32, graph.Options{})
	if err := prog.SetRate(0.1); err == nil {
		t.Error("a program without Descend takes a rate")
	}
	prog, _ = descent(t, descents["layers"], graph.Float32, graph.Options{Descend: true})
	for _, rate := range []float64{-1, math.NaN(), math.Inf(1)} {
		if err := prog.SetRate(rate); err == nil {
			t.Errorf("the rate %v is taken", rate)
		}
	}
	b := graph.New(graph.NewParams(graph.Float32, 7))
	l := descents["penalty"](b)
	if _, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{l}, Descend: true}); err == nil {
		t.Error("Descend without gradients compiles")
	}
}

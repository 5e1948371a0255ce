package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// normalizing is the graph of a BatchNorm over n examples of two channels and three pixels.
func normalizing(t *testing.T, p *graph.Params, n int, train bool) *graph.Program {
	t.Helper()
	b := graph.New(p)
	b.SetTraining(train)
	x := b.Input("x", n, 2, 3)
	y := nn.BatchNorm(b, "norm", x, nn.BatchNormOptions{Momentum: .3})
	o := graph.Options{Outputs: []*gorgonia.Node{y}}
	if train {
		loss := b.Sum(b.Mul(b.Square(y), b.Const(graphtest.Wave(n*6, 9), n, 2, 3)))
		var err error
		if o.Grads, err = autograd.Gradients(loss, b.ParamNodes()...); err != nil {
			t.Fatal(err)
		}
	}
	prog, err := b.Compile(o)
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

func run(t *testing.T, p *graph.Program, x []float64) []float64 {
	t.Helper()
	if err := graph.InputOf[float64](p, "x").Set(x); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return graph.OutputOf[float64](p, 0).Read(nil)
}

// TestBatchNormRunning compares outputs and running statistics over 20 batches, each fifth
// of another size, with loops. In prediction an example has the same bits alone and in
// company.
func TestBatchNormRunning(t *testing.T) {
	for d, tol := range map[graph.DType]float64{graph.Float64: 1e-12, graph.Float32: 1e-6} {
		p := graph.NewParams(d, 1)
		programs := map[int]*graph.Program{5: normalizing(t, p, 5, true), 3: normalizing(t, p, 3, true)}
		mean, variance := []float64{0, 0}, []float64{1, 1}
		near := func(what string, step int, got, want float64) {
			t.Helper()
			if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
				t.Errorf("%v: step %d: %s: got %v, want %v", d, step, what, got, want)
			}
		}
		for step := range 20 {
			n := 5
			if step%5 == 4 {
				n = 3
			}
			x := graphtest.Wave(n*6, float64(step))
			for i := range x {
				x[i] = float64(float32(x[i]*3 + float64(i/3%2)))
			}
			y := run(t, programs[n], x)
			for c := range 2 {
				m, v := 0.0, 0.0
				each := func(f func(i int)) {
					for i := range x {
						if i/3%2 == c {
							f(i)
						}
					}
				}
				each(func(i int) { m += x[i] / float64(3*n) })
				each(func(i int) { v += (x[i] - m) * (x[i] - m) / float64(3*n) })
				each(func(i int) { near("output", step, y[i], (x[i]-m)/math.Sqrt(v+1e-5)) })
				mean[c] = .7*mean[c] + .3*m
				variance[c] = .7*variance[c] + .3*v*float64(3*n)/float64(3*n-1)
				near("mean", step, p.Values("norm/mean")[c], mean[c])
				near("variance", step, p.Values("norm/variance")[c], variance[c])
			}
		}
		x := graphtest.Wave(7*6, 5)
		all, before := run(t, normalizing(t, p, 7, false), x), p.Values("norm/mean")
		for i := range 7 {
			if alone := run(t, normalizing(t, p, 1, false), x[6*i:6*i+6]); !slices.Equal(alone, all[6*i:6*i+6]) {
				t.Errorf("%v: example %d: got %v alone and %v in company", d, i, alone, all[6*i:6*i+6])
			}
		}
		near("prediction", 0, all[4], (x[4]-mean[1])/math.Sqrt(variance[1]+1e-5))
		if !slices.Equal(before, p.Values("norm/mean")) {
			t.Errorf("%v: a prediction has moved the running mean", d)
		}
	}
}

// TestBatchNormTwice checks that a layer that is called twice moves its statistics twice,
// and shares its parameters.
func TestBatchNormTwice(t *testing.T) {
	b := graph.New(nil)
	b.SetTraining(true)
	x, y := graphtest.Wave(8, 1), graphtest.Wave(8, 4)
	first := nn.BatchNorm(b, "h", b.Const(x, 4, 2), nn.BatchNormOptions{})
	second := nn.BatchNorm(b, "h", b.Const(y, 4, 2), nn.BatchNormOptions{})
	prog, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{first, second}, Update: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	want := make([]float64, 2)
	for _, batch := range [][]float64{x, y} {
		for c := range want {
			want[c] = .9*want[c] + .1*(batch[c]+batch[c+2]+batch[c+4]+batch[c+6])/4
		}
	}
	graphtest.Same(t, "running mean", b.Params().Values("h/mean"), want)
	if got := len(b.Params().List()) + len(b.Params().States()); got != 4 {
		t.Errorf("got %d parameters and states, want 4", got)
	}
}

// TestBatchNormCheck checks the derivatives in both modes, of first and second order.
func TestBatchNormCheck(t *testing.T) {
	for _, train := range []bool{true, false} {
		b := graph.New(nil)
		b.SetTraining(train)
		x := b.Param("x", graph.Values(graphtest.Wave(12, 2)), 3, 2, 2)
		y := nn.BatchNorm(b, "norm", x, nn.BatchNormOptions{Gain: graph.Values([]float64{2, -.5}), Bias: graph.Values([]float64{.1, .3})})
		loss := b.Sum(b.Mul(b.Cube(y), b.Const(graphtest.Wave(12, 7), 3, 2, 2)))
		if err := autograd.Check(b, loss, autograd.Point{}, autograd.CheckOptions{}); err != nil {
			t.Errorf("training %v: %v", train, err)
		}
	}
}

// TestBatchNormOne checks that one value in each channel is refused in training alone.
func TestBatchNormOne(t *testing.T) {
	for _, train := range []bool{true, false} {
		b := graph.New(nil)
		b.SetTraining(train)
		nn.BatchNorm(b, "norm", b.Input("x", 1, 3), nn.BatchNormOptions{})
		if errors.Is(b.Err(), graph.ErrShape) != train {
			t.Errorf("training %v: got %v", train, b.Err())
		}
	}
}

package hand

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// small are models with every layer that there is by hand.
var small = []string{
	"mlp:7-6-3,tanh,batch=5",
	"mlp:7-6-1,sigmoid,adam,batch=5,rate=0.001",
	"cnn:2x9x9,3@3p1n,pool2,4@3s2,5-3,batch=5",
	"cnn:2x9x8,3@3p1n,pool2,4@3p1s2nr,4@3p1nr,7@3p1nr,mean,3,batch=5",
	"cnn:2x9x7,3@5p2r,pool2,3@1r,5@3p1s3r,4-3,tanh,batch=5",
	"lstm:5x4,6,3,batch=5",
	"gru:9x4,6,3,lengths,batch=4",
	"transformer:5x4,8-2-7-2,3,batch=5",
	"transformer:3x4,6-1-6-1,1,batch=2",
}

// TestParameters holds the losses of some steps, and the parameters after them, to those
// of this module.
func TestParameters(t *testing.T) {
	for _, text := range small {
		s, err := workload.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := workload.NewProblem(s)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(text, func(t *testing.T) {
			same(t, p, graph.Float32, map[string]Kernels[float32]{"plain": Plain[float32](), "gonum": Gonum[float32](), "best": Best[float32](1)}, 1e-4)
			same(t, p, graph.Float64, map[string]Kernels[float64]{"plain": Plain[float64](), "gonum": Gonum[float64](), "best": Best[float64](2)}, 1e-10)
		})
	}
}

const steps = 4

func same[T Float](t *testing.T, p *workload.Problem, dtype graph.DType, kernels map[string]Kernels[T], tolerance float64) {
	t.Helper()
	wantLosses, want := reference[T](t, p, dtype)
	for name, k := range kernels {
		n, err := New(p, k)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range wantLosses {
			got, err := n.Step(i)
			if err != nil {
				t.Fatal(err)
			}
			if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
				t.Fatalf("%v, %s, step %d: got the loss %v, want %v", dtype, name, i, got, want)
			}
		}
		for i, q := range n.params {
			for j, want := range want[i] {
				if got := float64(q.w[j]); !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
					t.Fatalf("%v, %s: got %v for element %d of %s, want %v (at first %v)", dtype, name, got, j, p.Params[i].Name, want, p.Params[i].Values[j])
				}
			}
		}
	}
}

// reference makes the steps with a Program.
func reference[T Float](t *testing.T, p *workload.Problem, dtype graph.DType) (losses []float64, params [][]float64) {
	t.Helper()
	m, err := p.Model(dtype)
	check(t, err)
	b, loss := workload.Training(m, p.Batch)
	grads, err := autograd.Gradients(loss, b.ParamNodes()...)
	check(t, err)
	for _, q := range p.Params {
		check(t, m.Params().Set(q.Name, q.Values))
	}
	prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: grads, Descend: !p.Adam, Workers: 1})
	check(t, err)
	var view *train.View
	if p.Adam {
		view, err = train.NewView(m.Params(), train.Adam{}, 1)
		check(t, err)
	} else {
		check(t, prog.SetRate(p.Rate))
	}
	x, y := Convert[T](p.X), Convert[T](p.Y)
	for k := range steps {
		at := k % p.Batches() * p.Batch
		check(t, graph.InputOf[T](prog, "x").Bind(x[at*p.Features():(at+p.Batch)*p.Features()]))
		if p.MSE {
			check(t, graph.InputOf[T](prog, "y").Bind(y[at*p.Out():(at+p.Batch)*p.Out()]))
		} else {
			check(t, graph.InputOf[int](prog, "y").Set(p.Labels[at:at+p.Batch]))
		}
		if p.Lengths != nil {
			check(t, graph.InputOf[int](prog, "lengths").Set(p.Lengths[at:at+p.Batch]))
		}
		check(t, prog.Run())
		losses = append(losses, graph.OutputOf[float64](prog, 0).Scalar())
		if p.Adam {
			train.Adam{}.Update(train.Step{N: k + 1, Rate: p.Rate}, view)
		}
	}
	for _, q := range p.Params {
		params = append(params, m.Params().Values(q.Name))
	}
	return losses, params
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestStepAllocates holds steps to no memory but that of the buffers.
func TestStepAllocates(t *testing.T) {
	for _, text := range small {
		s, err := workload.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := workload.NewProblem(s)
		if err != nil {
			t.Fatal(err)
		}
		n, err := New(p, Best[float32](1))
		if err != nil {
			t.Fatal(err)
		}
		k := 0
		step := func() {
			if _, err := n.Step(k); err != nil {
				t.Error(err)
			}
			k++
		}
		for range p.Batches() { // products are planned when they are met
			step()
		}
		if got := testing.AllocsPerRun(p.Batches(), step); got != 0 {
			t.Errorf("%s: a step allocates %v times, want 0", text, got)
		}
	}
}

package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// inRegions are models of which several workers do some steps in regions.
func inRegions(t *testing.T, d graph.DType) map[string]train.Model {
	t.Helper()
	mlp, err := models.NewMLP(models.MLPOptions{In: 40, Hidden: []int{64, 48}, Out: 10, Head: models.MultiClass, DType: d})
	if err != nil {
		t.Fatal(err)
	}
	cnn, err := models.NewCNN(models.CNNOptions{Channels: 2, Height: 12, Width: 12, Hidden: []int{24}, Out: 10, Head: models.MultiClass, DType: d,
		Blocks: []models.ConvBlock{{Channels: 16, Kernel: 3, Pad: 1, Pool: 2}, {Channels: 16, Kernel: 3, Pad: 1, Pool: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	lstm, err := models.NewRNN(models.RNNOptions{Steps: 5, In: 12, Hidden: 32, Out: 10, Head: models.MultiClass, DType: d})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]train.Model{"mlp": mlp, "cnn": cnn, "lstm": lstm}
}

// enough examples for regions to pay in all of these models.
const enough = 250

// fed is a program of a training step with what it reads and leaves.
type fed struct {
	*graph.Program
	params *graph.Params
	x      string // the input of floats
}

// training compiles a training step of m for so many workers, of which o says the
// rest.
func training(t *testing.T, m train.Model, n, workers int, o graph.Options) fed {
	t.Helper()
	var trace strings.Builder
	b, loss, grads := step(t, m, n)
	o.Outputs, o.Grads, o.Workers = gorgonia.Nodes{loss}, grads, workers
	o.Trace = func(p graph.Phase) { trace.WriteString(p.Text) }
	p, err := b.Compile(o)
	if err != nil {
		t.Fatal(err)
	}
	if regions := strings.Contains(trace.String(), " rows {\n"); regions && workers == 1 || !regions && workers > 1 && n >= enough {
		t.Errorf("a batch of %d on %d workers: regions are found: %v", n, workers, regions)
	}
	f := fed{Program: p, params: m.Params()}
	for _, in := range p.Inputs() {
		if !in.Ints {
			f.x = in.Name
			continue
		}
		labels := make([]int, n)
		for i := range labels {
			labels[i] = i * 7 % 10
		}
		if err := graph.InputOf[int](p, in.Name).Set(labels); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// batch is the elements of the input of floats.
func (f fed) batch(seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	n := 1
	for _, d := range graph.InputOf[float64](f.Program, f.x).Shape() {
		n *= d
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(float32(r.NormFloat64()))
	}
	return v
}

// ways to give a program what it reads, each of which ends the one before.
var ways = map[string]func(f fed, v []float64) error{
	"Feed": func(f fed, v []float64) error { return graph.InputOf[float64](f.Program, f.x).Set(v) },
	"Bind": func(f fed, v []float64) error {
		if f.params.DType() == graph.Float32 {
			return graph.InputOf[float32](f.Program, f.x).Bind(single(v))
		}
		return graph.InputOf[float64](f.Program, f.x).Bind(v)
	},
	"Memory": func(f fed, v []float64) error {
		if f.params.DType() == graph.Float32 {
			m, err := graph.InputOf[float32](f.Program, f.x).Memory()
			copy(m, single(v))
			return err
		}
		m, err := graph.InputOf[float64](f.Program, f.x).Memory()
		copy(m, v)
		return err
	},
}

func single(v []float64) []float32 {
	w := make([]float32, len(v))
	for i, x := range v {
		w[i] = float32(x)
	}
	return w
}

// results runs the program and returns the bits of the loss and of all gradients.
func (f fed) results(t *testing.T) []uint64 {
	t.Helper()
	_, g64 := f.params.Flat64()
	_, g32 := f.params.Flat32()
	for i := range g64 {
		g64[i] = math.NaN()
	}
	for i := range g32 {
		g32[i] = float32(math.NaN())
	}
	if err := f.Run(); err != nil {
		t.Fatal(err)
	}
	bits := []uint64{math.Float64bits(graph.OutputOf[float64](f.Program, 0).Scalar())}
	for _, p := range f.params.List() {
		for _, x := range f.params.Grad(p.Name) {
			bits = append(bits, math.Float64bits(x))
		}
	}
	return bits
}

// TestRegions wants training steps on several workers to have the bits of those on
// one, however inputs are fed from run to run, for batches that the workers divide
// and others.
func TestRegions(t *testing.T) {
	order := []string{"Feed", "Bind", "Feed", "Memory", "Bind", "Bind", "Memory", "Feed"}
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for name, m := range inRegions(t, d) {
			for _, n := range []int{enough, 61, 11} { // of 11 three workers get two parts
				one := training(t, m, n, 1, graph.Options{})
				for _, workers := range []int{2, 3} {
					t.Run(fmt.Sprintf("%s of %v, %d on %d", name, d, n, workers), func(t *testing.T) {
						p := training(t, m, n, workers, graph.Options{})
						for i, way := range order {
							v := p.batch(uint64(i))
							if err := graph.InputOf[float64](one.Program, one.x).Set(v); err != nil {
								t.Fatal(err)
							}
							want := one.results(t)
							if err := ways[way](p, v); err != nil {
								t.Fatal(err)
							}
							for k, got := range p.results(t) {
								if got != want[k] {
									t.Fatalf("run %d, after %s: number %d of the results is %v, want %v", i, way, k,
										math.Float64frombits(got), math.Float64frombits(want[k]))
								}
							}
						}
						if allocs := testing.AllocsPerRun(3, func() { _ = p.Run() }); allocs != 0 {
							t.Errorf("a run allocates %v times", allocs)
						}
					})
				}
			}
		}
	}
}

// TestRegionsDescend wants steps of gradient descent on several workers to leave the
// parameters that those on one leave.
func TestRegionsDescend(t *testing.T) {
	var want map[string][]float32
	for _, workers := range []int{1, 2, 3} {
		got := map[string][]float32{}
		for name, m := range inRegions(t, graph.Float32) {
			p := training(t, m, enough, workers, graph.Options{Descend: true})
			if err := p.SetRate(0.1); err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				if err := graph.InputOf[float64](p.Program, p.x).Set(p.batch(uint64(i))); err != nil {
					t.Fatal(err)
				}
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
			}
			got[name], _ = p.params.Flat32()
		}
		if workers == 1 {
			want = got
		}
		for name := range want {
			if !slices.Equal(got[name], want[name]) {
				t.Errorf("%s on %d workers: other parameters than on one", name, workers)
			}
		}
	}
}

// TestRegionsFork runs programs of one plan at the same time: one of them gets the
// workers, the others do the parts of their regions themselves.
func TestRegionsFork(t *testing.T) {
	for name, m := range inRegions(t, graph.Float32) {
		t.Run(name, func(t *testing.T) {
			b := graph.New(m.Params())
			_, output := m.Loss(b, enough+1)
			p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output}, Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			f := fed{Program: p, params: m.Params(), x: p.Inputs()[0].Name}
			predict := func(f fed, seed uint64, way string) []float64 {
				if err := ways[way](f, f.batch(seed)); err != nil {
					t.Error(err)
				}
				if err := f.Run(); err != nil {
					t.Error(err)
				}
				return graph.OutputOf[float64](f.Program, 0).Read(nil)
			}
			seeds := 6
			if testing.Short() {
				seeds = 2 // each is fed in each of the three ways
			}
			want := make([][]float64, seeds)
			for i := range want {
				want[i] = predict(f, uint64(i), "Feed")
			}
			var all sync.WaitGroup
			for range 4 {
				fork := fed{Program: p.Fork(), params: f.params, x: f.x}
				all.Go(func() {
					for k := range 3 * seeds {
						way := []string{"Feed", "Bind", "Memory"}[k%3]
						for i, x := range predict(fork, uint64(k%seeds), way) {
							if x != want[k%seeds][i] {
								t.Errorf("after %s: element %d is %v, want %v", way, i, x, want[k%seeds][i])
								return
							}
						}
					}
				})
			}
			all.Wait()
		})
	}
}

// TestRegionsProfile wants times of all steps, in regions as well, that add up to no
// more than what has passed.
func TestRegionsProfile(t *testing.T) {
	const runs = 5
	for name, m := range inRegions(t, graph.Float32) {
		t.Run(name, func(t *testing.T) {
			p := training(t, m, enough, 2, graph.Options{})
			if err := graph.InputOf[float64](p.Program, p.x).Set(p.batch(1)); err != nil {
				t.Fatal(err)
			}
			want := p.results(t)
			start := time.Now()
			q, err := p.Profile(runs)
			if err != nil {
				t.Fatal(err)
			}
			elapsed := time.Since(start)
			if loss := math.Float64bits(graph.OutputOf[float64](p.Program, 0).Scalar()); loss != want[0] {
				t.Errorf("the loss is %v, want %v as without measuring", math.Float64frombits(loss), math.Float64frombits(want[0]))
			}
			sum := time.Duration(0)
			for _, k := range q.Kernels {
				if !passed(k.PerRun) {
					t.Errorf("%s took %v", k.Op, k.PerRun)
				}
				sum += k.PerRun
			}
			if sum != q.PerRun || sum > elapsed {
				t.Errorf("kernels took %v of %v a run, and all of it %v", sum, q.PerRun, elapsed)
			}
		})
	}
}

// TestRegionsBind binds inputs that a region reads row by row, whole, through a view,
// and in what finishes the tiles of a product.
func TestRegionsBind(t *testing.T) {
	const n, k = 300, 32
	shapes := map[string][]int{"x": {n, k}, "w": {k, k}, "r": {n, k}, "s": {2 * n, k}, "b": {k}}
	compile := func(workers int, trace *strings.Builder) *graph.Program {
		b := graph.New(nil)
		in := map[string]*gorgonia.Node{}
		for name, s := range shapes {
			in[name] = b.Input(name, s...)
		}
		y := b.Tanh(b.Add(b.MatMul(in["x"], in["w"]), in["r"]))
		y = b.Mul(b.Add(b.MatMul(y, in["w"]), in["b"]), in["r"])
		y = b.Sigmoid(b.Add(b.MatMul(y, in["w"]), b.Slice(in["s"], graph.Range(n, 2*n))))
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}, Workers: workers, Trace: func(p graph.Phase) { trace.WriteString(p.Text) }})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	var trace strings.Builder
	one, p := compile(1, &strings.Builder{}), compile(3, &trace)
	if !strings.Contains(trace.String(), "300 rows {\n") {
		t.Errorf("no region:\n%s", &trace)
	}
	r := rand.New(rand.NewPCG(1, 1))
	bound := map[string][]float64{}
	for name, s := range shapes {
		bound[name] = make([]float64, s[0]*append(s, 1)[1])
		if err := graph.InputOf[float64](p, name).Bind(bound[name]); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		for name, v := range bound {
			for i := range v {
				v[i] = r.NormFloat64()
			}
			if err := graph.InputOf[float64](one, name).Set(v); err != nil {
				t.Fatal(err)
			}
		}
		if err := one.Run(); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if got, want := graph.OutputOf[float64](p, 0).Read(nil), graph.OutputOf[float64](one, 0).Read(nil); !slices.Equal(got, want) {
			i := 0
			for got[i] == want[i] {
				i++
			}
			t.Fatalf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// TestRegionsSmall wants batches of few examples, or of none, to run on more workers
// than they have rows.
func TestRegionsSmall(t *testing.T) {
	for _, n := range []int{0, 1, 3, 7, 8, 9} {
		var want []float64
		for _, workers := range []int{1, 2, 16} {
			b := graph.New(nil)
			h := nn.Dense(b, "one", b.Input("x", n, 5), 300, nn.Tanh)
			h = b.Softmax(nn.Dense(b, "three", nn.Dense(b, "two", h, 300, nn.Tanh), 4, nn.Identity))
			p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{h}, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			x := make([]float64, 5*n)
			for i := range x {
				x[i] = math.Sin(float64(i))
			}
			if err := graph.InputOf[float64](p, "x").Bind(x); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			got := graph.OutputOf[float64](p, 0).Read(nil)
			if workers == 1 {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("a batch of %d on %d workers: got %v, want %v", n, workers, got, want)
			}
		}
	}
}

// TestRegionsWithoutElements compiles networks of 512 examples beside values without elements: of no
// columns, and of no examples. Those have no rows to share.
func TestRegionsWithoutElements(t *testing.T) {
	for _, shape := range [][2]int{{512, 0}, {0, 64}} {
		var want []float64
		for _, o := range []graph.Options{{Workers: 1}, {Workers: 2}, {Workers: 3, Fixed: true}} {
			b := graph.New(nil)
			w, x, e := b.Input("w", 64, 64), b.Input("x", 512, 64), b.Input("e", shape[0], shape[1])
			for range 4 {
				x = b.Softmax(b.MatMul(x, w))
				if shape[1] > 0 {
					e = b.MatMul(e, w)
				}
				e = b.LogSoftmax(b.Softmax(e))
			}
			o.Outputs = gorgonia.Nodes{b.MatMul(b.Input("y", 512, 64), b.Input("v", 64, 640)), e}
			if shape[1] > 0 {
				o.Outputs = gorgonia.Nodes{b.Concat(0, x, e)}
			}
			p, err := b.Compile(o)
			if err != nil {
				t.Fatalf("%v, %d workers: %v", shape, o.Workers, err)
			}
			for _, in := range p.Inputs() {
				v := make([]float64, in.Shape[0]*in.Shape[1])
				for i := range v {
					v[i] = math.Sin(float64(i))
				}
				if err := graph.InputOf[float64](p, in.Name).Set(v); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			got := graph.OutputOf[float64](p, 0).Read(nil)
			if o.Workers == 1 {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v: %d workers have other bits than one", shape, o.Workers)
			}
		}
	}
}

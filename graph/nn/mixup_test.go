package nn_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// mixers are the functions that mix.
var mixers = map[string]func(b *graph.Builder, x *gorgonia.Node, alpha float64) (*gorgonia.Node, nn.Mix){
	"Mixup": nn.Mixup, "CutMix": nn.CutMix,
}

// mixed is what one run of a mixer gave.
type mixed struct {
	x, y    []float64
	weight  float64
	partner []int
}

// mixRuns mixes x in several runs.
func mixRuns(t *testing.T, d graph.DType, f func(b *graph.Builder, x *gorgonia.Node, alpha float64) (*gorgonia.Node, nn.Mix), alpha float64, runs, workers int, shape ...int) (out []mixed) {
	t.Helper()
	b := graph.New(graph.NewParams(d, 5))
	b.SetTraining(true)
	size := 1
	for _, n := range shape {
		size *= n
	}
	x := b.Const(graphtest.Wave(size, 1), shape...)
	y, m := f(b, x, alpha)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{x, y, m.Weight, m.Partner}, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	for range runs {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		out = append(out, mixed{graph.OutputOf[float64](p, 0).Read(nil), graph.OutputOf[float64](p, 1).Read(nil),
			graph.OutputOf[float64](p, 2).Scalar(), graph.OutputOf[int](p, 3).Read(nil)})
	}
	return out
}

// TestMixup compares mixed examples with the formula. Partners are a permutation, anew in
// each run, and workers do not matter.
func TestMixup(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		const n, size = 5, 6
		runs := mixRuns(t, d, nn.Mixup, .4, 20, 1, n, 2, 3)
		for _, r := range runs {
			if p := slices.Sorted(slices.Values(r.partner)); !slices.Equal(p, []int{0, 1, 2, 3, 4}) {
				t.Fatalf("got the partners %v", r.partner)
			}
			for i, got := range r.y {
				want := r.weight*r.x[i] + (1-r.weight)*r.x[r.partner[i/size]*size+i%size]
				if math.Abs(got-want) > 1e-6 {
					t.Fatalf("%v: got %v at %d, want %v", d, got, i, want)
				}
			}
		}
		if runs[0].weight == runs[1].weight || slices.Equal(runs[0].y, runs[1].y) {
			t.Errorf("two runs mix alike")
		}
		for i, r := range mixRuns(t, d, nn.Mixup, .4, 20, 3, n, 2, 3) {
			if !slices.Equal(r.y, runs[i].y) {
				t.Errorf("%v: three workers mix otherwise than one", d)
			}
		}
	}
}

// TestCutMix looks for one box in all images and channels, and compares its share with the
// weight. Boxes are as large as λ says, but for what is cut off.
func TestCutMix(t *testing.T) {
	for _, shape := range [][]int{{3, 2, 12}, {4, 2, 7, 9}, {3, 1, 9, 8, 10}} {
		space := 1
		for _, n := range shape[2:] {
			space *= n
		}
		whole, none := false, false
		for _, r := range mixRuns(t, graph.Float64, nn.CutMix, 1, 200, 2, shape...) {
			inside := make([]bool, space)
			for i := range space {
				for e, p := range r.partner {
					at := e*shape[1]*space + i
					inside[i] = inside[i] || p != e && r.y[at] == r.x[p*shape[1]*space+i] && r.y[at] != r.x[at]
				}
			}
			count := 0
			for _, in := range inside {
				if in {
					count++
				}
			}
			moved := false
			for e, p := range r.partner {
				moved = moved || e != p
			}
			if moved && math.Abs(1-float64(count)/float64(space)-r.weight) > 1e-12 {
				t.Fatalf("%v: got the weight %v with %d of %d pixels replaced", shape, r.weight, count, space)
			}
			for i, got := range r.y {
				e := i / (shape[1] * space)
				want := r.x[i]
				if inside[i%space] {
					want = r.x[r.partner[e]*shape[1]*space+i%(shape[1]*space)]
				}
				if got != want {
					t.Fatalf("%v: got %v at %d, want %v", shape, got, i, want)
				}
			}
			if !isBox(inside, shape[2:]) {
				t.Fatalf("%v: got no box but %v", shape, inside)
			}
			whole, none = whole || r.weight < .7, none || r.weight > .8
		}
		if !whole || !none {
			t.Errorf("%v: got no large or no small box in 200 runs", shape)
		}
	}
}

// isBox reports whether the elements are a product of intervals.
func isBox(inside []bool, shape []int) bool {
	lo, hi := slices.Clone(shape), make([]int, len(shape))
	place := func(i int) (at []int) {
		at = make([]int, len(shape))
		for axis := len(shape) - 1; axis >= 0; axis-- {
			at[axis] = i % shape[axis]
			i /= shape[axis]
		}
		return at
	}
	for i, in := range inside {
		for axis, k := range place(i) {
			if in {
				lo[axis], hi[axis] = min(lo[axis], k), max(hi[axis], k+1)
			}
		}
	}
	for i, in := range inside {
		within := true
		for axis, k := range place(i) {
			within = within && k >= lo[axis] && k < hi[axis]
		}
		if in != within {
			return false
		}
	}
	return true
}

// TestMixWeights compares the weights of many runs with the distribution Beta(α, α), by
// Kolmogorov and Smirnov where it has a simple form, and by two moments.
func TestMixWeights(t *testing.T) {
	const n = 4000
	for alpha, below := range map[float64]func(x float64) float64{
		.5: func(x float64) float64 { return 2 / math.Pi * math.Asin(math.Sqrt(x)) },
		1:  func(x float64) float64 { return x },
		2:  func(x float64) float64 { return x * x * (3 - 2*x) },
		.2: nil, .01: nil, 30: nil,
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			var v []float64
			var mean, variance float64
			for _, r := range mixRuns(t, d, nn.Mixup, alpha, n, 1, 2, 1) {
				if !(r.weight >= 0 && r.weight <= 1) {
					t.Fatalf("%v: got the weight %v", alpha, r.weight)
				}
				v = append(v, r.weight)
				mean += r.weight / n
				variance += (r.weight - .5) * (r.weight - .5) / n
			}
			want := 1 / (4 * (2*alpha + 1))
			if math.Abs(mean-.5) > 5*math.Sqrt(want/n) || math.Abs(variance/want-1) > .1 {
				t.Errorf("α = %v: got the mean %v and the variance %v, want 0.5 and %v", alpha, mean, variance, want)
			}
			if below == nil {
				continue
			}
			slices.Sort(v)
			most := 0.0
			for i, x := range v {
				p := below(x)
				most = max(most, p-float64(i)/n, float64(i+1)/n-p)
			}
			if most *= math.Sqrt(n); most > 1.95 { // one of 1,000 is beyond
				t.Errorf("α = %v: got the largest distance %v/√n from the distribution", alpha, most)
			}
		}
	}
}

// TestMixLoss compares the loss of mixed labels, and of mixed numbers, with the formula,
// and the derivative with differences.
func TestMixLoss(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		b := graph.New(graph.NewParams(d, 5))
		b.SetTraining(true)
		x, m := nn.Mixup(b, b.Const(graphtest.Wave(12, 1), 4, 3), .4)
		w := b.Param("w", graph.Normal(0, 1), 3, 3)
		logits := b.MatMul(x, w)
		labels, numbers := b.ConstInts([]int{2, 0, 1, 1}, 4), b.Const(graphtest.Wave(12, 2), 4, 3)
		classes := m.Loss(b, logits, labels, func(z, y *gorgonia.Node) *gorgonia.Node { return loss.CrossEntropy(b, z, y) })
		squares := m.Loss(b, logits, numbers, func(z, y *gorgonia.Node) *gorgonia.Node { return loss.MSE(b, z, y) })
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{logits, numbers, m.Weight, m.Partner, classes, squares}})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		read := func(i int) []float64 { return graph.OutputOf[float64](p, i).Read(nil) }
		z, y, weight, partner := read(0), read(1), read(2)[0], graph.OutputOf[int](p, 3).Read(nil)
		wantClasses, wantSquares := 0.0, 0.0
		for e, label := range []int{2, 0, 1, 1} {
			row := z[e*3 : e*3+3]
			sum := math.Exp(row[0]) + math.Exp(row[1]) + math.Exp(row[2])
			other := []int{2, 0, 1, 1}[partner[e]]
			wantClasses += (weight*(math.Log(sum)-row[label]) + (1-weight)*(math.Log(sum)-row[other])) / 4
			for k := range 3 {
				a, c := row[k]-y[e*3+k], row[k]-y[partner[e]*3+k]
				wantSquares += (weight*a*a + (1-weight)*c*c) / 12
			}
		}
		if math.Abs(read(4)[0]-wantClasses) > 1e-6 || math.Abs(read(5)[0]-wantSquares) > 1e-6 {
			t.Errorf("%v: got the losses %v and %v, want %v and %v", d, read(4), read(5), wantClasses, wantSquares)
		}
		if d == graph.Float64 {
			if err := autograd.Check(b, b.Add(classes, squares), autograd.Point{}, autograd.CheckOptions{}); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestMixOutsideOfTraining returns x and the loss of y, and others draw as in training.
func TestMixOutsideOfTraining(t *testing.T) {
	for name, f := range mixers {
		var later [2][]float64
		for i, training := range []bool{false, true} {
			b := graph.New(graph.NewParams(graph.Float64, 1))
			b.SetTraining(training)
			x := b.Const(graphtest.Wave(24, 1), 2, 3, 4)
			y, m := f(b, x, 1)
			later[i] = graphtest.Run(t, b, nil, b.Uniform(3))[0]
			l := m.Loss(b, x, x, func(x, _ *gorgonia.Node) *gorgonia.Node { return b.Mean(x) })
			if mixes := y != x && m != (nn.Mix{}); l == nil || mixes != training {
				t.Errorf("%s: in training %v it mixes: %v", name, training, mixes)
			}
		}
		if !slices.Equal(later[0], later[1]) {
			t.Errorf("%s: a later draw is %v outside of training and %v in it", name, later[0], later[1])
		}
	}
}

// TestMixErrors looks at the errors of shapes and settings.
func TestMixErrors(t *testing.T) {
	for i, c := range []struct {
		kind error
		f    func(b *graph.Builder)
	}{
		{graph.ErrOption, func(b *graph.Builder) { nn.Mixup(b, b.Input("x", 2, 3), 0) }},
		{graph.ErrOption, func(b *graph.Builder) { nn.CutMix(b, b.Input("x", 2, 3, 4), math.NaN()) }},
		{graph.ErrShape, func(b *graph.Builder) { nn.Mixup(b, b.Input("x"), 1) }},
		{graph.ErrShape, func(b *graph.Builder) { nn.CutMix(b, b.Input("x", 2, 3), 1) }},
		{graph.ErrOption, func(b *graph.Builder) { nn.Mix{}.Loss(b, b.Input("x", 2, 3), b.Input("y", 2), nil) }},
		{graph.ErrShape, func(b *graph.Builder) {
			x, m := nn.Mixup(b, b.Input("x", 2, 3), 1)
			m.Loss(b, x, x, func(x, y *gorgonia.Node) *gorgonia.Node { return loss.MSE(b, x, y, loss.Each) })
		}},
	} {
		b := graph.New(graph.NewParams(graph.Float64, 1))
		b.SetTraining(true)
		if c.f(b); !errors.Is(b.Err(), c.kind) {
			t.Errorf("%s: got %v, want %v", fmt.Sprint("case ", i), b.Err(), c.kind)
		}
	}
}

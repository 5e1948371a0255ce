package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// ignoring is a classifier that ignores the label -1, with a penalty.
func ignoring(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := nn.Dense(b, "out", nn.Dense(b, "in", b.Input("x", n, 4), 6, nn.Tanh), 3, nn.Identity)
		l := loss.CrossEntropy(b, out, b.Ints("y", n), loss.CrossEntropyOptions{Ignore: new(-1)})
		return b.Add(l, b.Mul(b.Scalar(.01), b.Sum(b.Square(b.ParamNodes()[0])))), out
	}}
}

// cut is a way to compute a batch in pieces.
type cut struct{ micro, shards int }

func (c cut) of(o train.Options) train.Options {
	o.MicroBatch, o.Shards = c.micro, c.shards
	return o
}

func (c cut) String() string {
	if c.shards > 0 {
		return fmt.Sprintf("%d shards", c.shards)
	}
	return fmt.Sprintf("pieces of %d", c.micro)
}

// TestMicroBatch trains with batches in pieces: parameters and losses are those of whole
// batches up to rounding, with uneven pieces and with labels that do not count.
func TestMicroBatch(t *testing.T) {
	plain := blobs(t, 50)
	y, _ := plain.Field("y")
	labels := slices.Clone(y.Ints)
	for i := range labels {
		if i%3 == 0 || i < 12 {
			labels[i] = -1
		}
	}
	x, _ := plain.Field("x")
	some, err := data.New(x, data.Field{Name: "y", Ints: labels})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		model func(graph.DType) builds
		set   *data.Dataset
	}{
		"mean over the examples": {func(d graph.DType) builds { m := newNet(d, 0); return builds{m.p, m.Loss} }, plain},
		"mean over what counts":  {ignoring, some},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			near := map[graph.DType]float64{graph.Float64: 1e-12, graph.Float32: 1e-5}[d]
			fit := func(by cut) ([]float64, []float64) {
				m := c.model(d)
				tr := newTrainer(t, m, by.of(train.Options{Epochs: 2, BatchSize: 20, InOrder: true, Optimizer: train.SGD{Momentum: .9}, Schedule: schedule.Constant(.1)}))
				h, err := tr.Fit(context.Background(), c.set)
				if err != nil {
					t.Fatalf("%s, %v: %v", name, by, err)
				}
				if tr.Position().Step != 6 {
					t.Errorf("%s: got %d steps, want 6", name, tr.Position().Step)
				}
				return all(m.p), h.Losses()
			}
			want, wantLosses := fit(cut{})
			for _, by := range []cut{{1, 0}, {4, 0}, {6, 0}, {7, 0}, {10, 0}, {20, 0}, {100, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 7}, {0, 8}, {0, 20}, {0, 33}} {
				got, losses := fit(by)
				for i := range got {
					if math.Abs(got[i]-want[i]) > near {
						t.Fatalf("%s, %v, %v: got %v, want %v", name, d, by, got[i], want[i])
					}
				}
				for i := range losses {
					if math.Abs(losses[i]-wantLosses[i]) > near {
						t.Errorf("%s, %v, %v: got the losses %v, want %v", name, d, by, losses, wantLosses)
					}
				}
			}
		}
	}
}

// TestMicroBatchMixed adds to a mean over what counts a mean over all examples. Where the same
// share of each piece counts, the step is that of the whole batch. Otherwise it is refused.
func TestMicroBatchMixed(t *testing.T) {
	x, _ := blobs(t, 12).Field("x")
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		near := map[graph.DType]float64{graph.Float64: 1e-12, graph.Float32: 1e-5}[d]
		for _, c := range []struct {
			labels []int
			fits   bool
		}{
			{[]int{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}, true},
			{[]int{0, -1, -1, 0, 1, -1, -1, 1, 2, -1, -1, 2}, true},
			{[]int{0, 1, 2, -1, 1, 2, 0, 1, 2, 0, 1, 2}, false},
			{[]int{-1, -1, 2, 0, -1, -1, 0, 1, -1, -1, 1, 2}, false},
			{[]int{2, 0, -1, -1, 0, 1, -1, -1, 1, 2, -1, -1}, false},
		} {
			set, err := data.New(x, data.Field{Name: "y", Ints: c.labels})
			if err != nil {
				t.Fatal(err)
			}
			fit := func(by cut) ([]float64, error) {
				m := ignoring(d)
				with := builds{m.p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
					l, out := m.f(b, n)
					return b.Add(l, b.Mean(b.Square(out))), out
				}}
				tr := newTrainer(t, with, by.of(train.Options{Epochs: 2, BatchSize: 4, InOrder: true, Optimizer: train.SGD{}, Schedule: schedule.Constant(.1)}))
				_, err := tr.Fit(context.Background(), set)
				return all(m.p), err
			}
			want, err := fit(cut{})
			if err != nil {
				t.Fatal(err)
			}
			for _, by := range []cut{{2, 0}, {0, 2}} {
				got, err := fit(by)
				if !c.fits {
					if !errors.Is(err, graph.ErrUnsupported) {
						t.Errorf("%v, %v, %v: got %v, want ErrUnsupported", d, c.labels, by, err)
					}
					continue
				}
				for i := range want {
					if err != nil || math.Abs(got[i]-want[i]) > near {
						t.Fatalf("%v, %v, %v: got %v, %v, want %v", d, c.labels, by, got[i], err, want[i])
					}
				}
			}
		}
	}
}

// TestMicroBatchDraws checks that the pieces of a step draw different masks, and those of the
// next step others again, and that a step allocates nothing.
func TestMicroBatchDraws(t *testing.T) {
	for _, by := range []cut{{2, 0}, {0, 2}} {
		testDraws(t, by)
	}
}

func testDraws(t *testing.T, by cut) {
	masks := builds{graph.NewParams(graph.Float64, 1), nil}
	set, err := data.XY(slices.Repeat([]float64{1}, 8*40), 40, make([]float64, 8), 1)
	if err != nil {
		t.Fatal(err)
	}
	masks.f = func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.Dropout(b, b.Input("x", n, 40), .5)
		w := b.Param("w", graph.Zeros(), 40)
		return b.Mean(b.Mul(b.Mul(h, h), w)), h
	}
	tr := newTrainer(t, masks, by.of(train.Options{BatchSize: 4, Optimizer: train.SGD{}, Schedule: schedule.Constant(1)}))
	if err := train.Build(masks); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 4 {
		before := masks.p.Values("w")
		if _, err := tr.Step(set, []int{0, 1, 2, 3}); err != nil {
			t.Fatal(err)
		}
		values := map[float64]bool{}
		key := ""
		for i, w := range masks.p.Values("w") {
			values[math.Round((before[i]-w)*1e6)] = true
			key += string(rune('a' + int(math.Round((before[i]-w)*40))))
		}
		if len(values) < 4 { // of 0 to 4 examples with the unit, 2 pieces with the same mask would give 0, 2 and 4
			t.Errorf("got the updates %v, want masks that differ among the pieces", values)
		}
		seen[key] = true
	}
	if len(seen) != 4 {
		t.Errorf("got %d different updates in 4 steps, want 4", len(seen))
	}
	index := []int{0, 1, 2, 3, 4, 5, 6}
	if n := testing.AllocsPerRun(20, func() {
		if _, err := tr.Step(set, index); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

// TestMicroBatchDiagnose finds the bad node in a later piece.
func TestMicroBatchDiagnose(t *testing.T) {
	m := builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.Log(b.MatMul(b.Input("x", n, 1), b.Param("w", graph.Ones(), 1, 1)))
		return b.Mean(out), out
	}}
	set, err := data.XY([]float64{1, 2, 3, 4, 0, 1}, 1, make([]float64, 6), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []cut{{2, 0}, {0, 3}, {0, 8}} {
		tr := newTrainer(t, m, by.of(train.Options{BatchSize: 6, InOrder: true, Diagnose: true}))
		_, err = tr.Fit(context.Background(), set)
		var bad *train.NotFiniteError
		if !errors.As(err, &bad) || bad.Node == nil || bad.Node.Op != "log" {
			t.Errorf("%v: got %v, want an error that names log", by, err)
		}
	}
}

// TestMicroBatchRefused refuses a loss whose pieces do not make the whole.
func TestMicroBatchRefused(t *testing.T) {
	m := builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := nn.Dense(b, "out", b.Input("x", n, 4), 3, nn.Identity)
		o := loss.CrossEntropyOptions{Ignore: new(-1)}
		return b.Add(loss.CrossEntropy(b, out, b.Ints("y", n), o), loss.CrossEntropy(b, out, b.Ints("z", n), o)), out
	}}
	set, err := data.New(data.Field{Name: "x", Shape: []int{4}, Floats: make([]float64, 16)},
		data.Field{Name: "y", Ints: []int{0, -1, 1, 2}}, data.Field{Name: "z", Ints: []int{0, 1, 1, -1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []cut{{2, 0}, {0, 2}} {
		if _, err := newTrainer(t, m, by.of(train.Options{BatchSize: 4, InOrder: true})).Fit(context.Background(), set); !errors.Is(err, graph.ErrUnsupported) {
			t.Errorf("%v: got %v, want ErrUnsupported", by, err)
		}
	}
	for _, by := range []cut{{-1, 0}, {0, -1}, {2, 2}} {
		if _, err := train.New(m, by.of(train.Options{})); !errors.Is(err, train.ErrOption) {
			t.Errorf("MicroBatch %d and Shards %d: got %v, want ErrOption", by.micro, by.shards, err)
		}
	}
}

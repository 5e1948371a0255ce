package train_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// images returns n images of 5 by 5 pixels of bytes, or the same as float32, with labels.
func images(t testing.TB, n int, bytes bool) *data.Dataset {
	t.Helper()
	x, narrow, y := make([]uint8, n*25), make([]float32, n*25), make([]int, n)
	for i := range x {
		x[i] = uint8(i * i % 251)
		narrow[i] = float32(x[i])
	}
	for i := range y {
		y[i] = i % 3
	}
	f := data.Field{Name: "x", Shape: []int{1, 5, 5}, Floats32: narrow, Scale: 1. / 64, Shift: -1}
	if bytes {
		f.Floats32, f.Bytes = nil, x
	}
	set, err := data.New(f, data.Field{Name: "y", Ints: y, Classes: 3})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// reader is a classifier of images with dropout.
func reader(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.Dropout(b, nn.Dense(b, "in", b.Input("x", n, 25), 16, nn.ReLU), .2)
		out := nn.Dense(b, "out", h, 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), b.Softmax(out)
	}}
}

var changes = augment.Fields{"x": {augment.Shift{Pixels: 1}, augment.Flip{Horizontal: .5}, augment.Rotate{Degrees: 15}, augment.Noise{Sigma: .1}, augment.Erase{}}}

// fitInTwo trains m on set. A Fit that is stopped in a step, -1 for none, goes on in another.
func fitInTwo(t *testing.T, stop int, m train.Model, set *data.Dataset, o train.Options) *train.Trainer {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o.Schedule = schedule.Func(func(step int) float64 {
		if step == stop {
			cancel()
		}
		return .01
	})
	tr := newTrainer(t, m, o)
	_, err := tr.Fit(ctx, set)
	if errors.Is(err, context.Canceled) {
		_, err = tr.Fit(context.Background(), set)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestAugment trains on changed images: the same bits for any number of workers, for bytes
// and float32, and after a stop within an epoch, and others than without the changes.
func TestAugment(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		fit := func(stop, workers int, bytes bool, changes augment.Fields) []float64 {
			m := reader(d)
			fitInTwo(t, stop, m, images(t, 27, bytes), train.Options{Epochs: 3, BatchSize: 8, Seed: 4, Workers: workers, Augment: changes})
			return m.p.Values("in/weight")
		}
		want := fit(-1, 1, true, changes)
		for _, workers := range []int{2, 3, 8} {
			if !slices.Equal(fit(-1, workers, true, changes), want) {
				t.Errorf("%v: %d workers get other bits", d, workers)
			}
		}
		for stop := range 12 {
			if !slices.Equal(fit(stop, 2, true, changes), want) {
				t.Errorf("%v: stopped after step %d it goes on to other bits", d, stop)
			}
		}
		if !slices.Equal(fit(-1, 1, false, changes), want) {
			t.Errorf("%v: float32 gets other bits than bytes", d)
		}
		if slices.Equal(fit(-1, 1, true, nil), want) {
			t.Errorf("%v: nothing was changed", d)
		}
	}
}

// TestAugmentInFitOnly sees that Evaluate, Predict and Step take the examples as they are.
func TestAugmentInFitOnly(t *testing.T) {
	set := images(t, 9, true)
	var got [2][]float64
	for i, c := range []augment.Fields{nil, {"x": {augment.Func(func(x *augment.Example) { clear(x.Values) })}}} {
		tr := newTrainer(t, reader(graph.Float64), train.Options{Augment: c})
		loss, err := tr.Step(set, []int{4, 0, 2})
		if err != nil {
			t.Fatal(err)
		}
		r, err := tr.Evaluate(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		if got[i], err = tr.Predict(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		got[i] = append(got[i], loss, r.Loss)
	}
	if !slices.Equal(got[0], got[1]) {
		t.Errorf("got %v, changed %v", got[0], got[1])
	}
}

// TestAugmentTokens changes integers, and a row of each batch by the index of its example.
func TestAugmentTokens(t *testing.T) {
	const n, length = 6, 4
	tokens := make([]int, n*length)
	for i := range tokens {
		tokens[i] = i/length + 1
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{length}, Ints: tokens})
	if err != nil {
		t.Fatal(err)
	}
	m := builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.Take(b.Param("table", graph.Zeros(), 8, 1), b.Ints("x", n, length))
		return b.Sum(out), b.Reshape(out, n, length)
	}}
	tr := newTrainer(t, m, train.Options{Optimizer: train.SGD{}, Schedule: schedule.Constant(1), Epochs: 4, BatchSize: 4,
		Augment: augment.Fields{"x": {augment.DropTokens{Rate: .5, Keep: []int{6}}}}})
	if _, err := tr.Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	counts := m.p.Values("table") // below 0: each look-up takes 1 off
	for i := range counts {
		counts[i] *= -1
	}
	if counts[7] != 0 || counts[6] != 16 || counts[0] < 25 || counts[0] > 55 || counts[1] == 16 {
		t.Errorf("got the tokens 0 to 7 %v times, want 16 times 6, about 40 times 0, and about 8 times 1 to 5", counts)
	}
}

// TestAugmentAllocates counts the allocations of epochs of 3 and of 30 steps.
func TestAugmentAllocates(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		var got [2]float64
		for i, n := range []int{12, 120} {
			set := images(t, n, true)
			tr := newTrainer(t, reader(d), train.Options{Epochs: 1, BatchSize: 4, Augment: changes, Workers: 1})
			got[i] = testing.AllocsPerRun(5, func() {
				if err := tr.SetEpochs(tr.Position().Epoch + 1); err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(context.Background(), set); err != nil {
					t.Fatal(err)
				}
			})
		}
		if got[1]-got[0] > 13 { // one in every second of the 27 steps; the runtime has some too
			t.Errorf("%v: got %v allocations in 3 steps and %v in 30, want none in a step", d, got[0], got[1])
		}
	}
}

// TestAugmentPanics gets a panic of a function of the user as an error.
func TestAugmentPanics(t *testing.T) {
	tr := newTrainer(t, reader(graph.Float64), train.Options{Augment: augment.Fields{"x": {augment.Func(func(*augment.Example) { panic("mine") })}}})
	_, err := tr.Fit(context.Background(), images(t, 9, true))
	var p *train.PanicError
	if !errors.As(err, &p) || p.In != "Options.Augment" || fmt.Sprint(p.Value) != "mine" {
		t.Errorf("got %v, want a PanicError of Options.Augment", err)
	}
}

// TestMixup trains on mixed images: the same bits for any number of workers and after a
// stop. Evaluations mix nothing.
func TestMixup(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		fit := func(stop, workers int) []float64 {
			m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				x, cut := nn.CutMix(b, b.Input("x", n, 1, 5, 5), 1)
				x, mix := nn.Mixup(b, b.Reshape(x, n, 25), .4)
				out := nn.Dense(b, "out", x, 3, nn.Identity)
				l := mix.Loss(b, out, b.Ints("y", n), func(out, y *gorgonia.Node) *gorgonia.Node {
					return cut.Loss(b, out, y, func(out, y *gorgonia.Node) *gorgonia.Node { return loss.CrossEntropy(b, out, y) })
				})
				return l, b.Softmax(out)
			}}
			set := images(t, 27, true)
			tr := fitInTwo(t, stop, m, set, train.Options{Epochs: 2, BatchSize: 8, Workers: workers, Metrics: []train.Metric{train.Accuracy()}})
			r, err := tr.Evaluate(context.Background(), set)
			again, _ := tr.Evaluate(context.Background(), set)
			if err != nil || r.Loss != again.Loss {
				t.Errorf("%v: evaluations get the losses %v and %v, %v", d, r.Loss, again.Loss, err)
			}
			return m.p.Values("out/weight")
		}
		want := fit(-1, 1)
		for _, workers := range []int{2, 3} {
			if !slices.Equal(fit(-1, workers), want) {
				t.Errorf("%v: %d workers get other bits", d, workers)
			}
		}
		if !slices.Equal(fit(2, 2), want) {
			t.Errorf("%v: a training that goes on gets other bits", d)
		}
	}
}

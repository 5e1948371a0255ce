package train_test

import (
	"errors"
	"math"
	"slices"
	"strings"
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

// repeating computes each step several times, and calls see after it.
type repeating struct {
	train.Optimizer
	times int
	see   func(s train.Step, losses []float64, err error, v *train.View)
}

func (o repeating) Update(s train.Step, v *train.View) {
	grads := func() (out []float64) {
		train.EachParam(v, 0, nil, func(_ int, x train.Span[float64]) { out = append(out, x.Grad...) })
		return out
	}
	var losses []float64
	var failed error
	want := grads()
	for range o.times {
		l, err := s.Again()
		if err == nil && !slices.Equal(grads(), want) {
			err = errors.New("other gradients")
		}
		failed = errors.Join(failed, err)
		losses = append(losses, l)
	}
	o.see(s, losses, failed, v)
	o.Optimizer.Update(s, v)
}

// restless is a model with dropout, batch normalisation and a mean over what counts.
func restless() builds {
	return builds{graph.NewParams(graph.Float64, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.BatchNorm(b, "norm", nn.Dense(b, "hidden", b.Input("x", n, 4), 8, nn.Tanh), nn.BatchNormOptions{})
		out := nn.Dense(b, "out", nn.Dropout(b, h, 0.3), 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), out
	}}
}

// TestAgain computes steps anew at the same parameters: loss and gradients have the same
// bits, with dropout and changed examples, and the training is that without it.
func TestAgain(t *testing.T) {
	fit := func(o train.Optimizer) ([]float64, []float64, *train.History) {
		m := restless()
		tr := newTrainer(t, m, train.Options{Optimizer: o, Epochs: 3, BatchSize: 7, Schedule: schedule.Constant(0.01),
			Augment: augment.Fields{"x": {augment.Noise{Sigma: 0.1}}}})
		h, err := tr.Fit(t.Context(), blobs(t, 30))
		if err != nil {
			t.Fatal(err)
		}
		return all(m.p), m.p.State64(), h
	}
	steps := 0
	var kept func() (float64, error)
	got, states, h := fit(repeating{train.Adam{}, 3, func(s train.Step, losses []float64, err error, _ *train.View) {
		steps++
		kept = s.Again
		if err != nil || slices.ContainsFunc(losses, func(l float64) bool { return l != s.Loss }) {
			t.Errorf("step %d: got the losses %v and the error %v, want %v each time", s.N, losses, err, s.Loss)
		}
	}})
	want, wantStates, wantHistory := fit(train.Adam{})
	if !slices.Equal(got, want) || !slices.Equal(states, wantStates) || steps != 15 {
		t.Errorf("the training is another one after %d steps", steps)
	}
	for i, e := range h.Epochs {
		if e.Loss != wantHistory.Epochs[i].Loss {
			t.Errorf("epoch %d: got the loss %v, want %v", e.Epoch, e.Loss, wantHistory.Epochs[i].Loss)
		}
	}
	if _, err := kept(); !errors.Is(err, train.ErrOption) {
		t.Errorf("after the step: got %v, want ErrOption", err)
	}
}

// TestAgainMoves computes the loss at other parameters, and at some where it is not finite.
func TestAgainMoves(t *testing.T) {
	m := tilted(graph.Float64, 3)
	set := numbers(t, 0.5, -3)
	tr := newTrainer(t, m, train.Options{Optimizer: train.MaxNorm{Optimizer: moving{t}, Norm: 1e9}})
	if err := step(t, tr, set, 1); err != nil {
		t.Fatal(err)
	}
}

// numbers is a data set of one number in each row.
func numbers(t *testing.T, x ...float64) *data.Dataset {
	d, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type moving struct{ t *testing.T }

func (moving) Slots() []train.Slot { return nil }

func (o moving) Update(s train.Step, v *train.View) {
	set := func(w float64) (sum float64) {
		train.EachParam(v, w, nil, func(w float64, x train.Span[float64]) {
			for i := range x.Param {
				x.Param[i] = w
			}
		})
		return train.Sum(v, 0, nil, func(_ int, x train.Span[float64]) (sum float64) {
			for _, g := range x.Grad {
				sum += g
			}
			return sum
		})
	}
	sum := set(2) // of gradients: the loss is Σ x·w
	if l, err := s.Again(); err != nil || math.Abs(l-2*sum) > 1e-12*math.Abs(sum) {
		o.t.Errorf("got the loss %v and %v, want %v", l, err, 2*sum)
	}
	set(math.Inf(1))
	if l, err := s.Again(); !errors.Is(err, train.ErrNotFinite) {
		o.t.Errorf("got the loss %v and %v, want ErrNotFinite", l, err)
	}
	set(1)
}

// failing fails in its second step, after it has changed the parameters.
type failing struct{}

func (failing) Slots() []train.Slot { return []train.Slot{{Name: "a", Scalar: true}} }

func (failing) Update(s train.Step, v *train.View) {
	train.Each(v, 0, nil, func(_ int, x train.Span[float64]) { x.Param[0]++ })
	*v.Scalar(0)++
	if s.N == 2 {
		v.Fail(errors.New("too hard"))
	}
}

// TestFail lets an Optimizer say that a step cannot be made.
func TestFail(t *testing.T) {
	m := newNet(graph.Float64, 0)
	tr := newTrainer(t, m, train.Options{Optimizer: failing{}})
	set := blobs(t, 3)
	if err := step(t, tr, set, 0); err != nil {
		t.Fatal(err)
	}
	before := all(m.p)
	for range 2 {
		err := step(t, tr, set, 0)
		if err == nil || !strings.Contains(err.Error(), "step 1: the optimizer train_test.failing: too hard") || tr.Position().Step != 1 || !slices.Equal(all(m.p), before) {
			t.Errorf("got %v after %d steps, want the reason, and nothing changed", err, tr.Position().Step)
		}
	}
	p := one(t, graph.Float64, 1, 2)
	v := viewOf(t, p, failing{}, 1)
	for n, want := range []string{"", "too hard"} {
		failing{}.Update(train.Step{N: n + 1}, v)
		if err := v.Err(); (err != nil) != (want != "") || err != nil && err.Error() != want || v.Err() != nil {
			t.Errorf("step %d: got %v, want %q, once", n+1, err, want)
		}
	}
}

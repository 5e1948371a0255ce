package train_test

import (
	"context"
	"encoding/json"
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

// passing is a model with one weight that training takes from 0 to 10 and that fits the
// validation set best at 4, with a state that counts the steps, and with a frozen weight.
func passing(t *testing.T, d graph.DType) (m builds, trainSet, validation *data.Dataset) {
	t.Helper()
	m = builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		steps := b.State("steps", graph.Zeros(), 1)
		b.Update(steps, b.Add(steps, b.Const([]float64{1}, 1)))
		out := b.MatMul(b.Input("x", n, 1), b.Add(b.Param("w", graph.Zeros(), 1, 1), b.Param("frozen", graph.Zeros(), 1, 1)))
		return loss.MSE(b, out, b.Input("y", n, 1)), out
	}}
	m.p.Freeze("frozen")
	set := func(y float64) *data.Dataset {
		d, err := data.XY([]float64{1, 1}, 1, []float64{y, y}, 1)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return m, set(10), set(4)
}

// TestEarlyStopping ends a training in every way there is. The best weight and the state
// that goes with it are put back each time.
func TestEarlyStopping(t *testing.T) {
	enough := errors.New("enough")
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		huge := 1e300
		if d == graph.Float32 {
			huge = math.MaxFloat32
		}
		for end, interrupt := range map[train.End]func(epoch int, cancel func()) (rate float64, err error){
			train.EndPatience:  func(int, func()) (float64, error) { return .05, nil },
			train.EndEpochs:    func(int, func()) (float64, error) { return .05, nil },
			train.EndCallback:  func(int, func()) (float64, error) { return .05, enough },
			train.EndCancelled: func(_ int, cancel func()) (float64, error) { cancel(); return .05, nil },
			train.EndNotFinite: func(int, func()) (float64, error) { return huge, nil },
			train.EndError:     func(int, func()) (float64, error) { return -1, nil },
		} {
			name := fmt.Sprint(d, " ", end)
			m, trainSet, validation := passing(t, d)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			epochs, rate, byEpoch := 100, .05, map[int][]float64{}
			if end == train.EndEpochs {
				epochs = 8
			}
			tr := newTrainer(t, m, train.Options{Epochs: epochs, Optimizer: train.SGD{Momentum: .01}, Validation: validation,
				Stop: &train.EarlyStopping{Patience: 6}, Schedule: schedule.Func(func(int) float64 { return rate }),
				Callbacks: []train.Callback{train.On(func(e *train.EpochEnd) (err error) {
					byEpoch[e.Epoch.Epoch] = m.p.Values("w")
					if e.Epoch.Epoch == 9 {
						rate, err = interrupt(e.Epoch.Epoch, cancel)
					}
					return err
				})}})
			h, err := tr.Fit(ctx, trainSet)
			if (err == nil) != (end == train.EndPatience || end == train.EndEpochs) || h.Ended != end {
				t.Errorf("%s: got the end %v, %v", name, h.Ended, err)
			}
			if h.Best != 5 { // 10·(1 − 0.9⁵) = 4.1
				t.Errorf("%s: got the best epoch %d of the losses %v, want 5", name, h.Best, h.Validations())
			}
			if end == train.EndPatience && len(h.Epochs) != 11 {
				t.Errorf("%s: got %d epochs, want 5 + 6", name, len(h.Epochs))
			}
			if got := m.p.Values("w"); !slices.Equal(got, byEpoch[5]) {
				t.Errorf("%s: got the weight %v, want that of epoch 5, %v", name, got, byEpoch[5])
			}
			if got := m.p.Values("steps"); got[0] != 5 {
				t.Errorf("%s: got the state %v, want that of epoch 5", name, got)
			}
		}
	}
}

// TestEarlyStoppingMeasures stops by a metric that is to be large, and one whose epochs
// must be better by a number.
func TestEarlyStoppingMeasures(t *testing.T) {
	score := train.Metric{Name: "score", Maximize: true, Start: func() train.Meter { return &near{} }}
	mistake := train.Metric{Name: "mistake", Start: score.Start}
	for _, c := range []struct {
		s            train.EarlyStopping
		best, epochs int
	}{
		{train.EarlyStopping{Metric: "score", Patience: 2}, 5, 7},
		{train.EarlyStopping{Metric: "mistake", Patience: 3}, 1, 4},
		{train.EarlyStopping{MinDelta: 4, Patience: 1}, 2, 3}, // the losses are 9, 4.4, 1.7
		{train.EarlyStopping{}, 5, 15},
	} {
		m, trainSet, validation := passing(t, graph.Float64)
		tr := newTrainer(t, m, train.Options{Epochs: 100, Optimizer: train.SGD{}, Schedule: schedule.Constant(.05),
			Validation: validation, Metrics: []train.Metric{score, mistake}, Stop: &c.s})
		h, err := tr.Fit(context.Background(), trainSet)
		if err != nil || h.Best != c.best || len(h.Epochs) != c.epochs || h.Ended != train.EndPatience {
			t.Errorf("%+v: got the best epoch %d of %d, %v, %v, want %d of %d", c.s, h.Best, len(h.Epochs), h.Ended, err, c.best, c.epochs)
		}
	}
}

// near measures how near the outputs are to the targets.
type near struct{ last float64 }

func (n *near) Add(b train.Scored) { n.last = -math.Abs(b.Output[0] - b.Target[0]) }
func (n *near) Value() float64     { return n.last }

// TestResumeWithStop cancels a training in each of its steps and goes on, also with an
// evaluation: parameters, states, losses and the best epoch have the bits of one that was
// not cancelled.
func TestResumeWithStop(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		trainSet, validation := blobs(t, 24), blobs(t, 15)
		fit := func(stop int) (m builds, losses []float64, h *train.History) {
			m = running(graph.NewParams(d, 3))
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			tr := newTrainer(t, m, train.Options{Epochs: 6, BatchSize: 10, Validation: validation, Stop: &train.EarlyStopping{Patience: 2},
				Schedule: schedule.Func(func(step int) float64 {
					if step == stop {
						cancel() // this step is the last
					}
					return .5 // too large, so that the best epoch is not the last
				})})
			h, err := tr.Fit(ctx, trainSet)
			if losses = h.Losses(); errors.Is(err, context.Canceled) {
				h, err = tr.Fit(context.Background(), trainSet)
				losses = h.Losses()
			}
			if err != nil {
				t.Fatal(err)
			}
			return m, losses, h
		}
		want, wantLosses, wantHistory := fit(-1)
		if wantHistory.Best == wantHistory.Last().Epoch || wantHistory.Ended != train.EndPatience {
			t.Fatalf("the best epoch %d is the last one, and the end %v", wantHistory.Best, wantHistory.Ended)
		}
		for stop := range 3 * len(wantLosses) {
			m, losses, h := fit(stop)
			for _, q := range append(m.p.List(), m.p.States()...) {
				if !slices.Equal(m.p.Values(q.Name), want.p.Values(q.Name)) {
					t.Errorf("%v: stopped at step %d: %s differs", d, stop, q.Name)
				}
			}
			if !slices.Equal(losses, wantLosses) || h.Best != wantHistory.Best || h.Ended != wantHistory.Ended {
				t.Errorf("%v: stopped at step %d: got the losses %v, best %d, %v", d, stop, losses, h.Best, h.Ended)
			}
		}
	}
}

// TestResumeAfterSet goes on from parameters that were set after a stop, not from those of
// the last step, and begins anew on another data set.
func TestResumeAfterSet(t *testing.T) {
	for _, other := range []bool{false, true} {
		m, set, validation := passing(t, graph.Float64)
		enough := errors.New("enough")
		tr := newTrainer(t, m, train.Options{Epochs: 3, Optimizer: train.SGD{}, Schedule: schedule.Constant(.05), Validation: validation,
			Stop: &train.EarlyStopping{}, Callbacks: []train.Callback{train.On(func(e *train.EpochEnd) error {
				if e.Epoch.Epoch == 2 {
					return enough
				}
				return nil
			})}})
		if _, err := tr.Fit(context.Background(), set); !errors.Is(err, enough) {
			t.Fatal(err)
		}
		if err := m.p.Set("w", []float64{6}); err != nil {
			t.Fatal(err)
		}
		want := 1.9 // of epoch 2, which is still the best
		if other {
			_, set, _ = passing(t, graph.Float64)
			want = 6 + .05*2*4
		}
		h, err := tr.Fit(context.Background(), set)
		if err != nil || len(h.Epochs) != 3 || math.Abs(h.Last().Loss-16) > 1e-12 {
			t.Errorf("got the history %+v, %v, want a third epoch that begins with the loss 16", h, err)
		}
		if got := m.p.Values("w")[0]; math.Abs(got-want) > 1e-12 {
			t.Errorf("another set %v: got the weight %v, want %v", other, got, want)
		}
	}
}

// TestBest finds the best epoch of a training that nothing stops, over all calls of Fit, and none
// where no epoch was measured on other data.
func TestBest(t *testing.T) {
	fit := func(o train.Options, validate bool) (h *train.History, w float64) {
		t.Helper()
		m, set, validation := passing(t, graph.Float64)
		o.Epochs, o.Optimizer, o.Schedule = 4, train.SGD{}, schedule.Constant(.05)
		if validate {
			o.Validation = validation
		}
		tr := newTrainer(t, m, o)
		for _, epochs := range []int{3, 12} {
			if err := tr.SetEpochs(epochs); err != nil {
				t.Fatal(err)
			}
			var err error
			if h, err = tr.Fit(context.Background(), set); err != nil {
				t.Fatal(err)
			}
			if best, losses := h.Best, h.Validations(); validate && losses[best-1] != slices.Min(losses) {
				t.Errorf("got the best epoch %d of %v", best, losses)
			}
		}
		return h, m.p.Values("w")[0]
	}
	if h, w := fit(train.Options{}, true); h.Best != 5 || math.Abs(w-10*(1-math.Pow(.9, 12))) > 1e-9 {
		t.Errorf("got the best epoch %d and the weight %v, want 5 and that of epoch 12", h.Best, w)
	}
	for _, metrics := range [][]train.Metric{nil, {train.MAE()}} {
		if h, _ := fit(train.Options{Metrics: metrics}, false); h.Best != 0 {
			t.Errorf("got the best epoch %d without Validation, want none", h.Best)
		}
	}
}

// TestStopWithoutEpoch leaves the parameters alone if no epoch was measured.
func TestStopWithoutEpoch(t *testing.T) {
	m, set, validation := passing(t, graph.Float64)
	tr := newTrainer(t, m, train.Options{BatchSize: 1, Optimizer: train.SGD{}, Validation: validation, Stop: &train.EarlyStopping{},
		Schedule: schedule.Func(func(step int) float64 { return .05 - .1*float64(step) })})
	h, err := tr.Fit(context.Background(), set)
	if !errors.Is(err, train.ErrOption) || h.Best != 0 || h.Ended != train.EndError || m.p.Values("w")[0] != 1 {
		t.Errorf("got %+v, %v and the weight %v, want 1 after one step", h, err, m.p.Values("w"))
	}
}

// TestEndText writes and reads every End, and a History with one.
func TestEndText(t *testing.T) {
	for e := train.EndNone; e <= train.EndError; e++ {
		text, err := json.Marshal(train.History{Ended: e, Best: 3})
		var h train.History
		if err == nil {
			err = json.Unmarshal(text, &h)
		}
		if err != nil || h.Ended != e || h.Best != 3 {
			t.Errorf("%v: got %s, %+v, %v", e, text, h, err)
		}
	}
	if _, err := (train.EndDryRun + 1).MarshalText(); !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v for no End", err)
	}
}

// TestStopNeedsNoCopy trains as without Options.Stop if no epoch is worse.
func TestStopNeedsNoCopy(t *testing.T) {
	set := blobs(t, 30)
	var got [2][]float64
	for i, s := range []*train.EarlyStopping{nil, {Patience: 5}} {
		m := builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			out := nn.Dense(b, "out", b.Input("x", n, 4), 3, nn.Identity)
			return loss.CrossEntropy(b, out, b.Ints("y", n)), out
		}}
		tr := newTrainer(t, m, train.Options{Epochs: 5, Validation: set, Stop: s})
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		got[i] = m.p.Values("out/weight")
	}
	if !slices.Equal(got[0], got[1]) {
		t.Errorf("got %v without and %v with Stop", got[0], got[1])
	}
}

package train_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

var errOwn = errors.New("an error of mine")

// explode panics with an error, a few calls down.
func explode() { panic(errOwn) }

// frail is an Optimizer that panics in the method of that name.
type frail string

func (o frail) fail(method string) {
	if string(o) == method {
		explode()
	}
}
func (o frail) Validate() error                                     { o.fail("Validate"); return nil }
func (o frail) Slots() []train.Slot                                 { o.fail("Slots"); return nil }
func (o frail) Update(train.Step, *train.View)                      { o.fail("Update") }
func (o frail) At(schedule.Moment) float64                          { o.fail("At"); return 0.1 }
func (o frail) Params() *graph.Params                               { o.fail("Params"); return graph.NewParams(graph.Float64, 1) }
func (o frail) Add(train.Scored)                                    { o.fail("Meter.Add") }
func (o frail) Value() float64                                      { o.fail("Meter.Value"); return 0 }
func (o frail) check(train.Pair) error                              { o.fail("Check"); return nil }
func (o frail) start() train.Meter                                  { o.fail("Start"); return o }
func (o frail) Loss(*graph.Builder, int) (l, output *gorgonia.Node) { return nil, nil }

// TestPanics lets everything that a user writes panic: the call of the package returns a
// *PanicError with function, value, place and stack.
func TestPanics(t *testing.T) {
	ctx, set := context.Background(), blobs(t, 9)
	metric := func(o frail) train.Options {
		return train.Options{Metrics: []train.Metric{{Name: "m", Start: o.start, Check: o.check}}}
	}
	late := func(f func()) func(int) float64 {
		return func(step int) float64 {
			if step > 0 {
				f()
			}
			return 0.1
		}
	}
	loss := model(func(*graph.Builder, int) (_, _ *gorgonia.Node) { explode(); return nil, nil })
	after := model(func(b *graph.Builder, n int) (_, _ *gorgonia.Node) {
		b.MatMul(b.Input("x", n, 4), b.Param("w", graph.Zeros(), 5, 2)) // a first mistake
		explode()
		return nil, nil
	})
	fit := func(m train.Model, o train.Options) error {
		tr, err := train.New(m, o)
		if err != nil {
			return err
		}
		_, err = tr.Fit(ctx, set)
		return err
	}
	net := func(o train.Options) func() error {
		return func() error { o.BatchSize = 3; return fit(newNet(graph.Float64, 0), o) }
	}
	for _, c := range []struct {
		call string // of the package
		in   string
		do   func() error
	}{
		{"New", "Params", func() error { _, err := train.New(frail("Params"), train.Options{}); return err }},
		{"New", "train_test.frail.Validate", net(train.Options{Optimizer: frail("Validate")})},
		{"New", "train_test.frail.Slots", net(train.Options{Optimizer: frail("Slots")})},
		{"New", "Options.Schedule: Validate", net(train.Options{Schedule: frail("Validate")})},
		{"Fit", "Options.Schedule", net(train.Options{Schedule: frail("At")})},
		{"New", "Start", net(metric("Start"))},
		{"Build", "Loss", func() error { return train.Build(loss) }},
		{"Fit", "Loss", func() error { return fit(loss, train.Options{}) }},
		{"Fit", "Loss", func() error { return fit(after, train.Options{}) }},
		{"Step", "Loss", func() error { _, err := newTrainer(t, loss, train.Options{}).Step(set, []int{0}); return err }},
		{"Evaluate", "Loss", func() error { _, err := newTrainer(t, loss, train.Options{}).Evaluate(ctx, set); return err }},
		{"Predict", "Loss", func() error { _, err := newTrainer(t, loss, train.Options{}).Predict(ctx, set); return err }},
		{"Fit", "Update", net(train.Options{Optimizer: frail("Update")})},
		{"Fit", "Options.Schedule", net(train.Options{Schedule: schedule.Func(late(explode))})},
		{"Fit", "Check", net(metric("Check"))},
		{"Fit", "Meter.Add", net(metric("Meter.Add"))},
		{"Fit", "Meter.Value", net(metric("Meter.Value"))},
		{"Fit", "Callback.On", net(train.Options{Callbacks: []train.Callback{train.On(func(*train.EpochEnd) error { explode(); return nil })}})},
	} {
		err := c.do()
		var p *train.PanicError
		if !errors.Is(err, errOwn) || !errors.As(err, &p) || p.In != c.in || p.Value != any(errOwn) || !strings.HasPrefix(p.At, "panic_test.go:") {
			t.Errorf("%s, %s: got %v, want a PanicError of it", c.call, c.in, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), "train: "+c.call+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s, %s: got %q, want one line that names the call", c.call, c.in, err)
		}
		if !strings.Contains(string(p.Stack), "train_test.explode") || !strings.Contains(fmt.Sprintf("%+v", p), "train_test.explode") {
			t.Errorf("%s, %s: the stack does not name the function that panics:\n%s", c.call, c.in, p.Stack)
		}
	}
	err := fit(after, train.Options{})
	if !errors.Is(err, graph.ErrShape) || !strings.Contains(err.Error(), "; then Loss panicked") {
		t.Errorf("a panic after a mistake: got %v, want the mistake first", err)
	}
	var p *train.PanicError
	if errors.As(err, &p) && (fmt.Sprintf("%s", p) != p.Error() || fmt.Sprintf("%v", p) != p.Error() || fmt.Sprintf("%q", p) != strconv.Quote(p.Error())) {
		t.Errorf("printed as %s, %v and %q, want %s", p, p, p, p.Error())
	}
	if text := fmt.Sprintf("%+v", fit(loss, train.Options{})); !strings.Contains(text, "train_test.explode") {
		t.Errorf("%%+v of the wrapped error has no stack:\n%s", text)
	}
}

// TestPanicOfRuntime lets a span panic on another goroutine by an index out of range.
func TestPanicOfRuntime(t *testing.T) {
	tr := newTrainer(t, wide(graph.Float32), train.Options{Optimizer: beyond{}, Workers: 2, AllowUnused: true})
	err := step(t, tr, blobs(t, 9), 0)
	var p *train.PanicError
	var r runtime.Error
	if !errors.As(err, &p) || !errors.As(err, &r) || !strings.HasPrefix(p.At, "panic_test.go:") || !strings.Contains(string(p.Stack), "train_test.past") {
		t.Errorf("got %v, want a PanicError with the place in this file", err)
	}
	if _, err := tr.Predict(context.Background(), blobs(t, 9)); err != nil {
		t.Errorf("the trainer cannot be used any more: %v", err)
	}
}

// beyond reads past the end of its spans.
type beyond struct{}

func (beyond) Slots() []train.Slot { return nil }

func (beyond) Update(_ train.Step, v *train.View) { train.Each(v, 1, past[float32], past[float64]) }

func past[T train.Float](by int, x train.Span[T]) { x.Param[0] = x.Param[len(x.Param)-1+by] }

// TestOwnValidate checks that an error of one's own Validate is an ErrOption
// and itself.
func TestOwnValidate(t *testing.T) {
	_, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: refusing{}})
	if !errors.Is(err, errOwn) || !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v, want an ErrOption and the error of Validate", err)
	}
}

type refusing struct{ beyond }

func (refusing) Validate() error { return errOwn }

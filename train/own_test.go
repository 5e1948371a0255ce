package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// thirds is an optimizer as a user writes it, with every kind of slot and every way to
// go over a View: gradients are scaled by their norm, the update is a moving average
// from an initial value, each parameter is kept within a norm, and a scalar counts the
// steps.
type thirds struct {
	goroutines *atomic.Int64 // largest number of spans at the same time
}

func (*thirds) Add(train.Scored) {}
func (*thirds) Value() float64   { return 0 }

func (thirds) Slots() []train.Slot {
	return []train.Slot{{Name: "average", Init: 0.25}, {Name: "steps", Scalar: true}}
}

func (o thirds) Update(s train.Step, v *train.View) {
	norm := math.Sqrt(train.Sum(v, 0, squares[float32], squares[float64]))
	train.Each(v, third{s.Rate, norm, o.goroutines}, moveThird[float32], moveThird[float64])
	train.EachParam(v, 10.0, within[float32], within[float64])
	*v.Scalar(1) += 1
	if *v.Scalar(1) != float64(s.N) {
		panic("the scalar does not count the steps")
	}
}

func squares[T train.Float](_ int, x train.Span[T]) (sum float64) {
	for _, g := range x.Grad {
		sum += float64(g) * float64(g)
	}
	return sum
}

type third struct {
	rate, norm float64
	goroutines *atomic.Int64
}

// present counts the spans that are worked on.
var present atomic.Int64

func moveThird[T train.Float](a third, x train.Span[T]) {
	n := present.Add(1)
	defer present.Add(-1)
	if a.goroutines != nil {
		for start := time.Now(); n < 2 && a.goroutines.Load() < 2 && time.Since(start) < 10*time.Second; { // wait for a second worker
			runtime.Gosched()
			n = present.Load()
		}
		a.goroutines.Store(max(n, a.goroutines.Load()))
	}
	average := x.Slot[0]
	for i, g := range x.Grad {
		average[i] += (g/T(a.norm) - average[i]) / 3
		x.Param[i] -= T(a.rate) * (average[i] + T(x.Decay(0.01))*x.Param[i])
	}
}

// within checks that it has a whole parameter, and scales it to a norm of at most the
// limit.
func within[T train.Float](limit float64, x train.Span[T]) {
	size, sum := 1, 0.0
	for _, d := range x.Of.Shape {
		size *= d
	}
	if size != len(x.Param) || x.Lo != 0 || x.Slot[1] != nil || len(x.Slot[0]) != size {
		panic(fmt.Sprintf("%s: a span of %d elements of %v", x.Of.Name, len(x.Param), x.Of.Shape))
	}
	for _, p := range x.Param {
		sum += float64(p) * float64(p)
	}
	if scale := limit / math.Sqrt(sum); scale < 1 {
		for i := range x.Param {
			x.Param[i] *= T(scale)
		}
	}
}

// wide is a model of some 100,000 parameters, one of which the loss does not depend on.
func wide(d graph.DType) builds {
	return builds{graph.NewParams(d, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.Dense(b, "hidden", b.Input("x", n, 4), 13001, nn.Tanh)
		b.Param("idle", graph.Ones(), 5, 7)
		out := nn.Dense(b, "out", h, 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), out
	}}
}

// TestOwnOptimizer trains with an optimizer from outside of the package: it has the
// same bits for any number of workers, and the parameter that the loss does not depend
// on does not move.
func TestOwnOptimizer(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		var want []float64
		for _, workers := range []int{1, 2, 3} {
			m := wide(d)
			tr := newTrainer(t, m, train.Options{Optimizer: thirds{}, Epochs: 2, Workers: workers, Schedule: schedule.Constant(0.01), AllowUnused: true})
			if _, err := tr.Fit(context.Background(), blobs(t, 70)); err != nil {
				t.Fatal(err)
			}
			var got []float64
			for _, q := range m.p.List() {
				got = append(got, m.p.Values(q.Name)...)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v, %d workers: other parameters than with one", d, workers)
			}
			if slices.ContainsFunc(m.p.Values("idle"), func(x float64) bool { return x != 1 }) {
				t.Errorf("%v, %d workers: a parameter has moved that the loss does not depend on", d, workers)
			}
		}
	}
}

// TestOwnOptimizerHasWorkers lets a span wait until another one is worked on too.
func TestOwnOptimizerHasWorkers(t *testing.T) {
	var most atomic.Int64
	tr := newTrainer(t, wide(graph.Float32), train.Options{Optimizer: thirds{&most}, Workers: 2, AllowUnused: true})
	if err := step(t, tr, blobs(t, 9), 0); err != nil {
		t.Fatal(err)
	}
	if most.Load() != 2 {
		t.Errorf("%d spans at the same time, want 2", most.Load())
	}
}

// TestOwnOptimizerAllocatesNothing counts what a step allocates, small and large.
func TestOwnOptimizerAllocatesNothing(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for name, m := range map[string]train.Model{"small": newNet(d, 0), "wide": wide(d)} {
			tr := newTrainer(t, m, train.Options{Optimizer: thirds{}, Workers: 2, AllowUnused: true})
			set := blobs(t, 9)
			one := func() {
				if err := step(t, tr, set, 0); err != nil {
					t.Fatal(err)
				}
			}
			one()
			if n := testing.AllocsPerRun(10, one); n != 0 {
				t.Errorf("%v, %s: a step allocates %v times, want 0", d, name, n)
			}
		}
	}
}

// spoiler makes good steps until the given one, in which it does something bad after it
// has changed a parameter and its slots.
type spoiler struct {
	at int
	do func(param, slot, scalar *float64)
}

func (spoiler) Slots() []train.Slot {
	return []train.Slot{{Name: "sum"}, {Name: "largest", Scalar: true}}
}

func (o spoiler) Update(s train.Step, v *train.View) {
	*v.Scalar(1) += s.Rate
	train.Each(v, s.Rate, nil, func(rate float64, x train.Span[float64]) {
		for i, g := range x.Grad {
			x.Slot[0][i] += g
			x.Param[i] -= rate * x.Slot[0][i]
		}
		if s.N == o.at && x.Lo == 0 {
			o.do(&x.Param[0], &x.Slot[0][0], v.Scalar(1))
		}
	})
}

// TestOwnOptimizerIsUndone lets an optimizer from outside fail in its third step:
// parameters and slots are those before it, in models of any size, and the training goes
// on as it does without it.
func TestOwnOptimizerIsUndone(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name string
		do   func(param, slot, scalar *float64)
		want string
	}{
		{"parameter", func(p, _, _ *float64) { *p = nan }, `parameter "w": got numbers that are not finite after the update`},
		{"slot", func(_, s, _ *float64) { *s = math.Inf(1) }, `parameter "w", slot "sum": got`},
		{"scalar", func(_, _, s *float64) { *s = nan }, `: slot "largest": got`},
		{"panic", func(p, _, _ *float64) { *p = nan; panic("no more") }, "Update panicked at own_test.go:"},
	} {
		for _, units := range []int{3, 100000} {
			set := fourRows(t)
			o := train.Options{Schedule: schedule.Constant(0.001), Workers: 2}
			m, control := roots(graph.Float64, units), roots(graph.Float64, units)
			o.Optimizer = spoiler{3, c.do}
			tr := newTrainer(t, m, o)
			o.Optimizer = spoiler{}
			without := newTrainer(t, control, o)
			for i := range 2 {
				if err := errors.Join(step(t, tr, set, i), step(t, without, set, i)); err != nil {
					t.Fatal(err)
				}
			}
			err := step(t, tr, set, 2)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "parameters and optimizer state are those before the step") {
				t.Errorf("%s, %d units: got %v, want %s", c.name, units, err, c.want)
			}
			if !slices.Equal(m.p.Values("w"), control.p.Values("w")) || tr.Position().Step != 2 {
				t.Errorf("%s, %d units: the parameters have changed, or there are %d steps", c.name, units, tr.Position().Step)
			}
		}
	}
}

// onTop clips the gradients of another optimizer by their norm and averages its
// parameters.
type onTop struct{ train.Optimizer }

func (o onTop) Slots() []train.Slot {
	return append(o.Optimizer.Slots(), train.Slot{Name: "clipped", Scalar: true}, train.Slot{Name: "mean"})
}

func (o onTop) Update(s train.Step, v *train.View) {
	if norm := math.Sqrt(train.Sum(v, 0, squares[float32], squares[float64])); norm > 1 {
		train.Each(v, 1/norm, scaleGrad[float32], scaleGrad[float64])
		*v.Scalar(v.Slot("clipped")) += 1
	}
	o.Optimizer.Update(s, v)
	train.Each(v, v.Slot("mean"), averageParam[float32], averageParam[float64])
}

func scaleGrad[T train.Float](by float64, x train.Span[T]) {
	for i := range x.Grad {
		x.Grad[i] *= T(by)
	}
}

func averageParam[T train.Float](slot int, x train.Span[T]) {
	for i, p := range x.Param {
		x.Slot[slot][i] += (p - x.Slot[slot][i]) / 2
	}
}

// TestOptimizerOnTop holds an optimizer on top of Adam and of momentum, in every mix of
// slots, to the same computed apart, and counts what its steps allocate.
func TestOptimizerOnTop(t *testing.T) {
	for _, o := range []train.Optimizer{train.SGD{}, train.SGD{Momentum: 0.9}, train.Adam{}, thirds{}} {
		p, q := one(t, graph.Float64, 3, -2, 1), one(t, graph.Float64, 3, -2, 1)
		v, err := train.NewView(p, onTop{o}, 1)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := train.NewView(q, o, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, g := p.Flat64()
		_, clipped := q.Flat64()
		average := make([]float64, 3)
		for n := 1; n <= 5; n++ {
			copy(g, []float64{float64(n), 0, 0})
			copy(clipped, []float64{1, 0, 0})
			s := train.Step{N: n, Rate: 0.1}
			onTop{o}.Update(s, v)
			o.Update(s, alone)
			for i, x := range q.Values("w") {
				average[i] += (x - average[i]) / 2
			}
			if !slices.Equal(p.Values("w"), q.Values("w")) {
				t.Fatalf("%T, step %d: got the parameters %v, want %v", o, n, p.Values("w"), q.Values("w"))
			}
		}
		train.EachParam(v, v.Slot("mean"), nil, func(slot int, x train.Span[float64]) {
			if !slices.Equal(x.Slot[slot], average) {
				t.Errorf("%T: got the average %v, want %v", o, x.Slot[slot], average)
			}
		})
		if got := *v.Scalar(v.Slot("clipped")); got != 4 || v.Slot("none") != -1 {
			t.Errorf("%T: got %v clipped gradients, want 4", o, got)
		}
	}
	tr := newTrainer(t, newNet(graph.Float32, 0), train.Options{Optimizer: onTop{train.Adam{}}})
	set := blobs(t, 9)
	one := func() {
		if err := step(t, tr, set, 0); err != nil {
			t.Fatal(err)
		}
	}
	one()
	if n := testing.AllocsPerRun(10, one); n != 0 {
		t.Errorf("a step allocates %v times, want 0", n)
	}
}

// TestEachOnce goes over parameters of many sizes with several numbers of workers: every
// element is in one span, no span is empty, and a sum has the same bits.
func TestEachOnce(t *testing.T) {
	var sum float64
	for _, workers := range []int{1, 2, 3, 7} {
		m := builds{graph.NewParams(graph.Float32, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			total := b.Scalar(0)
			for i, size := range []int{1, 15, 300001, 16, 17, 33, 60000} {
				total = b.Add(total, b.Sum(b.Param(fmt.Sprint("p", i), graph.Uniform(0, 1), size)))
			}
			return total, total
		}}
		if err := train.Build(m); err != nil {
			t.Fatal(err)
		}
		v, err := train.NewView(m.p, train.SGD{}, workers)
		if err != nil {
			t.Fatal(err)
		}
		got := train.Sum(v, 0, func(_ int, x train.Span[float32]) (sum float64) {
			for _, p := range x.Param {
				sum += float64(p)
			}
			return sum
		}, nil)
		if sum == 0 {
			sum = got
		}
		if got != sum {
			t.Errorf("%d workers: got the sum %v, want %v as with one", workers, got, sum)
		}
		before := map[string][]float64{}
		for _, q := range m.p.List() {
			before[q.Name] = m.p.Values(q.Name)
		}
		var empty atomic.Bool
		train.Each(v, 1, func(by int, x train.Span[float32]) {
			for i := range x.Param {
				x.Param[i] = float32(before[x.Of.Name][x.Lo+i]) + float32(by)
				before[x.Of.Name][x.Lo+i] = math.NaN() // a second time would show
			}
			if len(x.Param) == 0 {
				empty.Store(true)
			}
		}, nil)
		for _, q := range m.p.List() {
			for i, p := range m.p.Values(q.Name) {
				if !(p >= 1 && p < 2) {
					t.Fatalf("%d workers: element %d of %s is %v, want one added to it once", workers, i, q.Name, p)
				}
			}
		}
		if empty.Load() {
			t.Errorf("%d workers: a span is empty", workers)
		}
	}
}

package train_test

import (
	"context"
	"errors"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// numberedSource hands out the examples of a data set by number, as if they lay elsewhere.
type numberedSource struct{ d *data.Dataset }

func (s *numberedSource) Len() int                                { return s.d.Len() }
func (s *numberedSource) Info() []data.FieldInfo                  { return s.d.Info() }
func (s *numberedSource) View(index []int) (*data.Dataset, error) { return s.d.Subset(index) }

// streamedSource hands out the examples of a data set from front to back.
type streamedSource struct {
	d      *data.Dataset
	length int // what Len says
	fail   error
	after  int // examples after which a stream fails with it
}

func (s *streamedSource) Len() int               { return s.length }
func (s *streamedSource) Info() []data.FieldInfo { return s.d.Info() }
func (s *streamedSource) Open(from int) (data.Stream, error) {
	return &stream{s, from}, nil
}

type stream struct {
	s  *streamedSource
	at int
}

func (s *stream) Next(n int) (*data.Dataset, error) {
	if s.s.fail != nil && s.at >= s.s.after {
		return nil, s.s.fail
	}
	index := []int{}
	for ; len(index) < min(n, 3) && s.at < s.s.d.Len(); s.at++ {
		index = append(index, s.at)
	}
	if len(index) == 0 {
		return nil, io.EOF
	}
	return s.s.d.Subset(index)
}

func (s *stream) Close() error { return nil }

func value[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestSourceLikeDataset trains on sources of all kinds with the same examples: by number they
// have the bits of the data set in memory, and from front to back those of it in order.
func TestSourceLikeDataset(t *testing.T) {
	set, test := blobs(t, 50), blobs(t, 23)
	for _, o := range []train.Options{{}, {InOrder: true}, {DropLast: true, MicroBatch: 3}, {Augment: augment.Fields{"x": {augment.Noise{Sigma: .1}}}, LimitBatches: 3}, {InOrder: true, Augment: augment.Fields{"x": {augment.Noise{Sigma: .1}}}}} {
		o.Epochs, o.BatchSize, o.Seed, o.Metrics, o.EvalBatch = 3, 8, 5, []train.Metric{train.Accuracy(), train.ROCAUC(train.ClassOptions{})}, 7
		o.ShuffleWindow = 16
		fit := func(set, test data.Source) ([]float64, *train.History, train.Result, []float64) {
			m := running(graph.NewParams(graph.Float32, 3))
			o.Validation = test
			tr := newTrainer(t, m, o)
			h := value(tr.Fit(context.Background(), set))
			r := value(tr.Evaluate(context.Background(), test))
			return all(m.p), h, r, value(tr.Predict(context.Background(), test))
		}
		want, h, r, y := fit(set, test)
		for _, s := range []struct{ train, test data.Source }{
			{&numberedSource{set}, &numberedSource{test}}, {set, &streamedSource{d: test, length: -1}}, {&numberedSource{set}, &streamedSource{d: test, length: 23}}, {&streamedSource{d: set, length: 50}, test}, {&streamedSource{d: set, length: -1}, test}} {
			if _, streams := s.train.(*streamedSource); streams && !o.InOrder {
				continue
			}
			got, gh, gr, gy := fit(s.train, s.test)
			if !slices.Equal(got, want) || !sameHistory(h, gh) || !slices.Equal(y, gy) || r.Loss != gr.Loss || !slices.Equal(r.Metrics, gr.Metrics) {
				t.Errorf("%+v: a %T and a %T have other bits than data sets: %+v, want %+v", o, s.train, s.test, gr, r)
			}
		}
	}
}

func TestSourceRecipe(t *testing.T) {
	set := blobs(t, 40)
	recipe := data.Recipe{Steps: []data.Step{&data.Scaler{}}}
	fit := func(set data.Source) []float64 {
		m := running(graph.NewParams(graph.Float64, 3))
		tr := newTrainer(t, m, train.Options{Recipe: recipe, Epochs: 2, BatchSize: 8})
		value(tr.Fit(context.Background(), set))
		return append(all(m.p), value(tr.Predict(context.Background(), set))...)
	}
	if want := fit(set); !slices.Equal(fit(&numberedSource{set}), want) { // it is fitted to the source
		t.Error("a recipe that the Fit of a source fits: other bits than in memory")
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if _, err := newTrainer(t, running(graph.NewParams(graph.Float64, 3)), train.Options{Recipe: recipe}).Fit(ended, &numberedSource{set}); !errors.Is(err, context.Canceled) {
		t.Errorf("a recipe that is fitted with a context that has ended: got %v", err)
	}
	if err := recipe.Fit(set); err != nil {
		t.Fatal(err)
	}
	if want := fit(set); !slices.Equal(fit(&numberedSource{set}), want) {
		t.Error("with a recipe, a source has other bits than a data set")
	}
}

// TestSourceRestore goes on with a training on a source of the same examples, and not of others.
func TestSourceRestore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	o := train.Options{Epochs: 3, BatchSize: 8, ShuffleWindow: 16}
	start := func() *train.Trainer { return newTrainer(t, running(graph.NewParams(graph.Float64, 3)), o) }
	tr, background := start(), context.Background()
	src := &streamedSource{d: blobs(t, 40), length: 40}
	if _, err := tr.Fit(&after{background, 7}, src); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := tr.Save(path); err != nil {
		t.Fatal(err)
	}
	for _, other := range []data.Source{&streamedSource{d: blobs(t, 39), length: 39}, blobs(t, 40)} {
		tr := start()
		if err := tr.Restore(path); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(background, other); !errors.Is(err, train.ErrRun) {
			t.Errorf("%T of %d examples: got %v, want an ErrRun", other, other.Len(), err)
		}
	}
	again := start()
	if err := again.Restore(path); err != nil {
		t.Fatal(err)
	}
	value(again.Fit(background, &streamedSource{d: blobs(t, 40), length: 40}))
}

func TestSourceErrors(t *testing.T) {
	broken, background := errors.New("the disk is gone"), context.Background()
	before := runtime.NumGoroutine()
	tr := newTrainer(t, running(graph.NewParams(graph.Float64, 3)), train.Options{BatchSize: 4, ShuffleWindow: 8})
	src := &streamedSource{d: blobs(t, 100), length: 100, fail: broken, after: 80}
	if _, err := tr.Fit(background, src); !errors.Is(err, broken) {
		t.Errorf("Fit: got %v, want that of the source", err)
	}
	if at := tr.Position(); at.Step < 1 || at.Step > 20 {
		t.Errorf("got %d steps before the fault, want those of the examples that were read", at.Step)
	}
	src.fail = nil // and now it goes on
	value(tr.Fit(background, src))
	src.fail, src.after = broken, 0
	if _, err := tr.Evaluate(background, src); !errors.Is(err, broken) {
		t.Errorf("Evaluate: got %v", err)
	}
	if _, err := tr.Predict(background, src); !errors.Is(err, broken) {
		t.Errorf("Predict: got %v", err)
	}
	y := make([]int, 40) // a label that is wrong, far behind the first examples
	y[33] = 7
	x, _ := blobs(t, 40).Field("x")
	bad := value(data.New(x, data.Field{Name: "y", Ints: y}))
	_, err := newTrainer(t, running(graph.NewParams(graph.Float64, 3)), train.Options{BatchSize: 4, InOrder: true, ShuffleWindow: 8}).Fit(background, &streamedSource{d: bad, length: 40})
	if !errors.Is(err, data.ErrLabel) || !strings.Contains(err.Error(), "examples 32 to 39") || !strings.Contains(err.Error(), "row 1") {
		t.Errorf("a label that is wrong: got %v", err)
	}
	for name, err := range map[string]error{
		"no batch": errOf(newTrainer(t, running(graph.NewParams(graph.Float64, 3)), train.Options{BatchSize: 60, DropLast: true}).Fit(background, &streamedSource{d: blobs(t, 40), length: -1})),
		"total":    errOf(newTrainer(t, running(graph.NewParams(graph.Float64, 3)), train.Options{Schedule: schedule.Cosine{Rate: 1}}).Fit(background, &streamedSource{d: blobs(t, 40), length: -1})),
		"sampling": errOf(newTrainer(t, running(graph.NewParams(graph.Float64, 3)), train.Options{Sampling: train.Sampling{Balanced: true}}).Fit(background, &streamedSource{d: blobs(t, 40), length: 40})),
		"window":   errOf(train.New(running(graph.NewParams(graph.Float64, 3)), train.Options{ShuffleWindow: -1})),
	} {
		if !errors.Is(err, train.ErrOption) && !errors.Is(err, data.ErrEmpty) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("got %d goroutines at the end, want %d", runtime.NumGoroutine(), before)
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

// TestSourceSteps leaves a loop over a source, and goes on with it.
func TestSourceSteps(t *testing.T) {
	losses := func(pause bool) (out []float64) {
		tr := newTrainer(t, running(graph.NewParams(graph.Float32, 3)), train.Options{BatchSize: 4, ShuffleWindow: 8, Epochs: 2})
		src := &streamedSource{d: blobs(t, 30), length: -1}
		for len(out) < 16 {
			for e, err := range tr.Steps(context.Background(), src) {
				if err != nil {
					t.Fatal(err)
				}
				if out = append(out, e.Loss); pause && len(out)%3 == 0 {
					break
				}
			}
		}
		return out
	}
	if want, got := losses(false), losses(true); !slices.Equal(got, want) || math.IsNaN(want[0]) {
		t.Errorf("got the losses %v in pieces, want %v", got, want)
	}
}

// TestAhead trains with examples that are changed on a goroutine of their own, and without: the
// bits are the same, also in pieces, with an optimizer that computes a batch several times, and
// where an epoch is left and taken up.
func TestAhead(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("nothing is made ahead by one processor")
	}
	noise := augment.Fields{"x": {augment.Noise{Sigma: .1}, augment.Func(func(x *augment.Example) { x.Values[0] += x.Uniform() })}}
	for _, o := range []train.Options{{}, {MicroBatch: 3}, {Optimizer: train.LBFGS{Iterations: 3}}, {OverfitBatches: 2}, {Sampling: train.Sampling{Balanced: true}}} {
		o.Augment, o.BatchSize, o.Epochs, o.Seed = noise, 8, 3, 4
		for _, set := range []data.Source{blobs(t, 50), &numberedSource{blobs(t, 50)}} {
			if _, whole := set.(*data.Dataset); !whole && o.Sampling.Balanced {
				continue
			}
			fit := func(processors int) []float64 {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
				m := running(graph.NewParams(graph.Float32, 3))
				tr := newTrainer(t, m, o)
				for tr.Position().Epoch < 3 {
					if _, err := tr.Fit(&after{context.Background(), 4}, set); err != nil && !errors.Is(err, context.Canceled) {
						t.Fatal(err)
					}
				}
				return all(m.p)
			}
			if want, got := fit(1), fit(max(2, runtime.NumCPU())); !slices.Equal(got, want) {
				t.Errorf("%+v, %T: other bits with examples that are made ahead", o, set)
			}
		}
	}
}

// TestAheadPanic has a transform that panics on one example: the step on it fails, not the one
// before.
func TestAheadPanic(t *testing.T) {
	calls := 0
	o := train.Options{BatchSize: 4, InOrder: true, Augment: augment.Fields{"x": {augment.Func(func(*augment.Example) {
		if calls++; calls > 10 {
			panic("no")
		}
	})}}}
	tr := newTrainer(t, running(graph.NewParams(graph.Float64, 3)), o)
	_, err := tr.Fit(context.Background(), blobs(t, 40))
	var p *train.PanicError
	if !errors.As(err, &p) || tr.Position().Step != 2 {
		t.Errorf("got %v after %d steps, want a panic after 2", err, tr.Position().Step)
	}
}

// large computes its examples, a hundred numbers each, as a file larger than memory would be read.
type large struct{ n int }

func (s *large) Len() int { return s.n }
func (s *large) Info() []data.FieldInfo {
	return []data.FieldInfo{{Name: "x", Shape: []int{100}}, {Name: "y", Integers: true, Classes: 3}}
}

func (s *large) Open(from int) (data.Stream, error) { return &largeStream{s, from}, nil }

type largeStream struct {
	s  *large
	at int
}

func (s *largeStream) Next(n int) (*data.Dataset, error) {
	if n = min(n, 1000, s.s.n-s.at); n == 0 {
		return nil, io.EOF
	}
	x, y := make([]float64, 100*n), make([]int, n)
	for i := range y {
		y[i] = (s.at + i) % 3
		x[100*i] = float64(y[i])
	}
	s.at += n
	return data.New(data.Field{Name: "x", Shape: []int{100}, Floats: x}, data.Field{Name: "y", Ints: y, Classes: 3})
}

func (s *largeStream) Close() error { return nil }

// largerThanMemory trains on 240 MB of examples, of which a few are in memory at a time.
func largerThanMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	m := builds{graph.NewParams(graph.Float32, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := nn.Dense(b, "out", b.Input("x", n, 100), 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), out
	}}
	heap := func() uint64 {
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	runtime.GC()
	before, most := heap(), uint64(0)
	o := train.Options{Epochs: 1, BatchSize: 100, ShuffleWindow: 4000, Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
		if e.Step%50 == 0 {
			most = max(most, heap())
		}
		return nil
	})}}
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	tr := newTrainer(t, m, o)
	h := value(tr.Fit(context.Background(), &large{300_000}))
	r := value(tr.Evaluate(context.Background(), &large{30_000}))
	if r.Loss > 0.5 || h.Last().Step != 3000 {
		t.Errorf("got the loss %v after %d steps", r.Loss, h.Last().Step)
	}
	if more := most - before; more > 40<<20 {
		t.Errorf("got %d MB of heap, want those of some windows of 3.2 MB", more>>20)
	}
}

// knowsLabels has the labels without reading examples.
type knowsLabels struct{ *numberedSource }

func (s knowsLabels) Labels() []int {
	y, _ := s.d.Field("y")
	return y.Ints
}

func TestSourceBalanced(t *testing.T) {
	fit := func(set data.Source) []float64 {
		m := running(graph.NewParams(graph.Float64, 3))
		tr := newTrainer(t, m, train.Options{Epochs: 2, BatchSize: 8, Sampling: train.Sampling{Balanced: true, Examples: 64}})
		value(tr.Fit(context.Background(), set))
		return all(m.p)
	}
	set := blobs(t, 50)
	if want := fit(set); !slices.Equal(fit(knowsLabels{&numberedSource{set}}), want) {
		t.Error("with balanced classes, a source has other bits than a data set")
	}
}

// countedSource counts how often it is read from front to back.
type countedSource struct {
	streamedSource
	opens atomic.Int64
}

func (s *countedSource) Open(from int) (data.Stream, error) {
	s.opens.Add(1)
	return s.streamedSource.Open(from)
}

// TestSourceIsReadOnce counts how often a source is read: for its first examples, for its fingerprint
// where that is taken, and once for each epoch or evaluation. No epoch is read that nobody wants.
func TestSourceIsReadOnce(t *testing.T) {
	ctx, set := context.Background(), blobs(t, 30)
	counted := func() *countedSource { return &countedSource{streamedSource: streamedSource{d: set, length: 30}} }
	src := counted()
	tr := newTrainer(t, running(graph.NewParams(graph.Float32, 3)), train.Options{Epochs: 3, BatchSize: 8, EvalBatch: 8, ShuffleWindow: 8})
	reads := func(what string, src *countedSource, want int64, f func() error) {
		t.Helper()
		src.opens.Store(0)
		if err := f(); err != nil {
			t.Fatal(what, err)
		}
		if got := src.opens.Load(); got != want {
			t.Errorf("%s: read %d times, want %d", what, got, want)
		}
	}
	reads("Fit", src, 1+1+3, func() error { return second(tr.Fit(ctx, src)) })
	reads("Fit at its end", src, 1, func() error { return second(tr.Fit(ctx, src)) })
	reads("Fit that goes on", src, 1+2, func() error { tr.SetEpochs(5); return second(tr.Fit(ctx, src)) })
	reads("Evaluate", src, 1+1, func() error { return second(tr.Evaluate(ctx, src)) })
	reads("Predict", src, 1+1, func() error { return second(tr.Predict(ctx, src)) })
	for name, o := range map[string]train.Options{"OverfitBatches": {OverfitBatches: 2}, "LimitBatches": {LimitBatches: 2}, "InOrder": {InOrder: true}, "more epochs": {Callbacks: []train.Callback{
		train.On(func(e *train.EpochEnd) error {
			if e.Epoch.Epoch == 3 {
				return e.Trainer.SetEpochs(6)
			}
			return nil
		})}}} {
		o.Epochs, o.BatchSize = 4, 8
		want := int64(1 + 1 + 4)
		if o.Callbacks != nil {
			want += 2
		}
		src := counted()
		reads(name, src, want, func() error {
			return second(newTrainer(t, running(graph.NewParams(graph.Float32, 3)), o).Fit(ctx, src))
		})
	}
	validation := counted()
	reads("Validation", validation, 1+2, func() error {
		return second(newTrainer(t, running(graph.NewParams(graph.Float32, 3)), train.Options{Epochs: 2, Validation: validation}).Fit(ctx, set))
	})
}

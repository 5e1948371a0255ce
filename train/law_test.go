package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// course is a training that tests interrupt.
type course struct {
	name  string
	model func() builds
	set   data.Source
	o     train.Options
}

// run starts the course anew, or from a file, with more callbacks before and after those
// that remember. It returns all that the law is about.
func (c course) run(t *testing.T, ctx context.Context, file string, before, behind []train.Callback, change func(*train.Options)) (outcome, error) {
	t.Helper()
	m, count := c.model(), &tally{}
	o := c.o
	o.Callbacks = slices.Concat(before, o.Callbacks, []train.Callback{count, &train.RateLog{}}, behind)
	if change != nil {
		change(&o)
	}
	tr := newTrainer(t, m, o)
	if file != "" {
		if err := tr.Restore(file); err != nil {
			t.Fatalf("%s, %s: %v", c.name, filepath.Base(file), err)
		}
	}
	h, err := tr.Fit(ctx, c.set)
	out := outcome{history: h, count: *count, position: tr.Position(), values: map[string][]float64{}}
	for _, q := range append(m.p.List(), m.p.States()...) {
		out.values[q.Name] = m.p.Values(q.Name)
	}
	if o.Checkpoint != nil {
		switch err := tr.Restore(filepath.Join(o.Checkpoint.Dir, "best.safetensors")); {
		case err == nil:
			out.best = tr.Position()
		case !errors.Is(err, os.ErrNotExist):
			t.Errorf("%s: the best file: %v", c.name, err)
		}
	}
	return out, err
}

// outcome is what has the same bits, however often a training was interrupted.
type outcome struct {
	history  *train.History
	count    tally
	position train.Position
	best     train.Position // of the best checkpoint
	values   map[string][]float64
}

// differs says what of two outcomes differs; "" for nothing.
func (a outcome) differs(b outcome) string {
	switch {
	case a.position != b.position:
		return fmt.Sprintf("got the position %+v, want %+v", b.position, a.position)
	case a.best != b.best:
		return fmt.Sprintf("got the best file of %+v, want %+v", b.best, a.best)
	case a.count != b.count:
		return fmt.Sprintf("got the callback %+v, want %+v", b.count, a.count)
	case !sameHistory(a.history, b.history):
		return fmt.Sprintf("got the history %+v, want %+v", b.history, a.history)
	}
	for name, v := range a.values {
		if !slices.Equal(v, b.values[name]) {
			return fmt.Sprintf("%q has other values", name)
		}
	}
	return ""
}

// saver saves the training at each event, as a program that was killed there has left it.
type saver struct {
	dir   string
	files []string
}

func (s *saver) On(e train.Event) error {
	var tr *train.Trainer
	switch e := e.(type) {
	case *train.StepEnd:
		tr = e.Trainer
	case *train.Validated:
		tr = e.Trainer
	case *train.EpochEnd:
		tr = e.Trainer
	case *train.FitEnd:
		tr = e.Trainer
	default:
		return nil
	}
	path := filepath.Join(s.dir, fmt.Sprintf("%02d %T.safetensors", len(s.files), e))
	s.files = append(s.files, path)
	return tr.Save(path)
}

// stopper ends a Fit at the event of the given number.
type stopper struct {
	left int
	err  error
}

func (s *stopper) On(e train.Event) error {
	switch e.(type) {
	case *train.FitStart, *train.FitEnd:
		return nil
	}
	if s.left--; s.left == 0 {
		return s.err
	}
	return nil
}

// TestLaw interrupts trainings with all kinds of settings at each event, by a kill, by
// ErrStop and by an error of a callback, and goes on. What comes out has the bits of the
// training that was never interrupted.
func TestLaw(t *testing.T) {
	for _, c := range courses(t) {
		t.Run(c.name, func(t *testing.T) {
			c.o.Seed = 3
			background, dir := context.Background(), t.TempDir()
			want, err := c.run(t, background, "", nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := &saver{dir: dir}
			got, err := c.run(t, background, "", nil, []train.Callback{s}, nil)
			if diff := want.differs(got); err != nil || diff != "" {
				t.Errorf("saved at each event: %s, %v", diff, err)
			}
			for i, file := range s.files {
				if testing.Short() && i%3 != 0 {
					continue
				}
				got, err := c.run(t, background, file, nil, nil, nil)
				if diff := want.differs(got); err != nil || diff != "" {
					t.Errorf("killed and restored from %q: %s, %v", filepath.Base(file), diff, err)
				}
			}
			broken := errors.New("broken")
			keep := func(folder string) func(*train.Options) {
				return func(o *train.Options) { o.Checkpoint = &train.Checkpoint{Dir: folder, Steps: 3, Resume: true} }
			}
			if want, err = c.run(t, background, "", nil, nil, keep(filepath.Join(dir, "unbroken"))); err != nil {
				t.Fatal(err)
			}
			for k := 1; k < len(s.files); k++ { // the last one is the end
				if testing.Short() && k%4 != 0 {
					continue
				}
				folder := filepath.Join(dir, fmt.Sprint(k))
				for _, stop := range []error{train.ErrStop, broken} {
					if err := os.RemoveAll(folder); err != nil {
						t.Fatal(err)
					}
					goOn := keep(folder)
					_, err := c.run(t, background, "", []train.Callback{&stopper{k, stop}}, nil, goOn)
					if errors.Is(err, broken) != (stop == broken) {
						t.Errorf("stopped with %q at event %d: got %v", stop, k, err)
					}
					got, err := c.run(t, background, "", nil, nil, goOn)
					if diff := want.differs(got); err != nil || diff != "" {
						t.Errorf("stopped with %q at event %d: %s, %v", stop, k, diff, err)
					}
				}
			}
		})
	}
}

// courses are the trainings of TestLaw.
func courses(t *testing.T) []course {
	norm := func(d graph.DType) func() builds {
		return func() builds { return running(graph.NewParams(d, 3)) }
	}
	plain := func(d graph.DType) func() builds {
		return func() builds { m := newNet(d, .2); return builds{m.p, m.Loss} }
	}
	weights := []float64{1, .3, 2.5}
	validation := blobs(t, 11)
	never := train.Metric{Name: "never", Start: func() train.Meter { return nanMeter{} }}
	return []course{
		{"average and early stopping", norm(graph.Float64), blobs(t, 25), train.Options{Epochs: 4, BatchSize: 10, Optimizer: train.EMA{Optimizer: train.ClipNorm{Norm: .1}, Decay: .6},
			Schedule: schedule.Constant(.3), Validation: validation, ValidateEvery: 2, Stop: &train.EarlyStopping{Patience: 1}}},
		{"all wrappers", norm(graph.Float32), blobs(t, 25), train.Options{Epochs: 3, BatchSize: 10, Optimizer: train.Lookahead{K: 2, Optimizer: train.EMA{Optimizer: train.ClipValue{Value: .1, Optimizer: train.MaxNorm{Norm: 1, Optimizer: train.AdamW{}}}}},
			Schedule: schedule.Constant(.1), Metrics: []train.Metric{train.Accuracy()}, Workers: 3,
			Groups: func(name string) train.Group {
				return map[string]train.Group{"in/weight": {Rate: .3, Decay: 2}, "out/bias": {Rate: train.Zero}}[name]
			}}},
		{"SWA", norm(graph.Float64), blobs(t, 25), train.Options{Epochs: 3, BatchSize: 10, Optimizer: train.SWA{Start: 4, Every: 2}, Schedule: schedule.Constant(.1), Validation: validation, Stop: &train.EarlyStopping{}}},
		{"LBFGS", plain(graph.Float64), blobs(t, 25), train.Options{Epochs: 2, BatchSize: 10, Optimizer: train.LBFGS{Iterations: 3, History: 3}, Schedule: schedule.Constant(1)}},
		{"pieces and weights", func() builds { return ignoring(graph.Float32) }, unlabelled(t, 25), train.Options{Epochs: 2, BatchSize: 10, MicroBatch: 4, ClassWeights: weights, Schedule: schedule.Constant(.1), Validation: unlabelled(t, 25), ValidateEvery: 1}},
		{"shards", norm(graph.Float32), blobs(t, 25), train.Options{Epochs: 3, BatchSize: 10, Shards: 4, DropLast: true, Optimizer: train.EMA{}, Schedule: schedule.Constant(.1), Augment: augment.Fields{"x": {augment.Noise{Sigma: .1}}}}},
		{"plateau", plain(graph.Float64), blobs(t, 25), train.Options{Epochs: 5, BatchSize: 13, Validation: validation, Metrics: []train.Metric{train.Accuracy()}, Schedule: schedule.Plateau{Of: schedule.Constant(.5), Patience: -1, Metric: "accuracy", Maximize: true}}},
		{"one cycle", plain(graph.Float32), blobs(t, 25), train.Options{Epochs: 3, BatchSize: 10, Schedule: schedule.OneCycle{Rate: .1}, DropLast: true, LimitBatches: 1}},
		{"overfit", norm(graph.Float32), blobs(t, 25), train.Options{Epochs: 3, BatchSize: 10, OverfitBatches: 2, Validation: validation, LimitValidation: 1}},
		{"one example", plain(graph.Float64), first(t, blobs(t, 3)), train.Options{Epochs: 3}},
		{"a metric that is NaN", plain(graph.Float64), blobs(t, 25), train.Options{Epochs: 6, BatchSize: 25, Validation: validation, Metrics: []train.Metric{never}, Stop: &train.EarlyStopping{Patience: 4, Metric: "never"}}},
		{"by number", norm(graph.Float32), &numberedSource{blobs(t, 25)}, train.Options{Epochs: 3, BatchSize: 5, Validation: &numberedSource{validation}, Augment: augment.Fields{"x": {augment.Noise{Sigma: .1}}}, Stop: &train.EarlyStopping{}}},
		{"from front to back", norm(graph.Float64), &streamedSource{d: blobs(t, 25), length: 25}, train.Options{Epochs: 3, BatchSize: 5, ShuffleWindow: 8, ValidateEvery: 2, Validation: &streamedSource{d: validation, length: -1}, Schedule: schedule.Cosine{Rate: .1}}},
		{"of unknown length", norm(graph.Float32), &streamedSource{d: blobs(t, 25), length: -1}, train.Options{Epochs: 3, BatchSize: 5, ShuffleWindow: 12, DropLast: true, MicroBatch: 3, Augment: augment.Fields{"x": {augment.Noise{Sigma: .1}}}}},
		{"fused", norm(graph.Float64), blobs(t, 25), train.Options{Epochs: 2, BatchSize: 10, Optimizer: train.SGD{}, Schedule: schedule.Constant(.1), Workers: 3, InOrder: true}},
	}
}

// nanMeter measures NaN.
type nanMeter struct{}

func (nanMeter) Add(train.Scored) {}
func (nanMeter) Value() float64   { return math.NaN() }

// unlabelled is blobs with labels that are ignored.
func unlabelled(t *testing.T, n int) *data.Dataset {
	d := blobs(t, n)
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	labels := slices.Clone(y.Ints)
	for i := range labels {
		if i%4 == 0 {
			labels[i] = -1
		}
	}
	out, err := data.New(x, data.Field{Name: "y", Ints: labels})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// first is the first example of d alone.
func first(t *testing.T, d *data.Dataset) *data.Dataset {
	one, err := d.Subset([]int{0})
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// TestLawOptimizers kills a training in its second epoch with each of the optimizers, and
// wrappers within wrappers. Before that it has three workers, and afterwards one.
func TestLawOptimizers(t *testing.T) {
	set, background := blobs(t, 25), context.Background()
	for _, o := range []train.Optimizer{train.SGD{Momentum: .9, Nesterov: true}, train.Adam{AMSGrad: true}, train.AdamW{}, train.NAdam{}, train.RAdam{}, train.Adamax{}, train.Adagrad{}, train.Adadelta{},
		train.RMSprop{Momentum: .5, Centered: true}, train.Rprop{}, train.ASGD{}, train.Lion{}, train.LAMB{}, train.Muon{}, train.Maximize{Optimizer: train.EMA{WarmUp: true}}, train.EMA{Optimizer: train.Lookahead{K: 3}},
		train.Lookahead{Optimizer: train.SWA{Start: 2}}, train.SWA{Optimizer: train.LBFGS{Iterations: 2}}, train.ClipParam{Optimizer: train.Muon{}}} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			path := filepath.Join(t.TempDir(), "run")
			start := func(workers int) (builds, *train.Trainer) {
				m := running(graph.NewParams(d, 3))
				return m, newTrainer(t, m, train.Options{Epochs: 3, BatchSize: 10, Optimizer: o, Schedule: schedule.Constant(.01), Workers: workers})
			}
			want, whole := start(1)
			_, first := start(3)
			got, second := start(1)
			_, err := whole.Fit(background, set)
			if _, err := first.Fit(&after{background, 4}, set); !errors.Is(err, context.Canceled) {
				t.Fatalf("%T: %v", o, err)
			}
			if err := errors.Join(err, first.Save(path), second.Restore(path)); err != nil {
				t.Fatalf("%T: %v", o, err)
			}
			if _, err := second.Fit(background, set); err != nil || !slices.Equal(all(want.p), all(got.p)) {
				t.Errorf("%T, %v: got %v and other parameters than those of a whole training", o, d, err)
			}
		}
	}
}

package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// onRanks calls f as each of n ranks at once.
func onRanks(n int, f func(e dist.Engine)) {
	var all sync.WaitGroup
	for _, e := range dist.Local(n) {
		all.Go(func() { f(e) })
	}
	all.Wait()
}

// TestLawRanks makes the trainings of TestLaw on several ranks: what comes out at each has the
// bits of one process that computes the same shards.
func TestLawRanks(t *testing.T) {
	for i, c := range courses(t) {
		if c.o.MicroBatch > 0 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			background := context.Background()
			alone := func(shards int) (outcome, error) {
				c := courses(t)[i]
				c.o.Shards = shards
				return c.run(t, background, "", nil, nil, nil)
			}
			shards := 6
			want, err := alone(shards)
			if errors.Is(err, graph.ErrShape) { // batch normalization wants two examples
				shards = 2
				want, err = alone(shards)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{2, 3, 6} {
				if shards%n != 0 {
					continue
				}
				for _, split := range []bool{false, true} {
					if split {
						train.UseBuckets(t, 1<<20)
					} else { // many buckets, of which some have gradients of several parameters
						train.UseBuckets(t, 64*(1+n))
					}
					var all []course
					for range n {
						all = append(all, courses(t)[i]) // sources are for one goroutine
					}
					if split && hasAverage(c.o.Optimizer) {
						continue
					}
					onRanks(n, func(e dist.Engine) {
						c := all[e.Rank()]
						c.o.Shards, c.o.Ranks, c.o.Workers, c.o.SplitState = shards, e, 1, split
						got, err := c.run(t, background, "", nil, nil, nil)
						if e.Rank() > 0 { // the first one has the callbacks
							got.count, got.history.Steps = want.count, want.history.Steps
						}
						if diff := want.differs(got); err != nil || diff != "" {
							t.Errorf("%d shards, %s of %d, split %v: %s, %v", shards, e.Name(e.Rank()), n, split, diff, err)
						}
					})
				}
			}
		})
	}
}

// hasAverage reports whether an optimizer averages parameters.
func hasAverage(o train.Optimizer) bool {
	return o != nil && slices.ContainsFunc(o.Slots(), func(s train.Slot) bool { return s.Name == "average" })
}

// TestRanksOptimizers makes the steps of each optimizer on several ranks, which have the state of all
// parameters or of a part: the parameters are those of one process.
func TestRanksOptimizers(t *testing.T) {
	set := func(int) data.Source { return blobs(t, 24) }
	for _, o := range []train.Optimizer{train.SGD{}, train.SGD{Momentum: .9, Nesterov: true}, train.Adam{AMSGrad: true}, train.AdamW{}, train.NAdam{}, train.RAdam{}, train.Adamax{}, train.Adagrad{Initial: .1}, train.Adadelta{},
		train.RMSprop{Momentum: .5, Centered: true}, train.Rprop{}, train.ASGD{}, train.Lion{}, train.LAMB{}, train.Muon{}, train.LBFGS{Iterations: 3}, train.Lookahead{K: 3}, train.EMA{}, train.SWA{Start: 2},
		train.ClipNorm{Norm: .01}, train.ClipValue{Value: .01}, train.ClipParam{Optimizer: train.Muon{}}, train.MaxNorm{Norm: 1}} {
		one := &ranked{t: t, set: set, o: func(int) train.Options { return train.Options{Epochs: 3, Optimizer: o} }}
		one.fit(1)
		for _, split := range []bool{false, true} {
			if split && hasAverage(o) {
				if _, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: o, SplitState: true}); !errors.Is(err, train.ErrOption) {
					t.Errorf("%T: got %v with SplitState, want ErrOption", o, err)
				}
				continue
			}
			for _, n := range []int{2, 4} {
				r := &ranked{t: t, set: set, o: func(int) train.Options { return train.Options{Epochs: 3, Optimizer: o, SplitState: split} }}
				r.fit(n)
				for q, v := range r.values {
					if r.errs[q] != nil || one.errs[0] != nil || !slices.Equal(v, one.values[0]) {
						t.Errorf("%T, split %v: rank %d of %d has other parameters than one process; %v, %v", o, split, q, n, r.errs[q], one.errs[0])
					}
				}
			}
		}
	}
}

// ranked is a training on several ranks, and its end at each.
type ranked struct {
	t      *testing.T
	o      func(rank int) train.Options
	set    func(rank int) data.Source
	values [][]float64
	at     []train.Position
	errs   []error
}

func (r *ranked) fit(n int) {
	r.values, r.at, r.errs = make([][]float64, n), make([]train.Position, n), make([]error, n)
	var trainers []*train.Trainer
	var models []builds
	var sets []data.Source
	engines := dist.Local(n)
	for q := range n {
		m := running(graph.NewParams(graph.Float32, 3))
		o := r.o(q)
		o.Ranks, o.Shards = engines[q], 4
		if o.BatchSize == 0 {
			o.BatchSize = 8
		}
		trainers, models, sets = append(trainers, newTrainer(r.t, m, o)), append(models, m), append(sets, r.set(q))
	}
	var all sync.WaitGroup
	for q := range n {
		all.Go(func() {
			_, r.errs[q] = trainers[q].Fit(context.Background(), sets[q])
			r.values[q], r.at[q] = all64(models[q]), trainers[q].Position()
		})
	}
	all.Wait()
}

// all64 returns parameters and states.
func all64(m builds) (out []float64) {
	for _, q := range append(m.p.List(), m.p.States()...) {
		out = append(out, m.p.Values(q.Name)...)
	}
	return out
}

// TestRanksResume ends trainings at each step, and goes on with other numbers of ranks.
func TestRanksResume(t *testing.T) {
	sets := []*data.Dataset{blobs(t, 32), blobs(t, 32), blobs(t, 32), blobs(t, 32)}
	dir := t.TempDir()
	for stop := 1; stop < 8; stop++ {
		folder := filepath.Join(dir, fmt.Sprint(stop))
		options := func(left int, keep bool) func(rank int) train.Options {
			return func(rank int) train.Options {
				o := train.Options{Epochs: 2, Optimizer: [...]train.Optimizer{train.EMA{}, train.AdamW{}}[stop%2], SplitState: stop%2 == 1, Schedule: schedule.Constant(.1), Validation: sets[rank], Metrics: []train.Metric{train.Accuracy()}}
				o.Callbacks = []train.Callback{&stopper{left: left, err: train.ErrStop}}
				if keep {
					o.Checkpoint = &train.Checkpoint{Dir: folder, Resume: true}
					if rank > 0 { // only the first rank needs to see the folder
						o.Checkpoint.Dir = filepath.Join(dir, "nowhere", fmt.Sprint(rank))
					}
				}
				return o
			}
		}
		set := func(rank int) data.Source { return sets[rank] }
		one := &ranked{t: t, set: set, o: options(0, false)}
		one.fit(1)
		r := &ranked{t: t, set: set, o: options(stop, true)}
		r.fit([]int{4, 2}[stop%2])
		if err := errors.Join(r.errs...); err != nil {
			t.Fatalf("stopped after %d events: %v", stop, err)
		}
		r.o = options(0, true)
		r.fit([]int{1, 2, 4}[stop%3])
		for q, v := range r.values {
			if r.errs[q] != nil || !slices.Equal(v, one.values[0]) {
				t.Errorf("stopped after %d events, %d ranks then: rank %d has other values than one process, %v", stop, len(r.values), q, r.errs[q])
			}
		}
	}
}

// TestRanksErrors lets one of three or four ranks be wrong: all of them end, and those that are right
// get an ErrRank that says which one is not.
func TestRanksErrors(t *testing.T) {
	set := func(int) data.Source { return blobs(t, 32) }
	plain := func(int) train.Options { return train.Options{Epochs: 2} }
	odd := func(rank int, change func(o *train.Options)) func(int) train.Options {
		return func(q int) train.Options {
			o := plain(q)
			if q == rank {
				change(&o)
			}
			return o
		}
	}
	wrong := errors.New("wrong")
	for name, c := range map[string]struct {
		r    ranked
		says string // at the ranks that are right
		who  int
	}{
		"another seed":      {ranked{set: set, o: odd(1, func(o *train.Options) { o.Seed = 7 })}, "rank 1 has another Options.Seed than rank 0", -1},
		"another optimizer": {ranked{set: set, o: odd(1, func(o *train.Options) { o.Optimizer = train.SGD{} })}, "rank 1 has another Options.Optimizer", -1},
		"another batch":     {ranked{set: set, o: odd(1, func(o *train.Options) { o.BatchSize = 16 })}, "rank 1 has another", -1},
		"other data": {ranked{o: plain, set: func(rank int) data.Source {
			d := blobs(t, 32)
			if rank == 1 {
				d, _ = d.Subset(append([]int{1, 0}, rows(2, 32)...))
			}
			return d
		}}, "rank 1 has another data set", -1},
		"fewer data": {ranked{o: plain, set: func(rank int) data.Source {
			if rank == 1 {
				return blobs(t, 3)
			}
			return blobs(t, 32)
		}}, "rank 1", 1},
		"a callback": {ranked{set: set, o: odd(0, func(o *train.Options) {
			o.Callbacks = []train.Callback{train.On(func(e *train.StepEnd) error {
				if e.Step == 2 {
					return wrong
				}
				return nil
			})}
		})}, "rank 1 has another Options.Callbacks", -1},
		"no data at one": {ranked{o: plain, set: func(rank int) data.Source {
			if rank == 1 {
				return nil
			}
			return blobs(t, 32)
		}}, "got no data set", 1},
		"checkpoints at one": {ranked{set: set, o: odd(0, func(o *train.Options) { o.Checkpoint = &train.Checkpoint{Dir: t.TempDir()} })},
			"rank 1 has another Options.Checkpoint", -1},
	} {
		r := c.r
		r.t = t
		r.fit(2)
		for q, err := range r.errs {
			if q == c.who {
				if err == nil || errors.Is(err, train.ErrRank) {
					t.Errorf("%s, rank %d: got %v, want an error of its own", name, q, err)
				}
				continue
			}
			if !errors.Is(err, train.ErrRank) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%s, rank %d: got %v, want ErrRank with %q", name, q, err, c.says)
			}
		}
	}
}

// rows returns the numbers lo to hi-1.
func rows(lo, hi int) (out []int) {
	for i := lo; i < hi; i++ {
		out = append(out, i)
	}
	return out
}

// TestRanksStop ends a training by a callback of the first rank, by an error of it, and by the context
// of the last rank: all ranks end after the same step.
func TestRanksStop(t *testing.T) {
	wrong := errors.New("wrong")
	for name, c := range map[string]struct {
		stop func(rank int, cancel func()) error // after step 3
		want func(rank int) error
	}{
		"ErrStop": {func(int, func()) error { return train.ErrStop }, func(int) error { return nil }},
		"error": {func(int, func()) error { return wrong }, func(rank int) error {
			if rank == 0 {
				return wrong
			}
			return train.ErrRank
		}},
		"context": {func(_ int, cancel func()) error { cancel(); return nil }, func(int) error { return context.Canceled }},
	} {
		positions := make([]train.Position, 4)
		ctx, cancel := context.WithCancel(context.Background())
		sets := []*data.Dataset{blobs(t, 32), blobs(t, 32), blobs(t, 32), blobs(t, 32)}
		onRanks(4, func(e dist.Engine) {
			m := newNet(graph.Float64, .2)
			own := context.Background()
			if e.Rank() == 3 {
				own = ctx
			}
			tr, err := train.New(m, train.Options{Epochs: 3, BatchSize: 8, Shards: 4, Ranks: e, Callbacks: []train.Callback{train.On(func(x *train.StepEnd) error {
				if x.Step == 3 {
					return c.stop(e.Rank(), cancel)
				}
				return nil
			})}})
			if err != nil {
				t.Error(err)
				return
			}
			_, err = tr.Fit(own, sets[e.Rank()])
			if want := c.want(e.Rank()); !errors.Is(err, want) {
				t.Errorf("%s, rank %d: got %v, want %v", name, e.Rank(), err, want)
			}
			positions[e.Rank()] = tr.Position()
		})
		cancel()
		for q, p := range positions {
			if p != positions[0] || p.Step < 3 || p.Step > 4 {
				t.Errorf("%s, rank %d: got the position %+v, want %+v, after step 3 or 4", name, q, p, positions[0])
			}
		}
	}
}

// TestRanksShards refuses numbers of shards that the ranks cannot share evenly.
func TestRanksShards(t *testing.T) {
	for _, shards := range []int{0, 1, 2, 4} {
		onRanks(3, func(e dist.Engine) {
			tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Shards: shards, Ranks: e})
			if _, err := tr.Fit(context.Background(), blobs(t, 9)); !errors.Is(err, train.ErrOption) {
				t.Errorf("%d shards on 3 ranks: got %v, want ErrOption", shards, err)
			}
		})
	}
}

// TestRanksCalls makes single steps, Steps and FindRate on two ranks: they are those of one process. An
// error of one rank alone ends the other too.
func TestRanksCalls(t *testing.T) {
	set, background := []*data.Dataset{blobs(t, 16), blobs(t, 16)}, context.Background()
	calls := func(tr *train.Trainer, d *data.Dataset) (out []float64, err error) {
		for range 3 {
			loss, err := tr.Step(d, []int{3, 1, 4, 7, 5})
			if err != nil {
				return nil, err
			}
			out = append(out, loss)
		}
		c, err := tr.FindRate(background, d, train.RateFinder{Steps: 5})
		if err != nil {
			return nil, err
		}
		out = append(out, c.Losses...)
		for s, err := range tr.Steps(background, d) {
			if err != nil {
				return nil, err
			}
			out = append(out, s.Loss)
		}
		return out, nil
	}
	trainer := func(e dist.Engine) *train.Trainer {
		return newTrainer(t, newNet(graph.Float64, .2), train.Options{Epochs: 2, BatchSize: 5, Shards: 2, Ranks: e})
	}
	want, err := calls(trainer(nil), set[0])
	if err != nil {
		t.Fatal(err)
	}
	onRanks(2, func(e dist.Engine) {
		tr := trainer(e)
		got, err := calls(tr, set[e.Rank()])
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, %v, want %v", e.Name(e.Rank()), got, err, want)
		}
		index := []int{0, 1}
		if e.Rank() == 1 {
			index[1] = 99
		}
		if _, err := tr.Step(set[e.Rank()], index); err == nil || errors.Is(err, train.ErrRank) != (e.Rank() == 0) {
			t.Errorf("%s: got %v for an index of rank 1 that is none", e.Name(e.Rank()), err)
		}
	})
}

// TestRanksDiverge lets the first rank change a parameter by itself, and a rank step on other examples:
// both ranks get an ErrRank.
func TestRanksDiverge(t *testing.T) {
	sets := []*data.Dataset{blobs(t, 16), blobs(t, 16)}
	onRanks(2, func(e dist.Engine) {
		m := newNet(graph.Float64, 0)
		o := train.Options{Epochs: 2, BatchSize: 8, Shards: 2, Ranks: e, Callbacks: []train.Callback{train.On(func(*train.EpochEnd) error {
			return m.p.Set("out/bias", []float64{1, 2, 3})
		})}}
		_, err := newTrainer(t, m, o).Fit(context.Background(), sets[e.Rank()])
		if !errors.Is(err, train.ErrRank) || train.ExitCode(err) != 1 {
			t.Errorf("%s: got %v after a callback that changes a parameter, want ErrRank and the exit code 1", e.Name(e.Rank()), err)
		}
	})
	onRanks(2, func(e dist.Engine) {
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Shards: 2, Ranks: e})
		if _, err := tr.Step(sets[e.Rank()], []int{0, 1, 2, 3 + e.Rank()}); !errors.Is(err, train.ErrRank) {
			t.Errorf("%s: got %v for other examples at each rank, want ErrRank", e.Name(e.Rank()), err)
		}
	})
	onRanks(2, func(e dist.Engine) {
		if e.Rank() == 1 {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			return
		}
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{Shards: 2, Ranks: e}).Fit(context.Background(), sets[0])
		if !errors.Is(err, train.ErrRank) || train.ExitCode(err) != dist.ExitLost {
			t.Errorf("got %v without the other rank, want ErrRank and the exit code %d", err, dist.ExitLost)
		}
	})
}

// TestRanksText lets a rank fail with a text that is too long: the others say that it is cut.
func TestRanksText(t *testing.T) {
	sets := []*data.Dataset{blobs(t, 16), blobs(t, 16)}
	onRanks(2, func(e dist.Engine) {
		m := newNet(graph.Float64, 0)
		_, err := newTrainer(t, m, train.Options{Epochs: 1, BatchSize: 8, Shards: 2, Ranks: e, Callbacks: []train.Callback{train.On(func(*train.StepEnd) error {
			return errors.New(strings.Repeat("über", 400))
		})}}).Fit(context.Background(), sets[e.Rank()])
		if e.Rank() == 1 && !strings.HasSuffix(fmt.Sprint(err), "…") {
			t.Errorf("got %v", err)
		}
	})
}

// TestRanksGraphs trains models with the same parameters and other graphs: the ranks find out.
func TestRanksGraphs(t *testing.T) {
	for name, change := range map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
		"another function": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Sin(x) },
		"another constant": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Tanh(b.Scale(x, 2)) },
	} {
		onRanks(3, func(e dist.Engine) {
			m := builds{graph.NewParams(graph.Float32, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				f := func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Tanh(b.Scale(x, 3)) }
				if e.Rank() == 2 {
					f = change
				}
				out := nn.Dense(b, "out", f(b, b.Input("x", n, 4)), 3, nn.Identity)
				return loss.CrossEntropy(b, out, b.Ints("y", n)), out
			}}
			tr, err := train.New(m, train.Options{Ranks: e, Shards: 3, Workers: 1 + e.Rank()})
			if err == nil {
				_, err = tr.Fit(context.Background(), blobs(t, 30))
			}
			if !errors.Is(err, train.ErrRank) || !strings.Contains(err.Error(), "rank 2 has another graph (operators") {
				t.Errorf("%s: %s: got %v, want an ErrRank about the graph of rank 2", name, e.Name(e.Rank()), err)
			}
		})
	}
}

// aborting is an Engine that counts its aborts.
type aborting struct {
	dist.Engine
	aborts atomic.Int32
}

func (e *aborting) Abort(code int, why string) {
	e.aborts.Add(1)
	e.Engine.Abort(code, why)
}

// TestRanksNotFinite lets a loss be not finite: all ranks return that, and none aborts the others. They
// train on when the parameter is mended.
func TestRanksNotFinite(t *testing.T) {
	for _, split := range []bool{false, true} {
		onRanks(2, func(e dist.Engine) {
			m, n := newNet(graph.Float32, 0), &aborting{Engine: e}
			tr := newTrainer(t, m, train.Options{Ranks: n, Shards: 2, SplitState: split})
			set := blobs(t, 8)
			step := func(bias float64) error {
				m.p.Set("out/bias", []float64{bias, 0, 0})
				_, err := tr.Step(set, rows(0, 8))
				return err
			}
			if err := step(0); err != nil {
				t.Error(err)
			}
			var bad *train.NotFiniteError
			if err := step(math.NaN()); !errors.As(err, &bad) || errors.Is(err, train.ErrRank) {
				t.Errorf("split %v: %s: got %v, want a NotFiniteError", split, e.Name(e.Rank()), err)
			}
			if err := step(0); err != nil || n.aborts.Load() > 0 {
				t.Errorf("split %v: %s: got %v and %d aborts after a loss that is not finite, want none", split, e.Name(e.Rank()), err, n.aborts.Load())
			}
		})
	}
}

// viewCounter is an Indexed source that counts the examples it is asked for.
type viewCounter struct {
	numberedSource
	seen atomic.Int64
}

func (v *viewCounter) View(index []int) (*data.Dataset, error) {
	v.seen.Add(int64(len(index)))
	return v.numberedSource.View(index)
}

// TestRanksRead trains on a source by number: each rank reads its own examples, and the bits are those
// of one process. The last batch cannot be cut evenly.
func TestRanksRead(t *testing.T) {
	const examples, epochs = 42, 3
	sources := make([]*viewCounter, 4)
	r := &ranked{t: t, o: func(int) train.Options {
		return train.Options{Epochs: epochs, BatchSize: 16, Augment: augment.Fields{"x": {augment.Noise{Sigma: 0.1}}}}
	}, set: func(rank int) data.Source {
		sources[rank] = &viewCounter{numberedSource: numberedSource{blobs(t, examples)}}
		return sources[rank]
	}}
	var want []float64
	var all int64
	for _, n := range []int{1, 2, 4} {
		r.fit(n)
		for q, v := range r.values {
			if n == 1 {
				want, all = v, sources[q].seen.Load()
			}
			if r.errs[q] != nil || !slices.Equal(v, want) {
				t.Errorf("%d ranks: rank %d has other values than one process, %v", n, q, r.errs[q])
			}
			least := int64(examples * epochs * (n - 1) / n)
			if saved := all - sources[q].seen.Load(); saved < least-2*epochs*int64(n) {
				t.Errorf("%d ranks: rank %d has read %d examples less than one process, want about %d", n, q, saved, least)
			}
		}
	}
}

// failingSource fails once it was asked for some examples; 0 stands for never.
type failingSource struct {
	viewCounter
	after int64
}

var errDisk = errors.New("the disk is gone")

func (f *failingSource) View(index []int) (*data.Dataset, error) {
	if f.after > 0 && f.seen.Load() >= f.after {
		return nil, errDisk
	}
	return f.viewCounter.View(index)
}

// TestRanksSourceFails: where a source, to train on or to evaluate, fails at one rank amid a training, all
// return, and the last step is in a checkpoint.
func TestRanksSourceFails(t *testing.T) {
	const examples = 32
	for i, name := range []string{"of the training", "of the validation"} {
		dir := t.TempDir()
		var sources [2][2]*failingSource // of each rank
		var after [2]int64
		source := func(rank, of int) data.Source {
			f := &failingSource{viewCounter: viewCounter{numberedSource: numberedSource{blobs(t, examples)}}}
			if rank == 1 {
				f.after = after[of]
			}
			sources[rank][of] = f
			return f
		}
		r := &ranked{t: t, set: func(rank int) data.Source { return source(rank, 0) }, o: func(rank int) train.Options {
			return train.Options{Epochs: 4, Validation: source(rank, 1)}
		}}
		r.fit(2)
		want := r.values[0]
		after[i] = sources[1][i].seen.Load() * int64(3-i) / 4
		r.o = func(rank int) train.Options {
			return train.Options{Epochs: 4, Validation: source(rank, 1), Checkpoint: &train.Checkpoint{Dir: filepath.Join(dir, fmt.Sprint(rank)), Resume: true}}
		}
		r.fit(2)
		if err := r.errs[0]; !errors.Is(err, train.ErrRank) || !strings.Contains(err.Error(), errDisk.Error()) {
			t.Errorf("%s, rank 0: got %v, want ErrRank with the text of the other", name, err)
		}
		if err := r.errs[1]; !errors.Is(err, errDisk) {
			t.Errorf("%s, rank 1: got %v, want its own error", name, err)
		}
		if at := r.at; at[0] != at[1] || at[0].Step == 0 || at[0].Step == 4*examples/8 {
			t.Errorf("%s: got the positions %v, want the same within the training", name, at)
		}
		after[i] = 0
		r.fit(2)
		for q, v := range r.values {
			if r.errs[q] != nil || !slices.Equal(v, want) {
				t.Errorf("%s: rank %d goes on to other values, %v", name, q, r.errs[q])
			}
		}
	}
}

package train

import (
	"context"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// This file has what a Trainer tells about itself. Nothing here changes a training.

// History returns a copy of what happened in the epochs so far. Package train/report draws it.
func (t *Trainer) History() *History {
	if t == nil {
		return &History{}
	}
	return t.history.clone()
}

// Summarize is the function Summarize for the model and the options of t.
//
// Errors: those of the function Summarize; ErrBusy.
func (t *Trainer) Summarize(batch int) (s *Summary, err error) {
	err = t.inside(func() error { s, err = t.summarize(batch); return err })
	return s, errors.Wrap(err, "train: Trainer.Summarize")
}

// Plan compiles a step on batches of the given number of examples, and returns what its program
// needs: see graph.Builder.Plan. trace, if not nil, is called with each phase of the compilation,
// in order. With Options.MicroBatch and Shards it is the program of one piece.
//
// Errors: ErrOption for fewer than 1 example; those of building the model; ErrBusy.
func (t *Trainer) Plan(batch int, trace func(graph.Phase)) (plan graph.Plan, err error) {
	err = t.inside(func() error {
		if batch < 1 {
			return mistake.Optionf("got batches of %d examples, want at least 1", batch)
		}
		plan, err = t.plan(training, t.pieceOf(batch), trace)
		return err
	})
	return plan, errors.Wrap(err, "train: Trainer.Plan")
}

// Graph builds the graph of the loss for a batch of n examples, as steps have it, and returns its
// Builder, the loss and the output. It is for reading, such as by formula.Equations.
//
// Errors: ErrOption for fewer than 1 example; those of building the model; ErrBusy.
func (t *Trainer) Graph(n int) (b *graph.Builder, loss, output *gorgonia.Node, err error) {
	err = t.inside(func() error {
		if n < 1 {
			return mistake.Optionf("got a batch of %d examples, want at least 1", n)
		}
		m, err := t.build(training, n)
		if err != nil {
			return err
		}
		b, loss, output = m.b, m.loss, m.output
		return nil
	})
	return b, loss, output, errors.Wrap(err, "train: Trainer.Graph")
}

// Profile measures the program of a step on the first examples of d, the given number of times:
// see graph.Program.Profile. The step of the Optimizer is in it only if it is made within the run,
// as for SGD{}. With fewer examples in d, and with Options.MicroBatch and Shards, it
// takes fewer than batch.
//
// Parameters, gradients, states and counters have the same bits before and after.
//
// Errors: ErrOption for a nil ctx, for fewer than 1 example, and for fewer than 1 run;
// data.ErrEmpty for no examples; what does not fit between d and the model; the error of ctx,
// which is asked before the runs; ErrBusy.
func (t *Trainer) Profile(ctx context.Context, d data.Source, batch, runs int) (p graph.Profile, err error) {
	err = t.inside(func() error { p, err = t.profile(ctx, d, batch, runs); return err })
	return p, errors.Wrap(err, "train: Trainer.Profile")
}

func (t *Trainer) profile(ctx context.Context, d data.Source, batch, runs int) (p graph.Profile, err error) {
	if err := given(ctx, d); err != nil {
		return p, err
	}
	if batch < 1 || runs < 1 {
		return p, mistake.Optionf("got batches of %d examples and %d runs, want at least 1 of each", batch, runs)
	}
	from, err := t.toMeasure(d)
	if err != nil {
		return p, err
	}
	set, err := data.Take(from.src, t.pieceOf(batch))
	if err != nil {
		return p, err
	}
	t.shapeWeights(set)
	s, err := t.compile(training, set.Len())
	if err != nil {
		return p, err
	}
	if err := s.bind(set, t); err != nil {
		return p, err
	}
	index := make([]int, set.Len())
	for i := range index {
		index[i] = i
	}
	s.epoch = -1
	if err := s.fill(index); err != nil {
		return p, err
	}
	if err := stopped(ctx); err != nil {
		return p, err
	}
	defer t.sameGradients()()
	return s.prog.Profile(runs)
}

// sameGradients returns a function that puts the gradients of now back.
func (t *Trainer) sameGradients() func() {
	_, g32 := t.params.Flat32()
	_, g64 := t.params.Flat64()
	old32, old64 := slices.Clone(g32), slices.Clone(g64)
	return func() {
		copy(g32, old32)
		copy(g64, old64)
	}
}

// EvaluateWith is Evaluate with other metrics than Options.Metrics, or with none.
//
// Errors: those of Evaluate; ErrOption for a metric that New would refuse.
func (t *Trainer) EvaluateWith(ctx context.Context, d data.Source, metrics ...Metric) (r Result, err error) {
	err = t.inside(func() error {
		for i, m := range metrics {
			if err := checkMetric(i, m); err != nil {
				return err
			}
		}
		from, err := t.measured(ctx, d)
		if err != nil {
			return err
		}
		defer func(old []Metric) { t.o.Metrics = old }(t.o.Metrics)
		t.o.Metrics = metrics
		r, err = t.evaluate(ctx, from, 0, false)
		return err
	})
	return r, errors.Wrap(err, "train: Trainer.EvaluateWith")
}

// Losses returns the loss of each of the first examples of d, at most the given number, each alone
// in a batch: as Evaluate has it, with penalties. It is NaN for an example none of whose targets
// counts. A model that draws random numbers in prediction draws those of a batch of one.
//
// Errors: those of Evaluate; ErrOption for fewer than 1 example. A loss that is not finite is
// returned as it is.
func (t *Trainer) Losses(ctx context.Context, d data.Source, most int) (losses []float64, err error) {
	err = t.inside(func() error {
		if most < 1 {
			return mistake.Optionf("got %d examples, want at least 1", most)
		}
		from, err := t.measured(ctx, d)
		if err != nil {
			return err
		}
		return t.withAverage(func() error { losses, err = t.lossesAsTheyAre(ctx, from, most); return err })
	})
	return losses, errors.Wrap(err, "train: Trainer.Losses")
}

// lossesAsTheyAre is Losses with the parameters that are there.
func (t *Trainer) lossesAsTheyAre(ctx context.Context, from supply, most int) (losses []float64, err error) {
	if err := compareSets(t.progress.on.set, from.set); err != nil {
		return nil, err
	}
	if err := t.usable(); err != nil {
		return nil, err
	}
	defer func(old int) { t.o.EvalBatch = old }(t.o.EvalBatch)
	t.o.EvalBatch = 1
	err = t.over(ctx, from, evaluating, most, func(s *session, b data.Batch) error {
		loss, err := s.run(b.Index, b.Number(b.Index[0]))
		if err != nil {
			return err
		}
		var mean average
		mean.add(s, loss)
		losses = append(losses, mean.value())
		return nil
	})
	return losses, err
}

// measured returns the examples of d as the model takes them.
func (t *Trainer) measured(ctx context.Context, d data.Source) (supply, error) {
	if err := given(ctx, d); err != nil {
		return supply{}, err
	}
	return t.toMeasure(d)
}

// inside calls f while no other call of t runs.
func (t *Trainer) inside(f func() error) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	return f()
}

package train

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Model is what a Trainer needs of a model. The models of package models are Models;
// so is any type of yours with these two methods. If a model cannot take
// batches of any size, its method MaxBatch() int returns the largest one: Evaluate, Predict and
// Predictors then take no larger ones.
type Model interface {
	// Params returns the set that Loss builds its parameters in: the same one at
	// every call.
	Params() *graph.Params

	// Loss builds the graph for a batch of n examples with b, whose Params are those
	// of the model. Its inputs have the names of the fields of the data set.
	//
	// It returns the loss l, one element that is a mean over the batch, and the output,
	// which Predict returns and metrics see: [n, ...]. The output must not depend on
	// the targets. Layers that differ in training ask b.Training. Loss need not report
	// the mistakes of b; the Trainer does. A result that is named loss would hide package
	// loss.
	Loss(b *graph.Builder, n int) (l, output *gorgonia.Node)
}

// Build builds the model once so that its parameters exist: to load saved ones into a
// model that is not trained.
//
// Errors: ErrOption for a nil model or nil Params; the mistakes of Loss; a *PanicError
// if Loss panics.
func Build(m Model) error {
	p, err := paramsOf(m)
	if err == nil {
		err = buildOnce(m, p)
	}
	return errors.Wrap(err, "train: Build")
}

// paramsOf returns the parameters of m, and an error if m is not a model.
func paramsOf(m Model) (p *graph.Params, err error) {
	if mistake.IsNil(m) {
		return nil, mistake.Optionf("got a nil model, want a value")
	}
	err = try("Params", func() error {
		if p = m.Params(); p == nil {
			return mistake.Optionf("got nil Params, want those of the model")
		}
		return nil
	})
	return p, errors.Wrapf(err, "the model %T", m)
}

// buildLoss calls m.Loss for batches of n. It returns the first mistake of b, and a
// panic of Loss.
func buildLoss(m Model, b *graph.Builder, n int) (loss, output *gorgonia.Node, err error) {
	err = try("Loss", func() error {
		loss, output = m.Loss(b, n)
		return nil
	})
	switch first := b.Err(); {
	case first != nil && err != nil:
		err = fmt.Errorf("%w; then %w", first, err)
	case first != nil:
		err = first
	}
	return loss, output, errors.Wrapf(err, "the model for a batch of %d", n)
}

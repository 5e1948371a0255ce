package main

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// checkSteps runs the batches of a normalisation one after another. In training
// each is standardised by its own statistics, which are mixed into the running
// ones, from zeros and ones on with the momentum 0.1; in evaluation by the
// running ones.
func checkSteps(k *testCase) (covered bool, err error) {
	if k.Steps[0].RunningMean == nil || k.Steps[0].RunningVar == nil {
		return false, nil
	}
	mean := zeros(k.Steps[0].RunningMean.Shape)
	variance := zeros(mean.Shape)
	for i := range variance.Floats {
		variance.Floats[i] = 1
	}
	for i, s := range k.Steps {
		got, err := normaliseBatch(k, s, mean, variance)
		if err != nil {
			return true, errors.Wrapf(err, "step %d", i)
		}
		for j, want := range []*array{s.Y, s.RunningMean, s.RunningVar} {
			if want == nil {
				continue
			}
			for e, v := range got[j] {
				if !k.close(v, want.Floats[e]) {
					return true, errors.Errorf("step %d, result %d: got %v at element %d, want %v (off %g)", i, j, v, e, want.Floats[e], math.Abs(v-want.Floats[e]))
				}
			}
		}
		mean, variance = &array{mean.Shape, got[1], nil}, &array{mean.Shape, got[2], nil}
	}
	return true, nil
}

// normaliseBatch returns the normalised batch and the running mean and variance
// after it.
func normaliseBatch(k *testCase, s batch, mean, variance *array) ([3][]float64, error) {
	channels := len(mean.Floats)
	b := &bench{Builder: graph.New(nil), k: k}
	x := b.Const(s.X.Floats, s.X.Shape...)
	one, zero := b.Broadcast(b.Scalar(1), channels), b.Broadcast(b.Scalar(0), channels)
	m, v := b.Const(mean.Floats, channels), b.Const(variance.Floats, channels)
	var y *gorgonia.Node
	if s.Eval {
		y = b.BatchNormFixed(x, one, zero, m, v, 1e-5)
	} else {
		y = b.BatchNorm(x, one, zero, 1e-5)
		m, v = b.RunningStats(x, m, v, 0.1)
	}
	var out [3][]float64
	p, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{y, m, v}})
	if err != nil {
		return out, err
	}
	if err := p.Run(); err != nil {
		return out, err
	}
	for i := range out {
		out[i] = p.Output(i, nil)
	}
	return out, nil
}

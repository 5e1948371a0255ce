package main

import (
	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// bareSteps trains without a Trainer: it gathers batches by hand, runs the program, and
// calls the optimizer. It is what Fit does at least. The batches are those of Fit, so
// the parameters are too, to the bit.
type bareSteps struct {
	p         *workload.Problem
	m         train.Model
	prog      *graph.Program
	optimizer train.Optimizer // nil: the program makes the steps of SGD
	view      *train.View
	loss      graph.Output[float64]
	label     graph.Input[int]
	x, y      []float32 // all rows
	inX, inY  []float32 // memory of the program; inY is that of a regression
	labels    []int     // of a batch
	batches   *data.Batches
	epoch     int
	step      int
	sum       float64 // of the losses of the last epoch
}

func newBareSteps(p *workload.Problem, o train.Optimizer) (*bareSteps, error) {
	m, err := p.Model(graph.Float32)
	if err != nil {
		return nil, err
	}
	b, loss := workload.Training(m, p.Batch)
	if err := b.Err(); err != nil {
		return nil, err
	}
	s := &bareSteps{p: p, m: m, optimizer: o, labels: make([]int, p.Batch)}
	if s.prog, err = compileStep(b, loss, o == nil, 1); err != nil {
		return nil, err
	}
	if o == nil {
		err = s.prog.SetRate(p.Rate)
	} else {
		s.view, err = train.NewView(m.Params(), o, 1)
	}
	if err != nil {
		return nil, err
	}
	s.x, s.y = floats32(p.X), floats32(p.Y)
	s.loss = graph.OutputOf[float64](s.prog, 0)
	if s.inX, err = graph.InputOf[float32](s.prog, "x").Memory(); err != nil {
		return nil, err
	}
	if p.MSE {
		if s.inY, err = graph.InputOf[float32](s.prog, "y").Memory(); err != nil {
			return nil, err
		}
	} else {
		s.label = graph.InputOf[int](s.prog, "y")
	}
	s.batches, err = data.NewBatches(p.Rows, p.Batch, true, 0)
	return s, err
}

func floats32(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

// train makes the steps of so many epochs.
func (s *bareSteps) train(epochs int) error {
	for range epochs {
		s.batches.Epoch(s.epoch)
		s.epoch++
		s.sum = 0
		for {
			index, ok := s.batches.Next()
			if !ok {
				break
			}
			if err := s.one(index); err != nil {
				return err
			}
		}
	}
	return nil
}

// one makes a step on the examples.
func (s *bareSteps) one(index []int) error {
	f, o := s.p.Features(), s.p.Out()
	for i, at := range index {
		copy(s.inX[i*f:(i+1)*f], s.x[at*f:(at+1)*f])
	}
	if s.p.MSE {
		for i, at := range index {
			copy(s.inY[i*o:(i+1)*o], s.y[at*o:(at+1)*o])
		}
	} else {
		for i, at := range index {
			s.labels[i] = s.p.Labels[at]
		}
		if err := s.label.Set(s.labels); err != nil {
			return err
		}
	}
	if err := s.prog.Run(); err != nil {
		return err
	}
	s.sum += s.loss.Scalar()
	s.step++
	if s.optimizer != nil {
		s.optimizer.Update(train.Step{N: s.step, Rate: s.p.Rate}, s.view)
	}
	return nil
}

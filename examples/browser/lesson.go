package main

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

const (
	mostSteps = 1500 // of a training
	side      = 64   // points of the plane along an edge
	low, high = -0.25, 1.25
)

// corners are the examples: what the network is given.
var corners = []float64{0, 0, 0, 1, 1, 0, 1, 1}

// settings are what the page lets its reader choose.
type settings struct {
	hidden     int // neurons of the hidden layer; 0: a linear model
	activation string
	rate       float64
	seed       uint64
	wanted     []float64 // for each of the corners, 0 or 1
}

// lesson is a network that learns a table of four rows.
type lesson struct {
	trainer       *train.Trainer
	table, square *data.Dataset
}

// newLesson makes a network of the given settings, before its first step.
func newLesson(s settings) (*lesson, error) {
	if len(s.wanted) != len(corners)/2 {
		return nil, fmt.Errorf("got %d targets, want %d", len(s.wanted), len(corners)/2)
	}
	table, err := data.XY(corners, 2, s.wanted, 1)
	if err != nil {
		return nil, err
	}
	square, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: plane()})
	if err != nil {
		return nil, err
	}
	o := models.MLPOptions{In: 2, Head: models.Binary, Seed: s.seed}
	if s.hidden != 0 {
		o.Hidden = []int{s.hidden}
		if err := o.Activation.UnmarshalText([]byte(s.activation)); err != nil {
			return nil, err
		}
	} else {
		o.Activation = nn.Tanh
	}
	model, err := models.NewMLP(o)
	if err != nil {
		return nil, err
	}
	trainer, err := train.New(model, train.Options{
		Schedule: schedule.Constant(s.rate), Epochs: mostSteps, BatchSize: 4, EvalBatch: side * side, Seed: s.seed,
	})
	if err != nil {
		return nil, err
	}
	return &lesson{trainer, table, square}, nil
}

// plane returns the points of a square around the corners, row by row. The first row has the
// largest second input, as in a picture whose axis points upwards.
func plane() (x []float64) {
	at := func(i int) float64 { return low + (high-low)*(float64(i)+0.5)/side }
	for row := range side {
		for column := range side {
			x = append(x, at(column), at(side-1-row))
		}
	}
	return x
}

// progress is what a training shows.
type progress struct {
	step    int
	losses  []float64 // of the steps since the last look
	outputs []float64 // of the network at the corners
	surface []float64 // at the points of plane
}

// look computes what the network makes of the corners and of the plane. Both are probabilities.
func (l *lesson) look(ctx context.Context, step int, losses []float64) (*progress, error) {
	outputs, err := l.trainer.Predict(ctx, l.table)
	if err != nil {
		return nil, err
	}
	surface, err := l.trainer.Predict(ctx, l.square)
	if err != nil {
		return nil, err
	}
	return &progress{step, losses, outputs, surface}, nil
}

// run makes the steps. After each of them it asks due whether it is time to look, and then waits
// for show, which draws.
func (l *lesson) run(ctx context.Context, due func(step int) bool, show func(context.Context, *progress) error) error {
	var losses []float64
	//docs:steps
	for step, err := range l.trainer.Steps(ctx, l.table) {
		if err != nil {
			return err
		}
		losses = append(losses, step.Loss)
		if step.Step < mostSteps && !due(step.Step) {
			continue
		}
		p, err := l.look(ctx, step.Step, losses)
		if err != nil {
			return err
		}
		if err := show(ctx, p); err != nil {
			return err
		}
		losses = losses[:0]
	}
	//docs:end
	return nil
}

package report_test

import (
	"context"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// trained is a Trainer after Fit, and the examples to report on.
type trained struct {
	name string
	t    *train.Trainer
	test data.Source
}

// fit trains a model for some epochs.
func fit(t *testing.T, name string, m train.Model, set *data.Dataset, o train.Options) trained {
	t.Helper()
	first, test, err := set.Split(0.25, 1)
	if err != nil {
		t.Fatal(err)
	}
	o.Validation, o.Seed = test, 1
	trainer, err := train.New(m, o)
	if err == nil {
		_, err = trainer.Fit(context.Background(), first)
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return trained{name, trainer, test}
}

// iris is an MLP on a table.
func iris(t *testing.T, o train.Options) trained {
	t.Helper()
	set, err := data.Iris()
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{16}, Out: 3})
	if err != nil {
		t.Fatal(err)
	}
	if o.Epochs == 0 {
		o.Epochs = 30
	}
	o.Schedule, o.Metrics = schedule.Cosine{Rate: 0.02, Steps: 120}, []train.Metric{train.Accuracy()}
	return fit(t, "iris", m, set, o)
}

// digits is a CNN on images.
func digits(t *testing.T) trained {
	t.Helper()
	set, err := data.Digits()
	if err != nil {
		t.Fatal(err)
	}
	x, _ := set.Field("x")
	y, _ := set.Field("y")
	x.Shape = []int{1, 8, 8}
	if set, err = data.New(x, y); err != nil {
		t.Fatal(err)
	}
	m, err := models.NewCNN(models.CNNOptions{Channels: 1, Height: 8, Width: 8, Out: 10, DType: graph.Float32,
		Blocks: []models.ConvBlock{{Channels: 8, Kernel: 3, Pad: 1, Pool: 2, BatchNorm: true}, {Channels: 16, Kernel: 3, Pad: 1, Residual: true}}, Hidden: []int{32}})
	if err != nil {
		t.Fatal(err)
	}
	return fit(t, "digits", m, set, train.Options{Epochs: 3, Schedule: schedule.Constant(0.01), Metrics: []train.Metric{train.Accuracy()}})
}

// waves is an LSTM on sequences.
func waves(t *testing.T) trained {
	t.Helper()
	set, err := data.Waves(200, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.NewRNN(models.RNNOptions{Steps: 48, In: 1, Lengths: true, Hidden: 12, Out: 3, DType: graph.Float32})
	if err != nil {
		t.Fatal(err)
	}
	return fit(t, "waves", m, set, train.Options{Epochs: 4, Schedule: schedule.Constant(0.01)})
}

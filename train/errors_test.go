package train_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// builds is a Model from a function.
type builds struct {
	p *graph.Params
	f func(b *graph.Builder, n int) (l, output *gorgonia.Node)
}

func (m builds) Params() *graph.Params { return m.p }

func (m builds) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) { return m.f(b, n) }

func model(f func(b *graph.Builder, n int) (l, output *gorgonia.Node)) train.Model {
	return builds{graph.NewParams(graph.Float64, 1), f}
}

// reading fits a model with the part to a data set of the field.
func reading(part func(b *graph.Builder, n int) *gorgonia.Node, f data.Field) func(*testing.T) error {
	return func(t *testing.T) error {
		d, err := data.New(f)
		if err != nil {
			return err
		}
		m := model(func(b *graph.Builder, n int) (l, output *gorgonia.Node) {
			output = part(b, n)
			return b.Mul(b.Mean(output), b.Param("w", graph.Ones())), output
		})
		_, err = newTrainer(t, m, train.Options{}).Fit(context.Background(), d)
		return err
	}
}

// measuring evaluates two examples, whose outputs have the shape, with the metric.
func measuring(m train.Metric, shape []int, y data.Field) func(*testing.T) error {
	return func(t *testing.T) error {
		n := 2
		for _, d := range shape {
			n *= d
		}
		y.Name = "y"
		set, err := data.New(data.Field{Name: "x", Shape: shape, Floats: make([]float64, n)}, y)
		if err != nil {
			return err
		}
		_, err = newTrainer(t, shaped(shape...), train.Options{Metrics: []train.Metric{m}}).Evaluate(context.Background(), set)
		return err
	}
}

// mistakes are what users do wrong in training.
var mistakes = []golden.Mistake{
	{"learning rate of -1", train.ErrOption, func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Schedule: schedule.Constant(-1)})
		return err
	}},
	{"momentum of 1.5", train.ErrOption, func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: train.SGD{Momentum: 1.5}})
		return err
	}},
	{"beta of 1", train.ErrOption, func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: train.Adam{Beta1: 1}})
		return err
	}},
	{"batches of -2", train.ErrOption, func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{BatchSize: -2})
		return err
	}},
	{"stopping without a validation set", train.ErrOption, func(t *testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Stop: &train.EarlyStopping{}})
		return err
	}},
	{"patience of -1", train.ErrOption, func(t *testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Validation: blobs(t, 9), Stop: &train.EarlyStopping{Patience: -1}})
		return err
	}},
	{"smallest difference of NaN", train.ErrOption, func(t *testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Validation: blobs(t, 9), Stop: &train.EarlyStopping{MinDelta: math.NaN()}})
		return err
	}},
	{"stopping by an unknown metric", train.ErrOption, func(t *testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Validation: blobs(t, 9), Metrics: []train.Metric{train.Accuracy()}, Stop: &train.EarlyStopping{Metric: "acuracy"}})
		return err
	}},
	{"changes of a field that is no input", data.ErrField, func(t *testing.T) error {
		o := train.Options{Augment: augment.Fields{"z": {augment.Noise{Sigma: 1}}}}
		_, err := newTrainer(t, newNet(graph.Float64, 0), o).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"noise without a deviation", train.ErrOption, func(t *testing.T) error {
		o := train.Options{Augment: augment.Fields{"x": {augment.Noise{}}}}
		_, err := newTrainer(t, newNet(graph.Float64, 0), o).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"empty set", data.ErrEmpty, func(*testing.T) error {
		_, err := data.XLabels(nil, 4, nil)
		return err
	}},
	{"no set", data.ErrEmpty, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), nil)
		return err
	}},
	{"no set to evaluate", data.ErrEmpty, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Evaluate(context.Background(), nil)
		return err
	}},
	{"no set to predict", data.ErrEmpty, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Predict(context.Background(), nil)
		return err
	}},
	{"no set to step on", data.ErrEmpty, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Step(nil, []int{0})
		return err
	}},
	{"NaN in the data", data.ErrNotFinite, func(*testing.T) error {
		_, err := data.XY([]float64{1, 2, 3, math.NaN()}, 2, []float64{1, 2}, 1)
		return err
	}},
	{"label out of range", data.ErrLabel, func(t *testing.T) error {
		d, err := data.XLabels(make([]float64, 12), 4, []int{0, 7, 2})
		if err != nil {
			return err
		}
		_, err = newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), d)
		return err
	}},
	{"length out of range", data.ErrLabel, reading(func(b *graph.Builder, n int) *gorgonia.Node { return nn.LengthMask(b, b.Ints("lengths", n), 3) },
		data.Field{Name: "lengths", Ints: []int{3, 4}})},
	{"token out of range", data.ErrLabel, reading(func(b *graph.Builder, n int) *gorgonia.Node {
		return nn.Embedding(b, "e", b.Ints("words", n, 2), nn.EmbeddingOptions{Count: 5, Dim: 1})
	}, data.Field{Name: "words", Shape: []int{2}, Ints: []int{0, 1, 4, -1}})},
	{"tokens that are numbers", data.ErrField, reading(func(b *graph.Builder, n int) *gorgonia.Node {
		return nn.Embedding(b, "e", b.Ints("words", n), nn.EmbeddingOptions{Count: 5, Dim: 1})
	}, data.Field{Name: "words", Floats: []float64{1, 7}})},
	{"target that the loss does not take", graph.ErrTarget, func(t *testing.T) error {
		m := model(func(b *graph.Builder, n int) (l, output *gorgonia.Node) {
			output = nn.Dense(b, "d", b.Input("x", n, 1), 1, nn.Identity)
			return loss.BCEWithLogits(b, output, b.Input("y", n, 1)), output
		})
		d, err := data.XY([]float64{1, 2, 3}, 1, []float64{1, 0, 20}, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, err = newTrainer(t, m, train.Options{}).Fit(context.Background(), d)
		return err
	}},
	{"lengths that differ", data.ErrShape, func(*testing.T) error {
		_, err := data.XY(make([]float64, 6), 2, make([]float64, 4), 1)
		return err
	}},
	{"other number of features", data.ErrShape, func(t *testing.T) error {
		d, err := data.XLabels(make([]float64, 9), 3, []int{0, 1, 2})
		if err != nil {
			return err
		}
		_, err = newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), d)
		return err
	}},
	{"missing field", data.ErrField, func(t *testing.T) error {
		d, err := data.New(data.Field{Name: "y", Ints: []int{0, 1, 2}, Classes: 3})
		if err != nil {
			return err
		}
		_, err = newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), d)
		return err
	}},
	{"unused parameter", autograd.ErrUnconnected, func(t *testing.T) error {
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			b.Param("forgotten", graph.Zeros(), 3)
			return newNet(graph.Float64, 0).Loss(b, n)
		})
		_, err := newTrainer(t, m, train.Options{}).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"loss that is a vector", graph.ErrShape, func(t *testing.T) error {
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := nn.Dense(b, "out", b.Input("x", n, 4), 1, nn.Identity)
			return y, y
		})
		_, err := newTrainer(t, m, train.Options{}).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"matmul that does not fit", graph.ErrShape, func(t *testing.T) error {
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := b.MatMul(b.Input("x", n, 4), b.Param("w", graph.Zeros(), 5, 2))
			return b.Sum(y), y
		})
		_, err := newTrainer(t, m, train.Options{}).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"training that diverges", train.ErrNotFinite, func(t *testing.T) error {
		d, err := data.XY([]float64{1, 2, 3, 4}, 1, []float64{1, 2, 3, 4}, 1)
		if err != nil {
			return err
		}
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := b.MatMul(b.Input("x", n, 1), b.Param("w", graph.Ones(), 1, 1))
			return loss.MSE(b, b.Square(y), b.Input("y", n, 1)), y
		})
		_, err = newTrainer(t, m, train.Options{Optimizer: train.SGD{}, Schedule: schedule.Constant(1e6)}).Fit(context.Background(), d)
		return err
	}},
	{"checkpoint of another model", nil, func(t *testing.T) error {
		path := filepath.Join(t.TempDir(), "a.safetensors")
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := nn.Dense(b, "hidden", b.Input("x", n, 4), 8, nn.Identity)
			return b.Sum(y), y
		})
		if err := train.Build(m); err != nil {
			return err
		}
		if err := train.Save(path, m.Params()); err != nil {
			return err
		}
		other := newNet(graph.Float64, 0)
		if err := train.Build(other); err != nil {
			return err
		}
		err := train.Load(path, other.p)
		if err != nil {
			return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), path, "a.safetensors"))
		}
		return nil
	}},
	{"SGD with a decay of -1", train.ErrOption, option(train.Options{Optimizer: train.SGD{Decay: -1}})},
	{"Nesterov without momentum", train.ErrOption, option(train.Options{Optimizer: train.SGD{Nesterov: true}})},
	{"epsilon of -1", train.ErrOption, option(train.Options{Optimizer: train.AdamW{Eps: -1}})},
	{"Adam with a decay of -1", train.ErrOption, option(train.Options{Optimizer: train.Adam{Decay: -1}})},
	{"optimizer that is nil", train.ErrOption, option(train.Options{Optimizer: (*train.SGD)(nil)})},
	{"optimizer with a slot without a name", train.ErrOption, option(train.Options{Optimizer: slotted{{}}})},
	{"metric that starts nothing", train.ErrOption, option(train.Options{Metrics: []train.Metric{{Name: "m", Start: func() train.Meter { return nil }}}})},
	{"class of a metric that there is not", train.ErrOption, measuring(train.F1(train.ClassOptions{Average: train.OneClass, Class: 3}), []int{3}, data.Field{Ints: []int{0, 2}})},
	{"class of a metric without OneClass", train.ErrOption, option(train.Options{Metrics: []train.Metric{train.F1(train.ClassOptions{Class: 3})}})},
	{"average that there is not", train.ErrOption, option(train.Options{Metrics: []train.Metric{train.IoU(train.ClassOptions{Average: 9})}})},
	{"threshold of NaN", train.ErrOption, option(train.Options{Metrics: []train.Metric{train.Recall(train.ClassOptions{Threshold: math.NaN()})}})},
	{"0/0 that is a half", train.ErrOption, option(train.Options{Metrics: []train.Metric{train.Precision(train.ClassOptions{ZeroDivision: 0.5})}})},
	{"beta of -1", train.ErrOption, option(train.Options{Metrics: []train.Metric{train.FBeta(-1, train.ClassOptions{})}})},
	{"top 0", train.ErrOption, option(train.Options{Metrics: []train.Metric{train.TopAccuracy(0)}})},
	{"accuracy of label -1", train.ErrOption, option(train.Options{Metrics: []train.Metric{train.LabelAccuracy(-1)}})},
	{"accuracy of a label that there is not", train.ErrOption, measuring(train.LabelAccuracy(2), []int{2}, data.Field{Shape: []int{2}, Ints: []int{0, 1, 1, 1}})},
	{"metric of a label that is no class", data.ErrLabel, measuring(train.ROCAUC(train.ClassOptions{}), []int{3}, data.Field{Ints: []int{0, 3}})},
	{"metric of classes by numbers", data.ErrLabel, measuring(train.Precision(train.ClassOptions{}), []int{1}, data.Field{Floats: []float64{0, 2.5}})},
	{"metric of numbers of another shape", graph.ErrShape, measuring(train.RMSE(), []int{3}, data.Field{Shape: []int{2}, Floats: []float64{1, 2, 3, 4}})},
	{"matrix of labels of their own", graph.ErrShape, measuring(train.Confusion(), []int{2}, data.Field{Shape: []int{2}, Ints: []int{0, 1, 1, 1}})},
	{"matrix of too many classes", graph.ErrMemory, measuring(train.Confusion(), []int{5000}, data.Field{Ints: []int{0, 1}})},
	{"perplexity of one output", graph.ErrShape, measuring(train.Perplexity(train.ProbabilityOptions{}), []int{1}, data.Field{Ints: []int{0, 1}})},
	{"weights without a field", data.ErrField, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{Metrics: []train.Metric{train.Accuracy()}, SampleWeight: "w"}).Evaluate(context.Background(), blobs(t, 9))
		return err
	}},
	{"metric without a name", train.ErrOption, option(train.Options{Metrics: []train.Metric{{Start: train.MAE().Start}}})},
	{"loss that panics", errOwn, fitting(func(*graph.Builder, int) (_, _ *gorgonia.Node) { panic(errOwn) })},
	{"update that panics", errOwn, func(t *testing.T) error {
		return step(t, newTrainer(t, newNet(graph.Float64, 0), train.Options{Optimizer: frail("Update")}), blobs(t, 9), 0)
	}},
	{"gradient that is not finite", train.ErrNotFinite, func(t *testing.T) error {
		return step(t, newTrainer(t, roots(graph.Float64, 3), train.Options{}), fourRows(t), 3)
	}},
	{"update that overflows", train.ErrNotFinite, func(t *testing.T) error {
		o := train.Options{Optimizer: train.SGD{Momentum: 0.9}, Schedule: schedule.Constant(1e300)}
		set, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: []float64{1e20}})
		if err != nil {
			t.Fatal(err)
		}
		return step(t, newTrainer(t, tilted(graph.Float64, 3), o), set, 0)
	}},
	{"model that is nil", train.ErrOption, func(*testing.T) error {
		_, err := train.New((*pointer)(nil), train.Options{})
		return err
	}},
	{"no model", train.ErrOption, func(*testing.T) error {
		_, err := train.New(nil, train.Options{})
		return err
	}},
	{"learning rate that becomes negative", train.ErrOption, func(t *testing.T) error {
		o := train.Options{Schedule: schedule.Func(func(step int) float64 { return float64(1 - step) }), BatchSize: 3}
		_, err := newTrainer(t, newNet(graph.Float64, 0), o).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"batch of no examples", data.ErrEmpty, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Step(blobs(t, 9), nil)
		return err
	}},
	{"example that is not there", data.ErrIndex, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Step(blobs(t, 9), []int{9})
		return err
	}},
	{"cancelled training", context.Canceled, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(cancelled(), blobs(t, 9))
		return err
	}},
	{"cancelled prediction", context.Canceled, func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Predict(cancelled(), blobs(t, 9))
		return err
	}},
	{"metrics without a target", data.ErrField, func(t *testing.T) error {
		o := train.Options{Metrics: []train.Metric{train.Accuracy()}, Target: "z"}
		_, err := newTrainer(t, newNet(graph.Float64, 0), o).Evaluate(context.Background(), blobs(t, 9))
		return err
	}},
	{"no loss", nil, fitting(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) { return nil, nil })},
	{"no parameters", nil, fitting(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		y := b.Input("x", n, 4)
		return b.Sum(y), y
	})},
	{"loss that is a vector in evaluation", graph.ErrShape, predicting(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		y := nn.Dense(b, "out", b.Input("x", n, 4), 1, nn.Identity)
		return y, y
	})},
	{"output without examples", graph.ErrShape, predicting(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		y := b.Sum(nn.Dense(b, "out", b.Input("x", n, 4), 1, nn.Identity))
		return y, y
	})},
	{"file that is not there", os.ErrNotExist, func(t *testing.T) error {
		t.Chdir(t.TempDir())
		return train.Load("none.safetensors", builtNet(t).p)
	}},
	{"file that is none", train.ErrFormat, func(t *testing.T) error {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("a.safetensors", []byte("12345678"), 0o600); err != nil {
			return nil
		}
		return train.Load("a.safetensors", builtNet(t).p)
	}},
	{"loading into a model that is not built", train.ErrNotBuilt, func(*testing.T) error {
		return train.Load("a.safetensors", newNet(graph.Float64, 0).p)
	}},
	{"saving a model that is not built", train.ErrNotBuilt, func(*testing.T) error {
		return train.Save("a.safetensors", newNet(graph.Float64, 0).p)
	}},
	{"saving nothing", train.ErrOption, func(*testing.T) error { return train.Save("a.safetensors", nil) }},
	{"loading into nothing", train.ErrOption, func(*testing.T) error { return train.Load("a.safetensors", nil) }},
	{"building nothing", train.ErrOption, func(*testing.T) error { return train.Build(nil) }},
	{"building a model without Params", train.ErrOption, func(*testing.T) error { return train.Build(builds{}) }},
	{"model that cannot be built", graph.ErrShape, func(*testing.T) error {
		return train.Build(model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := b.MatMul(b.Input("x", n, 4), b.Param("w", graph.Zeros(), 5, 2))
			return y, y
		}))
	}},
	{"picture of nothing", nil, func(*testing.T) error { return (&train.History{}).WriteSVG(io.Discard) }},
}

// builtNet is a model whose parameters exist.
func builtNet(t *testing.T) net {
	t.Helper()
	m := newNet(graph.Float64, 0)
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// option is what New says to the options.
func option(o train.Options) func(*testing.T) error {
	return func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), o)
		return err
	}
}

// fitting is what Fit says to the model f.
func fitting(f func(b *graph.Builder, n int) (l, output *gorgonia.Node)) func(*testing.T) error {
	return func(t *testing.T) error {
		_, err := newTrainer(t, model(f), train.Options{}).Fit(context.Background(), blobs(t, 9))
		return err
	}
}

// predicting is what Evaluate says to the model f.
func predicting(f func(b *graph.Builder, n int) (l, output *gorgonia.Node)) func(*testing.T) error {
	return func(t *testing.T) error {
		_, err := newTrainer(t, model(f), train.Options{}).Evaluate(context.Background(), blobs(t, 9))
		return err
	}
}

// cancelled is a context that has ended.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// TestMistakes holds what each mistake is answered with to a golden file.
func TestMistakes(t *testing.T) {
	golden.Check(t, "testdata/errors.golden", golden.Errors(t, mistakes))
}

package train_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// pairs are n rows of two columns and their sums, with v in place of one number: in the target
// for column 2; and none for a negative row.
func pairs(t *testing.T, n, row, column int, v float64) *data.Dataset {
	t.Helper()
	x, y := make([]float64, 2*n), make([]float64, n)
	for i := range n {
		x[2*i], x[2*i+1] = math.Sin(float64(i)), math.Cos(float64(2*i))
		y[i] = x[2*i] + x[2*i+1]
	}
	switch {
	case row >= 0 && column == 2:
		y[row] = v
	case row >= 0:
		x[2*row+column] = v
	}
	return must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: x, Columns: []string{"age", "weight"}, AllowNonFinite: true},
		data.Field{Name: "y", Shape: []int{1}, Floats: y, AllowNonFinite: true}))
}

// TestNumbersThatAreNone trains on data in memory with a number that is NaN or infinite, last of
// all. Every way to train and to measure refuses it with field, row, column and remedy, those that
// train before the first step, and leaves no trace.
func TestNumbersThatAreNone(t *testing.T) {
	const n, row = 23, 21
	ctx := context.Background()
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, o := range []train.Optimizer{train.SGD{}, train.Adam{}} {
			for _, v := range notNumbers {
				for column, words := range [][]string{{`field "x"`, "column 0", `"age"`}, {`field "x"`, "column 1", `"weight"`}, {`field "y"`, "column 0"}} {
					good, bad := pairs(t, n, -1, 0, 0), pairs(t, n, row, column, v)
					words = append(words, fmt.Sprintf("row %d", row), fmt.Sprintf("got %v", v))
					switch {
					case column == 2:
						words = append(words, "data.Dataset.Filter")
					case math.IsNaN(v):
						words = append(words, "data.Impute")
					}
					for name, way := range map[string]func(*train.Trainer) error{
						"Fit":      func(tr *train.Trainer) error { return second(tr.Fit(ctx, bad)) },
						"FindRate": func(tr *train.Trainer) error { return second(tr.FindRate(ctx, bad, train.RateFinder{})) },
						"Steps": func(tr *train.Trainer) (err error) {
							for _, err = range tr.Steps(ctx, bad) {
							}
							return err
						},
						"Evaluate": func(tr *train.Trainer) error { return second(tr.Evaluate(ctx, bad)) },
						"Validation": func(tr *train.Trainer) error {
							tr = newTrainer(t, tr.Model(), train.Options{Validation: bad, Optimizer: o, BatchSize: 4})
							err := second(tr.Fit(ctx, good))
							if tr.Position().Step != 0 {
								t.Errorf("Validation: got %d steps, want none", tr.Position().Step)
							}
							return err
						},
					} {
						m := regressor(d, 2)
						if err := train.Build(m); err != nil {
							t.Fatal(err)
						}
						before := all(m.p)
						tr := newTrainer(t, m, train.Options{Optimizer: o, BatchSize: 4, Epochs: 2})
						what := fmt.Sprintf("%s, %v, %T, %v", name, d, o, v)
						err := way(tr)
						wantError(t, what, err, train.ErrNotFinite, words...)
						var at *train.NumberError
						if !errors.As(err, &at) || at.Row != row || at.Field != map[bool]string{false: "x", true: "y"}[column == 2] || at.Element != column%2 {
							t.Errorf("%s: got %+v, want the place of the number", what, at)
						}
						if tr.Position().Step != 0 || !slices.Equal(all(m.p), before) {
							t.Errorf("%s: got %d steps, or other parameters, want none", what, tr.Position().Step)
						}
					}
				}
			}
		}
	}
}

// TestMissingCells reads a table with missing cells and trains on it: without an Impute that is
// refused, with one it is not, and neither are predictions.
func TestMissingCells(t *testing.T) {
	ctx := context.Background()
	const table = "age,weight,price\n1,2,3\n4,,5\n6,7,8\n2,1,2\n"
	set := value(data.ReadCSV(strings.NewReader(table), data.CSVOptions{Target: []string{"price"}, OnMissing: data.KeepMissing}))
	_, err := newTrainer(t, regressor(graph.Float64, 2), train.Options{}).Fit(ctx, set)
	wantError(t, "Fit", err, train.ErrNotFinite, `field "x": row 1, column 1 ("weight") (line 3): got NaN`, "data.Impute")
	filled := newTrainer(t, regressor(graph.Float64, 2), train.Options{Epochs: 1, Recipe: data.Recipe{Steps: []data.Step{&data.Impute{}}}})
	value(filled.Fit(ctx, set))
	value(filled.Predict(ctx, set))
	p := value(filled.NewPredictor(train.ModelFile{}, train.PredictorOptions{}))
	value(p.Predict(ctx, set))
	value(p.PredictRows([]float64{1, math.NaN(), math.NaN(), 2}))
	scaled := newTrainer(t, regressor(graph.Float64, 2), train.Options{Epochs: 1, Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Columns: []int{0}}}}})
	_, err = scaled.Fit(ctx, set)
	wantError(t, "a recipe without an Impute", err, train.ErrNotFinite, `row 1, column 1 ("weight")`, "data.Impute")
}

// TestNumbersOfSources meets a number that is none in a source: the step is refused, and the error
// has the number of the example in the source.
func TestNumbersOfSources(t *testing.T) {
	const n, row = 40, 33
	ctx := context.Background()
	set := pairs(t, n, row, 1, math.NaN())
	for _, src := range []data.Source{&numberedSource{set}, &streamedSource{d: set, length: n}, &streamedSource{d: set, length: -1}} {
		for _, o := range []train.Optimizer{train.SGD{}, train.Adam{}} {
			for _, micro := range []int{0, 2} {
				var report bytes.Buffer
				tr := newTrainer(t, regressor(graph.Float32, 2), train.Options{Optimizer: o, BatchSize: 4, MicroBatch: micro, ShuffleWindow: 8, Seed: 3, Callbacks: []train.Callback{&train.NaNGuard{Writer: &report}}})
				_, err := tr.Fit(ctx, src)
				wantError(t, "Fit", err, train.ErrNotFinite, `field "x": row 33, column 1 ("weight"): got NaN`, "data.Impute")
				var bad *train.NotFiniteError
				if !errors.As(err, &bad) || bad.Number == nil || bad.Number.Row != row || !slices.Contains(bad.Examples, row) || !bad.Kept {
					t.Errorf("%T, %T: got %+v, want example %d of the source", src, o, bad, row)
				}
				if !strings.Contains(report.String(), "row 33, column 1") {
					t.Errorf("the report of a NaNGuard: got %s", &report)
				}
			}
		}
		tr := newTrainer(t, regressor(graph.Float64, 2), train.Options{BatchSize: 4})
		_, err := tr.Evaluate(ctx, src)
		wantError(t, "Evaluate", err, train.ErrNotFinite, "row 33, column 1")
		_, err = tr.Predict(ctx, src)
		wantError(t, "Predict", err, train.ErrNotFinite, "row 33, column 1")
		_, err = newTrainer(t, regressor(graph.Float64, 2), train.Options{Validation: src}).Fit(ctx, pairs(t, n, -1, 0, 0))
		wantError(t, "Validation", err, train.ErrNotFinite, "row 33, column 1")
	}
}

// masked is a model that leaves out what is NaN in its inputs.
func masked(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		x := b.Input("x", n, 2)
		out := nn.Dense(b, "out", b.Where(b.IsNaN(x), b.Scalar(0), x), 1, nn.Identity)
		return loss.MSE(b, out, b.Input("y", n, 1)), out
	}}
}

// TestNumbersLeftOut trains and predicts with a model that leaves out NaN: nothing is refused,
// before or behind a step, and the trial before the first one leaves no trace.
func TestNumbersLeftOut(t *testing.T) {
	ctx := context.Background()
	set, zero := pairs(t, 23, 7, 1, math.NaN()), pairs(t, 23, 7, 1, 0)
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, o := range []train.Optimizer{train.SGD{}, train.Adam{}, train.EMA{}, train.SGD{Momentum: .5}} {
			fit := func(src data.Source) []float64 {
				m := masked(d)
				tr := newTrainer(t, m, train.Options{Optimizer: o, BatchSize: 4, Epochs: 2, Validation: src, Schedule: schedule.Constant(.01)})
				value(tr.Fit(ctx, src))
				value(tr.Evaluate(ctx, src))
				p := value(tr.NewPredictor(train.ModelFile{}, train.PredictorOptions{}))
				y := value(tr.Predict(ctx, src))
				sameBits(t, "a Predictor", predictions(t, p, set), y)
				return append(all(m.p), y...)
			}
			want := fit(zero)
			sameBits(t, fmt.Sprintf("%v, %T", d, o), fit(set), want)
			sameBits(t, fmt.Sprintf("%v, %T, a source", d, o), fit(&numberedSource{set}), want)
		}
	}
}

// TestPredictNumbers holds that predictions refuse NaN and infinities with row and column, unless
// they are allowed, and then have them in their own row alone.
func TestPredictNumbers(t *testing.T) {
	ctx := context.Background()
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, v := range notNumbers {
			m := regressor(d, 2)
			tr := newTrainer(t, m, train.Options{Epochs: 1, EvalBatch: 4})
			value(tr.Fit(ctx, pairs(t, 8, -1, 0, 0)))
			bad := pairs(t, 11, 9, 1, v)
			x, _ := bad.Field("x")
			for _, o := range []train.PredictorOptions{{}, {BatchSize: 4}, {BatchSize: 16, Gather: train.Gather{Examples: 16}}} {
				p := value(tr.NewPredictor(train.ModelFile{}, o))
				for name, err := range map[string]error{"Predict": second(p.Predict(ctx, bad)), "PredictRows": second(p.PredictRows(x.Floats))} {
					wantError(t, name, err, train.ErrNotFinite, `input "x": row 9, column 1 ("weight")`, fmt.Sprintf("got %v", v), "AllowNonFiniteInputs")
				}
				o.AllowNonFiniteInputs = true
				p = value(tr.NewPredictor(train.ModelFile{}, o))
				y, rows := value(p.Predict(ctx, bad)), value(p.PredictRows(x.Floats))
				sameBits(t, "PredictRows", rows, y)
				for i := range y {
					if (math.IsNaN(y[i]) || math.IsInf(y[i], 0)) != (i == 9) {
						t.Errorf("row %d: got %v", i, y[i])
					}
				}
			}
			wantError(t, "Trainer.Predict", second(tr.Predict(ctx, bad)), train.ErrNotFinite, `field "x": row 9, column 1 ("weight")`, "Options.AllowNonFiniteInputs")
			allows := newTrainer(t, m, train.Options{AllowNonFiniteInputs: true})
			if y := value(allows.Predict(ctx, bad)); !math.IsNaN(y[9] - y[9]) {
				t.Errorf("allowed: got %v in row 9", y[9])
			}
		}
	}
}

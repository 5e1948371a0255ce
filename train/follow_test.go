package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// twoInputs is a classifier of two inputs, of which the data set has the second one first.
func twoInputs(d graph.DType, width int) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := b.Add(nn.Dense(b, "a", b.Input("a", n, width), 4, nn.Tanh), nn.Dense(b, "b", b.Input("b", n, 3), 4, nn.Tanh))
		logits := nn.Dense(b, "out", h, 3, nn.Identity)
		return loss.CrossEntropy(b, logits, b.Ints("y", n)), b.Softmax(logits)
	}}
}

// twoFields is a data set for it, with a category and with a missing cell for recipes.
func twoFields(t *testing.T, missing float64) *data.Dataset {
	t.Helper()
	const n = 30
	a, b, kind, y := make([]float64, 2*n), make([]float64, 3*n), make([]int, n), make([]int, n)
	for i := range a {
		a[i] = 5 + math.Sin(float64(i*i))
	}
	for i := range b {
		b[i] = math.Cos(float64(i * i))
	}
	for i := range y {
		kind[i], y[i] = i*i%2, i*i%3
	}
	a[7] = missing
	return must(t)(data.New(data.Field{Name: "b", Shape: []int{3}, Floats: b, Columns: []string{"b0", "b1", "b2"}},
		data.Field{Name: "a", Shape: []int{2}, Floats: a, Columns: []string{"a0", "a1"}, AllowNonFinite: true},
		data.Field{Name: "kind", Ints: kind, Classes: 2}, data.Field{Name: "y", Ints: y, Classes: 3, ClassNames: []string{"rose", "tulip", "daisy"}}))
}

// followed are trainings that a Predictor follows from before their first Fit.
var followed = map[string]struct {
	recipe  data.Recipe
	width   int // of a, as the model gets it
	missing float64
	inputs  string
}{
	"plain":  {data.Recipe{}, 2, 5, "[b a]"},
	"scaled": {data.Recipe{Steps: []data.Step{&data.Scaler{Field: "a"}, &data.MinMax{Field: "b"}}}, 2, 5, "[b a]"},
	"filled and joined": {data.Recipe{Steps: []data.Step{&data.Impute{Field: "a"}, &data.OneHotEncoder{Field: "kind"}, &data.Join{Into: "a", Fields: []string{"a", "kind"}}}},
		4, math.NaN(), "[b a kind]"},
}

func names(p *train.Predictor) string {
	var out []string
	for _, in := range p.Inputs() {
		out = append(out, in.Name)
	}
	return fmt.Sprint(out)
}

// TestFollowFromTheStart holds that a Predictor which was made before the first Fit learns names,
// classes and recipe with the first parameters that it takes over, and then has the bits of the
// Trainer at each step that it follows.
func TestFollowFromTheStart(t *testing.T) {
	ctx := context.Background()
	for name, c := range followed {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			set := twoFields(t, c.missing)
			const every = 3
			var p *train.Predictor
			seen := 0
			check := train.On(func(e *train.StepEnd) error {
				y, err := p.Predict(ctx, set)
				switch {
				case e.Step < every && !c.recipe.IsZero():
					wantError(t, name, err, train.ErrOption, "Options.Recipe")
				case err != nil:
					return err
				case e.Step%every == 0:
					seen++
					sameBits(t, name, y, value(e.Trainer.Predict(ctx, set)))
				}
				if got := p.Label([]float64{0, 1, 0}); got != map[bool]string{true: "", false: "tulip"}[e.Step < every] {
					t.Errorf("%s: got the label %q after step %d", name, got, e.Step)
				}
				return nil
			})
			tr := newTrainer(t, twoInputs(d, c.width), train.Options{Recipe: c.recipe, Epochs: 2, BatchSize: 7, Callbacks: []train.Callback{check}})
			_, err := tr.NewPredictor(train.ModelFile{}, train.PredictorOptions{})
			if (err != nil) != !c.recipe.IsZero() {
				t.Errorf("%s: without Follow: got %v", name, err)
			}
			p = value(tr.NewPredictor(train.ModelFile{}, train.PredictorOptions{Follow: every, BatchSize: 8}))
			value(tr.Fit(ctx, set))
			if seen == 0 {
				t.Errorf("%s: no step was compared", name)
			}
			want := value(tr.Predict(ctx, set))
			sameBits(t, name+", at the end", predictions(t, p, set), want)
			after := value(tr.NewPredictor(train.ModelFile{}, train.PredictorOptions{}))
			if names(p) != c.inputs || names(after) != c.inputs || !slices.Equal(p.Classes(), []string{"rose", "tulip", "daisy"}) || fmt.Sprint(p.Inputs()) != fmt.Sprint(after.Inputs()) {
				t.Errorf("%s: got the inputs %+v and the classes %q, want those of one that is made after the Fit, %+v", name, p.Inputs(), p.Classes(), after.Inputs())
			}
			var rows []float64
			for i := range set.Len() {
				for _, in := range after.Inputs() {
					f, _ := set.Field(in.Name)
					for k := range f.Size() {
						rows = append(rows, f.At(i, k))
					}
				}
			}
			sameBits(t, name+", rows", value(p.PredictRows(rows)), want)
		}
	}
}

// TestUpdateLearns holds that Update teaches a Predictor as Follow does, once, and what it says of a
// file that does not fit the data set.
func TestUpdateLearns(t *testing.T) {
	ctx, set := context.Background(), twoFields(t, 5)
	tr := newTrainer(t, twoInputs(graph.Float64, 2), train.Options{Epochs: 1})
	p := value(tr.NewPredictor(train.ModelFile{}, train.PredictorOptions{}))
	own := value(tr.NewPredictor(train.ModelFile{Classes: []string{"x", "y", "z"}}, train.PredictorOptions{}))
	bad := value(tr.NewPredictor(train.ModelFile{}, train.PredictorOptions{Follow: 1}))
	if err := p.Update(); err != nil || names(p) != "[a b]" {
		t.Errorf("before the Fit: got %v and the inputs %s", err, names(p))
	}
	value(tr.Fit(ctx, set))
	if names(p) != "[a b]" {
		t.Errorf("before Update: got the inputs %s", names(p))
	}
	if err := errors.Join(p.Update(), own.Update(), bad.Update()); err != nil || names(p) != "[b a]" || p.Label([]float64{0, 1, 0}) != "tulip" || own.Label([]float64{0, 1, 0}) != "y" {
		t.Errorf("after Update: got %v, the inputs %s and the label %q", err, names(p), own.Label([]float64{0, 1, 0}))
	}
	numbers := value(data.XY([]float64{1, 2, 3}, 1, []float64{5, 6, 7}, 1))
	wrong := newTrainer(t, regressor(graph.Float64, 1), train.Options{Epochs: 1})
	q := value(wrong.NewPredictor(train.ModelFile{Classes: []string{"no", "yes"}}, train.PredictorOptions{Follow: 1}))
	value(q.PredictRows([]float64{1}))
	value(wrong.Fit(ctx, numbers))
	wantError(t, "classes of numbers", second(q.PredictRows([]float64{1})), train.ErrModelFile, "a target of numbers")
	wantError(t, "classes of numbers, Update", q.Update(), train.ErrModelFile, "a target of numbers")
}

// TestFollowConsistently predicts in several goroutines while a Fit begins that a Predictor follows:
// each result is that of parameters, order of inputs and recipe of one step.
func TestFollowConsistently(t *testing.T) {
	ctx := context.Background()
	for name, c := range followed {
		for _, o := range []train.PredictorOptions{{BatchSize: 8}, {BatchSize: 64}, {BatchSize: 64, Gather: train.Gather{Examples: 64}}} {
			set := twoFields(t, c.missing)
			snapshots := map[string]bool{}
			tr := newTrainer(t, twoInputs(graph.Float64, c.width), train.Options{Recipe: c.recipe, Epochs: 4, BatchSize: 7, Callbacks: []train.Callback{
				train.On(func(e *train.StepEnd) error {
					snapshots[fmt.Sprint(value(e.Trainer.Predict(ctx, set)))] = true
					return nil
				})}})
			o.Follow = 1
			p := value(tr.NewPredictor(train.ModelFile{}, o))
			if c.recipe.IsZero() {
				snapshots[fmt.Sprint(predictions(t, p, set))] = true
			}
			end := make(chan struct{})
			var others sync.WaitGroup
			results := make([]map[string]bool, 3)
			for i := range results {
				results[i] = map[string]bool{}
				others.Go(func() {
					for {
						select {
						case <-end:
							return
						default:
						}
						y, err := p.Predict(ctx, set)
						if err == nil {
							results[i][fmt.Sprint(y)] = true
						} else if c.recipe.IsZero() || !errors.Is(err, train.ErrOption) {
							t.Errorf("%s: got %v", name, err)
							return
						}
						_, _, _ = p.Label(y), p.Inputs(), p.Info()
					}
				})
			}
			value(tr.Fit(ctx, set))
			close(end)
			others.Wait()
			for _, seen := range results {
				for y := range seen {
					if !snapshots[y] {
						t.Errorf("%s, %+v: got %s, which no step has", name, o, y)
						return
					}
				}
			}
		}
	}
}

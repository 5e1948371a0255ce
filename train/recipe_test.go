package train_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// pets are examples of numbers with missing cells, a category, and a target far from 0.
func pets(t *testing.T, n, from int) *data.Dataset {
	x, kind, y := make([]float64, 0, 2*n), make([]int, n), make([]float64, n)
	for i := range n {
		k := from + i
		age, weight := 5+4*math.Sin(float64(k*k)), 3000+900*math.Cos(float64(3*k))
		kind[i], y[i] = k%3, 500+40*age+float64(100*(k%3))
		if k%4 == 1 {
			weight = math.NaN()
		}
		x = append(x, age, weight)
	}
	return must(t)(data.New(
		data.Field{Name: "x", Shape: []int{2}, Floats: x, Columns: []string{"age", "weight"}, AllowNonFinite: true},
		data.Field{Name: "kind", Ints: kind, Classes: 3, ClassNames: []string{"cat", "dog", "bird"}},
		data.Field{Name: "y", Floats: y, Shape: []int{1}},
	))
}

func petRecipe() data.Recipe {
	return data.Recipe{Steps: []data.Step{
		&data.Impute{Indicator: true}, &data.Scaler{Columns: []int{0, 1}}, &data.OneHotEncoder{Field: "kind"},
		&data.Join{Fields: []string{"x", "kind"}}, &data.Scaler{Field: "y"},
	}}
}

func petTrainer(t *testing.T, o train.Options) *train.Trainer {
	t.Helper()
	m, err := models.NewMLP(models.MLPOptions{In: 6, Hidden: []int{8}, Out: 1, Head: models.Regression, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

// A Trainer with a recipe has the bits of one that is given prepared data, and the file of its
// model predicts from examples as they come.
func TestOptionsRecipe(t *testing.T) {
	ctx := context.Background()
	trainSet, test := pets(t, 60, 0), pets(t, 20, 1000)
	recipe := petRecipe()
	trainer := petTrainer(t, train.Options{Epochs: 4, Recipe: recipe, Validation: test})
	if _, err := trainer.Evaluate(ctx, test); !errors.Is(err, train.ErrOption) {
		t.Errorf("before Fit: got %v", err)
	}
	if _, err := trainer.Fit(ctx, pets(t, 30, 500)); err != nil && trainer.Recipe().IsZero() {
		t.Fatal(err)
	}
	trainer = petTrainer(t, train.Options{Epochs: 4, Recipe: recipe, Validation: test})
	h, err := trainer.Fit(ctx, trainSet)
	if err != nil {
		t.Fatal(err)
	}
	if recipe.Fitted() {
		t.Error("the steps of the options were changed")
	}
	byHand := petRecipe()
	prepared := must(t)(byHand.FitApply(trainSet))
	preparedTest := must(t)(byHand.Apply(test))
	plain := petTrainer(t, train.Options{Epochs: 4, Validation: preparedTest})
	want, err := plain.Fit(ctx, prepared)
	if err != nil {
		t.Fatal(err)
	}
	if h.Last().Loss != want.Last().Loss || *h.Last().Validation != *want.Last().Validation {
		t.Errorf("got %v, want %v", h.Last(), want.Last())
	}
	r, err := trainer.Evaluate(ctx, test)
	w, err2 := plain.Evaluate(ctx, preparedTest)
	if err != nil || err2 != nil || r.Loss != w.Loss {
		t.Errorf("evaluated: got %v, %v; want %v, %v", r, err, w, err2)
	}
	expect, err := plain.Predict(ctx, preparedTest)
	if err == nil {
		err = byHand.Undo("y", expect)
	}
	if err != nil {
		t.Fatal(err)
	}
	inputs := must(t)(test.Only("kind", "x"))
	got, err := trainer.Predict(ctx, inputs)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "Trainer.Predict", got, expect)

	for name, save := range map[string]func(string) error{
		"by Options": func(path string) error { return trainer.SaveModel(path, train.ModelFile{}) },
		"by hand":    func(path string) error { return plain.SaveModel(path, train.ModelFile{Recipe: byHand}) },
	} {
		path := filepath.Join(t.TempDir(), "m")
		if err := save(path); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p, err := train.Open(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		in := p.Inputs()
		if len(in) != 2 || in[0].Name != "x" || !slices.Equal(in[0].Columns, []string{"age", "weight"}) || !in[1].Integers || len(in[1].ClassNames) != 3 {
			t.Errorf("%s: got the inputs %+v", name, in)
		}
		if got, err = p.Predict(ctx, inputs); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sameBits(t, name+", Predict", got, expect)
		x, _ := test.Field("x")
		kind, _ := test.Field("kind")
		var rows []float64
		for i := range test.Len() {
			rows = append(rows, x.At(i, 0), x.At(i, 1), kind.At(i, 0))
		}
		if got, err = p.PredictRows(rows); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sameBits(t, name+", PredictRows", got, expect)
		if _, err := p.PredictRows([]float64{1, 2, 7}); !errors.Is(err, data.ErrLabel) {
			t.Errorf("%s: an unknown category: got %v", name, err)
		}
	}
}

// A run goes on with the recipe that was fitted, and refuses another one.
func TestRestoreRecipe(t *testing.T) {
	ctx := context.Background()
	set, path := pets(t, 60, 0), filepath.Join(t.TempDir(), "run")
	whole := petTrainer(t, train.Options{Epochs: 4, Recipe: petRecipe()})
	if _, err := whole.Fit(ctx, set); err != nil {
		t.Fatal(err)
	}
	want, err := whole.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	half := petTrainer(t, train.Options{Epochs: 2, Recipe: petRecipe()})
	if _, err := half.Fit(ctx, set); err != nil {
		t.Fatal(err)
	}
	if err := half.Save(path); err != nil {
		t.Fatal(err)
	}
	on := petTrainer(t, train.Options{Epochs: 4, Recipe: petRecipe()})
	if err := on.Restore(path); err != nil {
		t.Fatal(err)
	}
	if got := on.Recipe(); !got.Fitted() || len(got.Steps) != 5 {
		t.Errorf("restored the recipe %+v", got)
	}
	if _, err := on.Fit(ctx, pets(t, 60, 7)); !errors.Is(err, train.ErrRun) {
		t.Errorf("another set: got %v", err)
	}
	if _, err := on.Fit(ctx, set); err != nil {
		t.Fatal(err)
	}
	got, err := on.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "restored", got, want)
	other := petRecipe()
	other.Steps[0].(*data.Impute).Strategy = data.ImputeMedian
	for name, r := range map[string]data.Recipe{"other": other, "none": {}} {
		err := petTrainer(t, train.Options{Recipe: r}).Restore(path)
		if !errors.Is(err, train.ErrRun) || !strings.Contains(err.Error(), "Options.Recipe") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestRecipeInTrainerRefuses(t *testing.T) {
	m, err := models.NewMLP(models.MLPOptions{In: 6, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.New(m, train.Options{Recipe: data.Recipe{Steps: []data.Step{nil}}}); !errors.Is(err, train.ErrOption) {
		t.Errorf("nil step: got %v", err)
	}
	bad := petTrainer(t, train.Options{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}})
	if _, err := bad.Fit(context.Background(), pets(t, 20, 0)); !errors.Is(err, train.ErrNotFinite) || !strings.Contains(err.Error(), `field "x": row 1, column 1 ("weight")`) {
		t.Errorf("missing cells: got %v", err)
	}
}

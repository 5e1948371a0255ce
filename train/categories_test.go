package train_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// asIndices and asOneHot read "kind" as an index, and as a column for each category.
var (
	asIndices = data.CSVOptions{Target: []string{"y"}, Columns: map[string]data.CSVColumn{"kind": {Kind: data.Category}}}
	asOneHot  = data.CSVOptions{Target: []string{"y"}, Columns: map[string]data.CSVColumn{"kind": {Kind: data.OneHot}}}
)

func rowsOfText(t *testing.T, text string, o data.CSVOptions) *data.Dataset {
	t.Helper()
	d, err := data.ReadCSV(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	kinds      = "a,kind,y\n1,ant,2\n2,bee,3\n3,cat,4\n"
	otherKinds = "a,kind,y\n1,bee,2\n2,cat,3\n3,dog,4\n" // bee would be 0, or have the column of ant
	fewKinds   = "a,kind,y\n1,bee,2\n2,cat,3\n"          // bee would be 0
	firstKinds = "a,kind,y\n1,ant,2\n2,bee,3\n"
	moreKinds  = "a,kind,y\n1,ant,2\n2,bee,3\n3,cat,4\n4,dog,4\n"
)

// TestOtherCategories: a table whose categories have other indices than in the training set is
// refused by every call that takes one.
func TestOtherCategories(t *testing.T) {
	ctx := context.Background()
	for name, o := range map[string]data.CSVOptions{"indices": asIndices, "one-hot": asOneHot} {
		t.Run(name, func(t *testing.T) {
			set := rowsOfText(t, kinds, o)
			x, _ := set.Field("x")
			m, err := models.NewMLP(models.MLPOptions{In: x.Size(), Out: 1, Head: models.Regression})
			if err != nil {
				t.Fatal(err)
			}
			tr, err := train.New(m, train.Options{Epochs: 1, BatchSize: 3})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(ctx, set); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "m.safetensors")
			if err := tr.SaveModel(path, train.ModelFile{Data: set}); err != nil {
				t.Fatal(err)
			}
			opened, err := train.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			own, err := tr.NewPredictor(train.ModelFile{}, train.PredictorOptions{})
			if err != nil {
				t.Fatal(err)
			}
			calls := map[string]func(*data.Dataset) error{
				"Evaluate":          func(d *data.Dataset) error { _, err := tr.Evaluate(ctx, d); return err },
				"Predict":           func(d *data.Dataset) error { _, err := tr.Predict(ctx, d); return err },
				"Predictor":         func(d *data.Dataset) error { _, err := own.Predict(ctx, d); return err },
				"Predictor of file": func(d *data.Dataset) error { _, err := opened.Predict(ctx, d); return err },
			}
			for what, call := range calls {
				if err := call(rowsOfText(t, kinds, o)); err != nil {
					t.Errorf("%s of the same categories: got the error %v, want none", what, err)
				}
				if err := call(rowsOfText(t, otherKinds, o)); !errors.Is(err, data.ErrLabel) && !errors.Is(err, data.ErrField) {
					t.Errorf("%s of other categories: got the error %v, want data.ErrLabel or data.ErrField", what, err)
				}
				if name == "one-hot" { // the number of columns tells
					continue
				}
				for _, text := range []string{fewKinds, moreKinds} {
					if err := call(rowsOfText(t, text, o)); !errors.Is(err, data.ErrLabel) || !strings.Contains(err.Error(), `column 1 ("kind")`) {
						t.Errorf("%s of other categories: got the error %v, want data.ErrLabel with the column", what, err)
					}
				}
				if err := call(rowsOfText(t, firstKinds, o)); err != nil {
					t.Errorf("%s of the first categories: got the error %v, want none", what, err)
				}
			}
		})
	}
}

// TestOtherCategoriesInValidation: Fit refuses them before the first step.
func TestOtherCategoriesInValidation(t *testing.T) {
	m, err := models.NewMLP(models.MLPOptions{In: 2, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.New(m, train.Options{Epochs: 1, BatchSize: 3, Validation: rowsOfText(t, otherKinds, asIndices)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), rowsOfText(t, kinds, asIndices)); !errors.Is(err, data.ErrLabel) {
		t.Fatalf("Fit: got the error %v, want data.ErrLabel", err)
	}
	if tr.Position().Step != 0 {
		t.Errorf("got %d steps, want none", tr.Position().Step)
	}
}

// TestPredictCSVByCategories: a model file without a plan still knows what the indices stand for.
func TestPredictCSVByCategories(t *testing.T) {
	set := rowsOfText(t, kinds, asIndices)
	m, err := models.NewMLP(models.MLPOptions{In: 2, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.NewPredictor(m, train.ModelFile{Data: set}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.PredictRows([]float64{1, 1, 2, 2})
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for out, err := range p.PredictCSV(context.Background(), bytes.NewBufferString("kind,a\nbee,1\ncat,2\n")) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, out...)
	}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, err = range p.PredictCSV(context.Background(), bytes.NewBufferString("kind,a\ndog,1\n")) {
	}
	if !errors.Is(err, data.ErrLabel) {
		t.Errorf("got the error %v, want data.ErrLabel", err)
	}
}

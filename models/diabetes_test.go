package models_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestDiabetes reads the diabetes data, which the project may not contain, from
// the directory that SYMGRAD_REFERENCE names, and holds linear regression, by
// gradient descent and in closed form, to scikit-learn's R² on the test part.
// Without the directory it checks both against each other on drawn data.
func TestDiabetes(t *testing.T) {
	trainSet, testSet, want := drawn(t), drawn(t), math.NaN()
	if dir := os.Getenv("SYMGRAD_REFERENCE"); dir != "" {
		trainSet, testSet = diabetes(t, dir)
		want = 0.46886
	}
	var s data.Scaler
	var err error
	if err := s.Fit(trainSet); err != nil {
		t.Fatal(err)
	}
	if trainSet, err = s.Apply(trainSet); err != nil {
		t.Fatal(err)
	}
	if testSet, err = s.Apply(testSet); err != nil {
		t.Fatal(err)
	}
	x, _ := trainSet.Field("x")
	y, _ := trainSet.Field("y")
	exact, err := models.NewLinReg(models.LinRegOptions{In: x.Size()})
	if err != nil {
		t.Fatal(err)
	}
	if err := exact.Solve(x.Floats, y.Floats); err != nil {
		t.Fatal(err)
	}
	solved, err := train.New(exact, train.Options{Metrics: []train.Metric{train.R2()}})
	if err != nil {
		t.Fatal(err)
	}
	descent, err := models.NewLinReg(models.LinRegOptions{In: x.Size()})
	if err != nil {
		t.Fatal(err)
	}
	trained, err := train.New(descent, train.Options{Optimizer: train.SGD{Momentum: 0.95, Nesterov: true}, Schedule: schedule.Constant(0.1),
		Epochs: 3000, BatchSize: trainSet.Len(), Metrics: []train.Metric{train.R2()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trained.Fit(context.Background(), trainSet); err != nil {
		t.Fatal(err)
	}
	a := r2(t, solved, testSet)
	if b := r2(t, trained, testSet); math.Abs(a-b) > 1e-6 {
		t.Errorf("got R² %v in closed form and %v by gradient descent", a, b)
	}
	if !math.IsNaN(want) && math.Abs(a-want) > 5e-4 {
		t.Errorf("got R² %v, want %v", a, want)
	}
}

func r2(t *testing.T, tr *train.Trainer, d *data.Dataset) float64 {
	t.Helper()
	r, err := tr.Evaluate(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return r.Metrics[0].Value
}

// drawn is a small regression problem.
func drawn(t *testing.T) *data.Dataset {
	t.Helper()
	var x, y []float64
	for i := range 60 {
		a, b := math.Sin(float64(i)), math.Cos(float64(3*i))
		x = append(x, a, b)
		y = append(y, 3*a-2*b+0.1*math.Sin(float64(7*i)))
	}
	d, err := data.XY(x, 2, y, 1)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func diabetes(t *testing.T, dir string) (trainSet, testSet *data.Dataset) {
	t.Helper()
	x := numbers(t, filepath.Join(dir, "tabular", "diabetes_data_raw.csv.gz"))
	y := numbers(t, filepath.Join(dir, "tabular", "diabetes_target.csv.gz"))
	all, err := data.XY(x, len(x)/len(y), y, 1)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "baselines", "splits.json"))
	if err != nil {
		t.Fatal(err)
	}
	var splits map[string]struct {
		TestIndex []int `json:"test_index"`
	}
	if err := json.Unmarshal(text, &splits); err != nil {
		t.Fatal(err)
	}
	isTest := map[int]bool{}
	for _, i := range splits["diabetes"].TestIndex {
		isTest[i] = true
	}
	var trainRows, testRows []int
	for i := range y {
		if isTest[i] {
			testRows = append(testRows, i)
		} else {
			trainRows = append(trainRows, i)
		}
	}
	if trainSet, err = all.Subset(trainRows); err != nil {
		t.Fatal(err)
	}
	if testSet, err = all.Subset(testRows); err != nil {
		t.Fatal(err)
	}
	return trainSet, testSet
}

// numbers reads a compressed file of numbers between spaces.
func numbers(t *testing.T, path string) []float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(bufio.NewReader(z))
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	for _, w := range strings.Fields(string(text)) {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

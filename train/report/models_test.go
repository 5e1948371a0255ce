package report_test

import (
	"context"
	"fmt"
	"strings"
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

	table *data.CSVPlan // how it was read; nil if it was not
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
	return trained{name: name, t: trainer, test: test}
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

// read reads a table.
func read(t *testing.T, text string, o data.CSVOptions) (*data.Dataset, *data.CSVPlan) {
	t.Helper()
	set, plan, err := data.ReadCSVPlan(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return set, plan
}

const cities = "Bern,Zurich,Geneva,Saint Petersburg on the river Neva"

// prices is an MLP on a table with long names, dates, categories and missing cells. It learns a
// scaled target.
func prices(t *testing.T) trained {
	t.Helper()
	var b strings.Builder
	b.WriteString("the temperature of the outside air in degrees,city,date of the measurement,number_of_visitors_in_the_last_week,open,price\n")
	for i := range 240 {
		temperature, visitors := fmt.Sprintf("%.2f", float64(i*7919%300)/10), fmt.Sprint(i*104729%100000)
		if i%9 == 4 {
			temperature = ""
		}
		city := i * 31 % 4
		fmt.Fprintf(&b, "%s,%s,2023-%02d-%02d,%s,%s,%d\n", temperature, strings.Split(cities, ",")[city], 1+i%12, 1+i%28, visitors, []string{"yes", "no"}[i%2], 1000*city+i*7919%300+i*i%97)
	}
	set, plan := read(t, b.String(), data.CSVOptions{Target: []string{"price"}, OnMissing: data.KeepMissing,
		Columns: map[string]data.CSVColumn{"city": {Kind: data.OneHot}, "date of the measurement": {Kind: data.Time}, "open": {Kind: data.Boolean, True: []string{"yes"}, False: []string{"no"}}}})
	m, err := models.NewMLP(models.MLPOptions{In: 8, Hidden: []int{16}, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	out := fit(t, "prices", m, set, train.Options{Epochs: 12, Schedule: schedule.Constant(0.01), Metrics: []train.Metric{train.RMSE(), train.R2()},
		Recipe: data.Recipe{Steps: []data.Step{&data.Impute{Strategy: data.ImputeMedian}, &data.Scaler{}, &data.Scaler{Field: "y"}}}})
	out.table = plan
	return out
}

// kinds is an MLP for 25 classes with long names that differ at their ends.
func kinds(t *testing.T) trained {
	t.Helper()
	var b strings.Builder
	b.WriteString("width,height,kind\n")
	for i := range 500 {
		k := i % 25
		fmt.Fprintf(&b, "%d,%d,the very long name of the kind with the number %02d\n", k+i*7919%5, k*k%11+i%3, k)
	}
	set, plan := read(t, b.String(), data.CSVOptions{Target: []string{"kind"}, Labels: true})
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{16, 16}, Out: 25})
	if err != nil {
		t.Fatal(err)
	}
	out := fit(t, "kinds", m, set, train.Options{Epochs: 5, Schedule: schedule.Constant(0.01), Metrics: []train.Metric{train.Accuracy()}})
	out.table = plan
	return out
}

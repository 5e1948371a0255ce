package train_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// noParams is a model without Params.
type noParams struct{}

func (noParams) Params() *graph.Params                                     { return nil }
func (noParams) Loss(*graph.Builder, int) (l, output *gorgonia.Node)       { return nil, nil }
func (p *pointer) Params() *graph.Params                                   { return p.p }
func (p *pointer) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) { return nil, nil }
func (m *changing) Params() *graph.Params                                  { return graph.NewParams(graph.Float64, 0) }
func (m *changing) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	return net{}.Loss(b, n)
}
func (o slotted) Slots() []train.Slot          { return o }
func (slotted) Update(train.Step, *train.View) {}

type (
	pointer  struct{ p *graph.Params }
	changing struct{}
	slotted  []train.Slot // an Optimizer with these slots
)

// TestArguments calls every public function with nil, empty, absurd and not finite
// arguments: each answers with the error that is asked for, and none panics.
func TestArguments(t *testing.T) {
	ctx, set := context.Background(), blobs(t, 9)
	var none context.Context
	trainer := func(o train.Options) *train.Trainer { return newTrainer(t, newNet(graph.Float64, 0), o) }
	refused := func(m train.Model, o train.Options) func() error {
		return func() error { _, err := train.New(m, o); return err }
	}
	optionOf := func(o train.Options) func() error { return refused(newNet(graph.Float64, 0), o) }
	fit := func(m train.Model, o train.Options, ctx context.Context, d *data.Dataset) func() error {
		return func() error {
			tr, err := train.New(m, o)
			if err != nil {
				return fmt.Errorf("New refuses it: %v", err)
			}
			h, err := tr.Fit(ctx, d)
			if h == nil || tr.Position().Step != 0 {
				return fmt.Errorf("got the history %v and %d steps (%v)", h, tr.Position().Step, err)
			}
			return err
		}
	}
	good := func() train.Model { return newNet(graph.Float64, 0) }
	for name, c := range map[string]struct {
		call func() error
		want error
	}{
		"New of nil":                       {refused(nil, train.Options{}), train.ErrOption},
		"New of a nil pointer":             {refused((*pointer)(nil), train.Options{}), train.ErrOption},
		"New without Params":               {refused(noParams{}, train.Options{}), train.ErrOption},
		"New with epochs below 0":          {optionOf(train.Options{Epochs: -1}), train.ErrOption},
		"New with batches below 0":         {optionOf(train.Options{BatchSize: math.MinInt}), train.ErrOption},
		"New with evaluation below 0":      {optionOf(train.Options{EvalBatch: -1}), train.ErrOption},
		"New with workers below 0":         {optionOf(train.Options{Workers: -1}), train.ErrOption},
		"New with a nil optimizer":         {optionOf(train.Options{Optimizer: (*train.Adam)(nil)}), train.ErrOption},
		"New with a slot without a name":   {optionOf(train.Options{Optimizer: slotted{{}}}), train.ErrOption},
		"New with a slot twice":            {optionOf(train.Options{Optimizer: slotted{{Name: "a"}, {Name: "b"}, {Name: "a"}}}), train.ErrOption},
		"New with a slot with a slash":     {optionOf(train.Options{Optimizer: slotted{{Name: "m"}, {Name: "m/in"}}}), train.ErrOption},
		"New with a slot of other bytes":   {optionOf(train.Options{Optimizer: slotted{{Name: "m\xff", Scalar: true}}}), train.ErrOption},
		"Rule with a slot with a slash":    {optionOf(train.Options{Optimizer: train.Rule{State: []train.Slot{{Name: "m/in"}}, Build: adamRule().Build}}), train.ErrOption},
		"New with a slot of NaN":           {optionOf(train.Options{Optimizer: slotted{{Name: "a", Init: math.NaN()}}}), train.ErrOption},
		"New with a slot of Inf":           {optionOf(train.Options{Optimizer: slotted{{Name: "a", Init: math.Inf(-1), Scalar: true}}}), train.ErrOption},
		"New with a slot beyond float32":   {refused(newNet(graph.Float32, 0), train.Options{Optimizer: slotted{{Name: "a", Init: 1e39}}}), train.ErrOption},
		"New with an empty metric":         {optionOf(train.Options{Metrics: []train.Metric{{}}}), train.ErrOption},
		"New with a metric without Start":  {optionOf(train.Options{Metrics: []train.Metric{{Name: "m"}}}), train.ErrOption},
		"New with a momentum of NaN":       {optionOf(train.Options{Optimizer: train.SGD{Momentum: math.NaN()}}), train.ErrOption},
		"New with a decay of NaN":          {optionOf(train.Options{Optimizer: train.AdamW{Decay: math.NaN()}}), train.ErrOption},
		"New with a beta of NaN":           {optionOf(train.Options{Optimizer: train.Adam{Beta2: math.NaN()}}), train.ErrOption},
		"Fit without a context":            {fit(good(), train.Options{}, nil, set), train.ErrOption},
		"Fit without a set":                {fit(good(), train.Options{}, ctx, nil), data.ErrEmpty},
		"Fit on an empty set":              {fit(good(), train.Options{}, ctx, &data.Dataset{}), data.ErrEmpty},
		"Fit with an empty validation set": {fit(good(), train.Options{Validation: &data.Dataset{}}, ctx, set), data.ErrEmpty},
		"Fit of a model without a loss":    {fit(&pointer{graph.NewParams(graph.Float64, 0)}, train.Options{}, ctx, set), train.ErrOption},
		"Fit of a model that changes":      {fit(&changing{}, train.Options{}, ctx, set), train.ErrOption},
		"Evaluate without a context":       {func() error { _, err := trainer(train.Options{}).Evaluate(none, set); return err }, train.ErrOption},
		"Evaluate without a set":           {func() error { _, err := trainer(train.Options{}).Evaluate(ctx, nil); return err }, data.ErrEmpty},
		"Evaluate on an empty set":         {func() error { _, err := trainer(train.Options{}).Evaluate(ctx, &data.Dataset{}); return err }, data.ErrEmpty},
		"New with no Meter":                {optionOf(train.Options{Metrics: []train.Metric{{Name: "m", Start: func() train.Meter { return nil }}}}), train.ErrOption},
		"New with a nil Meter":             {optionOf(train.Options{Metrics: []train.Metric{{Name: "m", Start: func() train.Meter { return (*thirds)(nil) }}}}), train.ErrOption},
		"Predict without a context":        {func() error { _, err := trainer(train.Options{}).Predict(none, set); return err }, train.ErrOption},
		"Predict without a set":            {func() error { _, err := trainer(train.Options{}).Predict(ctx, nil); return err }, data.ErrEmpty},
		"Predict on an empty set":          {func() error { _, err := trainer(train.Options{}).Predict(ctx, &data.Dataset{}); return err }, data.ErrEmpty},
		"Step without a set":               {func() error { _, err := trainer(train.Options{}).Step(nil, nil); return err }, data.ErrEmpty},
		"Step without examples":            {func() error { _, err := trainer(train.Options{}).Step(set, nil); return err }, data.ErrEmpty},
		"Step below the set":               {func() error { _, err := trainer(train.Options{}).Step(set, []int{-1}); return err }, data.ErrIndex},
		"Step beyond the set":              {func() error { _, err := trainer(train.Options{}).Step(set, []int{math.MaxInt}); return err }, data.ErrIndex},
		"Build of nil":                     {func() error { return train.Build(nil) }, train.ErrOption},
		"Build without Params":             {func() error { return train.Build(noParams{}) }, train.ErrOption},
		"Save of nil":                      {func() error { return train.Save("x", nil) }, train.ErrOption},
		"Load into nil":                    {func() error { return train.Load("x", nil) }, train.ErrOption},
		"picture of nothing":               {func() error { return (&train.History{}).WriteSVG(io.Discard) }, train.ErrOption},
		"View of nil":                      {func() error { _, err := train.NewView(nil, train.Adam{}, 0); return err }, train.ErrOption},
		"View for nil":                     {func() error { _, err := train.NewView(one(t, graph.Float32, 1), nil, 0); return err }, train.ErrOption},
		"View for a bad optimizer":         {func() error { _, err := train.NewView(one(t, graph.Float32, 1), train.Adam{Beta1: 2}, 0); return err }, train.ErrOption},
		"View for -1 threads":              {func() error { _, err := train.NewView(one(t, graph.Float32, 1), train.Adam{}, -1); return err }, train.ErrOption},
		"View for 2000 threads":            {func() error { _, err := train.NewView(one(t, graph.Float32, 1), train.Adam{}, 2000); return err }, train.ErrOption},
		"View of what is not built":        {func() error { _, err := train.NewView(graph.NewParams(graph.Float64, 0), train.Adam{}, 1); return err }, train.ErrNotBuilt},
		"picture to nothing":               {func() error { return (&train.History{}).WriteSVG(nil) }, train.ErrOption},
	} {
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: panic: %v", name, r)
				}
			}()
			if err := c.call(); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}()
	}
}

// TestNothing calls what returns no error on nothing.
func TestNothing(t *testing.T) {
	var h *train.History
	if h.Last().Epoch != 0 || len(h.Losses()) != 0 || h.Validations() != nil || h.TrainingTime() != 0 {
		t.Error("a nil history has epochs")
	}
	if h.WriteSVG(io.Discard) == nil {
		t.Error("a nil history is drawn")
	}
	for _, o := range everyOptimizer {
		o.Update(train.Step{N: 1, Rate: 0.1}, nil)
	}
	for _, m := range []train.Metric{train.Accuracy(), train.BinaryAccuracy(), train.MSE(), train.MAE(), train.R2()} {
		meter := m.Start()
		meter.Add(train.Scored{})
		if v := meter.Value(); !math.IsNaN(v) {
			t.Errorf("%s of nothing is %v, want NaN", m.Name, v)
		}
		if err := m.Check(train.Pair{}); err != nil && !errors.Is(err, graph.ErrShape) && !errors.Is(err, data.ErrLabel) {
			t.Errorf("%s: Check of nothing: %v", m.Name, err)
		}
	}
	schedule.Step{Rate: 0.1, Every: -1, Factor: 0}.At(schedule.Moment{Step: -1})
	schedule.Step{Rate: math.Inf(1), Every: math.MaxInt, Factor: math.NaN()}.At(schedule.Moment{Step: math.MaxInt})
}

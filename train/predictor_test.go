package train_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// normed is a model with running statistics. It is neither Described nor registered, and
// counts the calls of Loss.
type normed struct {
	p     *graph.Params
	calls int
}

func (m *normed) Params() *graph.Params { return m.p }

func (m *normed) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	m.calls++
	h := nn.BatchNorm(b, "norm", nn.Dense(b, "in", b.Input("x", n, 2), 4, nn.Tanh), nn.BatchNormOptions{})
	logits := nn.Dense(b, "out", h, 3, nn.Identity)
	return loss.CrossEntropy(b, logits, b.Ints("y", n)), b.Softmax(logits)
}

// newNormed returns a Trainer of one.
func newNormed(t *testing.T, d graph.DType, o train.Options) (*train.Trainer, *normed) {
	t.Helper()
	m := &normed{p: graph.NewParams(d, 1)}
	trainer, err := train.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return trainer, m
}

// predictions asks p for all examples.
func predictions(t *testing.T, p *train.Predictor, set *data.Dataset) []float64 {
	t.Helper()
	out, err := p.Predict(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNewPredictor holds that a Predictor of a Trainer gives what the Trainer does, and knows
// what it knows.
func TestNewPredictor(t *testing.T) {
	ctx, set := context.Background(), flowerSet(t, 41)
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for name, o := range map[string]train.Options{
			"plain":  {Epochs: 2},
			"EMA":    {Epochs: 2, Optimizer: train.EMA{}},
			"recipe": {Epochs: 2, Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}},
			"stop":   {Epochs: 6, Schedule: nil, Stop: &train.EarlyStopping{}, Validation: flowerSet(t, 11)},
		} {
			trainer, m := newNormed(t, d, o)
			if _, err := trainer.Fit(ctx, set); err != nil {
				t.Fatal(err)
			}
			p, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{})
			if err != nil {
				t.Fatal(err)
			}
			want, err := trainer.Predict(ctx, set)
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, name, predictions(t, p, set), want)
			if got := fmt.Sprint(p.Classes(), p.Inputs()[0].Columns, p.Info().Target.Name, p.Model() == train.Model(m)); got != "[rose tulip daisy] [width height]ytrue" {
				t.Errorf("%s: got %s", name, got)
			}
			if name == "plain" {
				q, err := train.NewPredictor(m, train.ModelFile{Data: set}, train.PredictorOptions{})
				if err != nil {
					t.Fatal(err)
				}
				sameBits(t, "of the model", predictions(t, q, set), want)
			}
		}
	}
}

// TestNewPredictorRefuses holds what is not accepted.
func TestNewPredictorRefuses(t *testing.T) {
	_, m := newNormed(t, graph.Float64, train.Options{})
	unfitted, _ := newNormed(t, graph.Float64, train.Options{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}})
	wild, w := newNormed(t, graph.Float64, train.Options{})
	if err := train.Build(w); err != nil {
		t.Fatal(err)
	}
	if err := w.p.Set("out/bias", []float64{0, math.NaN(), 0}); err != nil {
		t.Fatal(err)
	}
	of := func(t *train.Trainer, f train.ModelFile, o train.PredictorOptions) error {
		_, err := t.NewPredictor(f, o)
		return err
	}
	plain := func(m train.Model, f train.ModelFile, o train.PredictorOptions) error {
		_, err := train.NewPredictor(m, f, o)
		return err
	}
	for name, c := range map[string]struct{ got, want error }{
		"nil model":         {plain(nil, train.ModelFile{}, train.PredictorOptions{}), train.ErrOption},
		"follow":            {plain(m, train.ModelFile{}, train.PredictorOptions{Follow: 1}), train.ErrOption},
		"negative":          {plain(m, train.ModelFile{}, train.PredictorOptions{Follow: -1}), train.ErrOption},
		"negative examples": {plain(m, train.ModelFile{}, train.PredictorOptions{Gather: train.Gather{Examples: -1}}), train.ErrOption},
		"gather too many":   {plain(m, train.ModelFile{}, train.PredictorOptions{Gather: train.Gather{Examples: 33}}), train.ErrOption},
		"wait for nothing":  {plain(m, train.ModelFile{}, train.PredictorOptions{Gather: train.Gather{Wait: 1}}), train.ErrOption},
		"negative wait":     {plain(m, train.ModelFile{}, train.PredictorOptions{Gather: train.Gather{Examples: 2, Wait: -1}}), train.ErrOption},
		"target":            {plain(m, train.ModelFile{Target: "z"}, train.PredictorOptions{}), train.ErrOption},
		"classes":           {plain(m, train.ModelFile{Classes: []string{"a"}}, train.PredictorOptions{}), train.ErrModelFile},
		"not fitted":        {of(unfitted, train.ModelFile{}, train.PredictorOptions{}), train.ErrOption},
		"NaN":               {of(wild, train.ModelFile{}, train.PredictorOptions{}), train.ErrNotFinite},
		"NaN allowed":       {of(wild, train.ModelFile{}, train.PredictorOptions{AllowNonFinite: true}), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", name, c.got, c.want)
		}
	}
}

// TestUpdate holds when a Predictor sees a training: after Update, and never in between.
func TestUpdate(t *testing.T) {
	ctx, set := context.Background(), flowerSet(t, 41)
	for _, optimizer := range []train.Optimizer{train.Adam{}, train.SGD{}, train.EMA{}} {
		trainer, m := newNormed(t, graph.Float32, train.Options{Epochs: 1, Optimizer: optimizer})
		p, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{}) // before it is built
		if err != nil {
			t.Fatal(err)
		}
		q, err := train.NewPredictor(m, train.ModelFile{}, train.PredictorOptions{})
		if err != nil {
			t.Fatal(err)
		}
		before := predictions(t, p, set)
		sameBits(t, "two Predictors", predictions(t, q, set), before)
		for epoch := range 3 {
			if err := trainer.SetEpochs(epoch + 1); err != nil {
				t.Fatal(err)
			}
			if _, err := trainer.Fit(ctx, set); err != nil {
				t.Fatal(err)
			}
			sameBits(t, "before Update", predictions(t, p, set), before)
			if err := p.Update(); err != nil {
				t.Fatal(err)
			}
			if before, err = trainer.Predict(ctx, set); err != nil {
				t.Fatal(err)
			}
			sameBits(t, "after Update", predictions(t, p, set), before)
		}
		if err := m.p.Set("out/bias", []float64{0, math.Inf(1), 0}); err != nil {
			t.Fatal(err)
		}
		if err := q.Update(); !errors.Is(err, train.ErrNotFinite) {
			t.Errorf("an infinite parameter: got %v", err)
		}
		sameBits(t, "after a refused Update", predictions(t, p, set), before)
	}
}

// TestUpdateOpened trains the model of a file further.
func TestUpdateOpened(t *testing.T) {
	_, set, path := flowers(t, graph.Float64, train.ModelFile{})
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	before := predictions(t, p, set)
	if err := p.Update(); err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(p.Model(), train.Options{Epochs: 1})
	if err == nil {
		_, err = trainer.Fit(context.Background(), set)
	}
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "before the second Update", predictions(t, p, set), before)
	for range 3 {
		if err := p.Update(); err != nil {
			t.Fatal(err)
		}
	}
	want, err := trainer.Predict(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "after it", predictions(t, p, set), want)
}

// TestUpdateOtherRecipe refuses parameters that were trained behind another recipe.
func TestUpdateOtherRecipe(t *testing.T) {
	trainer, _ := newNormed(t, graph.Float64, train.Options{Epochs: 1, Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}})
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := trainer.Fit(over, flowerSet(t, 41)); !errors.Is(err, context.Canceled) { // fits the recipe, and makes no step
		t.Fatal(err)
	}
	p, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{})
	if err == nil {
		err = p.Update()
	}
	if err == nil {
		_, err = trainer.Fit(context.Background(), flowerSet(t, 20)) // fits it anew
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Update(); !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v", err)
	}
}

// TestPredictWhileTraining trains, while others predict all the time and take over the
// parameters: each prediction has the bits of one step, for parameters and statistics alike.
func TestPredictWhileTraining(t *testing.T) {
	set, probe := flowerSet(t, 64), flowerSet(t, 3)
	epochs := 40
	if testing.Short() {
		epochs = 12
	}
	for _, optimizer := range []train.Optimizer{train.Adam{}, train.SGD{}, train.EMA{}} {
		steps := map[string]int{} // by the bits of their predictions
		note := func(trainer *train.Trainer, step int) error {
			out, err := trainer.Predict(context.Background(), probe)
			steps[fmt.Sprint(out)] = step
			time.Sleep(200 * time.Microsecond) // or nobody predicts meanwhile
			return err
		}
		trainer, _ := newNormed(t, graph.Float32, train.Options{Epochs: epochs, BatchSize: 16, Optimizer: optimizer,
			Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error { return note(e.Trainer, e.Step) })}})
		if err := note(trainer, 0); err != nil {
			t.Fatal(err)
		}
		p, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{Follow: 1, BatchSize: 2, Gather: train.Gather{Examples: 2}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		var wait sync.WaitGroup
		var mu sync.Mutex
		seen := map[string]bool{}
		for i := range 8 {
			wait.Go(func() {
				for ctx.Err() == nil {
					out, err := p.Predict(context.Background(), probe) // two batches
					if err == nil && i == 0 {
						err = p.Update()
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					seen[fmt.Sprint(out)] = true
					mu.Unlock()
				}
			})
		}
		_, err = trainer.Fit(context.Background(), set)
		last := predictions(t, p, probe)
		stop()
		wait.Wait()
		if err != nil {
			t.Fatal(err)
		}
		for out := range seen {
			if _, ok := steps[out]; !ok {
				t.Fatalf("%T: got %s, which is the prediction of none of the %d steps", optimizer, out, trainer.Position().Step)
			}
		}
		if got, want := steps[fmt.Sprint(last)], trainer.Position().Step; got != want {
			t.Errorf("%T: got the prediction of step %d after the end, want step %d", optimizer, got, want)
		}
		if len(seen) < 3 {
			t.Errorf("%T: saw %d of %d steps", optimizer, len(seen), len(steps))
		}
	}
}

// TestFollow takes over every third step and the end, and a Predictor that nobody has is let
// go.
func TestFollow(t *testing.T) {
	ctx, set := context.Background(), flowerSet(t, 40)
	var p *train.Predictor
	var at []string
	trainer, _ := newNormed(t, graph.Float64, train.Options{Epochs: 1, BatchSize: 8})
	p, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{Follow: 3})
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range trainer.Steps(ctx, set) {
		if err != nil {
			t.Fatal(err)
		}
		want, err := trainer.Predict(ctx, set)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(predictions(t, p, set)) == fmt.Sprint(want) {
			at = append(at, fmt.Sprint(e.Step))
		}
	}
	if fmt.Sprint(at) != "[3]" {
		t.Errorf("got the parameters of the steps %v, want [3]", at)
	}
	if err := trainer.SetEpochs(2); err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Fit(ctx, set); err != nil {
		t.Fatal(err)
	}
	want, err := trainer.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "after Fit", predictions(t, p, set), want)
	gone := make(chan struct{})
	runtime.AddCleanup(p, func(chan struct{}) { close(gone) }, gone)
	p = nil
	for range 100 {
		runtime.GC()
		select {
		case <-gone:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the Trainer keeps a Predictor that nobody has")
	runtime.KeepAlive(trainer)
}

// TestAnyBatchSize asks for all sizes: nothing is compiled once the kept sizes are, and the
// bits are those of whole batches.
func TestAnyBatchSize(t *testing.T) {
	trainer, m := newNormed(t, graph.Float32, train.Options{Epochs: 1})
	all := flowerSet(t, 90)
	if _, err := trainer.Fit(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	want, err := trainer.Predict(context.Background(), all)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := all.Field("x")
	for _, o := range []train.PredictorOptions{{}, {BatchSize: 20, Sizes: 3}, {BatchSize: 7, Sizes: 1}, {BatchSize: 1}, {BatchSize: 1000, Sizes: 2, Parallel: 1}} {
		p, err := trainer.NewPredictor(train.ModelFile{}, o)
		if err != nil {
			t.Fatal(err)
		}
		calls, most := m.calls, o.Sizes
		if most == 0 {
			most = 8
		}
		for n := 1; n <= 90; n++ {
			got, err := p.PredictRows(x.Floats[:2*n])
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, fmt.Sprintf("%+v: %d rows", o, n), got, want[:3*n])
		}
		if got := m.calls - calls; got > most {
			t.Errorf("%+v: got %d compilations, want at most %d", o, got, most)
		}
	}
}

// TestFollowsNoTrial holds that a Predictor which follows a Trainer sees no step of FindRate and of a
// dry run: they leave no trace.
func TestFollowsNoTrial(t *testing.T) {
	ctx, set := context.Background(), flowerSet(t, 41)
	for _, dry := range []bool{false, true} {
		trainer, _ := newNormed(t, graph.Float64, train.Options{Epochs: 1, DryRun: dry})
		p, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{Follow: 1})
		if err != nil {
			t.Fatal(err)
		}
		before := predictions(t, p, set)
		if _, err := trainer.FindRate(ctx, set, train.RateFinder{Steps: 5}); err != nil {
			t.Fatal(err)
		}
		if dry {
			if _, err := trainer.Fit(ctx, set); err != nil {
				t.Fatal(err)
			}
		}
		sameBits(t, "after a trial", predictions(t, p, set), before)
	}
}

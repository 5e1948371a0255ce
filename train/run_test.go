package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// tally is a callback that remembers how many steps and epochs it has seen.
type tally struct{ Steps, Validated, Epochs int }

func (c *tally) On(e train.Event) error {
	switch e.(type) {
	case *train.StepEnd:
		c.Steps++
	case *train.Validated:
		c.Validated++
	case *train.EpochEnd:
		c.Epochs++
	}
	return nil
}
func (c *tally) State() (json.RawMessage, error)  { return json.Marshal(c) }
func (c *tally) SetState(m json.RawMessage) error { return json.Unmarshal(m, c) }

// convnet is a classifier of images with all that has a memory or draws: batch
// normalisation, dropout.
func convnet(d graph.DType) builds {
	return builds{graph.NewParams(d, 2), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.Conv(b, "conv", b.Input("x", n, 1, 5, 5), nn.ConvOptions{Out: 4, Kernel: []int{3}})
		h = b.ReLU(nn.BatchNorm(b, "norm", h, nn.BatchNormOptions{}))
		h = nn.Dropout(b, b.Reshape(h, n, b.Shape(h)[1]*b.Shape(h)[2]*b.Shape(h)[3]), .3)
		out := nn.Dense(b, "out", h, 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), b.Softmax(out)
	}}
}

// TestRestore saves a training after each of its steps and restores it with another Trainer:
// parameters, states, history, callbacks and the best epoch are those of the training that
// was not interrupted, bit by bit.
func TestRestore(t *testing.T) {
	background := context.Background()
	for _, c := range []struct {
		name  string
		model func() builds
		set   *data.Dataset
		o     train.Options
	}{
		{"mlp", func() builds { return builds{newNet(graph.Float64, .2).p, newNet(graph.Float64, .2).Loss} }, blobs(t, 25), train.Options{}},
		{"norm, momentum", func() builds { return running(graph.NewParams(graph.Float32, 3)) }, blobs(t, 25), train.Options{Optimizer: train.SGD{Momentum: .9}}},
		{"fused descent", func() builds { return running(graph.NewParams(graph.Float32, 3)) }, blobs(t, 25), train.Options{Optimizer: train.SGD{}, InOrder: true}},
		{"cnn", func() builds { return convnet(graph.Float32) }, images(t, 25, true), train.Options{Augment: changes, DropLast: true}},
		{"early stopping", func() builds { return running(graph.NewParams(graph.Float64, 3)) }, blobs(t, 25),
			train.Options{Validation: blobs(t, 15), Metrics: []train.Metric{train.Accuracy()}, Stop: &train.EarlyStopping{Patience: 1}, Schedule: schedule.Constant(.5)}},
	} {
		o := c.o
		o.Epochs, o.BatchSize, o.Seed = 4, 10, 11
		start := func() (builds, *train.Trainer, *tally) {
			m, count := c.model(), &tally{}
			m.f = c.model().f
			o.Callbacks = []train.Callback{count}
			return m, newTrainer(t, m, o), count
		}
		m, tr, count := start()
		want, err := tr.Fit(background, c.set)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		total := tr.Position().Step
		for stop := range total + 1 {
			_, first, _ := start()
			path := filepath.Join(t.TempDir(), "run.safetensors")
			if stop > 0 {
				h, err := first.Fit(&after{Context: background, steps: stop}, c.set)
				if stop < total && !errors.Is(err, context.Canceled) {
					t.Fatalf("%s, %d: got %v, %v", c.name, stop, h, err)
				}
			} else if err := train.Build(first.Model()); err != nil {
				t.Fatal(err)
			}
			if err := first.Save(path); err != nil {
				t.Fatalf("%s, %d: %v", c.name, stop, err)
			}
			again, second, seen := start()
			if err := second.Restore(path); err != nil {
				t.Fatalf("%s, %d: %v", c.name, stop, err)
			}
			if second.Position() != first.Position() {
				t.Errorf("%s, %d: got the position %+v, want %+v", c.name, stop, second.Position(), first.Position())
			}
			for _, q := range append(m.p.List(), m.p.States()...) {
				if !slices.Equal(again.p.Values(q.Name), first.Model().Params().Values(q.Name)) {
					t.Errorf("%s, %d: %s differs after Restore", c.name, stop, q.Name)
				}
			}
			if stop%3 == 1 { // through a second file, before any step
				if err := second.Save(path); err != nil {
					t.Fatal(err)
				}
				again, second, seen = start()
				if err := second.Restore(path); err != nil {
					t.Fatal(err)
				}
			}
			got, err := second.Fit(background, c.set)
			if err != nil {
				t.Fatalf("%s, %d: %v", c.name, stop, err)
			}
			for _, q := range append(m.p.List(), m.p.States()...) {
				if !slices.Equal(again.p.Values(q.Name), m.p.Values(q.Name)) {
					t.Errorf("%s, restored after %d steps: %s differs", c.name, stop, q.Name)
				}
			}
			if *seen != *count || !sameHistory(got, want) || len(got.Notes) != 0 {
				t.Errorf("%s, restored after %d steps: got the history %+v and %+v, want %+v and %+v", c.name, stop, got, seen, want, count)
			}
		}
	}
}

// sameHistory compares all but the durations.
func sameHistory(a, b *train.History) bool {
	text := func(h *train.History) string {
		c := *h
		c.Epochs = slices.Clone(h.Epochs)
		for i := range c.Epochs {
			c.Epochs[i].Duration = 0
		}
		out, err := json.Marshal(c)
		return fmt.Sprint(string(out), err)
	}
	return text(a) == text(b)
}

// TestRestoreFrozen goes on with a parameter that was frozen for some of the steps, and has
// its own count of them.
func TestRestoreFrozen(t *testing.T) {
	set := blobs(t, 20)
	fit := func(cut bool) []float64 {
		m := running(graph.NewParams(graph.Float64, 3))
		tr := newTrainer(t, m, train.Options{BatchSize: 10})
		epoch := func(n int) {
			t.Helper()
			if err := tr.SetEpochs(n); err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), set); err != nil {
				t.Fatal(err)
			}
		}
		epoch(1)
		m.p.Freeze("in/")
		epoch(2)
		m.p.Thaw("in/")
		if cut {
			path := filepath.Join(t.TempDir(), "run.safetensors")
			if err := tr.Save(path); err != nil {
				t.Fatal(err)
			}
			m = running(graph.NewParams(graph.Float64, 99))
			tr = newTrainer(t, m, train.Options{BatchSize: 10})
			if err := tr.Restore(path); err != nil {
				t.Fatal(err)
			}
		}
		epoch(3)
		return m.p.Values("in/weight")
	}
	if want, got := fit(false), fit(true); !slices.Equal(want, got) {
		t.Errorf("got the weights %v, want %v", got, want)
	}
}

// TestLoadOfRun loads the file of a training into a model: it predicts as the Trainer did
// that wrote the file, also with an average and with the best parameters put back.
func TestLoadOfRun(t *testing.T) {
	set, validation := blobs(t, 25), blobs(t, 15)
	for name, o := range map[string]train.Options{
		"plain":                        {},
		"average":                      {Optimizer: train.EMA{Decay: .9}},
		"early stopping":               {Validation: validation, Stop: &train.EarlyStopping{Patience: 1}, Schedule: schedule.Constant(.5)},
		"early stopping of an average": {Optimizer: train.EMA{Decay: .5}, Validation: validation, Stop: &train.EarlyStopping{Patience: 1}, Schedule: schedule.Constant(.5)},
	} {
		o.BatchSize, o.Epochs = 10, 6
		tr := newTrainer(t, running(graph.NewParams(graph.Float64, 3)), o)
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		want, err := tr.Predict(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "run.safetensors")
		if err := tr.Save(path); err != nil {
			t.Fatal(err)
		}
		again := newTrainer(t, running(graph.NewParams(graph.Float64, 99)), o)
		if err := again.Restore(path); err != nil {
			t.Fatal(err)
		}
		if err := again.Save(path); err != nil { // before any step
			t.Fatal(err)
		}
		m := running(graph.NewParams(graph.Float64, 99))
		if err := train.Build(m); err != nil {
			t.Fatal(err)
		}
		if err := train.Load(path, m.p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := newTrainer(t, m, train.Options{}).Predict(context.Background(), set)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got the predictions %v, %v, want %v", name, got[:3], err, want[:3])
		}
	}
}

// TestRestoreNotes notes what is not as it was: the model's settings, augmentation, factors.
func TestRestoreNotes(t *testing.T) {
	set, path := images(t, 20, true), filepath.Join(t.TempDir(), "run.safetensors")
	model := func(dropout float64) train.Model {
		m, err := models.NewMLP(models.MLPOptions{In: 25, Hidden: []int{4}, Out: 3, Dropout: dropout})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	fit := func(dropout float64, o train.Options) *train.History {
		o.BatchSize, o.Epochs = 10, 1
		tr := newTrainer(t, model(dropout), o)
		if _, err := os.Stat(path); err == nil {
			if err := tr.Restore(path); err != nil {
				t.Fatal(err)
			}
		}
		h, err := tr.Fit(context.Background(), set)
		if err == nil {
			err = tr.Save(path)
		}
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	slow := func(name string) train.Group {
		if strings.HasSuffix(name, "bias") {
			return train.Group{Rate: .5}
		}
		return train.Group{}
	}
	fit(.1, train.Options{})
	for _, c := range []struct {
		note    string
		dropout float64
		o       train.Options
	}{
		{"", .1, train.Options{}},
		{"the model was", .2, train.Options{}},
		{"another part of Options was", .2, train.Options{Augment: augment.Fields{"x": {augment.Noise{Sigma: .1}}}}},
		{"another part of Options was", .2, train.Options{Augment: augment.Fields{"x": {augment.Noise{Sigma: .2}}}}},
		{"Options.Groups gives", .2, train.Options{Augment: augment.Fields{"x": {augment.Noise{Sigma: .2}}}, Groups: slow}},
		{"", .2, train.Options{Augment: augment.Fields{"x": {augment.Noise{Sigma: .2}}}, Groups: slow}},
	} {
		h := fit(c.dropout, c.o)
		if c.note == "" && len(h.Notes) > 0 || c.note != "" && (len(h.Notes) != 1 || !strings.HasPrefix(h.Notes[0], c.note)) {
			t.Errorf("got the notes %q, want %q", h.Notes, c.note)
		}
	}
}

// TestRestoreRefused checks that what does not fit is refused with all differences, and that
// the Trainer is unchanged then.
func TestRestoreRefused(t *testing.T) {
	set := blobs(t, 25)
	path := filepath.Join(t.TempDir(), "run.safetensors")
	o := train.Options{Epochs: 1, BatchSize: 10, Seed: 1}
	tr := newTrainer(t, newNet(graph.Float64, 0), o)
	if _, err := tr.Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	if err := tr.Save(path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) string {
		p := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(p, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	weights := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := train.Save(weights, tr.Model().Params()); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*train.Options)) train.Options {
		o := o
		change(&o)
		return o
	}
	flipped := slices.Clone(good)
	flipped[len(flipped)-3] ^= 1
	for _, c := range []struct {
		name  string
		path  string
		model train.Model
		o     train.Options
		kind  error
		texts []string
	}{
		{"seed and batch", path, newNet(graph.Float64, 0), with(func(o *train.Options) { o.Seed, o.BatchSize = 2, 5 }), train.ErrRun, []string{"Options.Seed: got 2, want 1", "Options.BatchSize: got 5, want 10"}},
		{"another optimizer", path, newNet(graph.Float64, 0), with(func(o *train.Options) { o.Optimizer = train.SGD{Momentum: .9} }), train.ErrParameters, []string{"Options.Optimizer: got SGD, want Adam, as the run has it"}},
		{"slots of another setting", path, newNet(graph.Float64, 0), with(func(o *train.Options) { o.Optimizer = train.Adam{AMSGrad: true} }), train.ErrParameters, []string{`"slot/vmax/out/bias": got no such tensor`}},
		{"another type", path, newNet(graph.Float32, 0), o, train.ErrParameters, []string{`"param/out/bias": got elements of type F64, want F32`}},
		{"another model", path, convnet(graph.Float64), o, train.ErrParameters, []string{`"param/conv/weight": got no such tensor`, `"param/hidden/weight": got a tensor, want none`}},
		{"weights alone", weights, newNet(graph.Float64, 0), o, train.ErrRun, []string{"Trainer.Save"}},
		{"a flipped bit", write("flipped", flipped), newNet(graph.Float64, 0), o, train.ErrChecksum, nil},
		{"a short file", write("short", good[:len(good)-8]), newNet(graph.Float64, 0), o, train.ErrFormat, nil},
		{"no file", "nowhere.safetensors", newNet(graph.Float64, 0), o, os.ErrNotExist, nil},
	} {
		tr := newTrainer(t, c.model, c.o)
		if err := train.Build(c.model); err != nil {
			t.Fatal(err)
		}
		before := all(c.model.Params())
		err := tr.Restore(c.path)
		if !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.kind)
			continue
		}
		for _, text := range c.texts {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: got %q, want %q in it", c.name, err, text)
			}
		}
		if !slices.Equal(all(c.model.Params()), before) || tr.Position() != (train.Position{}) {
			t.Errorf("%s: the Trainer has changed", c.name)
		}
	}
	other := newTrainer(t, newNet(graph.Float64, 0), with(func(o *train.Options) { o.Epochs = 2 }))
	if err := other.Restore(path); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Fit(context.Background(), blobs(t, 26)); !errors.Is(err, train.ErrRun) {
		t.Errorf("got %v for another data set, want ErrRun", err)
	}
	if h, err := other.Fit(context.Background(), blobs(t, 25)); err != nil || len(h.Epochs) != 2 {
		t.Errorf("got %v, %v for an equal data set, want a second epoch", h, err)
	}
	for name, change := range map[string]func(*train.Options){
		"ClassWeights": func(o *train.Options) { o.ClassWeights = []float64{1, 2, 3} },
		"Augment": func(o *train.Options) {
			o.Augment = augment.Fields{"x": {augment.Noise{Sigma: .1}}}
		},
		"Patience": func(o *train.Options) { o.Validation, o.Stop = set, &train.EarlyStopping{Patience: 3} },
	} {
		changed := newTrainer(t, newNet(graph.Float64, 0), with(change))
		if err := changed.Restore(path); err != nil {
			t.Fatal(err)
		}
		if h, err := changed.Fit(context.Background(), set); err != nil || len(h.Notes) != 1 || !strings.Contains(h.Notes[0], name) {
			t.Errorf("%s: got %+v, %v, want a note", name, h, err)
		}
	}
	changed := newTrainer(t, newNet(graph.Float64, 0), with(func(o *train.Options) { o.Optimizer = train.Adam{Beta1: .5} }))
	if err := changed.Restore(path); err != nil {
		t.Fatal(err)
	}
	if h, err := changed.Fit(context.Background(), set); err != nil || len(h.Notes) != 1 || !strings.Contains(h.Notes[0], "Options.Optimizer") {
		t.Errorf("got %+v, %v, want a note about the optimizer", h, err)
	}
}

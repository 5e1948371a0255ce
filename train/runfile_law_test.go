package train_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// linear is a classifier of one matrix with the name, whose loss is scaled and shifted.
func linear(p *graph.Params, name string, scale, shift float64) builds {
	return builds{p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.MatMul(b.Input("x", n, 4), b.Param(name, graph.Uniform(-1, 1), 4, 3))
		return b.Add(b.Mul(b.Scalar(scale), loss.CrossEntropy(b, out, b.Ints("y", n))), b.Scalar(shift)), out
	}}
}

// TestSaveAnywhere saves trainings in states that are rare, and restores them.
func TestSaveAnywhere(t *testing.T) {
	background, set := context.Background(), blobs(t, 25)
	wide := func(p *graph.Params) builds { return linear(p, "w", 1e-300, 1.5e308) } // Σ loss·n is infinite
	for _, c := range []struct {
		name  string
		model func(p *graph.Params) builds
		use   func(tr *train.Trainer)
	}{
		{"built", func(p *graph.Params) builds { return linear(p, "w", 1, 0) }, func(tr *train.Trainer) {}},
		{"a rate was looked for", func(p *graph.Params) builds { return linear(p, "w", 1, 0) }, func(tr *train.Trainer) { tr.FindRate(background, set, train.RateFinder{Steps: 3}) }},
		{"the first step has failed", func(p *graph.Params) builds { return linear(p, "w", 1e308, 1.7e308) }, func(tr *train.Trainer) { tr.Fit(background, set) }},
		{"the mean overflows", wide, func(tr *train.Trainer) { tr.Fit(&after{background, 2}, set) }},
	} {
		for _, o := range []train.Options{{}, {Optimizer: train.EMA{Optimizer: train.LBFGS{}}}} {
			o.Epochs, o.BatchSize = 1, 10
			m := c.model(graph.NewParams(graph.Float64, 1))
			if err := train.Build(m); err != nil {
				t.Fatal(err)
			}
			tr, path := newTrainer(t, m, o), filepath.Join(t.TempDir(), "run")
			c.use(tr)
			if err := tr.Save(path); err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			again := c.model(graph.NewParams(graph.Float64, 9))
			second := newTrainer(t, again, o)
			if err := second.Restore(path); err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			_, err := tr.Fit(background, set)
			_, err2 := second.Fit(background, set)
			if (err == nil) != (err2 == nil) || !slices.Equal(all(m.p), all(again.p)) {
				t.Errorf("%s: got %v and %v, want %v and %v", c.name, err2, all(again.p), err, all(m.p))
			}
		}
	}
}

// TestRestoreShared restores two Trainers of one Params, as of a GAN, each from its file, in
// a program that has built one of the models only.
func TestRestoreShared(t *testing.T) {
	set, dir := blobs(t, 25), t.TempDir()
	start := func() (p *graph.Params, first, second *train.Trainer) {
		p = graph.NewParams(graph.Float64, 1)
		a, b := linear(p, "a", 1, 0), linear(p, "b", 1, 0)
		o := train.Options{Epochs: 2, BatchSize: 10}
		if err := train.Build(a); err != nil {
			t.Fatal(err)
		}
		return p, newTrainer(t, a, o), newTrainer(t, b, o)
	}
	files := []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")}
	fit := func(list ...*train.Trainer) {
		for _, tr := range list {
			if _, err := tr.Fit(context.Background(), set); err != nil {
				t.Fatal(err)
			}
		}
	}
	p, first, second := start()
	if err := train.Build(second.Model()); err != nil {
		t.Fatal(err)
	}
	for _, tr := range []*train.Trainer{first, second} {
		if _, err := tr.Fit(&after{context.Background(), 4}, set); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if err := errors.Join(first.Save(files[0]), second.Save(files[1])); err != nil {
		t.Fatal(err)
	}
	fit(first, second)
	want := all(p)
	p, first, second = start()
	if err := errors.Join(second.Restore(files[1]), first.Restore(files[0])); err != nil {
		t.Fatal(err)
	}
	if fit(first, second); !slices.Equal(all(p), want) {
		t.Errorf("got %v, want %v", all(p), want)
	}
}

// TestRestoreRecords refuses records that no Trainer writes, without a panic, and those of a
// newer version, whatever is in them.
func TestRestoreRecords(t *testing.T) {
	set, path := blobs(t, 25), filepath.Join(t.TempDir(), "run")
	m := newNet(graph.Float64, 0)
	o := train.Options{Epochs: 2, BatchSize: 10}
	tr := newTrainer(t, m, o)
	if _, err := tr.Fit(&after{context.Background(), 4}, set); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := tr.Save(path); err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	good := file.Meta()["symgrad.run"]
	tensors := []safetensors.View{}
	for _, x := range file.Tensors() {
		v := make([]float64, 1)
		for _, d := range x.Shape {
			v = make([]float64, len(v)*d)
		}
		if err := safetensors.ReadFloats(file, x.Name, v); err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, safetensors.FloatsView(x.Name, x.Shape, v))
	}
	for _, c := range []struct{ old, new, text string }{
		{`"version":1`, `"version":2`, "newer version"},
		{`"version":1`, `"version":2.5,"seed":"a text","history":7`, "newer version"},
		{`"version":1`, `"version":0`, "version 0"},
		{`"version":1`, `"version":-1`, "version -1"},
		{`"step":4`, `"step":-4`, "step -4"},
		{`"epoch":1`, `"epoch":-1`, "epoch -1"},
		{`"batch":1`, `"batch":-1`, "batch -1"},
		{`"batch":1`, `"batch":2000000000`, "batch 2000000000"},
		{`"version":1`, `"version":"one"`, "metadata"},
		{`{"version"`, `["version"`, "metadata"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%s is not in %s", c.old, good)
		}
		bad := filepath.Join(t.TempDir(), "bad")
		if err := safetensors.WriteTensors(bad, map[string]string{"symgrad.run": text}, tensors, safetensors.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		err := newTrainer(t, newNet(graph.Float64, 0), o).Restore(bad)
		if !errors.Is(err, train.ErrRun) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: got %v, want ErrRun with %q", c.new, err, c.text)
		}
	}
}

// TestRestoreChanged restores a training whose best parameters somebody has changed before it
// was saved: it goes on from these, and so does the average.
func TestRestoreChanged(t *testing.T) {
	set, path := blobs(t, 25), filepath.Join(t.TempDir(), "run")
	start := func() (builds, *train.Trainer) {
		m := running(graph.NewParams(graph.Float64, 3))
		return m, newTrainer(t, m, train.Options{Epochs: 2, BatchSize: 10, Optimizer: train.EMA{Decay: .5}, Schedule: schedule.Constant(.1), Validation: set, Stop: &train.EarlyStopping{}})
	}
	fit := func(tr *train.Trainer, epochs int) {
		t.Helper()
		if err := tr.SetEpochs(epochs); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
	}
	m, tr := start()
	fit(tr, 2)
	v := m.p.Values("out/bias")
	v[0] += 3
	if err := errors.Join(m.p.Set("out/bias", v), tr.Save(path)); err != nil {
		t.Fatal(err)
	}
	fit(tr, 3)
	for range 2 { // from the file, and from one that is saved before the next step
		again, second := start()
		if err := errors.Join(second.Restore(path), second.Save(path)); err != nil {
			t.Fatal(err)
		}
		if got := again.p.Values("out/bias"); !slices.Equal(got, v) {
			t.Errorf("restored: got the bias %v, want %v", got, v)
		}
		if fit(second, 3); !slices.Equal(all(m.p), all(again.p)) {
			t.Errorf("got %v, want %v", all(again.p), all(m.p))
		}
	}
}

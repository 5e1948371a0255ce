package imported_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/models/imported"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// body is the graph of a file: of four numbers it makes three.
func body(b *graph.Builder, n int) *gorgonia.Node {
	return nn.Dense(b, "head", nn.Dense(b, "body", b.Input("x", n, 4), 8, nn.Tanh), 3, nn.Identity)
}

// written returns the file of a graph for the batch, or for any with 0.
func written(t *testing.T, d graph.DType, batch int, outputs ...func(b *graph.Builder, n int) *gorgonia.Node) *onnx.Imported {
	t.Helper()
	var file bytes.Buffer
	of := onnx.Model{Params: graph.NewParams(d, 7), Outputs: func(b *graph.Builder, n int) (all []*gorgonia.Node) {
		for _, f := range outputs {
			all = append(all, f(b, n))
		}
		return all
	}}
	if err := onnx.Write(&file, of, onnx.Options{Batch: batch}); err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Read(&file, onnx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// rows are examples of four numbers.
var rows = []float64{1, 2, 3, 4, -1, 0.5, 0.25, 0, 3, 3, -3, 3}

// TestModelFile holds that a model file of an imported model predicts the bits of the model, for
// each loss, both types, and files of any batch and of one.
func TestModelFile(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, batch := range []int{0, 1} {
			for _, l := range []imported.Loss{imported.None, imported.SquaredError, imported.CrossEntropy} {
				m, err := imported.New(written(t, d, batch, body), imported.Options{Loss: l})
				if err != nil {
					t.Fatal(err)
				}
				p, err := train.NewPredictor(m, train.ModelFile{}, train.PredictorOptions{Gather: train.Gather{Examples: 8}})
				if err != nil {
					t.Fatal(err)
				}
				want, err := p.PredictRows(rows)
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(t.TempDir(), "m.safetensors")
				if err := p.SaveModel(path); err != nil {
					t.Fatal(err)
				}
				again, err := train.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				got, err := again.PredictRows(rows)
				if err != nil || !slices.Equal(got, want) || len(got) != 9 {
					t.Errorf("%v, batch %d, %v: got %v (%v), want %v", d, batch, l, got, err, want)
				}
				if info := again.Info(); info.DType != d || info.Model != "imported.Model" {
					t.Errorf("got %v of %v, want imported.Model of %v", info.Model, info.DType, d)
				}
				second := filepath.Join(t.TempDir(), "m.safetensors")
				if err := again.SaveModel(second); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestLoss compares the losses with those that a graph has by itself.
func TestLoss(t *testing.T) {
	probabilities := func(b *graph.Builder, n int) *gorgonia.Node { return b.Softmax(body(b, n)) }
	one := func(b *graph.Builder, n int) *gorgonia.Node {
		return nn.Dense(b, "one", b.Input("x", n, 4), 1, nn.Sigmoid)
	}
	for _, c := range []struct {
		loss imported.Loss
		of   func(b *graph.Builder, n int) *gorgonia.Node
		want func(b *graph.Builder, n int) *gorgonia.Node
	}{
		{imported.None, body, func(b *graph.Builder, n int) *gorgonia.Node { return b.Mean(b.Square(body(b, n))) }},
		{imported.SquaredError, body, func(b *graph.Builder, n int) *gorgonia.Node { return loss.MSE(b, body(b, n), b.Input("y", n, 3)) }},
		{imported.CrossEntropy, body, func(b *graph.Builder, n int) *gorgonia.Node {
			return loss.CrossEntropy(b, body(b, n), b.Ints("y", n))
		}},
		{imported.LogLoss, probabilities, func(b *graph.Builder, n int) *gorgonia.Node {
			return loss.CrossEntropy(b, body(b, n), b.Ints("y", n))
		}},
		{imported.BinaryLoss, one, func(b *graph.Builder, n int) *gorgonia.Node {
			return loss.BCE(b, one(b, n), b.Input("y", n, 1))
		}},
	} {
		m, err := imported.New(written(t, graph.Float64, 0, c.of), imported.Options{Loss: c.loss})
		if err != nil {
			t.Fatal(err)
		}
		got := valueOf(t, m.Params(), func(b *graph.Builder, n int) *gorgonia.Node { l, _ := m.Loss(b, n); return l })
		want := valueOf(t, m.Params(), c.want)
		if math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("%v: got %v, want %v", c.loss, got, want)
		}
	}
}

// valueOf computes a loss of three examples.
func valueOf(t *testing.T, params *graph.Params, f func(b *graph.Builder, n int) *gorgonia.Node) float64 {
	t.Helper()
	b := graph.New(params)
	p, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{f(b, 3)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range p.Inputs() {
		switch {
		case in.Name == "x":
			err = graph.InputOf[float64](p, "x").Set(rows)
		case in.Ints:
			err = graph.InputOf[int](p, "y").Set([]int{2, 0, 1})
		default:
			err = graph.InputOf[float64](p, "y").Set([]float64{0, 1, 0, 1, 0, 1, 1, 1, 0}[:product(in.Shape)])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return graph.OutputOf[float64](p, 0).Read(nil)[0]
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// TestFineTune trains an imported classifier on examples, saves it and opens it.
func TestFineTune(t *testing.T) {
	m, err := imported.New(written(t, graph.Float32, 0, body), imported.Options{Loss: imported.CrossEntropy})
	if err != nil {
		t.Fatal(err)
	}
	m.Params().Freeze("body/")
	set, err := data.XLabels(rows, 4, []int{2, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 200, Schedule: schedule.Constant(0.05)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := trainer.SaveModel(path, train.ModelFile{Classes: []string{"a", "b", "c"}}); err != nil {
		t.Fatal(err)
	}
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.PredictRows(rows)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"c", "a", "b"} {
		if got := p.Label(out[3*i : 3*i+3]); got != want {
			t.Errorf("example %d: got %q, want %q", i, got, want)
		}
	}
}

// TestErrors names what is refused.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		file *onnx.Imported
		o    imported.Options
		kind error
		say  string
	}{
		{nil, imported.Options{}, train.ErrOption, "got a nil file"},
		{written(t, graph.Float64, 0, body), imported.Options{Loss: 99}, train.ErrOption, "got the loss 99"},
		{written(t, graph.Float64, 0, body), imported.Options{Output: "y"}, train.ErrOption, `got "y", want one of "`},
		{written(t, graph.Float64, 0, body), imported.Options{Sizes: map[string]int{"L": 3}}, train.ErrOption, `"L"`},
		{written(t, graph.Float64, 0, body), imported.Options{Fixed: map[string]imported.Array{"z": {Shape: []int{1}, Values: []float64{1}}}}, train.ErrOption, `"z"`},
		{written(t, graph.Float64, 0, body), imported.Options{Fixed: map[string]imported.Array{"x": {Shape: []int{2}, Values: []float64{1}}}}, graph.ErrShape, "1 elements"},
		{written(t, graph.Float64, 0, func(b *graph.Builder, n int) *gorgonia.Node { return b.Ints("labels", n) }), imported.Options{}, train.ErrOption, "got no output of floats"},
	} {
		_, err := imported.New(c.file, c.o)
		if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.say) {
			t.Errorf("%+v: got %v, want %v with %q", c.o, err, c.kind, c.say)
		}
	}
	m, err := imported.New(written(t, graph.Float64, 0, func(b *graph.Builder, n int) *gorgonia.Node { return b.Sum(body(b, n), 1) }), imported.Options{Loss: imported.LogLoss})
	if err != nil {
		t.Fatal(err)
	}
	if err := train.Build(m); !errors.Is(err, graph.ErrShape) || !strings.Contains(err.Error(), "log-loss") {
		t.Errorf("got %v, want ErrShape of the log-loss", err)
	}
}

// TestSettings holds what a model file has of a model, and refuses files with other settings.
func TestSettings(t *testing.T) {
	m, err := imported.New(written(t, graph.Float64, 0, body), imported.Options{Loss: imported.LogLoss})
	if err != nil {
		t.Fatal(err)
	}
	name, settings := m.Settings()
	text, err := json.Marshal(settings)
	if err != nil || name != "imported.Model" || len(text) > 2000 || !bytes.Contains(text, []byte(`"log-loss"`)) {
		t.Errorf("got %q, %d bytes of JSON (%v), want imported.Model and at most 2000 with the loss", name, len(text), err)
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := train.SaveModel(path, m, train.ModelFile{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, old, new string
		kind           error
	}{
		{"another loss", `log-loss`, `log-lose`, train.ErrOption},
		{"another field", `"Sizes"`, `"Sises"`, train.ErrOption},
		{"no structure", `"Structure":"`, `"Structure":"AAAAAAAA`, onnx.ErrFormat},
	} {
		f, err := safetensors.Read(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := f.Meta["symgrad.model"]
		f.Meta["symgrad.model"] = strings.Replace(text, c.old, c.new, 1)
		bad := filepath.Join(t.TempDir(), "m.safetensors")
		if err := safetensors.Write(bad, f); err != nil || f.Meta["symgrad.model"] == text {
			t.Fatalf("%s: %v, or %q is not in the description %q", c.name, err, c.old, text)
		}
		if _, err := train.Open(bad); !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.kind)
		}
	}
}

// TestLayers holds that the layers of a file are its nodes, in their order, each with its parameters.
func TestLayers(t *testing.T) {
	m, err := imported.New(written(t, graph.Float32, 0, body), imported.Options{Loss: imported.SquaredError})
	if err != nil {
		t.Fatal(err)
	}
	s, err := train.Summarize(m, 2, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names, ops, params []string
	for _, l := range s.Layers {
		names, ops, params = append(names, l.Name), append(ops, l.Op), append(params, l.Params...)
	}
	if want := []string{"MatMul", "Add", "Tanh", "MatMul", "Add"}; !slices.Equal(slices.DeleteFunc(ops, func(op string) bool { return op == "Reshape" }), want) {
		t.Errorf("got the operators %q, want %q", ops, want)
	}
	if want := []string{"body/weight", "body/bias", "head/weight", "head/bias"}; !slices.Equal(params, want) {
		t.Errorf("got the parameters %q, want %q", params, want)
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(s.Layers) || names[0] == "" {
		t.Errorf("got the names %q, want one for each layer", names)
	}
	if text := s.String(); !strings.Contains(text, "names of parameters") || !strings.Contains(text, "body/weight") {
		t.Errorf("the table does not name the parameters:\n%s", text)
	}
}

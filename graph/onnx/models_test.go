package onnx_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// exported is a model as a file, and how to feed it.
type exported struct {
	name string
	of   onnx.Model
	ints map[string]int // the integers of an input are below
	file []byte
	unit bool // the inputs are in [0, 1]
	big  bool // too much for the interpreter
}

// outputs returns the outputs of a model of package models.
func outputs(m train.Model) onnx.Model {
	return onnx.Model{Params: m.Params(), Outputs: graphtest.Prediction(m)}
}

// zoo is the models of package models.
func zoo(t *testing.T, d graph.DType) (all []exported) {
	add := func(name string, m train.Model, err error, ints map[string]int) {
		t.Helper()
		if err == nil {
			err = train.Build(m)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		graphtest.Unfresh(m.Params(), 0.1)
		all = append(all, exported{name: name, of: outputs(m), ints: ints, unit: name == "autoencoder" || name == "vae", big: name == "resnet20" || name == "lenet5"})
	}
	linear, err := models.NewLinReg(models.LinRegOptions{In: 4, Out: 3, DType: d})
	add("linreg", linear, err, nil)
	for _, act := range []nn.Activation{nn.ReLU, nn.Tanh, nn.GELU, nn.SiLU, nn.ELU, nn.LeakyReLU, nn.Sigmoid, nn.Softplus} {
		mlp, err := models.NewMLP(models.MLPOptions{In: 5, Hidden: []int{7, 6}, Out: 3, Activation: act, Dropout: 0.5, DType: d})
		add("mlp "+act.String(), mlp, err, nil)
	}
	binary, err := models.NewMLP(models.MLPOptions{In: 5, Hidden: []int{4}, Head: models.Binary, DType: d})
	add("mlp binary", binary, err, nil)
	number, err := models.NewMLP(models.MLPOptions{In: 5, Hidden: []int{4}, Out: 2, Head: models.Regression, DType: d})
	add("mlp regression", number, err, nil)
	for name, o := range map[string]models.CNNOptions{"lenet5": models.LeNet5(), "resnet20": models.ResNet20(),
		"cnn": {Channels: 2, Height: 7, Width: 6, Out: 3, Hidden: []int{5}, Blocks: []models.ConvBlock{{Channels: 3, Kernel: 3, Pad: 1, Pool: 2, BatchNorm: true}, {Channels: 3, Kernel: 3, Pad: 1, BatchNorm: true, Residual: true}}}} {
		o.DType = d
		cnn, err := models.NewCNN(o)
		add(name, cnn, err, nil)
	}
	for _, cell := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN, nn.ReLURNN} {
		o := models.RNNOptions{Steps: 5, In: 3, Cell: cell, Hidden: 4, Out: 3, DType: d}
		rnn, err := models.NewRNN(o)
		add("rnn "+cell.String(), rnn, err, nil)
		o.EachStep, o.Bidirectional, o.Layers, o.Tokens, o.Lengths = true, true, 2, 7, true
		tagger, err := models.NewRNN(o)
		add("tagger "+cell.String(), tagger, err, map[string]int{"x": 7, "lengths": 6})
	}
	char, err := models.NewCharModel(models.CharModelOptions{Vocabulary: 9, Steps: 6, Features: 5, Hidden: 4, Layers: 2, DType: d})
	add("charmodel", char, err, map[string]int{"x": 9})
	o := models.TransformerOptions{Steps: 5, In: 3, Features: 8, Heads: 2, Layers: 2, Out: 3, DType: d}
	transformer, err := models.NewTransformer(o)
	add("transformer", transformer, err, nil)
	o.In, o.Tokens, o.Lengths = 0, 9, true
	transformer, err = models.NewTransformer(o)
	add("transformer of tokens", transformer, err, map[string]int{"x": 9, "lengths": 6})
	language, err := models.NewLanguageModel(models.LanguageModelOptions{Vocabulary: 9, Steps: 6, Features: 8, Heads: 2, Layers: 2, DType: d})
	add("language model", language, err, map[string]int{"x": 9})
	auto, err := models.NewAutoencoder(models.AutoencoderOptions{In: 6, Hidden: []int{5}, Code: 2, Binary: true, DType: d})
	add("autoencoder", auto, err, nil)
	vae, err := models.NewVAE(models.VAEOptions{In: 6, Hidden: []int{5}, Code: 2, Binary: true, DType: d})
	add("vae", vae, err, nil)
	return all
}

// feed draws the inputs of a file for a batch of n.
func (e *exported) feed(t *testing.T, n int) map[string]onnxtest.Tensor {
	t.Helper()
	m, err := onnxtest.Read(e.file)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(n), 3))
	in := map[string]onnxtest.Tensor{}
	for _, p := range m.Inputs {
		x := onnxtest.Tensor{}
		size := 1
		for _, d := range p.Dims {
			k := n
			if d != "N" {
				if _, err := fmt.Sscan(d, &k); err != nil {
					t.Fatalf("input %q has the extent %q", p.Name, d)
				}
			}
			x.Shape = append(x.Shape, k)
			size *= k
		}
		for range size {
			switch most := e.ints[p.Name]; {
			case p.Kind == onnxtest.Int64:
				x.Data = append(x.Data, float64(r.IntN(most)))
			case e.unit:
				x.Data = append(x.Data, float64(r.Float32()))
			default:
				x.Data = append(x.Data, float64(float32(r.NormFloat64())))
			}
		}
		in[p.Name] = x
	}
	return in
}

// want runs the model on inputs for a batch of n.
func (e *exported) want(t *testing.T, n int, in map[string]onnxtest.Tensor) map[string]onnxtest.Tensor {
	t.Helper()
	b := graph.New(e.of.Params)
	nodes := e.of.Outputs(b, n)
	p, err := b.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	m, err := onnxtest.Read(e.file)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range m.Inputs {
		if x.Kind != onnxtest.Int64 {
			err = graph.InputOf[float64](p, x.Name).Set(in[x.Name].Data)
		} else {
			var ints []int
			for _, v := range in[x.Name].Data {
				ints = append(ints, int(v))
			}
			err = graph.InputOf[int](p, x.Name).Set(ints)
		}
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	out := map[string]onnxtest.Tensor{}
	for i, port := range m.Outputs {
		y := graph.OutputOf[float64](p, i)
		out[port.Name] = onnxtest.Tensor{Shape: y.Shape(), Data: y.Read(nil)}
	}
	return out
}

// write writes the files, twice each.
func write(t *testing.T, all []exported, o onnx.Options) {
	t.Helper()
	for i := range all {
		e := &all[i]
		var one, two bytes.Buffer
		if err := onnx.Write(&one, e.of, o); err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		if err := onnx.Write(&two, e.of, o); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Errorf("%s: two files of one model differ (%v)", e.name, err)
		}
		e.file = one.Bytes()
	}
}

// interpreted compares each file with its model, at several batch sizes.
func interpreted(t *testing.T, all []exported, tolerance float64, sizes ...int) {
	t.Helper()
	for i := range all {
		e := &all[i]
		m, err := onnxtest.Read(e.file)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range sizes {
			if e.big {
				continue
			}
			in := e.feed(t, n)
			got, err := m.Run(in)
			if err != nil {
				t.Errorf("%s: %v", e.name, err)
				continue
			}
			for name, want := range e.want(t, n, in) {
				if err := onnxtest.Compare(got[name], want, tolerance); err != nil {
					t.Errorf("%s, batch %d, %s: %v", e.name, n, name, err)
				}
			}
		}
	}
}

// inRuntime is interpreted by ONNX Runtime.
func inRuntime(t *testing.T, all []exported, tolerance float64, sizes ...int) {
	t.Helper()
	if !onnxtest.HasRuntime() {
		t.Skip("there is no node with onnxruntime-node")
	}
	var jobs []onnxtest.Job
	for i := range all {
		for _, n := range sizes {
			jobs = append(jobs, onnxtest.Job{File: all[i].file, Inputs: all[i].feed(t, n)})
		}
	}
	results, err := onnxtest.Runtime(t.TempDir(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	for k, r := range results {
		e, n := &all[k/len(sizes)], sizes[k%len(sizes)]
		if r.Err != nil {
			t.Errorf("%s, batch %d: %v", e.name, n, r.Err)
			continue
		}
		for name, want := range e.want(t, n, jobs[k].Inputs) {
			if err := onnxtest.Compare(r.Outputs[name], want, tolerance); err != nil {
				t.Errorf("%s, batch %d, %s: %v", e.name, n, name, err)
			}
		}
	}
}

// checked holds each file to onnx.checker.
func checked(t *testing.T, all []exported) {
	t.Helper()
	python := onnxtest.Python()
	if python == "" {
		t.Skip("there is no python3 with onnx")
	}
	var files [][]byte
	for _, e := range all {
		files = append(files, e.file)
	}
	wrong, err := onnxtest.Check(python, t.TempDir(), files)
	if err != nil {
		t.Fatal(err)
	}
	for i, why := range wrong {
		t.Errorf("%s: %s", all[i].name, why)
	}
}

func TestModels(t *testing.T) {
	all := zoo(t, graph.Float64)
	write(t, all, onnx.Options{})
	interpreted(t, all, 1e-9, 1, 5)
}

func TestModelsInRuntime(t *testing.T) {
	all := zoo(t, graph.Float32)
	write(t, all, onnx.Options{})
	inRuntime(t, all, 1e-5, 1, 5, 64)
}

func TestModelsInChecker(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		all := zoo(t, d)
		write(t, all, onnx.Options{})
		checked(t, all)
	}
}

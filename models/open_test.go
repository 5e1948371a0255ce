package models_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/itself"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// saved is a model for TestOpen, with its data.
type saved struct {
	name   string
	model  train.Model
	set    *data.Dataset
	freeze string
}

// savedModels are models of all kinds.
func savedModels(t *testing.T, d graph.DType) []saved {
	t.Helper()
	const n = 5
	numbers := func(name string, shape ...int) data.Field {
		f := data.Field{Name: name, Shape: shape}
		f.Floats = make([]float64, n*f.Size())
		for i := range f.Floats {
			f.Floats[i] = 0.5 + 0.4*math.Sin(float64(i*i+3*i))
		}
		return f
	}
	integers := func(name string, below int, shape ...int) data.Field {
		f := data.Field{Name: name, Shape: shape}
		f.Ints = make([]int, n*f.Size())
		for i := range f.Ints {
			f.Ints[i] = (i*i + 2*i) % below
		}
		return f
	}
	classes := func(k int, shape ...int) data.Field {
		f := integers("y", k, shape...)
		f.Classes = k
		for i := range k {
			f.ClassNames = append(f.ClassNames, fmt.Sprintf("class %d", i))
		}
		return f
	}
	var list []saved
	add := func(name string, m train.Model, err error, fields ...data.Field) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		set, err := data.New(fields...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, saved{name: name, model: m, set: set})
	}
	mlp, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{8, 5}, Out: 3, Activations: []nn.Activation{nn.Tanh, nn.GELU}, Dropout: 0.5, L2: 0.1, Init: graph.HeNormal(), DType: d})
	add("MLP", mlp, err, numbers("x", 4), classes(3))
	binary, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{8}, Head: models.Binary, DType: d, Seed: 1 << 60})
	add("binary", binary, err, numbers("x", 4), numbers("y", 1))
	line, err := models.NewLinReg(models.LinRegOptions{In: 3, Out: 2, DType: d})
	add("linear", line, err, numbers("x", 3), numbers("y", 2))
	cnn, err := models.NewCNN(models.CNNOptions{Channels: 2, Height: 6, Width: 6, Blocks: []models.ConvBlock{{Channels: 3, Kernel: 3, Pad: 1, Pool: 2, BatchNorm: true}}, Hidden: []int{4}, Out: 2, Dropout: 0.2, DType: d})
	add("CNN", cnn, err, numbers("x", 2, 6, 6), classes(2))
	list[len(list)-1].freeze = "norm0/"
	lenet := models.LeNet5()
	lenet.DType = d
	five, err := models.NewCNN(lenet)
	add("LeNet5", five, err, numbers("x", 1, 28, 28), classes(10))
	if !testing.Short() {
		resnet := models.ResNet20()
		resnet.DType = d
		residual, err := models.NewCNN(resnet)
		add("ResNet20", residual, err, numbers("x", 3, 32, 32), classes(10))
	}
	for _, cell := range []nn.Cell{nn.LSTM, nn.GRU} {
		rnn, err := models.NewRNN(models.RNNOptions{Steps: 4, In: 2, Cell: cell, Hidden: 5, Layers: 2, Bidirectional: true, Dropout: 0.3, Out: 3, DType: d})
		add(fmt.Sprintf("RNN of %v", cell), rnn, err, numbers("x", 4, 2), classes(3))
	}
	tagger, err := models.NewRNN(models.RNNOptions{Steps: 4, In: 3, Tokens: 7, Lengths: true, Hidden: 5, EachStep: true, Out: 3, DType: d})
	add("tagger", tagger, err, integers("x", 7, 4), integers("lengths", 5), classes(3, 4))
	char, err := models.NewCharModel(models.CharModelOptions{Vocabulary: 6, Steps: 4, Features: 3, Cell: nn.GRU, Hidden: 5, Layers: 2, DType: d})
	add("CharModel", char, err, integers("x", 6, 4), classes(6, 4))
	language, err := models.NewLanguageModel(models.LanguageModelOptions{Vocabulary: 6, Steps: 4, Features: 4, Heads: 2, Layers: 2, Dropout: 0.2, DType: d})
	add("LanguageModel", language, err, integers("x", 6, 4), classes(6, 4))
	transformer, err := models.NewTransformer(models.TransformerOptions{Steps: 4, In: 3, Lengths: true, Features: 4, Heads: 2, Out: 2, Head: models.Regression, DType: d})
	add("Transformer", transformer, err, numbers("x", 4, 3), integers("lengths", 5), numbers("y", 2))
	auto, err := models.NewAutoencoder(models.AutoencoderOptions{In: 6, Hidden: []int{4}, Code: 2, Binary: true, Dropout: 0.1, DType: d})
	add("Autoencoder", auto, err, numbers("x", 6), classes(3))
	vae, err := models.NewVAE(models.VAEOptions{In: 6, Hidden: []int{4}, Code: 2, Beta: 0.5, Activation: nn.SiLU, DType: d})
	add("VAE", vae, err, numbers("x", 6))
	return list
}

// bits writes numbers so that equal texts are equal bits.
func bits(v []float64) string {
	var b strings.Builder
	for _, x := range v {
		fmt.Fprintf(&b, "%016x ", math.Float64bits(x))
	}
	return b.String()
}

// TestOpen trains each model for two steps, saves it, and opens it, here and in another
// process. The predictions have the same bits.
func TestOpen(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	want := map[string]string{}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for i, c := range savedModels(t, d) {
			name := fmt.Sprintf("%v %s", d, c.name)
			if c.freeze != "" {
				c.model.Params().Freeze(c.freeze)
			}
			trainer, err := train.New(c.model, train.Options{Epochs: 1, BatchSize: 3, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := trainer.Fit(ctx, c.set); err != nil || trainer.Position().Step != 2 {
				t.Fatalf("%s: %v after %d steps", name, err, trainer.Position().Step)
			}
			file := filepath.Join(dir, fmt.Sprintf("%v-%02d.safetensors", d, i))
			if err := trainer.SaveModel(file, train.ModelFile{}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			out, err := trainer.Predict(ctx, c.set)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			want[file] = bits(out)
			p, err := train.OpenWith(file, train.PredictorOptions{BatchSize: 3})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := predicted(t, p, c.set); got != want[file] {
				t.Errorf("%s: got other predictions than before", name)
			}
			states(t, name, c.model.Params(), p.Model().Params())
			if got := p.Classes(); (len(got) > 0) != (c.set.Classes() > 0 && c.name != "Autoencoder") {
				t.Errorf("%s: got the classes %q", name, got)
			}
		}
	}
	elsewhere(t, dir, want)
}

// predicted returns what p predicts.
func predicted(t *testing.T, p *train.Predictor, set *data.Dataset) string {
	t.Helper()
	out, err := p.Predict(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	return bits(out)
}

// states compares all parameters and states.
func states(t *testing.T, name string, want, got *graph.Params) {
	t.Helper()
	a, b := append(want.List(), want.States()...), append(got.List(), got.States()...)
	if len(a) != len(b) {
		t.Fatalf("%s: got %d parameters and states, want %d", name, len(b), len(a))
	}
	for _, q := range a {
		if bits(want.Values(q.Name)) != bits(got.Values(q.Name)) {
			t.Errorf("%s: %s differs", name, q.Name)
		}
	}
}

// elsewhere opens the files in another process, in which nothing was trained.
func elsewhere(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		return
	}
	cmd := itself.Command(t, "-test.run=^TestOpenElsewhere$", "-test.v", fmt.Sprintf("-test.short=%v", testing.Short()))
	cmd.Env = append(os.Environ(), "SYMGRAD_OPEN_ELSEWHERE="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	for file, text := range want {
		if line := filepath.Base(file) + ": " + text + "\n"; !strings.Contains(string(out), line) {
			t.Errorf("%s: got other predictions in another process", filepath.Base(file))
		}
	}
}

// TestOpenElsewhere is the other process of TestOpen.
func TestOpenElsewhere(t *testing.T) {
	dir := os.Getenv("SYMGRAD_OPEN_ELSEWHERE")
	if dir == "" {
		t.Skip("TestOpen runs it")
	}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for i, c := range savedModels(t, d) {
			file := fmt.Sprintf("%v-%02d.safetensors", d, i)
			p, err := train.OpenFS(os.DirFS(dir), file, train.PredictorOptions{BatchSize: 3})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Printf("%s: %s\n", file, predicted(t, p, c.set))
		}
	}
}

// TestRegistered: each type of the package with a method Loss has Settings, and SaveModel
// knows their name.
func TestRegistered(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]map[string]bool{"Loss": {}, "Settings": {}}
	var source strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
		for _, m := range regexp.MustCompile(`(?m)^func \(\w+ \*?(\w+)\) (Loss|Settings)\(`).FindAllStringSubmatch(string(text), -1) {
			methods[m[2]][m[1]] = true
		}
	}
	if len(methods["Loss"]) < 9 {
		t.Fatalf("got the models %v, want more", methods["Loss"])
	}
	for name := range methods["Loss"] {
		if !methods["Settings"][name] || !strings.Contains(source.String(), fmt.Sprintf("register(%q, New%s)", "models."+name, name)) {
			t.Errorf("%s: got no Settings or no registration, want both", name)
		}
	}
}

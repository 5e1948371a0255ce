package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// flowerSet is a table of two columns and three classes.
func flowerSet(t *testing.T, n int) *data.Dataset {
	t.Helper()
	x, y := make([]float64, 2*n), make([]int, n)
	for i := range n {
		y[i] = i % 3
		x[2*i], x[2*i+1] = 3*math.Sin(float64(i))+float64(y[i]), 10*math.Cos(float64(i*i))
	}
	return must(t)(data.New(
		data.Field{Name: "x", Shape: []int{2}, Floats: x, Columns: []string{"width", "height"}},
		data.Field{Name: "y", Ints: y, Classes: 3, ClassNames: []string{"rose", "tulip", "daisy"}, Columns: []string{"flower"}}))
}

// must returns a function that ends the test on an error.
func must(t *testing.T) func(d *data.Dataset, err error) *data.Dataset {
	t.Helper()
	return func(d *data.Dataset, err error) *data.Dataset {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

// flowers returns a trained model and where it is saved.
func flowers(t *testing.T, d graph.DType, f train.ModelFile) (*train.Trainer, *data.Dataset, string) {
	t.Helper()
	set := flowerSet(t, 40)
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{4}, Out: 3, Dropout: 0.5, DType: d})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 2})
	if err == nil {
		_, err = trainer.Fit(context.Background(), set)
	}
	path := filepath.Join(t.TempDir(), "flowers.safetensors")
	if err == nil {
		err = trainer.SaveModel(path, f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return trainer, set, path
}

func sameBits(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestPredictor opens a file in every way, and asks it everything.
func TestPredictor(t *testing.T) {
	ctx := context.Background()
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		trainer, set, path := flowers(t, d, train.ModelFile{})
		want, err := trainer.Predict(ctx, set)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, open := range map[string]func() (*train.Predictor, error){
			"Open":     func() (*train.Predictor, error) { return train.Open(path) },
			"OpenWith": func() (*train.Predictor, error) { return train.OpenWith(path, train.PredictorOptions{Workers: 2}) },
			"OpenReader": func() (*train.Predictor, error) {
				return train.OpenReader(bytes.NewReader(text), train.PredictorOptions{})
			},
			"OpenFS": func() (*train.Predictor, error) {
				return train.OpenFS(fstest.MapFS{"a/m": {Data: text}}, "a/m", train.PredictorOptions{})
			},
		} {
			p, err := open()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := p.Predict(ctx, set)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sameBits(t, name, got, want)
			x, _ := set.Field("x")
			if got, err = p.PredictRows(x.Floats); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sameBits(t, name, got, want)
			bare := must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: x.Floats[:6]}))
			if got, err = p.Predict(ctx, bare); err != nil || len(got) != 9 {
				t.Fatalf("%s: without targets: got %v and %v", name, got, err)
			}
		}
		p, err := train.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(p.Classes(), p.Label([]float64{0.1, 0.2, 0.7}), p.Label([]float64{0, math.NaN(), 0}), p.Output(), p.Inputs()[0].Columns, p.Info().DType); got != fmt.Sprint("[rose tulip daisy]daisy[3] [width height] ", d) {
			t.Errorf("got %q", got)
		}
	}
}

// TestModelInfo holds the JSON in a file, which other programs may read.
func TestModelInfo(t *testing.T) {
	_, _, path := flowers(t, graph.Float32, train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Mean: []float64{1, 2}, Std: []float64{0.5, 4}}}}})
	r, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(r.Meta()["symgrad.model"]), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/model.json", out.String()+"\n")
	info, err := train.ReadModelInfo(path)
	if err != nil || info.Model != "models.MLP" || len(info.Tensors) != 4 || info.Tensors[0].DType != "F32" {
		t.Errorf("got %+v and %v", info, err)
	}
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{4}, Out: 3})
	if err == nil {
		err = train.Build(m)
	}
	if err == nil {
		err = train.Load(path, m.Params()) // the parameters alone
	}
	if err != nil {
		t.Error(err)
	}
}

// TestPreprocessing scales by hand, and by the file.
func TestPreprocessing(t *testing.T) {
	ctx := context.Background()
	const n = 40
	x, y := make([]float64, 3*n), make([]float64, 2*n)
	for i := range x {
		x[i] = 100 + 7*math.Sin(float64(i*i))
	}
	for i := range y {
		y[i] = -50 + 3*math.Cos(float64(i*i))
	}
	raw := must(t)(data.XY(x, 3, y, 2))
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, minMax := range []bool{false, true} {
			in, out := data.Scaler{}, data.Scaler{Field: "y"}
			low, high := data.MinMax{Field: "x"}, data.MinMax{Field: "y"}
			for _, err := range []error{in.Fit(raw), out.Fit(raw), low.Fit(raw), high.Fit(raw)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			var scaled *data.Dataset
			undo, pre := out.Inverse, data.Recipe{Steps: []data.Step{&in, &out}}
			if minMax {
				scaled = must(t)(low.Apply(must(t)(high.Apply(raw))))
				undo, pre = high.Inverse, data.Recipe{Steps: []data.Step{&low, &high}}
			} else {
				scaled = must(t)(in.Apply(must(t)(out.Apply(raw))))
			}
			m, err := models.NewMLP(models.MLPOptions{In: 3, Hidden: []int{5}, Out: 2, Head: models.Regression, DType: d})
			if err != nil {
				t.Fatal(err)
			}
			trainer, err := train.New(m, train.Options{Epochs: 3})
			if err == nil {
				_, err = trainer.Fit(ctx, scaled)
			}
			if err != nil {
				t.Fatal(err)
			}
			want, err := trainer.Predict(ctx, scaled)
			if err == nil {
				err = undo(want)
			}
			path := filepath.Join(t.TempDir(), "m")
			if err == nil {
				err = trainer.SaveModel(path, train.ModelFile{Recipe: pre})
			}
			if err != nil {
				t.Fatal(err)
			}
			p, err := train.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Predict(ctx, raw)
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, "Predict", got, want)
			if got, err = p.PredictRows(x); err != nil {
				t.Fatal(err)
			}
			sameBits(t, "PredictRows", got, want)
			if len(p.Classes()) > 0 || p.Label(got[:2]) != "" {
				t.Errorf("got the classes %q of numbers", p.Classes())
			}
		}
	}
}

// TestPredictRowsScale gives bytes as they stand in a field with a Scale.
func TestPredictRowsScale(t *testing.T) {
	set := must(t)(data.New(data.Field{Name: "x", Shape: []int{1, 2, 2}, Bytes: []uint8{0, 51, 102, 255, 7, 255, 13, 0}, Scale: 1.0 / 255, Shift: -0.25},
		data.Field{Name: "y", Ints: []int{0, 1}, Classes: 2}))
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		m, err := models.NewMLP(models.MLPOptions{In: 4, Out: 2, DType: d})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "m")
		if err := train.SaveModel(path, m, train.ModelFile{Data: set}); err != nil {
			t.Fatal(err)
		}
		p, err := train.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.Predict(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.PredictRows([]float64{0, 51, 102, 255, 7, 255, 13, 0})
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, d.String(), got, want)
		if in := p.Inputs()[0]; fmt.Sprint(in.Shape, in.Scale, p.Classes()) != fmt.Sprint([]int{1, 2, 2}, 1.0/255, []string{"0", "1"}) {
			t.Errorf("got %+v, %q", in, p.Classes())
		}
	}
}

// TestPredictRowsInputs gives two inputs in the order of the data set.
func TestPredictRowsInputs(t *testing.T) {
	m, err := models.NewTransformer(models.TransformerOptions{Steps: 3, In: 1, Lengths: true, Features: 2, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	set := must(t)(data.New(data.Field{Name: "x", Shape: []int{3}, Floats: []float64{1, 2, 3, 4, 5, 6}}, data.Field{Name: "lengths", Ints: []int{3, 1}},
		data.Field{Name: "y", Shape: []int{1}, Floats: []float64{1, 2}}))
	path := filepath.Join(t.TempDir(), "m")
	if err := train.SaveModel(path, m, train.ModelFile{Data: set}); err != nil {
		t.Fatal(err)
	}
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.Predict(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.PredictRows([]float64{1, 2, 3, 3, 4, 5, 6, 1})
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "rows", got, want)
	for _, bad := range [][]float64{nil, {1, 2, 3}, {1, 2, 3, 1.5}, {1, 2, 3, 4}, {1, 2, 3, -1}, {1, 2, 3, math.NaN()}, {1, 2, 3, math.Inf(1)}} {
		if out, err := p.PredictRows(bad); !errors.Is(err, train.ErrOption) && !errors.Is(err, graph.ErrShape) {
			t.Errorf("%v: got %v and %v", bad, out, err)
		}
	}
	long := must(t)(data.New(data.Field{Name: "x", Shape: []int{3}, Floats: []float64{1, 2, 3}}, data.Field{Name: "lengths", Ints: []int{4}}))
	if _, err := p.Predict(context.Background(), long); !errors.Is(err, data.ErrLabel) || !strings.Contains(err.Error(), "row 0") {
		t.Errorf("a length that is too long: got %v", err)
	}
}

// TestThousandGoroutines asks one Predictor at the same time, with more batch sizes than
// are kept. Everyone gets the bits of a call alone.
func TestThousandGoroutines(t *testing.T) {
	ctx := context.Background()
	_, _, path := flowers(t, graph.Float32, train.ModelFile{})
	p, err := train.OpenWith(path, train.PredictorOptions{BatchSize: 6, Sizes: 3, Parallel: 4})
	if err != nil {
		t.Fatal(err)
	}
	sets, want := make([]*data.Dataset, 13), make([][]float64, 13)
	for i := range sets {
		sets[i] = flowerSet(t, i+3)
		if want[i], err = p.Predict(ctx, sets[i]); err != nil {
			t.Fatal(err)
		}
	}
	goroutines := 1000
	if testing.Short() {
		goroutines = 200
	}
	got, failed := make([][]float64, goroutines), make([]error, goroutines)
	var wait sync.WaitGroup
	for i := range goroutines {
		wait.Go(func() {
			k := i % len(sets)
			if i%2 == 0 {
				got[i], failed[i] = p.Predict(ctx, sets[k])
				return
			}
			x, _ := sets[k].Field("x")
			got[i], failed[i] = p.PredictRows(x.Floats)
		})
	}
	wait.Wait()
	for i := range got {
		if failed[i] != nil {
			t.Fatal(failed[i])
		}
		sameBits(t, fmt.Sprint("goroutine ", i), got[i], want[i%len(sets)])
	}
}

// TestPredictRowsAllocates holds a call to its result.
func TestPredictRowsAllocates(t *testing.T) {
	_, _, path := flowers(t, graph.Float64, train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Mean: []float64{1, 2}, Std: []float64{0.5, 4}}}}})
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	row := []float64{1, 2}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := p.PredictRows(row); err != nil {
			t.Fatal(err)
		}
	}); n > 3 {
		t.Errorf("got %v allocations for a row, want at most 3", n)
	}
}

// filed is a model of the test, with settings that may be bad in all ways.
type filed struct {
	o filedOptions
	p *graph.Params
}

type filedOptions struct {
	In, Hidden int
	Name       string `json:",omitempty"`
	Lie        bool   `json:"-"`
}

func newFiled(o filedOptions) *filed { return &filed{o, graph.NewParams(graph.Float64, 1)} }

func (m *filed) Params() *graph.Params { return m.p }

func (m *filed) Settings() (string, any) {
	o := m.o
	if o.Lie {
		o.Hidden++
	}
	if o.Name != "" {
		return o.Name, o
	}
	return "train_test.filed", o
}

func (m *filed) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	output = nn.Dense(b, "out", nn.Dense(b, "in", b.Input("x", n, m.o.In), m.o.Hidden, nn.Tanh), 1, nn.Identity)
	return loss.MSE(b, output, b.Input("y", n, 1)), output
}

func init() {
	train.Register("train_test.filed", func(settings json.RawMessage) (train.Model, error) {
		var o filedOptions
		if err := train.ReadSettings(settings, &o); err != nil {
			return nil, err
		}
		return newFiled(o), nil
	})
	train.Register("train_test.panics", func(json.RawMessage) (train.Model, error) { panic("a bug") })
	train.Register("train_test.nil", func(json.RawMessage) (train.Model, error) { return nil, nil })
	train.Register("train_test.twice", func(json.RawMessage) (train.Model, error) { return nil, nil })
	train.Register("train_test.twice", func(json.RawMessage) (train.Model, error) { return nil, nil })
	train.Register("train_test.nothing", nil)
}

// newMLP returns a perceptron that tells classes apart.
func newMLP(t *testing.T, classes int) *models.MLP {
	t.Helper()
	m, err := models.NewMLP(models.MLPOptions{In: 2, Out: classes})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSaveModelRefuses holds what SaveModel says before it writes.
func TestSaveModelRefuses(t *testing.T) {
	set := must(t)(data.XY([]float64{1, 2, 3, 4}, 2, []float64{1, 2}, 1))
	dir := t.TempDir()
	for name, c := range map[string]struct {
		model train.Model
		file  train.ModelFile
		kind  error
		says  string
	}{
		"nil":             {nil, train.ModelFile{}, train.ErrOption, "nil model"},
		"not described":   {struct{ train.Model }{newFiled(filedOptions{In: 2, Hidden: 3})}, train.ModelFile{}, train.ErrOption, "want a model with the method Settings"},
		"not registered":  {newFiled(filedOptions{In: 2, Hidden: 3, Name: "train_test.unknown"}), train.ModelFile{}, train.ErrNotRegistered, `"train_test.unknown"`},
		"twice":           {newFiled(filedOptions{In: 2, Hidden: 3, Name: "train_test.twice"}), train.ModelFile{}, train.ErrOption, "want it once"},
		"nil function":    {newFiled(filedOptions{In: 2, Hidden: 3, Name: "train_test.nothing"}), train.ModelFile{}, train.ErrOption, "nil function"},
		"panic":           {newFiled(filedOptions{In: 2, Hidden: 3, Name: "train_test.panics"}), train.ModelFile{}, nil, "a bug"},
		"nil model":       {newFiled(filedOptions{In: 2, Hidden: 3, Name: "train_test.nil"}), train.ModelFile{}, train.ErrOption, "got a nil model"},
		"other settings":  {newFiled(filedOptions{In: 2, Hidden: 3, Lie: true}), train.ModelFile{}, train.ErrParameters, `"in/weight": got a parameter [2, 4] from the settings, want a parameter [2, 3]`},
		"target":          {newFiled(filedOptions{In: 2, Hidden: 3}), train.ModelFile{Target: "z"}, train.ErrOption, `"z", want one that the model's Loss reads`},
		"classes":         {newFiled(filedOptions{In: 2, Hidden: 3}), train.ModelFile{Classes: []string{"a", "b", "c"}}, train.ErrModelFile, "got 3 classes"},
		"few classes":     {newMLP(t, 3), train.ModelFile{Classes: []string{"a", "b"}}, train.ErrModelFile, "got 2 names of classes, want 3"},
		"no classes":      {newFiled(filedOptions{In: 2, Hidden: 3}), train.ModelFile{Data: set, Classes: []string{"a", "b"}}, train.ErrModelFile, "a target of numbers, 2 in row 1"},
		"scaler not fit":  {newFiled(filedOptions{In: 2, Hidden: 3}), train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}}, train.ErrModelFile, "want one that has been fitted"},
		"scaler columns":  {newFiled(filedOptions{In: 2, Hidden: 3}), train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&data.MinMax{Min: []float64{1}, Max: []float64{2}}}}}, train.ErrModelFile, "got 2 columns, want the 1"},
		"scaler of which": {newFiled(filedOptions{In: 2, Hidden: 3}), train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Field: "z", Mean: []float64{1}, Std: []float64{1}}}}}, train.ErrModelFile, "neither an input nor the target"},
		"std 0":           {newFiled(filedOptions{In: 2, Hidden: 3}), train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Field: "y", Mean: []float64{1}, Std: []float64{0}}}}}, train.ErrModelFile, "want what Fit makes"},
		"other data":      {newFiled(filedOptions{In: 3, Hidden: 3}), train.ModelFile{Data: set}, train.ErrModelFile, "got 2 elements for each example from the data set, want 3"},
	} {
		path := filepath.Join(dir, "m")
		err := train.SaveModel(path, c.model, c.file)
		if err == nil || c.kind != nil && !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %v with %q", name, err, c.kind, c.says)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatalf("%s: the file was written", name)
		}
	}
}

// TestOpenRefuses changes a good file, and holds what Open says.
func TestOpenRefuses(t *testing.T) {
	_, _, good := flowers(t, graph.Float64, train.ModelFile{})
	dir := t.TempDir()
	for name, c := range map[string]struct {
		change func(meta map[string]string, list []safetensors.Tensor) []safetensors.Tensor
		kind   error
		says   []string
	}{
		"unchanged": {nil, nil, nil},
		"weights alone": {func(m map[string]string, l []safetensors.Tensor) []safetensors.Tensor {
			delete(m, "symgrad.model")
			return l
		}, train.ErrModelFile, []string{"Load reads them"}},
		"newer":         {replace(`"version":1`, `"version":4,"future":[]`), train.ErrModelFile, []string{"got the version 4 of the format, want at most 3"}},
		"no version":    {replace(`"version":1,`, ``), train.ErrModelFile, []string{"no version"}},
		"no JSON":       {replace(`{"version"`, `"version"`), train.ErrModelFile, nil},
		"unknown field": {replace(`"version":1`, `"version":1,"colour":3`), train.ErrModelFile, []string{`unknown field "colour"`}},
		"field twice":   {replace(`"version":1`, `"version":1,"version":1`), train.ErrModelFile, []string{`"version" twice`}},
		"text after": {func(m map[string]string, l []safetensors.Tensor) []safetensors.Tensor {
			m["symgrad.model"] += "{}"
			return l
		}, train.ErrModelFile, nil},
		"unknown model":    {replace(`"models.MLP"`, `"../../../etc/passwd"`), train.ErrNotRegistered, []string{"/etc/passwd", `import the package that does, such as _ "github.com/symgrad/symgrad/models"`, "models.MLP"}},
		"mine in main":     {replace(`"models.MLP","package":"github.com/symgrad/symgrad/models"`, `"main.net","package":"main"`), train.ErrNotRegistered, []string{`call train.Register("main.net", ...)`}},
		"unknown setting":  {replace(`"In":2`, `"In":2,"Colour":1`), train.ErrOption, []string{`unknown field "Colour"`}},
		"setting twice":    {replace(`"In":2`, `"In":2,"In":2`), train.ErrModelFile, []string{`"In" twice`}},
		"bad setting":      {replace(`"In":2`, `"In":-2`), train.ErrOption, []string{"got -2 features"}},
		"other type":       {replace(`"In":2`, `"In":"two"`), train.ErrOption, nil},
		"no settings":      {replace(`"settings":{`, `"settings":null,"x":{`), train.ErrModelFile, nil},
		"giant":            {replace(`"Hidden":[4]`, `"Hidden":[10000000]`), graph.ErrMemory, []string{"the limit of these Params"}},
		"other sizes":      {replace(`"Hidden":[4]`, `"Hidden":[5]`), train.ErrParameters, []string{`"dense0/weight": got the shape [2, 4], want [2, 5]`, `"dense0/bias": got the shape [4], want [5]`, `"dense1/weight"`}},
		"one layer more":   {replace(`"Hidden":[4]`, `"Hidden":[4,4]`), train.ErrParameters, []string{`"dense2/weight": got no such tensor`}},
		"one layer less":   {replace(`"Hidden":[4]`, `"Hidden":[]`), train.ErrParameters, []string{`"dense1/weight": got a tensor, want none`}},
		"dtype":            {replace(`"dtype":"float64"`, `"dtype":"float32"`), train.ErrParameters, []string{"got a description of float32, want float64"}},
		"input shape":      {replace(`"shape":[2]`, `"shape":[3]`), train.ErrParameters, []string{`the input "x": got the shape [3], want 2 elements`}},
		"shape overflows":  {replace(`"shape":[2]`, `"shape":[4294967296,4294967296]`), nil, []string{"4294967296"}},
		"input name":       {replace(`"name":"x"`, `"name":"z"`), train.ErrParameters, []string{`the input "z": got a description, want none`, `the input "x": got no description`}},
		"input kind":       {replace(`"shape":[2]`, `"shape":[2],"integers":true`), train.ErrParameters, []string{"got integers, want numbers"}},
		"columns":          {replace(`"columns":["width","height"]`, `"columns":["width"]`), train.ErrParameters, []string{"got 1 names of columns, want 2"}},
		"output":           {replace(`"output":[3]`, `"output":[4]`), train.ErrParameters, []string{"got a description of the output [4], want [3]"}},
		"classes":          {replace(`"classes":3`, `"classes":4`), train.ErrParameters, []string{"got 4 classes"}},
		"scaler":           {replace(`,"columns":["flower"]}`, `},"recipe":{"steps":[{"type":"Scaler","Field":"x","Mean":[1],"Std":[1]}]}`), train.ErrParameters, []string{"got 2 columns, want the 1"}},
		"scaler's field":   {replace(`,"columns":["flower"]}`, `},"recipe":{"steps":[{"type":"Scaler","Field":"x","Mean":[1,1],"Std":[1,1],"More":1}]}`), train.ErrModelFile, []string{`unknown field "More"`}},
		"a tensor is gone": {func(_ map[string]string, l []safetensors.Tensor) []safetensors.Tensor { return l[1:] }, train.ErrParameters, []string{`"dense0/weight": got no such tensor`}},
		"NaN": {func(_ map[string]string, l []safetensors.Tensor) []safetensors.Tensor {
			for i := range 8 {
				l[0].Data[i] = 0xff
			}
			return l
		}, train.ErrNotFinite, []string{"dense0/weight", "element 0", "NaN"}},
	} {
		path := filepath.Join(dir, "m")
		rewrite(t, good, path, c.change)
		_, err := train.Open(path)
		if c.change == nil {
			if err != nil {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err == nil || c.kind != nil && !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %v", name, err, c.kind)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: got %v, want %q in it", name, err, s)
			}
		}
		if list := (*train.ModelFileError)(nil); name == "other sizes" && (!errors.As(err, &list) || len(list.Wrong) != 3) {
			t.Errorf("%s: got %v, want a ModelFileError with three differences", name, err)
		}
	}
	// Scalers of a file from before there were recipes.
	path := filepath.Join(dir, "old")
	rewrite(t, good, path, replace(`,"columns":["flower"]}`, `},"preprocessing":{"scalers":[{"Field":"","Mean":[1,2],"Std":[4,5],"Constant":null}]}`))
	if info, err := train.ReadModelInfo(path); err != nil || len(info.Recipe.Steps) != 1 || info.Recipe.Steps[0].(*data.Scaler).Std[1] != 5 {
		t.Errorf("old scalers: got %+v, %v", info, err)
	} else if _, err := train.Open(path); err != nil {
		t.Errorf("old scalers: got %v", err)
	}
	if _, err := train.Open(filepath.Join(dir, "nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v for no file", err)
	}
	if _, err := train.OpenFS(os.DirFS(dir), ".", train.PredictorOptions{}); !errors.Is(err, train.ErrFormat) {
		t.Errorf("got %v for a folder", err)
	}
	for _, err := range []error{opened(train.OpenReader(nil, train.PredictorOptions{})), opened(train.OpenFS(nil, "m", train.PredictorOptions{})),
		opened(train.OpenWith(good, train.PredictorOptions{Sizes: -1})), opened(train.OpenWith(good, train.PredictorOptions{Workers: 1 << 30}))} {
		if !errors.Is(err, train.ErrOption) {
			t.Errorf("got %v, want ErrOption", err)
		}
	}
}

func opened(_ *train.Predictor, err error) error { return err }

// replace returns a change of the description.
func replace(old, by string) func(map[string]string, []safetensors.Tensor) []safetensors.Tensor {
	return func(m map[string]string, l []safetensors.Tensor) []safetensors.Tensor {
		if !strings.Contains(m["symgrad.model"], old) {
			panic("the description has no " + old + ": " + m["symgrad.model"])
		}
		m["symgrad.model"] = strings.Replace(m["symgrad.model"], old, by, 1)
		return l
	}
}

// rewrite copies a file with a change.
func rewrite(t *testing.T, from, to string, change func(map[string]string, []safetensors.Tensor) []safetensors.Tensor) {
	t.Helper()
	f, err := safetensors.Read(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		f.Tensors = change(f.Meta, f.Tensors)
	}
	if err := safetensors.Write(to, f); err != nil {
		t.Fatal(err)
	}
}

// TestOpenDamaged flips each byte of a file, and cuts it at each.
func TestOpenDamaged(t *testing.T) {
	m := newFiled(filedOptions{In: 1, Hidden: 1})
	path := filepath.Join(t.TempDir(), "m")
	if err := train.SaveModel(path, m, train.ModelFile{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		bad := bytes.Clone(text)
		bad[i] ^= 1 << (i % 8)
		if _, err := train.OpenReader(bytes.NewReader(bad), train.PredictorOptions{}); !errors.Is(err, train.ErrFormat) {
			t.Fatalf("byte %d of %d is changed: got %v, want ErrFormat", i, len(text), err)
		}
		if _, err := train.OpenFS(fstest.MapFS{"m": {Data: text[:i]}}, "m", train.PredictorOptions{}); !errors.Is(err, train.ErrFormat) {
			t.Fatalf("cut at byte %d of %d: got %v, want ErrFormat", i, len(text), err)
		}
		if _, err := train.OpenReader(bytes.NewReader(text[:i]), train.PredictorOptions{}); !errors.Is(err, train.ErrFormat) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("a stream of %d bytes of %d: got %v, want ErrFormat", i, len(text), err)
		}
	}
}

// TestPredictRefuses holds what a Predictor says of data that do not fit.
func TestPredictRefuses(t *testing.T) {
	ctx := context.Background()
	_, set, path := flowers(t, graph.Float32, train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Mean: []float64{1, 2}, Std: []float64{1e-3, 4}}}}})
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		set  *data.Dataset
		kind error
	}{
		"no context":    {nil, set, train.ErrOption},
		"cancelled":     {gone, set, context.Canceled},
		"no data":       {ctx, nil, data.ErrEmpty},
		"no field":      {ctx, must(t)(data.New(data.Field{Name: "z", Floats: []float64{1}})), data.ErrField},
		"other width":   {ctx, must(t)(data.New(data.Field{Name: "x", Shape: []int{3}, Floats: []float64{1, 2, 3}})), graph.ErrShape},
		"other order":   {ctx, must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Columns: []string{"height", "width"}, Floats: []float64{1, 2}})), data.ErrField},
		"beyond":        {ctx, must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1e38, 1}})), train.ErrNotFinite},
		"beyond by far": {ctx, must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1e308, 1}})), train.ErrNotFinite},
	} {
		out, err := p.Predict(c.ctx, c.set)
		if !errors.Is(err, c.kind) || out != nil {
			t.Errorf("%s: got %v and %v, want %v", name, out, err, c.kind)
		}
	}
	if _, err := p.PredictRows([]float64{1, 2}); err != nil {
		t.Errorf("after errors: got %v", err)
	}
}

// TestTargetIsInput undoes the scaler of an autoencoder's input on its output.
func TestTargetIsInput(t *testing.T) {
	ctx := context.Background()
	raw := must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{100, 3, 110, 4, 90, 8}}))
	var s data.Scaler
	if err := s.Fit(raw); err != nil {
		t.Fatal(err)
	}
	scaled := must(t)(s.Apply(raw))
	m, err := models.NewAutoencoder(models.AutoencoderOptions{In: 2, Code: 1})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 1})
	if err == nil {
		_, err = trainer.Fit(ctx, scaled)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := trainer.Predict(ctx, scaled)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"", "x"} {
		path := filepath.Join(t.TempDir(), "m")
		if err := trainer.SaveModel(path, train.ModelFile{Target: target, Recipe: data.Recipe{Steps: []data.Step{&s}}}); err != nil {
			t.Fatal(err)
		}
		p, err := train.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Predict(ctx, raw)
		if err != nil {
			t.Fatal(err)
		}
		want := append([]float64(nil), plain...)
		if target == "x" {
			if err := s.Inverse(want); err != nil {
				t.Fatal(err)
			}
		}
		sameBits(t, target, got, want)
	}
}

// TestSaveModelAverage writes the average that the Trainer predicts with.
func TestSaveModelAverage(t *testing.T) {
	ctx := context.Background()
	set := flowerSet(t, 40)
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{4}, Out: 3})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 2, Optimizer: train.EMA{Optimizer: train.Adam{}}})
	if err == nil {
		_, err = trainer.Fit(ctx, set)
	}
	path := filepath.Join(t.TempDir(), "m")
	if err == nil {
		err = trainer.SaveModel(path, train.ModelFile{})
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := trainer.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "the average", got, want)
	if fmt.Sprint(p.Model().Params().Values("dense0/weight")) == fmt.Sprint(m.Params().Values("dense0/weight")) {
		t.Error("got the raw parameters, want their average")
	}
}

// source is a model without inputs.
type source struct{ p *graph.Params }

func (m source) Params() *graph.Params { return m.p }

func (m source) Settings() (string, any) { return "train_test.source", struct{}{} }

func (m source) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	output = b.Add(b.Normal(n, 2), b.Param("w", graph.Ones(), 2))
	return b.Mean(b.Square(output)), output
}

func init() {
	train.Register("train_test.source", func(json.RawMessage) (train.Model, error) {
		return source{graph.NewParams(graph.Float64, 1)}, nil
	})
}

// TestNoInputs predicts with a model that draws its examples, by the seed of the Trainer.
func TestNoInputs(t *testing.T) {
	ctx := context.Background()
	set := flowerSet(t, 40)
	trainer, err := train.New(source{graph.NewParams(graph.Float64, 1)}, train.Options{Seed: 77})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m")
	if err := trainer.SaveModel(path, train.ModelFile{}); err != nil {
		t.Fatal(err)
	}
	want, err := trainer.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "draws", got, want)
	if _, err := p.PredictRows([]float64{1}); !errors.Is(err, graph.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}

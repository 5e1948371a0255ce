package train_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// twoLayers is the network of testdata/weights.py: 3 numbers, 5 hidden units, 2 outputs.
type twoLayers struct{ p *graph.Params }

func (m twoLayers) Params() *graph.Params { return m.p }

func (m twoLayers) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	h := nn.Dense(b, "hidden", b.Input("x", n, 3), 5, nn.ReLU)
	output = nn.Dense(b, "out", h, 2, nn.Identity)
	return loss.MSE(b, output, b.Input("y", n, 2)), output
}

func newTwoLayers(t testing.TB, d graph.DType) twoLayers {
	t.Helper()
	m := twoLayers{graph.NewParams(d, 1)}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// fromTorch are the settings that load its weights.
var fromTorch = train.LoadOptions{
	Rename:    strings.NewReplacer("fc1.", "hidden/", "fc2.", "out/").Replace,
	Transpose: func(name string) bool { return strings.HasSuffix(name, "/weight") },
}

// torchPredicts is what weights.py prints.
var torchPredicts = []float64{-0.027785085141658783, 0.2720741629600525, -0.043903060257434845, 0.2764371633529663, -0.0600210502743721, 0.28080010414123535, -0.07613904029130936, 0.2851630747318268}

// predicts fails unless m predicts what PyTorch does.
func predicts(t *testing.T, m train.Model, want []float64) {
	t.Helper()
	x := make([]float64, 12)
	for i := range x {
		x[i] = float64(float32(i) / 10)
	}
	set, err := data.XY(x, 3, make([]float64, 8), 2)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.New(m, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	y, err := tr.Predict(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(y, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }) {
		t.Errorf("got %v, want %v as PyTorch", y, want)
	}
}

// Weights that PyTorch has made predict the same here, in both formats.
func TestWeightsOfPyTorch(t *testing.T) {
	for _, file := range []string{"torch.safetensors", "torch.npz"} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			m := newTwoLayers(t, d)
			report, err := train.LoadWith(filepath.Join("testdata", file), m.p, fromTorch)
			if err != nil || fmt.Sprint(report) != "{[hidden/weight hidden/bias out/weight out/bias] [] []}" {
				t.Fatalf("%s: %v, %v", file, report, err)
			}
			predicts(t, m, torchPredicts)
		}
	}
}

// The same with what PyTorch, where it is installed, makes now.
func TestWeightsOfPyTorchNow(t *testing.T) {
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import importlib.util as u, sys; sys.exit(not (u.find_spec('torch') and u.find_spec('numpy')))").Run() == nil {
			python = name
			break
		}
	}
	if python == "" || testing.Short() {
		t.Skip("there is no python3 with torch and numpy, or the tests are short")
	}
	dir := t.TempDir()
	cmd := exec.Command(python, "testdata/weights.py", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	for _, file := range []string{"torch.safetensors", "torch.npz", "fortran.npz"} {
		m := newTwoLayers(t, graph.Float32)
		if _, err := train.LoadWith(filepath.Join(dir, file), m.p, fromTorch); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		predicts(t, m, want)
	}
}

// onlyFile hides what a file has besides fs.File.
type onlyFile struct{ fs.File }

type onlyFiles struct{ fs.FS }

func (f onlyFiles) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	return onlyFile{file}, err
}

// The same file comes from a path, a reader and file systems.
func TestLoadFromEverywhere(t *testing.T) {
	for _, name := range []string{"torch.safetensors", "torch.npz"} {
		path := filepath.Join("testdata", name)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for kind, load := range map[string]func(p *graph.Params) (train.LoadReport, error){
			"path": func(p *graph.Params) (train.LoadReport, error) { return train.LoadWith(path, p, fromTorch) },
			"reader": func(p *graph.Params) (train.LoadReport, error) {
				return train.LoadFrom(bytes.NewReader(content), p, fromTorch)
			},
			"slow reader": func(p *graph.Params) (train.LoadReport, error) {
				return train.LoadFrom(iotest.OneByteReader(bytes.NewReader(content)), p, fromTorch)
			},
			"folder": func(p *graph.Params) (train.LoadReport, error) {
				return train.LoadFS(os.DirFS("testdata"), name, p, fromTorch)
			},
			"files in memory": func(p *graph.Params) (train.LoadReport, error) {
				return train.LoadFS(fstest.MapFS{"a": {Data: content}}, "a", p, fromTorch)
			},
			"files that only read": func(p *graph.Params) (train.LoadReport, error) {
				return train.LoadFS(onlyFiles{os.DirFS("testdata")}, name, p, fromTorch)
			},
		} {
			m := newTwoLayers(t, graph.Float32)
			if report, err := load(m.p); err != nil || len(report.Loaded) != 4 {
				t.Errorf("%s, %s: %v, %v", name, kind, report, err)
				continue
			}
			predicts(t, m, torchPredicts)
		}
		if _, err := train.LoadFrom(io.MultiReader(bytes.NewReader(content[:300]), iotest.ErrReader(io.ErrClosedPipe)), newTwoLayers(t, graph.Float32).p, fromTorch); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: a reader that fails: %v", name, err)
		}
	}
	p := newTwoLayers(t, graph.Float32).p
	for kind, load := range map[string]func() error{
		"nil reader": func() error { _, err := train.LoadFrom(nil, p, train.LoadOptions{}); return err },
		"nil files":  func() error { _, err := train.LoadFS(nil, "a", p, train.LoadOptions{}); return err },
		"MaxBytes":   func() error { _, err := train.LoadWith("a", p, train.LoadOptions{MaxBytes: -1}); return err },
		"Match": func() error {
			_, err := train.LoadWith("a", p, train.LoadOptions{Match: []string{"encoder"}})
			return err
		},
	} {
		if err := load(); !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, err := range []error{
		second(train.LoadFS(os.DirFS("testdata"), "missing", p, train.LoadOptions{})), train.Load("missing", p),
	} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing file: %v", err)
		}
	}
	for _, err := range []error{
		second(train.LoadFS(os.DirFS("."), "testdata", p, train.LoadOptions{})), train.Load("testdata", p),
		second(train.LoadFrom(strings.NewReader("PK"), p, train.LoadOptions{})), second(train.LoadFrom(strings.NewReader(""), p, train.LoadOptions{})),
	} {
		if !errors.Is(err, train.ErrFormat) {
			t.Errorf("what is no file of tensors: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// tensors builds a safetensors file of F64 tensors, in order, with the given metadata.
func tensors(meta string, list ...any) []byte {
	var head, body bytes.Buffer
	fmt.Fprintf(&head, `{"__metadata__":{%s}`, meta)
	for i := 0; i < len(list); i += 2 {
		v := list[i+1].([]float64)
		begin := body.Len()
		_ = binary.Write(&body, binary.LittleEndian, v)
		shape := strings.ReplaceAll(fmt.Sprint(shapeOf(list[i].(string), len(v))), " ", ",")
		fmt.Fprintf(&head, `,%q:{"dtype":"F64","shape":%s,"data_offsets":[%d,%d]}`, list[i], shape, begin, body.Len())
	}
	head.WriteByte('}')
	out := binary.LittleEndian.AppendUint64(nil, uint64(head.Len()))
	return append(append(out, head.Bytes()...), body.Bytes()...)
}

// shapeOf makes matrices of what is called m, with two rows.
func shapeOf(name string, n int) []int {
	if strings.HasSuffix(name, "m") {
		return []int{2, n / 2}
	}
	return []int{n}
}

// some is a model with a matrix a/m, a vector b/v of two elements and a state s of one.
func some(t *testing.T) *graph.Params {
	t.Helper()
	m := builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		w := b.Param("a/m", graph.Values([]float64{1, 2, 3, 4, 5, 6}), 2, 3)
		y := b.Mul(b.Sum(w), b.Sum(b.Param("b/v", graph.Values([]float64{7, 8}), 2)))
		return b.Mul(y, b.Sum(b.State("s", graph.Values([]float64{9}), 1))), w
	}}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	return m.p
}

var errConvert = errors.New("cannot be converted")

func TestLoadOptions(t *testing.T) {
	m, v, s := []float64{10, 20, 30, 40, 50, 60}, []float64{70, 80}, []float64{90}
	old := map[string][]float64{"a/m": {1, 2, 3, 4, 5, 6}, "b/v": {7, 8}, "s": {9}}
	all := map[string][]float64{"a/m": m, "b/v": v, "s": s}
	with := func(base map[string][]float64, name string, v ...float64) map[string][]float64 {
		out := map[string][]float64{}
		for k, x := range base {
			out[k] = x
		}
		out[name] = v
		return out
	}
	for name, c := range map[string]struct {
		file   []byte
		o      train.LoadOptions
		want   map[string][]float64
		report string
		kind   error
		parts  []string
	}{
		"exactly":       {tensors("", "s", s, "a/m", m, "b/v", v), train.LoadOptions{}, all, "{[a/m b/v s] [] []}", nil, nil},
		"of a run":      {tensors(`"symgrad.run":"{}"`, "param/a/m", m, "param/b/v", v, "state/s", s, "slot/m/a/m", m, "best/a/m", m), train.LoadOptions{}, all, "{[a/m b/v s] [] []}", nil, nil},
		"best of a run": {tensors(`"symgrad.run":"{}"`, "param/a/m", v, "best/a/m", m, "best/b/v", v, "best/s", s), train.LoadOptions{Prefix: "best/"}, all, "{[a/m b/v s] [] []}", nil, nil},
		"prefix":        {tensors("", "x.a/m", m, "x.b/v", v, "x.s", s, "y", v), train.LoadOptions{Prefix: "x."}, all, "{[a/m b/v s] [] []}", nil, nil},
		"rename": {tensors("", "A", v, "am", m, "S", s, "step", s), train.LoadOptions{Rename: func(name string) string {
			return map[string]string{"A": "b/v", "am": "a/m", "S": "s"}[name]
		}}, all, "{[a/m b/v s] [] []}", nil, nil},
		"partial":           {tensors("", "b/v", v, "head", v), train.LoadOptions{Partial: true}, with(old, "b/v", v...), "{[b/v] [a/m s] [head]}", nil, nil},
		"partial, shapes":   {tensors("", "b/v", s, "s", s), train.LoadOptions{Partial: true}, old, "", train.ErrParameters, []string{`"b/v": got the shape [1], want [2]`}},
		"partial, nothing":  {tensors("", "B", v), train.LoadOptions{Partial: true}, old, "", train.ErrParameters, []string{"nothing in common", `"B": got a tensor`, `"a/m": got no such tensor`}},
		"match":             {tensors("", "a/m", m, "b/v", v, "s", s), train.LoadOptions{Match: []string{"a/", "s"}}, with(with(old, "a/m", m...), "s", s...), "{[a/m s] [] []}", nil, nil},
		"match, others bad": {tensors("", "a/m", m, "b/v", m), train.LoadOptions{Match: []string{"a/m"}}, with(old, "a/m", m...), "{[a/m] [] []}", nil, nil},
		"match, missing":    {tensors("", "b/v", v), train.LoadOptions{Match: []string{"a/m"}}, old, "", train.ErrParameters, []string{`"a/m": got no such tensor`}},
		"all differences": {tensors("", "a/m", v, "b/v", m, "x", v, "y", s), train.LoadOptions{}, old, "", train.ErrParameters,
			[]string{`"s": got no such tensor, want one with the shape [1]`, `"a/m": got the shape [2, 1], want [2, 3]`, `"b/v": got the shape [6], want [2]`, `"x": got a tensor`, `"y": got a tensor`}},
		"two of a name": {tensors("", "a/m", m, "b/v", v, "s", s, "S", s), train.LoadOptions{Rename: strings.ToLower}, old, "", train.ErrParameters, []string{`got the tensors "s" and "S", want one`}},
		"renamed away":  {tensors("", "A/m", m, "b/v", v, "s", s, "t", s), train.LoadOptions{Rename: strings.ToUpper}, old, "", train.ErrParameters, []string{`the model has no parameter or state "A/M"`}},
		"renamed shape": {tensors("", "a/m", m, "B/V", s, "s", s), train.LoadOptions{Rename: strings.ToLower}, old, "", train.ErrParameters, []string{`"B/V", for "b/v": got the shape [1], want [2]`}},
		"convert": {tensors("", "a/m", m, "b/v", []float64{1, 2, 3}, "s", s), train.LoadOptions{Convert: func(name string, shape []int, data []float64) ([]int, []float64, error) {
			if name == "b/v" {
				return []int{2}, data[1:], nil
			}
			return shape, data, nil
		}}, with(all, "b/v", 2, 3), "{[a/m b/v s] [] []}", nil, nil},
		"convert fails": {tensors("", "a/m", m, "b/v", v, "s", s), train.LoadOptions{Convert: func(name string, shape []int, data []float64) ([]int, []float64, error) {
			switch name {
			case "s":
				return shape, nil, nil
			case "a/m":
				return []int{6}, data, nil
			}
			return nil, nil, errConvert
		}}, old, "", train.ErrParameters, []string{`"b/v": Convert: cannot be converted`, `"a/m": Convert: got the shape [6], want [2, 3]`, `"s": Convert: got 0 elements, want 1`}},
		"convert too much": {tensors("", "a/m", m, "b/v", v, "s", s), train.LoadOptions{MaxBytes: 40, Convert: func(_ string, shape []int, data []float64) ([]int, []float64, error) {
			return shape, data, nil
		}}, old, "", train.ErrFormat, []string{"6 elements to convert"}},
		"convert panics": {tensors("", "a/m", m, "b/v", v, "s", s), train.LoadOptions{Convert: func(string, []int, []float64) ([]int, []float64, error) { panic(errConvert) }}, old, "", errConvert, nil},
		"rename panics":  {tensors("", "a/m", m), train.LoadOptions{Rename: func(string) string { panic(errConvert) }}, old, "", errConvert, nil},
		"transpose": {tensors("", "a/m", m, "b/v", v, "s", s), train.LoadOptions{Transpose: func(string) bool { return true }}, old, "", train.ErrParameters,
			[]string{`"a/m": got the shape [3, 2] transposed, want [2, 3]`}},
		"later not finite": {tensors("", "a/m", m, "b/v", v, "s", []float64{math.NaN()}), train.LoadOptions{}, old, "", train.ErrNotFinite, []string{`"s": element 0`}},
		"cut":              {tensors("", "a/m", m, "b/v", v, "s", s)[:200], train.LoadOptions{}, old, "", train.ErrFormat, nil},
	} {
		for kind, load := range map[string]func(p *graph.Params) (train.LoadReport, error){
			"file": func(p *graph.Params) (train.LoadReport, error) {
				return train.LoadFS(fstest.MapFS{"a": {Data: c.file}}, "a", p, c.o)
			},
			"stream": func(p *graph.Params) (train.LoadReport, error) {
				return train.LoadFrom(bytes.NewReader(c.file), p, c.o)
			},
		} {
			p := some(t)
			report, err := load(p)
			if !errors.Is(err, c.kind) || err == nil && fmt.Sprint(report) != c.report || err != nil && len(report.Loaded) > 0 {
				t.Errorf("%s, %s: %v, %v; want %s, %v", name, kind, report, err, c.report, c.kind)
			}
			for _, part := range c.parts {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("%s, %s: error %v, want %q", name, kind, err, part)
				}
			}
			for of, want := range c.want {
				if got := p.Values(of); !slices.Equal(got, want) {
					t.Errorf("%s, %s: %s is %v, want %v", name, kind, of, got, want)
				}
			}
		}
	}
}

// A matrix larger than a block is transposed rightly.
func TestLoadTransposes(t *testing.T) {
	const rows, columns = 70, 45
	m := builds{graph.NewParams(graph.Float32, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		w := b.Param("m", graph.Zeros(), rows, columns)
		return b.Sum(w), w
	}}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	v := make([]float64, rows*columns)
	for i := range v {
		v[i] = float64(i)
	}
	var file bytes.Buffer
	fmt.Fprintf(&file, `{"m":{"dtype":"F64","shape":[%d,%d],"data_offsets":[0,%d]}}`, columns, rows, 8*len(v))
	whole := append(binary.LittleEndian.AppendUint64(nil, uint64(file.Len())), file.Bytes()...)
	file.Reset()
	_ = binary.Write(&file, binary.LittleEndian, v)
	_, err := train.LoadFrom(bytes.NewReader(append(whole, file.Bytes()...)), m.p, train.LoadOptions{Transpose: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	got := m.p.Values("m")
	for i := range rows {
		for j := range columns {
			if got[i*columns+j] != float64(j*rows+i) {
				t.Fatalf("element %d, %d: got %v, want %v", i, j, got[i*columns+j], j*rows+i)
			}
		}
	}
}

// An npz file that inflates beyond the limit, or comes without end, is refused.
func TestLoadLimits(t *testing.T) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, err := z.Create("w.npy")
	if err != nil {
		t.Fatal(err)
	}
	header := "{'descr': '<f8', 'fortran_order': False, 'shape': (131072,), }"
	_, _ = w.Write(append(append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), 0), header...))
	_, _ = w.Write(make([]byte, 8*131072))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p := one(t, graph.Float64, 1)
	for name, c := range map[string]struct {
		o    train.LoadOptions
		kind error
		part string
	}{
		"limit":   {train.LoadOptions{MaxBytes: 1 << 20}, train.ErrFormat, "at most 1048576"},
		"shape":   {train.LoadOptions{}, train.ErrParameters, "got the shape [131072], want [1]"},
		"skipped": {train.LoadOptions{Partial: true, Rename: func(string) string { return "other" }}, train.ErrParameters, "nothing in common"},
	} {
		if _, err := train.LoadFrom(bytes.NewReader(file.Bytes()), p, c.o); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: error %v, want %v with %q", name, err, c.kind, c.part)
		}
	}
	endless := io.MultiReader(strings.NewReader("PK\x03\x04"), zeros{})
	if _, err := train.LoadFrom(endless, p, train.LoadOptions{MaxBytes: 1 << 16}); !errors.Is(err, train.ErrFormat) || !strings.Contains(err.Error(), "LoadOptions.MaxBytes") {
		t.Errorf("a stream without end: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Weights that PyTorch has saved have other names, and its linear layers keep [out, in].
func ExampleLoadWith() {
	m := twoLayers{graph.NewParams(graph.Float32, 1)} // hidden := nn.Dense(...), out := nn.Dense(...)
	if err := train.Build(m); err != nil {
		fmt.Println(err)
		return
	}
	report, err := train.LoadWith("testdata/torch.safetensors", m.Params(), train.LoadOptions{
		Rename:    strings.NewReplacer("fc1.", "hidden/", "fc2.", "out/").Replace,
		Transpose: func(name string) bool { return strings.HasSuffix(name, "/weight") },
	})
	fmt.Println(report.Loaded, err)
	// Output: [hidden/weight hidden/bias out/weight out/bias] <nil>
}

package gosource

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// four are the models that are built for all targets.
func four(t testing.TB) map[string]Model {
	t.Helper()
	out := map[string]Model{}
	add := func(name string, m train.Model, err error) {
		t.Helper()
		if err == nil {
			err = train.Build(m)
		}
		if err != nil {
			t.Fatal(err)
		}
		out[name] = modelOf(m)
	}
	mlp, err := models.NewMLP(models.MLPOptions{In: 784, Hidden: []int{128}, Out: 10, DType: graph.Float32})
	add("mlp", mlp, err)
	o := models.LeNet5()
	o.DType = graph.Float32
	lenet, err := models.NewCNN(o)
	add("lenet", lenet, err)
	lstm, err := models.NewRNN(models.RNNOptions{Steps: 12, In: 4, Cell: nn.LSTM, Hidden: 16, Out: 3, DType: graph.Float32})
	add("lstm", lstm, err)
	transformer, err := models.NewTransformer(models.TransformerOptions{Steps: 6, Tokens: 20, Features: 16, Heads: 4, Layers: 2, Out: 3, DType: graph.Float32})
	add("transformer", transformer, err)
	return out
}

// TestTargets builds the programs of four models for several targets, and runs their tests. What is
// written is as gofmt writes it, and go vet finds nothing in it.
func TestTargets(t *testing.T) {
	dir := t.TempDir()
	var use strings.Builder
	for name, m := range four(t) {
		o := Options{Package: name, Doc: "tells digits\napart.", Classes: []string{"a \"b\"", "ü"}}
		if err := Write(filepath.Join(dir, name), m, o); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{name + ".go", name + "_test.go"} {
			text, err := os.ReadFile(filepath.Join(dir, name, file))
			if err != nil {
				t.Fatal(err)
			}
			if want, err := format.Source(text); err != nil || !bytes.Equal(want, text) {
				t.Errorf("%s: gofmt changes it (%v)", file, err)
			}
			for _, word := range []string{"unsafe", "reflect", "map["} {
				if strings.Contains(string(text), word) {
					t.Errorf("%s: got %q, want a program without", file, word)
				}
			}
			for line := range strings.Lines(string(text)) {
				if path := strings.Trim(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "_")), `"`); strings.HasPrefix(strings.TrimSpace(line), `"`) && strings.Contains(path, ".") && !strings.Contains(path, " ") {
					t.Errorf("%s: got the import %q, want the standard library alone", file, path)
				}
			}
		}
	}
	use.WriteString("package main\n\nimport \"programs/mlp\"\n\nfunc main() {\nm, y := mlp.New(), make([]float32, mlp.OutputSize)\nif err := m.Predict(y, make([]float32, mlp.XSize)); err != nil {\npanic(err)\n}\nprintln(y[0])\n}\n")
	use2 := `package lstm

import (
	"sync"
	"testing"
)

func TestCopies(t *testing.T) {
	m := New()
	x, want := make([]float32, XSize), make([]float32, OutputSize)
	for i := range x {
		x[i] = float32(i%7) / 7
	}
	if err := m.Predict(want, x); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		one := *m
		wait.Add(1)
		go func() {
			defer wait.Done()
			y := make([]float32, OutputSize)
			for range 50 {
				if err := one.Predict(y, x); err != nil || y[0] != want[0] || y[OutputSize-1] != want[OutputSize-1] {
					t.Errorf("got %v (%v), want %v", y, err, want)
				}
			}
		}()
	}
	wait.Wait()
	if n := testing.AllocsPerRun(10, func() { m.Predict(want, x) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
`
	for name, text := range map[string]string{"go.mod": "module programs\n\ngo 1.22\n", "main.go": use.String(), "lstm/copies_test.go": use2} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tool(t, dir, nil, "vet", "./...")
	tool(t, dir, nil, "test", "./...")
	tool(t, dir, nil, "build", "-o", "program", ".")
	info, err := os.Stat(filepath.Join(dir, "program"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" && info.Size() >= 3e6 {
		t.Errorf("got a program of %d bytes, want less than 3 MB", info.Size())
	}
	if testing.Short() {
		return
	}
	for _, target := range []string{"linux/amd64", "linux/arm64", "linux/386", "wasip1/wasm", "js/wasm", "windows/amd64"} {
		os, arch, _ := strings.Cut(target, "/")
		tool(t, dir, []string{"GOOS=" + os, "GOARCH=" + arch, "CGO_ENABLED=0"}, "build", "./...")
		tool(t, dir, []string{"GOOS=" + os, "GOARCH=" + arch, "CGO_ENABLED=0"}, "vet", "./...")
	}
}

// TestEqual checks that a model makes the same bytes twice.
func TestEqual(t *testing.T) {
	for name, m := range four(t) {
		one, err := Files(m, Options{Module: "example.com/x"})
		if err != nil {
			t.Fatal(err)
		}
		two, err := Files(m, Options{Module: "example.com/x"})
		if err != nil || len(one) != 4 || len(two) != 4 {
			t.Fatalf("%s: got %d and %d files, want 4 (%v)", name, len(one), len(two), err)
		}
		for i, f := range one {
			if f.Name != two[i].Name || !bytes.Equal(f.Data, two[i].Data) {
				t.Errorf("%s: %s differs", name, f.Name)
			}
		}
	}
}

// TestPorts checks several inputs and outputs with names that Go does not allow, integers among them.
func TestPorts(t *testing.T) {
	each(t, 1e-6, 1e-12, func(t *testing.T, d graph.DType, tolerance float64) {
		m := Model{Params: graph.NewParams(d, 1), Outputs: func(b *graph.Builder, n int) []*gorgonia.Node {
			x, k, y := b.Input("for", n, 3, 2), b.Ints("dense", n, 4), b.Input("größe/1", n)
			b.Input("unread", n)
			y = b.Add(y, b.Add(b.Input("weights", n), b.Add(b.Input("wrong", n), b.Input("output", n))))
			table := b.Param("table", graph.Normal(0, 1), 5, 2)
			z := b.Add(b.Sum(b.Take(table, k), 1), b.Sum(x, 1))
			return []*gorgonia.Node{z, b.Mul(y, y), b.ArgSort(z, 1, graph.Ascending), y}
		}}
		w := write(t, "ports", m)
		var names []string
		for _, p := range append(w.p.outputs, w.p.inputs...) {
			names = append(names, p.name)
		}
		if got := strings.Join(names, " "); got != "dst0 dst1 dst2 dst3 forIn denseIn grE1 weightsIn wrongIn outputIn" {
			t.Errorf("got the parameters %s", got)
		}
		if w.p.inputs[1].below != 5 {
			t.Errorf("got integers below %d, want 5", w.p.inputs[1].below)
		}
		run(t, []*written{w}, tolerance)
	})
}

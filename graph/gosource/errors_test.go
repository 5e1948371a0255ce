package gosource_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/gosource"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// of returns a model of one output.
func of(f func(b *graph.Builder, n int) *gorgonia.Node) gosource.Model {
	return gosource.Model{Params: graph.NewParams(graph.Float64, 1), Outputs: func(b *graph.Builder, n int) []*gorgonia.Node {
		return []*gorgonia.Node{f(b, n)}
	}}
}

// TestRefused checks that what a program cannot have is an *Error that names it and its line.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		model func(b *graph.Builder, n int) *gorgonia.Node
		op    string
		made  string
		want  string
	}{
		"no counterpart": {func(b *graph.Builder, n int) *gorgonia.Node { return linalg.Cholesky(b, b.Input("x", n, 3, 3)) },
			"cholesky", "Cholesky", "without a counterpart"},
		"random numbers": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Add(b.Input("x", n, 3), b.Normal(3)) },
			"normal", "Normal", "random numbers"},
		"a mean over the batch": {func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Input("x", n, 3)
			return b.Sub(x, b.Broadcast(b.Mean(x, 0), n, 3))
		}, "sum", "Mean", "depends on the other examples"},
		"a softmax over the batch": {func(b *graph.Builder, n int) *gorgonia.Node { return b.SoftmaxAxis(b.Input("x", n, 3), 0) },
			"softmax", "SoftmaxAxis", "depends on the other examples"},
		"a scalar": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Sum(b.Input("x", n, 3)) },
			"", "", "want a first axis for the examples"},
		"a mean over the batch in the middle": {func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Tanh(b.Input("x", n, 3))
			y := b.Exp(b.Sub(x, b.Broadcast(b.Max(x, 0), n, 3)))
			return b.Log(b.Add(y, x))
		}, "reducemax", "Max", "depends on the other examples"},
		"numbered examples": {func(b *graph.Builder, n int) *gorgonia.Node {
			v := make([]float64, n)
			for i := range v {
				v[i] = float64(i)
			}
			return b.Mul(b.Input("x", n), b.Const(v, n))
		}, "", "", "depends on the other examples"},
		"an input without a batch": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Broadcast(b.Input("x", 3), n, 3) },
			"input", "", "want a first axis for the examples"},
		"no input": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Const(make([]float64, n), n) },
			"", "", "no input"},
		"weights of the inputs": {func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Input("x", n, 1, 4)
			return nn.Convolve(b, x, b.Slice(x, graph.Range(0, 1)), nn.Windowing{})
		}, "conv", "Convolve", "weights that depend on the inputs"},
	} {
		dir := filepath.Join(t.TempDir(), "new")
		err := gosource.Write(dir, of(c.model), gosource.Options{})
		if err == nil || !errors.Is(err, graph.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got the error %v, want %q", name, err, c.want)
			continue
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: got a folder besides the error", name)
		}
		if name == "no input" {
			continue
		}
		var e *gosource.Error
		if !errors.As(err, &e) || c.op != "" && e.Op != c.op || c.made != "" && !strings.HasSuffix(e.Made, c.made) {
			t.Errorf("%s: got %+v of %v, want an *Error about %s", name, e, err, c.op)
		}
		if !strings.Contains(err.Error(), "errors_test.go:") {
			t.Errorf("%s: got %v, want the line", name, err)
		}
	}
}

// TestWeightsAlone checks that an operator without a counterpart is computed when the program is
// written if it depends on weights alone.
func TestWeightsAlone(t *testing.T) {
	files, err := gosource.Files(of(func(b *graph.Builder, n int) *gorgonia.Node {
		w := b.Param("w", graph.Normal(0, 1), 3, 3)
		return b.MatMul(b.Input("x", n, 3), linalg.Exp(b, w))
	}), gosource.Options{})
	if err != nil || len(files) != 3 {
		t.Errorf("got %d files (%v), want 3", len(files), err)
	}
}

// TestMistakes checks the errors of calls that have no meaning.
func TestMistakes(t *testing.T) {
	good := of(func(b *graph.Builder, n int) *gorgonia.Node { return b.Tanh(b.Input("x", n)) })
	other := graph.New(nil).Input("x", 2)
	for name, c := range map[string]struct {
		m    gosource.Model
		o    gosource.Options
		kind error
		want string
	}{
		"no params":         {gosource.Model{Outputs: good.Outputs}, gosource.Options{}, graph.ErrOption, "without Params"},
		"no function":       {gosource.Model{Params: good.Params}, gosource.Options{}, graph.ErrOption, "without Params or Outputs"},
		"no identifier":     {good, gosource.Options{Package: "a-b"}, graph.ErrOption, "a-b"},
		"a keyword":         {good, gosource.Options{Package: "func"}, graph.ErrOption, "func"},
		"main":              {good, gosource.Options{Package: "main"}, graph.ErrOption, "main"},
		"a target's name":   {good, gosource.Options{Package: "x_windows"}, graph.ErrOption, "x_windows"},
		"no UTF-8":          {good, gosource.Options{Doc: "\xff"}, graph.ErrOption, "UTF-8"},
		"a class no UTF-8":  {good, gosource.Options{Classes: []string{"\xff"}}, graph.ErrOption, "UTF-8"},
		"a module of lines": {good, gosource.Options{Module: "a\nb"}, graph.ErrOption, "Module"},
		"nil output":        {of(func(*graph.Builder, int) *gorgonia.Node { return nil }), gosource.Options{}, graph.ErrOption, "output 0"},
		"another graph":     {of(func(*graph.Builder, int) *gorgonia.Node { return other }), gosource.Options{}, graph.ErrOption, "output 0"},
		"builder": {of(func(b *graph.Builder, n int) *gorgonia.Node { return b.MatMul(b.Input("x", n, 2), b.Input("y", 3, 4)) }),
			gosource.Options{}, graph.ErrShape, "MatMul"},
		"no outputs": {gosource.Model{Params: good.Params, Outputs: func(*graph.Builder, int) []*gorgonia.Node { return nil }},
			gosource.Options{}, graph.ErrOption, "no outputs"},
	} {
		err := gosource.Write(t.TempDir(), c.m, c.o)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "gosource: Write: ") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := gosource.Write(file, good, gosource.Options{}); err == nil {
		t.Error("got no error for a folder that is a file")
	}
}

package onnx_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/onnx"
	"gorgonia.org/gorgonia"
)

// of returns a model of one output.
func of(f func(b *graph.Builder, n int) *gorgonia.Node) onnx.Model {
	return onnx.Model{Params: graph.NewParams(graph.Float64, 1), Outputs: func(b *graph.Builder, n int) []*gorgonia.Node {
		return []*gorgonia.Node{f(b, n)}
	}}
}

// TestRefused checks that what a file cannot have is an *Error that names it and its line.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		model func(b *graph.Builder, n int) *gorgonia.Node
		op    string
		made  string
		want  string
	}{
		"no counterpart": {func(b *graph.Builder, n int) *gorgonia.Node { return linalg.Cholesky(b, b.Input("x", 3, 3)) },
			"cholesky", "Cholesky", "no counterpart in opset 17"},
		"random numbers": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Add(b.Input("x", n, 3), b.Normal(3)) },
			"normal", "Normal", "random numbers"},
		"a mean over the batch": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Mean(b.Input("x", n, 3), 0) },
			"scale", "Mean", "the attribute by: got 0.01639"},
		"all but the last example": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Slice(b.Input("x", n, 3), graph.Range(0, n-1)) },
			"slice", "Slice", "got 60 for a batch of 61 and 66 for one of 67"},
		"numbered examples": {func(b *graph.Builder, n int) *gorgonia.Node {
			v := make([]float64, n)
			for i := range v {
				v[i] = float64(i)
			}
			return b.Mul(b.Input("x", n), b.Const(v, n))
		}, "const", "", "elements change with the batch"},
		"another program for a large batch": {func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Input("x", n, 3)
			if n > 64 {
				return b.Exp(x)
			}
			return b.Tanh(x)
		}, "tanh", "Tanh", "where it is exp"},
		"more operators for a large batch": {func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Input("x", n, 3)
			for range n {
				x = b.Tanh(x)
			}
			return x
		}, "tanh", "Tanh", "want as many"},
		"a kernel of the batch": {func(b *graph.Builder, n int) *gorgonia.Node { return b.CumProd(b.Input("x", n), 0) },
			"cumprod", "CumProd", "depends on the batch size N"},
		"a batch without an input of it": {func(b *graph.Builder, n int) *gorgonia.Node { return b.Broadcast(b.Input("x", 3), n, 3) },
			"broadcast", "Broadcast", "without inputs of a batch"},
		"a number beyond float32": {func(b *graph.Builder, n int) *gorgonia.Node {
			return b.Mul(b.Input("x", n, 2), b.Const([]float64{1e300, 1}, 2))
		},
			"const", "", "want a number in the range of float32"},
	} {
		m, into := of(c.model), &bytes.Buffer{}
		err := onnx.Write(into, m, onnx.Options{Float32: true})
		var e *onnx.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got the error %v, want an *Error", name, err)
			continue
		}
		kind := graph.ErrUnsupported
		if c.op == "const" && strings.Contains(c.want, "float32") {
			kind = graph.ErrNotFinite
		}
		if e.Op != c.op || c.made != "" && !strings.HasSuffix(e.Made, c.made) || !strings.Contains(err.Error(), c.want) || !errors.Is(err, kind) {
			t.Errorf("%s: got %+v, %v, want %q", name, e, err, c.want)
		}
		if !strings.Contains(err.Error(), "errors_test.go:") {
			t.Errorf("%s: got %v, want the line", name, err)
		}
		if into.Len() > 0 {
			t.Errorf("%s: got %d bytes besides the error", name, into.Len())
		}
	}
}

// TestOneSize checks that Options.Batch lets a model have what changes with the batch.
func TestOneSize(t *testing.T) {
	m := of(func(b *graph.Builder, n int) *gorgonia.Node { return b.Mean(b.Input("x", n, 3), 0) })
	e := exported{name: "mean", of: m}
	all := []exported{e}
	write(t, all, onnx.Options{Batch: 4})
	interpreted(t, all, 1e-12, 4)
}

// TestMistakes checks the errors of calls that have no meaning.
func TestMistakes(t *testing.T) {
	good := of(func(b *graph.Builder, n int) *gorgonia.Node { return b.Input("x", n) })
	other := graph.New(nil).Input("x", 2)
	for name, c := range map[string]struct {
		w    io.Writer
		m    onnx.Model
		o    onnx.Options
		kind error
		want string
	}{
		"no writer":     {nil, good, onnx.Options{}, graph.ErrOption, "nil writer"},
		"no params":     {io.Discard, onnx.Model{Outputs: good.Outputs}, onnx.Options{}, graph.ErrOption, "without Params"},
		"no function":   {io.Discard, onnx.Model{Params: good.Params}, onnx.Options{}, graph.ErrOption, "without Params or Outputs"},
		"a batch of -1": {io.Discard, good, onnx.Options{Batch: -1}, graph.ErrOption, "-1"},
		"no UTF-8":      {io.Discard, good, onnx.Options{Metadata: map[string]string{"k": "\xff"}}, graph.ErrOption, "UTF-8"},
		"nil output":    {io.Discard, of(func(*graph.Builder, int) *gorgonia.Node { return nil }), onnx.Options{}, graph.ErrOption, "output 0"},
		"another graph": {io.Discard, of(func(*graph.Builder, int) *gorgonia.Node { return other }), onnx.Options{}, graph.ErrOption, "output 0"},
		"builder": {io.Discard, of(func(b *graph.Builder, n int) *gorgonia.Node { return b.MatMul(b.Input("x", n, 2), b.Input("y", 3, 4)) }),
			onnx.Options{}, graph.ErrShape, "MatMul"},
		"no outputs": {io.Discard, onnx.Model{Params: good.Params, Outputs: func(*graph.Builder, int) []*gorgonia.Node { return nil }},
			onnx.Options{}, graph.ErrOption, "no outputs"},
	} {
		err := onnx.Write(c.w, c.m, c.o)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "onnx: Write: ") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

package graph_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

var update = flag.Bool("update", false, "write the golden files")

// mistakes are what users do wrong when they build a graph, with the kind that
// errors.Is must find.
var mistakes = []struct {
	name string
	kind error
	do   func(b *graph.Builder)
}{
	{"matmul that does not fit", graph.ErrShape, func(b *graph.Builder) {
		b.As("scores").MatMul(b.Input("x", 2, 3), b.Param("w", graph.Zeros(), 4, 5))
	}},
	{"sum of shapes that do not broadcast", graph.ErrShape, func(b *graph.Builder) {
		b.Add(b.Input("x", 2, 3), b.Input("y", 4))
	}},
	{"reshape to another size", graph.ErrShape, func(b *graph.Builder) { b.Reshape(b.Input("x", 6), 4, -1) }},
	{"reshape with two free axes", graph.ErrShape, func(b *graph.Builder) { b.Reshape(b.Input("x", 6), -1, -1) }},
	{"axis out of range", graph.ErrShape, func(b *graph.Builder) { b.Sum(b.Input("x", 2, 3), 2) }},
	{"axis given twice", graph.ErrShape, func(b *graph.Builder) { b.Mean(b.Input("x", 2, 3), 0, -2) }},
	{"permutation that is none", graph.ErrShape, func(b *graph.Builder) { b.Transpose(b.Input("x", 2, 3), 0, 0) }},
	{"integers where floats are wanted", graph.ErrDType, func(b *graph.Builder) { b.Tanh(b.Ints("labels", 3)) }},
	{"float32 and float64", graph.ErrDType, func(b *graph.Builder) {
		b.Add(b.Input("x", 3), gorgonia.NewVector(b.Graph(), tensor.Float32, gorgonia.WithShape(3), gorgonia.WithName("single")))
	}},
	{"negative extent", graph.ErrShape, func(b *graph.Builder) { b.Input("x", 3, -1) }},
	{"too many elements", graph.ErrShape, func(b *graph.Builder) { b.Input("x", 1<<31, 1<<31) }},
	{"too many elements by broadcasting", graph.ErrShape, func(b *graph.Builder) {
		b.Add(b.Input("x", 1<<20, 1), b.Input("y", 1<<20))
	}},
	{"one name for two parameters", nil, func(b *graph.Builder) {
		b.Param("w", graph.Zeros(), 2)
		b.Param("w", graph.Zeros(), 3)
	}},
	{"nodes of two graphs", nil, func(b *graph.Builder) { b.Add(b.Input("x", 2), graph.New(nil).Input("y", 2)) }},
	{"nil node", nil, func(b *graph.Builder) { b.Tanh(nil) }},
	{"no initializer", nil, func(b *graph.Builder) { b.Param("w", nil, 2) }},
	{"initializer of another shape", graph.ErrShape, func(b *graph.Builder) { b.Param("w", graph.Values([]float64{1}), 2) }},
	{"convolution of other channels", graph.ErrShape, func(b *graph.Builder) {
		b.Conv(b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 5, 3, 3), graph.Windowing{})
	}},
	{"kernel larger than the image", graph.ErrShape, func(b *graph.Builder) {
		b.Conv(b.Input("x", 2, 3, 4, 4), b.Param("w", graph.Zeros(), 4, 3, 5, 5), graph.Windowing{})
	}},
	{"stride of 0", graph.ErrShape, func(b *graph.Builder) {
		b.Conv(b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 3, 3, 3), graph.Windowing{Stride: []int{0}})
	}},
	{"negative padding", graph.ErrShape, func(b *graph.Builder) {
		b.Conv(b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 3, 3, 3), graph.Windowing{Pad: []int{-1}})
	}},
	{"dilation of 0", graph.ErrShape, func(b *graph.Builder) {
		b.Conv(b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 3, 3, 3), graph.Windowing{Dilation: []int{0, 1}})
	}},
	{"pool larger than the image", graph.ErrShape, func(b *graph.Builder) {
		b.MaxPool(b.Input("x", 2, 3, 4, 4), graph.Pool{Kernel: []int{5}})
	}},
	{"pool of a matrix", graph.ErrShape, func(b *graph.Builder) { b.AvgPool(b.Input("x", 4, 4), graph.Pool{Kernel: []int{2}}) }},
	{"reflection of more than there is", graph.ErrShape, func(b *graph.Builder) {
		b.Pad(b.Input("x", 3), []int{3}, []int{0}, graph.PadReflect)
	}},
	{"recurrence over a matrix", graph.ErrShape, func(b *graph.Builder) {
		b.Recurrent("rnn", b.Input("x", 4, 3), graph.Recurrent{Hidden: 5})
	}},
	{"recurrence without units", graph.ErrShape, func(b *graph.Builder) {
		b.Recurrent("rnn", b.Input("x", 2, 4, 3), graph.Recurrent{})
	}},
	{"attention of other depths", graph.ErrShape, func(b *graph.Builder) {
		b.Attention(b.Input("q", 4, 8), b.Input("k", 5, 7), b.Input("v", 5, 8), nil)
	}},
	{"determinant of no square", graph.ErrShape, func(b *graph.Builder) { b.Det(b.Input("x", 2, 3)) }},
	{"dropout rate of 1.5", nil, func(b *graph.Builder) { b.Dropout(b.Input("x", 2), 1.5) }},
}

// TestMistakes holds what each mistake is answered with to a golden file, and
// checks that building goes on without effect and Compile reports the mistake.
func TestMistakes(t *testing.T) {
	var got strings.Builder
	for _, m := range mistakes {
		b := graph.New(nil)
		m.do(b)
		err := b.Err()
		if err == nil {
			t.Errorf("%s: got no error", m.name)
			continue
		}
		if m.kind != nil && !errors.Is(err, m.kind) {
			t.Errorf("%s: got %v, want an error that is %q", m.name, err, m.kind)
		}
		var oe *graph.OpError
		if !errors.As(err, &oe) || !strings.HasPrefix(oe.At, "errors_test.go:") {
			t.Errorf("%s: got %v, want an OpError at this file", m.name, err)
		}
		if n := b.Add(b.Input("late", 2), b.Scalar(1)); n != nil {
			t.Errorf("%s: building went on", m.name)
		}
		if _, again := b.Compile(graph.Config{}); again != err {
			t.Errorf("%s: Compile returned %v, want %v", m.name, again, err)
		}
		at := strings.Index(err.Error(), "errors_test.go:") // without the line, which moves
		fmt.Fprintf(&got, "%s:\n\t%s\n", m.name, err.Error()[:at+len("errors_test.go")])
	}
	golden(t, "errors.golden", got.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestFeedMistakes checks what a Program says to wrong inputs.
func TestFeedMistakes(t *testing.T) {
	b := graph.New(nil)
	x, y := b.Input("x", 2, 2), b.Input("y", 2)
	p, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{b.Add(x, y)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{p.Run(), `the inputs ["x" "y"] have not been fed`},
		{p.Feed("z", nil), `no input "z", want one of ["x" "y"]`},
		{p.Feed("x", make([]float64, 3)), `input "x": got 3 elements, want 4 for [2,2]`},
		{p.FeedInts("x", make([]int, 4)), `want f64[2,2]`},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got the error %v, want one with %q", c.err, c.want)
		}
	}
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	gtensor "gorgonia.org/tensor"
)

// tensor is an array of a file. Integers and booleans are floats.
type tensor struct {
	shape []int
	data  []float64
}

// readTensor reads a file such as "input_0.pb", whose elements the model says to be of a type.
func readTensor(dir fs.FS, set, kind string, i int, as string) (t tensor, err error) {
	at := fmt.Sprintf("%s/%s_%d.pb", set, kind, i)
	text, err := fs.ReadFile(dir, at)
	if err != nil {
		return t, err
	}
	of, err := onnxfile.ReadTensor(text, onnxfile.Limits{})
	if err != nil {
		return t, fmt.Errorf("%s: %w", at, err)
	}
	t = tensor{shape: of.Shape}
	if of.Kind == onnxfile.Uint16 && as == "bfloat16" { // NumPy has no bfloat16: files hold its bits
		for _, v := range of.Ints() {
			t.data = append(t.data, float64(math.Float32frombits(uint32(v)<<16)))
		}
		return t, nil
	}
	if of.Kind.IsFloat() {
		t.data = of.Floats()
		return t, nil
	}
	for _, v := range of.Ints() {
		if of.Kind == onnxfile.Uint64 {
			t.data = append(t.data, float64(uint64(v)))
		} else {
			t.data = append(t.data, float64(v))
		}
	}
	return t, nil
}

// names are the parts of a refusal that belong to a test alone.
var names = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|operand \d+ |-?\d+`)

// refused returns an openError for what is not supported, and err for what is wrong.
func refused(err error) error {
	if !errors.Is(err, graph.ErrUnsupported) {
		return err
	}
	var why *onnx.Error
	if !errors.As(err, &why) {
		return openError{names.ReplaceAllString(err.Error(), "…"), err}
	}
	return openError{why.Op + ": " + names.ReplaceAllString(why.Err.Error(), "…"), err}
}

// checkSet compares the model's outputs with those of a data set.
func checkSet(dir fs.FS, set string, file []byte, d graph.DType) error {
	m, err := onnx.Read(bytes.NewReader(file), onnx.Limits{})
	if err != nil {
		return refused(err)
	}
	feeds := map[string]tensor{}
	n := 1
	for i, p := range m.In {
		t, err := readTensor(dir, set, "input", i, p.Type)
		if err != nil {
			return err
		}
		if p.Setting {
			if err := m.Fix(p.Name, t.data, t.shape...); err != nil {
				return err
			}
		}
		if i == 0 && len(t.shape) > 0 {
			n = t.shape[0]
		}
		feeds[p.Name] = t
	}
	b := graph.New(graph.NewParams(d, 1))
	nodes := m.Outputs(b, n)
	if err := b.Err(); err != nil {
		return refused(err)
	}
	if draws(b) {
		err := errors.New("random numbers are not those of NumPy")
		return openError{err.Error(), err}
	}
	got, err := compute(b, nodes, feeds)
	if err != nil {
		return err
	}
	for i, p := range m.Out {
		want, err := readTensor(dir, set, "output", i, p.Type)
		if err != nil {
			return err
		}
		if err := equal(got[i], want); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return nil
}

// draws reports whether a graph draws random numbers.
func draws(b *graph.Builder) bool {
	return slices.ContainsFunc(b.Graph().AllNodes(), func(n *gorgonia.Node) bool { return n.Name() == op.StepInput })
}

// compute runs the program of the nodes.
func compute(b *graph.Builder, nodes []*gorgonia.Node, feeds map[string]tensor) ([]tensor, error) {
	p, err := b.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		return nil, err
	}
	for _, in := range p.Inputs() {
		v := feeds[in.Name].data
		if in.Ints {
			ints := make([]int, len(v))
			for i, x := range v {
				ints[i] = int(x)
			}
			err = graph.InputOf[int](p, in.Name).Set(ints)
		} else {
			err = graph.InputOf[float64](p, in.Name).Set(v)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := p.Run(); err != nil {
		return nil, err
	}
	out := make([]tensor, len(nodes))
	for i, n := range nodes {
		out[i] = tensor{shape: b.Shape(n)}
		if n.Dtype() == gtensor.Int {
			for _, v := range graph.OutputOf[int](p, i).Read(nil) {
				out[i].data = append(out[i].data, float64(v))
			}
		} else {
			out[i].data = graph.OutputOf[float64](p, i).Read(nil)
		}
	}
	return out, nil
}

// equal compares a result with what it should be, at ONNX's tolerance.
func equal(got, want tensor) error {
	if !slices.Equal(got.shape, want.shape) {
		return fmt.Errorf("got the shape %v, want %v", got.shape, want.shape)
	}
	for i, w := range want.data {
		g := got.data[i]
		if !(g == w || math.Abs(g-w) <= 1e-7+1e-3*math.Abs(w) || math.IsNaN(g) && math.IsNaN(w)) {
			return fmt.Errorf("got %v at element %d, want %v", g, i, w)
		}
	}
	return nil
}

package onnx

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/onnxin"
)

// smallFile is a file of one input [N, 2], one weight [2, 3] and the nodes.
func smallFile(nodes ...*node) file {
	return file{name: "small", nodes: nodes, inputs: []port{{name: "x", kind: float, shape: []dim{{k: 1}, {c: 2}}}},
		tensors: []*tensor{{name: "w", kind: float, shape: []int{2, 3}, floats: []float64{1, 2, 3, 4, 5, 6}}, {name: "two", kind: int64s, shape: []int{2}, ints: []int{2, 2}}},
		outputs: []port{{name: "y", kind: float}}}
}

// withFields returns a file's bytes with more fields of the model.
func withFields(f file, more func(m *message)) []byte {
	m := f.proto()
	more(&m)
	return m
}

// TestReadErrors holds what a file is refused with: the operator, the node, the kind.
func TestReadErrors(t *testing.T) {
	product := &node{op: "MatMul", in: []string{"x", "w"}, out: []string{"y"}, name: "product"}
	many := make([]*node, 40)
	for i := range many {
		many[i] = &node{op: "Identity", in: []string{"x"}, out: []string{"y" + strings.Repeat("i", i)}}
	}
	from := func(n ...*node) []byte { f := smallFile(n...); return f.proto() }
	foreign := product.proto()
	foreign.text(7, "com.other")
	var other message
	other.bytes(1, foreign)
	for name, c := range map[string]struct {
		file     []byte
		limits   Limits
		op, node string
		kind     error
	}{
		"empty":            {nil, Limits{}, "file", "", ErrFormat},
		"cut":              {from(product)[:40], Limits{}, "file", "", ErrFormat},
		"unknown operator": {from(&node{op: "FooBar", in: []string{"x"}, out: []string{"y"}, name: "foo"}), Limits{}, "FooBar", "foo", graph.ErrUnsupported},
		"other domain":     {withFields(smallFile(), func(m *message) { m.bytes(7, other) }), Limits{}, "com.other.MatMul", "product", graph.ErrUnsupported},
		"new operators":    {withFields(smallFile(product), func(m *message) { v := message{}; v.integer(2, 99); m.bytes(8, v) }), Limits{}, "file", "", graph.ErrUnsupported},
		"new file format":  {withFields(smallFile(product), func(m *message) { m.integer(1, 99) }), Limits{}, "file", "", graph.ErrUnsupported},
		"cycle": {from(&node{op: "Add", in: []string{"x", "b"}, out: []string{"a"}, name: "first"}, &node{op: "Neg", in: []string{"a"}, out: []string{"b"}, name: "second"},
			&node{op: "Neg", in: []string{"b"}, out: []string{"y"}}), Limits{}, "Add", "first", ErrFormat},
		"unmade operand":    {from(&node{op: "Neg", in: []string{"z"}, out: []string{"y"}, name: "n"}), Limits{}, "Neg", "n", ErrFormat},
		"unmade output":     {from(&node{op: "Neg", in: []string{"x"}, out: []string{"z"}, name: "n"}), Limits{}, "output", "y", ErrFormat},
		"made twice":        {from(product, &node{op: "Neg", in: []string{"x"}, out: []string{"y"}, name: "n"}), Limits{}, "Neg", "n", ErrFormat},
		"operands":          {from(&node{op: "MatMul", in: []string{"x"}, out: []string{"y"}, name: "n"}), Limits{}, "MatMul", "n", ErrFormat},
		"limit of bytes":    {from(product), Limits{Bytes: 10}, "file", "", graph.ErrMemory},
		"limit of parts":    {from(append(many, product)...), Limits{Parts: 30}, "file", "", graph.ErrMemory},
		"limit of a tensor": {from(product), Limits{Elements: 5}, "file", "", graph.ErrMemory},
		"limit of depth":    {from(product), Limits{Depth: 2}, "file", "", graph.ErrMemory},
		"negative limit":    {from(product), Limits{Depth: -2}, "", "", graph.ErrOption},
	} {
		_, err := Read(bytes.NewReader(c.file), c.limits)
		e := new(Error)
		switch {
		case !errors.Is(err, c.kind):
			t.Errorf("%s: got %v, want the kind %v", name, err, c.kind)
		case c.op != "" && (!errors.As(err, &e) || e.Op != c.op || e.Node != c.node):
			t.Errorf("%s: got %v, want an Error of %s %q", name, err, c.op, c.node)
		}
	}
}

// TestBuildErrors holds what Outputs refuses.
func TestBuildErrors(t *testing.T) {
	reshape := &node{op: "Reshape", in: []string{"x", "two"}, out: []string{"y"}, name: "r"}
	tile := &node{op: "Tile", in: []string{"x", "two"}, out: []string{"y"}, name: "t"}
	transposed := &node{op: "MatMul", in: []string{"w", "x"}, out: []string{"y"}, name: "m"}
	for name, c := range map[string]struct {
		node *node
		n    int
		most int
		kind error
	}{
		"shape":     {reshape, 3, 0, graph.ErrShape},
		"operands":  {transposed, 2, 0, graph.ErrShape},
		"elements":  {tile, 50, 300, graph.ErrMemory},
		"batch":     {tile, -1, 0, graph.ErrOption},
		"all right": {tile, 2, 0, nil},
	} {
		f := smallFile(c.node)
		m, err := Read(bytes.NewReader(f.proto()), Limits{Elements: c.most})
		if err != nil {
			t.Fatal(err)
		}
		b := graph.New(m.Params())
		y := m.Outputs(b, c.n)
		err = b.Err()
		e := new(Error)
		switch {
		case c.kind == nil && (err != nil || len(y) != 1):
			t.Errorf("%s: got %v", name, err)
		case c.kind == nil:
		case !errors.Is(err, c.kind) || !errors.As(err, &e):
			t.Errorf("%s: got %v, want an Error of the kind %v", name, err, c.kind)
		case c.n > 0 && (e.Op != c.node.op || e.Node != c.node.name):
			t.Errorf("%s: got %v, want it to be about %s %q", name, err, c.node.op, c.node.name)
		}
	}
}

// TestSizes gives sizes of inputs that are no batch their numbers, and fixes an input.
func TestSizes(t *testing.T) {
	var g, m message
	for _, p := range []struct {
		name string
		dims []string
	}{{"x", []string{"batch", "steps"}}, {"z", []string{"batch", "2*steps+1"}}} {
		var shape, tensor, kind, in message
		for _, d := range p.dims {
			var one message
			one.text(2, d)
			shape.bytes(1, one)
		}
		tensor.integer(1, int(float))
		tensor.bytes(2, shape)
		kind.bytes(1, tensor)
		in.text(1, p.name)
		in.bytes(2, kind)
		g.bytes(11, in)
	}
	m.bytes(7, g)
	f := file{nodes: []*node{{op: "Concat", in: []string{"x", "z"}, out: []string{"y"}, attrs: attrs{"axis": 1}}}, outputs: []port{{name: "y", kind: float}}}
	read := func() *Imported {
		out, err := Read(bytes.NewReader(append(append(message{}, m...), f.proto()...)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	im := read()
	b := graph.New(im.Params())
	if im.Outputs(b, 4); !errors.Is(b.Err(), graph.ErrOption) || !strings.Contains(b.Err().Error(), `"steps"`) {
		t.Errorf("without a size: got %v, want one that names it", b.Err())
	}
	if err := im.SetSize("batch", 3); !errors.Is(err, graph.ErrOption) {
		t.Errorf("a size that is the batch: got %v", err)
	}
	if err := im.SetSize("steps", 3); err != nil {
		t.Fatal(err)
	}
	b = graph.New(im.Params())
	y := im.Outputs(b, 4)
	if s := b.Shape(y[0]); b.Err() != nil || s[0] != 4 || s[1] != 3+7 {
		t.Errorf("got the shape %v and %v, want [4, 10]", s, b.Err())
	}
	im = read()
	if err := im.Fix("x", []float64{1, 2, 3, 4}, 2, 2); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"name": im.Fix("q", nil), "elements": im.Fix("x", []float64{1}, 2), "shape": im.Fix("x", nil, -1)} {
		if !errors.Is(err, graph.ErrOption) && !errors.Is(err, graph.ErrShape) {
			t.Errorf("%s: got %v, want an error of a kind", name, err)
		}
	}
}

// TestHeld tells parameters, states and constants apart.
func TestHeld(t *testing.T) {
	f := smallFile(&node{op: "Clip", in: []string{"x", "low"}, out: []string{"a"}}, &node{op: "MatMul", in: []string{"a", "w"}, out: []string{"b"}},
		&node{op: "BatchNormalization", in: []string{"b", "three", "three", "mean", "var"}, out: []string{"c"}}, &node{op: "Mul", in: []string{"c", "by"}, out: []string{"d"}},
		&node{op: "Add", in: []string{"d", "mask"}, out: []string{"y"}})
	numbers := func(name string, v ...float64) {
		f.tensors = append(f.tensors, &tensor{name: name, kind: float, shape: []int{len(v)}, floats: v})
	}
	numbers("three", 1, 1, 1)
	numbers("mean", 0, 0, 0)
	numbers("var", 1, 1, 1)
	numbers("mask", 0, 0, math.Inf(-1))
	f.tensors = append(f.tensors, &tensor{name: "low", kind: float, floats: []float64{0}}, &tensor{name: "by", kind: float, floats: []float64{2}})
	m, err := Read(bytes.NewReader(f.proto()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var trained, frozen, states []string
	for _, q := range m.Params().List() {
		if m.Params().Frozen(q) {
			frozen = append(frozen, q.Name)
		} else {
			trained = append(trained, q.Name)
		}
	}
	for _, q := range m.Params().States() {
		states = append(states, q.Name)
	}
	got := strings.Join(trained, " ") + "; " + strings.Join(frozen, " ") + "; " + strings.Join(states, " ")
	if want := "w three; by; mean var"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if m.Params().DType() != graph.Float32 {
		t.Errorf("got parameters of %v, want float32", m.Params().DType())
	}
	if onnxin.Producer == "" || m.Producer != onnxin.Producer {
		t.Errorf("got the producer %q", m.Producer)
	}
}

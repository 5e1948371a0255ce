package onnx

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/onnxfile"
	"github.com/symgrad/symgrad/internal/onnxin"
	"google.golang.org/protobuf/encoding/protowire"
)

// This file writes the messages of onnx.proto. The numbers of fields are those of that file.
// Fields are written in the order of their numbers and maps in the order of their keys, so one
// model has one file.

// The version of the file format, and that of the operators.
const (
	irVersion = 8
	opset     = 17
)

// kind is the type of the elements of a tensor, as onnx.proto numbers it.
type kind int

const (
	float  kind = 1
	int32s kind = 6
	int64s kind = 7
	bools  kind = 9
	double kind = 11
)

// message is an encoded message, to which fields are added.
type message []byte

func (m *message) integer(field protowire.Number, v int) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(v))
}

func (m *message) text(field protowire.Number, s string) {
	if s != "" {
		m.bytes(field, []byte(s))
	}
}

func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), b)
}

// packed writes numbers as one field.
func (m *message) packed(field protowire.Number, list []int) {
	var b []byte
	for _, v := range list {
		b = protowire.AppendVarint(b, uint64(v))
	}
	m.bytes(field, b)
}

// tensor is a constant of the graph. It has floats or integers.
type tensor struct {
	name   string
	kind   kind
	shape  []int
	floats []float64
	ints   []int
	doc    string // "": a parameter
}

// What the texts of tensors say, by which Read tells them from parameters.
const (
	isConstant = onnxfile.Constant
	isState    = onnxfile.State
)

// proto returns a TensorProto with raw data.
func (t *tensor) proto() message {
	var m message
	if len(t.shape) > 0 {
		m.packed(1, t.shape)
	}
	m.integer(2, int(t.kind))
	m.text(8, t.name)
	m.bytes(9, t.raw())
	m.text(12, t.doc)
	return m
}

// raw returns the elements in little-endian order.
func (t *tensor) raw() []byte {
	var b []byte
	switch t.kind {
	case float:
		b = make([]byte, 0, 4*len(t.floats))
		for _, v := range t.floats {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		}
	case double:
		b = make([]byte, 0, 8*len(t.floats))
		for _, v := range t.floats {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	case bools:
		for _, v := range t.ints {
			b = append(b, byte(v))
		}
	default:
		b = make([]byte, 0, 8*len(t.ints))
		for _, v := range t.ints {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	}
	return b
}

// attrs are the attributes of a node: float64 (written as float32), int, string, []int or
// []string.
type attrs map[string]any

// protos returns an AttributeProto for each.
func (a attrs) protos() (out []message) {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		var m message
		m.text(1, key)
		switch v := a[key].(type) {
		case float64:
			m = protowire.AppendFixed32(protowire.AppendTag(m, 2, protowire.Fixed32Type), math.Float32bits(float32(v)))
			m.integer(20, 1)
		case int:
			m.integer(3, v)
			m.integer(20, 2)
		case string:
			m.bytes(4, []byte(v))
			m.integer(20, 3)
		case []int:
			for _, x := range v {
				m.integer(8, x)
			}
			m.integer(20, 7)
		case []string:
			for _, x := range v {
				m.bytes(9, []byte(x))
			}
			m.integer(20, 8)
		}
		out = append(out, m)
	}
	return out
}

// node is an operator of the graph.
type node struct {
	op      string
	in, out []string
	attrs   attrs
	name    string
	doc     string
}

// proto returns a NodeProto.
func (n *node) proto() message {
	var m message
	for _, x := range n.in {
		m.bytes(1, []byte(x))
	}
	for _, x := range n.out {
		m.bytes(2, []byte(x))
	}
	m.text(3, n.name)
	m.text(4, n.op)
	for _, a := range n.attrs.protos() {
		m.bytes(5, a)
	}
	m.text(6, n.doc)
	return m
}

// port is an input or an output of the graph.
type port struct {
	name  string
	kind  kind
	shape []dim
	doc   string
}

// proto returns a ValueInfoProto.
func (p *port) proto() message {
	var shape, tensor, kind, m message
	for _, d := range p.shape {
		var one message
		if d.k == 0 {
			one.integer(1, d.c)
		} else {
			one.text(2, d.String())
		}
		shape.bytes(1, one)
	}
	tensor.integer(1, int(p.kind))
	tensor.bytes(2, shape)
	kind.bytes(1, tensor)
	m.text(1, p.name)
	m.bytes(2, kind)
	m.text(3, p.doc)
	return m
}

// file is a whole model.
type file struct {
	name, doc string
	nodes     []*node
	tensors   []*tensor
	inputs    []port
	outputs   []port
	metadata  map[string]string
}

// proto returns a ModelProto.
func (f *file) proto() message {
	var g, version, m message
	for _, n := range f.nodes {
		g.bytes(1, n.proto())
	}
	g.text(2, f.name)
	for _, t := range f.tensors {
		g.bytes(5, t.proto())
	}
	g.text(10, f.doc)
	for i := range f.inputs {
		g.bytes(11, f.inputs[i].proto())
	}
	for i := range f.outputs {
		g.bytes(12, f.outputs[i].proto())
	}
	version.bytes(1, nil) // ONNX's own operators
	version.integer(2, opset)
	m.integer(1, irVersion)
	m.text(2, onnxin.Producer)
	m.bytes(7, g)
	m.bytes(8, version)
	for _, key := range slices.Sorted(maps.Keys(f.metadata)) {
		var entry message
		entry.bytes(1, []byte(key))
		entry.bytes(2, []byte(f.metadata[key]))
		m.bytes(14, entry)
	}
	return m
}

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// This file reads the messages of onnx.proto, as far as node tests need them. The numbers of
// fields are those of that file.

// tensor is a TensorProto. Integers and booleans are held as floats, which are exact here.
type tensor struct {
	name  string
	kind  int
	shape []int
	data  []float64
}

// The data types of a TensorProto that are read.
const (
	kindFloat  = 1
	kindUint8  = 2
	kindInt8   = 3
	kindInt32  = 6
	kindInt64  = 7
	kindBool   = 9
	kindDouble = 11
)

// node is a NodeProto.
type node struct {
	inputs, outputs []string
	op              string
	attrs           map[string]attr
}

// attr is an AttributeProto.
type attr struct {
	f       float64
	i       int
	s       string
	ints    []int
	strings []string
}

// model is a ModelProto's graph. An input that the test does not feed is absent.
type model struct {
	nodes           []node
	inputs, outputs []string
	constants       []tensor // initializers
	version         int      // of the operators
}

// field is one field of a message: its number, and its value as a number or as bytes.
type field struct {
	number int
	value  uint64
	bytes  []byte
}

// fields calls f with each field of a message.
func fields(message []byte, f func(field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		at := field{number: int(number)}
		switch kind {
		case protowire.VarintType:
			at.value, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(message)
			at.value = uint64(v)
		case protowire.Fixed64Type:
			at.value, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			at.bytes, n = protowire.ConsumeBytes(message)
		default:
			return fmt.Errorf("field %d has the wire type %d", number, kind)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		if err := f(at); err != nil {
			return err
		}
	}
	return nil
}

// varints returns the numbers of a repeated field, packed or not.
func (f field) varints() (out []int, err error) {
	if f.bytes == nil {
		return []int{int(f.value)}, nil
	}
	for b := f.bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		out, b = append(out, int(v)), b[n:]
	}
	return out, nil
}

// floats returns the float32 numbers of a repeated field, packed or not.
func (f field) floats() []float64 {
	if f.bytes == nil {
		return []float64{float64(math.Float32frombits(uint32(f.value)))}
	}
	return unpack(f.bytes, 4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) })
}

// unpack reads numbers of the size.
func unpack(b []byte, size int, read func([]byte) float64) []float64 {
	out := make([]float64, len(b)/size)
	for i := range out {
		out[i] = read(b[i*size:])
	}
	return out
}

func readModel(message []byte) (m model, err error) {
	err = fields(message, func(f field) error {
		switch f.number {
		case 7:
			return fields(f.bytes, m.readGraph)
		case 8:
			return m.readVersion(f.bytes)
		}
		return nil
	})
	return m, err
}

// readGraph reads a field of a GraphProto.
func (m *model) readGraph(f field) error {
	switch f.number {
	case 1:
		n, err := readNode(f.bytes)
		m.nodes = append(m.nodes, n)
		return err
	case 5:
		t, err := readTensor(f.bytes)
		m.constants = append(m.constants, t)
		return err
	case 11:
		return readName(f.bytes, &m.inputs)
	case 12:
		return readName(f.bytes, &m.outputs)
	}
	return nil
}

// readVersion reads an OperatorSetIdProto, of ONNX's own operators.
func (m *model) readVersion(message []byte) error {
	own, version := true, 0
	err := fields(message, func(f field) error {
		switch f.number {
		case 1:
			own = len(f.bytes) == 0
		case 2:
			version = int(f.value)
		}
		return nil
	})
	if own {
		m.version = version
	}
	return err
}

// readName appends the name of a ValueInfoProto.
func readName(message []byte, to *[]string) error {
	return fields(message, func(f field) error {
		if f.number == 1 {
			*to = append(*to, string(f.bytes))
		}
		return nil
	})
}

func readNode(message []byte) (node, error) {
	n := node{attrs: map[string]attr{}}
	err := fields(message, func(f field) error {
		switch f.number {
		case 1:
			n.inputs = append(n.inputs, string(f.bytes))
		case 2:
			n.outputs = append(n.outputs, string(f.bytes))
		case 4:
			n.op = string(f.bytes)
		case 5:
			return n.readAttr(f.bytes)
		case 7:
			if d := string(f.bytes); d != "" && d != "ai.onnx" {
				n.op = d + "." + n.op
			}
		}
		return nil
	})
	return n, err
}

func (n *node) readAttr(message []byte) error {
	var name string
	var a attr
	err := fields(message, func(f field) error {
		switch f.number {
		case 1:
			name = string(f.bytes)
		case 2:
			a.f = f.floats()[0]
		case 3:
			a.i = int(f.value)
		case 4:
			a.s = string(f.bytes)
		case 8:
			v, err := f.varints()
			a.ints = append(a.ints, v...)
			return err
		case 9:
			a.strings = append(a.strings, string(f.bytes))
		}
		return nil
	})
	n.attrs[name] = a
	return err
}

func readTensor(message []byte) (t tensor, err error) {
	var raw []byte
	err = fields(message, func(f field) error {
		switch f.number {
		case 1:
			v, err := f.varints()
			t.shape = append(t.shape, v...)
			return err
		case 2:
			t.kind = int(f.value)
		case 4:
			t.data = append(t.data, f.floats()...)
		case 5, 7:
			v, err := f.varints()
			for _, x := range v {
				t.data = append(t.data, float64(x))
			}
			return err
		case 8:
			t.name = string(f.bytes)
		case 9:
			raw = f.bytes
		case 10:
			t.data = append(t.data, unpack(f.bytes, 8, double)...)
		}
		return nil
	})
	if err == nil && raw != nil {
		t.data, err = t.decode(raw)
	}
	n := 1
	for _, d := range t.shape {
		n *= d
	}
	if err == nil && n != len(t.data) {
		err = fmt.Errorf("%d elements for the shape %v", len(t.data), t.shape)
	}
	return t, err
}

// errKind says that a tensor has elements that are not read.
var errKind = errors.New("a tensor of another data type")

func double(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

// decode reads the elements of raw data.
func (t tensor) decode(raw []byte) ([]float64, error) {
	switch t.kind {
	case kindFloat:
		return field{bytes: raw}.floats(), nil
	case kindDouble:
		return unpack(raw, 8, double), nil
	case kindInt64:
		return unpack(raw, 8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }), nil
	case kindInt32:
		return unpack(raw, 4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }), nil
	case kindUint8, kindBool:
		return unpack(raw, 1, func(b []byte) float64 { return float64(b[0]) }), nil
	case kindInt8:
		return unpack(raw, 1, func(b []byte) float64 { return float64(int8(b[0])) }), nil
	}
	return nil, fmt.Errorf("%w: %d", errKind, t.kind)
}

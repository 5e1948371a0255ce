package onnxtest

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The types of elements, as onnx.proto numbers them.
const (
	Float  = 1
	Uint8  = 2
	Int8   = 3
	Int32  = 6
	Int64  = 7
	Bool   = 9
	Double = 11
)

// Tensor is an array. Integers and booleans are held as floats, which are exact here.
type Tensor struct {
	Kind  int
	Shape []int
	Data  []float64
}

// Port is an input or an output of a model.
type Port struct {
	Name string
	Kind int
	Dims []string // numbers, or names of sizes
}

// Node is an operator.
type Node struct {
	Op      string
	Name    string
	In, Out []string
	Attrs   map[string]Attr
}

// Attr is an attribute.
type Attr struct {
	F       float64
	I       int
	S       string
	Ints    []int
	Strings []string
}

// Model is a file.
type Model struct {
	IR, Opset int
	Nodes     []Node
	Constants map[string]Tensor
	Inputs    []Port
	Outputs   []Port
	Metadata  map[string]string
}

// field is one field of a message.
type field struct {
	number int
	value  uint64
	bytes  []byte
}

// each calls f with the fields of a message.
func each(m []byte, f func(field) error) error {
	for len(m) > 0 {
		number, kind, n := protowire.ConsumeTag(m)
		if n < 0 {
			return protowire.ParseError(n)
		}
		m = m[n:]
		at := field{number: int(number)}
		switch kind {
		case protowire.VarintType:
			at.value, n = protowire.ConsumeVarint(m)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(m)
			at.value = uint64(v)
		case protowire.BytesType:
			at.bytes, n = protowire.ConsumeBytes(m)
		default:
			return fmt.Errorf("field %d has the wire type %d", number, kind)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		m = m[n:]
		if err := f(at); err != nil {
			return err
		}
	}
	return nil
}

// Read reads a file.
func Read(file []byte) (*Model, error) {
	m := &Model{Constants: map[string]Tensor{}, Metadata: map[string]string{}}
	err := each(file, func(f field) error {
		switch f.number {
		case 1:
			m.IR = int(f.value)
		case 7:
			return each(f.bytes, m.graph)
		case 8:
			return each(f.bytes, func(f field) error {
				if f.number == 2 {
					m.Opset = int(f.value)
				}
				return nil
			})
		case 14:
			var kv [3]string
			err := each(f.bytes, func(f field) error { kv[f.number] = string(f.bytes); return nil })
			m.Metadata[kv[1]] = kv[2]
			return err
		}
		return nil
	})
	return m, err
}

func (m *Model) graph(f field) error {
	switch f.number {
	case 1:
		n := Node{Attrs: map[string]Attr{}}
		err := each(f.bytes, n.read)
		m.Nodes = append(m.Nodes, n)
		return err
	case 5:
		name, t, err := readTensor(f.bytes)
		m.Constants[name] = t
		return err
	case 11:
		return readPort(f.bytes, &m.Inputs)
	case 12:
		return readPort(f.bytes, &m.Outputs)
	}
	return nil
}

func (n *Node) read(f field) error {
	switch f.number {
	case 1:
		n.In = append(n.In, string(f.bytes))
	case 2:
		n.Out = append(n.Out, string(f.bytes))
	case 3:
		n.Name = string(f.bytes)
	case 4:
		n.Op = string(f.bytes)
	case 5:
		var name string
		var a Attr
		err := each(f.bytes, func(f field) error {
			switch f.number {
			case 1:
				name = string(f.bytes)
			case 2:
				a.F = float64(math.Float32frombits(uint32(f.value)))
			case 3:
				a.I = int(f.value)
			case 4:
				a.S = string(f.bytes)
			case 8:
				a.Ints = append(a.Ints, int(f.value))
			case 9:
				a.Strings = append(a.Strings, string(f.bytes))
			}
			return nil
		})
		n.Attrs[name] = a
		return err
	}
	return nil
}

func readPort(message []byte, to *[]Port) error {
	var p Port
	dims := func(f field) error {
		return each(f.bytes, func(f field) error {
			d := string(f.bytes)
			if f.number == 1 {
				d = fmt.Sprint(f.value)
			}
			p.Dims = append(p.Dims, d)
			return nil
		})
	}
	kind := func(f field) error {
		return each(f.bytes, func(f field) error {
			if f.number == 1 {
				p.Kind = int(f.value)
				return nil
			}
			return each(f.bytes, dims)
		})
	}
	err := each(message, func(f field) error {
		switch f.number {
		case 1:
			p.Name = string(f.bytes)
		case 2:
			return each(f.bytes, kind)
		}
		return nil
	})
	*to = append(*to, p)
	return err
}

func readTensor(message []byte) (name string, t Tensor, err error) {
	var raw []byte
	err = each(message, func(f field) error {
		switch f.number {
		case 1:
			for b := f.bytes; len(b) > 0; {
				v, n := protowire.ConsumeVarint(b)
				if n < 0 {
					return protowire.ParseError(n)
				}
				t.Shape, b = append(t.Shape, int(v)), b[n:]
			}
		case 2:
			t.Kind = int(f.value)
		case 8:
			name = string(f.bytes)
		case 9:
			raw = f.bytes
		}
		return nil
	})
	if err != nil {
		return name, t, err
	}
	for i := 0; i < len(raw); {
		switch t.Kind {
		case Float:
			t.Data = append(t.Data, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))))
			i += 4
		case Double:
			t.Data = append(t.Data, math.Float64frombits(binary.LittleEndian.Uint64(raw[i:])))
			i += 8
		case Int64:
			t.Data = append(t.Data, float64(int64(binary.LittleEndian.Uint64(raw[i:]))))
			i += 8
		case Int32:
			t.Data = append(t.Data, float64(int32(binary.LittleEndian.Uint32(raw[i:]))))
			i += 4
		case Bool, Uint8:
			t.Data = append(t.Data, float64(raw[i]))
			i++
		case Int8:
			t.Data = append(t.Data, float64(int8(raw[i])))
			i++
		default:
			return name, t, fmt.Errorf("constant %q has elements of the type %d", name, t.Kind)
		}
	}
	if size(t.Shape) != len(t.Data) {
		return name, t, fmt.Errorf("constant %q has %d elements for the shape %v", name, len(t.Data), t.Shape)
	}
	return name, t, nil
}

// size returns the number of elements of a shape.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

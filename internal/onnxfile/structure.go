package onnxfile

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// inParams is the location that Structure gives to numbers that it leaves out.
const inParams = "params:"

// The numbers of the fields of onnx.proto that Structure writes or leaves out.
const (
	modelGraph       protowire.Number = 7
	modelMetadata    protowire.Number = 14
	graphInitializer protowire.Number = 5
	graphInfo        protowire.Number = 13
	tensorDims       protowire.Number = 1
	tensorKind       protowire.Number = 2
	tensorName       protowire.Number = 8
	tensorRaw        protowire.Number = 9
	tensorDoc        protowire.Number = 12
	tensorExternal   protowire.Number = 13
	tensorLocation   protowire.Number = 14
)

// Structure returns a file without the numbers of the initializers for which without is true, and
// without texts of the metadata. file is what m was read from, and all numbers of m are there.
func Structure(file []byte, m *Model, without func(t *Tensor) bool) []byte {
	var graphs, out []byte // a graph may come in several pieces, which are one
	copied(file, func(x field, b []byte) {
		switch x.number {
		case modelGraph:
			copied(x.bytes, func(x field, b []byte) {
				if x.number != graphInitializer && x.number != graphInfo {
					graphs = append(graphs, b...)
				}
			})
		case modelMetadata:
		default:
			out = append(out, b...)
		}
	})
	for _, t := range m.Graph.Tensors {
		graphs = appendBytes(graphs, graphInitializer, t.encoded(without(t)))
	}
	return appendBytes(out, modelGraph, graphs)
}

// copied calls f with each field of a message that has been read before, and with its bytes.
func copied(message []byte, f func(x field, b []byte)) {
	for len(message) > 0 {
		x, n := next(message)
		if n < 0 {
			return
		}
		f(x, message[:n])
		message = message[n:]
	}
}

// encoded returns the tensor as a message, with or without its numbers.
func (t *Tensor) encoded(without bool) (m []byte) {
	for _, d := range t.Shape {
		m = appendInteger(m, tensorDims, uint64(d))
	}
	m = appendInteger(m, tensorKind, uint64(t.Kind))
	m = appendBytes(m, tensorName, []byte(t.Name))
	m = appendBytes(m, tensorDoc, []byte(t.Doc))
	if !without {
		return appendBytes(m, tensorRaw, t.bytes())
	}
	entry := appendBytes(appendBytes(nil, 1, []byte("location")), 2, []byte(inParams))
	return appendInteger(appendBytes(m, tensorExternal, entry), tensorLocation, 1)
}

// bytes returns the numbers as raw data has them.
func (t *Tensor) bytes() []byte {
	if t.raw != nil {
		return t.raw
	}
	out := make([]byte, 0, t.Size*kinds[t.Kind].size)
	for i := range t.Size {
		var v uint64
		switch t.Kind {
		case Float:
			v = uint64(math.Float32bits(t.floats[i]))
		case Double:
			v = math.Float64bits(t.doubles[i])
		default:
			v = t.bits(i)
		}
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], v)
		out = append(out, b[:kinds[t.Kind].size]...)
	}
	return out
}

func appendInteger(m []byte, number protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(m, number, protowire.VarintType), v)
}

func appendBytes(m []byte, number protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(m, number, protowire.BytesType), b)
}

// LeaveOut accepts that the numbers of initializers are not there, as Structure leaves them out:
// they are Absent.
//
// Errors: ErrFormat for one that is not of floats.
func (g *Graph) LeaveOut() error {
	for _, t := range g.Tensors {
		if t.External["location"] != inParams {
			continue
		}
		if !t.Kind.IsFloat() {
			return named{"tensor", t.Name, formatf("got no numbers for a tensor of %v, want them: floats alone are parameters", t.Kind)}
		}
		t.External, t.Absent = nil, true
	}
	return nil
}

package onnxfile

import (
	"math"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// reader reads messages and counts what they hold.
type reader struct {
	limits Limits
	parts  int
	depth  int
}

// field is one field of a message.
type field struct {
	number protowire.Number
	kind   protowire.Type
	value  uint64 // of a varint or a fixed number
	bytes  []byte // of a text, a message or packed numbers: part of the file
}

// each calls f with the fields of a message.
func (r *reader) each(message []byte, f func(field) error) error {
	if r.depth++; r.depth > r.limits.Depth {
		return tooMuchf("got messages that lie more than %d deep in each other, want at most that", r.limits.Depth)
	}
	defer func() { r.depth-- }()
	for len(message) > 0 {
		x, n := next(message)
		if n < 0 {
			return formatf("got bytes that are no protocol buffer: %v", parseError(n))
		}
		message = message[n:]
		if err := f(x); err != nil {
			return err
		}
	}
	return nil
}

// next returns the first field of a message, and the bytes that it takes; less than 0 for none.
func next(message []byte) (x field, n int) {
	x.number, x.kind, n = protowire.ConsumeTag(message)
	if n < 0 {
		return x, n
	}
	rest, m := message[n:], 0
	switch x.kind {
	case protowire.VarintType:
		x.value, m = protowire.ConsumeVarint(rest)
	case protowire.Fixed32Type:
		var v uint32
		v, m = protowire.ConsumeFixed32(rest)
		x.value = uint64(v)
	case protowire.Fixed64Type:
		x.value, m = protowire.ConsumeFixed64(rest)
	case protowire.BytesType:
		x.bytes, m = protowire.ConsumeBytes(rest)
	default: // a group, which no message of ONNX has
		m = protowire.ConsumeFieldValue(x.number, x.kind, rest)
	}
	if m < 0 {
		return x, m
	}
	return x, n + m
}

// part counts a part of the file.
func (r *reader) part() error {
	if r.parts++; r.parts > r.limits.Parts {
		return tooMuchf("got more than %d nodes, attributes, tensors and other parts, want at most that", r.limits.Parts)
	}
	return nil
}

// want returns an error if the field is not of a kind.
func (x field) want(kind protowire.Type) error {
	if x.kind != kind {
		return formatf("field %d: got the wire type %d, want %d", x.number, x.kind, kind)
	}
	return nil
}

// text reads a string.
func (x field) text(to *string) error {
	if err := x.want(protowire.BytesType); err != nil {
		return err
	}
	if !utf8.Valid(x.bytes) {
		return formatf("field %d: got the text %q, want UTF-8", x.number, x.bytes)
	}
	*to = string(x.bytes)
	return nil
}

// raw returns the bytes of a field, which stay those of the file.
func (x field) raw(to *[]byte) error {
	if err := x.want(protowire.BytesType); err != nil {
		return err
	}
	*to = x.bytes
	return nil
}

// integer reads a number.
func (x field) integer(to *int64) error {
	if err := x.want(protowire.VarintType); err != nil {
		return err
	}
	*to = int64(x.value)
	return nil
}

// list appends the numbers of a repeated field, packed or one by one. decode reads one of them
// and returns the bytes that it takes; less than 0 for none.
func list[T any](x field, to *[]T, kind protowire.Type, decode func(b []byte) (T, int)) error {
	if x.kind == kind {
		v, _ := decode(x.encoded())
		*to = append(*to, v)
		return nil
	}
	if err := x.want(protowire.BytesType); err != nil {
		return err
	}
	for b := x.bytes; len(b) > 0; {
		v, n := decode(b)
		if n < 0 {
			return formatf("field %d: got packed numbers that end early: %v", x.number, parseError(n))
		}
		*to, b = append(*to, v), b[n:]
	}
	return nil
}

// encoded returns the bytes of a number that was read.
func (x field) encoded() []byte {
	switch x.kind {
	case protowire.Fixed32Type:
		return protowire.AppendFixed32(nil, uint32(x.value))
	case protowire.Fixed64Type:
		return protowire.AppendFixed64(nil, x.value)
	}
	return protowire.AppendVarint(nil, x.value)
}

func (x field) integers(to *[]int64) error {
	return list(x, to, protowire.VarintType, func(b []byte) (int64, int) {
		v, n := protowire.ConsumeVarint(b)
		return int64(v), n
	})
}

func (x field) floats(to *[]float32) error {
	return list(x, to, protowire.Fixed32Type, func(b []byte) (float32, int) {
		v, n := protowire.ConsumeFixed32(b)
		return math.Float32frombits(v), n
	})
}

func (x field) doubles(to *[]float64) error {
	return list(x, to, protowire.Fixed64Type, func(b []byte) (float64, int) {
		v, n := protowire.ConsumeFixed64(b)
		return math.Float64frombits(v), n
	})
}

// parseError returns the text of protowire's error. Its package writes one of two kinds of space
// after its name, differently in every program, so that nobody relies on the text.
func parseError(n int) string {
	return strings.TrimPrefix(strings.ReplaceAll(protowire.ParseError(n).Error(), "\u00a0", " "), "proto: ")
}

package main

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/encoding/protowire"
)

// message appends fields: a number of a field, and its text, bytes or integer.
func message(parts ...any) (out []byte) {
	for i := 0; i < len(parts); i += 2 {
		number := protowire.Number(parts[i].(int))
		switch v := parts[i+1].(type) {
		case int:
			out = protowire.AppendVarint(protowire.AppendTag(out, number, protowire.VarintType), uint64(v))
		case string:
			out = protowire.AppendString(protowire.AppendTag(out, number, protowire.BytesType), v)
		case []byte:
			out = protowire.AppendBytes(protowire.AppendTag(out, number, protowire.BytesType), v)
		}
	}
	return out
}

// floats is a TensorProto: with raw data, or with a repeated field.
func floats(raw bool, shape []int, v ...float32) []byte {
	var dims, data []byte
	for _, d := range shape {
		dims = protowire.AppendVarint(dims, uint64(d))
	}
	for _, x := range v {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	if raw {
		return message(1, dims, 2, 1, 9, data)
	}
	return message(1, dims, 2, 1, 4, data)
}

// port is a ValueInfoProto of floats.
func port(name string, shape ...int) []byte {
	var dims []byte
	for _, d := range shape {
		dims = append(dims, message(1, message(1, d))...)
	}
	return message(1, name, 2, message(1, message(1, 1, 2, dims)))
}

// folder is a test of a node x, w → y with the attribute, whose result is y.
func folder(op string, attribute []byte, y ...float32) fstest.MapFS {
	n := message(1, "x", 1, "w", 2, "y", 4, op, 5, attribute)
	if attribute == nil {
		n = message(1, "x", 1, "w", 2, "y", 4, op)
	}
	graph := message(1, n, 11, port("x", 1, 1, 4), 11, port("w", 1, 1, 2), 12, port("y", 1, 1, len(y)))
	return fstest.MapFS{
		"a/model.onnx":                  {Data: message(1, 8, 7, graph, 8, message(2, 17))},
		"a/test_data_set_0/input_0.pb":  {Data: floats(true, []int{1, 1, 4}, 1, 2, 4, 8)},
		"a/test_data_set_0/input_1.pb":  {Data: floats(false, []int{1, 1, 2}, 1, 10)},
		"a/test_data_set_0/output_0.pb": {Data: floats(true, []int{1, 1, len(y)}, y...)},
	}
}

// TestVerdicts runs a convolution by hand, with a wrong result, with an attribute that no rule
// knows, with one that ONNX does not allow, and an operator without a rule.
func TestVerdicts(t *testing.T) {
	strides := message(1, "strides", 8, protowire.AppendVarint(nil, 2), 20, 7)
	same := message(1, "auto_pad", 4, "SAME_UPPER", 20, 3)
	for name, c := range map[string]struct {
		dir  fstest.MapFS
		want string
	}{
		"stride":           {folder("Conv", strides, 21, 84), "1 passed, 0 failed, 0 not covered"},
		"same":             {folder("Conv", same, 21, 42, 84, 8), "1 passed, 0 failed, 0 not covered"},
		"wrong value":      {folder("Conv", strides, 21, 85), "0 passed, 1 failed, 0 not covered"},
		"wrong shape":      {folder("Conv", strides, 21, 84, 0), "0 passed, 1 failed, 0 not covered"},
		"other attribute":  {folder("Conv", message(1, "colour", 3, 1), 21, 84), "0 passed, 0 failed, 1 not covered"},
		"other padding":    {folder("Conv", message(1, "auto_pad", 4, "SOME"), 21, 84), "0 passed, 0 failed, 1 not covered"},
		"bad strides":      {folder("Conv", message(1, "strides", 8, 0, 20, 7), 21, 84), "0 passed, 1 failed, 0 not covered"},
		"another operator": {folder("NonMaxSuppression", nil, 8), "0 passed, 0 failed, 1 not covered"},
	} {
		var out strings.Builder
		failed, err := run(&out, c.dir, false)
		if err != nil || !strings.HasSuffix(out.String(), "\nall: "+c.want+"\nfloats, integers and booleans: "+c.want+"\n") || strings.Contains(c.want, "1 failed") != (failed == 1) {
			t.Errorf("%s: got %s (%v), want %s", name, out.String(), err, c.want)
		}
	}
}

// TestBroken checks that files that end too early are errors.
func TestBroken(t *testing.T) {
	for _, name := range []string{"a/model.onnx", "a/test_data_set_0/input_0.pb", "a/test_data_set_0/output_0.pb"} {
		dir := folder("Conv", nil, 21, 42, 84)
		dir[name].Data = dir[name].Data[:len(dir[name].Data)-1]
		var out strings.Builder
		if failed, err := run(&out, dir, true); failed == 0 && err == nil {
			t.Errorf("%s: got %s, want an error", name, out.String())
		}
	}
}

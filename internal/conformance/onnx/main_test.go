package main

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/symgrad/symgrad/graph"
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
		return message(1, dims, 2, kindFloat, 9, data)
	}
	return message(1, dims, 2, kindFloat, 4, data)
}

// folder is a test of a node x, w → y with the attribute, whose result is y.
func folder(op string, attribute []byte, y ...float32) fstest.MapFS {
	n := message(1, "x", 1, "w", 2, "y", 4, op, 5, attribute)
	model := message(7, message(1, n, 11, message(1, "x"), 11, message(1, "w"), 12, message(1, "y")))
	return fstest.MapFS{
		"a/model.onnx":                  {Data: model},
		"a/test_data_set_0/input_0.pb":  {Data: floats(true, []int{1, 1, 4}, 1, 2, 4, 8)},
		"a/test_data_set_0/input_1.pb":  {Data: floats(false, []int{1, 1, 2}, 1, 10)},
		"a/test_data_set_0/output_0.pb": {Data: floats(true, []int{1, 1, len(y)}, y...)},
	}
}

// TestVerdicts runs a convolution by hand, with a wrong result, with attributes that no rule
// knows, and an operator without a rule.
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
		"input unread":     {folder("GlobalMaxPool", nil, 8), "0 passed, 0 failed, 1 not covered"},
		"another operator": {folder("Selu", nil, 8), "0 passed, 0 failed, 0 not covered"},
	} {
		var out strings.Builder
		failed, err := run(&out, c.dir)
		if err != nil || !strings.HasSuffix(out.String(), "\n"+c.want+"\n") && out.String() != c.want+"\n" || strings.Contains(c.want, "1 failed") != (failed == 1) {
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
		if failed, err := run(&out, dir); failed == 0 && err == nil {
			t.Errorf("%s: got %s, want an error", name, out.String())
		}
	}
}

// TestPlaces compares where the largest pixels are, in both orders, with a loop.
func TestPlaces(t *testing.T) {
	x := tensor{shape: []int{1, 2, 3, 3}, data: []float64{1, 5, 2, 7, 3, 4, 0, 6, 8, -1, -2, -9, -4, -5, -3, -8, -7, -6}}
	for order, want := range [][]float64{{3, 1, 3, 8, 9, 10, 12, 14}, {1, 3, 1, 8, 9, 12, 10, 16}} {
		n := node{op: "MaxPool", inputs: []string{"x"}, outputs: []string{"y", "at"},
			attrs: map[string]attr{"kernel_shape": {ints: []int{2, 2}}, "storage_order": {i: order}}}
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			out, err := compute(model{nodes: []node{n}}, map[string]tensor{"x": x}, d)
			if err != nil || !slices.Equal(out["at"].data, want) {
				t.Errorf("%v, storage_order %d: got %v (%v), want %v", d, order, out["at"].data, err, want)
			}
		}
	}
}

// TestResetFirst compares two steps of a GRU of one unit with its formula, in both
// directions and for a sequence that has one step.
func TestResetFirst(t *testing.T) {
	w := [3]float64{.5, -.3, .8} // z, r, n
	r := [3]float64{.2, .7, -.6}
	bias := []float64{.1, .2, .3, -.1, .4, .25}
	sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	next := func(x, h float64) float64 {
		z, reset := sigmoid(w[0]*x+r[0]*h+bias[0]+bias[3]), sigmoid(w[1]*x+r[1]*h+bias[1]+bias[4])
		n := math.Tanh(w[2]*x + bias[2] + r[2]*reset*h + bias[5])
		return (1-z)*n + z*h
	}
	x := []float64{1, -2, .5, 3} // [T, N, 1] = [2, 2, 1]
	for direction, want := range map[string][]float64{
		"forward": {next(.5, next(1, 0)), next(-2, 0)},
		"reverse": {next(1, next(.5, 0)), next(-2, 0)},
	} {
		n := node{op: "GRU", inputs: []string{"x", "w", "r", "b", "lengths"}, outputs: []string{"", "h"},
			attrs: map[string]attr{"hidden_size": {i: 1}, "direction": {s: direction}}}
		out, err := compute(model{nodes: []node{n}}, map[string]tensor{
			"x": {shape: []int{2, 2, 1}, data: x}, "w": {shape: []int{1, 3, 1}, data: w[:]}, "r": {shape: []int{1, 3, 1}, data: r[:]},
			"b": {shape: []int{1, 6}, data: bias}, "lengths": {shape: []int{2}, data: []float64{2, 1}}}, graph.Float64)
		if err != nil {
			t.Fatal(err)
		}
		if err := equal(out["h"], tensor{shape: []int{1, 2, 1}, data: want}); err != nil {
			t.Errorf("%s: %v", direction, err)
		}
	}
}

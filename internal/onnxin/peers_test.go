package onnxin_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"google.golang.org/protobuf/encoding/protowire"
	gtensor "gorgonia.org/tensor"
)

// peer is a node whose results must be those of ONNX Runtime.
type peer struct {
	op    string
	opset int
	attrs map[string]any // float64, int, string, []int, []float64 or []string
	in    []operand
	out   int // results; 0: one
}

// operand is an input of a node. Without data its elements are random, in [lo, hi), by default
// [-2, 2). It is fixed if it is a setting: an initializer of the file. It is within if only graphs
// within the node read it.
type operand struct {
	kind   int
	shape  []int
	data   []float64
	lo, hi float64
	fixed  bool
	within bool
}

func x(shape ...int) operand { return operand{kind: onnxtest.Float, shape: shape} }

func within(lo, hi float64, shape ...int) operand {
	return operand{kind: onnxtest.Float, shape: shape, lo: lo, hi: hi}
}

func of(kind int, shape []int, v ...float64) operand {
	return operand{kind: kind, shape: shape, data: v}
}

func setting(v ...float64) operand {
	return operand{kind: onnxtest.Int64, shape: []int{len(v)}, data: v, fixed: true}
}

func floatSetting(v ...float64) operand {
	return operand{kind: onnxtest.Float, shape: []int{len(v)}, data: v, fixed: true}
}

var none = operand{}

// message appends fields: a number of a field, and its text, bytes, integer or float.
func message(parts ...any) (out []byte) {
	for i := 0; i < len(parts); i += 2 {
		number := protowire.Number(parts[i].(int))
		switch v := parts[i+1].(type) {
		case int:
			out = protowire.AppendVarint(protowire.AppendTag(out, number, protowire.VarintType), uint64(v))
		case float64:
			out = protowire.AppendFixed32(protowire.AppendTag(out, number, protowire.Fixed32Type), math.Float32bits(float32(v)))
		case string:
			out = protowire.AppendString(protowire.AppendTag(out, number, protowire.BytesType), v)
		case []byte:
			out = protowire.AppendBytes(protowire.AppendTag(out, number, protowire.BytesType), v)
		}
	}
	return out
}

// attribute is an AttributeProto.
func attribute(name string, value any) []byte {
	m := message(1, name)
	switch v := value.(type) {
	case float64:
		return append(m, message(2, v, 20, 1)...)
	case int:
		return append(m, message(3, v, 20, 2)...)
	case string:
		return append(m, message(4, v, 20, 3)...)
	case []float64:
		for _, e := range v {
			m = append(m, message(7, e)...)
		}
		return append(m, message(20, 6)...)
	case []int:
		for _, e := range v {
			m = append(m, message(8, e)...)
		}
		return append(m, message(20, 7)...)
	case []string:
		for _, e := range v {
			m = append(m, message(9, e)...)
		}
		return append(m, message(20, 8)...)
	case body:
		return append(m, message(6, []byte(v), 20, 5)...)
	}
	panic(value)
}

// raw are the elements of a tensor as a file has them.
func raw(o operand) (b []byte) {
	for _, v := range o.data {
		switch o.kind {
		case onnxtest.Float:
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		case onnxtest.Double:
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		case onnxtest.Int64:
			b = binary.LittleEndian.AppendUint64(b, uint64(int64(v)))
		case onnxtest.Int32:
			b = binary.LittleEndian.AppendUint32(b, uint32(int32(v)))
		default:
			b = append(b, byte(int(v)))
		}
	}
	return b
}

// file is the model of the node.
func (p peer) file() []byte {
	var g, n []byte
	for i, o := range p.in {
		name := fmt.Sprintf("x%d", i)
		if o.kind == 0 {
			n = append(n, message(1, "")...)
			continue
		}
		if !o.within {
			n = append(n, message(1, name)...)
		}
		var dims []byte
		for _, d := range o.shape {
			dims = append(dims, message(1, message(1, d))...)
		}
		if !o.fixed {
			g = append(g, message(11, message(1, name, 2, message(1, message(1, o.kind, 2, dims))))...)
			continue
		}
		var packed []byte
		for _, d := range o.shape {
			packed = protowire.AppendVarint(packed, uint64(d))
		}
		g = append(g, message(5, append(message(1, packed), message(2, o.kind, 8, name, 9, raw(o))...))...)
	}
	for i := range max(p.out, 1) {
		n = append(n, message(2, fmt.Sprintf("y%d", i))...)
		g = append(g, message(12, message(1, fmt.Sprintf("y%d", i)))...)
	}
	n = append(n, message(4, p.op)...)
	for _, name := range slices.Sorted(maps.Keys(p.attrs)) {
		n = append(n, message(5, attribute(name, p.attrs[name]))...)
	}
	g = append(message(1, n, 2, "g"), g...)
	return message(1, 8, 7, g, 8, message(1, "", 2, p.opset))
}

// drawn fills operands without data.
func (p peer) drawn(seed uint64) peer {
	r := rand.New(rand.NewPCG(seed, 3))
	p.in = slices.Clone(p.in)
	for i := range p.in {
		o := &p.in[i]
		if o.kind == 0 || o.data != nil {
			continue
		}
		n := 1
		for _, d := range o.shape {
			n *= d
		}
		if o.lo == 0 && o.hi == 0 {
			o.lo, o.hi = -2, 2
		}
		for range n {
			v := float64(float32(o.lo + (o.hi-o.lo)*r.Float64()))
			if o.kind != onnxtest.Float {
				v = math.Floor(v)
			}
			o.data = append(o.data, v)
		}
	}
	return p
}

// run returns what this library makes of the node.
func (p peer) run(file []byte) ([]onnxtest.Tensor, error) {
	m, err := onnx.Read(bytes.NewReader(file), onnx.Limits{})
	if err != nil {
		return nil, err
	}
	n := 1
	if len(m.In) > 0 && len(m.In[0].Dims) > 0 {
		fmt.Sscan(m.In[0].Dims[0], &n)
	}
	b := graph.New(m.Params())
	nodes := m.Outputs(b, n)
	if err := b.Err(); err != nil {
		return nil, err
	}
	prog, err := b.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		return nil, err
	}
	for _, in := range prog.Inputs() {
		var i int
		fmt.Sscanf(in.Name, "x%d", &i)
		if v := p.in[i].data; in.Ints {
			ints := make([]int, len(v))
			for k := range v {
				ints[k] = int(v[k])
			}
			err = graph.InputOf[int](prog, in.Name).Set(ints)
		} else {
			err = graph.InputOf[float64](prog, in.Name).Set(v)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := prog.Run(); err != nil {
		return nil, err
	}
	out := make([]onnxtest.Tensor, len(nodes))
	for i, node := range nodes {
		out[i].Shape = b.Shape(node)
		if node.Dtype() != gtensor.Int {
			out[i].Data = graph.OutputOf[float64](prog, i).Read(nil)
			continue
		}
		for _, v := range graph.OutputOf[int](prog, i).Read(nil) {
			out[i].Data = append(out[i].Data, float64(v))
		}
	}
	return out, nil
}

// TestPeers compares nodes of all kinds of attributes with ONNX Runtime.
func TestPeers(t *testing.T) {
	if !onnxtest.HasRuntime() {
		t.Skip("there is no ONNX Runtime")
	}
	var all []peer
	var jobs []onnxtest.Job
	for i, p := range peers() {
		p = p.drawn(uint64(i))
		inputs := map[string]onnxtest.Tensor{}
		for k, o := range p.in {
			if o.kind != 0 && !o.fixed {
				inputs[fmt.Sprintf("x%d", k)] = onnxtest.Tensor{Kind: o.kind, Shape: o.shape, Data: o.data}
			}
		}
		all, jobs = append(all, p), append(jobs, onnxtest.Job{File: p.file(), Inputs: inputs})
	}
	results, err := onnxtest.Runtime(t.TempDir(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i, p := range all {
		name := fmt.Sprintf("%s-%d %v", p.op, p.opset, p.attrs)
		if err := results[i].Err; err != nil { // the case shows nothing
			t.Errorf("%s: ONNX Runtime: %v", name, err)
			continue
		}
		got, err := p.run(jobs[i].File)
		var why *onnx.Error
		switch {
		case errors.As(err, &why) && errors.Is(err, graph.ErrUnsupported):
			refused++
			t.Errorf("%s: refused: %v", name, err)
			continue
		case err != nil:
			t.Errorf("%s: %v", name, err)
			continue
		}
		for k, y := range got {
			if diff := differ(y, results[i].Outputs[fmt.Sprintf("y%d", k)]); diff != "" {
				t.Errorf("%s: result %d: %s", name, k, diff)
			}
		}
	}
	t.Logf("%d nodes, %d refused", len(all), refused)
}

// differ says how two tensors differ, or "".
func differ(got, want onnxtest.Tensor) string {
	if !slices.Equal(got.Shape, want.Shape) {
		return fmt.Sprintf("got the shape %v, want %v", got.Shape, want.Shape)
	}
	for i, w := range want.Data {
		g := got.Data[i]
		if !(g == w || math.Abs(g-w) <= 2e-5*max(1, math.Abs(w)) || math.IsNaN(g) && math.IsNaN(w)) {
			return fmt.Sprintf("got %v at element %d, want %v; got %s, want %s", g, i, w, few(got.Data), few(want.Data))
		}
	}
	return ""
}

// few are the first elements.
func few(v []float64) string { return strings.ReplaceAll(fmt.Sprint(v[:min(12, len(v))]), " ", ", ") }

package onnxin_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/onnxtest"
	gtensor "gorgonia.org/tensor"
)

// double is the node with floats of 64 bits. They are moved a little, away from each other and
// from the places where a result bends or jumps. The scales of a Resize have 32 bits always.
func (p peer) double(seed uint64) peer {
	r := rand.New(rand.NewPCG(seed, 4))
	p.in = slices.Clone(p.in)
	for i := range p.in {
		o := &p.in[i]
		if o.kind != onnxtest.Float || o.fixed && (p.op == "Resize" || p.op == "Upsample") {
			continue
		}
		o.kind, o.data = onnxtest.Double, slices.Clone(o.data)
		for k := range o.data {
			if !o.fixed {
				o.data[k] += 0.01 * r.Float64()
			}
		}
	}
	return p
}

// slope compares the gradient of log(1 + y²) of the node's results y by its floats with finite
// differences. There may be no such floats.
func (p peer) slope(seed uint64) (none bool, err error) {
	m, err := onnx.Read(bytes.NewReader(p.file()), onnx.Limits{})
	if err != nil {
		return false, err
	}
	at := autograd.Point{Floats: map[string][]float64{}, Ints: map[string][]int{}}
	n := 0
	for _, in := range m.In {
		var i int
		fmt.Sscanf(in.Name, "x%d", &i)
		if n == 0 && len(in.Dims) > 0 {
			n = p.in[i].shape[0]
		}
		switch o := p.in[i]; {
		case in.Index:
			for _, v := range o.data {
				at.Ints[in.Name] = append(at.Ints[in.Name], int(v))
			}
		case o.kind == onnxtest.Double:
			at.Floats[in.Name] = o.data
		default: // a whole number or a truth that the graph computes with
			if err := m.Fix(in.Name, o.data, o.shape...); err != nil {
				return false, err
			}
		}
	}
	b := graph.New(m.Params())
	loss, floats := b.Scalar(0), 0
	for _, y := range m.Outputs(b, max(n, 1)) {
		if y.Dtype() != gtensor.Int {
			loss = b.Add(loss, b.Sum(b.Log1p(b.Square(y))))
			floats++
		}
	}
	if err := b.Err(); err != nil {
		return false, err
	}
	if floats == 0 || len(at.Floats) == 0 && len(b.ParamNodes()) == 0 {
		return true, nil
	}
	return false, autograd.Check(b, loss, at, autograd.CheckOptions{Seed: seed})
}

// TestGradients holds the gradients of the nodes of TestPeers, and of more, to finite differences.
func TestGradients(t *testing.T) {
	none := 0
	all := slices.Concat(peers(), smoothPeers(), loopPeers())
	for i, p := range all {
		seed := uint64(i)
		without, err := p.drawn(seed).double(seed).slope(seed)
		if err != nil {
			t.Errorf("%s-%d %v: %v", p.op, p.opset, p.attrs, err)
		}
		if without {
			none++
		}
	}
	if none > len(all)/8 {
		t.Errorf("got %d of %d nodes without floats", none, len(all))
	}
}

// smoothPeers are nodes of operators that TestPeers leaves to the tests of rows.
func smoothPeers() (all []peer) {
	add := func(op string, at a, in ...operand) { all = append(all, peer{op, 13, at, in, 1}) }
	for _, op := range []string{"Abs", "Asinh", "Atan", "Cos", "Cosh", "Exp", "Identity", "Neg", "Relu", "Sigmoid", "Sin", "Sinh", "Tanh", "Floor", "Dropout", "Flatten", "GlobalMaxPool"} {
		add(op, nil, x(2, 3, 4))
	}
	for _, op := range []string{"Acos", "Asin", "Atanh", "Tan"} {
		add(op, nil, within(-0.9, 0.9, 3, 4))
	}
	for _, op := range []string{"Log", "Sqrt", "Reciprocal", "Acosh"} {
		add(op, nil, within(1.1, 2, 3, 4))
	}
	for _, op := range []string{"Add", "Sub", "Mul", "Div", "Pow", "Min", "Max"} {
		add(op, nil, within(0.5, 2, 2, 3, 4), within(0.5, 2, 3, 1))
	}
	add("Where", nil, of(onnxtest.Bool, []int{2, 1}, 1, 0), x(2, 3), x(3))
	add("Where", nil, of(onnxtest.Bool, []int{3}, 1, 0, 1), x(2, 1), x(2, 3))
	add("Concat", a{"axis": -1}, x(2, 3), x(2, 1), x(2, 2))
	add("Transpose", a{"perm": []int{2, 0, 1}}, x(2, 3, 4))
	add("Reshape", nil, x(2, 3, 4), setting(0, -1, 2))
	add("Squeeze", nil, x(2, 1, 3), setting(1))
	add("Unsqueeze", nil, x(2, 3), setting(0, -1))
	add("Slice", nil, x(5, 6), setting(3, -2), setting(-9, 0), setting(0, 1), setting(-1, -3))
	all = append(all, peer{"CumProd", 26, nil, []operand{x(3, 4), of(i64, nil, 1).known()}, 1}, peer{"Swish", 24, a{"alpha": 1.3}, []operand{x(3, 4)}, 1})
	return all
}

// body is a graph within a node: the GraphProto of nodes between inputs and outputs.
type body []byte

// node is a NodeProto, as a field of its graph.
func node(op string, in, out []string, at a) []byte {
	var n []byte
	for _, name := range in {
		n = append(n, message(1, name)...)
	}
	for _, name := range out {
		n = append(n, message(2, name)...)
	}
	n = append(n, message(4, op)...)
	for name, value := range at {
		n = append(n, message(5, attribute(name, value))...)
	}
	return message(1, n)
}

func newBody(in, out []string, nodes ...[]byte) body {
	g := append(bytes.Join(nodes, nil), message(2, "body")...)
	for _, name := range in {
		g = append(g, message(11, message(1, name))...)
	}
	for _, name := range out {
		g = append(g, message(12, message(1, name))...)
	}
	return g
}

// loopPeers are nodes with graphs within them, which read what is outside too.
func loopPeers() (all []peer) {
	in := func(names ...string) []string { return names }
	times := func(from, to, by string) [][]byte {
		return [][]byte{node("Mul", in(from, by), in("product"), nil), node("Tanh", in("product"), in(to), nil)}
	}
	loop := newBody(in("i", "go", "s"), in("on", "next", "each"),
		slices.Concat(times("s", "next", "x2"), [][]byte{node("Identity", in("go"), in("on"), nil), node("Sin", in("s"), in("each"), nil)})...)
	all = append(all, peer{"Loop", 17, a{"body": loop}, []operand{of(i64, nil, 4).known(), of(onnxtest.Bool, nil, 1).known(), x(3)}, 2})
	step := newBody(in("s", "e"), in("next", "each"),
		slices.Concat(times("s", "next", "e"), [][]byte{node("Cos", in("next"), in("each"), nil)})...)
	for _, back := range []int{0, 1} {
		all = append(all, peer{"Scan", 17, a{"body": step, "num_scan_inputs": 1, "scan_input_directions": []int{back}}, []operand{x(3), x(5, 3)}, 2})
	}
	outside := x(3)
	outside.within = true
	for _, yes := range []float64{0, 1} {
		then, other := newBody(nil, in("a"), node("Sin", in("x1"), in("a"), nil)), newBody(nil, in("b"), node("Mul", in("x1", "x1"), in("b"), nil))
		all = append(all, peer{"If", 17, a{"then_branch": then, "else_branch": other}, []operand{of(onnxtest.Bool, nil, yes).known(), outside}, 1})
	}
	return all
}

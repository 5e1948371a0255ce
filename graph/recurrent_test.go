package graph_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// values compiles and runs nodes that need no feeding.
func values(t *testing.T, b *graph.Builder, nodes ...*gorgonia.Node) [][]float64 {
	t.Helper()
	p, err := b.Compile(graph.Config{Outputs: nodes})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(nodes))
	for i := range out {
		out[i] = graph.OutputOf[float64](p, i).Read(nil)
	}
	return out
}

func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= 1e-12*(1+math.Abs(want[i]))) {
			t.Fatalf("%s: got %v at element %d, want %v", what, got[i], i, want[i])
		}
	}
}

// wave makes n numbers that are not all alike.
func wave(n int, seed float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(seed + 1.7*float64(i))
	}
	return v
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// loopCell is one step of a cell for one example, written as loops.
func loopCell(k nn.Cell, x, h, c, wi, wh, bi, bh []float64) (h2, c2 []float64) {
	n := len(h)
	g := k.Gates() * n
	a, r := append([]float64(nil), bi...), append([]float64(nil), bh...)
	for j := range g {
		for i, v := range x {
			a[j] += v * wi[i*g+j]
		}
		for i, v := range h {
			r[j] += v * wh[i*g+j]
		}
	}
	h2, c2 = make([]float64, n), make([]float64, n)
	for j := range n {
		at := func(gate int) float64 { return a[gate*n+j] + r[gate*n+j] }
		switch k {
		case nn.LSTM:
			c2[j] = sigmoid(at(1))*c[j] + sigmoid(at(0))*math.Tanh(at(2))
			h2[j] = sigmoid(at(3)) * math.Tanh(c2[j])
		case nn.GRU:
			z := sigmoid(at(1))
			fresh := math.Tanh(a[2*n+j] + sigmoid(at(0))*r[2*n+j])
			h2[j] = (1-z)*fresh + z*h[j]
		case nn.TanhRNN:
			h2[j] = math.Tanh(at(0))
		case nn.ReLURNN:
			h2[j] = max(at(0), 0)
		}
	}
	return h2, c2
}

// TestUnroll compares every cell, in both directions, with loops.
func TestUnroll(t *testing.T) {
	const steps, batch, in, hid = 4, 2, 3, 5
	for _, k := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN, nn.ReLURNN} {
		for _, reverse := range []bool{false, true} {
			t.Run(fmt.Sprint(k, reverse), func(t *testing.T) {
				g := k.Gates() * hid
				x, wi, wh, bi, bh := wave(steps*batch*in, 1), wave(in*g, 2), wave(hid*g, 3), wave(g, 4), wave(g, 5)
				h0, c0 := wave(batch*hid, 6), wave(batch*hid, 7)
				b := graph.New(nil)
				y, last := nn.Unroll(b, k, b.Const(x, steps, batch, in), nn.State{H: b.Const(h0, batch, hid), C: b.Const(c0, batch, hid)},
					nn.CellWeights{Input: b.Const(wi, in, g), Hidden: b.Const(wh, hid, g), InputBias: b.Const(bi, g), HiddenBias: b.Const(bh, g)}, reverse)
				out := values(t, b, y, last.H)
				want, end := make([]float64, steps*batch*hid), make([]float64, batch*hid)
				for e := range batch {
					h, c := h0[e*hid:(e+1)*hid], c0[e*hid:(e+1)*hid]
					for i := range steps {
						s := i
						if reverse {
							s = steps - 1 - i
						}
						h, c = loopCell(k, x[(s*batch+e)*in:(s*batch+e+1)*in], h, c, wi, wh, bi, bh)
						copy(want[(s*batch+e)*hid:], h)
					}
					copy(end[e*hid:], h)
				}
				same(t, "states", out[0], want)
				same(t, "last state", out[1], end)
			})
		}
	}
}

// TestRecurrentGradient checks the gradients of stacked layers in both
// directions against differences.
func TestRecurrentGradient(t *testing.T) {
	for _, k := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN} {
		b := graph.New(nil)
		x := b.Input("x", 3, 2, 4)
		y, last := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Cell: k, Hidden: 3, Layers: 2, Bidirectional: true})
		if got := b.Shape(y); fmt.Sprint(got) != "[3 2 6]" || len(last) != 4 {
			t.Fatalf("%v: got the states %v and %d last ones", k, got, len(last))
		}
		loss := b.Sum(b.Square(b.Add(y, b.Const(wave(36, 1), 3, 2, 6))))
		if err := autograd.Check(b, loss, autograd.Point{Floats: map[string][]float64{"x": wave(24, 2)}}, autograd.CheckOptions{}); err != nil {
			t.Errorf("%v: %v", k, err)
		}
	}
}

// TestAttention compares with loops, with and without a mask.
func TestAttention(t *testing.T) {
	const n, d = 4, 3
	q, k, v := wave(n*d, 1), wave(n*d, 2), wave(n*d, 3)
	for _, causal := range []bool{false, true} {
		b := graph.New(nil)
		var mask *gorgonia.Node
		if causal {
			mask = nn.CausalMask(b, n)
		}
		got := values(t, b, nn.Attention(b, b.Const(q, n, d), b.Const(k, n, d), b.Const(v, n, d), mask))[0]
		want := make([]float64, n*d)
		for i := range n {
			var weight [n]float64
			total := 0.0
			for j := range n {
				if causal && j > i {
					continue
				}
				s := 0.0
				for e := range d {
					s += q[i*d+e] * k[j*d+e]
				}
				weight[j] = math.Exp(s / math.Sqrt(d))
				total += weight[j]
			}
			for j, w := range weight {
				for e := range d {
					want[i*d+e] += w / total * v[j*d+e]
				}
			}
		}
		same(t, fmt.Sprint("attention, causal ", causal), got, want)
	}
}

// TestCTC compares with the sum over all paths.
func TestCTC(t *testing.T) {
	const steps, classes = 4, 3
	for _, label := range [][]int{{1}, {1, 2}, {2, 2}, {2, 1}} {
		b := graph.New(nil)
		logits := b.Const(wave(steps*classes, 1), steps, 1, classes)
		logp := b.LogSoftmax(logits)
		out := values(t, b, loss.CTC(b, logp, b.ConstInts(label, 1, len(label)), 0), logp)
		total := 0.0
		for path := range 81 { // all sequences of four classes
			var collapsed []int
			p, code, before := 0.0, path, -1
			for s := range steps {
				c := code % classes
				code /= classes
				p += out[1][s*classes+c]
				if c != before && c != 0 {
					collapsed = append(collapsed, c)
				}
				before = c
			}
			if fmt.Sprint(collapsed) == fmt.Sprint(label) {
				total += math.Exp(p)
			}
		}
		got := out[0][0]
		if want := -math.Log(total); !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("labels %v: got %v, want %v", label, got, want)
		}
	}
}

// TestConvolution compares with loops, and the layer's shapes and parameters
// with what its comment says.
func TestConvolution(t *testing.T) {
	const n, c, h, w, o, k = 2, 3, 6, 5, 4, 3
	x, weight := wave(n*c*h*w, 1), wave(o*c*k*k, 2)
	b := graph.New(nil)
	y := nn.Convolve(b, b.Const(x, n, c, h, w), b.Const(weight, o, c, k, k), nn.Windowing{Stride: []int{2, 1}, Pad: []int{1, 0}})
	shape := b.Shape(y)
	if fmt.Sprint(shape) != "[2 4 3 3]" {
		t.Fatalf("got the shape %v", shape)
	}
	var want []float64
	for i := range n {
		for f := range o {
			for oy := range 3 {
				for ox := range 3 {
					s := 0.0
					for e := range c {
						for ky := range k {
							for kx := range k {
								iy, ix := 2*oy+ky-1, ox+kx
								if iy >= 0 && iy < h && ix < w {
									s += x[((i*c+e)*h+iy)*w+ix] * weight[((f*c+e)*k+ky)*k+kx]
								}
							}
						}
					}
					want = append(want, s)
				}
			}
		}
	}
	same(t, "convolution", values(t, b, y)[0], want)

	b = graph.New(nil)
	l := nn.Conv(b, "conv", b.Input("x", 2, 3, 8, 8), nn.ConvOptions{Out: 5, Kernel: []int{3}})
	if got := fmt.Sprint(b.Shape(l), b.Params().Get("conv/weight").Shape, b.Params().Get("conv/bias").Shape); got != "[2 5 6 6] [5 3 3 3] [5]" {
		t.Errorf("got the shapes %s", got)
	}
}

// TestPad holds the modes to the drawings in their comments.
func TestPad(t *testing.T) {
	for mode, want := range map[graph.PadMode][]float64{
		graph.PadZeros:     {0, 0, 1, 2, 3, 4, 0, 0},
		graph.PadReflect:   {3, 2, 1, 2, 3, 4, 3, 2},
		graph.PadReplicate: {1, 1, 1, 2, 3, 4, 4, 4},
		graph.PadCircular:  {3, 4, 1, 2, 3, 4, 1, 2},
	} {
		b := graph.New(nil)
		same(t, fmt.Sprint("mode ", mode), values(t, b, b.Pad(b.Const([]float64{1, 2, 3, 4}, 4), []int{2}, []int{2}, mode))[0], want)
	}
}

// TestBind checks that a bound input is read in place, that feeding ends that,
// and that the wrong type is refused.
func TestBind(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 3)
	p, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{b.Sum(b.Square(x)), b.Reshape(x, 3, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	v := []float64{1, 2, 3}
	if err := graph.InputOf[float64](p, "x").Bind(v); err != nil {
		t.Fatal(err)
	}
	for _, want := range []float64{14, 29} {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if graph.OutputOf[float64](p, 0).Scalar() != want || graph.OutputOf[float64](p, 1).Read(nil)[2] != v[2] {
			t.Errorf("got %v and %v, want %v", graph.OutputOf[float64](p, 0).Scalar(), graph.OutputOf[float64](p, 1).Read(nil), want)
		}
		v[0] = 4 // is seen by the next run
	}
	if err := graph.InputOf[float64](p, "x").Set([]float64{0, 0, 1}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil || graph.OutputOf[float64](p, 0).Scalar() != 1 || v[0] != 4 {
		t.Errorf("after Feed: got %v, %v, and %v in the caller's memory", graph.OutputOf[float64](p, 0).Scalar(), err, v)
	}
	if graph.InputOf[float32](p, "x").Bind(make([]float32, 3)) == nil || graph.InputOf[float64](p, "x").Bind(v[:2]) == nil || graph.InputOf[float64](p, "y").Bind(v) == nil {
		t.Error("a wrong Bind got no error")
	}
}

// TestMemory checks that what is written to an input's memory is read by the next
// run, also after the input was bound, and that the wrong type is refused.
func TestMemory(t *testing.T) {
	b := graph.New(nil)
	prog, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{b.Sum(b.Square(b.Input("x", 3)))}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // fed by nothing else at first, bound at the second time
		v, err := graph.InputOf[float64](prog, "x").Memory()
		if err != nil || len(v) != 3 {
			t.Fatalf("got %v, %v, want 3 elements", v, err)
		}
		for _, want := range []float64{1, 16} {
			v[0], v[1], v[2] = math.Sqrt(want), 0, 0
			if err := prog.Run(); err != nil || graph.OutputOf[float64](prog, 0).Scalar() != want {
				t.Errorf("got %v, %v, want %v", graph.OutputOf[float64](prog, 0).Scalar(), err, want)
			}
		}
		if err := graph.InputOf[float64](prog, "x").Bind([]float64{9, 9, 9}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := graph.InputOf[float32](prog, "x").Memory(); !errors.Is(err, graph.ErrDType) {
		t.Errorf("got %v of the wrong type, want ErrDType", err)
	}
	if _, err := graph.InputOf[float64](prog, "y").Memory(); err == nil {
		t.Error("an unknown input got no error")
	}
}

// TestProfile checks that the kernels' figures add up.
func TestProfile(t *testing.T) {
	b := graph.New(nil)
	y := b.Tanh(b.MatMul(b.Const(wave(60, 1), 6, 10), b.Const(wave(40, 2), 10, 4)))
	p, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{y}})
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.Profile(5)
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Kernels) != 1 || q.Kernels[0].Op != "matmul+tanh" || q.Kernels[0].Flops < 2*6*10*4 || q.PerRun <= 0 || q.MaxBytes <= 0 {
		t.Errorf("got %+v", q)
	}
	if _, err := p.Profile(0); err == nil {
		t.Error("no runs: no error")
	}
}

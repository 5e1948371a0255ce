package nn

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Cell is the kind of a recurrent layer.
type Cell uint8

// The cells. With a = x·Input + InputBias and r = h·Hidden + HiddenBias, the
// gates lie side by side in the last axis of both.
const (
	// LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al.
	// 2000): gates i, f, g, o = a + r; c' = σ(f)·c + σ(i)·tanh g; h' = σ(o)·tanh c'.
	LSTM Cell = iota
	// GRU (Cho et al. 2014, with the reset after the product): gates r, z, n;
	// n = tanh(aₙ + σ(aᵣ + rᵣ)·rₙ); h' = (1 − z)·n + z·h with z = σ(a_z + r_z).
	GRU
	// TanhRNN (Elman 1990): h' = tanh(a + r).
	TanhRNN
	// ReLURNN: h' = max(a + r, 0).
	ReLURNN
)

// Gates is how many gates the cell has: 4, 3 or 1.
func (k Cell) Gates() int {
	switch k {
	case LSTM:
		return 4
	case GRU:
		return 3
	}
	return 1
}

// CellWeights are the parameters of one recurrent layer in one direction, of
// Gates G and H hidden units. Biases may be nil.
type CellWeights struct {
	Input      *gorgonia.Node // [In, G·H]
	Hidden     *gorgonia.Node // [H, G·H]
	InputBias  *gorgonia.Node // [G·H]
	HiddenBias *gorgonia.Node // [G·H]
}

// State is what a cell hands from step to step: h: [N, H], and c: [N, H] of LSTM.
type State struct{ H, C *gorgonia.Node }

// affine is x·w + bias.
func affine(b *graph.Builder, x, w, bias *gorgonia.Node) *gorgonia.Node {
	y := b.MatMul(x, w)
	if bias != nil {
		y = b.Add(y, bias)
	}
	return y
}

// CellStep is one step of a cell: x: [N, In] and the state before; the state after.
func CellStep(b *graph.Builder, k Cell, x *gorgonia.Node, s State, w CellWeights) State {
	c := build.Enter(b, "nn.CellStep", x)
	defer c.Leave()
	return cellStep(b, k, affine(b, x, w.Input, w.InputBias), s, w)
}

// cellStep is CellStep for a given a = x·Input + InputBias: [N, G·H].
func cellStep(b *graph.Builder, k Cell, a *gorgonia.Node, s State, w CellWeights) State {
	c := build.Of(b)
	shape := c.Shape(s.H)
	if c.Err != nil {
		return State{}
	}
	if k > ReLURNN || len(shape) != 2 || k == LSTM && s.C == nil {
		c.Refuse(mistake.Shapef("got the cell %d and a state of %v, want one of the cells, a state [N, H] and, for LSTM, a second one", k, shape))
		return State{}
	}
	n := shape[1]
	gate := func(x *gorgonia.Node, i int) *gorgonia.Node { return c.Along(x, 1, graph.Range(i*n, (i+1)*n)) }
	r := affine(b, s.H, w.Hidden, w.HiddenBias)
	switch k {
	case LSTM:
		z := b.Add(a, r)
		c := b.Add(b.Mul(b.Sigmoid(gate(z, 1)), s.C), b.Mul(b.Sigmoid(gate(z, 0)), b.Tanh(gate(z, 2))))
		return State{b.Mul(b.Sigmoid(gate(z, 3)), b.Tanh(c)), c}
	case GRU:
		reset := b.Sigmoid(b.Add(gate(a, 0), gate(r, 0)))
		z := b.Sigmoid(b.Add(gate(a, 1), gate(r, 1)))
		fresh := b.Tanh(b.Add(gate(a, 2), b.Mul(reset, gate(r, 2))))
		return State{H: b.Add(fresh, b.Mul(z, b.Sub(s.H, fresh)))}
	case ReLURNN:
		return State{H: b.ReLU(b.Add(a, r))}
	}
	return State{H: b.Tanh(b.Add(a, r))}
}

// Unroll runs a cell over x: [T, N, In] from the state s, from the last step to
// the first if reverse. It returns the hidden states of all steps, [T, N, H], in
// the order of x, and the last state. The products of all inputs are one product.
func Unroll(b *graph.Builder, k Cell, x *gorgonia.Node, s State, w CellWeights, reverse bool) (*gorgonia.Node, State) {
	c := build.Enter(b, "nn.Unroll", x)
	defer c.Leave()
	shape := c.Shape(x)
	if c.Err != nil {
		return nil, State{}
	}
	if len(shape) != 3 || shape[0] == 0 {
		c.Refuse(mistake.Shapef("got %v, want [T, N, In] with at least one step", shape))
		return nil, State{}
	}
	if !c.Unrolls(shape[0]) {
		return nil, State{}
	}
	a := affine(b, x, w.Input, w.InputBias)
	out := make([]*gorgonia.Node, shape[0])
	for i := range out {
		t := i
		if reverse {
			t = len(out) - 1 - i
		}
		at := b.Squeeze(c.Along(a, 0, graph.Range(t, t+1)), 0)
		s = cellStep(b, k, at, s, w)
		out[t] = s.H
	}
	return b.Stack(0, out...), s
}

// Recurrent are the settings of a recurrent layer, or of several on top of each
// other.
type RecurrentOptions struct {
	Cell          Cell // default LSTM
	Hidden        int  // units, ≥ 1
	Layers        int  // default 1
	Bidirectional bool // a second run from the last step to the first; both outputs side by side
	NoBias        bool
	Weight        graph.Initializer // nil: XavierUniform()
}

// Recurrent runs recurrent layers over x: [T, N, In] from a state of zeros. It
// returns the hidden states of all steps, [T, N, H] or [T, N, 2H], and the last
// state of each layer and direction, layer by layer. Layer i has the parameters
// name/layer<i>/input: [In, G·H], name/layer<i>/hidden: [H, G·H] and
// name/layer<i>/bias: [G·H]; those of the second direction lie under
// name/layer<i>/reverse. GRU has a second bias, name/layer<i>/hiddenbias, since
// its reset gate scales one of the two.
func Recurrent(b *graph.Builder, name string, x *gorgonia.Node, l RecurrentOptions) (*gorgonia.Node, []State) {
	c := build.Enter(b, "nn.Recurrent", x)
	c.Named(c.Scoped(name))
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil, nil
	}
	if l.Layers == 0 {
		l.Layers = 1
	}
	if len(s) != 3 || l.Hidden < 1 || l.Layers < 1 || l.Cell > ReLURNN {
		c.Refuse(mistake.Shapef("got %v, %d hidden units, %d layers and the cell %d, want [T, N, In], at least one unit and layer, and one of the cells", s, l.Hidden, l.Layers, l.Cell))
		return nil, nil
	}
	if !c.Unrolls(l.Layers) || !c.Unrolls(l.Layers*min(s[0], build.MostSteps+1)) {
		return nil, nil
	}
	var last []State
	zero := zeros(b, []int{s[1], l.Hidden})
	b.Scope(name, func() {
		for i := range l.Layers {
			b.Scope(fmt.Sprintf("layer%d", i), func() {
				y, end := Unroll(b, l.Cell, x, State{zero, zero}, cellWeights(b, x, l), false)
				last = append(last, end)
				if l.Bidirectional {
					var back *gorgonia.Node
					b.Scope("reverse", func() {
						back, end = Unroll(b, l.Cell, x, State{zero, zero}, cellWeights(b, x, l), true)
					})
					last = append(last, end)
					y = b.Concat(2, y, back)
				}
				x = y
			})
		}
	})
	return c.Label(name, x), last
}

// cellWeights declares the parameters of one layer in one direction.
func cellWeights(b *graph.Builder, x *gorgonia.Node, l RecurrentOptions) CellWeights {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err != nil {
		return CellWeights{}
	}
	if l.Weight == nil {
		l.Weight = graph.XavierUniform()
	}
	n := l.Cell.Gates() * l.Hidden
	w := CellWeights{Input: b.Param("input", l.Weight, s[2], n), Hidden: b.Param("hidden", l.Weight, l.Hidden, n)}
	if !l.NoBias {
		w.InputBias = b.Param("bias", graph.Zeros(), n)
		if l.Cell == GRU {
			w.HiddenBias = b.Param("hiddenbias", graph.Zeros(), n)
		}
	}
	return w
}

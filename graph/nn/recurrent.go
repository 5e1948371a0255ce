package nn

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Cell is the kind of a recurrent layer: how it makes its next state from an input and
// the state before.
type Cell uint8

// The cells. a = x·Input + InputBias and r = h·Hidden + HiddenBias have the gates side by
// side in their last axis; σ is the sigmoid.
const (
	// LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al.
	// 2000): gates i, f, g, o = a + r; c' = σ(f)·c + σ(i)·tanh g; h' = σ(o)·tanh c'.
	LSTM Cell = iota
	// GRU (Cho et al. 2014, with the reset gate after the product): gates r, z, n;
	// n = tanh(aₙ + σ(aᵣ + rᵣ)·rₙ); h' = (1 − z)·n + z·h with z = σ(a_z + r_z).
	GRU
	// TanhRNN (Elman 1990): h' = tanh(a + r).
	TanhRNN
	// ReLURNN: h' = max(a + r, 0).
	ReLURNN
)

// Gates returns the number of gates: 4 for LSTM, 3 for GRU, 1 for the others.
func (k Cell) Gates() int {
	switch k {
	case LSTM:
		return 4
	case GRU:
		return 3
	}
	return 1
}

// CellWeights are the parameters of one recurrent layer in one direction, with In input
// features, H hidden units and G gates. Biases may be nil.
type CellWeights struct {
	Input      *gorgonia.Node // [In, G·H]
	Hidden     *gorgonia.Node // [H, G·H]
	InputBias  *gorgonia.Node // [G·H]
	HiddenBias *gorgonia.Node // [G·H]
}

// State is what a cell hands from step to step: the hidden state H: [N, H] and, for LSTM,
// the cell state C: [N, H].
type State struct{ H, C *gorgonia.Node }

// affine is x·w + bias.
func affine(b *graph.Builder, x, w, bias *gorgonia.Node) *gorgonia.Node {
	y := b.MatMul(x, w)
	if bias != nil {
		y = b.Add(y, bias)
	}
	return y
}

// CellStep returns the state after one step of a cell. x: [N, In]; s is the state before.
//
// Errors: ErrShape for shapes that do not fit, ErrOption for an unknown cell.
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
	switch {
	case !c.Checks().OneOf("cell", cellNames, int(k)).OK():
		return State{}
	case len(shape) != 2:
		c.Refuse(mistake.Shapef("got the hidden state %v, want [N, H]", shape))
		return State{}
	case k == LSTM && s.C == nil:
		c.Refuse(mistake.Optionf("got no cell state C, want one for the cell lstm"))
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

// Unroll runs a cell over the steps of x: [T, N, In] from the state s, from the last step
// to the first if reverse is set. It returns the hidden states of all steps, [T, N, H], in
// the order of x, and the state after the last step that it runs. The products with Input
// are one product for all steps.
//
// Errors: ErrShape for shapes that do not fit or no steps, ErrOption for an unknown cell,
// ErrUnsupported for more steps than a graph has room for.
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

// RecurrentOptions are the settings of Recurrent.
type RecurrentOptions struct {
	Cell          Cell              // the zero value is LSTM
	Hidden        int               // units, ≥ 1
	Layers        int               // layers on top of each other; 0: 1
	Bidirectional bool              // run from the last step to the first too, and join both outputs
	NoBias        bool              // leave the biases out
	Weight        graph.Initializer // of the weights; nil: XavierUniform()
}

// Recurrent runs recurrent layers over the steps of x: [T, N, In] from a state of zeros.
// It returns the hidden states of all steps, [T, N, Hidden] or, if Bidirectional, [T, N,
// 2·Hidden], and the last state of each layer and direction, layer by layer.
//
// With G gates, layer i owns name/layer<i>/input: [In, G·Hidden], name/layer<i>/hidden:
// [Hidden, G·Hidden] and name/layer<i>/bias: [G·Hidden]. The second direction owns the
// same under name/layer<i>/reverse. GRU has a second bias, name/layer<i>/hiddenbias,
// since its reset gate scales one of the two.
//
// Errors: ErrShape unless x is [T, N, In] with at least one step, ErrOption for Hidden < 1,
// Layers < 0 or an unknown cell, ErrUnsupported for more steps than a graph has room for.
func Recurrent(b *graph.Builder, name string, x *gorgonia.Node, o RecurrentOptions) (*gorgonia.Node, []State) {
	c := enter(b, "nn.Recurrent", name, x)
	defer c.Leave()
	if o.Layers == 0 {
		o.Layers = 1
	}
	if !o.fits(c, x) {
		return nil, nil
	}
	var last []State
	zero := zeros(b, []int{c.Shape(x)[1], o.Hidden})
	own(b, name, "Recurrent ("+o.Cell.String()+")", func(l layer) {
		for i := range o.Layers {
			b.Scope(fmt.Sprintf("layer%d", i), func() {
				y, end := Unroll(b, o.Cell, x, State{zero, zero}, l.cell(x, o), false)
				last = append(last, end)
				if o.Bidirectional {
					var back *gorgonia.Node
					b.Scope("reverse", func() {
						back, end = Unroll(b, o.Cell, x, State{zero, zero}, l.cell(x, o), true)
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

// fits says whether the settings and x go together; if not it fails.
func (o RecurrentOptions) fits(c *build.Core, x *gorgonia.Node) bool {
	s := c.Shape(x)
	if !c.Checks().OneOf("cell", cellNames, int(o.Cell)).OK() {
		return false
	}
	switch {
	case len(s) != 3 || s[0] < 1:
		c.Refuse(mistake.Shapef("got %v, want [T, N, In] with at least one step", s))
	case o.Hidden < 1:
		c.Refuse(mistake.Optionf("got %d hidden units, want at least 1", o.Hidden))
	case o.Layers < 1:
		c.Refuse(mistake.Optionf("got %d layers, want at least 1", o.Layers))
	}
	return c.Unrolls(o.Layers) && c.Unrolls(o.Layers*min(s[0], build.MostSteps+1))
}

// cell returns the parameters of one layer in one direction, which l owns.
func (l layer) cell(x *gorgonia.Node, o RecurrentOptions) CellWeights {
	s := build.Of(l.b).Shape(x)
	if len(s) != 3 {
		return CellWeights{}
	}
	n := o.Cell.Gates() * o.Hidden
	w := CellWeights{Input: l.param("input", o.Weight, graph.XavierUniform(), s[2], n), Hidden: l.param("hidden", o.Weight, graph.XavierUniform(), o.Hidden, n)}
	if !o.NoBias {
		w.InputBias = l.param("bias", nil, graph.Zeros(), n)
		if o.Cell == GRU {
			w.HiddenBias = l.param("hiddenbias", nil, graph.Zeros(), n)
		}
	}
	return w
}

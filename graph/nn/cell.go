package nn

import (
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
// features, H hidden units and G gates. The hidden state has P features, which is H
// without a projection. Biases may be nil.
type CellWeights struct {
	Input      *gorgonia.Node // [In, G·H]
	Hidden     *gorgonia.Node // [P, G·H]
	InputBias  *gorgonia.Node // [G·H]
	HiddenBias *gorgonia.Node // [G·H]

	// Projection: [H, P] makes the hidden state of LSTM smaller: h' is multiplied by it
	// (Sak, Senior and Beaufays 2014). nil: there is none.
	Projection *gorgonia.Node
}

// State is what a cell hands from step to step: the hidden state H: [N, P] and, for LSTM,
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
	return cellStep(b, k, affine(b, x, w.Input, w.InputBias), s, w, nil)
}

// cellStep is CellStep for a given a = x·Input + InputBias: [N, G·H]. Examples where the
// mask: [N, 1] is 0 keep their state. Nil is no mask.
func cellStep(b *graph.Builder, k Cell, a *gorgonia.Node, s State, w CellWeights, mask *gorgonia.Node) State {
	c := build.Of(b)
	n, ok := k.units(c, s, w)
	if !ok {
		return State{}
	}
	next := func(x, before *gorgonia.Node) *gorgonia.Node {
		if mask == nil {
			return x
		}
		return b.Where(mask, x, before)
	}
	gate := func(x *gorgonia.Node, i int) *gorgonia.Node { return c.Part(x, 1, i*n, (i+1)*n) }
	r := affine(b, s.H, w.Hidden, w.HiddenBias)
	switch k {
	case LSTM:
		z := b.Add(a, r)
		c := next(b.Add(b.Mul(b.Sigmoid(gate(z, 1)), s.C), b.Mul(b.Sigmoid(gate(z, 0)), b.Tanh(gate(z, 2)))), s.C)
		h := b.Mul(b.Sigmoid(gate(z, 3)), b.Tanh(c))
		if w.Projection != nil {
			h = b.MatMul(h, w.Projection)
		}
		return State{next(h, s.H), c}
	case GRU:
		reset := b.Sigmoid(b.Add(gate(a, 0), gate(r, 0)))
		z := b.Sigmoid(b.Add(gate(a, 1), gate(r, 1)))
		fresh := b.Tanh(b.Add(gate(a, 2), b.Mul(reset, gate(r, 2))))
		return State{H: next(b.Add(fresh, b.Mul(z, b.Sub(s.H, fresh))), s.H)}
	case ReLURNN:
		return State{H: next(b.ReLU(b.Add(a, r)), s.H)}
	}
	return State{H: next(b.Tanh(b.Add(a, r)), s.H)}
}

// units returns the number of hidden units of a cell with the state and the weights. It
// is not ok if they do not go together.
func (k Cell) units(c *build.Core, s State, w CellWeights) (n int, ok bool) {
	shape := c.Shape(s.H)
	if !c.Checks().OneOf("cell", cellNames, int(k)).OK() {
		return 0, false
	}
	switch {
	case len(shape) != 2:
		c.Refuse(mistake.Shapef("got the hidden state %v, want [N, H]", shape))
		return 0, false
	case k == LSTM && s.C == nil:
		c.Refuse(mistake.Optionf("got no cell state C, want one for the cell lstm"))
		return 0, false
	case k != LSTM && w.Projection != nil:
		c.Refuse(mistake.Optionf("got a projection for the cell %v, want none: only lstm has one", k))
		return 0, false
	case w.Projection != nil:
		shape = c.Shape(s.C)
	}
	if c.OK() && len(shape) != 2 {
		c.Refuse(mistake.Shapef("got the cell state %v, want [N, H]", shape))
	}
	return shape[len(shape)-1], c.OK()
}

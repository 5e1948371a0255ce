package nn

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// RecurrentOptions are the settings of Recurrent and RecurrentStep.
type RecurrentOptions struct {
	Cell          Cell // the zero value is LSTM
	Hidden        int  // units, ≥ 1
	Layers        int  // layers on top of each other; 0: 1
	Bidirectional bool // run from the last step to the first too, and join both outputs
	NoBias        bool // leave the biases out

	// Projection is the number of features that LSTM projects its hidden state to, with
	// a weight of its own (Sak, Senior and Beaufays 2014). 0: there is no projection.
	Projection int

	// BatchFirst says that x and the result begin with the axis of the examples: [N, T,
	// In]. By default they begin with the steps: [T, N, In].
	BatchFirst bool

	// Lengths are the numbers of steps of the sequences: Ints [N] in [0, T]. The steps behind
	// them are padding. nil: all sequences have T steps.
	Lengths *gorgonia.Node

	// Initial are the states before the first step that each layer and direction runs, in
	// the order of the last states that Recurrent returns. A nil H or C is zeros. nil: all
	// are zeros.
	Initial []State

	// Dropout is the rate of Dropout between the layers, in [0, 1): on what all but the last
	// one return. 0: none.
	Dropout float64

	Weight graph.Initializer // of the weights; nil: XavierUniform()
}

// Recurrent runs recurrent layers over the steps of x: [T, N, In]. It returns the hidden
// states of all steps, [T, N, P] or, if Bidirectional, [T, N, 2·P], and the last state of
// each layer and direction, layer by layer. P is Projection, or Hidden without one.
//
// With Lengths, each sequence gives what it would give alone. The second direction begins
// at its own last step. The last state is the one after its own steps, or the initial one
// if it has none. The hidden states of its padding are 0. Padding has no influence on
// anything, even where it is infinite or NaN.
//
// With G gates, layer i owns name/layer<i>/input: [In, G·Hidden], name/layer<i>/hidden:
// [P, G·Hidden] and name/layer<i>/bias: [G·Hidden]. The second direction owns the same
// under name/layer<i>/reverse. GRU has a second bias, name/layer<i>/hiddenbias, since its
// reset gate scales one of the two. With Projection there is name/layer<i>/projection:
// [Hidden, P].
//
// Each step has nodes of its own, so the time to compile and the memory of a training run
// grow with T. All layers together have at most 32,768 steps.
//
// Errors: ErrShape unless x has three axes with at least one step, and for lengths and
// states of other shapes. ErrOption for settings that are out of range or do not go with
// the cell. ErrUnsupported for more steps than a graph has room for. An input of lengths
// refuses a length that is out of range when it is set.
func Recurrent(b *graph.Builder, name string, x *gorgonia.Node, o RecurrentOptions) (*gorgonia.Node, []State) {
	c := enter(b, "nn.Recurrent", name, x, o.Lengths)
	defer c.Leave()
	s := c.Shape(x)
	want, steps := "[T, N, In]", 0
	if o.BatchFirst {
		want, steps = "[N, T, In]", 1
	}
	if c.OK() && (len(s) != 3 || s[steps] < 1) {
		c.Refuse(mistake.Shapef("got %v, want %s with at least one step", s, want))
	}
	if !c.OK() {
		return nil, nil
	}
	if o = o.checked(b, s[1-steps]); !c.Unrolls(o.Layers * min(s[steps], build.MostSteps+1)) {
		return nil, nil
	}
	if o.BatchFirst {
		x = b.SwapAxes(x, 0, 1)
	}
	mask := stepMask(b, x, o.Lengths)
	y, last := o.run(b, name, maskSteps(b, mask, x), func(x *gorgonia.Node, s State, w CellWeights, reverse bool) (*gorgonia.Node, State) {
		return sweep{o.Cell, mask, o.Lengths, reverse}.over(b, x, s, w)
	})
	if o.BatchFirst {
		y = b.SwapAxes(y, 0, 1)
	}
	return c.Label(name, y), last
}

// RecurrentStep runs the layers of Recurrent of that name for one step. A program that
// makes a sequence step by step needs it. x: [N, In]; states are those before the step, as
// Recurrent returns them and takes them as Initial; nil: zeros. It returns the hidden state
// of the last layer, [N, P], and the states after the step.
//
// It owns the parameters of Recurrent under the name with the same options, in the same
// graph or in another one of the same Params. Lengths, Initial and Bidirectional must not
// be set, BatchFirst does not matter.
//
// Errors: ErrShape unless x has two axes and the states fit, ErrOption for settings that
// are out of range or do not go with the cell or a step.
func RecurrentStep(b *graph.Builder, name string, x *gorgonia.Node, states []State, o RecurrentOptions) (*gorgonia.Node, []State) {
	c := enter(b, "nn.RecurrentStep", name, x)
	defer c.Leave()
	s := c.Shape(x)
	switch {
	case !c.OK():
	case len(s) != 2:
		c.Refuse(mistake.Shapef("got %v, want [N, In]", s))
	case o.Bidirectional:
		c.Refuse(mistake.Optionf("got Bidirectional, want one direction: the steps to come are not known"))
	case o.Lengths != nil:
		c.Refuse(mistake.Optionf("got Lengths, want none for one step"))
	case o.Initial != nil:
		c.Refuse(mistake.Optionf("got Initial, want the states as the argument"))
	}
	if !c.OK() {
		return nil, nil
	}
	o.Initial = states
	o = o.checked(b, s[0])
	y, next := o.run(b, name, x, func(x *gorgonia.Node, s State, w CellWeights, _ bool) (*gorgonia.Node, State) {
		s = cellStep(b, o.Cell, affine(b, x, w.Input, w.InputBias), s, w, nil)
		return s.H, s
	})
	return c.Label(name, y), next
}

// run runs all layers, each by over in its directions, and returns what the last one
// returns and the last states of all.
func (o RecurrentOptions) run(b *graph.Builder, name string, x *gorgonia.Node,
	over func(x *gorgonia.Node, s State, w CellWeights, reverse bool) (*gorgonia.Node, State)) (*gorgonia.Node, []State) {
	var last []State
	if !build.Of(b).OK() {
		return nil, nil
	}
	own(b, name, "Recurrent ("+o.Cell.String()+")", func(l layer) {
		side := func(reverse bool) *gorgonia.Node {
			y, end := over(x, o.Initial[len(last)], l.cell(x, o), reverse)
			last = append(last, end)
			return y
		}
		for i := range o.Layers {
			if i > 0 && o.Dropout > 0 {
				x = Dropout(b, x, o.Dropout)
			}
			b.Scope(fmt.Sprintf("layer%d", i), func() {
				y := side(false)
				if o.Bidirectional {
					b.Scope("reverse", func() { y = b.Concat(-1, y, side(true)) })
				}
				x = y
			})
		}
	})
	return x, last
}

// checked returns the settings with their defaults, and with the initial states of n
// examples. It fails if they do not go together.
func (o RecurrentOptions) checked(b *graph.Builder, n int) RecurrentOptions {
	c := build.Of(b)
	if o.Layers == 0 {
		o.Layers = 1
	}
	if !c.Checks().OneOf("cell", cellNames, int(o.Cell)).Setting("dropout", o.Dropout, o.Dropout >= 0 && o.Dropout < 1, "a number in [0, 1)").OK() {
		return o
	}
	switch {
	case o.Hidden < 1:
		c.Refuse(mistake.Optionf("got %d hidden units, want at least 1", o.Hidden))
	case o.Layers < 1:
		c.Refuse(mistake.Optionf("got %d layers, want at least 1", o.Layers))
	case o.Projection < 0:
		c.Refuse(mistake.Optionf("got a projection to %d features, want at least 0", o.Projection))
	case o.Projection > 0 && o.Cell != LSTM:
		c.Refuse(mistake.Optionf("got a projection for the cell %v, want none: only lstm has one", o.Cell))
	case o.Dropout > 0 && o.Layers == 1:
		c.Refuse(mistake.Optionf("got the dropout %v for 1 layer, want more layers: it stands between them", o.Dropout))
	}
	if c.Unrolls(o.Layers) {
		o.Initial = o.states(b, n)
	}
	return o
}

// states returns the initial states of n examples, zeros where they are nil.
func (o RecurrentOptions) states(b *graph.Builder, n int) []State {
	c, want := build.Of(b), o.Layers
	if o.Bidirectional {
		want *= 2
	}
	if len(o.Initial) != 0 && len(o.Initial) != want {
		c.Refuse(mistake.Optionf("got %d initial states, want %d: one for each layer and direction", len(o.Initial), want))
		return nil
	}
	out := make([]State, want)
	copy(out, o.Initial)
	part := func(i int, what string, x *gorgonia.Node, shape ir.Shape) *gorgonia.Node {
		if x == nil {
			return zeros(b, shape)
		}
		if s := c.Shape(x); c.OK() && !s.Equal(shape) {
			c.Refuse(mistake.Shapef("got the %s state %v as initial state %d, want %v", what, s, i, shape))
		}
		return x
	}
	for i, s := range out {
		out[i].H = part(i, "hidden", s.H, ir.Shape{n, o.features()})
		switch {
		case o.Cell == LSTM:
			out[i].C = part(i, "cell", s.C, ir.Shape{n, o.Hidden})
		case s.C != nil:
			c.Refuse(mistake.Optionf("got a cell state C as initial state %d, want none for the cell %v", i, o.Cell))
		}
	}
	return out
}

// features returns how many features the hidden state has.
func (o RecurrentOptions) features() int {
	if o.Projection > 0 {
		return o.Projection
	}
	return o.Hidden
}

// cell returns the parameters of one layer in one direction, which l owns.
func (l layer) cell(x *gorgonia.Node, o RecurrentOptions) CellWeights {
	s := build.Of(l.b).Shape(x)
	if len(s) == 0 {
		return CellWeights{}
	}
	n, p := o.Cell.Gates()*o.Hidden, o.features()
	w := CellWeights{
		Input:  l.param("input", o.Weight, graph.XavierUniform(), s[len(s)-1], n),
		Hidden: l.param("hidden", o.Weight, graph.XavierUniform(), p, n),
	}
	if !o.NoBias {
		w.InputBias = l.param("bias", nil, graph.Zeros(), n)
		if o.Cell == GRU {
			w.HiddenBias = l.param("hiddenbias", nil, graph.Zeros(), n)
		}
	}
	if o.Projection > 0 {
		w.Projection = l.param("projection", o.Weight, graph.XavierUniform(), o.Hidden, p)
	}
	return w
}

package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// UnrollOptions are the settings of Unroll.
type UnrollOptions struct {
	Reverse bool           // run from the last step to the first
	Lengths *gorgonia.Node // steps of each sequence: Ints [N] in [0, T]; nil: T. See Recurrent
}

// Unroll runs a cell over the steps of x: [T, N, In] from the state s. It returns the
// hidden states of all steps, [T, N, P], in the order of x, and the state after the last
// step that it runs. The products with Input are one product for all steps.
//
// Errors: ErrShape for shapes that do not fit or no steps, ErrOption for an unknown cell,
// ErrUnsupported for more steps than a graph has room for.
func Unroll(b *graph.Builder, k Cell, x *gorgonia.Node, s State, w CellWeights, o UnrollOptions) (*gorgonia.Node, State) {
	c := build.Enter(b, "nn.Unroll", x, o.Lengths)
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
	mask := stepMask(b, x, o.Lengths)
	return sweep{k, mask, o.Lengths, o.Reverse}.over(b, maskSteps(b, mask, x), s, w)
}

// sweep is how a cell runs over the steps of sequences.
type sweep struct {
	cell    Cell
	mask    *gorgonia.Node // stepMask of the sequences; nil: they have all steps
	lengths *gorgonia.Node // that the mask is made of
	reverse bool
}

// over runs the cell over x: [T, N, In], which is finite behind the sequences.
func (r sweep) over(b *graph.Builder, x *gorgonia.Node, s State, w CellWeights) (*gorgonia.Node, State) {
	c := build.Of(b)
	a := affine(b, x, w.Input, w.InputBias)
	if !c.OK() {
		return nil, State{}
	}
	before, out := s, make([]*gorgonia.Node, c.Shape(x)[0])
	for i := range out {
		t := i
		if r.reverse {
			t = len(out) - 1 - i
		}
		var here *gorgonia.Node
		if r.mask != nil {
			here = c.At(r.mask, 0, t)
		}
		s = cellStep(b, r.cell, c.At(a, 0, t), s, w, here)
		out[t] = s.H
	}
	y := maskSteps(b, r.mask, b.Stack(0, out...))
	if c.OK() && w.Projection == nil {
		c.Sweeps = append(c.Sweeps, build.Sweep{Cell: r.cell.String(), Reverse: r.reverse, X: x, Lengths: r.lengths, H: before.H, C: before.C,
			Input: w.Input, Hidden: w.Hidden, InputBias: w.InputBias, HiddenBias: w.HiddenBias, Y: y, LastH: s.H, LastC: s.C})
	}
	return y, s
}

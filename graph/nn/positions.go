package nn

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// SinusoidalPositions returns a constant vector for each position (Vaswani et al. 2017,
// section 3.5), to be added to the embeddings:
//
//	y[t, 2i] = sin(t/10000^(2i/features)), y[t, 2i+1] = cos(t/10000^(2i/features))
//
// Result: [steps, features]. Builder.Take gives the vectors of single positions.
//
// Errors: ErrShape for steps or features < 1, ErrMemory for a constant that does not fit
// into memory.
func SinusoidalPositions(b *graph.Builder, steps, features int) *gorgonia.Node {
	c := build.Enter(b, "nn.SinusoidalPositions")
	defer c.Leave()
	if !positive(c, steps, features) || !c.Holds(steps, features) {
		return nil
	}
	v := make([]float64, steps*features)
	for i := range v {
		sin, cos := math.Sincos(angle(i/features, i%features/2, features, originalBase))
		v[i] = sin
		if i%features%2 == 1 {
			v[i] = cos
		}
	}
	return b.Const(v, steps, features)
}

// originalBase is that of Vaswani et al. and of Su et al.
const originalBase = 10000

// angle is the one of pair i of the features at position t: t/base^(2i/features).
func angle(t, i, features int, base float64) float64 {
	return float64(t) * math.Pow(base, -float64(2*i)/float64(features))
}

// positive says whether a table has rows and columns; if not it fails.
func positive(c *build.Core, steps, features int) bool {
	if c.OK() && (steps < 1 || features < 1) {
		c.Refuse(mistake.Shapef("got %d steps of %d features, want at least 1", steps, features))
	}
	return c.OK()
}

// LearnedPositions returns a vector for each position that is trained, to be added to the
// embeddings. Result: [steps, features]. Builder.Slice gives those of shorter sequences,
// Builder.Take those of single positions.
//
// It owns name/weight: [steps, features], which is drawn by Normal(0, 0.02).
//
// Errors: ErrShape for steps or features < 1.
func LearnedPositions(b *graph.Builder, name string, steps, features int) *gorgonia.Node {
	c := build.Enter(b, "nn.LearnedPositions")
	defer c.Leave()
	c.Named(c.Scoped(name))
	if !positive(c, steps, features) {
		return nil
	}
	var w *gorgonia.Node
	own(b, name, "LearnedPositions", func(l layer) { w = l.param("weight", graph.Normal(0, 0.02), nil, steps, features) })
	return w
}

// RotaryOptions are the settings of Rotary.
type RotaryOptions struct {
	Base      float64        // of the angles, > 0; 0: 10000
	Positions *gorgonia.Node // Ints [T], or what broadcasts to [..., T]; nil: 0, 1, ... T−1
	Steps     int            // with Positions: they are in [0, Steps)
}

// Rotary turns each pair of features of x by an angle that grows with the position (Su et
// al. 2021, RoFormer, equation 34):
//
//	y[2i]   = x[2i]·cos θ − x[2i+1]·sin θ
//	y[2i+1] = x[2i]·sin θ + x[2i+1]·cos θ,   θ = t/Base^(2i/D) at position t
//
// x: [..., T, D] with an even D, result: the shape of x. A pair are two features that
// follow each other, as in the paper. Products of queries and keys that are turned so
// depend on their positions by the difference alone.
//
// Errors: ErrShape for an odd D or positions that do not fit, ErrOption for Base < 0 and
// for Steps without Positions or Positions without Steps. A run fails on a position
// outside of [0, Steps).
func Rotary(b *graph.Builder, x *gorgonia.Node, o RotaryOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.Rotary", x, o.Positions)
	defer c.Leave()
	s := c.Shape(x)
	if c.OK() && (len(s) < 2 || s[len(s)-1]%2 != 0) {
		c.Refuse(mistake.Shapef("got %v, want [..., T, D] with an even D", s))
	}
	if o.Base == 0 {
		o.Base = originalBase
	}
	if !c.Checks().Above("base", o.Base, 0).OK() || !o.placed(c, s[:len(s)-1]) {
		return nil
	}
	cos, sin := o.turns(b, s[len(s)-2], s[len(s)-1])
	if !c.OK() {
		return nil
	}
	pairs := b.Unflatten(x, -1, s[len(s)-1]/2, 2)
	first, second := c.At(pairs, len(s), 0), c.At(pairs, len(s), 1)
	y := b.Stack(len(s), b.Sub(b.Mul(first, cos), b.Mul(second, sin)), b.Add(b.Mul(first, sin), b.Mul(second, cos)))
	return b.Reshape(y, s...)
}

// placed says whether the positions fit to vectors of the shape; if not it fails.
func (o RotaryOptions) placed(c *build.Core, vectors ir.Shape) bool {
	if o.Positions == nil {
		if o.Steps != 0 {
			c.Refuse(mistake.Optionf("got Steps without Positions, want both or none"))
		}
		return c.OK()
	}
	s := c.Shape(o.Positions)
	if both, err := op.BroadcastShape(vectors, s); c.OK() && (err != nil || !both.Equal(vectors)) {
		c.Refuse(mistake.Shapef("got positions %v, want a shape that broadcasts to %v", s, vectors))
	}
	if c.OK() && o.Steps < 1 {
		c.Refuse(mistake.Optionf("got Positions and %d Steps, want at least 1", o.Steps))
	}
	return c.OK()
}

// turns returns the cosines and sines of the angles by which pairs are turned: [..., T,
// features/2].
func (o RotaryOptions) turns(b *graph.Builder, steps, features int) (cos, sin *gorgonia.Node) {
	if o.Positions != nil {
		steps = o.Steps
	}
	if !build.Of(b).Holds(steps, features) {
		return nil, nil
	}
	half := features / 2
	cosines, sines := make([]float64, steps*half), make([]float64, steps*half)
	for i := range sines {
		sines[i], cosines[i] = math.Sincos(angle(i/half, i%half, features, o.Base))
	}
	cos, sin = b.Const(cosines, steps, half), b.Const(sines, steps, half)
	if o.Positions != nil {
		cos, sin = b.Take(cos, o.Positions), b.Take(sin, o.Positions)
	}
	return cos, sin
}

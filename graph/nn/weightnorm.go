package nn

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// WeightNorm returns gain·v/‖v‖, with the 2-norm over all axes but the given one
// (Salimans and Kingma 2016). gain has v's extent on that axis and 1 on the others. Where
// v is 0 the result is 0, with the gradient gain·d for the gradient d of the result.
//
// Linear, Conv and ConvTranspose with the option WeightNorm own v and the gain.
//
// Errors: ErrShape for an axis out of range or a gain that does not broadcast to v.
func WeightNorm(b *graph.Builder, v, gain *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "nn.WeightNorm", v, gain)
	defer c.Leave()
	k, ok := c.Axis(v, axis)
	if !ok {
		return nil
	}
	var axes []int
	for i := range c.Shape(v) {
		if i != k {
			axes = append(axes, i)
		}
	}
	n := c.Norm(v, 2, axes, true)
	return b.Mul(v, b.Div(gain, b.Where(c.EqConst(n, 0), c.Fill(n, 1), n)))
}

// normed returns a weight of the layer, whose outputs are on the axis: WeightNorm of
// parameters, which is the weight that init draws at the start.
func (l layer) normed(init graph.Initializer, axis int, shape ...int) *gorgonia.Node {
	var norms []float64
	v := l.param("weight", func(dst []float64, shape []int, r *rand.Rand) error {
		err := init(dst, shape, r)
		norms = normsAlong(dst, shape, axis)
		return err
	}, nil, shape...)
	gain := l.param("gain", found(&norms, "WeightNorm"), nil, shape[axis])
	spread := slices.Repeat([]int{1}, len(shape))
	spread[axis] = shape[axis]
	return WeightNorm(l.b, v, l.b.Reshape(gain, spread...), axis)
}

// normsAlong returns the 2-norms over all axes but one.
func normsAlong(v []float64, shape []int, axis int) []float64 {
	norms, inner := make([]float64, shape[axis]), 1
	for _, d := range shape[axis+1:] {
		inner *= d
	}
	for i, x := range v {
		norms[i/inner%len(norms)] += float64(x * x)
	}
	for k, x := range norms {
		norms[k] = math.Sqrt(x)
	}
	return norms
}

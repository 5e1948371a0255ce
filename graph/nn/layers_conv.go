package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Convolution are the settings of a convolutional layer.
type ConvolutionOptions struct {
	Out    int   // channels that come out, ≥ 1
	Kernel []int // extents of the kernel, for each spatial axis or for all
	Windowing
	NoBias bool
	Weight graph.Initializer // nil: HeUniform()
	Bias   graph.Initializer // nil: Zeros()
}

// Convolution is the layer x ⋆ W + b over images x: [N, C, In...] of one to
// three spatial axes: W: [Out, C/Groups, Kernel...] named name/weight, b: [Out]
// named name/bias; result [N, Out, ...] as Conv has it.
func Convolution(b *graph.Builder, name string, x *gorgonia.Node, l ConvolutionOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.Convolution", x)
	c.Named(c.Scoped(name))
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	groups := max(1, l.Groups)
	kernel := build.OnAxes(l.Kernel, len(s)-2, nil)
	if len(s) < 3 || len(kernel) != len(s)-2 || l.Out < 1 || s[1]%groups != 0 {
		c.Refuse(mistake.Shapef("got %v, a kernel %v, %d channels to come out and %d groups, want [N, C, ...], an extent for each spatial axis and at least one channel", s, l.Kernel, l.Out, groups))
		return nil
	}
	if l.Weight == nil {
		l.Weight = graph.HeUniform()
	}
	if l.Bias == nil {
		l.Bias = graph.Zeros()
	}
	var y *gorgonia.Node
	b.Scope(name, func() {
		w := b.Param("weight", l.Weight, append([]int{l.Out, s[1] / groups}, kernel...)...)
		y = Conv(b, x, w, l.Windowing)
		if !l.NoBias {
			bias := b.Param("bias", l.Bias, l.Out)
			y = b.Add(y, c.Channels(bias, y))
		}
	})
	return c.Label(name, y)
}

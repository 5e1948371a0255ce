package graph

import (
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Convolution are the settings of a convolutional layer.
type Convolution struct {
	Out    int   // channels that come out, ≥ 1
	Kernel []int // extents of the kernel, for each spatial axis or for all
	Windowing
	NoBias bool
	Weight Initializer // nil: HeUniform()
	Bias   Initializer // nil: Zeros()
}

// Convolution is the layer x ⋆ W + b over images x: [N, C, In...] of one to
// three spatial axes: W: [Out, C/Groups, Kernel...] named name/weight, b: [Out]
// named name/bias; result [N, Out, ...] as Conv has it.
func (b *Builder) Convolution(name string, x *gorgonia.Node, l Convolution) *gorgonia.Node {
	defer b.c.Enter("graph.Convolution", x).Named(b.c.Scoped(name)).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	groups := max(1, l.Groups)
	kernel := build.OnAxes(l.Kernel, len(s)-2, nil)
	if len(s) < 3 || len(kernel) != len(s)-2 || l.Out < 1 || s[1]%groups != 0 {
		b.c.Refuse(mistake.Shapef("got %v, a kernel %v, %d channels to come out and %d groups, want [N, C, ...], an extent for each spatial axis and at least one channel", s, l.Kernel, l.Out, groups))
		return nil
	}
	if l.Weight == nil {
		l.Weight = HeUniform()
	}
	if l.Bias == nil {
		l.Bias = Zeros()
	}
	var y *gorgonia.Node
	b.Scope(name, func() {
		w := b.Param("weight", l.Weight, append([]int{l.Out, s[1] / groups}, kernel...)...)
		y = b.Conv(x, w, l.Windowing)
		if !l.NoBias {
			bias := b.Param("bias", l.Bias, l.Out)
			y = b.Add(y, b.c.Channels(bias, y))
		}
	})
	return b.c.Label(name, y)
}

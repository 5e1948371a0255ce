package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// zeros is a constant of zeros.
func zeros(b *graph.Builder, shape []int) *gorgonia.Node {
	return b.Broadcast(b.Scalar(0), shape...)
}

// PixelShuffle spreads channels over space: x: [N, C·r², H, W]; result [N, C,
// H·r, W·r] (Shi et al. 2016, section 3.2).
func PixelShuffle(b *graph.Builder, x *gorgonia.Node, r int) *gorgonia.Node {
	c := build.Enter(b, "nn.PixelShuffle", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) != 4 || r < 1 || r > build.MostSteps || s[1]%r != 0 || s[1]/r%r != 0 {
		c.Refuse(mistake.Shapef("got %v and the factor %d, want [N, C, H, W] with channels that its square divides", s, r))
		return nil
	}
	channels := s[1] / (r * r)
	y := b.Transpose(b.Reshape(x, s[0], channels, r, r, s[2], s[3]), 0, 1, 4, 2, 5, 3)
	return b.Reshape(y, s[0], channels, s[2]*r, s[3]*r)
}

// PixelUnshuffle is PixelShuffle undone.
func PixelUnshuffle(b *graph.Builder, x *gorgonia.Node, r int) *gorgonia.Node {
	c := build.Enter(b, "nn.PixelUnshuffle", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) != 4 || r < 1 || r > build.MostSteps || s[2]%r != 0 || s[3]%r != 0 {
		c.Refuse(mistake.Shapef("got %v and the factor %d, want [N, C, H, W] with spatial extents that it divides", s, r))
		return nil
	}
	y := b.Transpose(b.Reshape(x, s[0], s[1], s[2]/r, r, s[3]/r, r), 0, 1, 3, 5, 2, 4)
	return b.Reshape(y, s[0], s[1]*r*r, s[2]/r, s[3]/r)
}

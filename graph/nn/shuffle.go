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

// ChannelShuffle returns x with its channels interleaved: the first channel of each
// group, then the second of each, and so on (Zhang et al. 2018). x: [N, C, ...].
//
// Errors: ErrShape unless the groups divide C.
func ChannelShuffle(b *graph.Builder, x *gorgonia.Node, groups int) *gorgonia.Node {
	c := build.Enter(b, "nn.ChannelShuffle", x)
	defer c.Leave()
	s, ok := grouped(c, x, groups)
	if !ok {
		return nil
	}
	y := b.SwapAxes(b.Unflatten(x, 1, groups, s[1]/groups), 1, 2)
	return b.Reshape(y, s...)
}

// grouped returns the shape of x: [N, C, ...]; it fails unless the groups divide C.
func grouped(c *build.Core, x *gorgonia.Node, groups int) (s []int, ok bool) {
	s = c.Shape(x)
	switch {
	case !c.OK():
		return nil, false
	case len(s) < 2:
		c.Refuse(mistake.Shapef("got %v, want [N, C, ...]", c.Shape(x)))
	case groups < 1 || s[1]%groups != 0:
		c.Refuse(mistake.Shapef("got %d channels in %d groups, want a number of groups that divides the channels", s[1], groups))
	}
	return s, c.OK()
}

// PixelShuffle moves channels to pixels: x: [N, C·r², H, W], result: [N, C, H·r, W·r]
// (Shi et al. 2016, section 3.2). r² channels of one pixel become r×r pixels of one
// channel.
//
// Errors: ErrShape unless x has that shape, or for a factor below 1.
func PixelShuffle(b *graph.Builder, x *gorgonia.Node, r int) *gorgonia.Node {
	c := build.Enter(b, "nn.PixelShuffle", x)
	defer c.Leave()
	s, ok := images2D(c, x, r)
	if !ok {
		return nil
	}
	if s[1]%r != 0 || s[1]/r%r != 0 {
		c.Refuse(mistake.Shapef("got %d channels and the factor %d, want channels that its square divides", s[1], r))
		return nil
	}
	channels := s[1] / (r * r)
	y := b.Transpose(b.Reshape(x, s[0], channels, r, r, s[2], s[3]), 0, 1, 4, 2, 5, 3)
	return b.Reshape(y, s[0], channels, s[2]*r, s[3]*r)
}

// PixelUnshuffle moves pixels to channels, the inverse of PixelShuffle: x: [N, C, H·r,
// W·r], result: [N, C·r², H, W].
//
// Errors: ErrShape unless x has that shape, or for a factor below 1.
func PixelUnshuffle(b *graph.Builder, x *gorgonia.Node, r int) *gorgonia.Node {
	c := build.Enter(b, "nn.PixelUnshuffle", x)
	defer c.Leave()
	s, ok := images2D(c, x, r)
	if !ok {
		return nil
	}
	if s[2]%r != 0 || s[3]%r != 0 {
		c.Refuse(mistake.Shapef("got %d by %d pixels and the factor %d, want extents that it divides", s[2], s[3], r))
		return nil
	}
	y := b.Transpose(b.Reshape(x, s[0], s[1], s[2]/r, r, s[3]/r, r), 0, 1, 3, 5, 2, 4)
	return b.Reshape(y, s[0], s[1]*r*r, s[2]/r, s[3]/r)
}

// images2D returns the shape of x: [N, C, H, W] for a factor of its extents.
func images2D(c *build.Core, x *gorgonia.Node, factor int) (s []int, ok bool) {
	s = c.Shape(x)
	switch {
	case !c.OK():
		return nil, false
	case len(s) != 4:
		c.Refuse(mistake.Shapef("got %v, want [N, C, H, W]", c.Shape(x)))
	case factor < 1 || factor > build.MostSteps:
		c.Refuse(mistake.Shapef("got the factor %d, want it from 1 to %d", factor, build.MostSteps))
	}
	return s, c.OK()
}

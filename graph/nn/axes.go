package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// ChannelShuffle puts the channels of x: [N, C, ...] in an order in which those of
// the groups alternate (Zhang et al. 2018).
func ChannelShuffle(b *graph.Builder, x *gorgonia.Node, groups int) *gorgonia.Node {
	c := build.Enter(b, "nn.ChannelShuffle", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) < 2 || groups < 1 || s[1]%groups != 0 {
		c.Refuse(mistake.Shapef("got %v in %d groups, want [N, C, ...] with a multiple of the groups", s, groups))
		return nil
	}
	y := b.SwapAxes(b.Unflatten(x, 1, groups, s[1]/groups), 1, 2)
	return b.Reshape(y, s...)
}

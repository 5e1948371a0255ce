package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// LengthMask returns 1 for the steps that a sequence has and 0 for those behind its end:
// y[i, t] = 1 if t < lengths[i], else 0. lengths: Ints [N] in [0, steps]; result: [N,
// steps]. It has no gradient.
//
// A loss over sequences counts the steps that there are, whatever lies behind them:
//
//	each := loss.MSE(b, y, target, loss.Each) // [N, T]
//	mask := nn.LengthMask(b, lengths, t)
//	mean := loss.MeanOver(b, b.Sum(b.Where(mask, each, b.Scalar(0))), b.Sum(mask))
//
// Errors: ErrShape for steps < 1, ErrDType for lengths that are no Ints. An input of
// lengths refuses a length that is out of range when it is set, and names itself.
func LengthMask(b *graph.Builder, lengths *gorgonia.Node, steps int) *gorgonia.Node {
	c := build.Enter(b, "nn.LengthMask", lengths)
	defer c.Leave()
	t := c.Type(lengths)
	switch {
	case !c.OK():
	case t.DType.IsFloat():
		c.Refuse(mistake.Newf(graph.ErrDType, "got the lengths %v, want Ints", t))
	case len(t.Shape) != 1:
		c.Refuse(mistake.Shapef("got the lengths %v, want [N]", t.Shape))
	case steps < 1:
		c.Refuse(mistake.Shapef("got %d steps, want at least 1", steps))
	}
	if !c.OK() {
		return nil
	}
	over := b.CumSum(b.OneHot(lengths, steps+1), 1) // 1 from the length on
	return c.OneMinus(c.Part(over, 1, 0, steps))
}

// maskFor returns the LengthMask of the sequences x: [T, N, ...], nil without lengths.
func maskFor(b *graph.Builder, x, lengths *gorgonia.Node) *gorgonia.Node {
	if lengths == nil {
		return nil
	}
	c := build.Of(b)
	s, n := c.Shape(x), c.Shape(lengths)
	if !c.OK() {
		return nil
	}
	if !n.Equal(s[1:2]) {
		c.Refuse(mistake.Shapef("got the lengths %v, want %v: one for each sequence", n, s[1:2]))
		return nil
	}
	return LengthMask(b, lengths, s[0])
}

// maskSteps returns x: [T, N, D] with zeros where the mask: [N, T] is 0. Nil is no mask.
func maskSteps(b *graph.Builder, mask, x *gorgonia.Node) *gorgonia.Node {
	if mask == nil {
		return x
	}
	return b.Where(b.Transpose(b.Unsqueeze(mask, 2), 1, 0, 2), x, b.Scalar(0))
}

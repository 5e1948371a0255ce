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
//	mask := nn.LengthMask(b, lengths, t)
//	target = b.Where(mask, target, b.Scalar(0)) // [N, T]
//	each := loss.MSE(b, y, target, loss.Each)
//	mean := loss.MeanOf(b, each, mask)
//	b.CountSteps(target, lengths)
//
// Builder.CountSteps tells a trainer that its metrics are to count the same steps.
// loss.MeanOf takes the weights of classes and examples that a trainer gives.
//
// The Where replaces targets that are NaN or infinite there. With the mask of MeanOf alone
// they reach the weights, as 0 times NaN. Do the same with y, unless it is finite there, as
// what Recurrent makes is. A trainer does it for the targets that CountSteps names.
//
// Errors: ErrShape for steps < 1, ErrDType for lengths that are no Ints. An input of
// lengths refuses a length that is out of range when it is set, and names itself.
func LengthMask(b *graph.Builder, lengths *gorgonia.Node, steps int) *gorgonia.Node {
	c := build.Enter(b, "nn.LengthMask", lengths)
	defer c.Leave()
	if lengthsOf(c, lengths); c.OK() && steps < 1 {
		c.Refuse(mistake.Shapef("got %d steps, want at least 1", steps))
	}
	if !c.OK() {
		return nil
	}
	return c.OneMinus(behind(b, lengths, steps))
}

// lengthsOf returns how many sequences have the lengths. It fails if they are no Ints [N].
func lengthsOf(c *build.Core, lengths *gorgonia.Node) int {
	t := c.Type(lengths)
	switch {
	case !c.OK():
	case t.DType.IsFloat():
		c.Refuse(mistake.Newf(graph.ErrDType, "got the lengths %v, want Ints", t))
	case len(t.Shape) != 1:
		c.Refuse(mistake.Shapef("got the lengths %v, want [N]", t.Shape))
	default:
		return t.Shape[0]
	}
	return 0
}

// behind returns 1 for the steps behind the end of each sequence, else 0: [N, steps].
func behind(b *graph.Builder, lengths *gorgonia.Node, steps int) *gorgonia.Node {
	return build.Of(b).Part(b.CumSum(b.OneHot(lengths, steps+1), 1), 1, 0, steps)
}

// stepMask returns the LengthMask of the sequences x: [T, N, ...] with the steps first,
// [T, N, 1], so that those of a step lie side by side. It is nil without lengths.
func stepMask(b *graph.Builder, x, lengths *gorgonia.Node) *gorgonia.Node {
	if lengths == nil {
		return nil
	}
	c := build.Of(b)
	s, n := c.Shape(x), lengthsOf(c, lengths)
	if c.OK() && n != s[1] {
		c.Refuse(mistake.Shapef("got %d lengths for %d sequences, want one for each", n, s[1]))
	}
	if !c.OK() {
		return nil
	}
	return c.OneMinus(b.Transpose(b.Unsqueeze(behind(b, lengths, s[0]), 2), 1, 0, 2))
}

// maskSteps returns x: [T, N, D] with zeros where the stepMask is 0. Nil is no mask.
func maskSteps(b *graph.Builder, mask, x *gorgonia.Node) *gorgonia.Node {
	if mask == nil {
		return x
	}
	return b.Where(mask, x, b.Scalar(0))
}

package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// BilinearOptions are the settings of Bilinear.
type BilinearOptions struct {
	Out    int               // output features, ≥ 1
	NoBias bool              // leave the bias out
	Weight graph.Initializer // of the weight; nil: LeCunUniform(), the variance 1/(In1·In2)
	Bias   graph.Initializer // of the bias; nil: Zeros()
}

// Bilinear returns a form that is linear in each of two operands, plus a bias:
//
//	y[..., k] = Σ over i, j of x1[..., i]·W[k, i, j]·x2[..., j] + b[k]
//
// x1: [..., In1], x2: [..., In2], with the same axes in front; result: [..., Out].
//
// It owns name/weight: [Out, In1, In2] and, unless NoBias is set, name/bias: [Out].
//
// Errors: ErrShape for operands that do not fit, ErrOption for Out < 1.
func Bilinear(b *graph.Builder, name string, x1, x2 *gorgonia.Node, o BilinearOptions) *gorgonia.Node {
	c := enter(b, "nn.Bilinear", name, x1, x2)
	defer c.Leave()
	if !leavesOut(c, "Bias", o.NoBias, o.Bias) || !paired(c, x1, x2) ||
		!c.Checks().Choice("number of output features", o.Out, o.Out >= 1, "at least 1").OK() {
		return nil
	}
	s, t := c.Shape(x1), c.Shape(x2)
	var y *gorgonia.Node
	own(b, name, "Bilinear", func(l layer) {
		y = BilinearForm(b, x1, x2, l.param("weight", o.Weight, graph.LeCunUniform(), o.Out, s[len(s)-1], t[len(t)-1]))
		if !o.NoBias {
			y = b.Add(y, l.param("bias", o.Bias, graph.Zeros(), o.Out))
		}
	})
	return c.Label(name, y)
}

// paired says whether the operands have the same axes but for the last; if not it fails.
func paired(c *build.Core, x1, x2 *gorgonia.Node) bool {
	s, t := c.Shape(x1), c.Shape(x2)
	if c.OK() && (len(s) == 0 || len(t) == 0 || !s[:len(s)-1].Equal(t[:len(t)-1])) {
		c.Refuse(mistake.Shapef("got %v and %v, want [..., In1] and [..., In2] with the same axes in front", s, t))
	}
	return c.OK()
}

// BilinearForm returns Σ over i, j of x1[..., i]·w[k, i, j]·x2[..., j]. x1: [..., In1], x2:
// [..., In2], w: [Out, In1, In2]; result: [..., Out]. Bilinear owns its weight.
//
// Errors: ErrShape for shapes that do not fit.
func BilinearForm(b *graph.Builder, x1, x2, w *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.BilinearForm", x1, x2, w)
	defer c.Leave()
	if !paired(c, x1, x2) {
		return nil
	}
	s, t, u := c.Shape(x1), c.Shape(x2), c.Shape(w)
	if c.OK() && (len(u) != 3 || u[1] != s[len(s)-1] || u[2] != t[len(t)-1]) {
		c.Refuse(mistake.Shapef("got the weight %v for %v and %v, want [Out, %d, %d]", u, s, t, s[len(s)-1], t[len(t)-1]))
		return nil
	}
	return b.Einsum("...i,kij,...j->...k", x1, w, x2)
}

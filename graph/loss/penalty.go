package loss

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// L1 returns a penalty for large parameters, which drives many of them to 0 (Tibshirani
// 1996). Add it to a loss:
//
//	rate·Σ|w|
//
// It sums over all elements of the parameters that match, by their names such as
// "out/weight" or scopes such as "encoder/". Without match it takes those that decay
// (graph.Param.Decay), which leaves out biases. Call it after the layers: it sees the
// parameters that b has built so far. Frozen parameters have no part.
// Shape: a scalar.
// Gradient: by the parameters; that of |w| at 0 is 0.
// Errors: ErrOption for a rate that is not a finite number of at least 0, and for one of
// match that matches no parameter.
func L1(b *graph.Builder, rate float64, match ...string) *gorgonia.Node {
	c := build.Enter(b, "loss.L1")
	defer c.Leave()
	if !c.Checks().AtLeast("rate", rate, 0).OK() {
		return nil
	}
	return penalty(b, rate, 0, match)
}

// L2 returns a penalty for large parameters, known as ridge and weight decay:
//
//	rate/2·Σw²
//
// See L1 for match and errors. With plain gradient descent it is what train.SGD.Decay does.
// The decay of train.AdamW does not pass through the moments, as this one does.
// Shape: a scalar.
// Gradient: rate·w by the parameters.
func L2(b *graph.Builder, rate float64, match ...string) *gorgonia.Node {
	c := build.Enter(b, "loss.L2")
	defer c.Leave()
	if !c.Checks().AtLeast("rate", rate, 0).OK() {
		return nil
	}
	return penalty(b, 0, rate, match)
}

// ElasticNet returns the sum of both penalties (Zou and Hastie 2005):
//
//	l1·Σ|w| + l2/2·Σw²
//
// See L1 for match and errors.
// Shape: a scalar.
// Gradient: by the parameters; that of |w| at 0 is 0.
func ElasticNet(b *graph.Builder, l1, l2 float64, match ...string) *gorgonia.Node {
	c := build.Enter(b, "loss.ElasticNet")
	defer c.Leave()
	if !c.Checks().AtLeast("l1", l1, 0).AtLeast("l2", l2, 0).OK() {
		return nil
	}
	return penalty(b, l1, l2, match)
}

// penalty returns l1·Σ|w| + l2/2·Σw² over the parameters that match.
func penalty(b *graph.Builder, l1, l2 float64, match []string) *gorgonia.Node {
	c := build.Of(b)
	for _, m := range match {
		if !slices.ContainsFunc(b.Params().List(), func(q *graph.Param) bool { return q.Matches(m) }) {
			c.Refuse(mistake.Optionf("got %q, want the name of a parameter or a scope such as \"encoder/\"", m))
			return nil
		}
	}
	total := b.Const([]float64{0})
	for _, w := range b.ParamNodes() {
		q := b.Params().Get(w.Name())
		if len(match) == 0 && !(q != nil && q.Decay) || len(match) > 0 && !q.Matches(match...) {
			continue
		}
		if l1 > 0 {
			total = b.Add(total, b.Scale(b.Sum(b.Abs(w)), l1))
		}
		if l2 > 0 {
			total = b.Add(total, b.Scale(b.Sum(b.Square(w)), l2/2))
		}
	}
	return total
}

package loss

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// BCE returns the binary cross-entropy of probabilities x, the mean of
//
//	−y·log x − (1 − y)·log(1 − x)
//
// Predictions x in [0, 1] and targets y in [0, 1] have one shape. Each returns that
// shape; Mean divides by the number of elements. BCEWithLogits is more accurate.
//
// As in PyTorch a logarithm below −100 counts as −100, so that the loss is at most 100.
// The derivative is (x − y)/max(x·(1 − x), 1e-12): 0 where x = y, and finite elsewhere. In
// float32 an x of 1 counts as 1 − 2⁻²⁴ in the derivative. An x outside of [0, 1] gives NaN.
func BCE(b *graph.Builder, x, y *gorgonia.Node, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.BCE", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return reduce(b, c.BCE(x, y), first(r))
}

// BCEWithLogitsOptions are the settings of BCEWithLogits.
type BCEWithLogitsOptions struct {
	// PositiveWeight multiplies the part of y. It broadcasts to the shape of x. Weights
	// above 1 raise the recall, weights below 1 the precision. nil: 1.
	PositiveWeight *gorgonia.Node
	// Reduction is Mean by default.
	Reduction Reduction
}

// BCEWithLogits returns the binary cross-entropy of the probabilities sigmoid(x), the
// mean of
//
//	−w·y·log sigmoid(x) − (1 − y)·log(1 − sigmoid(x))
//
// where w is the PositiveWeight. Logits x and targets y in [0, 1] have one shape. Each
// returns that shape; Mean divides by the number of elements. It is accurate for any x:
// at x = ±Inf it is 0 for the target that x points to and +Inf for others.
func BCEWithLogits(b *graph.Builder, x, y *gorgonia.Node, options ...BCEWithLogitsOptions) *gorgonia.Node {
	o := first(options)
	c := build.Enter(b, "loss.BCEWithLogits", x, y, o.PositiveWeight)
	defer c.Leave()
	if !c.Checks().Optional(len(options)).Alike(x, y).Onto(x, o.PositiveWeight).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	if o.PositiveWeight == nil {
		return reduce(b, c.BCELogits(x, y), o.Reduction)
	}
	yes := c.Weigh(b.Mul(y, o.PositiveWeight), b.LogSigmoid(x))
	no := c.Weigh(c.OneMinus(y), b.LogSigmoid(b.Neg(x)))
	return reduce(b, b.Neg(b.Add(yes, no)), o.Reduction)
}

// CourseCrossEntropy returns the loss of the course's perceptron,
//
//	−1/N Σᵢ Σ_c y·log ŷ + (1 − y)·log(1 − ŷ),   ŷ = sigmoid(x)
//
// the binary cross-entropy summed over the classes and averaged over the examples.
// Logits x and targets y in [0, 1]: [N, C]. Each returns [N]; Mean divides by N. It is
// computed from the logits and accurate for any x.
func CourseCrossEntropy(b *graph.Builder, x, y *gorgonia.Node, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.CourseCrossEntropy", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return reduce(b, b.Sum(c.BCELogits(x, y), -1), first(r))
}

// MultiLabelSoftMarginOptions are the settings of MultiLabelSoftMargin.
type MultiLabelSoftMarginOptions struct {
	Weight    *gorgonia.Node // of each class, [C]; nil: 1
	Reduction Reduction      // Mean by default
}

// MultiLabelSoftMargin returns the mean over the examples of
//
//	−1/C Σ_c w·(y·log sigmoid(x) + (1 − y)·log(1 − sigmoid(x)))
//
// the binary cross-entropy averaged over the classes, where w is the Weight. Logits x and
// targets y in [0, 1]: [..., C]. Each returns [...]; Mean divides by the number of
// examples.
func MultiLabelSoftMargin(b *graph.Builder, x, y *gorgonia.Node, options ...MultiLabelSoftMarginOptions) *gorgonia.Node {
	o := first(options)
	c := build.Enter(b, "loss.MultiLabelSoftMargin", x, y, o.Weight)
	defer c.Leave()
	l := c.Checks().Optional(len(options)).Alike(x, y).Weighted(x, o.Weight, -1)
	if !l.Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	each := c.BCELogits(x, y)
	if o.Weight != nil {
		each = c.Weigh(o.Weight, each)
	}
	return reduce(b, b.Mean(each, -1), o.Reduction)
}

// Hinge returns the mean of
//
//	max(0, 1 − x·y)
//
// Scores x and targets y, −1 or 1, have one shape (Cortes and Vapnik 1995). Each returns
// that shape; Mean divides by the number of elements.
func Hinge(b *graph.Builder, x, y *gorgonia.Node, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.Hinge", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).Targets(y, graph.Signs).OK() {
		return nil
	}
	return reduce(b, b.ReLU(c.OneMinus(b.Mul(x, y))), first(r))
}

// SoftMargin returns the mean of
//
//	log(1 + e^(−x·y))
//
// Scores x and targets y, −1 or 1, have one shape. Each returns that shape; Mean divides
// by the number of elements.
func SoftMargin(b *graph.Builder, x, y *gorgonia.Node, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.SoftMargin", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).Targets(y, graph.Signs).OK() {
		return nil
	}
	return reduce(b, b.Softplus(b.Neg(b.Mul(x, y))), first(r))
}

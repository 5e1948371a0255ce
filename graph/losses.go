package graph

import (
	"gorgonia.org/gorgonia"
)

// The losses compare a prediction with a target of the same shape: shapes that
// differ are refused even where they broadcast, since [N, 1] against [N] is a
// mistake that would give N×N errors. Each is a mean over all elements, or over
// the examples where it says so. losses_each.go has losses without a mean.
//
// At special points, for all of them: NaN in a prediction or a target gives NaN. A
// term of the weight 0 (a target of 0, an ignored example, a class of the weight 0)
// is left out, also where it is infinite or NaN. Derivatives are numbers wherever the
// loss is one, unless the loss's own slope is infinite there.
//
// Errors: ErrShape for operands that do not fit, ErrOption for settings, ErrTarget for
// targets outside of the loss's Domain, at once for constants, by Program.Feed for
// inputs.

// MSE returns the mean squared error mean((x − y)²).
func (b *Builder) MSE(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MSE", x, y).Leave()
	if !b.c.Checks().Alike(x, y).OK() {
		return nil
	}
	return b.Mean(b.Square(b.Sub(x, y)))
}

// MAE returns the mean absolute error mean(|x − y|); its derivative at 0 is 0.
func (b *Builder) MAE(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MAE", x, y).Leave()
	if !b.c.Checks().Alike(x, y).OK() {
		return nil
	}
	return b.Mean(b.Abs(b.Sub(x, y)))
}

// Huber returns the mean of e²/2 where |e| ≤ delta and delta·(|e| − delta/2) beyond,
// e = x − y (Huber 1964). delta > 0. The derivative is ±delta at infinite e.
func (b *Builder) Huber(x, y *gorgonia.Node, delta float64) *gorgonia.Node {
	defer b.c.Enter("graph.Huber", x, y).Leave()
	each := b.huber(x, y, delta)
	if b.c.Err != nil {
		return nil
	}
	return b.Mean(each)
}

// SmoothL1 returns the mean of SmoothL1Each.
func (b *Builder) SmoothL1(x, y *gorgonia.Node, beta float64) *gorgonia.Node {
	defer b.c.Enter("graph.SmoothL1", x, y).Leave()
	each := b.SmoothL1Each(x, y, beta)
	if b.c.Err != nil {
		return nil
	}
	return b.Mean(each)
}

// BCEWithLogits returns the binary cross-entropy of sigmoid(x) with targets y in
// [0, 1], mean(log(1 + eˣ) − x·y), stable for any x: at x = ±Inf it is 0 for the
// target that x points to and +Inf for others.
func (b *Builder) BCEWithLogits(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.BCEWithLogits", x, y).Leave()
	if !b.c.Checks().Alike(x, y).Targets(y, UnitInterval).OK() {
		return nil
	}
	return b.Mean(b.c.BCELogits(x, y))
}

// BCE returns the binary cross-entropy of probabilities p in [0, 1] with targets y in
// [0, 1], −mean(y·log p + (1 − y)·log(1 − p)). As in PyTorch the logarithms are held
// above −100, so that the loss of p = 0 or 1 is at most 100, and the derivative by p is
// (p − y)/max(p(1 − p), 1e-12): 0 where p is the target, finite elsewhere. In float32 a p
// of 1 counts as 1 − 2⁻²⁴ in the derivative. p outside of [0, 1] gives NaN.
// BCEWithLogits is more accurate.
func (b *Builder) BCE(p, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.BCE", p, y).Leave()
	if !b.c.Checks().Alike(p, y).Targets(y, UnitInterval).OK() {
		return nil
	}
	return b.Mean(b.c.BCE(p, y))
}

// SoftmaxCrossEntropy returns the mean over the examples of −log softmax(x)[label]:
// logits x: [..., C], labels: Ints of [...] in [0, C). It is stable for any finite
// logits; a logit of -Inf is a class of the probability 0.
func (b *Builder) SoftmaxCrossEntropy(x, labels *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.SoftmaxCrossEntropy", x, labels).Leave()
	return b.Mean(b.c.CrossEntropy(x, labels))
}

// SoftmaxCrossEntropyEach is SoftmaxCrossEntropy without the mean: a loss for
// each label, [...].
func (b *Builder) SoftmaxCrossEntropyEach(x, labels *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.SoftmaxCrossEntropyEach", x, labels).Leave()
	return b.c.CrossEntropy(x, labels)
}

// SoftmaxCrossEntropyWeighted returns the mean of the losses weighted by the class of
// each example: Σ w[label]·loss / Σ w[label], w: [C]; 0 if the weights add up to 0.
func (b *Builder) SoftmaxCrossEntropyWeighted(x, labels, w *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.SoftmaxCrossEntropyWeighted", x, labels, w).Leave()
	if !b.c.Checks().Labelled(x, labels, -1).Weighted(x, w, -1).OK() {
		return nil
	}
	each := b.c.Take(w, labels)
	return b.MeanOver(b.Sum(b.c.Weigh(each, b.c.CrossEntropy(x, labels))), b.Sum(each))
}

// SoftmaxCrossEntropyIgnoring is SoftmaxCrossEntropy over the examples whose
// label is not ignore; 0 with the gradient 0 if there is none.
func (b *Builder) SoftmaxCrossEntropyIgnoring(x, labels *gorgonia.Node, ignore int) *gorgonia.Node {
	defer b.c.Enter("graph.SoftmaxCrossEntropyIgnoring", x, labels).Leave()
	kept := b.Sum(b.c.NotInt(labels, ignore, x))
	if s := b.c.Shape(x); len(s) > 0 {
		b.c.Ignoring(labels, ignore, s[len(s)-1])
	}
	return b.MeanOver(b.Sum(b.c.CrossEntropyIgnoring(x, labels, ignore)), kept)
}

// NLL returns the mean of −logp[label], for logarithms of probabilities: [..., C] and
// labels: Ints of [...].
func (b *Builder) NLL(logp, labels *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.NLL", logp, labels).Leave()
	if !b.c.Checks().Labelled(logp, labels, -1).OK() {
		return nil
	}
	return b.Neg(b.Mean(b.ofLabel(logp, labels)))
}

// ofLabel is the element of each row of x: [..., C] that its label names: [..., 1].
func (b *Builder) ofLabel(x, labels *gorgonia.Node) *gorgonia.Node {
	return b.c.Gather(x, b.c.Reshape(labels, append(b.c.Shape(labels).Clone(), 1)), -1)
}

// BCEWithLogitsEach is BCEWithLogits without the mean, of x's shape.
func (b *Builder) BCEWithLogitsEach(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.BCEWithLogitsEach", x, y).Leave()
	if !b.c.Checks().Alike(x, y).Targets(y, UnitInterval).OK() {
		return nil
	}
	return b.c.BCELogits(x, y)
}

// Hinge returns the mean of max(0, 1 − x·y) for targets y of −1 and 1.
func (b *Builder) Hinge(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Hinge", x, y).Leave()
	if !b.c.Checks().Alike(x, y).Targets(y, Signs).OK() {
		return nil
	}
	return b.Mean(b.ReLU(b.c.OneMinus(b.Mul(x, y))))
}

// MultiHinge returns the mean over the examples of Σ_c≠label max(0, 1 − x[label] +
// x[c])/C: scores x: [..., C], labels: Ints of [...] (Weston and Watkins 1999).
func (b *Builder) MultiHinge(x, labels *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MultiHinge", x, labels).Leave()
	if !b.c.Checks().Labelled(x, labels, -1).OK() {
		return nil
	}
	return b.Mean(b.gaps(x, labels, 1))
}

// gaps are max(0, margin − x[label] + x[c]) for each class c but the label, 0 for the
// label: x: [..., C].
func (b *Builder) gaps(x, labels *gorgonia.Node, margin float64) *gorgonia.Node {
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	own := b.c.OneHot(labels, s[len(s)-1], x)
	gap := b.ReLU(b.AddConst(b.Sub(x, b.ofLabel(x, labels)), margin))
	return b.Where(own, b.c.Fill(x, 0), gap)
}

// SoftmaxCrossEntropySoft returns the mean over the examples of −Σ y·log softmax(x)
// along the last axis, for one-hot or soft targets y in [0, 1] of x's shape: [..., C]. A
// class of the target 0 may have the logit -Inf.
func (b *Builder) SoftmaxCrossEntropySoft(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.SoftmaxCrossEntropySoft", x, y).Leave()
	if !b.c.Checks().Alike(x, y).Targets(y, UnitInterval).OK() {
		return nil
	}
	return b.Neg(b.Mean(b.Sum(b.c.Weigh(y, b.LogSoftmax(x)), -1)))
}

// CourseCrossEntropy returns the loss of the course's perceptron,
//
//	−1/n Σᵢ Σ_c y·log ŷ + (1 − y)·log(1 − ŷ),   ŷ = sigmoid(x),
//
// the binary cross-entropy summed over the classes and averaged over the
// examples: logits x and targets y in [0, 1]: [N, C]. It is computed from the
// logits, stable for any.
func (b *Builder) CourseCrossEntropy(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.CourseCrossEntropy", x, y).Leave()
	if !b.c.Checks().Alike(x, y).Targets(y, UnitInterval).OK() {
		return nil
	}
	return b.Mean(b.Sum(b.c.BCELogits(x, y), -1))
}

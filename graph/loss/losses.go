package loss

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// MSE returns the mean squared error mean((x − y)²).
func MSE(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.MSE", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).OK() {
		return nil
	}
	return b.Mean(b.Square(b.Sub(x, y)))
}

// MAE returns the mean absolute error mean(|x − y|); its derivative at 0 is 0.
func MAE(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.MAE", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).OK() {
		return nil
	}
	return b.Mean(b.Abs(b.Sub(x, y)))
}

// Huber returns the mean of e²/2 where |e| ≤ delta and delta·(|e| − delta/2) beyond,
// e = x − y (Huber 1964). delta > 0. The derivative is ±delta at infinite e.
func Huber(b *graph.Builder, x, y *gorgonia.Node, delta float64) *gorgonia.Node {
	c := build.Enter(b, "loss.Huber", x, y)
	defer c.Leave()
	each := huber(b, x, y, delta)
	if c.Err != nil {
		return nil
	}
	return b.Mean(each)
}

// SmoothL1 returns the mean of SmoothL1Each.
func SmoothL1(b *graph.Builder, x, y *gorgonia.Node, beta float64) *gorgonia.Node {
	c := build.Enter(b, "loss.SmoothL1", x, y)
	defer c.Leave()
	each := SmoothL1Each(b, x, y, beta)
	if c.Err != nil {
		return nil
	}
	return b.Mean(each)
}

// BCEWithLogits returns the binary cross-entropy of sigmoid(x) with targets y in
// [0, 1], mean(log(1 + eˣ) − x·y), stable for any x: at x = ±Inf it is 0 for the
// target that x points to and +Inf for others.
func BCEWithLogits(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.BCEWithLogits", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return b.Mean(c.BCELogits(x, y))
}

// BCE returns the binary cross-entropy of probabilities p in [0, 1] with targets y in
// [0, 1], −mean(y·log p + (1 − y)·log(1 − p)). As in PyTorch the logarithms are held
// above −100, so that the loss of p = 0 or 1 is at most 100, and the derivative by p is
// (p − y)/max(p(1 − p), 1e-12): 0 where p is the target, finite elsewhere. In float32 a p
// of 1 counts as 1 − 2⁻²⁴ in the derivative. p outside of [0, 1] gives NaN.
// BCEWithLogits is more accurate.
func BCE(b *graph.Builder, p, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.BCE", p, y)
	defer c.Leave()
	if !c.Checks().Alike(p, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return b.Mean(c.BCE(p, y))
}

// SoftmaxCrossEntropy returns the mean over the examples of −log softmax(x)[label]:
// logits x: [..., C], labels: Ints of [...] in [0, C). It is stable for any finite
// logits; a logit of -Inf is a class of the probability 0.
func SoftmaxCrossEntropy(b *graph.Builder, x, labels *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.SoftmaxCrossEntropy", x, labels)
	defer c.Leave()
	return b.Mean(c.CrossEntropy(x, labels))
}

// SoftmaxCrossEntropyEach is SoftmaxCrossEntropy without the mean: a loss for
// each label, [...].
func SoftmaxCrossEntropyEach(b *graph.Builder, x, labels *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.SoftmaxCrossEntropyEach", x, labels)
	defer c.Leave()
	return c.CrossEntropy(x, labels)
}

// SoftmaxCrossEntropyWeighted returns the mean of the losses weighted by the class of
// each example: Σ w[label]·loss / Σ w[label], w: [C]; 0 if the weights add up to 0.
func SoftmaxCrossEntropyWeighted(b *graph.Builder, x, labels, w *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.SoftmaxCrossEntropyWeighted", x, labels, w)
	defer c.Leave()
	if !c.Checks().Labelled(x, labels, -1).Weighted(x, w, -1).OK() {
		return nil
	}
	each := c.Take(w, labels)
	return MeanOver(b, b.Sum(c.Weigh(each, c.CrossEntropy(x, labels))), b.Sum(each))
}

// SoftmaxCrossEntropyIgnoring is SoftmaxCrossEntropy over the examples whose
// label is not ignore; 0 with the gradient 0 if there is none.
func SoftmaxCrossEntropyIgnoring(b *graph.Builder, x, labels *gorgonia.Node, ignore int) *gorgonia.Node {
	c := build.Enter(b, "loss.SoftmaxCrossEntropyIgnoring", x, labels)
	defer c.Leave()
	kept := b.Sum(c.NotInt(labels, ignore, x))
	if s := c.Shape(x); len(s) > 0 {
		c.Ignoring(labels, ignore, s[len(s)-1])
	}
	return MeanOver(b, b.Sum(c.CrossEntropyIgnoring(x, labels, ignore)), kept)
}

// NLL returns the mean of −logp[label], for logarithms of probabilities: [..., C] and
// labels: Ints of [...].
func NLL(b *graph.Builder, logp, labels *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.NLL", logp, labels)
	defer c.Leave()
	if !c.Checks().Labelled(logp, labels, -1).OK() {
		return nil
	}
	return b.Neg(b.Mean(ofLabel(b, logp, labels)))
}

// ofLabel is the element of each row of x: [..., C] that its label names: [..., 1].
func ofLabel(b *graph.Builder, x, labels *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	return c.Gather(x, c.Reshape(labels, append(c.Shape(labels).Clone(), 1)), -1)
}

// BCEWithLogitsEach is BCEWithLogits without the mean, of x's shape.
func BCEWithLogitsEach(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.BCEWithLogitsEach", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return c.BCELogits(x, y)
}

// Hinge returns the mean of max(0, 1 − x·y) for targets y of −1 and 1.
func Hinge(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.Hinge", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Targets(y, graph.Signs).OK() {
		return nil
	}
	return b.Mean(b.ReLU(c.OneMinus(b.Mul(x, y))))
}

// MultiHinge returns the mean over the examples of Σ_c≠label max(0, 1 − x[label] +
// x[c])/C: scores x: [..., C], labels: Ints of [...] (Weston and Watkins 1999).
func MultiHinge(b *graph.Builder, x, labels *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.MultiHinge", x, labels)
	defer c.Leave()
	if !c.Checks().Labelled(x, labels, -1).OK() {
		return nil
	}
	return b.Mean(gaps(b, x, labels, 1))
}

// gaps are max(0, margin − x[label] + x[c]) for each class c but the label, 0 for the
// label: x: [..., C].
func gaps(b *graph.Builder, x, labels *gorgonia.Node, margin float64) *gorgonia.Node {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	own := c.OneHot(labels, s[len(s)-1], x)
	gap := b.ReLU(b.AddConst(b.Sub(x, ofLabel(b, x, labels)), margin))
	return b.Where(own, c.Fill(x, 0), gap)
}

// SoftmaxCrossEntropySoft returns the mean over the examples of −Σ y·log softmax(x)
// along the last axis, for one-hot or soft targets y in [0, 1] of x's shape: [..., C]. A
// class of the target 0 may have the logit -Inf.
func SoftmaxCrossEntropySoft(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.SoftmaxCrossEntropySoft", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return b.Neg(b.Mean(b.Sum(c.Weigh(y, b.LogSoftmax(x)), -1)))
}

// CourseCrossEntropy returns the loss of the course's perceptron,
//
//	−1/n Σᵢ Σ_c y·log ŷ + (1 − y)·log(1 − ŷ),   ŷ = sigmoid(x),
//
// the binary cross-entropy summed over the classes and averaged over the
// examples: logits x and targets y in [0, 1]: [N, C]. It is computed from the
// logits, stable for any.
func CourseCrossEntropy(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.CourseCrossEntropy", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return b.Mean(b.Sum(c.BCELogits(x, y), -1))
}

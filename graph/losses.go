package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// The losses compare a prediction with a target of the same shape: shapes that
// differ are refused even where they broadcast, since [N, 1] against [N] is a
// mistake that would give N×N errors. Each is a mean over all elements, or over
// the examples where it says so.

// same refuses operands of different shapes.
func (b *Builder) same(loss string, x, y *gorgonia.Node) bool {
	sx, sy := b.c.Shape(x), b.c.Shape(y)
	if b.c.Err == nil && !sx.Equal(sy) {
		b.c.Fail(loss, b.c.Label, gorgonia.Nodes{x, y}, errors.Wrapf(ErrShape, "got %v and %v, want equal shapes", sx, sy))
	}
	return b.c.Err == nil
}

// MSE is the mean squared error mean((x − y)²).
func (b *Builder) MSE(x, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("mse", x, y) {
		return nil
	}
	return b.Mean(b.Square(b.Sub(x, y)))
}

// MAE is the mean absolute error mean(|x − y|); its derivative at 0 is 0.
func (b *Builder) MAE(x, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("mae", x, y) {
		return nil
	}
	return b.Mean(b.Abs(b.Sub(x, y)))
}

// Huber is the mean of e²/2 where |e| ≤ delta and delta·(|e| − delta/2) beyond,
// e = x − y (Huber 1964). delta > 0.
func (b *Builder) Huber(x, y *gorgonia.Node, delta float64) *gorgonia.Node {
	if !b.same("huber", x, y) {
		return nil
	}
	if !(delta > 0) {
		b.c.Fail("huber", "", gorgonia.Nodes{x, y}, errors.Errorf("got the delta %v, want it above 0", delta))
		return nil
	}
	e := b.Sub(x, y)
	size := b.Abs(e)
	near, far := b.Scale(b.Square(e), 0.5), b.Scale(b.AddConst(size, -delta/2), delta)
	return b.Mean(b.Where(b.c.LeConst(size, delta), near, far))
}

// BCEWithLogits is the binary cross-entropy of sigmoid(x) with targets y in
// [0, 1], mean(log(1 + eˣ) − x·y), stable for any finite logits x.
func (b *Builder) BCEWithLogits(x, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("bce", x, y) {
		return nil
	}
	return b.Mean(b.c.BCELogits(x, y))
}

// BCE is the binary cross-entropy of probabilities p in [0, 1] with targets y,
// −mean(y·log p + (1 − y)·log(1 − p)), the logarithms held above −100 as
// PyTorch does. BCEWithLogits is more accurate.
func (b *Builder) BCE(p, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("bce", p, y) {
		return nil
	}
	return b.Neg(b.Mean(b.Add(b.Mul(y, b.safeLog(p)), b.Mul(b.oneMinus(y), b.safeLog(b.oneMinus(p))))))
}

func (b *Builder) oneMinus(x *gorgonia.Node) *gorgonia.Node { return b.AddConst(b.Neg(x), 1) }

// safeLog is log x held above −100.
func (b *Builder) safeLog(x *gorgonia.Node) *gorgonia.Node {
	l := b.Log(x)
	return b.Where(b.c.GtConst(l, -100), l, b.c.Fill(l, -100))
}

// SoftmaxCrossEntropy is the mean over the examples of −log softmax(x)[label]:
// logits x: [..., C], labels: Ints of [...] in [0, C). It is stable for any
// finite logits.
func (b *Builder) SoftmaxCrossEntropy(x, labels *gorgonia.Node) *gorgonia.Node {
	return b.Mean(b.c.CrossEntropy(x, labels))
}

// SoftmaxCrossEntropyEach is SoftmaxCrossEntropy without the mean: a loss for
// each label, [...].
func (b *Builder) SoftmaxCrossEntropyEach(x, labels *gorgonia.Node) *gorgonia.Node {
	return b.c.CrossEntropy(x, labels)
}

// SoftmaxCrossEntropyWeighted is the mean of the losses weighted by the class of
// each example: Σ w[label]·loss / Σ w[label], w: [C]; 0 if the weights add up to 0.
func (b *Builder) SoftmaxCrossEntropyWeighted(x, labels, w *gorgonia.Node) *gorgonia.Node {
	each := b.c.Take(w, labels)
	return b.MeanOver(b.Sum(b.Mul(each, b.c.CrossEntropy(x, labels))), b.Sum(each))
}

// SoftmaxCrossEntropyIgnoring is SoftmaxCrossEntropy over the examples whose
// label is not ignore; 0 with the gradient 0 if there is none.
func (b *Builder) SoftmaxCrossEntropyIgnoring(x, labels *gorgonia.Node, ignore int) *gorgonia.Node {
	kept := b.Sum(b.c.NotInt(labels, ignore, x))
	if s := b.c.Shape(x); len(s) > 0 {
		b.ignoring(labels, ignore, s[len(s)-1])
	}
	return b.MeanOver(b.Sum(b.c.CrossEntropyIgnoring(x, labels, ignore)), kept)
}

// NLL is the mean of −logp[label], for logarithms of probabilities: [N, C] and
// labels: Ints of [N].
func (b *Builder) NLL(logp, labels *gorgonia.Node) *gorgonia.Node {
	s := b.c.Shape(labels)
	picked := b.c.Gather(logp, b.c.Reshape(labels, append(s.Clone(), 1)), -1)
	return b.Neg(b.Mean(picked))
}

// BCEWithLogitsEach is BCEWithLogits without the mean, of x's shape.
func (b *Builder) BCEWithLogitsEach(x, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("bce", x, y) {
		return nil
	}
	return b.c.BCELogits(x, y)
}

// SmoothL1 is Huber(x, y, beta)/beta: e²/(2·beta) near 0, |e| − beta/2 beyond
// beta.
func (b *Builder) SmoothL1(x, y *gorgonia.Node, beta float64) *gorgonia.Node {
	h := b.Huber(x, y, beta)
	if b.c.Err != nil {
		return nil
	}
	return b.Scale(h, 1/beta)
}

// Hinge is the mean of max(0, 1 − x·y) for targets y of −1 and 1.
func (b *Builder) Hinge(x, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("hinge", x, y) {
		return nil
	}
	return b.Mean(b.ReLU(b.oneMinus(b.Mul(x, y))))
}

// MultiHinge is the mean over the examples of Σ_c≠label max(0, 1 − x[label] +
// x[c])/C: scores x: [N, C], labels: Ints of [N] (Weston and Watkins 1999).
func (b *Builder) MultiHinge(x, labels *gorgonia.Node) *gorgonia.Node {
	s := b.c.Shape(x)
	if b.c.Err != nil || len(s) == 0 {
		return nil
	}
	own := b.c.Gather(x, b.c.Reshape(labels, append(b.c.Shape(labels).Clone(), 1)), -1)
	other := b.oneMinus(b.c.OneHot(labels, s[len(s)-1], x))
	return b.Mean(b.Mul(other, b.ReLU(b.AddConst(b.Sub(x, own), 1))))
}

// SoftmaxCrossEntropySoft is the mean over the examples of −Σ y·log softmax(x)
// along the last axis, for one-hot or soft targets y of x's shape: [..., C].
func (b *Builder) SoftmaxCrossEntropySoft(x, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("softmax cross-entropy", x, y) {
		return nil
	}
	return b.Neg(b.Mean(b.Sum(b.Mul(y, b.LogSoftmax(x)), -1)))
}

// CourseCrossEntropy is the loss of the course's perceptron,
//
//	−1/n Σᵢ Σ_c y·log ŷ + (1 − y)·log(1 − ŷ),   ŷ = sigmoid(x),
//
// the binary cross-entropy summed over the classes and averaged over the
// examples: logits x and targets y in [0, 1]: [N, C]. It is computed from the
// logits, stable for any finite ones.
func (b *Builder) CourseCrossEntropy(x, y *gorgonia.Node) *gorgonia.Node {
	if !b.same("cross-entropy", x, y) {
		return nil
	}
	return b.Mean(b.Sum(b.c.BCELogits(x, y), -1))
}

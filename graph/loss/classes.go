package loss

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// CrossEntropyOptions are the settings of CrossEntropy and NLL.
type CrossEntropyOptions struct {
	// Axis is the axis of the classes: 1 for images [N, C, H, W]. 0 means the last axis.
	Axis int
	// Weight has a weight for each class: [C]. nil: 1.
	Weight *gorgonia.Node
	// Ignore is a label that does not count, such as that of padding: new(-1). It may be
	// a class or not. nil: all labels count.
	Ignore *int
	// Smoothing, in [0, 1], is the part of the target that all classes share: the target
	// of class c is (1 − Smoothing)·[c = label] + Smoothing/C (Szegedy et al. 2016,
	// section 7).
	Smoothing float64
	// Reduction is Mean by default.
	Reduction Reduction
}

// CrossEntropy returns the cross-entropy of softmax(x) with the labels, the mean of
//
//	−w[label]·log softmax(x)[label]
//
// where w is the Weight. Logits x: [..., C]; labels: Ints [...] in [0, C). Each returns
// [...], with 0 for ignored labels. Mean divides by Σ w[label] over the labels that count,
// which is their number without weights; it is 0 if that is 0.
//
// It is accurate for any finite logits. A logit of -Inf is a class of probability 0.
func CrossEntropy(b *graph.Builder, x, labels *gorgonia.Node, options ...CrossEntropyOptions) *gorgonia.Node {
	o := first(options)
	c := build.Enter(b, "loss.CrossEntropy", x, labels, o.Weight)
	defer c.Leave()
	x, ok := checkLabels(b, x, labels, options)
	if !ok {
		return nil
	}
	if o.Smoothing > 0 {
		return likelihood(b, b.LogSoftmax(x), labels, o)
	}
	each := c.CrossEntropy
	if o.Ignore != nil {
		each = func(x, labels *gorgonia.Node) *gorgonia.Node { return c.CrossEntropyIgnoring(x, labels, *o.Ignore) }
	}
	weights := labelWeights(b, x, labels, o)
	return reduceOver(b, weighed(b, o.Weight, weights, each(x, labels)), weights, o.Reduction)
}

// NLL returns the negative log likelihood of the labels, the mean of
//
//	−w[label]·x[label]
//
// where w is the Weight. Logarithms of probabilities x: [..., C], as from LogSoftmax;
// labels: Ints [...] in [0, C). Settings and Reduction are those of CrossEntropy, which
// takes the logits themselves and is faster.
func NLL(b *graph.Builder, x, labels *gorgonia.Node, options ...CrossEntropyOptions) *gorgonia.Node {
	o := first(options)
	c := build.Enter(b, "loss.NLL", x, labels, o.Weight)
	defer c.Leave()
	x, ok := checkLabels(b, x, labels, options)
	if !ok {
		return nil
	}
	return likelihood(b, x, labels, o)
}

// checkLabels checks the operands and settings of CrossEntropy and NLL, and returns x
// with its classes on the last axis.
func checkLabels(b *graph.Builder, x, labels *gorgonia.Node, options []CrossEntropyOptions) (last *gorgonia.Node, ok bool) {
	c, o := build.Of(b), first(options)
	axis, ok := classAxis(c, x, o.Axis)
	if !ok {
		return nil, false
	}
	l := c.Checks().Optional(len(options)).Labelled(x, labels, axis).Weighted(x, o.Weight, axis)
	if !l.Within("smoothing", o.Smoothing, 0, 1).Classes(x, labels, axis, o.Ignore).OK() {
		return nil, false
	}
	return classesLast(b, x, axis), c.OK()
}

// classAxis returns the axis of the classes of x: the last one if axis is 0.
func classAxis(c *build.Core, x *gorgonia.Node, axis int) (k int, ok bool) {
	if axis == 0 {
		axis = -1
	}
	return c.Axis(x, axis)
}

// classesLast returns x with the axis of the classes as the last one.
func classesLast(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	if axis == len(build.Of(b).Shape(x))-1 {
		return x
	}
	return b.MoveAxes(x, []int{axis}, []int{-1})
}

// labelWeights returns the weight of each label, 0 for ignored ones; nil if all are 1.
func labelWeights(b *graph.Builder, x, labels *gorgonia.Node, o CrossEntropyOptions) *gorgonia.Node {
	c := build.Of(b)
	switch {
	case o.Weight == nil && o.Ignore == nil:
		return nil
	case o.Ignore == nil:
		return c.Take(o.Weight, labels)
	case o.Weight == nil:
		return c.NotInt(labels, *o.Ignore, x)
	}
	return b.Sum(b.Where(hotLabels(b, x, labels, o), o.Weight, c.Fill(x, 0)), -1)
}

// hotLabels returns 1 for the label's class, 0 for the others and for ignored labels.
func hotLabels(b *graph.Builder, x, labels *gorgonia.Node, o CrossEntropyOptions) *gorgonia.Node {
	c := build.Of(b)
	s := c.Shape(x)
	if o.Ignore == nil {
		return c.OneHot(labels, s[len(s)-1], x)
	}
	return c.OneHotIgnoring(labels, s[len(s)-1], *o.Ignore, x)
}

// weighed returns the losses times the weights of their labels, if the classes have
// weights. Losses of ignored labels are 0 already.
func weighed(b *graph.Builder, classes, weights, each *gorgonia.Node) *gorgonia.Node {
	if classes == nil {
		return each
	}
	return build.Of(b).Weigh(weights, each)
}

// likelihood returns the reduced negative log likelihood for logarithms of
// probabilities x: [..., C].
func likelihood(b *graph.Builder, x, labels *gorgonia.Node, o CrossEntropyOptions) *gorgonia.Node {
	c := build.Of(b)
	own := func() *gorgonia.Node { return c.Reshape(ofLabel(b, x, labels), c.Shape(labels)) }
	if o.Ignore != nil {
		own = func() *gorgonia.Node { return b.Sum(b.Where(hotLabels(b, x, labels, o), x, c.Fill(x, 0)), -1) }
	}
	weights := labelWeights(b, x, labels, o)
	if o.Smoothing == 0 {
		return reduceOver(b, b.Neg(weighed(b, o.Weight, weights, own())), weights, o.Reduction)
	}
	all := x
	if o.Weight != nil {
		all = c.Weigh(o.Weight, x)
	}
	each := b.Scale(b.Sum(all, -1), -o.Smoothing/float64(c.Shape(x)[len(c.Shape(x))-1]))
	if o.Ignore != nil {
		each = c.Weigh(c.NotInt(labels, *o.Ignore, x), each)
	}
	if o.Smoothing < 1 {
		each = b.Add(b.Scale(b.Neg(weighed(b, o.Weight, weights, own())), 1-o.Smoothing), each)
	}
	return reduceOver(b, each, weights, o.Reduction)
}

// ofLabel returns the element of each row of x: [..., C] that its label names: [..., 1].
func ofLabel(b *graph.Builder, x, labels *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	return c.Gather(x, c.Reshape(labels, append(c.Shape(labels).Clone(), 1)), -1)
}

// SoftCrossEntropyOptions are the settings of SoftCrossEntropy.
type SoftCrossEntropyOptions struct {
	// Axis is the axis of the classes: 1 for images [N, C, H, W]. 0 means the last axis.
	Axis int
	// Weight has a weight for each class: [C]. nil: 1.
	Weight *gorgonia.Node
	// Smoothing, in [0, 1], is the part of the target that all classes share: the target
	// is (1 − Smoothing)·y + Smoothing/C.
	Smoothing float64
	// Reduction is Mean by default.
	Reduction Reduction
}

// SoftCrossEntropy returns the cross-entropy of softmax(x) with target probabilities y,
// the mean over the examples of
//
//	−Σ_c w·y·log softmax(x)
//
// where w is the Weight. Logits x and targets y in [0, 1], which add up to 1 over the
// classes: [..., C]. Each returns [...]; Mean divides by the number of examples, also
// where classes have weights. A class of target 0 may have the logit -Inf.
func SoftCrossEntropy(b *graph.Builder, x, y *gorgonia.Node, options ...SoftCrossEntropyOptions) *gorgonia.Node {
	o := first(options)
	c := build.Enter(b, "loss.SoftCrossEntropy", x, y, o.Weight)
	defer c.Leave()
	axis, ok := classAxis(c, x, o.Axis)
	if !ok {
		return nil
	}
	l := c.Checks().Optional(len(options)).Alike(x, y).Weighted(x, o.Weight, axis)
	if !l.Within("smoothing", o.Smoothing, 0, 1).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	x, y = classesLast(b, x, axis), classesLast(b, y, axis)
	if o.Smoothing > 0 {
		y = b.AddConst(b.Scale(y, 1-o.Smoothing), o.Smoothing/float64(c.Shape(x)[len(c.Shape(x))-1]))
	}
	if o.Weight != nil {
		y = b.Mul(y, o.Weight)
	}
	return reduce(b, b.Neg(b.Sum(c.Weigh(y, b.LogSoftmax(x)), -1)), o.Reduction)
}

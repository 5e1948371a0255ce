package graph

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// This file has losses without a mean: each is an array with a loss for every
// element, or for every example where it says so. Sum or Mean makes a number.

// SquaredError is (x − y)².
func (b *Builder) SquaredError(x, y *gorgonia.Node) *gorgonia.Node { return b.Square(b.Sub(x, y)) }

// HuberEach is Huber without the mean.
func (b *Builder) HuberEach(x, y *gorgonia.Node, delta float64) *gorgonia.Node {
	d := b.Abs(b.Sub(x, y))
	return b.Where(b.c.LeConst(d, delta), b.Scale(b.Square(d), 0.5), b.Scale(b.AddConst(d, -0.5*delta), delta))
}

// SmoothL1Each is SmoothL1 without the mean; beta = 0 gives |x − y|.
func (b *Builder) SmoothL1Each(x, y *gorgonia.Node, beta float64) *gorgonia.Node {
	d := b.Abs(b.Sub(x, y))
	if beta == 0 {
		return d
	}
	return b.Where(b.c.LtConst(d, beta), b.Scale(b.Square(d), 0.5/beta), b.AddConst(d, -0.5*beta))
}

// BCEEach is BCE without the mean.
func (b *Builder) BCEEach(p, y *gorgonia.Node) *gorgonia.Node {
	return b.Neg(b.Add(b.Mul(y, b.safeLog(p)), b.Mul(b.oneMinus(y), b.safeLog(b.oneMinus(p)))))
}

// BCEWithLogitsWeighted is BCEWithLogitsEach with the part of y multiplied by
// positive, broadcast: more than 1 raises the recall.
func (b *Builder) BCEWithLogitsWeighted(x, y, positive *gorgonia.Node) *gorgonia.Node {
	yes := b.Mul(b.Mul(y, b.LogSigmoid(x)), positive)
	return b.Neg(b.Add(yes, b.Mul(b.oneMinus(y), b.LogSigmoid(b.Neg(x)))))
}

// KLDivergence is y·(log y − x) for logarithms x of probabilities and
// probabilities y, 0 where y is 0; with logTarget y are logarithms too.
func (b *Builder) KLDivergence(x, y *gorgonia.Node, logTarget bool) *gorgonia.Node {
	if logTarget {
		return b.Mul(b.Exp(y), b.Sub(y, x))
	}
	return b.Sub(b.Xlogy(y, y), b.Mul(y, x))
}

// PoissonNLL is the negative log likelihood of counts y under Poisson
// distributions of the mean eˣ: eˣ − x·y; without logInput of the mean x: x −
// y·log(x + eps). full adds Stirling's formula for log y! where y > 1.
func (b *Builder) PoissonNLL(x, y *gorgonia.Node, logInput, full bool, eps float64) *gorgonia.Node {
	var loss *gorgonia.Node
	if logInput {
		loss = b.Sub(b.Exp(x), b.Mul(y, x))
	} else {
		loss = b.Sub(x, b.Mul(y, b.Log(b.AddConst(x, eps))))
	}
	if !full {
		return loss
	}
	few := b.c.LeConst(y, 1)
	safe := b.Where(few, b.c.Fill(y, 1), y)
	stirling := b.Add(b.Sub(b.Mul(safe, b.Log(safe)), safe), b.Scale(b.Log(b.Scale(safe, 2*math.Pi)), 0.5))
	return b.Add(loss, b.Where(few, b.c.Fill(y, 0), stirling))
}

// GaussianNLL is ½(log v + (x − y)²/v) for variances v, held above eps without a
// gradient of their own there; full adds ½·log 2π.
func (b *Builder) GaussianNLL(x, y, v *gorgonia.Node, full bool, eps float64) *gorgonia.Node {
	v = b.Add(v, b.StopGradient(b.ReLU(b.AddConst(b.Neg(v), eps))))
	loss := b.Scale(b.Add(b.Log(v), b.Div(b.Square(b.Sub(x, y)), v)), 0.5)
	if full {
		loss = b.AddConst(loss, 0.5*math.Log(2*math.Pi))
	}
	return loss
}

// SoftMargin is log(1 + e^(−x·y)) for targets y of −1 and 1.
func (b *Builder) SoftMargin(x, y *gorgonia.Node) *gorgonia.Node {
	return b.Softplus(b.Neg(b.Mul(x, y)))
}

// HingeEmbedding is x for targets y of 1 and max(0, margin − x) for those of −1.
func (b *Builder) HingeEmbedding(x, y *gorgonia.Node, margin float64) *gorgonia.Node {
	far := b.ReLU(b.AddConst(b.Neg(x), margin))
	none := b.c.Fill(x, 0) // a target that is neither has both parts
	return b.Add(b.Where(b.c.EqConst(y, 1), none, far), b.Where(b.c.EqConst(y, -1), none, x))
}

// MarginRanking is max(0, margin − y·(u − v)): y = 1 wants u larger, −1 v.
func (b *Builder) MarginRanking(u, v, y *gorgonia.Node, margin float64) *gorgonia.Node {
	return b.ReLU(b.AddConst(b.Neg(b.Mul(y, b.Sub(u, v))), margin))
}

// CosineEmbedding is 1 − cos for targets y of 1 and max(0, cos − margin) for those
// of −1, cos being the cosine of the rows of u and v: [N, D] or [D]; result like y.
func (b *Builder) CosineEmbedding(u, v, y *gorgonia.Node, margin float64) *gorgonia.Node {
	const eps = 1e-12
	dot := b.Sum(b.Mul(u, v), -1)
	nu, nv := b.AddConst(b.Sum(b.Square(u), -1), eps), b.AddConst(b.Sum(b.Square(v), -1), eps)
	cos := b.Div(dot, b.Sqrt(b.Mul(nu, nv)))
	zero := b.c.Fill(cos, 0)
	near, far := b.oneMinus(cos), b.ReLU(b.AddConst(cos, -margin))
	return b.Add(b.Where(b.c.EqConst(y, 1), near, zero), b.Where(b.c.EqConst(y, -1), far, zero))
}

// TripletMargin is max(0, ‖a − p‖ − ‖a − n‖ + margin) for anchors a, positive and
// negative examples, with the norm of that order over the last axis after eps is
// added; swap takes the smaller of ‖a − n‖ and ‖p − n‖ (Balntas et al. 2016).
func (b *Builder) TripletMargin(a, p, n *gorgonia.Node, margin, order, eps float64, swap bool) *gorgonia.Node {
	far := b.PairwiseDistance(a, n, order, eps)
	if swap {
		far = b.Minimum(far, b.PairwiseDistance(p, n, order, eps))
	}
	return b.ReLU(b.AddConst(b.Sub(b.PairwiseDistance(a, p, order, eps), far), margin))
}

// MultiMargin is Σ_c≠label max(0, margin − x[label] + x[c])^p/C for each example,
// times the weight of its label, w: [C] or nil: scores x: [N, C], labels: Ints [N];
// p is 1 or 2.
func (b *Builder) MultiMargin(x, labels, w *gorgonia.Node, p int, margin float64) *gorgonia.Node {
	s, l := b.c.Shape(x), b.c.Shape(labels)
	if b.c.Err != nil {
		return nil
	}
	if len(s) != 2 || len(l) != 1 || l[0] != s[0] || p < 1 || p > 2 {
		b.c.Fail("multimargin", b.c.Label, gorgonia.Nodes{x, labels}, errors.Wrapf(ErrShape, "got %v, the labels %v and the power %d, want [N, C], [N] and 1 or 2", s, l, p))
		return nil
	}
	own := b.Gather(x, b.Reshape(labels, l[0], 1), 1)
	each := b.ReLU(b.AddConst(b.Sub(x, own), margin))
	if p == 2 {
		each = b.Square(each)
	}
	each = b.Mul(each, b.oneMinus(b.c.OneHot(labels, s[1], x)))
	loss := b.Scale(b.Sum(each, 1), 1/float64(s[1]))
	if w != nil {
		loss = b.Mul(loss, b.Take(w, labels))
	}
	return loss
}

// MultiLabelMargin is Σ over the labels j and the other classes i of max(0, 1 −
// x[j] + x[i])/C for each example: x: [N, C]; labels has the classes of each
// example.
func (b *Builder) MultiLabelMargin(x *gorgonia.Node, labels [][]int) *gorgonia.Node {
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(s) != 2 || len(labels) != s[0] {
		b.c.Fail("multilabelmargin", b.c.Label, gorgonia.Nodes{x}, errors.Wrapf(ErrShape, "got %v and the labels of %d examples, want [N, C] and N", s, len(labels)))
		return nil
	}
	if !b.holds("multilabelmargin", x, s...) {
		return nil
	}
	is := make([]float64, s[0]*s[1])
	for i, l := range labels {
		for _, c := range l {
			if c < 0 || c >= s[1] {
				b.c.Fail("multilabelmargin", b.c.Label, gorgonia.Nodes{x}, errors.Wrapf(ErrShape, "got the label %d of example %d, want it in [0,%d)", c, i, s[1]))
				return nil
			}
			is[i*s[1]+c]++ // a label that is named twice counts twice
		}
	}
	hot := b.Const(is, s...)
	gap := b.ReLU(b.oneMinus(b.Sub(b.Unsqueeze(x, 2), b.Unsqueeze(x, 1)))) // [N, label, other]
	pair := b.Mul(b.Unsqueeze(hot, 2), b.Unsqueeze(b.c.EqConst(hot, 0), 1))
	return b.Scale(b.Sum(b.Mul(gap, pair), 1, 2), 1/float64(s[1]))
}

// MultiLabelSoftMargin is the mean over the classes of the binary cross-entropy of
// sigmoid(x) with targets y, times weights w of the classes, [C], or nil: x: [...,
// C]; result [...].
func (b *Builder) MultiLabelSoftMargin(x, y, w *gorgonia.Node) *gorgonia.Node {
	loss := b.Neg(b.Add(b.Mul(y, b.LogSigmoid(x)), b.Mul(b.oneMinus(y), b.LogSigmoid(b.Neg(x)))))
	if w != nil {
		loss = b.Mul(loss, w)
	}
	return b.Mean(loss, -1)
}

// Likelihoods are how NLLEach weighs examples.
type Likelihoods struct {
	Weight   *gorgonia.Node // of each class, [C]; nil: 1
	Ignoring bool           // examples of the label Ignore do not count
	Ignore   int
	// Smoothing, in [0, 1], gives the other classes a part of the target: the
	// target is (1 − Smoothing)·one-hot + Smoothing/C.
	Smoothing float64
}

// NLLEach is −log p of the label of each example, and its weight, by whose sum a
// mean divides (MeanOver of both sums): logarithms of probabilities logp: [N, C, ...] or [C], labels: Ints
// of [N, ...] or a scalar; results like labels.
func (b *Builder) NLLEach(logp, labels *gorgonia.Node, o Likelihoods) (loss, weight *gorgonia.Node) {
	s, l := b.c.Shape(logp), b.c.Shape(labels)
	if b.c.Err != nil {
		return nil, nil
	}
	axis := min(1, len(s)-1)
	if len(s) == 0 || !slices.Equal(slices.Delete(slices.Clone([]int(s)), axis, axis+1), []int(l)) || !(o.Smoothing >= 0 && o.Smoothing <= 1) {
		b.c.Fail("nll", b.c.Label, gorgonia.Nodes{logp, labels}, errors.Wrapf(ErrShape, "got %v, the labels %v and the smoothing %v, want [N, C, ...], [N, ...] and a part", s, l, o.Smoothing))
		return nil, nil
	}
	classes := s[axis]
	kept, hot := b.c.Fill(b.Sum(logp, axis), 1), b.c.OneHot(labels, classes, logp)
	if o.Ignoring {
		b.ignoring(labels, o.Ignore, classes)
		kept, hot = b.c.NotInt(labels, o.Ignore, logp), b.c.OneHotIgnoring(labels, classes, o.Ignore, logp)
	}
	hot = b.MoveAxes(hot, []int{-1}, []int{axis})
	weights := kept
	scaled := logp
	if o.Weight != nil {
		w := o.Weight
		if axis == 1 {
			w = b.channels(w, logp)
		}
		scaled = b.Mul(logp, w)
		weights = b.Sum(b.Mul(hot, b.Broadcast(w, s...)), axis)
	}
	loss = b.Neg(b.Sum(b.Where(hot, scaled, b.c.Fill(logp, 0)), axis))
	if o.Smoothing > 0 {
		even := b.Mul(kept, b.Scale(b.Sum(scaled, axis), -o.Smoothing/float64(classes)))
		loss = b.Add(b.Scale(loss, 1-o.Smoothing), even)
	}
	return loss, weights
}

// CrossEntropySoft is −Σ w·y·log softmax(x) along the classes, axis 1 of [N, C,
// ...] or the axis of [C], for target probabilities y; w of the classes, [C], or
// nil. Smoothing blends y with 1/C.
func (b *Builder) CrossEntropySoft(x, y, w *gorgonia.Node, smoothing float64) *gorgonia.Node {
	if !b.same("cross-entropy", x, y) {
		return nil
	}
	s := b.c.Shape(x)
	if len(s) == 0 {
		b.c.Fail("cross-entropy", b.c.Label, gorgonia.Nodes{x, y}, errors.Wrapf(ErrShape, "got %v, want [N, C, ...] or [C]", s))
		return nil
	}
	axis := min(1, len(s)-1)
	logp := b.LogSoftmaxAxis(x, axis)
	if smoothing > 0 {
		y = b.AddConst(b.Scale(y, 1-smoothing), smoothing/float64(s[axis]))
	}
	if w != nil {
		if axis == 1 {
			w = b.channels(w, x)
		}
		logp = b.Mul(logp, w)
	}
	return b.Neg(b.Sum(b.Mul(y, logp), axis))
}

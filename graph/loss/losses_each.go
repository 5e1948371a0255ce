package loss

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// SquaredError returns (x − y)².
func SquaredError(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.SquaredError", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).OK() {
		return nil
	}
	return b.Square(b.Sub(x, y))
}

// HuberEach is Huber without the mean.
func HuberEach(b *graph.Builder, x, y *gorgonia.Node, delta float64) *gorgonia.Node {
	c := build.Enter(b, "loss.HuberEach", x, y)
	defer c.Leave()
	return huber(b, x, y, delta)
}

func huber(b *graph.Builder, x, y *gorgonia.Node, delta float64) *gorgonia.Node {
	c := build.Of(b)
	if !c.Checks().Alike(x, y).Above("delta", delta, 0).OK() {
		return nil
	}
	near, size, far := nearAndFar(b, x, y, delta)
	return b.Where(far, b.Scale(b.AddConst(size, -0.5*delta), delta), b.Scale(b.Square(near), 0.5))
}

// nearAndFar are |x − y|, size, where it is far, beyond the bound, and that as it is
// where it is not far, 0 there: its square has no infinite slope to be left out.
func nearAndFar(b *graph.Builder, x, y *gorgonia.Node, bound float64) (near, size, far *gorgonia.Node) {
	c := build.Of(b)
	size = b.Abs(b.Sub(x, y))
	far = c.GtConst(size, bound)
	return b.Where(far, c.Fill(size, 0), size), size, far
}

// SmoothL1Each returns e²/(2·beta) where |e| ≤ beta and |e| − beta/2 beyond, e = x − y
// (Girshick 2015). beta ≥ 0; beta = 0 gives |e|, as in PyTorch, and so does one so small
// that float32 has no 1/beta.
func SmoothL1Each(b *graph.Builder, x, y *gorgonia.Node, beta float64) *gorgonia.Node {
	c := build.Enter(b, "loss.SmoothL1Each", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).AtLeast("beta", beta, 0).OK() {
		return nil
	}
	if beta < 1/math.MaxFloat32 {
		return b.Abs(b.Sub(x, y))
	}
	near, size, far := nearAndFar(b, x, y, beta)
	return b.Where(far, b.AddConst(size, -0.5*beta), b.Scale(b.Square(near), 0.5/beta))
}

// BCEEach is BCE without the mean.
func BCEEach(b *graph.Builder, p, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.BCEEach", p, y)
	defer c.Leave()
	if !c.Checks().Alike(p, y).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	return c.BCE(p, y)
}

// BCEWithLogitsWeighted is BCEWithLogitsEach with the part of y multiplied by
// positive, which broadcasts to x's shape: more than 1 raises the recall.
func BCEWithLogitsWeighted(b *graph.Builder, x, y, positive *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.BCEWithLogitsWeighted", x, y, positive)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Onto(x, positive).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	yes := c.Weigh(b.Mul(y, positive), b.LogSigmoid(x))
	return b.Neg(b.Add(yes, c.Weigh(c.OneMinus(y), b.LogSigmoid(b.Neg(x)))))
}

// KLDivergence returns y·(log y − x) for logarithms x of probabilities and
// probabilities y ≥ 0, 0 where y is 0; with logTarget y are logarithms too, -Inf being
// the probability 0.
func KLDivergence(b *graph.Builder, x, y *gorgonia.Node, logTarget bool) *gorgonia.Node {
	c := build.Enter(b, "loss.KLDivergence", x, y)
	defer c.Leave()
	l := c.Checks().Alike(x, y)
	if !logTarget {
		l = l.Targets(y, graph.NotNegative)
	}
	if !l.OK() {
		return nil
	}
	if !logTarget {
		return b.Sub(special.Xlogy(b, y, y), c.Weigh(y, x))
	}
	none, zero := c.EqConst(y, math.Inf(-1)), c.Fill(y, 0)
	x, y = b.Where(none, zero, x), b.Where(none, zero, y)
	return b.Where(none, zero, c.Weigh(b.Exp(y), b.Sub(y, x)))
}

// PoissonNLL returns the negative log likelihood of counts y ≥ 0 under Poisson
// distributions of the mean eˣ: eˣ − x·y; without logInput of the mean x: x −
// y·log(x + eps), eps ≥ 0. A count of 0 leaves the logarithm out. full adds Stirling's
// formula for log y! where y > 1.
func PoissonNLL(b *graph.Builder, x, y *gorgonia.Node, logInput, full bool, eps float64) *gorgonia.Node {
	c := build.Enter(b, "loss.PoissonNLL", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).AtLeast("eps", eps, 0).Targets(y, graph.NotNegative).OK() {
		return nil
	}
	var loss *gorgonia.Node
	if logInput {
		loss = b.Sub(b.Exp(x), c.Weigh(y, x))
	} else {
		mean := b.AddConst(x, eps)
		neither := b.Mul(c.EqConst(y, 0), c.EqConst(mean, 0))
		loss = b.Sub(x, c.Weigh(y, b.Log(b.Where(neither, c.Fill(x, 1), mean))))
	}
	if !full {
		return loss
	}
	few := c.LeConst(y, 1)
	safe := b.Where(few, c.Fill(y, 1), y)
	stirling := b.Add(b.Sub(b.Mul(safe, b.Log(safe)), safe), b.Scale(b.Log(b.Scale(safe, 2*math.Pi)), 0.5))
	return b.Add(loss, b.Where(few, c.Fill(y, 0), stirling))
}

// GaussianNLL returns ½(log v + (x − y)²/v) for variances v ≥ 0 that broadcast to x's
// shape; full adds ½·log 2π. Variances below eps > 0 count as eps, with the gradient that
// eps would have, as in PyTorch.
func GaussianNLL(b *graph.Builder, x, y, v *gorgonia.Node, full bool, eps float64) *gorgonia.Node {
	c := build.Enter(b, "loss.GaussianNLL", x, y, v)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Onto(x, v).Above("eps", eps, 0).Targets(v, graph.NotNegative).OK() {
		return nil
	}
	held := b.AddConst(b.Sub(v, b.StopGradient(v)), eps)
	v = b.Where(c.LtConst(v, eps), held, v)
	loss := b.Scale(b.Add(b.Log(v), b.Div(b.Square(b.Sub(x, y)), v)), 0.5)
	if full {
		loss = b.AddConst(loss, 0.5*math.Log(2*math.Pi))
	}
	return loss
}

// SoftMargin returns log(1 + e^(−x·y)) for targets y of −1 and 1.
func SoftMargin(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.SoftMargin", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Targets(y, graph.Signs).OK() {
		return nil
	}
	return b.Softplus(b.Neg(b.Mul(x, y)))
}

// HingeEmbedding returns x for targets y of 1 and max(0, margin − x) for those of −1.
func HingeEmbedding(b *graph.Builder, x, y *gorgonia.Node, margin float64) *gorgonia.Node {
	c := build.Enter(b, "loss.HingeEmbedding", x, y)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Finite("margin", margin).Targets(y, graph.Signs).OK() {
		return nil
	}
	return bySign(b, y, x, b.ReLU(b.AddConst(b.Neg(x), margin)))
}

// bySign is near where y is 1, far where it is −1, the sum of both where it is another
// number, as in PyTorch, and NaN where it is NaN.
func bySign(b *graph.Builder, y, near, far *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	none := c.Fill(near, 0)
	sum := b.Add(b.Where(c.EqConst(y, 1), none, far), b.Where(c.EqConst(y, -1), none, near))
	return b.Where(b.IsNaN(y), y, sum)
}

// MarginRanking returns max(0, margin − y·(u − v)) for targets y of −1 and 1: 1 wants u
// to be larger, −1 v.
func MarginRanking(b *graph.Builder, u, v, y *gorgonia.Node, margin float64) *gorgonia.Node {
	c := build.Enter(b, "loss.MarginRanking", u, v, y)
	defer c.Leave()
	if !c.Checks().Alike(u, v, y).Finite("margin", margin).Targets(y, graph.Signs).OK() {
		return nil
	}
	return b.ReLU(b.AddConst(b.Neg(b.Mul(y, b.Sub(u, v))), margin))
}

// CosineEmbedding returns 1 − cos for targets y of 1 and max(0, cos − margin) for those
// of −1, cos being the cosine of the rows of u and v: [N, D] or [D]; y and the result:
// [N] or a scalar. The cosine with a row of zeros is 0.
func CosineEmbedding(b *graph.Builder, u, v, y *gorgonia.Node, margin float64) *gorgonia.Node {
	c := build.Enter(b, "loss.CosineEmbedding", u, v, y)
	defer c.Leave()
	if !c.Checks().Alike(u, v).Labelled(u, y, -1).Finite("margin", margin).Targets(y, graph.Signs).OK() {
		return nil
	}
	const eps = 1e-12
	dot := b.Sum(b.Mul(u, v), -1)
	nu, nv := b.AddConst(b.Sum(b.Square(u), -1), eps), b.AddConst(b.Sum(b.Square(v), -1), eps)
	cos := b.Div(dot, b.Mul(b.Sqrt(nu), b.Sqrt(nv)))
	return bySign(b, y, c.OneMinus(cos), b.ReLU(b.AddConst(cos, -margin)))
}

// TripletMargin returns max(0, ‖a − p‖ − ‖a − n‖ + margin) for anchors a, positive and
// negative examples of one shape, with the norm of that order over the last axis after
// eps ≥ 0 is added; swap takes the smaller of ‖a − n‖ and ‖p − n‖ (Balntas et al. 2016).
func TripletMargin(b *graph.Builder, a, p, n *gorgonia.Node, margin, order, eps float64, swap bool) *gorgonia.Node {
	c := build.Enter(b, "loss.TripletMargin", a, p, n)
	defer c.Leave()
	if !c.Checks().Alike(a, p, n).Finite("margin", margin).AtLeast("eps", eps, 0).OK() {
		return nil
	}
	far := special.PairwiseDistance(b, a, n, order, eps)
	if swap {
		far = b.Minimum(far, special.PairwiseDistance(b, p, n, order, eps))
	}
	return b.ReLU(b.AddConst(b.Sub(special.PairwiseDistance(b, a, p, order, eps), far), margin))
}

// MultiMargin returns Σ_c≠label max(0, margin − x[label] + x[c])^p/C for each example,
// times the weight of its label, w: [C] or nil: scores x: [N, C], labels: Ints [N];
// p is 1 or 2.
func MultiMargin(b *graph.Builder, x, labels, w *gorgonia.Node, p int, margin float64) *gorgonia.Node {
	c := build.Enter(b, "loss.MultiMargin", x, labels, w)
	defer c.Leave()
	l := c.Checks().Labelled(x, labels, 1).Weighted(x, w, 1)
	if !l.Choice("power", p, p == 1 || p == 2, "1 or 2").Finite("margin", margin).OK() {
		return nil
	}
	each := gaps(b, x, labels, margin)
	if p == 2 {
		each = b.Square(each)
	}
	loss := b.Scale(b.Sum(each, 1), 1/float64(c.Shape(x)[1]))
	if w != nil {
		loss = c.Weigh(b.Take(w, labels), loss)
	}
	return loss
}

// MultiLabelMargin returns Σ over the labels j and the other classes i of max(0, 1 −
// x[j] + x[i])/C for each example: x: [N, C]; labels has the classes of each
// example.
func MultiLabelMargin(b *graph.Builder, x *gorgonia.Node, labels [][]int) *gorgonia.Node {
	c := build.Enter(b, "loss.MultiLabelMargin", x)
	defer c.Leave()
	s := c.Shape(x)
	l := c.Checks()
	if !l.OK() {
		return nil
	}
	if len(s) != 2 || len(labels) != s[0] {
		c.Refuse(mistake.Shapef("got %v and the labels of %d examples, want [N, C] and N", s, len(labels)))
		return nil
	}
	if !c.Holds(s...) {
		return nil
	}
	is := make([]float64, s[0]*s[1])
	for i, of := range labels {
		for _, class := range of {
			if class < 0 || class >= s[1] {
				c.Refuse(mistake.Shapef("got the label %d of example %d, want it in [0,%d)", class, i, s[1]))
				return nil
			}
			is[i*s[1]+class]++ // a label that is named twice counts twice
		}
	}
	hot := b.Const(is, s...)
	gap := b.ReLU(c.OneMinus(b.Sub(b.Unsqueeze(x, 2), b.Unsqueeze(x, 1)))) // [N, label, other]
	pair := b.Mul(b.Unsqueeze(hot, 2), b.Unsqueeze(c.EqConst(hot, 0), 1))
	return b.Scale(b.Sum(c.Weigh(pair, gap), 1, 2), 1/float64(s[1]))
}

// MultiLabelSoftMargin returns the mean over the classes of the binary cross-entropy of
// sigmoid(x) with targets y in [0, 1], times weights w of the classes, [C], or nil: x:
// [..., C]; result [...].
func MultiLabelSoftMargin(b *graph.Builder, x, y, w *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.MultiLabelSoftMargin", x, y, w)
	defer c.Leave()
	if !c.Checks().Alike(x, y).Weighted(x, w, -1).Targets(y, graph.UnitInterval).OK() {
		return nil
	}
	loss := c.BCELogits(x, y)
	if w != nil {
		loss = c.Weigh(w, loss)
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

// NLLEach returns −log p of the label of each example, and its weight, by whose sum a
// mean divides (MeanOver of both sums): logarithms of probabilities logp: [N, C, ...] or
// [C], labels: Ints of [N, ...] or a scalar; results like labels.
func NLLEach(b *graph.Builder, logp, labels *gorgonia.Node, o Likelihoods) (loss, weight *gorgonia.Node) {
	c := build.Enter(b, "loss.NLLEach", logp, labels)
	defer c.Leave()
	axis := classAxis(b, logp)
	if !c.Checks().Labelled(logp, labels, axis).Weighted(logp, o.Weight, axis).Within("smoothing", o.Smoothing, 0, 1).OK() {
		return nil, nil
	}
	s := c.Shape(logp)
	classes := s[axis]
	kept, hot := c.Fill(b.Sum(logp, axis), 1), c.OneHot(labels, classes, logp)
	if o.Ignoring {
		c.Ignoring(labels, o.Ignore, classes)
		kept, hot = c.NotInt(labels, o.Ignore, logp), c.OneHotIgnoring(labels, classes, o.Ignore, logp)
	}
	hot = b.MoveAxes(hot, []int{-1}, []int{axis})
	weights := kept
	scaled := logp
	zero := c.Fill(logp, 0)
	if o.Weight != nil {
		w := ofClasses(b, o.Weight, logp, axis)
		scaled = c.Weigh(w, logp)
		weights = b.Sum(b.Where(hot, w, zero), axis)
	}
	loss = b.Neg(b.Sum(b.Where(hot, scaled, zero), axis))
	if o.Smoothing > 0 {
		even := c.Weigh(kept, b.Scale(b.Sum(scaled, axis), -o.Smoothing/float64(classes)))
		loss = b.Add(b.Scale(loss, 1-o.Smoothing), even)
	}
	return loss, weights
}

// classAxis is the axis of the classes of x: [N, C, ...] or [C].
func classAxis(b *graph.Builder, x *gorgonia.Node) int {
	c := build.Of(b)
	return max(0, min(1, len(c.Shape(x))-1))
}

// ofClasses is w: [C] in the shape that broadcasts to x along its axis of classes.
func ofClasses(b *graph.Builder, w, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Of(b)
	if axis == 1 {
		return c.Channels(w, x)
	}
	return w
}

// CrossEntropySoft returns −Σ w·y·log softmax(x) along the classes, axis 1 of [N, C,
// ...] or the axis of [C], for target probabilities y in [0, 1]; w of the classes, [C],
// or nil. smoothing, in [0, 1], blends y with 1/C. A class of the target 0 may have the
// logit -Inf.
func CrossEntropySoft(b *graph.Builder, x, y, w *gorgonia.Node, smoothing float64) *gorgonia.Node {
	c := build.Enter(b, "loss.CrossEntropySoft", x, y, w)
	defer c.Leave()
	axis := classAxis(b, x)
	l := c.Checks().Alike(x, y).Weighted(x, w, axis).Within("smoothing", smoothing, 0, 1).Targets(y, graph.UnitInterval)
	s := c.Shape(x)
	if l.OK() && len(s) == 0 {
		c.Refuse(mistake.Shapef("got %v, want [N, C, ...] or [C]", s))
	}
	if !l.OK() {
		return nil
	}
	if smoothing > 0 {
		y = b.AddConst(b.Scale(y, 1-smoothing), smoothing/float64(s[axis]))
	}
	if w != nil {
		y = b.Mul(y, ofClasses(b, w, x, axis))
	}
	return b.Neg(b.Sum(c.Weigh(y, b.LogSoftmaxAxis(x, axis)), axis))
}

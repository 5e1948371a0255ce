package loss

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// HingeEmbedding returns the mean of
//
//	x                  where y = 1
//	max(0, margin − x) where y = −1
//
// Distances x and targets y, −1 or 1, have one shape (Hadsell et al. 2006 has the
// squares). Each returns that shape; Mean divides by the number of elements.
func HingeEmbedding(b *graph.Builder, x, y *gorgonia.Node, margin float64, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.HingeEmbedding", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).Finite("margin", margin).Targets(y, graph.Signs).OK() {
		return nil
	}
	return reduce(b, bySign(b, y, x, b.ReLU(b.AddConst(b.Neg(x), margin))), first(r))
}

// bySign returns near where y is 1 and far where it is −1. As in PyTorch it returns their
// sum where y is another number. It returns NaN where y is NaN.
func bySign(b *graph.Builder, y, near, far *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	none := c.Fill(near, 0)
	sum := b.Add(b.Where(c.EqConst(y, 1), none, far), b.Where(c.EqConst(y, -1), none, near))
	return b.Where(b.IsNaN(y), y, sum)
}

// MarginRanking returns the mean of
//
//	max(0, margin − y·(u − v))
//
// A target of 1 asks for u > v, a target of −1 for u < v. Scores u and v and targets y,
// −1 or 1, have one shape. Each returns that shape; Mean divides by the number of
// elements.
func MarginRanking(b *graph.Builder, u, v, y *gorgonia.Node, margin float64, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.MarginRanking", u, v, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(u, v, y).Finite("margin", margin).Targets(y, graph.Signs).OK() {
		return nil
	}
	return reduce(b, b.ReLU(b.AddConst(b.Neg(b.Mul(y, b.Sub(u, v))), margin)), first(r))
}

// CosineEmbedding returns the mean over the pairs of
//
//	1 − cos             where y = 1
//	max(0, cos − margin) where y = −1
//
// where cos is the cosine of the angle between the rows of u and v. Embeddings u and v:
// [N, D] or [D]; targets y, −1 or 1: [N] or a scalar. Each returns the shape of y; Mean
// divides by N. The cosine with a row of zeros is 0.
func CosineEmbedding(b *graph.Builder, u, v, y *gorgonia.Node, margin float64, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.CosineEmbedding", u, v, y)
	defer c.Leave()
	l := c.Checks().Optional(len(r)).Alike(u, v).Labelled(u, y, -1)
	if !l.Finite("margin", margin).Targets(y, graph.Signs).OK() {
		return nil
	}
	const eps = 1e-12
	dot := b.Sum(b.Mul(u, v), -1)
	nu, nv := b.AddConst(b.Sum(b.Square(u), -1), eps), b.AddConst(b.Sum(b.Square(v), -1), eps)
	cos := b.Div(dot, b.Mul(b.Sqrt(nu), b.Sqrt(nv)))
	return reduce(b, bySign(b, y, c.OneMinus(cos), b.ReLU(b.AddConst(cos, -margin))), first(r))
}

// TripletMarginOptions are the settings of TripletMargin.
type TripletMarginOptions struct {
	// Order is the order of the norm, as in special.PairwiseDistance. 0 means 2, the
	// Euclidean norm.
	Order float64
	// Eps ≥ 0 is added to each difference before the norm. PyTorch uses 1e-6.
	Eps float64
	// Swap takes the smaller of ‖a − n‖ and ‖p − n‖ as the negative distance.
	Swap bool
	// Reduction is Mean by default.
	Reduction Reduction
}

// TripletMargin returns the mean over the triplets of
//
//	max(0, ‖a − p‖ − ‖a − n‖ + margin)
//
// (Balntas et al. 2016, section 2). Anchors a, positive examples p and negative examples
// n: [..., D]. Each returns [...]; Mean divides by the number of triplets.
func TripletMargin(b *graph.Builder, a, p, n *gorgonia.Node, margin float64, options ...TripletMarginOptions) *gorgonia.Node {
	c := build.Enter(b, "loss.TripletMargin", a, p, n)
	defer c.Leave()
	o := first(options)
	if o.Order == 0 {
		o.Order = 2
	}
	if !c.Checks().Optional(len(options)).Alike(a, p, n).Finite("margin", margin).AtLeast("eps", o.Eps, 0).OK() {
		return nil
	}
	far := special.PairwiseDistance(b, a, n, o.Order, o.Eps)
	if o.Swap {
		far = b.Minimum(far, special.PairwiseDistance(b, p, n, o.Order, o.Eps))
	}
	near := special.PairwiseDistance(b, a, p, o.Order, o.Eps)
	return reduce(b, b.ReLU(b.AddConst(b.Sub(near, far), margin)), o.Reduction)
}

// MultiMarginOptions are the settings of MultiMargin.
type MultiMarginOptions struct {
	Power     int            // 1 or 2; 0 means 1
	Weight    *gorgonia.Node // of each class, [C]; nil: 1
	Reduction Reduction      // Mean by default
}

// MultiMargin returns the hinge loss of many classes, the mean over the examples of
//
//	w[label]/C · Σ_{c≠label} max(0, margin − x[label] + x[c])^Power
//
// where w is the Weight (Weston and Watkins 1999). Scores x: [..., C]; labels: Ints [...]
// in [0, C). Each returns [...]; Mean divides by the number of examples, also where
// classes have weights.
func MultiMargin(b *graph.Builder, x, labels *gorgonia.Node, margin float64, options ...MultiMarginOptions) *gorgonia.Node {
	o := first(options)
	c := build.Enter(b, "loss.MultiMargin", x, labels, o.Weight)
	defer c.Leave()
	l := c.Checks().Optional(len(options)).Labelled(x, labels, -1).Weighted(x, o.Weight, -1).Finite("margin", margin)
	l = l.Choice("power", o.Power, o.Power >= 0 && o.Power <= 2, "1 or 2").Classes(x, labels, -1, nil)
	if !l.OK() {
		return nil
	}
	s := c.Shape(x)
	classes := s[len(s)-1]
	gap := b.ReLU(b.AddConst(b.Sub(x, ofLabel(b, x, labels)), margin))
	gap = b.Where(c.OneHot(labels, classes, x), c.Fill(x, 0), gap)
	if o.Power == 2 {
		gap = b.Square(gap)
	}
	each := b.Scale(b.Sum(gap, -1), 1/float64(classes))
	if o.Weight != nil {
		each = c.Weigh(b.Take(o.Weight, labels), each)
	}
	return reduce(b, each, o.Reduction)
}

// MultiLabelMargin returns the hinge loss of examples with several labels, the mean over
// the examples of
//
//	1/C · Σ_j Σ_i max(0, 1 − x[j] + x[i])
//
// where j runs over the labels of the example and i over the other classes. Scores x:
// [N, C]; labels[n] lists the classes of example n, each in [0, C). A class that is listed
// twice counts twice. Each returns [N]; Mean divides by N.
func MultiLabelMargin(b *graph.Builder, x *gorgonia.Node, labels [][]int, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.MultiLabelMargin", x)
	defer c.Leave()
	s := c.Shape(x)
	if !c.Checks().Optional(len(r)).OK() {
		return nil
	}
	if len(s) != 2 || len(labels) != s[0] {
		c.Refuse(mistake.Shapef("got %v and labels of %d examples, want [N, C] and labels of N examples", s, len(labels)))
		return nil
	}
	if !c.Holds(s...) {
		return nil
	}
	counts := make([]float64, s[0]*s[1])
	for i, of := range labels {
		for _, class := range of {
			if class < 0 || class >= s[1] {
				c.Refuse(mistake.Shapef("got the label %d of example %d, want one in [0, %d)", class, i, s[1]))
				return nil
			}
			counts[i*s[1]+class]++
		}
	}
	hot := b.Const(counts, s...)
	gap := b.ReLU(c.OneMinus(b.Sub(b.Unsqueeze(x, 2), b.Unsqueeze(x, 1)))) // [N, label, other]
	pair := b.Mul(b.Unsqueeze(hot, 2), b.Unsqueeze(c.EqConst(hot, 0), 1))
	return reduce(b, b.Scale(b.Sum(c.Weigh(pair, gap), 1, 2), 1/float64(s[1])), first(r))
}

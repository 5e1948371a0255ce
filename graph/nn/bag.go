package nn

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// BagMode says what becomes of the rows of a bag.
type BagMode uint8

// The modes of bags.
const (
	BagMean BagMode = iota // their mean
	BagSum                 // their sum
	BagMax                 // the largest of each feature
)

// BagOptions say what counts of a bag of indices, and how.
type BagOptions struct {
	Mode    BagMode
	Lengths *gorgonia.Node // how many indices each bag has: Ints [N] in [0, L]; nil: L
	Padding *int           // an index in [0, Count) that counts for nothing; nil: none
	Factors *gorgonia.Node // a factor of each row: [N, L], with BagSum alone; nil: 1
}

// EmbeddingBagOptions are the settings of EmbeddingBag.
type EmbeddingBagOptions struct {
	Count      int               // rows of the table, one for each index, ≥ 1
	Dim        int               // features of a row, ≥ 1
	Weight     graph.Initializer // of the table; nil: Normal(0, 1)
	BagOptions                   // Mode, Lengths, Padding and Factors
}

// EmbeddingBag returns the mean, the sum or the largest of the rows of a learned table that
// each bag of indices lists, such as the words of a text. index: Ints [N, L] in [0, Count),
// result: [N, Dim].
//
// A bag of fewer than L indices has a length in Lengths, or is filled up with Padding. What
// does not count has no influence and no gradient, but must be in [0, Count) too. A bag of
// nothing gives zeros. The gradient of BagMax goes in equal shares to rows that are equal.
//
// It owns name/weight: [Count, Dim], whose row Padding starts as zeros. LookupBags is the
// same for a table that is given.
//
// Errors: ErrShape for indices, Lengths or Factors that do not fit, ErrDType for indices
// that are no Ints, ErrOption for a setting out of range or Factors with another mode. A
// run fails on an index out of range.
func EmbeddingBag(b *graph.Builder, name string, index *gorgonia.Node, o EmbeddingBagOptions) *gorgonia.Node {
	c := enter(b, "nn.EmbeddingBag", name, index, o.Lengths, o.Factors)
	defer c.Leave()
	table := EmbeddingOptions{Count: o.Count, Dim: o.Dim, Padding: o.Padding, Weight: o.Weight}
	if !table.holds(c) {
		return nil
	}
	var y *gorgonia.Node
	own(b, name, "EmbeddingBag", func(l layer) { y = LookupBags(b, table.table(l), index, o.BagOptions) })
	return c.Label(name, y)
}

// LookupBags returns the mean, the sum or the largest of the rows of the table that each
// bag of indices lists; see EmbeddingBag, which owns its table. table: [Count, Dim], index:
// Ints [N, L], result: [N, Dim]. The gradient of a row is summed over all its bags.
//
// Errors: those of EmbeddingBag.
func LookupBags(b *graph.Builder, table, index *gorgonia.Node, o BagOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.LookupBags", table, index, o.Lengths, o.Factors)
	defer c.Leave()
	if !o.fits(c, table, index) {
		return nil
	}
	rows, counts := b.Take(table, index), o.counts(b, table, index)
	if o.Factors != nil {
		rows = b.Mul(rows, trailing(b, o.factors(b, counts), 1))
	}
	if counts == nil {
		return []func(x *gorgonia.Node, axes ...int) *gorgonia.Node{BagMean: b.Mean, BagSum: b.Sum, BagMax: b.Max}[o.Mode](rows, 1)
	}
	some := func(others float64) *gorgonia.Node {
		return b.Where(trailing(b, counts, 1), rows, b.Scalar(others))
	}
	n := b.Unsqueeze(b.Sum(counts, 1), 1)
	switch o.Mode {
	case BagSum:
		return b.Sum(some(0), 1)
	case BagMax:
		return b.Where(n, b.Max(some(math.Inf(-1)), 1), b.Scalar(0))
	}
	return b.Div(b.Sum(some(0), 1), b.Maximum(n, b.Scalar(1)))
}

// factors returns the Factors, with 0 for each index that does not count: one that is NaN
// or infinite there would reach the gradient of the table, as 0 times itself.
func (o BagOptions) factors(b *graph.Builder, counts *gorgonia.Node) *gorgonia.Node {
	if counts == nil {
		return o.Factors
	}
	return b.Where(counts, o.Factors, b.Scalar(0))
}

// fits says whether the bags fit the table and the settings the bags; if not it fails.
func (o BagOptions) fits(c *build.Core, table, index *gorgonia.Node) bool {
	s, n := c.Shape(table), c.Shape(index)
	switch {
	case !c.OK():
	case len(s) != 2 || s[0] == 0:
		c.Refuse(mistake.Shapef("got the table %v, want [Count, Dim] with at least one row", s))
	case len(n) != 2 || n[1] == 0:
		c.Refuse(mistake.Shapef("got the indices %v, want [N, L] with at least one of each bag", n))
	case o.Factors != nil && o.Mode != BagSum:
		c.Refuse(mistake.Optionf("got Factors with the mode %v, want %v", o.Mode, BagSum))
	}
	if !c.Checks().OneOf("bag mode", bagNames, int(o.Mode)).OK() || !isRow(c, o.Padding, s[0]) {
		return false
	}
	if o.Factors != nil {
		if f := c.Shape(o.Factors); c.OK() && !f.Equal(n) {
			c.Refuse(mistake.Shapef("got the factors %v for the indices %v, want one for each", f, n))
		}
	}
	if o.Lengths != nil {
		if l := c.Shape(o.Lengths); c.OK() && !l.Equal(n[:1]) {
			c.Refuse(mistake.Shapef("got the lengths %v, want %v: one for each bag", l, n[:1]))
		}
	}
	return c.OK()
}

// counts returns 1 for each index that counts and 0 for the others: [N, L]; nil if all do.
func (o BagOptions) counts(b *graph.Builder, table, index *gorgonia.Node) (y *gorgonia.Node) {
	c := build.Of(b)
	if o.Padding != nil {
		y = c.NotInt(index, *o.Padding, table)
	}
	if o.Lengths != nil {
		m := LengthMask(b, o.Lengths, c.Shape(index)[1])
		if y == nil {
			return m
		}
		y = b.Mul(y, m)
	}
	return y
}

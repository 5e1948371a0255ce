package nn

import (
	"math/rand/v2"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// EmbeddingOptions are the settings of Embedding.
type EmbeddingOptions struct {
	Count   int               // rows of the table, one for each index, ≥ 1
	Dim     int               // features of a row, ≥ 1
	Padding *int              // an index in [0, Count) that stands for nothing; nil: none
	Weight  graph.Initializer // of the table; nil: Normal(0, 1)
}

// Embedding returns a row of a learned table for each index, such as a word's. index: Ints
// [...] in [0, Count), result: [..., Dim].
//
// The row Padding starts as zeros and has no gradient from here, so that it stays as it
// is. Batches of texts are padded with it.
//
// It owns name/weight: [Count, Dim]. Lookup is the same for a table that is given.
//
// Errors: ErrOption for a Count or Dim below 1 or a Padding that is no index, ErrDType for
// an index that is no Ints. A run fails on an index out of range; an input of indices
// refuses it when it is set.
func Embedding(b *graph.Builder, name string, index *gorgonia.Node, o EmbeddingOptions) *gorgonia.Node {
	c := enter(b, "nn.Embedding", name, index)
	defer c.Leave()
	if !o.holds(c) {
		return nil
	}
	var y *gorgonia.Node
	own(b, name, "Embedding", func(l layer) { y = Lookup(b, o.table(l), index, o.Padding) })
	return c.Label(name, y)
}

// holds says whether the settings are such as layers take; if not it fails.
func (o EmbeddingOptions) holds(c *build.Core) bool {
	return c.Checks().Choice("count of rows", o.Count, o.Count >= 1, "at least 1").
		Choice("number of features", o.Dim, o.Dim >= 1, "at least 1").OK() && isRow(c, o.Padding, o.Count)
}

// isRow says whether the padding, if there is one, is one of n rows; if not it fails.
func isRow(c *build.Core, padding *int, n int) bool {
	if c.OK() && padding != nil && (*padding < 0 || *padding >= n) {
		c.Refuse(mistake.Optionf("got the padding %d, want an index in [0, %d)", *padding, n))
	}
	return c.OK()
}

// table returns the table that the layer owns.
func (o EmbeddingOptions) table(l layer) *gorgonia.Node {
	init := either(o.Weight, graph.Normal(0, 1))
	return l.param("weight", func(dst []float64, shape []int, r *rand.Rand) error {
		err := init(dst, shape, r)
		if o.Padding != nil {
			clear(dst[*o.Padding*o.Dim : (*o.Padding+1)*o.Dim])
		}
		return err
	}, nil, o.Count, o.Dim)
}

// Lookup returns the rows of the table that index lists, as Builder.Take does. The row
// padding has no gradient; nil is none. table: [Count, ...], index: Ints [...]; result: the
// axes of index and then those of a row. Embedding owns its table.
//
// Errors: ErrShape for a table without rows, ErrDType for an index that is no Ints,
// ErrOption for a padding that is no index.
func Lookup(b *graph.Builder, table, index *gorgonia.Node, padding *int) *gorgonia.Node {
	c := build.Enter(b, "nn.Lookup", table, index)
	defer c.Leave()
	_, n, ok := c.Extent(table, 0, 1)
	if !ok || !isRow(c, padding, n) {
		return nil
	}
	y := b.Take(table, index)
	if padding == nil {
		return y
	}
	counts := trailing(b, c.NotInt(index, *padding, table), len(c.Shape(y))-len(c.Shape(index)))
	return b.Where(counts, y, b.StopGradient(y))
}

// trailing returns x with n axes of extent 1 behind its own.
func trailing(b *graph.Builder, x *gorgonia.Node, n int) *gorgonia.Node {
	shape := b.Shape(x)
	for range n {
		shape = append(shape, 1)
	}
	return b.Reshape(x, shape...)
}

package nn

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// MultiHeadOptions are the settings of MultiHeadAttention and MultiHeadAttentionStep. The
// queries have D features, N is the number of examples.
type MultiHeadOptions struct {
	Heads      int               // heads of the queries, ≥ 1
	KeyHeads   int               // heads of keys and values, a divisor of Heads; 0: Heads
	KeyDim     int               // features of a query and a key in each head; 0: D/Heads
	ValueDim   int               // features of a value in each head; 0: D/Heads
	Causal     bool              // query i sees the keys 0 to i
	KeyLengths *gorgonia.Node    // Ints [N]: how many keys of each example count; nil: all
	Mask       *gorgonia.Node    // added to the scores, see Attention; nil: none
	RotaryBase float64           // turns queries and keys, see Rotary; 0: no rotation
	Dropout    float64           // rate at which weights are dropped, in [0, 1)
	NoBias     bool              // leave all biases out
	Weight     graph.Initializer // of the weights; nil: XavierUniform()
}

// MultiHeadAttention returns a projection of what several heads of Attention return, side
// by side (Vaswani et al. 2017, section 3.2.2). Each head has projections of its own of the
// queries, keys and values. query: [N, Tq, D], key: [N, Tk, Dk], value: [N, Tk, Dv];
// result: [N, Tq, D]. Self-attention has one node as query, key and value. Cross-attention
// has key and value from elsewhere.
//
// With H heads it owns name/query/weight: [D, H·KeyDim], name/key/weight: [Dk,
// KeyHeads·KeyDim], name/value/weight: [Dv, KeyHeads·ValueDim] and name/out/weight:
// [H·ValueDim, D]. Unless NoBias is set, each has a bias, such as name/query/bias. Head i
// has the columns from i·KeyDim on. With fewer KeyHeads than Heads, each serves as many
// heads that follow each other (Ainslie et al. 2023).
//
// A key is hidden from a query by Causal, by KeyLengths or by a -Inf in Mask: [Tq, Tk] or
// [N, Heads, Tq, Tk], where 1 stands for any extent. The result for a query that sees no
// key is the bias name/out/bias. Elements of key and value from KeyLengths on are read as
// 0: they may be NaN. So are those of a query that is the same node as the key.
//
// Errors: ErrShape for shapes that do not fit, also for Causal with other numbers of keys
// and queries; ErrOption for numbers of heads or features that do not fit and a Dropout
// outside of [0, 1), ErrDType for lengths that are no Ints. A run fails on a length outside
// of [0, Tk].
func MultiHeadAttention(b *graph.Builder, name string, query, key, value *gorgonia.Node, o MultiHeadOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.MultiHeadAttention", query, key, value, o.KeyLengths, o.Mask)
	defer c.Leave()
	c.Named(c.Scoped(name))
	o, ok := o.checked(c, query, key, value)
	if !ok {
		return nil
	}
	if o.KeyLengths != nil {
		if query == key {
			query = padded(b, query, o.KeyLengths)
		}
		key, value = padded(b, key, o.KeyLengths), padded(b, value, o.KeyLengths)
	}
	return c.Label(name, o.layer(b, name, query, key, value))
}

// layer is the layer of the name for operands and settings that are checked, whose
// padding is finite.
func (o MultiHeadOptions) layer(b *graph.Builder, name string, query, key, value *gorgonia.Node) (y *gorgonia.Node) {
	s := build.Of(b).Shape(query)
	own(b, name, o.kind(), func(layer) {
		a := attended{mask: o.mask(b, query, key), allSee: o.Mask == nil && o.KeyLengths == nil, dropout: o.Dropout}
		a.q, a.k, a.v = o.projected(b, query, key, value)
		if a.mask != nil {
			a.spoilt = o.forHeads(b, byHead(b, spoilt(b, a.k, a.v)))
		}
		a.q, a.k, a.v = byHead(b, a.q), byHead(b, a.k), byHead(b, a.v)
		if o.RotaryBase != 0 {
			a.q, a.k = Rotary(b, a.q, RotaryOptions{Base: o.RotaryBase}), Rotary(b, a.k, RotaryOptions{Base: o.RotaryBase})
		}
		a.k, a.v = o.forHeads(b, a.k), o.forHeads(b, a.v)
		y = o.joined(b, a.sum(b), s[2])
	})
	return y
}

// kind is what the layer is called: two with other heads are not the same.
func (o MultiHeadOptions) kind() string {
	if o.KeyHeads != o.Heads {
		return fmt.Sprintf("MultiHeadAttention (%d heads, %d of keys)", o.Heads, o.KeyHeads)
	}
	return fmt.Sprintf("MultiHeadAttention (%d heads)", o.Heads)
}

// filled returns the settings for the queries with the defaults filled in. It fails if
// they are wrong.
func (o MultiHeadOptions) filled(c *build.Core, query *gorgonia.Node) (MultiHeadOptions, bool) {
	s := c.Shape(query)
	if c.OK() && len(s) != 3 {
		c.Refuse(mistake.Shapef("got queries %v, want [N, T, D]", s))
	}
	if !c.OK() {
		return o, false
	}
	if o.KeyHeads == 0 {
		o.KeyHeads = o.Heads
	}
	switch {
	case o.Heads < 1:
		c.Refuse(mistake.Optionf("got %d heads, want at least 1", o.Heads))
	case o.KeyHeads < 1 || o.Heads%o.KeyHeads != 0:
		c.Refuse(mistake.Optionf("got %d heads of keys, want a divisor of %d", o.KeyHeads, o.Heads))
	case (o.KeyDim == 0 || o.ValueDim == 0) && s[2]%o.Heads != 0:
		c.Refuse(mistake.Optionf("got %d heads for %d features, want a divisor, or KeyDim and ValueDim", o.Heads, s[2]))
	case o.KeyDim < 0 || o.ValueDim < 0:
		c.Refuse(mistake.Optionf("got KeyDim %d and ValueDim %d, want at least 1", o.KeyDim, o.ValueDim))
	}
	if o.KeyDim == 0 {
		o.KeyDim = s[2] / max(o.Heads, 1)
	}
	if o.ValueDim == 0 {
		o.ValueDim = s[2] / max(o.Heads, 1)
	}
	if c.OK() && o.RotaryBase != 0 && o.KeyDim%2 != 0 {
		c.Refuse(mistake.Optionf("got RotaryBase and %d features of a key in each head, want an even number", o.KeyDim))
	}
	return o, c.Checks().Setting("rate", o.Dropout, o.Dropout >= 0 && o.Dropout < 1, "a number in [0, 1)").AtLeast("rotary base", o.RotaryBase, 0).OK()
}

// checked returns the settings with the defaults filled in. It fails if they are wrong or
// do not go together with the operands.
func (o MultiHeadOptions) checked(c *build.Core, query, key, value *gorgonia.Node) (MultiHeadOptions, bool) {
	o, ok := o.filled(c, query)
	return o, ok && o.fit(c, query, key, value)
}

// fit says whether the operands go together; if not it fails.
func (o MultiHeadOptions) fit(c *build.Core, query, key, value *gorgonia.Node) bool {
	q, k, v := c.Shape(query), c.Shape(key), c.Shape(value)
	if !c.OK() {
		return false
	}
	switch {
	case len(k) != 3 || len(v) != 3 || k[0] != q[0] || v[0] != q[0]:
		c.Refuse(mistake.Shapef("got queries %v, keys %v and values %v, want [N, Tq, D], [N, Tk, Dk] and [N, Tk, Dv]", q, k, v))
	case k[1] != v[1]:
		c.Refuse(mistake.Shapef("got keys %v and values %v, want a value for each key", k, v))
	case o.Causal && q[1] != k[1]:
		c.Refuse(mistake.Shapef("got %d queries and %d keys with Causal, want as many", q[1], k[1]))
	case o.Mask != nil && len(c.Shape(o.Mask)) != 2 && len(c.Shape(o.Mask)) != 4:
		c.Refuse(mistake.Shapef("got the mask %v, want [Tq, Tk] or [N, Heads, Tq, Tk]", c.Shape(o.Mask)))
	}
	return c.OK() && (o.KeyLengths == nil || lengthsFit(c, o.KeyLengths, q[0]))
}

// projected returns queries: [N, Tq, Heads, KeyDim], keys: [N, Tk, KeyHeads, KeyDim] and
// values: [N, Tk, KeyHeads, ValueDim].
func (o MultiHeadOptions) projected(b *graph.Builder, query, key, value *gorgonia.Node) (q, k, v *gorgonia.Node) {
	of := func(name string, x *gorgonia.Node, heads, n int) *gorgonia.Node {
		y := linear(b, "Linear", name, x, LinearOptions{Out: heads * n, NoBias: o.NoBias, Weight: o.Weight})
		return b.Unflatten(y, 2, heads, n)
	}
	return of("query", query, o.Heads, o.KeyDim), of("key", key, o.KeyHeads, o.KeyDim), of("value", value, o.KeyHeads, o.ValueDim)
}

// byHead returns x: [N, T, Heads, n] as [N, Heads, T, n].
func byHead(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.SwapAxes(x, 1, 2) }

// joined returns the projection to n features of what the heads return: [N, Heads, T,
// ValueDim].
func (o MultiHeadOptions) joined(b *graph.Builder, y *gorgonia.Node, n int) *gorgonia.Node {
	s := build.Of(b).Shape(y)
	if !build.Of(b).OK() {
		return nil
	}
	y = b.Reshape(b.SwapAxes(y, 1, 2), s[0], s[2], s[1]*s[3])
	return linear(b, "Linear", "out", y, LinearOptions{Out: n, NoBias: o.NoBias, Weight: o.Weight})
}

// forHeads returns keys or values: [N, KeyHeads, T, n] with one for each of Heads.
func (o MultiHeadOptions) forHeads(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	if o.KeyHeads == o.Heads {
		return x
	}
	return b.Repeat(x, 1, o.Heads/o.KeyHeads)
}

// mask returns the sum of the masks that the settings ask for; nil if there is none.
func (o MultiHeadOptions) mask(b *graph.Builder, query, key *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	if !c.OK() {
		return nil
	}
	sum := o.Mask
	add := func(mask *gorgonia.Node) {
		if sum != nil {
			mask = b.Add(sum, mask)
		}
		sum = mask
	}
	if o.Causal {
		add(CausalMask(b, c.Shape(query)[1]))
	}
	if o.KeyLengths != nil {
		add(PaddingMask(b, o.KeyLengths, c.Shape(key)[1]))
	}
	return sum
}

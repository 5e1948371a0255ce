package nn

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// KeyValueCache are the keys and values that a step of generation need not compute again:
// those of the positions before. T is the largest number of positions. All zeros are an
// empty cache, and so is anything else: what stands from Position on has no influence.
type KeyValueCache struct {
	Keys     *gorgonia.Node // [N, KeyHeads, T, KeyDim]
	Values   *gorgonia.Node // [N, KeyHeads, T, ValueDim]
	Position *gorgonia.Node // of the step: Ints, one for all examples or [N], in [0, T)
}

// MultiHeadAttentionStep returns what MultiHeadAttention with Causal returns at one
// position, and the cache with the key and the value of this position, for the next step.
// It has the parameters that the layer of this name has, also in another graph of the same
// Params. x: [N, 1, D] at the cache's Position; result: [N, 1, D].
//
// The cache's nodes are usually inputs of a program, whose outputs are those of the new
// cache. The Position that is returned is that of this step.
//
// Errors: ErrShape for shapes that do not fit, ErrOption without Causal and with KeyLengths
// or a Mask, and as MultiHeadAttention. A run fails on a position outside of [0, T).
func MultiHeadAttentionStep(b *graph.Builder, name string, x *gorgonia.Node, cache KeyValueCache, o MultiHeadOptions) (*gorgonia.Node, KeyValueCache) {
	c := build.Enter(b, "nn.MultiHeadAttentionStep", x, cache.Keys, cache.Values, cache.Position)
	defer c.Leave()
	c.Named(c.Scoped(name))
	o, ok := o.filled(c, x)
	if !ok || !o.stepFits(c, x, cache) {
		return nil, KeyValueCache{}
	}
	var y *gorgonia.Node
	features := c.Shape(x)[2]
	next := KeyValueCache{Position: cache.Position}
	own(b, name, o.kind(), func(layer) {
		now := cache.now(b)
		q, k, v := o.projected(b, x, x, x)
		q, k, v = byHead(b, q), byHead(b, k), byHead(b, v)
		if o.RotaryBase != 0 {
			turn := RotaryOptions{Base: o.RotaryBase, Positions: now.index, Steps: now.steps}
			q, k = Rotary(b, q, turn), Rotary(b, k, turn)
		}
		next.Keys, next.Values = b.Where(now.at, k, cache.Keys), b.Where(now.at, v, cache.Values)
		a := attended{q: q, k: o.forHeads(b, next.Keys), v: o.forHeads(b, next.Values), mask: now.mask, allSee: true, dropout: o.Dropout}
		a.spoilt = spoilt(b, a.k, a.v)
		y = o.joined(b, a.sum(b), features)
	})
	if !c.OK() {
		return nil, KeyValueCache{}
	}
	return c.Label(name, y), next
}

// stepFits says whether a step, the cache and the settings go together; if not it fails.
func (o MultiHeadOptions) stepFits(c *build.Core, x *gorgonia.Node, cache KeyValueCache) bool {
	s, k, v, p := c.Shape(x), c.Shape(cache.Keys), c.Shape(cache.Values), c.Shape(cache.Position)
	if !c.OK() {
		return false
	}
	switch {
	case !o.Causal:
		c.Refuse(mistake.Optionf("got a step without Causal, want Causal: it sees the positions before"))
	case o.KeyLengths != nil || o.Mask != nil:
		c.Refuse(mistake.Optionf("got KeyLengths or a Mask, want neither for a step"))
	case s[1] != 1:
		c.Refuse(mistake.Shapef("got %v, want one position: [N, 1, D]", s))
	case len(k) != 4 || k[2] < 1 || !k.Equal(ir.Shape{s[0], o.KeyHeads, k[2], o.KeyDim}):
		c.Refuse(mistake.Shapef("got cached keys %v, want [%d, %d, T, %d]", k, s[0], o.KeyHeads, o.KeyDim))
	case !v.Equal(ir.Shape{s[0], o.KeyHeads, k[2], o.ValueDim}):
		c.Refuse(mistake.Shapef("got cached values %v, want [%d, %d, %d, %d]", v, s[0], o.KeyHeads, k[2], o.ValueDim))
	case len(p) != 0 && !p.Equal(ir.Shape{s[0]}):
		c.Refuse(mistake.Shapef("got the position %v, want one or [%d]", p, s[0]))
	}
	return c.OK()
}

// moment is the position of a step as the parts of attention need it.
type moment struct {
	steps int
	index *gorgonia.Node // Ints [N or 1, 1, 1]
	at    *gorgonia.Node // 1 at the position, else 0: [N or 1, 1, T, 1]
	mask  *gorgonia.Node // -Inf behind the position, else 0: [N or 1, 1, 1, T]
}

// now returns the cache's position.
func (k KeyValueCache) now(b *graph.Builder) moment {
	c := build.Of(b)
	if !c.OK() {
		return moment{}
	}
	m := moment{steps: c.Shape(k.Keys)[2], index: b.Reshape(k.Position, -1, 1, 1)}
	hot := b.OneHot(m.index, m.steps) // [N or 1, 1, 1, T]
	behind := b.Sub(b.CumSum(hot, -1), hot)
	m.at, m.mask = b.SwapAxes(hot, 2, 3), b.Where(behind, b.Scalar(math.Inf(-1)), b.Scalar(0))
	return m
}

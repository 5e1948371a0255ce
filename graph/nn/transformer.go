package nn

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// TransformerOptions are the settings of the Transformer's blocks. Their input has D
// features.
type TransformerOptions struct {
	Heads         int               // of attention, ≥ 1
	KeyHeads      int               // heads of keys and values; 0: Heads
	Hidden        int               // units of the feed-forward part; 0: 4·D
	Activation    Activation        // of the hidden units; the zero value is replaced by ReLU
	Dropout       float64           // rate of dropout, in [0, 1)
	NormFirst     bool              // normalize what goes into each part, not what comes out
	Causal        bool              // position i sees the positions 0 to i
	Lengths       *gorgonia.Node    // Ints [N]: positions of each example that count; nil: all
	MemoryLengths *gorgonia.Node    // Ints [N]: the same of the memory; nil: all
	RotaryBase    float64           // turns queries and keys of self-attention, see Rotary; 0: no
	Weight        graph.Initializer // of all weights; nil: XavierUniform(), and Activation's own
}

// TransformerEncoderBlock returns x after self-attention and a feed-forward part (Vaswani
// et al. 2017, section 3.1). Each has a residual connection, dropout and LayerNorm:
//
//	h = norm1(x + attention(x)), y = norm2(h + out(act(hidden(h))))
//
// With NormFirst, what goes into the parts is normalized (Xiong et al. 2020). Then the
// last block needs a LayerNorm behind it:
//
//	h = x + attention(norm1(x)), y = h + out(act(hidden(norm2(h))))
//
// x: [N, T, D], result: the shape of x. With Causal it is a block of a language model.
// TransformerEncoderStep computes one position of it.
//
// It owns name/attention/..., see MultiHeadAttention, the Linear layers name/hidden and
// name/out, and the LayerNorms name/norm1 and name/norm2.
//
// Positions from Lengths on are read as zeros and seen by none. What is returned there has
// no meaning, but is finite.
//
// Errors: ErrShape for shapes that do not fit, ErrOption for settings of attention that do
// not fit, an unknown activation, Hidden < 0 or MemoryLengths. A run fails on a length
// outside of [0, T].
func TransformerEncoderBlock(b *graph.Builder, name string, x *gorgonia.Node, o TransformerOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.TransformerEncoderBlock", x, o.Lengths)
	defer c.Leave()
	c.Named(c.Scoped(name))
	o, ok := o.filled(c, x)
	if !ok || !o.withoutMemory(c) {
		return nil
	}
	return c.Label(name, o.encoder(b, name, o.read(b, x), o.selfAttention(b)))
}

// TransformerEncoderStep returns what TransformerEncoderBlock with Causal returns at one
// position, and the cache for the next step; see MultiHeadAttentionStep. x: [N, 1, D],
// result: the shape of x.
//
// Errors: ErrOption for Lengths, and as both functions.
func TransformerEncoderStep(b *graph.Builder, name string, x *gorgonia.Node, cache KeyValueCache, o TransformerOptions) (*gorgonia.Node, KeyValueCache) {
	c := build.Enter(b, "nn.TransformerEncoderStep", x, cache.Keys, cache.Values, cache.Position)
	defer c.Leave()
	c.Named(c.Scoped(name))
	o, ok := o.filled(c, x)
	if !ok || !o.steps(c) || !o.withoutMemory(c) {
		return nil, KeyValueCache{}
	}
	next := cache
	y := o.encoder(b, name, x, o.selfAttentionStep(b, &next))
	return c.Label(name, y), next
}

// TransformerDecoderBlock returns x after self-attention, attention to the memory and a
// feed-forward part (Vaswani et al. 2017, section 3.1). The memory is what an encoder
// returned. Each part has a residual connection, dropout and LayerNorm, as in
// TransformerEncoderBlock. x: [N, T, D], memory: [N, S, E], result: the shape of x.
// Decoders of sequences set Causal.
//
// It owns name/attention/..., name/memory/..., see MultiHeadAttention, the Linear layers
// name/hidden and name/out, and the LayerNorms name/norm1, name/norm2 and name/norm3.
//
// Positions from Lengths on are read as zeros and seen by none. What is returned there has
// no meaning, but is finite. Positions of the memory from MemoryLengths on are not seen.
//
// Errors: ErrShape for shapes that do not fit, ErrOption for settings of attention that do
// not fit, an unknown activation or Hidden < 0. A run fails on a length outside of [0, T]
// or [0, S].
func TransformerDecoderBlock(b *graph.Builder, name string, x, memory *gorgonia.Node, o TransformerOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.TransformerDecoderBlock", x, memory, o.Lengths, o.MemoryLengths)
	defer c.Leave()
	c.Named(c.Scoped(name))
	o, ok := o.filled(c, x)
	if !ok {
		return nil
	}
	return c.Label(name, o.decoder(b, name, o.read(b, x), memory, o.selfAttention(b)))
}

// TransformerDecoderStep returns what TransformerDecoderBlock with Causal returns at one
// position, and the cache for the next step; see MultiHeadAttentionStep. x: [N, 1, D],
// memory: [N, S, E], result: the shape of x. The keys and values of the memory are computed
// again in each step.
//
// Errors: ErrOption for Lengths, and as both functions.
func TransformerDecoderStep(b *graph.Builder, name string, x, memory *gorgonia.Node, cache KeyValueCache, o TransformerOptions) (*gorgonia.Node, KeyValueCache) {
	c := build.Enter(b, "nn.TransformerDecoderStep", x, memory, cache.Keys, cache.Values, cache.Position, o.MemoryLengths)
	defer c.Leave()
	c.Named(c.Scoped(name))
	o, ok := o.filled(c, x)
	if !ok || !o.steps(c) {
		return nil, KeyValueCache{}
	}
	next := cache
	y := o.decoder(b, name, x, memory, o.selfAttentionStep(b, &next))
	return c.Label(name, y), next
}

// filled returns the settings for x with the defaults filled in. It fails if they are
// wrong; those of attention are left to it.
func (o TransformerOptions) filled(c *build.Core, x *gorgonia.Node) (TransformerOptions, bool) {
	s := c.Shape(x)
	if c.OK() && len(s) != 3 {
		c.Refuse(mistake.Shapef("got %v, want [N, T, D]", s))
	}
	if c.OK() && o.Hidden < 0 {
		c.Refuse(mistake.Optionf("got %d hidden units, want at least 1", o.Hidden))
	}
	if o.Activation == Identity {
		o.Activation = ReLU
	}
	if !c.Checks().OneOf("activation", activationNames, int(o.Activation)).OK() {
		return o, false
	}
	if o.Hidden == 0 {
		o.Hidden = 4 * s[2]
	}
	return o, o.Lengths == nil || lengthsFit(c, o.Lengths, s[0])
}

// steps refuses what a step does not read.
func (o TransformerOptions) steps(c *build.Core) bool {
	if c.OK() && o.Lengths != nil {
		c.Refuse(mistake.Optionf("got Lengths, want none for a step"))
	}
	return c.OK()
}

// withoutMemory refuses what only a decoder reads.
func (o TransformerOptions) withoutMemory(c *build.Core) bool {
	if c.OK() && o.MemoryLengths != nil {
		c.Refuse(mistake.Optionf("got MemoryLengths, want none for a block without a memory"))
	}
	return c.OK()
}

// read returns x with zeros for the positions that do not count: a NaN there would reach
// the gradients of the parameters.
func (o TransformerOptions) read(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	if o.Lengths == nil {
		return x
	}
	return padded(b, x, o.Lengths)
}

// attention are the settings of self-attention over all positions.
func (o TransformerOptions) attention() MultiHeadOptions {
	return MultiHeadOptions{Heads: o.Heads, KeyHeads: o.KeyHeads, Causal: o.Causal, KeyLengths: o.Lengths, RotaryBase: o.RotaryBase, Dropout: o.Dropout, Weight: o.Weight}
}

// selfAttention is the part that sees all positions.
func (o TransformerOptions) selfAttention(b *graph.Builder) part {
	return func(x *gorgonia.Node) *gorgonia.Node {
		m, ok := o.attention().checked(build.Of(b), x, x, x)
		if !ok {
			return nil
		}
		return m.layer(b, "attention", x, x, x)
	}
}

// selfAttentionStep is the part that sees the positions of the cache, which it replaces by
// the next one.
func (o TransformerOptions) selfAttentionStep(b *graph.Builder, cache *KeyValueCache) part {
	return func(x *gorgonia.Node) (y *gorgonia.Node) {
		y, *cache = MultiHeadAttentionStep(b, "attention", x, *cache, o.attention())
		return y
	}
}

// remembering are the settings of attention to the memory.
func (o TransformerOptions) remembering() MultiHeadOptions {
	return MultiHeadOptions{Heads: o.Heads, KeyHeads: o.KeyHeads, KeyLengths: o.MemoryLengths, Dropout: o.Dropout, Weight: o.Weight}
}

// kind is what a block is called: two that compute something else are not the same.
func (o TransformerOptions) kind(name string) string {
	if o.NormFirst {
		return fmt.Sprintf("%s (%v, norms first)", name, o.Activation)
	}
	return fmt.Sprintf("%s (%v)", name, o.Activation)
}

// part is a part of a block, without what stands around it.
type part func(x *gorgonia.Node) *gorgonia.Node

// encoder returns x after the parts of an encoder, the first of which attends.
func (o TransformerOptions) encoder(b *graph.Builder, name string, x *gorgonia.Node, attend part) *gorgonia.Node {
	own(b, name, o.kind("TransformerEncoder"), func(layer) {
		x = o.around(b, "norm1", x, attend)
		x = o.around(b, "norm2", x, o.feedForward(b))
	})
	return x
}

// decoder returns x after the parts of a decoder, the first of which attends.
func (o TransformerOptions) decoder(b *graph.Builder, name string, x, memory *gorgonia.Node, attend part) *gorgonia.Node {
	own(b, name, o.kind("TransformerDecoder"), func(layer) {
		x = o.around(b, "norm1", x, attend)
		x = o.around(b, "norm2", x, func(x *gorgonia.Node) *gorgonia.Node {
			return MultiHeadAttention(b, "memory", x, memory, memory, o.remembering())
		})
		x = o.around(b, "norm3", x, o.feedForward(b))
	})
	return x
}

// around returns x + f(x), dropped out and normalized.
func (o TransformerOptions) around(b *graph.Builder, norm string, x *gorgonia.Node, f part) *gorgonia.Node {
	normalized := func(x *gorgonia.Node) *gorgonia.Node { return LayerNorm(b, norm, x, NormOptions{}) }
	in := x
	if o.NormFirst {
		in = normalized(x)
	}
	x = b.Add(x, Dropout(b, f(in), o.Dropout))
	if o.NormFirst {
		return x
	}
	return normalized(x)
}

// feedForward is the part that sees one position at a time.
func (o TransformerOptions) feedForward(b *graph.Builder) part {
	return func(x *gorgonia.Node) *gorgonia.Node {
		s := build.Of(b).Shape(x)
		if !build.Of(b).OK() {
			return nil
		}
		weight := o.Weight
		if weight == nil {
			weight = o.Activation.Initializer()
		}
		h := Activate(b, o.Activation, linear(b, "Linear", "hidden", x, LinearOptions{Out: o.Hidden, Weight: weight}))
		return linear(b, "Linear", "out", Dropout(b, h, o.Dropout), LinearOptions{Out: s[2], Weight: o.Weight})
	}
}

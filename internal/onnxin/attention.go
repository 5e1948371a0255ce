package onnxin

import (
	"math"

	"github.com/symgrad/symgrad/graph"
)

// attentionRules are those of attention.
var attentionRules = map[string]rule{
	"Attention":       {least: 3, most: 6, make: attention},
	"RotaryEmbedding": {least: 3, most: 4, indices: []int{3}, make: rotary},
}

// heads returns operand i as [N, heads, T, D], and whether it was [N, T, heads·D].
func (c *call) heads(i int, name string) (x node, flat bool) {
	s := c.dims(i)
	switch len(s) {
	case 4:
		return c.float(i), false
	case 3:
		n := c.intAttr(name, 0)
		if n < 1 || s[2]%n != 0 {
			c.malformed("got %s = %d for %v, want a divisor of the features", name, n, s)
		}
		return c.SwapAxes(c.Reshape(c.float(i), s[0], s[1], n, s[2]/n), 1, 2), true
	}
	c.malformed("operand %d: got %v, want [N, heads, T, D] or [N, T, heads·D]", i, s)
	return nil, false
}

// attention is softmax(scale·Q·Kᵀ + mask)·V. Earlier keys and values stand before those of the
// operands, and are results together with these.
func attention(c *call) []Value {
	q, flat := c.heads(0, "q_num_heads")
	k, _ := c.heads(1, "kv_num_heads")
	v, _ := c.heads(2, "kv_num_heads")
	c.ignore("q_num_heads", "kv_num_heads", "softmax_precision")
	past := 0
	if c.has(4) && c.has(5) {
		past = c.dims(4)[2]
		k, v = c.Concat(2, c.float(4), k), c.Concat(2, c.float(5), v)
	}
	sq, sk := c.Shape(q), c.Shape(k)
	keys, values := k, v
	if sq[1] != sk[1] { // several heads of queries share one of keys
		if sk[1] == 0 || sq[1]%sk[1] != 0 {
			c.malformed("got %d heads of queries and %d of keys, want a multiple", sq[1], sk[1])
		}
		keys, values = c.Repeat(k, 1, sq[1]/sk[1]), c.Repeat(v, 1, sq[1]/sk[1])
	}
	scale := math.Sqrt(c.floatAttr("scale", 1/math.Sqrt(float64(sq[3])))) // half of it on both sides
	scores := c.MatMul(c.Scale(q, scale), c.SwapAxes(c.Scale(keys, scale), 2, 3))
	capped := scores
	if by := c.floatAttr("softcap", 0); by > 0 {
		capped = c.Scale(c.Tanh(c.Scale(scores, 1/by)), by)
	}
	masked := capped
	if m := c.mask(sq[2], sk[2], past); m != nil {
		masked = c.Add(capped, m)
	}
	weights := c.SoftmaxAxis(masked, -1)
	shown := []node{scores, capped, masked, weights}
	y := c.MatMul(weights, values)
	if flat {
		y = c.SwapAxes(y, 1, 2)
		s := c.Shape(y)
		y = c.Reshape(y, s[0], s[1], s[2]*s[3])
	}
	mode := c.intAttr("qk_matmul_output_mode", 0)
	if mode < 0 || mode >= len(shown) {
		c.malformed("got qk_matmul_output_mode = %d, want 0 to 3", mode)
	}
	return c.floats(y, k, v, shown[mode])
}

// mask returns what is added to the scores of q queries and k keys, or nil.
func (c *call) mask(q, k, past int) (m node) {
	if c.has(3) {
		m = c.float(3)
		s := c.dims(3)
		if !c.kind(3).IsFloat() { // truth values: the keys that take part
			m = c.Where(m, c.Scalar(0), c.Scalar(math.Inf(-1)))
		}
		if short := k - s[len(s)-1]; short > 0 && s[len(s)-1] > 1 {
			m = c.PadConst(m, []int{0}, []int{short}, math.Inf(-1))
		}
	}
	if !c.boolAttr("is_causal", false) {
		return m
	}
	later := make([]float64, q*k)
	for i := range later {
		if i%k > i/k+past {
			later[i] = math.Inf(-1)
		}
	}
	causal := c.Const(later, q, k)
	if m == nil {
		return causal
	}
	return c.Add(m, causal)
}

// rotary turns pairs of features by angles, whose cosines and sines are operands, for the
// positions of the steps or by rows of positions.
func rotary(c *call) []Value {
	x, flat := c.heads(0, "num_heads")
	c.ignore("num_heads")
	s := c.Shape(x)
	n := c.intAttr("rotary_embedding_dim", 0)
	if n == 0 {
		n = s[3]
	}
	if n < 2 || n%2 != 0 || n > s[3] {
		c.malformed("got %d features to turn of %d, want an even number", n, s[3])
	}
	angles := func(i int) node { // [N, 1, T, n/2]
		y := c.float(i)
		if c.has(3) {
			y = c.Take(y, c.indexOf(3, c.dims(i)[0]))
		}
		return c.Unsqueeze(y, 1)
	}
	cos, sin := angles(1), angles(2)
	part := func(from, to, step int) node {
		return c.Slice(x, graph.All(), graph.All(), graph.All(), graph.Span{Start: from, Stop: to, Step: step})
	}
	interleaved := c.boolAttr("interleaved", false)
	a, b := part(0, n/2, 1), part(n/2, n, 1)
	if interleaved {
		a, b = part(0, n, 2), part(1, n, 2)
	}
	u, v := c.Sub(c.Mul(a, cos), c.Mul(b, sin)), c.Add(c.Mul(a, sin), c.Mul(b, cos))
	y := c.Concat(3, u, v)
	if interleaved {
		y = c.Reshape(c.Stack(4, u, v), s[0], s[1], s[2], n)
	}
	if n < s[3] {
		y = c.Concat(3, y, part(n, s[3], 1))
	}
	if flat {
		y = c.Reshape(c.SwapAxes(y, 1, 2), s[0], s[2], s[1]*s[3])
	}
	return c.floats(y)
}

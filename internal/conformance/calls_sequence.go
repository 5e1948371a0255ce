package main

import (
	"math"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph/nn"
)

// This file has the rules of embeddings, attention and recurrent layers.

// padding is the row of the table w that stands for nothing; nil if there is none.
func (c *call) padding(w node) *int {
	if !c.given("padding_idx") || c.num("padding_idx", -1) == -1 && c.name == "embedding" {
		return nil
	}
	row := axis(c.int("padding_idx", 0), c.Shape(w)[0])
	return &row
}

func embeddingRules() {
	calls[functional+"embedding"] = one1(func(c *call) node {
		w := c.tensor("weight")
		if c.given("max_norm") || c.flag("scale_grad_by_freq", false) {
			c.unsupported("an embedding with max_norm or scale_grad_by_freq")
		}
		return nn.Lookup(c.Builder, w, c.labels("input"), c.padding(w))
	})
	calls[functional+"embedding_bag"] = one1(embeddingBag)
	attention := one1(func(c *call) node {
		q, k, v := c.tensor("query"), c.tensor("key"), c.tensor("value")
		if c.num("dropout_p", 0) != 0 {
			c.unsupported("an attention with a random mask")
		}
		if s := c.Shape(q); c.given("scale") { // in place of 1/√d
			q = c.Scale(q, c.num("scale", 1)*math.Sqrt(float64(s[len(s)-1])))
		}
		forbid := func(allowed node) node { return c.Where(allowed, c.Scalar(0), c.Scalar(math.Inf(-1))) }
		mask := c.optional("attn_mask")
		if v, _ := c.arg("attn_mask"); mask != nil && v.kind == ofBools {
			mask = forbid(mask)
		}
		if c.flag("is_causal", false) {
			rows, keys := c.Shape(q)[c.rank(q)-2], c.Shape(k)[c.rank(k)-2]
			mask = forbid(c.Tril(c.Broadcast(c.Scalar(1), rows, keys), 0))
		}
		return nn.Attention(c.Builder, q, k, v, mask)
	})
	calls[functional+"scaled_dot_product_attention"] = attention
	calls[functional+"_scaled_dot_product_attention"] = func(c *call) []node {
		c.given("need_attn_weights")
		if out := attention(c); len(c.want) == 1 {
			return out
		}
		return append(attention(c), nil)
	}
}

// bags are the positions in the index of an embedding_bag that each bag has.
func (c *call) bags(shape []int) (bags [][]int) {
	given := c.given("offsets")
	offsets, last := c.ints("offsets"), c.flag("include_last_offset", false)
	n := sizeOf(shape)
	if !given {
		offsets = nil
		for i := 0; i < n; i += shape[1] {
			offsets = append(offsets, i)
		}
	}
	if !last {
		offsets = append(append([]int{}, offsets...), n)
	}
	for i := range len(offsets) - 1 {
		var bag []int
		for j := offsets[i]; j < offsets[i+1]; j++ {
			bag = append(bag, j)
		}
		bags = append(bags, bag)
	}
	return bags
}

func embeddingBag(c *call) node {
	v, _ := c.arg("input")
	index := c.static(v)
	if index == nil || index.Ints == nil || c.given("max_norm") || c.flag("scale_grad_by_freq", false) {
		c.unsupported("an embedding_bag with max_norm, scale_grad_by_freq or no fixed indices")
		return nil
	}
	w, bags, longest := c.tensor("weight"), c.bags(index.Shape), 1
	for _, bag := range bags {
		longest = max(longest, len(bag))
	}
	var which, places, lengths []int // those of all bags, filled up to the longest
	for _, bag := range bags {
		lengths = append(lengths, len(bag))
		for len(bag) < longest {
			bag = append(bag, 0)
		}
		for _, j := range bag {
			which, places = append(which, index.Ints[j]), append(places, j)
		}
	}
	o := nn.BagOptions{Lengths: c.ConstInts(lengths, len(bags)), Padding: c.padding(w),
		Mode: word(c, "mode", "mean", map[string]nn.BagMode{"sum": nn.BagSum, "mean": nn.BagMean, "max": nn.BagMax})}
	if weights := c.optional("per_sample_weights"); weights != nil {
		o.Factors = c.Take(c.Reshape(weights, len(index.Ints)), c.ConstInts(places, len(bags), longest))
	}
	return nn.LookupBags(c.Builder, w, c.ConstInts(which, len(bags), longest), o)
}

// weights are the parameters of a cell, stored as [units, inputs].
func (c *call) weights(w []node) nn.CellWeights {
	out := nn.CellWeights{Input: c.Transpose(w[0]), Hidden: c.Transpose(w[1])}
	if len(w) > 2 {
		out.InputBias, out.HiddenBias = w[2], w[3]
	}
	return out
}

func recurrentRules() {
	for name, kind := range map[string]nn.Cell{"rnn_tanh_cell": nn.TanhRNN, "rnn_relu_cell": nn.ReLURNN, "lstm_cell": nn.LSTM, "gru_cell": nn.GRU} {
		calls[name] = func(c *call) []node {
			w := []node{c.tensor("w_ih"), c.tensor("w_hh")}
			if c.given("b_ih") {
				w = append(w, c.tensor("b_ih"), c.tensor("b_hh"))
			}
			state := append(c.nodes("hx"), nil)
			s := nn.CellStep(c.Builder, kind, c.input, nn.State{H: state[0], C: state[1]}, c.weights(w))
			if kind == nn.LSTM {
				return []node{s.H, s.C}
			}
			return []node{s.H}
		}
	}
	calls["rnn"] = func(c *call) []node {
		kind := word(c, "nonlinearity", "tanh", map[string]nn.Cell{"tanh": nn.TanhRNN, "relu": nn.ReLURNN})
		return c.layers(kind)
	}
	calls["lstm"] = func(c *call) []node { return c.layers(nn.LSTM) }
	calls["gru"] = func(c *call) []node { return c.layers(nn.GRU) }
	calls["autograd.grad"] = func(c *call) []node {
		var terms []node
		v, _ := c.arg("grad_outputs")
		for i, y := range c.nodes("outputs") {
			if !v.isNone() {
				g := v
				if v.isList {
					g = v.list[i]
				}
				y = c.Mul(y, c.node(g))
			}
			terms = append(terms, c.Sum(y))
		}
		if c.Err() != nil {
			return nil
		}
		grads, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, c.total(terms), c.nodes("inputs")...)
		if err != nil {
			c.Fail(err)
		}
		return grads
	}
}

// layers runs recurrent layers over x: [T, N, In], of one or both directions.
func (c *call) layers(kind nn.Cell) []node {
	y, list := c.input, c.nodes("weights")
	first := c.flag("batch_first", false)
	if first {
		y = c.swap(y, 0, 1)
	}
	count, sides := c.int("layers", 1), 1
	if c.flag("bidirectional", false) {
		sides = 2
	}
	state := c.nodes("state")
	if len(state) == 0 {
		zero := c.Broadcast(c.Scalar(0), count*sides, c.Shape(y)[1], c.Shape(list[1])[1])
		state = []node{zero, zero}
	}
	each := len(list) / (count * sides)
	if each != 2 && each != 4 || len(list) != each*count*sides {
		c.unsupported("%s with %d weights", c.name, len(list))
		return nil
	}
	var lastH, lastC []node
	for range count {
		var outs []node
		for side := range sides {
			i := len(lastH)
			start := func(k int) node { return c.Squeeze(c.cut(state[k], 0, i, i+1), 0) }
			s := nn.State{H: start(0)}
			if kind == nn.LSTM {
				s.C = start(1)
			}
			out, end := nn.Unroll(c.Builder, kind, y, s, c.weights(list[i*each:(i+1)*each]), nn.UnrollOptions{Reverse: side == 1})
			outs, lastH, lastC = append(outs, out), append(lastH, end.H), append(lastC, end.C)
		}
		y = outs[0]
		if sides == 2 {
			y = c.Concat(2, outs...)
		}
	}
	if first {
		y = c.swap(y, 0, 1)
	}
	out := []node{y, c.Stack(0, lastH...)}
	if kind == nn.LSTM {
		out = append(out, c.Stack(0, lastC...))
	}
	return out
}

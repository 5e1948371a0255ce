package models

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// sequences are what models read that read sequences: numbers, or tokens if there are any.
type sequences struct {
	steps, in int
	tokens    int  // of the vocabulary; 0: x has numbers
	lengths   bool // sequences have lengths
}

// check says what is wrong.
func (q sequences) check() error {
	if q.tokens < 0 {
		return mistake.Optionf("got %d tokens, want at least 0", q.tokens)
	}
	return atLeastOne(count{q.steps, "steps"}, count{q.in, "features of a step"})
}

// read returns the inputs for n examples: x: [N, Steps, In], which are rows of a learned
// table for tokens, and the lengths: Ints [N], nil without any.
func (q sequences) read(b *graph.Builder, n int) (x, lengths *gorgonia.Node) {
	if q.tokens > 0 {
		x = embedded(b, b.Ints("x", n, q.steps), q.tokens, q.in)
	} else {
		x = b.Input("x", n, q.steps, q.in)
	}
	if q.lengths {
		lengths = b.Ints("lengths", n)
	}
	return x, lengths
}

// mask returns 1 for the steps that count, else 0: [N, Steps]; nil if all do.
func (q sequences) mask(b *graph.Builder, lengths *gorgonia.Node) *gorgonia.Node {
	if lengths == nil {
		return nil
	}
	return nn.LengthMask(b, lengths, q.steps)
}

// embedded returns a row of the learned table "embedding" for each token.
func embedded(b *graph.Builder, tokens *gorgonia.Node, vocabulary, features int) *gorgonia.Node {
	return nn.Embedding(b, "embedding", tokens, nn.EmbeddingOptions{Count: vocabulary, Dim: features})
}

// orOne is a number of layers or heads with its default.
func orOne(n int) int {
	if n == 0 {
		return 1
	}
	return n
}

// count is a setting that must be at least 1.
type count struct {
	n    int
	what string
}

// atLeastOne says which count is less than 1.
func atLeastOne(counts ...count) error {
	for _, c := range counts {
		if c.n < 1 {
			return mistake.Optionf("got %d %s, want at least 1", c.n, c.what)
		}
	}
	return nil
}

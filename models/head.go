package models

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

// Head says what a model's outputs mean.
type Head uint8

// The heads.
const (
	MultiClass Head = iota // Out class probabilities; labels "y": [N] in [0, Out); softmax cross-entropy
	Binary                 // one probability; targets "y": [N, 1] in [0, 1]; binary cross-entropy
	Regression             // Out numbers; targets "y": [N, Out]; mean squared error
)

// finish ends a model in the loss and the output of the head.
func finish(b *graph.Builder, head Head, out *gorgonia.Node, n, outputs int) (l, output *gorgonia.Node) {
	switch head {
	case MultiClass:
		return loss.SoftmaxCrossEntropy(b, out, b.Ints("y", n)), b.Softmax(out)
	case Binary:
		return loss.BCEWithLogits(b, out, b.Input("y", n, 1)), b.Sigmoid(out)
	}
	return loss.MSE(b, out, b.Input("y", n, outputs)), out
}

var headNames = []string{MultiClass: "multiclass", Binary: "binary", Regression: "regression"}

// String is the head's name: multiclass, binary or regression.
func (h Head) String() string {
	if int(h) < len(headNames) {
		return headNames[h]
	}
	return "unknown"
}

// MarshalText is the head's name; ErrOption if it is none.
func (h Head) MarshalText() ([]byte, error) {
	if int(h) < len(headNames) {
		return []byte(headNames[h]), nil
	}
	return nil, errors.Wrapf(graph.ErrOption, "models: got the head %d, want one of %q", uint8(h), headNames)
}

// UnmarshalText reads what MarshalText writes.
func (h *Head) UnmarshalText(text []byte) error {
	i := slices.Index(headNames, string(text))
	if i < 0 {
		return errors.Wrapf(graph.ErrOption, "models: got the head %q, want one of %q", text, headNames)
	}
	*h = Head(i)
	return nil
}

package imported

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Loss says what the output of a file means, and with that its targets and its loss. The output
// is [n, ...] for n examples.
type Loss uint8

// The losses.
const (
	None         Loss = iota // the model predicts and is not trained; its loss is the mean of output², without targets
	SquaredError             // numbers; targets "y" of the output's shape; the mean squared error
	CrossEntropy             // logits [..., C]; targets "y": Ints [...], labels in [0, C); Predict returns softmax(output)
	LogLoss                  // probabilities [..., C], C ≥ 2, with targets as for CrossEntropy; the loss is −log of the label's
	BinaryLoss               // probabilities of the second of two classes; targets "y" of the output's shape in [0, 1]; see loss.BCE
)

var lossNames = []string{None: "none", SquaredError: "squared-error", CrossEntropy: "cross-entropy", LogLoss: "log-loss", BinaryLoss: "binary"}

// String returns the name: "none", "squared-error", "cross-entropy", "log-loss" or "binary".
func (l Loss) String() string { return enum.String("loss", lossNames, int(l)) }

// MarshalText returns the name. Errors: ErrOption if there is none.
func (l Loss) MarshalText() ([]byte, error) { return enum.Text("loss", lossNames, int(l)) }

// UnmarshalText sets l to the loss of the name. Errors: ErrOption for another name.
func (l *Loss) UnmarshalText(text []byte) error { return enum.Read(l, "loss", lossNames, text) }

// least is the smallest probability whose logarithm is taken.
const least = 1e-30

// of returns the loss of an output, and what Predict returns.
func (l Loss) of(b *graph.Builder, y *gorgonia.Node) (value, output *gorgonia.Node) {
	shape := b.Shape(y)
	if b.Err() != nil {
		return nil, nil
	}
	last := len(shape) - 1
	labels := func() *gorgonia.Node {
		if last < 1 || shape[last] < 2 {
			b.Fail(mistake.Shapef("got an output of the shape %v for the loss %v, want [n, ..., C] with at least 2 classes", shape, l))
			return nil
		}
		return b.Ints("y", shape[:last]...)
	}
	switch l {
	case SquaredError:
		return loss.MSE(b, y, b.Input("y", shape...)), y
	case CrossEntropy:
		return loss.CrossEntropy(b, y, labels()), b.Softmax(y)
	case LogLoss:
		return loss.NLL(b, b.Log(b.Clamp(y, least, 1)), labels()), y
	case BinaryLoss:
		return loss.BCE(b, y, b.Input("y", shape...)), y
	}
	return b.Mean(b.Square(y)), y
}

package models

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Head says what the outputs of a model mean, and with that its targets and its loss.
type Head uint8

// The heads.
const (
	MultiClass Head = iota // Out ≥ 2 classes; targets "y": Ints [N], labels in [0, Out); softmax cross-entropy
	Binary                 // two classes; targets "y": [N, 1] in [0, 1]; binary cross-entropy
	Regression             // Out numbers; targets "y": [N, Out]; mean squared error
)

var headNames = []string{MultiClass: "multiclass", Binary: "binary", Regression: "regression"}

// String returns the head's name: "multiclass", "binary" or "regression".
func (h Head) String() string { return enum.String("head", headNames, int(h)) }

// MarshalText returns the head's name. Errors: ErrOption if it has none.
func (h Head) MarshalText() ([]byte, error) { return enum.Text("head", headNames, int(h)) }

// UnmarshalText sets h to the head of the name. Errors: ErrOption for another name.
func (h *Head) UnmarshalText(text []byte) error { return enum.Read(h, "head", headNames, text) }

// finish ends a model in the loss and the output of the head. out: [N, outputs], or [N,
// Steps, outputs]. Then labels of -1 do not count, and neither do the steps from the
// lengths: Ints [N] on; nil: all do.
func (h Head) finish(b *graph.Builder, out, lengths *gorgonia.Node) (l, output *gorgonia.Node) {
	shape := b.Shape(out)
	last := len(shape) - 1
	reduction := loss.Mean
	var mask *gorgonia.Node
	if lengths != nil && b.Err() == nil {
		reduction, mask = loss.Each, nn.LengthMask(b, lengths, shape[1])
	}
	targets := func(y *gorgonia.Node) *gorgonia.Node {
		if lengths != nil {
			b.CountSteps(y, lengths)
		}
		return y
	}
	switch h {
	case MultiClass:
		y, o := targets(b.Ints("y", shape[:last]...)), loss.CrossEntropyOptions{Reduction: reduction}
		if last > 1 {
			o.Ignore = new(-1)
		}
		l, output = loss.CrossEntropy(b, out, y, o), b.Softmax(out)
		if mask != nil {
			mask = b.Mul(mask, build.Of(b).NotInt(y, *o.Ignore, out))
		}
		return meanOf(b, l, mask), output
	case Binary:
		l, output = loss.BCEWithLogits(b, out, targets(b.Input("y", shape...)), loss.BCEWithLogitsOptions{Reduction: reduction}), b.Sigmoid(out)
	default:
		l, output = loss.MSE(b, out, counted(b, targets(b.Input("y", shape...)), mask), reduction), out
	}
	if mask != nil {
		l = b.Mean(l, last)
	}
	return meanOf(b, l, mask), output
}

// meanOf returns the mean of the losses over the elements for which the mask is 1. Nil is
// no mask: then l is the mean.
func meanOf(b *graph.Builder, l, mask *gorgonia.Node) *gorgonia.Node {
	if mask == nil {
		return l
	}
	return loss.MeanOf(b, l, mask)
}

// shared are the settings that several models have. Each is checked here, and nowhere
// else.
type shared struct {
	head        Head
	out         int
	hidden      []int
	activations []nn.Activation
	dropout, l2 float64
	dtype       graph.DType
}

// check says what is wrong.
func (s shared) check() error {
	if err := s.outputs(); err != nil {
		return err
	}
	for i, units := range s.hidden {
		if units < 1 {
			return mistake.Optionf("got %d units in hidden layer %d, want at least 1", units, i)
		}
	}
	for _, a := range s.activations {
		if _, err := a.MarshalText(); err != nil {
			return err
		}
	}
	if _, err := s.dtype.MarshalText(); err != nil {
		return err
	}
	switch {
	case !(s.dropout >= 0 && s.dropout < 1):
		return mistake.Optionf("got the dropout rate %v, want a number in [0, 1)", s.dropout)
	case !(s.l2 >= 0) || math.IsInf(s.l2, 0):
		return mistake.Optionf("got the L2 penalty %v, want a finite number of at least 0", s.l2)
	}
	return nil
}

// outputs says what is wrong with the head and the number of outputs.
func (s shared) outputs() error {
	if _, err := s.head.MarshalText(); err != nil {
		return err
	}
	switch {
	case s.head == MultiClass && s.out < 2:
		return mistake.Optionf("got %d classes, want at least 2", s.out)
	case s.head == Binary && s.out != 1:
		return mistake.Optionf("got %d outputs for the head binary, want 1", s.out)
	case s.out < 1:
		return mistake.Optionf("got %d outputs, want at least 1", s.out)
	}
	return nil
}

// outputsOf is the number of outputs with its default, 1 for Binary.
func outputsOf(h Head, out int) int {
	if h == Binary && out == 0 {
		return 1
	}
	return out
}

// activationOf is the activation with its default, ReLU.
func activationOf(a nn.Activation) nn.Activation {
	if a == nn.Identity {
		return nn.ReLU
	}
	return a
}

// fail is an error of the function that the user called, such as NewMLP, at his line,
// which is left out if err has it already.
func fail(function string, err error) error {
	at := op.Position(op.Caller())
	if inner := (*op.Error)(nil); errors.As(err, &inner) && inner.At == at {
		at = ""
	}
	return errors.WithStack(&op.Error{Package: "models", Op: function, At: at, Err: err})
}

// initializerOf is init, or what suits weights before the activation.
func initializerOf(init graph.Initializer, a nn.Activation) graph.Initializer {
	if init == nil {
		return a.Initializer()
	}
	return init
}

// penalized returns loss + l2/2·Σ‖w‖².
func penalized(b *graph.Builder, loss *gorgonia.Node, l2 float64, ws ...*gorgonia.Node) *gorgonia.Node {
	if l2 == 0 {
		return loss
	}
	for _, w := range ws {
		loss = b.Add(loss, b.Scale(b.Sum(b.Square(w)), l2/2))
	}
	return loss
}

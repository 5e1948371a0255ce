package op

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Doubt is what may be wrong with a node that gorgonia made.
type Doubt uint8

// The doubts.
const (
	WrongValue    Doubt = iota // gorgonia's kernel computes something else
	WrongGradient              // gorgonia's derivative is that of something else
	MayBeMerged                // gorgonia may have taken two nodes for one
	LostGradient               // gorgonia gave a gradient of another cost
	Unread                     // its operator has other fields than in the gorgonia that we know
)

// doubting collects the doubts of one node.
type doubting struct {
	plainNode
	doubts  []Doubt
	reasons []string
}

func (d *doubting) add(k Doubt, format string, args ...any) {
	d.doubts, d.reasons = append(d.doubts, k), append(d.reasons, fmt.Sprintf(format, args...))
}

// shape is that of the first operand; nil if it is not known.
func (d *doubting) shape() []int {
	t, err := TypeOf(d.in[0])
	if err != nil {
		return nil
	}
	return t.Shape
}

// doubtful are the operators that gorgonia gets wrong, by their type.
var doubtful = map[string]func(d *doubting){
	"sumOp":       doubtFold,
	"maxOp":       doubtFold,
	"sliceOp":     doubtSlice,
	"elemUnaryOp": doubtUnary,
	"constantTensor": func(d *doubting) {
		if strings.Contains(d.n.Name(), "...") || strings.Contains(d.n.Name(), "\n.\n") {
			d.add(MayBeMerged, "constants whose text is equal are one node, and the text leaves out elements")
		}
	},
	"linAlgBinOp": func(d *doubting) {
		// In a gradient it is no matter unless that is differentiated again.
		if d.f.uint("āBinaryOperator") == outerProduct && !(IsTerm(d.n) && d.n.Deriv() == nil) {
			d.add(WrongGradient, "gorgonia's rule for the outer product is wrong")
		}
	},
	"softmaxOp": func(d *doubting) {
		d.add(WrongValue, "gorgonia's softmax overflows where the largest element of a row is far from its first")
		d.add(MayBeMerged, "SoftMax and LogSoftMax of one operand are one node")
	},
	"sparsemaxOp": func(d *doubting) {
		d.add(MayBeMerged, "sparsemax of one operand is one node, whatever the axis")
	},
	"avgPoolOp": func(d *doubting) {
		d.add(WrongValue, "gorgonia divides by the width of the image, not by the places of a window")
		d.add(WrongGradient, "gorgonia's rule for average pools is wrong")
		doubtPads(d)
	},
	"maxPoolOp": func(d *doubting) {
		doubtPads(d)
		if d.f.int("h") == 1 {
			d.add(MayBeMerged, "gorgonia.AveragePool1D makes a max pool, which this may be")
		}
	},
	"dropoutOp": func(d *doubting) {
		d.add(WrongGradient, "gorgonia divides the gradient of dropout by the wrong probability")
		d.add(MayBeMerged, "dropouts of one operand are one node, whatever their probabilities")
	},
	"byIndicesOp": func(d *doubting) {
		if axis := d.f.int("axis"); axis > 0 {
			d.add(WrongGradient, "gorgonia's rule for indices along axis %d is wrong", axis)
		}
	},
	"ctcLossOp": func(d *doubting) {
		if isMeanCTC(d.f) {
			d.add(WrongGradient, "gorgonia's derivative of a mean CTC loss is that of the sum, not divided by the lengths")
		}
		d.add(MayBeMerged, "CTC losses of the same operands are one node, whether they sum or average")
	},
	"BatchNormOp": doubtNorm,
	"GroupNormOp": doubtNorm,
	"im2colOp": func(d *doubting) {
		d.add(MayBeMerged, "convolutions that differ in their dilation are one node")
	},
	"randomOp": func(d *doubting) {
		d.add(MayBeMerged, "random nodes of one shape are one node, and no seed makes them draw the same numbers again")
	},
}

// Doubts are what may be wrong with a node, each with its reason.
func Doubts(n *gorgonia.Node) (doubts []Doubt, reasons []string) {
	if n.Op() == nil {
		if n.Name() != "" {
			return nil, nil
		}
		return []Doubt{MayBeMerged}, []string{"it has no name: all leaves of its type and shape without one are this node"}
	}
	f := fieldsOf(n.Op())
	look := doubtful[f.name()]
	if look == nil {
		return nil, nil
	}
	d := doubting{plainNode: plainNode{n: n, f: f, in: childrenOf(n)}}
	look(&d)
	if err := f.err(); err != nil {
		d.add(Unread, "%v", err)
	}
	return d.doubts, d.reasons
}

// WronglyDifferentiated says whether gorgonia's rule for n is wrong.
func WronglyDifferentiated(n *gorgonia.Node) bool {
	doubts, _ := Doubts(n)
	return slices.Contains(doubts, WrongGradient)
}

func doubtFold(d *doubting) {
	if len(d.shape()) == 4 && slices.Contains(d.f.ints("along"), 2) {
		d.add(WrongValue, "gorgonia folds axis 2 of a tensor with four axes wrongly")
	}
}

func doubtSlice(d *doubting) {
	s, ok := d.n.Op().(interface{ IsSlice() tensor.Slice })
	if !ok || s.IsSlice() == nil {
		return
	}
	if s.IsSlice().Step() > 1 {
		d.add(WrongValue, "gorgonia drops the last element of a slice with a step")
	}
	if axis, shape := d.f.int("along"), d.shape(); axis < len(shape) && shape[axis] > 256 {
		d.add(MayBeMerged, "slices whose bounds are equal modulo 256 are one node")
	}
}

func doubtUnary(d *doubting) {
	if _, _, ok := summedExp(d.n); ok {
		d.add(WrongValue, "gorgonia's LogSumExp adds the maximum before it takes the logarithm, not after it")
		d.add(WrongGradient, "gorgonia's LogSumExp is another function, and its derivative is that one's")
	}
	if word, _, _ := strings.Cut(d.n.Op().String(), " "); word == "log2" || word == "invSqrt" {
		d.add(WrongGradient, "gorgonia's rule for %s is wrong", word)
	}
}

func doubtNorm(d *doubting) {
	d.add(MayBeMerged, "normalisations of one operand are one node, whatever their epsilons, unless the first digit behind the point differs")
}

func doubtPads(d *doubting) {
	if d.f.int("padNorth") != d.f.int("padSouth") || d.f.int("padWest") != d.f.int("padEast") {
		d.add(WrongValue, "gorgonia takes the padding behind the image for that before it")
		d.add(MayBeMerged, "pools that differ in the padding behind the image are one node")
	}
}

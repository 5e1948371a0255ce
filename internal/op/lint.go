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
)

// Doubts are what may be wrong with a node, each with its reason.
func Doubts(n *gorgonia.Node) (doubts []Doubt, reasons []string) {
	defer func() { _ = recover() }() // a field that this version of gorgonia does not have
	add := func(d Doubt, format string, args ...any) {
		doubts, reasons = append(doubts, d), append(reasons, fmt.Sprintf(format, args...))
	}
	if n.Op() == nil {
		if n.Name() == "" {
			add(MayBeMerged, "it has no name: all leaves of its type and shape without one are this node")
		}
		return doubts, reasons
	}
	f := fieldsOf(n.Op())
	switch f.name() {
	case "sumOp", "maxOp":
		if x, err := TypeOf(childrenOf(n)[0]); err == nil && len(x.Shape) == 4 && slices.Contains(f.ints("along"), 2) {
			add(WrongValue, "gorgonia folds axis 2 of a tensor with four axes wrongly")
		}
	case "softmaxOp":
		add(WrongValue, "gorgonia's softmax overflows where the largest element of a row is far from its first")
		add(MayBeMerged, "SoftMax and LogSoftMax of one operand are one node")
	case "sliceOp":
		if s, ok := n.Op().(interface{ IsSlice() tensor.Slice }); ok && s.IsSlice() != nil {
			if s.IsSlice().Step() > 1 {
				add(WrongValue, "gorgonia drops the last element of a slice with a step")
			}
			if x, err := TypeOf(childrenOf(n)[0]); err == nil && f.int("along") < len(x.Shape) && x.Shape[f.int("along")] > 256 {
				add(MayBeMerged, "slices whose bounds are equal modulo 256 are one node")
			}
		}
	case "elemUnaryOp":
		word, _, _ := strings.Cut(n.Op().String(), " ")
		if _, _, ok := summedExp(n); ok {
			add(WrongValue, "gorgonia's LogSumExp adds the maximum before it takes the logarithm, not after it")
			add(WrongGradient, "gorgonia's LogSumExp is another function, and its derivative is that one's")
		}
		if word == "log2" || word == "invSqrt" || word == "√x⁻¹" || strings.Contains(strings.ToLower(word), "inversesqrt") {
			add(WrongGradient, "gorgonia's rule for %s lacks a factor", word)
		}
	case "linAlgBinOp":
		if x, err := TypeOf(childrenOf(n)[0]); err == nil && len(x.Shape) == 1 && strings.Contains(n.Op().String(), "⊗") {
			add(WrongGradient, "gorgonia's rule for the outer product is wrong")
		}
	case "avgPoolOp":
		add(WrongValue, "gorgonia divides by the width of the image, not by the places of a window")
		add(WrongGradient, "gorgonia's rule for average pools is wrong")
		doubtPads(f, add)
	case "maxPoolOp":
		doubtPads(f, add)
		if f.int("h") == 1 {
			add(MayBeMerged, "gorgonia.AveragePool1D makes a max pool, which this may be")
		}
	case "dropoutOp":
		add(WrongGradient, "gorgonia divides the gradient of dropout by the wrong probability")
		add(MayBeMerged, "dropouts of one operand are one node, whatever their probabilities")
	case "byIndicesOp":
		if f.int("axis") > 0 {
			add(WrongGradient, "gorgonia's rule for indices along axis %d is wrong", f.int("axis"))
		}
	case "ctcLossOp":
		if isMeanCTC(n) {
			add(WrongGradient, "gorgonia's derivative of a mean CTC loss is that of the sum, not divided by the lengths")
		}
		add(MayBeMerged, "CTC losses of the same operands are one node, whether they sum or average")
	case "sparsemaxOp":
		add(MayBeMerged, "sparsemax of one operand is one node, whatever the axis")
	case "BatchNormOp", "GroupNormOp":
		add(MayBeMerged, "normalisations of one operand are one node, whatever their epsilons, unless the first digit behind the point differs")
	case "im2colOp":
		add(MayBeMerged, "convolutions that differ in their dilation are one node")
	case "randomOp":
		add(MayBeMerged, "random nodes of one shape are one node")
	}
	return doubts, reasons
}

// doubtPads are the doubts of a pool that is padded unequally.
func doubtPads(f fields, add func(d Doubt, format string, args ...any)) {
	if f.int("padNorth") != f.int("padSouth") || f.int("padWest") != f.int("padEast") {
		add(WrongValue, "gorgonia takes the padding behind the image for that before it")
		add(MayBeMerged, "pools that differ in the padding behind the image are one node")
	}
}

package train

import (
	"math"
	"strconv"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
)

// TopAccuracy returns the metric "top5_accuracy", for k = 5: the share of labels that are among
// the k classes with the largest outputs. Of equal outputs the first ranks before the others,
// as in Accuracy, which it is for k = 1. scikit-learn's top_k_accuracy_score takes the last.
//
// Outputs are [..., C], with C at least 2, and targets labels [...] or rows of numbers that
// add up to 1, whose largest is the label. Range, direction, NaN, weights, and what counts are
// those of Accuracy. With k of C or more everything is right, except outputs of NaN.
//
// Errors of Check: ErrShape and data.ErrLabel as of Accuracy, and for targets that are no
// classes. New returns an ErrOption for a k below 1.
func TopAccuracy(k int) Metric {
	m := Metric{Name: "top" + strconv.Itoa(k) + "_accuracy", Maximize: true, Start: func() Meter { return &topAccuracy{k: k} }, Check: checkClasses}
	if k < 1 {
		m.invalid = mistake.Optionf("TopAccuracy: got k = %d, want at least 1", k)
	}
	return m
}

// checkClasses returns an error unless targets are classes of rows of outputs.
func checkClasses(p Pair) error {
	if err := checkAccuracy(p); err != nil {
		return err
	}
	w := p.width()
	if own := size(p.Output) == p.Target.Size(); w < 2 || own && (p.Target.Integers() || !p.rowsAddUp(w)) {
		return mistake.Shapef("got outputs of %v and targets %q of %v for each example, which are labels of their own; want rows of two or more outputs, with a label or numbers that add up to 1 for each",
			ir.Shape(p.Output), p.Target.Name, ir.Shape(p.Target.Shape))
	}
	return nil
}

type topAccuracy struct {
	k    int
	mean weightedMean
}

func (m *topAccuracy) Add(b Scored) {
	if b.N == 0 {
		return
	}
	kind, w := layouts(&b)
	if kind == ownLabels {
		return
	}
	for i, weight := range b.counted(len(b.Output) / w) {
		label := 0
		if kind == classLabels {
			label = b.Label[i]
		} else {
			label = Predicted(b.Target[i*w : (i+1)*w])
		}
		at := rank(b.Output[i*w:(i+1)*w], label)
		m.mean.add(one(at >= 0 && at < m.k), weight)
	}
}

func (m *topAccuracy) Value() float64 { return m.mean.value() }

// rank returns how many outputs rank before that of the label; -1 if one is NaN.
func rank(output []float64, label int) int {
	if uint(label) >= uint(len(output)) {
		return -1
	}
	before := 0
	for j, v := range output {
		switch {
		case math.IsNaN(v):
			return -1
		case v > output[label] || v == output[label] && j < label:
			before++
		}
	}
	return before
}

// LabelAccuracy returns the metric "accuracy_label2", for label 2: the share of examples for
// which this one of several labels of their own is right. Outputs and targets are those of
// BinaryAccuracy, and the label is an index of their last axis. Everything else is as there.
//
// Errors of Check: those of BinaryAccuracy; ErrOption for a label that there is not. New
// returns an ErrOption for a negative one.
func LabelAccuracy(label int) Metric {
	m := Metric{Name: "accuracy_label" + strconv.Itoa(label), Maximize: true, Start: func() Meter { return &ownAccuracy{label: label} }}
	m.Check = func(p Pair) error {
		if err := checkBinary(p); err != nil {
			return err
		}
		if w := p.width(); label >= w {
			return mistake.Optionf("LabelAccuracy: got the label %d, want one in 0..%d", label, w-1)
		}
		return nil
	}
	if label < 0 {
		m.invalid = mistake.Optionf("LabelAccuracy: got the label %d, want at least 0", label)
	}
	return m
}

// ExactAccuracy returns the metric "exact_accuracy": the share of examples, or of the steps of
// sequences, for which all of several labels of their own are right. Outputs and targets are
// [..., C], as of BinaryAccuracy. A row of C labels counts if all of them do. Everything else
// is as with BinaryAccuracy. It is scikit-learn's accuracy_score of multilabel targets.
func ExactAccuracy() Metric {
	return Metric{Name: "exact_accuracy", Maximize: true, Start: func() Meter { return &ownAccuracy{label: -1} }, Check: checkBinary}
}

// ownAccuracy measures labels of their own: one of each row, or -1 for all of it.
type ownAccuracy struct {
	label int
	mean  weightedMean
}

func (m *ownAccuracy) Add(b Scored) {
	if b.N == 0 {
		return
	}
	w, right := b.last(), true
	for i, v := range b.Output {
		k := i % w
		right = (right || k == 0) && Predicted(b.Output[i:i+1]) == int(one(isPositive(&b, i))) && !math.IsNaN(v)
		switch {
		case k == m.label:
			if weight := b.WeightAt(i, len(b.Output)); weight > 0 {
				m.mean.add(one(Predicted(b.Output[i:i+1]) == int(one(isPositive(&b, i)))), weight)
			}
		case m.label < 0 && k == w-1:
			if weight := m.rowWeight(&b, i/w, w); weight > 0 {
				m.mean.add(one(right), weight)
			}
		}
	}
}

// rowWeight returns the weight of a row, 0 if an element does not count.
func (m *ownAccuracy) rowWeight(b *Scored, row, w int) (weight float64) {
	for k := range w {
		if weight = b.WeightAt(row*w+k, len(b.Output)); !(weight > 0) {
			return 0
		}
	}
	return weight
}

func (m *ownAccuracy) Value() float64 { return m.mean.value() }

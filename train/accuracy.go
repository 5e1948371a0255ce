package train

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Accuracy returns the metric "accuracy": the share of labels that are predicted right,
// over all examples and, for sequences, all steps. What counts as right depends on
// outputs and targets (without the batch, their first axis):
//
//	output    target                       right
//	[..., C]  labels [...]                 the largest of C outputs is that of the label
//	[...]     labels [...], 0 or 1         the output is at least 0.5 for 1, below 0.5 for 0
//	[...]     numbers [...], 0 or 1        the same
//	[..., C]  numbers [..., C], rows that  the largest of C outputs is at the largest target:
//	          add up to 1                  one-hot or soft classes
//	[..., C]  numbers [..., C], 0 or 1     as for one output: each of C labels counts
//
// C is at least 2. Labels that the loss ignores do not count, nor do steps behind the end of
// a sequence (see Metric). An output of NaN is wrong.
//
// The value is Σ w of what is right / Σ w of all, with the weights w of the examples, as
// scikit-learn's accuracy_score. It is in [0, 1]; larger is better. It is NaN if nothing counts.
//
// Errors of Check: ErrShape for other shapes, data.ErrLabel for targets that are not
// labels.
func Accuracy() Metric {
	return Metric{Name: "accuracy", Maximize: true, Start: func() Meter { return &accuracy{sums: true} }, Check: checkAccuracy}
}

// BinaryAccuracy returns the metric "accuracy" for outputs that each stand for a label
// of their own, 0 or 1, whatever the targets add up to. It is the second, third and last
// row in the table of Accuracy.
func BinaryAccuracy() Metric {
	return Metric{Name: "accuracy", Maximize: true, Start: func() Meter { return &accuracy{} }, Check: checkBinary}
}

// accuracy counts rows, the labels of classes, and cells, labels of 0 or 1.
type accuracy struct {
	rows, cells weightedMean // of 1 for right and 0 for wrong
	sums        bool         // all rows of numbers so far add up to 1: they are classes
}

// one returns 1 for true and 0 for false.
func one(right bool) float64 {
	if right {
		return 1
	}
	return 0
}

func (m *accuracy) Add(b Scored) {
	if b.N == 0 {
		return
	}
	if b.Label != nil {
		w := len(b.Output) / len(b.Label)
		m.sums = false
		for i, weight := range b.counted(len(b.Label)) {
			m.cells.add(one(Predicted(b.Output[i*w:(i+1)*w]) == b.Label[i]), weight)
		}
		return
	}
	for i, weight := range b.counted(len(b.Target)) {
		m.cells.add(one(Predicted(b.Output[i:i+1]) == Predicted(b.Target[i:i+1]) && !math.IsNaN(b.Target[i])), weight)
	}
	c := b.last()
	if c < 2 || !m.sums {
		m.sums = false
		return
	}
	for i, weight := range b.counted(len(b.Target) / c) {
		want := b.Target[i*c : (i+1)*c]
		m.sums = m.sums && addsUp(want)
		m.rows.add(one(Predicted(b.Output[i*c:(i+1)*c]) == Predicted(want)), weight)
	}
}

func (m *accuracy) Value() float64 {
	if m.sums {
		return m.rows.value()
	}
	return m.cells.value()
}

// addsUp reports whether the numbers are at least 0 and add up to 1, within the
// rounding of float32.
func addsUp(row []float64) bool {
	sum := 0.0
	for _, v := range row {
		if !(v >= 0) {
			return false
		}
		sum += v
	}
	return math.Abs(sum-1) <= 1e-5
}

// checkAccuracy returns why p has no accuracy.
func checkAccuracy(p Pair) error {
	f, width := p.Target, 1
	if len(p.Output) > 0 {
		width = p.Output[len(p.Output)-1]
	}
	switch {
	case !f.Integers() && width > 1 && size(p.Output) == f.Size():
		if p.rowsAddUp(width) {
			return nil
		}
		return checkBinary(p)
	case !f.Integers() || size(p.Output) == f.Size():
		return checkBinary(p)
	case width < 2 || size(p.Output)/width != f.Size():
		return mistake.Shapef("got outputs of %v and labels of %v for each example, want a label, or %d, for each row of %d outputs",
			ir.Shape(p.Output), ir.Shape(f.Shape), size(p.Output)/max(1, width), width)
	}
	if row, _, v, found := p.find(func(v float64) bool { return v < 0 || v >= float64(width) }); found {
		return mistake.Newf(data.ErrLabel, "field %q: %s: got the label %.0f, want one in 0..%d for %d outputs", f.Name, rowIn(f, row), v, width-1, width)
	}
	return nil
}

// rowsAddUp reports whether each row of width numbers that counts adds up to 1.
func (p Pair) rowsAddUp(width int) bool {
	f, row := p.Target, make([]float64, width)
	for i := range f.Len() {
		for k := range f.Size() {
			row[k%width] = f.At(i, k)
			if (k+1)%width == 0 && p.Counts(i, k) && !addsUp(row) {
				return false
			}
		}
	}
	return true
}

// checkBinary returns why p has no accuracy with one label for each output.
func checkBinary(p Pair) error {
	if err := checkEqual(p); err != nil {
		return err
	}
	f := p.Target
	row, _, v, found := p.find(func(v float64) bool { return v != 0 && v != 1 })
	switch {
	case found && f.Integers():
		return mistake.Newf(data.ErrLabel, "field %q: %s: got the label %.0f, want 0 or 1 for one output", f.Name, rowIn(f, row), v)
	case found:
		return mistake.Newf(data.ErrLabel, "field %q: %s: got the target %v, want labels: 0 or 1, or rows that add up to 1", f.Name, rowIn(f, row), v)
	}
	return nil
}

// checkEqual returns an error unless outputs and targets have the same shape. Axes of
// extent 1 do not matter, nor does it if one of the two is flat.
func checkEqual(p Pair) error {
	long := func(s []int) []int { return slices.DeleteFunc(slices.Clone(s), func(d int) bool { return d == 1 }) }
	a, b := long(p.Output), long(p.Target.Shape)
	if size(a) != size(b) || len(a) > 1 && len(b) > 1 && !slices.Equal(a, b) {
		return mistake.Shapef("got outputs of %v and targets %q of %v for each example, want equal shapes", ir.Shape(p.Output), p.Target.Name, ir.Shape(p.Target.Shape))
	}
	return nil
}

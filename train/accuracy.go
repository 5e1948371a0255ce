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
// C is at least 2. Labels that the loss ignores do not count. An output of NaN is
// wrong. The value is NaN if nothing counts.
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
	rows, cells tally
	sums        bool // all rows of numbers so far add up to 1: they are classes
}

type tally struct{ right, n int }

func (t *tally) add(right bool) {
	t.n++
	if right {
		t.right++
	}
}

func (m *accuracy) Add(b Scored) {
	if b.N == 0 {
		return
	}
	if b.Label != nil {
		w := len(b.Output) / len(b.Label)
		m.sums = false
		for i, label := range b.Label {
			if b.counts(i) {
				m.cells.add(Predicted(b.Output[i*w:(i+1)*w]) == label)
			}
		}
		return
	}
	for i, y := range b.Target {
		m.cells.add(Predicted(b.Output[i:i+1]) == Predicted(b.Target[i:i+1]) && !math.IsNaN(y))
	}
	c := b.last()
	if c < 2 || !m.sums {
		m.sums = false
		return
	}
	for i := 0; i+c <= len(b.Target); i += c {
		want := b.Target[i : i+c]
		m.sums = m.sums && addsUp(want)
		m.rows.add(Predicted(b.Output[i:i+c]) == Predicted(want))
	}
}

func (m *accuracy) Value() float64 {
	t := m.cells
	if m.sums {
		t = m.rows
	}
	return float64(t.right) / float64(t.n)
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
		if rowsAddUp(f, width) {
			return nil
		}
		return checkBinary(p)
	case !f.Integers() || size(p.Output) == f.Size():
		return checkBinary(p)
	case width < 2 || size(p.Output)/width != f.Size():
		return mistake.Shapef("got outputs of %v and labels of %v for each example, want a label, or %d, for each row of %d outputs",
			ir.Shape(p.Output), ir.Shape(f.Shape), size(p.Output)/max(1, width), width)
	}
	wrong := func(v float64) bool { return (v < 0 || v >= float64(width)) && !p.ignores(v) }
	if row, _, v, found := f.Find(wrong); found {
		return mistake.Newf(data.ErrLabel, "field %q: row %d: got the label %.0f, want one in 0..%d for %d outputs", f.Name, row, v, width-1, width)
	}
	return nil
}

// ignores reports whether the label v does not count.
func (p Pair) ignores(v float64) bool { return p.Ignores && v == float64(p.Ignore) }

// rowsAddUp reports whether each row of width numbers of f adds up to 1.
func rowsAddUp(f data.Field, width int) bool {
	row := make([]float64, width)
	for i := range f.Len() {
		for k := range f.Size() {
			row[k%width] = f.At(i, k)
			if (k+1)%width == 0 && !addsUp(row) {
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
	row, _, v, found := f.Find(func(v float64) bool { return v != 0 && v != 1 && !(f.Integers() && p.ignores(v)) })
	switch {
	case found && f.Integers():
		return mistake.Newf(data.ErrLabel, "field %q: row %d: got the label %.0f, want 0 or 1 for one output", f.Name, row, v)
	case found:
		return mistake.Newf(data.ErrLabel, "field %q: row %d: got the target %v, want labels: 0 or 1, or rows that add up to 1", f.Name, row, v)
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

package train

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train/data"
)

// Accuracy is the share of labels that are predicted right, over all examples and,
// for sequences, all steps:
//
//	output         target                    right is
//	[..., C]       labels [...]              the largest of C outputs is the label's
//	[...]          labels [...], 0 or 1      the output is at least 0.5 for 1, below for 0
//	[...]          numbers [...], 0 or 1     the same
//	[..., C]       numbers [..., C], rows    the largest of C outputs is at the largest
//	               that add up to 1          target: one-hot or soft classes
//	[..., C]       numbers [..., C], 0 or 1  as for one output: several labels for each
//	                                         example, each of which counts
//
// C is at least 2; N, the batch, stands before each shape. Labels that the loss
// ignores do not count. An output of NaN is wrong. Other shapes are an ErrShape, and
// targets that are no labels an ErrLabel. The value is NaN if no label counts.
func Accuracy() Metric {
	return Metric{Name: "accuracy", Start: func() Meter { return &accuracy{sums: true} }, Check: checkAccuracy}
}

// BinaryAccuracy is Accuracy where every output stands for a label of its own, 0 or
// 1, as in the second, third and last row of its table, whatever the targets add up
// to.
func BinaryAccuracy() Metric {
	return Metric{Name: "accuracy", Start: func() Meter { return &accuracy{} }, Check: checkBinary}
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

// addsUp says whether the numbers are parts of 1, but for the rounding of float32.
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

// checkAccuracy says why there is no accuracy of p.
func checkAccuracy(p Pair) error {
	f, width := p.Target, 1
	if len(p.Output) > 0 {
		width = p.Output[len(p.Output)-1]
	}
	switch {
	case f.Ints == nil && width > 1 && size(p.Output) == f.Size():
		if rowsAddUp(f.Floats, width) {
			return nil
		}
		return checkBinary(p)
	case f.Ints == nil || size(p.Output) == f.Size():
		return checkBinary(p)
	case width < 2 || size(p.Output)/width != f.Size():
		return errors.Wrapf(graph.ErrShape, "got outputs of %v and labels of %v for each example, want a label, or %d, for each row of %d outputs",
			p.Output, f.Shape, size(p.Output)/max(1, width), width)
	}
	for i, v := range f.Ints {
		if (v < 0 || v >= width) && !(p.Ignores && v == p.Ignore) {
			return errors.Wrapf(data.ErrLabel, "field %q: row %d has the label %d, want one in [0,%d) for %d outputs", f.Name, i/f.Size(), v, width, width)
		}
	}
	return nil
}

func rowsAddUp(v []float64, width int) bool {
	for row := range slices.Chunk(v, width) {
		if !addsUp(row) {
			return false
		}
	}
	return true
}

// checkBinary says why outputs of p are no labels of 0 and 1.
func checkBinary(p Pair) error {
	if err := checkEqual(p); err != nil {
		return err
	}
	f := p.Target
	for i, v := range f.Ints {
		if v != 0 && v != 1 && !(p.Ignores && v == p.Ignore) {
			return errors.Wrapf(data.ErrLabel, "field %q: row %d has the label %d, want 0 or 1 for one output", f.Name, i/f.Size(), v)
		}
	}
	for i, v := range f.Floats {
		if v != 0 && v != 1 {
			return errors.Wrapf(data.ErrLabel, "field %q: row %d has the target %v, want labels: 0 or 1, or rows that add up to 1", f.Name, i/f.Size(), v)
		}
	}
	return nil
}

// checkEqual says that output and target must have one shape; axes of extent 1 and
// rows that are flat on one side do not matter.
func checkEqual(p Pair) error {
	long := func(s []int) []int { return slices.DeleteFunc(slices.Clone(s), func(d int) bool { return d == 1 }) }
	a, b := long(p.Output), long(p.Target.Shape)
	if size(a) != size(b) || len(a) > 1 && len(b) > 1 && !slices.Equal(a, b) {
		return errors.Wrapf(graph.ErrShape, "got outputs of %v and targets %q of %v for each example, want equal shapes", p.Output, p.Target.Name, p.Target.Shape)
	}
	return nil
}

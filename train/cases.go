package train

// cases takes the labels out of batches: those of rows of classes, and labels of their own. It
// decides which of them targets are, as Accuracy does: rows of numbers are classes as long as
// all of them add up to 1.
type cases struct {
	own       bool // rows of numbers are labels of their own, whatever they add up to
	different bool // a row did not add up to 1
}

// layout is what the outputs and targets of a batch are.
type layout uint8

const (
	classLabels layout = iota // a label for each row of two or more outputs
	classRows                 // a row of numbers for each row of two or more outputs
	ownLabels                 // a target, 0 or 1, for each output; in rows of labels of their own
)

// layouts returns what the targets of b are, and the width of a row.
func layouts(b *Scored) (layout, int) {
	w := b.last()
	switch {
	case b.Label != nil && len(b.Label) != len(b.Output):
		return classLabels, len(b.Output) / len(b.Label)
	case b.Label == nil && w > 1:
		return classRows, w
	}
	return ownLabels, w
}

// classes reports whether row i, of the width w, of one-hot or soft targets is one of classes.
// After the first that is not, none is.
func (c *cases) classes(row []float64) bool {
	c.different = c.different || c.own || !addsUp(row)
	return !c.different
}

// isPositive reports whether a target for an output of its own is 1.
func isPositive(b *Scored, i int) bool {
	if b.Label != nil {
		return b.Label[i] == 1
	}
	return b.Target[i] >= 0.5
}

package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/train/data"
)

// NumberError is the error of a number in the data that is NaN or infinite, and that makes a loss,
// a gradient or an output so. It wraps ErrNotFinite; find it with errors.As.
//
// Only fields with data.Field.AllowNonFinite have such numbers, such as a table that was read with
// data.KeepMissing. What a model leaves out may be anything: targets behind the end of a sequence
// (graph.Builder.CountSteps), or the padding that nn.RecurrentOptions.Lengths leaves out.
type NumberError struct {
	Field   string  // the field, or the input
	Row     int     // its example in the data set, or in the rows of a prediction
	Element int     // of the example, such as the column
	Value   float64 // what is there

	// Origin is where the example comes from: the line of a table that was read, or its number in
	// the data set that a part was taken from. In rows of a prediction it is Row.
	Origin data.Origin

	what   string // "field" or "input"; "" for a missing cell of a table
	at     string // row and element in words
	remedy string
	makes  string // what it makes NaN or infinite; "" for nothing that is known
}

// Error returns all of it in one line.
func (e *NumberError) Error() string {
	if e.what == "" {
		return fmt.Sprintf("%s: got a missing cell, want a value: no step of the recipe fills it (data.Impute)", e.at)
	}
	return fmt.Sprintf("%s %q: %s: got %v%s, want a finite number%s", e.what, e.Field, e.at, e.Value, e.makes, e.remedy)
}

// Unwrap returns ErrNotFinite.
func (e *NumberError) Unwrap() error { return ErrNotFinite }

// numberError returns the error about element k of example i of a field without values.
func numberError(what string, f data.Field, i, k int, v float64, from data.Origin) *NumberError {
	e := &NumberError{Field: f.Name, Row: i, Element: k, Value: v, Origin: from, what: what, at: f.Position(i, k) + from.Words(i)}
	if math.IsNaN(v) {
		e.remedy = "; a data.Impute in the recipe fills missing numbers"
	}
	return e
}

// badNumber returns the first number of rows of the present batch that is not finite in a field
// that the program reads, and that is not behind the end of a sequence; nil if there is none.
func (s *session) badNumber(index []int, target string) *NumberError {
	for i := range s.feeds {
		c := s.feeds[i].spans
		f, ok := s.numbersOf(i)
		if !ok {
			continue
		}
		for _, row := range index {
			if k := c.badElement(&f, row); k >= 0 {
				number := row
				if s.batch.Set != nil {
					number = s.batch.Number(row)
				}
				e := numberError("field", data.Field{Name: f.Name, Shape: f.Shape, Columns: f.Columns}, number, k, f.At(row, k), f.Origin(row))
				if f.Name == target {
					e.remedy = "; data.Dataset.Filter leaves its example out"
				}
				return e
			}
		}
	}
	return nil
}

// numbersOf returns the field of feed i if it may have numbers that are not finite.
func (s *session) numbersOf(i int) (data.Field, bool) {
	if s.feeds[i].ints != nil {
		return data.Field{}, false
	}
	f, ok := s.set.Field(s.feeds[i].name)
	return f, ok && f.AllowNonFinite
}

// badElement returns the first element of a row that counts and is not finite; -1 for none. Without
// spans all count.
func (c *spans) badElement(f *data.Field, row int) int {
	n := f.Size()
	if c != nil {
		n = c.end(int(c.lengths.At(row, 0)), n)
	}
	for k := range n {
		if !isFinite(f.At(row, k)) {
			return k
		}
	}
	return -1
}

// suspects returns the first rows of the data set in memory that hold a number which is not finite,
// at most n. Without one it is nil, and has looked at fields with AllowNonFinite alone.
func (s *session) suspects(n int) (out []int) {
	for i := range s.feeds {
		f, ok := s.numbersOf(i)
		if !ok || f.Scale == 0 && vec.F64.AllFinite(f.Floats) && vec.F32.AllFinite(f.Floats32) {
			continue
		}
		for row := range f.Len() {
			if len(out) == n {
				break
			}
			if s.feeds[i].spans.badElement(&f, row) >= 0 && !slices.Contains(out, row) {
				out = append(out, row)
			}
		}
	}
	return out
}

// withSuspects returns a batch for s of rows that suspects has found and of others, and how many are
// suspects; 0 for no such row.
func (s *session) withSuspects() (index []int, found int) {
	index = s.suspects(s.n)
	if found = len(index); found == 0 {
		return nil, 0
	}
	for row := 0; row < s.set.Len() && len(index) < s.n; row++ {
		if !slices.Contains(index[:found], row) {
			index = append(index, row)
		}
	}
	return index, found
}

// checkNumbers tries a batch of the examples in memory that hold NaN or infinities, before the first
// step. It returns a *NumberError if they make the loss or a gradient so. It changes nothing.
func (t *Trainer) checkNumbers(from supply) error {
	if !from.whole() || t.tried == from.set || t.o.Sampling.Weight != "" { // which may leave such examples out
		return nil
	}
	s, err := t.train.bind(from.set, training, t.pieceOf(min(t.o.BatchSize, from.set.Len())))
	if err != nil {
		return err
	}
	index, found := s.withSuspects()
	if found == 0 || t.usable() != nil { // a parameter that is not finite has an error of its own
		t.tried = from.set
		return nil
	}
	var k snapshot
	k.keep(t.params)
	defer k.restore(t.params)
	if t.fused {
		if err := s.prog.SetRate(0); err != nil {
			return err
		}
	}
	s.epoch, s.batch, s.ahead = -1, data.Batch{}, nil
	loss, err := s.run(index, t.draw(0))
	if err != nil { // the step says so
		return nil
	}
	if bad := t.causedBy(s, index[:found], loss); bad != nil {
		return bad
	}
	t.tried = from.set
	return nil
}

// causedBy returns the error about the first number of rows that is not finite, if the loss or a
// gradient of the batch is not.
func (t *Trainer) causedBy(s *session, rows []int, loss float64) error {
	makes := fmt.Sprintf(", which makes the loss %v", loss)
	if isFinite(loss) {
		makes = ", which makes a gradient NaN or infinite"
		if t.gradientsFinite(s) {
			return nil
		}
	}
	bad := s.badNumber(rows, t.o.Target)
	if bad == nil {
		return nil
	}
	bad.makes = makes
	return bad
}

// gradientsFinite reports whether the gradients that s has computed are finite. With a step of the
// program it asks the parameters, which have taken them in.
func (t *Trainer) gradientsFinite(s *session) bool {
	if t.fused {
		return t.badParam() == ""
	}
	_, g32 := t.params.Flat32()
	_, g64 := t.params.Flat64()
	return firstNotFinite(s.moved, g32, g64) == ""
}

// checkMeasured is checkNumbers for what Fit evaluates after each epoch.
func (t *Trainer) checkMeasured(from supply) error {
	if !from.whole() || t.usable() != nil {
		return nil
	}
	s, err := t.forward.bind(from.set, evaluating, min(t.o.EvalBatch, from.set.Len()))
	if err != nil {
		return err
	}
	index, found := s.withSuspects()
	if found == 0 {
		return nil
	}
	s.batch = data.Batch{}
	loss, err := s.run(index, 0)
	if err != nil || isFinite(loss) { // what is wrong comes up when it is evaluated
		return nil
	}
	return t.causedBy(s, index[:found], loss)
}

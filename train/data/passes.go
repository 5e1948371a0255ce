package data

import (
	"io"
	"math"
)

// This file reads a source from the first example to the last, as often as a step needs that to be
// fitted. What is added up goes in the order of the examples, so a source and the same examples in
// memory give the same bits.

// passes are the numbers of one field of a source.
type passes struct {
	src  Source
	head Field // the field of the first examples, which describes it
}

// passesOf returns the field of numbers that a step is fitted to, and which of its columns the step
// changes.
func passesOf(src Source, name string, columns []int) (x passes, chosen []bool, err error) {
	first, err := headOf(src)
	if err != nil {
		return passes{}, nil, err
	}
	f, err := floats(first, name)
	if err == nil {
		chosen, err = choose(f, columns)
	}
	return passes{src, f}, chosen, err
}

// headOf returns examples that describe src: all of a Dataset, and one of another source.
func headOf(src Source) (*Dataset, error) {
	if d, ok := src.(*Dataset); ok {
		return d, nil
	}
	return Take(src, 1)
}

// eachPart calls f for all examples in their order, some at a time. row is the number of the first
// ones.
func eachPart(src Source, f func(row int, d *Dataset) error) error {
	switch s := src.(type) {
	case *Dataset:
		return f(0, s)
	case Indexed:
		for row := 0; row < s.Len(); row += mostTaken {
			index := identity(min(mostTaken, s.Len()-row))
			for i := range index {
				index[i] += row
			}
			d, err := viewOf(s, index)
			if err == nil {
				err = f(row, d)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	r, err := open(src.(Sequential), 0)
	if err != nil {
		return err
	}
	defer r.close()
	for row := 0; ; {
		d, err := r.next(mostTaken)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = f(row, d)
		}
		if err != nil {
			return err
		}
		row += d.Len()
	}
}

// each calls f for each number, with its row and column.
func (p passes) each(f func(row, c int, v float64)) error {
	columns := p.head.Size()
	return eachPart(p.src, func(first int, d *Dataset) error {
		x, err := floats(d, p.head.Name)
		if err != nil {
			return err
		}
		for i := range x.Len() {
			for c, at := 0, x.start(i); c < columns; c++ {
				f(first+i, c, x.value(at+c))
			}
		}
		return nil
	})
}

// eachColumn calls f for the chosen columns with the finite numbers of each. Of a source that is not
// in memory it reads all of them at once.
func (p passes) eachColumn(chosen []bool, f func(c int, column []float64)) error {
	whole, inside := p.src.(*Dataset)
	columns := make([][]float64, len(chosen))
	if !inside {
		if err := p.each(func(_, c int, v float64) {
			if chosen[c] && finite(v) {
				columns[c] = append(columns[c], v)
			}
		}); err != nil {
			return err
		}
	}
	var room []float64
	for c := range chosen {
		if !chosen[c] {
			continue
		}
		if inside {
			room = room[:0]
			for i := range whole.n {
				if v := p.head.At(i, c); finite(v) {
					room = append(room, v)
				}
			}
			columns[c] = room
		}
		f(c, columns[c])
		columns[c] = nil
	}
	return nil
}

// runningSum is a sum with the rounding error of each addition carried along (Neumaier).
type runningSum struct{ sum, lost float64 }

func (s *runningSum) add(t float64) {
	next := s.sum + t
	if math.Abs(s.sum) >= math.Abs(t) {
		s.lost += (s.sum - next) + t
	} else {
		s.lost += (t - next) + s.sum
	}
	s.sum = next
}

func (s runningSum) value() float64 { return s.sum + s.lost }

// columnStats is what one pass finds out about a column. A sum of numbers near the end of float64's
// range is reckoned in units of 2^64, in which it cannot leave it.
type columnStats struct {
	n         int
	low, high float64
	sum, far  runningSum // of the numbers, and in units of 2^64
}

// newStats returns those of as many columns, of no numbers.
func newStats(columns int) []columnStats {
	out := make([]columnStats, columns)
	for c := range out {
		out[c].low, out[c].high = math.Inf(1), math.Inf(-1)
	}
	return out
}

func (s *columnStats) add(v float64) {
	s.n++
	s.low, s.high = min(s.low, v), max(s.high, v)
	s.sum.add(v)
	s.far.add(v * 0x1p-64)
}

// scale returns what takes the numbers to the units of total.
func (s *columnStats) scale() float64 {
	if largest(s.low, s.high) > 0x1p900 {
		return 0x1p-64
	}
	return 1
}

// total returns the sum in those units.
func (s *columnStats) total() float64 {
	if s.scale() != 1 {
		return s.far.value()
	}
	return s.sum.value()
}

// stats returns those of all columns. Columns that are not chosen may hold what is not finite, and
// have the range 0 to 0.
func (p passes) stats(chosen []bool) ([]columnStats, error) {
	out := newStats(len(chosen))
	if err := p.each(func(_, c int, v float64) { out[c].add(v) }); err != nil {
		return nil, err
	}
	for c := range out { // a NaN is in both
		s := &out[c]
		if !chosen[c] {
			s.low, s.high = 0, 0
			continue
		}
		if !finite(s.low) || !finite(s.high) {
			row, bad := -1, 0.0
			if err := p.each(func(i, k int, v float64) {
				if row < 0 && k == c && !finite(v) {
					row, bad = i, v
				}
			}); err != nil {
				return nil, err
			}
			return nil, p.head.fail(ErrNotFinite, "%s: got %v, want finite numbers (Impute fills missing cells)", p.head.position(row, c), bad)
		}
	}
	return out, nil
}

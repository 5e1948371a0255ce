package data

import (
	"math"
	"slices"

	"github.com/pkg/errors"
)

// Subset returns the examples with the given indices, in that order; an index
// may stand several times. The values are copied.
//
// Errors: ErrEmpty for no index and a nil dataset, ErrIndex for an index that is
// not in 0..Len()-1.
func (d *Dataset) Subset(index []int) (*Dataset, error) {
	if d == nil {
		return nil, errNoDataset()
	}
	if len(index) == 0 {
		return nil, errors.Wrap(ErrEmpty, "data: a subset needs at least one index")
	}
	for _, i := range index {
		if i < 0 || i >= d.n {
			return nil, outOfRange(i, d.n)
		}
	}
	fields := slices.Clone(d.fields)
	for k, f := range fields {
		fields[k].Floats = pick(f.Floats, f.Size(), index)
		fields[k].Ints = pick(f.Ints, f.Size(), index)
	}
	return New(fields...)
}

func outOfRange(i, n int) error {
	return errors.Wrapf(ErrIndex, "data: example %d of %d (they are counted from 0)", i, n)
}

// pick copies rows of a flat table; a nil table stays nil.
func pick[T any](table []T, size int, index []int) []T {
	if table == nil {
		return nil
	}
	out := make([]T, 0, len(index)*size)
	for _, i := range index {
		out = append(out, table[i*size:(i+1)*size]...)
	}
	return out
}

// Split parts the examples at random into train and test, in which they keep
// their order. test gets the share testFrac of them, rounded, but each part gets
// at least one. The same seed gives the same parts on every machine.
//
// Errors: ErrOption unless 0 < testFrac < 1; ErrEmpty when there is only one
// example.
func (d *Dataset) Split(testFrac float64, seed uint64) (train, test *Dataset, err error) {
	if err := d.checkFrac(testFrac); err != nil {
		return nil, nil, err
	}
	if d.n < 2 {
		return nil, nil, errors.Wrap(ErrEmpty, "data: one example cannot be split in two parts")
	}
	isTest, order := make([]bool, d.n), identity(d.n)
	newStream(seed, splitStream).shuffle(order)
	for _, i := range order[:share(testFrac, d.n)] {
		isTest[i] = true
	}
	return d.part(isTest)
}

// SplitStratified is Split with each class of the first label field in both parts
// in its share, as far as whole examples allow: test has as many examples as Split
// gives it. Class c with n_c of all N examples gets its share of them, test·n_c/N,
// rounded down or up so that they add up. Where shares tie, the seed decides. Each
// class of two examples or more has at least one in either part, unless the part
// has fewer examples than there are such classes (ClassCounts tells); a class with
// a single example keeps it in train.
//
// Errors beside those of Split: ErrField when there is no label field or it has
// more than one label an example; ErrEmpty when no class has two examples.
func (d *Dataset) SplitStratified(testFrac float64, seed uint64) (train, test *Dataset, err error) {
	if err := d.checkFrac(testFrac); err != nil {
		return nil, nil, err
	}
	f, ok := d.labels()
	if !ok {
		return nil, nil, errors.Wrap(ErrField, "data: a stratified split needs a field of class labels")
	}
	if f.Size() != 1 {
		return nil, nil, errors.Wrapf(ErrField, "data: a stratified split needs one label an example; field %q has the shape %v", f.Name, f.Shape)
	}
	members := make([][]int, f.Classes)
	for i, c := range f.Ints {
		members[c] = append(members[c], i)
	}
	random := newStream(seed, splitStream)
	for _, m := range members {
		if len(m) >= 2 {
			random.shuffle(m)
		}
	}
	counts, err := allot(share(testFrac, d.n), members, random)
	if err != nil {
		return nil, nil, errors.WithMessagef(err, "data: field %q", f.Name)
	}
	isTest := make([]bool, d.n)
	for c, m := range members {
		for _, i := range m[:counts[c]] {
			isTest[i] = true
		}
	}
	return d.part(isTest)
}

// checkFrac says whether there is something to part and frac is a share.
func (d *Dataset) checkFrac(frac float64) error {
	if d == nil {
		return errNoDataset()
	}
	if !(frac > 0 && frac < 1) {
		return errors.Wrapf(ErrOption, "data: the share of the test part is %v; want more than 0 and less than 1", frac)
	}
	return nil
}

// share is the part frac of at least two examples, one at least and not all.
func share(frac float64, n int) int { return min(max(int(math.Round(frac*float64(n))), 1), n-1) }

func (d *Dataset) part(isTest []bool) (train, test *Dataset, err error) {
	var index [2][]int
	for i, second := range isTest {
		if second {
			index[1] = append(index[1], i)
		} else {
			index[0] = append(index[0], i)
		}
	}
	if train, err = d.Subset(index[0]); err != nil {
		return nil, nil, err
	}
	if test, err = d.Subset(index[1]); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// Concat returns the examples of all datasets, one after the other. The values
// are copied. The datasets must have the same fields in the same order, with the
// same shapes, kinds, column names and class names, else ErrShape; the number of
// classes is the largest. ErrEmpty for no dataset and for a nil one.
func Concat(sets ...*Dataset) (*Dataset, error) {
	if len(sets) == 0 {
		return nil, errors.Wrap(ErrEmpty, "data: nothing to concatenate")
	}
	if slices.Contains(sets, nil) {
		return nil, errors.Wrapf(ErrEmpty, "data: dataset %d of %d is nil", slices.Index(sets, nil), len(sets))
	}
	fields := slices.Clone(sets[0].fields)
	for k := range fields {
		fields[k].Floats = slices.Clone(fields[k].Floats)
		fields[k].Ints = slices.Clone(fields[k].Ints)
	}
	for i, d := range sets[1:] {
		if len(d.fields) != len(fields) {
			return nil, errors.Wrapf(ErrShape, "data: dataset 0 has %d fields, dataset %d has %d", len(fields), i+1, len(d.fields))
		}
		for k, f := range d.fields {
			if !alike(fields[k], f) {
				return nil, errors.Wrapf(ErrShape, "data: field %q of shape %v of dataset 0 does not fit field %q of shape %v of dataset %d", fields[k].Name, fields[k].Shape, f.Name, f.Shape, i+1)
			}
			fields[k].Floats = append(fields[k].Floats, f.Floats...)
			fields[k].Ints = append(fields[k].Ints, f.Ints...)
			fields[k].Classes = max(fields[k].Classes, f.Classes)
			fields[k].AllowNonFinite = fields[k].AllowNonFinite || f.AllowNonFinite
		}
	}
	return New(fields...)
}

// alike says whether the rows of two fields mean the same.
func alike(a, b Field) bool {
	return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) &&
		(a.Ints == nil) == (b.Ints == nil) && (a.Classes == 0) == (b.Classes == 0) &&
		slices.Equal(a.Columns, b.Columns) && slices.Equal(a.ClassNames, b.ClassNames)
}

package data

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Subset returns the examples with the given indices, in that order; an index
// may stand several times. The values are copied, but for those of rows that have
// Starts, which are shared.
//
// Errors: ErrEmpty for no index and a nil dataset, ErrIndex for an index that is
// not in 0..Len()-1.
func (d *Dataset) Subset(index []int) (*Dataset, error) {
	if err := d.checkIndex("Subset", index); err != nil {
		return nil, err
	}
	fields, from := slices.Clone(d.fields), picker(index, d.n)
	for k, f := range fields {
		fields[k] = f.pick(index)
		fields[k].from = from(f.from)
	}
	return assemble(fields...)
}

func outOfRange(i, n int) error {
	return mistake.Newf(ErrIndex, "data: got the example %d, want one in 0..%d", i, n-1)
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
		return nil, nil, mistake.Newf(ErrEmpty, "data: Split: got one example, want at least two, for two parts")
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
// has fewer examples than there are such classes (ClassCounts tells). A class with
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
		return nil, nil, mistake.Newf(ErrField, "data: SplitStratified: got no field with Classes, want one of class labels")
	}
	if f.Size() != 1 {
		return nil, nil, f.fail(ErrField, "SplitStratified: got labels of the shape %v, want one label an example", f.Shape)
	}
	members := make([][]int, f.Classes)
	for i := range d.n {
		c := f.integer(f.start(i))
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
		return nil, nil, errors.WithMessagef(err, "data: field %q: SplitStratified", f.Name)
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
		return mistake.Optionf("data: Split: got the share %v for the test part, want more than 0 and less than 1", frac)
	}
	return nil
}

// share is the part frac of at least two examples, one at least and not all.
func share(frac float64, n int) int { return min(max(int(math.Round(frac*float64(n))), 1), n-1) }

// part returns views of the examples that are not in the test part, and of those that are.
func (d *Dataset) part(isTest []bool) (train, test *Dataset, err error) {
	var index [2][]int
	for i, second := range isTest {
		if second {
			index[1] = append(index[1], i)
		} else {
			index[0] = append(index[0], i)
		}
	}
	if train, err = d.View(index[0]); err != nil {
		return nil, nil, err
	}
	test, err = d.View(index[1])
	return train, test, err
}

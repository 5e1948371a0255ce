package data

import (
	"cmp"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Fold is one of the ways in which cross-validation parts a dataset: a model is trained on
// Train and measured on Test.
type Fold struct{ Train, Test *Dataset }

// KFold parts the examples at random into k parts and returns k folds: Test is one of the
// parts, Train all others. So each example is in Test once. Parts differ by one example at
// most, the first ones are larger. Examples keep their order. The same seed gives the same
// folds on every machine. The values are shared, see View.
//
// Errors: ErrEmpty for a nil dataset; ErrOption unless 2 <= k <= Len().
func (d *Dataset) KFold(k int, seed uint64) ([]Fold, error) {
	if err := d.checkFolds("KFold", k); err != nil {
		return nil, err
	}
	order := identity(d.n)
	newStream(seed, splitStream).shuffle(order)
	return d.folds(k, order)
}

// KFoldStratified is KFold with each class of the first label field in all parts in its share.
// The numbers of examples of a class in two parts differ by one at most. So do those of all
// examples.
//
// Errors beside those of KFold: ErrField when there is no label field or it has more than one
// label an example; ErrOption when each class has fewer than k examples.
func (d *Dataset) KFoldStratified(k int, seed uint64) ([]Fold, error) {
	if err := d.checkFolds("KFoldStratified", k); err != nil {
		return nil, err
	}
	f, ok := d.labels()
	if !ok {
		return nil, mistake.Newf(ErrField, "data: KFoldStratified: got no field with Classes, want one of class labels")
	}
	if f.Size() != 1 {
		return nil, f.fail(ErrField, "KFoldStratified: got labels of the shape %v, want one label an example", f.Shape)
	}
	if most := slices.Max(d.ClassCounts()); most < k {
		return nil, f.fail(ErrOption, "KFoldStratified: got %d folds, want at most %d, the examples of the largest class", k, most)
	}
	order := identity(d.n)
	newStream(seed, splitStream).shuffle(order)
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(f.integer(f.start(i)), f.integer(f.start(j))) })
	return d.folds(k, order)
}

// KFoldGroups is KFold with all examples of a group in the same part, see SplitGroups. The
// groups are given out from the largest to the smallest, each to the part with the fewest
// examples; where several are equal, the seed decides.
//
// Errors beside those of KFold: ErrField when the field is missing or has more than one value
// an example; ErrOption for fewer than k groups.
func (d *Dataset) KFoldGroups(field string, k int, seed uint64) ([]Fold, error) {
	if err := d.checkFolds("KFoldGroups", k); err != nil {
		return nil, err
	}
	of, sizes, err := d.groups("KFoldGroups", field)
	if err != nil {
		return nil, err
	}
	if len(sizes) < k {
		return nil, mistake.Optionf("data: field %q: KFoldGroups: got %d folds, want at most %d, the number of groups", field, k, len(sizes))
	}
	order := identity(len(sizes))
	newStream(seed, splitStream).shuffle(order)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sizes[b], sizes[a]) })
	partOf, filled := make([]int, len(sizes)), make([]int, k)
	for _, g := range order {
		least := 0
		for p := range filled {
			if filled[p] < filled[least] {
				least = p
			}
		}
		partOf[g], filled[least] = least, filled[least]+sizes[g]
	}
	part := make([]int, d.n)
	for i, g := range of {
		part[i] = partOf[g]
	}
	return d.foldsOf(k, part)
}

func (d *Dataset) checkFolds(op string, k int) error {
	if d == nil {
		return errNoDataset()
	}
	if k < 2 || k > d.n {
		return mistake.Optionf("data: %s: got %d folds of %d examples, want at least 2 and at most one for each example", op, k, d.n)
	}
	return nil
}

// folds gives the examples in order to the k parts in turn.
func (d *Dataset) folds(k int, order []int) ([]Fold, error) {
	part := make([]int, d.n)
	for at, i := range order {
		part[i] = at % k
	}
	return d.foldsOf(k, part)
}

// foldsOf returns the folds for the part of each example.
func (d *Dataset) foldsOf(k int, part []int) ([]Fold, error) {
	folds, isTest := make([]Fold, k), make([]bool, d.n)
	for p := range folds {
		for i := range isTest {
			isTest[i] = part[i] == p
		}
		var err error
		if folds[p].Train, folds[p].Test, err = d.part(isTest); err != nil {
			return nil, err
		}
	}
	return folds, nil
}

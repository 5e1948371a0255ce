package data

import (
	"cmp"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// SplitGroups parts the examples into train and test so that no group is in both: for several
// pictures of one patient, or sentences of one author. Examples with the same value in field,
// one value each, are a group. Groups are taken for test in a random order, each one that
// brings test nearer to the share testFrac of the examples; each part gets at least one group.
// Examples keep their order. The same seed gives the same parts on every machine. The values
// are shared, see View.
//
// Errors: ErrOption unless 0 < testFrac < 1; ErrField when the field is missing or has more
// than one value an example; ErrEmpty when there is only one group.
func (d *Dataset) SplitGroups(field string, testFrac float64, seed uint64) (train, test *Dataset, err error) {
	if err := d.checkFrac(testFrac); err != nil {
		return nil, nil, err
	}
	of, sizes, err := d.groups("SplitGroups", field)
	if err != nil {
		return nil, nil, err
	}
	if len(sizes) < 2 {
		return nil, nil, mistake.Newf(ErrEmpty, "data: field %q: SplitGroups: got one group, want at least two, for two parts", field)
	}
	order := identity(len(sizes))
	newStream(seed, splitStream).shuffle(order)
	inTest, count, want := make([]bool, len(sizes)), 0, float64(testFrac*float64(d.n)) // rounded: the same on every processor
	away := func(n int) float64 { return max(float64(n)-want, want-float64(n)) }
	smallest := order[0]
	for _, g := range order {
		if sizes[g] < sizes[smallest] {
			smallest = g
		}
		if count+sizes[g] < d.n && away(count+sizes[g]) < away(count) {
			inTest[g], count = true, count+sizes[g]
		}
	}
	if count == 0 { // all groups are too large
		inTest[smallest] = true
	}
	isTest := make([]bool, d.n)
	for i, g := range of {
		isTest[i] = inTest[g]
	}
	return d.part(isTest)
}

// SplitTime parts the examples by time: train has the earlier ones, test the later ones, the
// share testFrac of them, rounded. The times are the values of field, one each, which a part
// is then sorted by; "" stands for the order of the examples. Examples of the same time are
// in the same part, so test may be smaller or larger by these; each part gets at least one
// time. The values are shared, see View.
//
// Errors: ErrOption unless 0 < testFrac < 1; ErrField when the field is missing or has more
// than one value an example; ErrNotFinite for a time that is not finite; ErrEmpty when there
// is only one time.
func (d *Dataset) SplitTime(field string, testFrac float64) (train, test *Dataset, err error) {
	if err := d.checkFrac(testFrac); err != nil {
		return nil, nil, err
	}
	order := identity(max(d.n, 1))
	same := func(i, j int) bool { return false }
	if field != "" {
		f, err := d.single("SplitTime", field)
		if err != nil {
			return nil, nil, err
		}
		if row, _, v, found := f.Find(func(v float64) bool { return !finite(v) }); found {
			return nil, nil, f.fail(ErrNotFinite, "SplitTime: row %d%s: got the time %v, want a finite number", row, f.Origin(row).Words(row), v)
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(f.At(i, 0), f.At(j, 0)) })
		same = func(i, j int) bool { return f.At(i, 0) == f.At(j, 0) }
	}
	if d.n < 2 || same(order[0], order[d.n-1]) {
		return nil, nil, mistake.Newf(ErrEmpty, "data: SplitTime: got examples of one time, want at least two times, for two parts")
	}
	// The cut is moved to where the time changes: up or down, whichever is nearer.
	want := d.n - share(testFrac, d.n)
	up, down := want, want
	for up < d.n && same(order[up-1], order[up]) {
		up++
	}
	for down > 0 && same(order[down-1], order[down]) {
		down--
	}
	cut := down
	if down == 0 || up < d.n && up-want <= want-down {
		cut = up
	}
	if train, err = d.View(order[:cut]); err != nil {
		return nil, nil, err
	}
	test, err = d.View(order[cut:])
	return train, test, err
}

// single returns a field with one value an example.
func (d *Dataset) single(op, field string) (Field, error) {
	f, ok := d.Field(field)
	if !ok {
		return f, d.missing(field)
	}
	if f.Size() != 1 {
		return f, f.fail(ErrField, "%s: got the shape %v, want one value an example", op, f.Shape)
	}
	return f, nil
}

// groups returns the group of each example, numbered in the order of their first examples,
// and the sizes of the groups. A value that is not a number is a group too.
func (d *Dataset) groups(op, field string) (of, sizes []int, err error) {
	f, err := d.single(op, field)
	if err != nil {
		return nil, nil, err
	}
	of, number := make([]int, d.n), map[any]int{}
	for i := range of {
		var key any = "NaN"
		if f.Integers() {
			key = f.integer(f.start(i))
		} else if v := f.At(i, 0); v == v {
			key = v
		}
		g, known := number[key]
		if !known {
			g = len(sizes)
			number[key], sizes = g, append(sizes, 0)
		}
		of[i], sizes[g] = g, sizes[g]+1
	}
	return of, sizes, nil
}

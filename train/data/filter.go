package data

import "github.com/symgrad/symgrad/internal/mistake"

// Filter returns the examples for which keep returns true, in their order. keep gets the
// index of an example; what it asks of the example it reads with Field.At:
//
//	x, _ := d.Field("x")
//	adults, err := d.Filter(func(i int) bool { return x.At(i, 2) >= 18 })
//
// The values are shared, see View.
//
// Errors: ErrEmpty for a nil dataset and when no example is left; ErrOption for a nil keep,
// and when it panics.
func (d *Dataset) Filter(keep func(example int) bool) (*Dataset, error) {
	if d == nil {
		return nil, errNoDataset()
	}
	if keep == nil {
		return nil, mistake.Optionf("data: Filter: got a nil function, want one")
	}
	var index []int
	err := guard("Filter", func() error {
		for i := range d.n {
			if keep(i) {
				index = append(index, i)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(index) == 0 {
		return nil, mistake.Newf(ErrEmpty, "data: Filter: got a function that keeps none of the %d examples, want at least one", d.n)
	}
	return d.View(index)
}

// Repeat returns the examples of d the given number of times, one pass after the other. An
// epoch on it is that number of epochs on d. The values are shared, see View.
//
// Errors: ErrEmpty for a nil dataset, ErrOption for fewer than one time and for 2^31
// examples or more.
func (d *Dataset) Repeat(times int) (*Dataset, error) {
	if d.Len() == 0 {
		return nil, errNoDataset()
	}
	if times < 1 || times > mostExamples/d.n {
		return nil, mistake.Optionf("data: Repeat: got %d times %d examples, want at least 1 time and at most %d examples in all", times, d.n, mostExamples)
	}
	index := make([]int, 0, times*d.n)
	for range times {
		for i := range d.n {
			index = append(index, i)
		}
	}
	return d.View(index)
}

// guard calls a function that calls one of the user, and returns a panic as an ErrOption.
func guard(op string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = mistake.Optionf("data: %s: the function panicked: %v", op, r)
		}
	}()
	return f()
}

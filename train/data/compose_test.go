package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

// numbersOf returns all rows of a field.
func numbersOf(t testing.TB, d *Dataset, field string) []float64 {
	t.Helper()
	f, ok := d.Field(field)
	if !ok {
		t.Fatalf("there is no field %q", field)
	}
	return f.numbers()
}

// A view has the rows of a copy, whatever holds them, and shares the values.
func TestView(t *testing.T) {
	fields, _ := kindsOf(0, 0)
	for k := range fields {
		fields[k].Name = fmt.Sprint("x", k)
	}
	d := must(t)(New(fields...))
	for _, index := range [][]int{{0}, {1, 0, 1}, {d.Len() - 1}} {
		v, s := must(t)(d.View(index)), must(t)(d.Subset(index))
		twice := must(t)(v.View([]int{0, 0}))
		for _, f := range fields {
			if got, want := numbersOf(t, v, f.Name), numbersOf(t, s, f.Name); !slices.Equal(got, want) {
				t.Errorf("%v of %q: got %v, want %v", index, f.Name, got, want)
			}
			if got, want := numbersOf(t, twice, f.Name), numbersOf(t, must(t)(s.Subset([]int{0, 0})), f.Name); !slices.Equal(got, want) {
				t.Errorf("a view of a view of %q: got %v, want %v", f.Name, got, want)
			}
			g, _ := v.Field(f.Name)
			if whole, _ := d.Field(f.Name); g.memory() != whole.memory() {
				t.Errorf("%q: the values were copied", f.Name)
			}
		}
	}
	big := must(t)(New(Field{Name: "x", Shape: []int{1 << 10}, Floats: make([]float64, 1<<20)}))
	if n := testing.AllocsPerRun(5, func() { must(t)(big.View([]int{5, 6})) }); n > 12 {
		t.Errorf("a view of two rows takes %v allocations", n)
	}
	_, err := d.View(nil)
	wantError(t, err, ErrEmpty, "View")
	_, err = d.View([]int{d.Len()})
	wantError(t, err, ErrIndex)
}

func TestFilterRepeatMap(t *testing.T) {
	d := numbered(t, 10, 3)
	x, _ := d.Field("x")
	if got := examples(t, must(t)(d.Filter(func(i int) bool { return x.At(i, 0) >= 7 }))); !slices.Equal(got, []int{7, 8, 9}) {
		t.Errorf("filtered: %v", got)
	}
	some := must(t)(d.View([]int{4, 2}))
	if got := examples(t, must(t)(some.Repeat(3))); !slices.Equal(got, []int{4, 2, 4, 2, 4, 2}) {
		t.Errorf("repeated: %v", got)
	}
	m := must(t)(some.Map("x", []int{3}, func(out, in []float64) error {
		out[0], out[1], out[2] = in[0], in[0]*in[0], in[1]
		return nil
	}))
	f, _ := m.Field("x")
	if !slices.Equal(f.Floats, []float64{4, 16, -4, 2, 4, -2}) || f.Columns != nil || !slices.Equal(numbersOf(t, m, "y"), []float64{1, 2}) {
		t.Errorf("mapped: %v, columns %q", f.Floats, f.Columns)
	}
	same := must(t)(some.Map("x", []int{2}, func(out, in []float64) error { copy(out, in); return nil }))
	if f, _ := same.Field("x"); !slices.Equal(f.Columns, []string{"a", "b"}) {
		t.Errorf("columns %q, want those of before", f.Columns)
	}
	label := must(t)(d.Map("y", nil, func(out, in []float64) error { out[0] = in[0] / 2; return nil }))
	if label.Classes() != 0 || !slices.Equal(numbersOf(t, label, "y")[:3], []float64{0, 0.5, 1}) {
		t.Errorf("labels became %v of %d classes", numbersOf(t, label, "y"), label.Classes())
	}
	stop := errors.New("no more")
	for name, c := range map[string]struct {
		call func() error
		kind error
		says string
	}{
		"filter nothing":  {func() error { _, err := d.Filter(func(int) bool { return false }); return err }, ErrEmpty, "none of the 10"},
		"filter nil":      {func() error { _, err := d.Filter(nil); return err }, ErrOption, "nil function"},
		"filter of nil":   {func() error { _, err := (*Dataset)(nil).Filter(func(int) bool { return true }); return err }, ErrEmpty, "nil dataset"},
		"filter panics":   {func() error { _, err := d.Filter(func(i int) bool { return x.At(i, 99) > 0 }); return err }, ErrOption, "Filter: the function panicked"},
		"repeat 0":        {func() error { _, err := d.Repeat(0); return err }, ErrOption, "0 times"},
		"repeat too much": {func() error { _, err := d.Repeat(math.MaxInt); return err }, ErrOption, "at most"},
		"map nothing":     {func() error { _, err := d.Map("z", nil, nil); return err }, ErrField, `"z"`},
		"map nil":         {func() error { _, err := d.Map("x", nil, nil); return err }, ErrOption, "nil function"},
		"map to no shape": {func() error {
			_, err := d.Map("x", []int{0}, func(_, _ []float64) error { return nil })
			return err
		}, ErrShape, "positive axes"},
		"map too large": {func() error {
			_, err := d.Map("x", []int{math.MaxInt}, func(_, _ []float64) error { return nil })
			return err
		}, ErrShape, "fits in memory"},
		"map fails": {func() error {
			_, err := d.Map("x", nil, func(_, in []float64) error {
				if in[0] == 3 {
					return stop
				}
				return nil
			})
			return err
		}, stop, `field "x": row 3: no more`},
		"map panics": {func() error {
			_, err := d.Map("x", nil, func(out, _ []float64) error { out[1] = 0; return nil })
			return err
		}, ErrOption, "row 0"},
		"map to NaN": {func() error {
			_, err := d.Map("x", nil, func(out, in []float64) error { out[0] = math.Log(in[1]); return nil })
			return err
		}, ErrNotFinite, `field "x"`},
	} {
		err := c.call()
		if err == nil {
			t.Errorf("%s: got no error", name)
			continue
		}
		wantError(t, err, c.kind, c.says)
	}
}

func TestZipOnly(t *testing.T) {
	d := numbered(t, 4, 2)
	more := must(t)(New(Field{Name: "z", Floats: []float64{5, 6, 7, 8}}))
	z := must(t)(Zip(d, more))
	if got := examples(t, z); !slices.Equal(got, []int{0, 1, 2, 3}) || !slices.Equal(numbersOf(t, z, "z"), []float64{5, 6, 7, 8}) {
		t.Errorf("zipped: %v", got)
	}
	only := must(t)(z.Only("z", "y"))
	if f := only.Fields(); len(f) != 2 || f[0].Name != "z" || only.Len() != 4 || only.Classes() != 2 {
		t.Errorf("only: %v", f)
	}
	if _, err := only.Rows("z"); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		call func() (*Dataset, error)
		kind error
		says string
	}{
		{func() (*Dataset, error) { return Zip() }, ErrEmpty, "no dataset"},
		{func() (*Dataset, error) { return Zip(d, nil) }, ErrEmpty, "dataset 1 of 2"},
		{func() (*Dataset, error) { return Zip(d, d) }, ErrField, `"x"`},
		{func() (*Dataset, error) { return Zip(d, must(t)(more.Repeat(2))) }, ErrShape, "got 8 examples in dataset 1, want 4"},
		{func() (*Dataset, error) { return d.Only() }, ErrField, "no name"},
		{func() (*Dataset, error) { return d.Only("w") }, ErrField, `"w"`},
		{func() (*Dataset, error) { return d.Only("x", "x") }, ErrField, "twice"},
	} {
		_, err := c.call()
		wantError(t, err, c.kind, c.says)
	}
}

// Views, copies and windows can be put together; views of one dataset without a copy.
func TestConcatViews(t *testing.T) {
	d := numbered(t, 10, 3)
	other := must(t)(numbered(t, 20, 3).View([]int{15, 11}))
	a, b := must(t)(d.View([]int{7, 1})), must(t)(d.View([]int{3}))
	for _, c := range []struct {
		sets []*Dataset
		want []int
	}{
		{[]*Dataset{a, b}, []int{7, 1, 3}},
		{[]*Dataset{a, other}, []int{7, 1, 15, 11}},
		{[]*Dataset{a, must(t)(d.Subset([]int{9}))}, []int{7, 1, 9}},
		{[]*Dataset{must(t)(d.Subset([]int{9})), a}, []int{9, 7, 1}},
		{[]*Dataset{must(t)(b.Repeat(20)), must(t)(other.Repeat(20))}, append(slices.Repeat([]int{3}, 20), slices.Repeat([]int{15, 11}, 20)...)},
	} {
		if got := examples(t, must(t)(Concat(c.sets...))); !slices.Equal(got, c.want) {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
	f, _ := must(t)(Concat(a, b)).Field("x")
	whole, _ := d.Field("x")
	if f.memory() != whole.memory() {
		t.Error("views of one dataset were copied")
	}
	windows := must(t)(New(Field{Name: "w", Shape: []int{4}, Floats: []float64{0, 1, 2, 3, 4, 5}, Starts: []int32{0, 1, 2}}))
	longer := must(t)(New(Field{Name: "w", Shape: []int{4}, Floats: []float64{6, 7, 8, 9, 10}}.withWindows(2)))
	got := must(t)(Concat(windows, longer))
	if f, _ := got.Field("w"); f.stored() != 11 || !slices.Equal(f.numbers()[12:], []float64{6, 7, 8, 9, 7, 8, 9, 10}) {
		t.Errorf("windows: %v of %d values", f.numbers(), f.stored())
	}
}

// withWindows returns f with n windows.
func (f Field) withWindows(n int) Field {
	for i := range n {
		f.Starts = append(f.Starts, int32(i))
	}
	return f
}

// grouped has n examples in groups of the given sizes.
func grouped(t testing.TB, sizes ...int) *Dataset {
	var group []int
	var at []float64
	for g, n := range sizes {
		for range n {
			group, at = append(group, 100+g), append(at, float64(len(at)))
		}
	}
	return must(t)(New(Field{Name: "x", Floats: at}, Field{Name: "group", Ints: group}))
}

func TestSplitGroups(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		frac  float64
		low   int // of the test part
		high  int
	}{
		{[]int{1, 1, 1, 1}, 0.5, 2, 2},
		{[]int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, 0.2, 10, 10},
		{[]int{3, 4, 5, 6, 7, 8}, 0.3, 6, 13},
		{[]int{90, 10}, 0.1, 10, 10},
		{[]int{50, 50}, 0.01, 50, 50},
		{[]int{2, 1}, 0.99, 1, 2},
	} {
		d := grouped(t, c.sizes...)
		for seed := range uint64(20) {
			train, test, err := d.SplitGroups("group", c.frac, seed)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range numbersOf(t, test, "group") {
				if slices.Contains(numbersOf(t, train, "group"), g) {
					t.Fatalf("%v: group %v is in both parts", c.sizes, g)
				}
			}
			if n := test.Len(); n < c.low || n > c.high || n+train.Len() != d.Len() {
				t.Errorf("%v, share %v, seed %d: %d examples in the test part, want %d to %d", c.sizes, c.frac, seed, n, c.low, c.high)
			}
			if x := numbersOf(t, train, "x"); !slices.IsSorted(x) {
				t.Errorf("the order changed: %v", x)
			}
		}
	}
	d := grouped(t, 4)
	_, _, err := d.SplitGroups("group", 0.5, 1)
	wantError(t, err, ErrEmpty, "one group")
	_, _, err = d.SplitGroups("g", 0.5, 1)
	wantError(t, err, ErrField, `"g"`)
	_, _, err = numbered(t, 4, 2).SplitGroups("x", 0.5, 1)
	wantError(t, err, ErrField, "one value")
	_, _, err = d.SplitGroups("group", 1, 1)
	wantError(t, err, ErrOption)
}

func TestSplitTime(t *testing.T) {
	for _, c := range []struct {
		times       []float64
		frac        float64
		train, test []float64
	}{
		{[]float64{3, 1, 2, 5, 4}, 0.4, []float64{1, 2, 3}, []float64{4, 5}},
		{[]float64{1, 1, 1, 1, 2}, 0.5, []float64{1, 1, 1, 1}, []float64{2}},
		{[]float64{1, 2, 2, 2, 2}, 0.2, []float64{1}, []float64{2, 2, 2, 2}},
		{[]float64{1, 2, 2, 3, 3, 3}, 0.5, []float64{1, 2, 2}, []float64{3, 3, 3}},
		{[]float64{1, 2, 2, 3, 4, 5}, 0.7, []float64{1, 2, 2}, []float64{3, 4, 5}},
	} {
		d := must(t)(New(Field{Name: "t", Floats: c.times}))
		train, test, err := d.SplitTime("t", c.frac)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := numbersOf(t, train, "t"), numbersOf(t, test, "t"); !slices.Equal(a, c.train) || !slices.Equal(b, c.test) {
			t.Errorf("%v: got %v and %v, want %v and %v", c.times, a, b, c.train, c.test)
		}
	}
	d := numbered(t, 10, 2)
	train, test, err := d.SplitTime("", 0.3)
	if err != nil || !slices.Equal(examples(t, train), identity(7)) || !slices.Equal(examples(t, test), []int{7, 8, 9}) {
		t.Errorf("in order: %v", err)
	}
	_, _, err = d.SplitTime("x", 0.3)
	wantError(t, err, ErrField, "one value")
	_, _, err = must(t)(New(Field{Name: "t", Floats: []float64{1, 1}})).SplitTime("t", 0.3)
	wantError(t, err, ErrEmpty, "one time")
	_, _, err = must(t)(New(Field{Name: "t", Floats: []float64{1, math.NaN()}, AllowNonFinite: true})).SplitTime("t", 0.3)
	wantError(t, err, ErrNotFinite, "row 1")
	_, _, err = (*Dataset)(nil).SplitTime("", 0.3)
	wantError(t, err, ErrEmpty)
}

func TestKFold(t *testing.T) {
	d := numbered(t, 23, 3) // 8, 8 and 7 of each class
	for name, folds := range map[string]func(seed uint64) ([]Fold, error){
		"KFold":           func(seed uint64) ([]Fold, error) { return d.KFold(5, seed) },
		"KFoldStratified": func(seed uint64) ([]Fold, error) { return d.KFoldStratified(5, seed) },
	} {
		list, err := folds(1)
		if err != nil {
			t.Fatal(err)
		}
		var all []int
		for i, f := range list {
			train, test := examples(t, f.Train), examples(t, f.Test)
			if want := 4 + btoi(i < 3); len(test) != want || len(train) != 23-want || !slices.IsSorted(test) || !slices.IsSorted(train) {
				t.Errorf("%s, fold %d: %v and %v", name, i, train, test)
			}
			for _, n := range test {
				if slices.Contains(train, n) {
					t.Errorf("%s, fold %d: %d is in both parts", name, i, n)
				}
			}
			all = append(all, test...)
			if name != "KFoldStratified" {
				continue
			}
			for c, n := range f.Test.ClassCounts() {
				if n < 1 || n > 2 {
					t.Errorf("fold %d: %d of class %d, want 1 or 2", i, n, c)
				}
			}
		}
		slices.Sort(all)
		if !slices.Equal(all, identity(23)) {
			t.Errorf("%s: tested %v", name, all)
		}
		again, other := must2(folds(1)), must2(folds(2))
		if !slices.Equal(examples(t, again[0].Test), examples(t, list[0].Test)) || slices.Equal(examples(t, other[0].Test), examples(t, list[0].Test)) {
			t.Errorf("%s does not follow the seed", name)
		}
	}
	groups := grouped(t, 6, 1, 2, 3, 1, 2)
	list := must2(groups.KFoldGroups("group", 3, 4))
	for i, f := range list {
		if n := f.Test.Len(); n < 4 || n > 6 {
			t.Errorf("fold %d of groups has %d examples", i, n)
		}
		for _, g := range numbersOf(t, f.Test, "group") {
			if slices.Contains(numbersOf(t, f.Train, "group"), g) {
				t.Errorf("fold %d: group %v is in both parts", i, g)
			}
		}
	}
	for _, k := range []int{1, 0, -1, 24} {
		_, err := d.KFold(k, 1)
		wantError(t, err, ErrOption, fmt.Sprint(k))
	}
	_, err := d.KFoldStratified(9, 1)
	wantError(t, err, ErrOption, "at most 8")
	_, err = groups.KFoldStratified(2, 1)
	wantError(t, err, ErrField)
	_, err = groups.KFoldGroups("group", 7, 1)
	wantError(t, err, ErrOption, "at most 6")
	_, err = (*Dataset)(nil).KFold(2, 1)
	wantError(t, err, ErrEmpty)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func must2(f []Fold, err error) []Fold {
	if err != nil {
		panic(err)
	}
	return f
}

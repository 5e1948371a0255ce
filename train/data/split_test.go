package data

import (
	"math"
	"slices"
	"testing"
)

// numbered returns a dataset whose example i holds [i, -i] and the label i%classes.
func numbered(t testing.TB, n, classes int) *Dataset {
	t.Helper()
	x, labels := make([]float64, 0, 2*n), make([]int, n)
	for i := range n {
		x = append(x, float64(i), -float64(i))
		labels[i] = i % classes
	}
	return must(t)(New(
		Field{Name: "x", Shape: []int{2}, Floats: x, Columns: []string{"a", "b"}},
		Field{Name: "y", Ints: labels, Classes: classes},
	))
}

// examples returns the numbers of the examples of a part of numbered and checks
// that their rows were kept together.
func examples(t *testing.T, d *Dataset) []int {
	t.Helper()
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	var out []int
	for i := range d.Len() {
		n := int(x.At(i, 0))
		if x.At(i, 1) != -float64(n) || y.At(i, 0) != float64(n%y.Classes) {
			t.Errorf("row %d is torn: %v, %v and %v", i, x.At(i, 0), x.At(i, 1), y.At(i, 0))
		}
		out = append(out, n)
	}
	return out
}

func TestSubset(t *testing.T) {
	d := numbered(t, 5, 3)
	s := must(t)(d.Subset([]int{4, 0, 4}))
	if got := examples(t, s); !slices.Equal(got, []int{4, 0, 4}) || s.Classes() != 3 {
		t.Errorf("examples %v of %d classes", got, s.Classes())
	}
	x, _ := s.Field("x")
	x.Floats[0] = 99
	if whole, _ := d.Field("x"); whole.Floats[8] != 4 {
		t.Error("a subset shares values with the whole")
	}
	_, err := d.Subset(nil)
	wantError(t, err, ErrEmpty)
	for _, i := range []int{-1, 5} {
		_, err := d.Subset([]int{0, i})
		wantError(t, err, ErrIndex, "0..4")
	}
}

func TestSplit(t *testing.T) {
	d := numbered(t, 100, 3)
	for _, c := range []struct {
		frac float64
		test int
	}{{0.2, 20}, {0.001, 1}, {0.999, 99}, {0.255, 26}} {
		train, test, err := d.Split(c.frac, 7)
		if err != nil {
			t.Fatal(err)
		}
		a, b := examples(t, train), examples(t, test)
		if len(b) != c.test || !slices.IsSorted(a) || !slices.IsSorted(b) {
			t.Errorf("share %v: test has %d examples, want %d in order", c.frac, len(b), c.test)
		}
		all := slices.Concat(a, b)
		slices.Sort(all)
		if !slices.Equal(all, identity(100)) {
			t.Errorf("share %v: the parts are not the whole", c.frac)
		}
	}
	_, first, _ := d.Split(0.3, 1)
	_, again, _ := d.Split(0.3, 1)
	_, other, _ := d.Split(0.3, 2)
	if !slices.Equal(examples(t, first), examples(t, again)) || slices.Equal(examples(t, first), examples(t, other)) {
		t.Error("the split does not follow the seed")
	}
	for _, frac := range []float64{0, 1, -0.1, 1.5} {
		_, _, err := d.Split(frac, 1)
		wantError(t, err, ErrOption)
	}
	_, _, err := numbered(t, 1, 2).Split(0.5, 1)
	wantError(t, err, ErrEmpty)
}

func TestSplitIsFixed(t *testing.T) {
	_, test, err := numbered(t, 20, 2).Split(0.3, 42)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := examples(t, test), []int{2, 4, 6, 10, 13, 19}; !slices.Equal(got, want) {
		t.Errorf("seed 42 chooses %v, want %v: saved splits would change", got, want)
	}
}

func TestSplitStratified(t *testing.T) {
	labels := slices.Concat(slices.Repeat([]int{0}, 90), slices.Repeat([]int{1}, 10), []int{2, 2, 3})
	x := make([]float64, len(labels))
	d := must(t)(XLabels(x, 1, labels))
	train, test, err := d.SplitStratified(0.2, 3)
	if err != nil {
		t.Fatal(err)
	}
	if got := test.ClassCounts(); !slices.Equal(got, []int{18, 2, 1, 0}) {
		t.Errorf("test has %v of the classes", got)
	}
	if got := train.ClassCounts(); !slices.Equal(got, []int{72, 8, 1, 1}) {
		t.Errorf("train has %v of the classes", got)
	}
	n := numbered(t, 60, 3)
	_, first, _ := n.SplitStratified(0.25, 5)
	_, again, _ := n.SplitStratified(0.25, 5)
	_, other, _ := n.SplitStratified(0.25, 6)
	if !slices.Equal(examples(t, first), examples(t, again)) || slices.Equal(examples(t, first), examples(t, other)) {
		t.Error("the split does not follow the seed")
	}
	_, _, err = must(t)(XY(x, 1, x, 1)).SplitStratified(0.2, 1)
	wantError(t, err, ErrField, "class labels")
	_, _, err = must(t)(New(Field{Name: "y", Shape: []int{2}, Ints: []int{0, 1}, Classes: 2})).SplitStratified(0.2, 1)
	wantError(t, err, ErrField, "[2]")
	_, _, err = must(t)(XLabels([]float64{1, 2}, 1, []int{0, 1})).SplitStratified(0.2, 1)
	wantError(t, err, ErrEmpty, "class with two")
	_, _, err = d.SplitStratified(0, 1)
	wantError(t, err, ErrOption)
}

// The parts have the sizes of Split, and each class its share of them to within
// one example, but for the one that it has at least where there is room.
func TestSplitStratifiedSizes(t *testing.T) {
	falling := []int{520, 208, 202, 184, 100, 100, 78, 53, 33, 30, 23, 22, 19, 13, 9, 6, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 2}
	for _, c := range []struct {
		name   string
		counts []int
		frac   float64
		room   bool // for one of each class in test
	}{
		{"few", []int{18, 2}, 0.2, true},
		{"one large", []int{50000, 2}, 0.2, true},
		{"many small beside one large", append(slices.Repeat([]int{2}, 2000), 100000), 0.02, true},
		{"falling", falling, 0.3, true},
		{"falling, large test", falling, 0.95, true},
		{"ties", slices.Repeat([]int{6}, 100), 0.25, true},
		{"halves", slices.Repeat([]int{3}, 100), 0.5, true},
		{"more classes than test examples", slices.Repeat([]int{7}, 100), 0.07, false},
		{"pairs", slices.Repeat([]int{2}, 100), 0.1, false},
		{"train too small for every class", slices.Repeat([]int{2}, 100), 0.9, false},
		{"singles", []int{1, 1, 1, 2}, 0.9, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var labels []int
			for class, n := range c.counts {
				labels = append(labels, slices.Repeat([]int{class}, n)...)
			}
			d := must(t)(XLabels(make([]float64, len(labels)), 1, labels))
			train, test, err := d.SplitStratified(c.frac, 4)
			if err != nil {
				t.Fatal(err)
			}
			if want := share(c.frac, len(labels)); test.Len() != want || train.Len() != len(labels)-want {
				t.Fatalf("test has %d examples, want %d", test.Len(), want)
			}
			exactly := func(n int) float64 { return float64(test.Len()) * float64(n) / float64(len(labels)) }
			forced := false // whether the one example of a small class is taken from the others
			for _, n := range c.counts {
				forced = forced || exactly(n) < 1 || exactly(n) > float64(n-1)
			}
			counts := test.ClassCounts()
			for class, n := range c.counts {
				exact, got := exactly(n), counts[class]
				if c.room && (got == 0 || got == n) {
					t.Errorf("class %d of %d: test has %d", class, n, got)
				}
				if math.Abs(float64(got)-exact) >= 1 && !(c.room && forced) {
					t.Errorf("class %d of %d: test has %d, want %.2f rounded", class, n, got, exact)
				}
			}
		})
	}
}

func TestConcat(t *testing.T) {
	a, b := numbered(t, 4, 2), numbered(t, 3, 2)
	d := must(t)(Concat(a, b, a))
	if got := examples(t, d); !slices.Equal(got, []int{0, 1, 2, 3, 0, 1, 2, 0, 1, 2, 3}) {
		t.Errorf("examples %v", got)
	}
	x, _ := d.Field("x")
	x.Floats[0] = 5
	if first, _ := a.Field("x"); first.Floats[0] != 0 {
		t.Error("the result shares values with its parts")
	}
	wide := must(t)(Concat(must(t)(XLabels([]float64{1, 2}, 1, []int{0, 1})), must(t)(XLabels([]float64{1, 2}, 1, []int{0, 4}))))
	if wide.Classes() != 5 {
		t.Errorf("%d classes, want 5", wide.Classes())
	}
	_, err := Concat()
	wantError(t, err, ErrEmpty)
	_, err = Concat(a, wide)
	wantError(t, err, ErrShape, `dataset 1: field "x"`, "shape [1], want [2]")
	_, err = Concat(a, must(t)(New(Field{Name: "x", Floats: []float64{1}})))
	wantError(t, err, ErrShape, "1 fields", "want 2")
}

package data

import (
	"math"
	"math/bits"
	"runtime"
	"slices"
	"testing"
)

// kindsOf returns fields with the same numbers in every type that holds them, and
// what they are in float64.
func kindsOf(scale, shift float64) (fields []Field, wide []float64) {
	bytes := []uint8{0, 1, 2, 77, 127, 128, 254, 255}
	ints, narrow := make([]int, len(bytes)), make([]float32, len(bytes))
	for i, b := range bytes {
		ints[i], narrow[i], wide = int(b), float32(b), append(wide, float64(b))
	}
	shape := []int{2, 2}
	return []Field{
		{Name: "x", Shape: shape, Floats: slices.Clone(wide), Scale: scale, Shift: shift},
		{Name: "x", Shape: shape, Floats32: narrow, Scale: scale, Shift: shift},
		{Name: "x", Shape: shape, Ints: ints, Scale: scale, Shift: shift},
		{Name: "x", Shape: shape, Bytes: bytes, Scale: scale, Shift: shift},
	}, wide
}

// A batch has the bits of the field in float64, times Scale, plus Shift, each
// rounded; and of that in float32.
func TestKindsAgree(t *testing.T) {
	for _, c := range [][2]float64{{0, 0}, {1, 0}, {1.0 / 255, 0}, {1.0 / 255, -0.1307}, {-3.7e-5, 1e3}, {0.1, 1.0 / 3}, {1e300, 0}} {
		fields, plain := kindsOf(c[0], c[1])
		index := []int{1, 0, 1}
		var want []float64
		for _, i := range index {
			for _, v := range plain[4*i : 4*i+4] {
				if c[0] != 0 {
					v = float64(v*c[0]) + c[1] // the conversion keeps them two operations
				}
				want = append(want, v)
			}
		}
		for _, f := range fields {
			x := rows(t, must(t)(New(f)), "x")
			wide, narrow := make([]float64, 12), make([]float32, 12)
			if err := x.F64(wide, index); err != nil || !slices.Equal(wide, want) {
				t.Errorf("%v, %v: got %v, %v, want %v", f.kinds(), c, wide, err, want)
			}
			err := x.F32(narrow, index)
			if c[0] >= 1e300 {
				wantError(t, err, ErrNotFinite, "row 0, element [0, 1]: got 1e+300")
				continue
			}
			for i := range want {
				if narrow[i] != float32(want[i]) || err != nil {
					t.Errorf("%v, %v: got %v in float32, %v, want %v", f.kinds(), c, narrow, err, want)
					break
				}
			}
			for i, r := range index {
				if got := x.field.At(r, 3); got != want[4*i+3] {
					t.Errorf("%v, %v: At(%d, 3) is %v, want %v", f.kinds(), c, r, got, want[4*i+3])
				}
			}
		}
	}
}

// Integers stay integers without a Scale, and are numbers with one.
func TestIntegers(t *testing.T) {
	for _, scale := range []float64{0, 1} {
		fields, wide := kindsOf(scale, 0)
		for _, f := range fields {
			integers := scale == 0 && (f.Ints != nil || f.Bytes != nil)
			x, got := rows(t, must(t)(New(f)), "x"), make([]int, 8)
			err := x.Ints(got, []int{0, 1})
			if !integers {
				wantError(t, err, ErrField, "numbers")
			} else if err != nil || got[7] != int(wide[7]) || got[3] != int(wide[3]) {
				t.Errorf("%v: got %v, %v, want %v", f.kinds(), got, err, wide)
			}
			if f.Integers() != integers {
				t.Errorf("%v, scale %v: got integers %v", f.kinds(), scale, f.Integers())
			}
		}
	}
}

// Labels in bytes are those in ints.
func TestByteLabels(t *testing.T) {
	x := slices.Repeat([]float64{0}, 12)
	bytes := []uint8{0, 1, 2, 2, 1, 0, 1, 2, 0, 0, 0, 1}
	ints := make([]int, len(bytes))
	for i, b := range bytes {
		ints[i] = int(b)
	}
	a := must(t)(New(Field{Name: "x", Floats: x}, Field{Name: "y", Bytes: bytes, Classes: 3}))
	b := must(t)(New(Field{Name: "x", Floats: x}, Field{Name: "y", Ints: ints, Classes: 3}))
	if !slices.Equal(a.ClassCounts(), []int{5, 4, 3}) || a.Classes() != 3 {
		t.Errorf("got the counts %v of %d classes", a.ClassCounts(), a.Classes())
	}
	wantError(t, a.CheckLabels("y", 2), ErrLabel, "row 2: got the label 2")
	wantError(t, a.CheckLabels("x", 2), ErrField, "numbers")
	for _, split := range []func(*Dataset) (*Dataset, *Dataset, error){
		func(d *Dataset) (*Dataset, *Dataset, error) { return d.Split(0.3, 5) },
		func(d *Dataset) (*Dataset, *Dataset, error) { return d.SplitStratified(0.3, 5) },
	} {
		train, test, err := split(a)
		_, want, err2 := split(b)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		y, _ := test.Field("y")
		z, _ := want.Field("y")
		for i, v := range z.Ints {
			if int(y.Bytes[i]) != v {
				t.Fatalf("got the labels %v, want %v", y.Bytes, z.Ints)
			}
		}
		whole := must(t)(Concat(train, test))
		if !slices.Equal(whole.ClassCounts(), a.ClassCounts()) {
			t.Errorf("the parts together have %v of the classes", whole.ClassCounts())
		}
	}
	_, err := Concat(a, b)
	wantError(t, err, ErrShape, `"y": got values in [Ints], want [Bytes]`)
}

func TestFieldsRefuse(t *testing.T) {
	bytes := []uint8{1, 2, 3, 4}
	for _, c := range []struct {
		name  string
		field Field
		kind  error
		part  string
	}{
		{"two lists", Field{Bytes: bytes, Floats32: []float32{1}}, ErrField, "got Floats32 and Bytes"},
		{"Shift alone", Field{Bytes: bytes, Shift: 1}, ErrOption, "Shift 1 without a Scale"},
		{"Scale NaN", Field{Bytes: bytes, Scale: math.NaN()}, ErrOption, "NaN"},
		{"Shift infinite", Field{Bytes: bytes, Scale: 1, Shift: math.Inf(1)}, ErrOption, "+Inf"},
		{"Scale of labels", Field{Bytes: bytes, Scale: 1, Classes: 5}, ErrOption, "Scale 1 and 5 classes"},
		{"labels in bytes", Field{Bytes: bytes, Classes: 4}, ErrLabel, "row 3: got the label 4"},
		{"labels in float32", Field{Floats32: []float32{0, 1}, Classes: 2}, ErrField, "want Ints or Bytes"},
		{"NaN in float32", Field{Floats32: []float32{0, float32(math.NaN())}}, ErrNotFinite, "row 1: got NaN"},
		{"product beyond float64", Field{Floats: []float64{1, 1e10}, Scale: 1e300}, ErrNotFinite, "row 1: got +Inf"},
		{"product of bytes beyond float64", Field{Bytes: []uint8{0, 200}, Scale: 1e306}, ErrNotFinite, "row 1: got +Inf"},
		{"integer beyond 2^53", Field{Ints: []int{0, math.MaxInt}, Scale: 1}, ErrNotFinite, "got the integer"},
		{"half a row", Field{Shape: []int{3}, Bytes: bytes}, ErrShape, "4 values, want a multiple of 3"},
		{"no start", Field{Bytes: bytes, Starts: []int32{}}, ErrEmpty, "Starts"},
		{"start too late", Field{Shape: []int{2}, Bytes: bytes, Starts: []int32{0, 3}}, ErrShape, "row 1: got the start 3, want one in 0..2"},
		{"start below 0", Field{Shape: []int{2}, Bytes: bytes, Starts: []int32{-1}}, ErrShape, "row 0: got the start -1"},
		{"rows longer than the values", Field{Shape: []int{5}, Bytes: bytes, Starts: []int32{0}}, ErrShape, "4 values, want at least 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if bits.UintSize == 32 && c.kind == ErrNotFinite && c.field.Ints != nil {
				t.Skip("float64 holds every int")
			}
			c.field.Name = "x"
			_, err := New(c.field)
			wantError(t, err, c.kind, `"x"`, c.part)
		})
	}
}

// Rows with Starts are windows of one list. What is done with them is what would be
// done with a copy of each window.
func TestStarts(t *testing.T) {
	windows := Field{Name: "x", Shape: []int{3}, Bytes: []uint8{0, 1, 2, 3, 2, 1}, Starts: []int32{0, 3, 1, 1}, Scale: 2, Shift: 1}
	copies := Field{Name: "x", Shape: []int{3}, Bytes: []uint8{0, 1, 2, 3, 2, 1, 1, 2, 3, 1, 2, 3}, Scale: 2, Shift: 1}
	a, b := must(t)(New(windows)), must(t)(New(copies))
	equal := func(name string, a, b *Dataset) {
		t.Helper()
		got, want := make([]float64, 3*a.Len()), make([]float64, 3*b.Len())
		if err := rows(t, a, "x").F64(got, identity(a.Len())); err != nil {
			t.Fatal(err)
		}
		if err := rows(t, b, "x").F64(want, identity(b.Len())); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	equal("rows", a, b)
	equal("subset", must(t)(a.Subset([]int{2, 2, 0})), must(t)(b.Subset([]int{2, 2, 0})))
	equal("concat", must(t)(Concat(a, a)), must(t)(Concat(b, b)))
	for name, fresh := range map[string]func() scaler{"Scaler": func() scaler { return &Scaler{} }, "MinMax": func() scaler { return &MinMax{} }} {
		s, z := fresh(), fresh()
		if s.Fit(a) != nil || z.Fit(b) != nil {
			t.Fatal("a scaler does not fit")
		}
		equal(name, must(t)(s.Apply(a)), must(t)(z.Apply(b)))
	}
	labels := Field{Name: "y", Shape: []int{2}, Bytes: []uint8{0, 1, 2}, Starts: []int32{0, 1, 1}, Classes: 3}
	d := must(t)(New(labels))
	if got := d.ClassCounts(); !slices.Equal(got, []int{1, 3, 2}) {
		t.Errorf("got the counts %v, want those of the rows: [1 3 2]", got)
	}
	wantError(t, d.CheckLabels("y", 2), ErrLabel, "row 1, column 1: got the label 2")
	labels.Starts = []int32{0}
	if err := must(t)(New(labels)).CheckLabels("y", 2); err != nil {
		t.Errorf("a label in no row: %v", err)
	}
	wide := must(t)(New(Field{Name: "x", Floats: []float64{1, 1e39}, Starts: []int32{0}}))
	wantError(t, rows(t, wide, "x").F32(make([]float32, 1), []int{0}), ErrNotFinite, "1e+39 in no row")
	// Infinities that are allowed are no magnitude.
	inf := must(t)(New(Field{Name: "x", Bytes: []uint8{1, 200}, Scale: 1e306, Shift: 1, AllowNonFinite: true}))
	wantError(t, rows(t, inf, "x").F32(make([]float32, 1), []int{0}), ErrNotFinite, "row 0: got 1e+306")
}

func TestFind(t *testing.T) {
	f := Field{Shape: []int{2}, Bytes: []uint8{0, 1, 2, 3}, Scale: 0.5}
	row, element, v, found := f.Find(func(v float64) bool { return v >= 1 })
	if row != 1 || element != 0 || v != 1 || !found {
		t.Errorf("got %d, %d, %v, %v, want 1, 0, 1, true", row, element, v, found)
	}
	if _, _, _, found := f.Find(func(v float64) bool { return v > 2 }); found {
		t.Error("found a value that is not there")
	}
}

// 60,000 images of 28x28 take 47 MB as bytes, and the data set no more.
func TestBytesStayBytes(t *testing.T) {
	const n, size = 60000, 784
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := must(t)(New(Field{Name: "x", Shape: []int{1, 28, 28}, Bytes: make([]uint8, n*size), Scale: 1.0 / 255}, Field{Name: "y", Bytes: make([]uint8, n), Classes: 10}))
	x := rows(t, d, "x")
	runtime.GC()
	runtime.ReadMemStats(&after)
	const want = n * (size + 1) // 47.1 MB
	if got := after.HeapAlloc - before.HeapAlloc; got < want-want/100 || got > want+want/50 {
		t.Errorf("the data set takes %d bytes, want about %d", got, want)
	}
	runtime.KeepAlive(x)
}

func TestKindsDoNotAllocate(t *testing.T) {
	fields, _ := kindsOf(0.5, 1)
	plain, _ := kindsOf(0, 0)
	for _, f := range append(fields, plain...) {
		x := rows(t, must(t)(New(f)), "x")
		index, wide, narrow, ints := []int{1, 0}, make([]float64, 8), make([]float32, 8), make([]int, 8)
		if n := testing.AllocsPerRun(50, func() {
			if x.F64(wide, index) != nil || x.F32(narrow, index) != nil || f.Integers() && x.Ints(ints, index) != nil {
				t.Error("copying failed")
			}
		}); n != 0 {
			t.Errorf("%v: %v allocations a step", f.kinds(), n)
		}
	}
}

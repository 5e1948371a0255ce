package data_test

import (
	"testing"

	"github.com/symgrad/symgrad/train/data"
)

// TestFingerprint changes one thing at a time: the fingerprint tells each from the others,
// and is the same for the same data.
func TestFingerprint(t *testing.T) {
	field := func() data.Field {
		return data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, 4}}
	}
	label := data.Field{Name: "y", Ints: []int{0, 1}, Classes: 2}
	change := map[string]func() []data.Field{
		"value":        func() []data.Field { f := field(); f.Floats[3] = 5; return []data.Field{f, label} },
		"order":        func() []data.Field { f := field(); f.Floats = []float64{3, 4, 1, 2}; return []data.Field{f, label} },
		"sign of zero": func() []data.Field { f := field(); f.Floats[0] = 0; return []data.Field{f, label} },
		"name":         func() []data.Field { f := field(); f.Name = "z"; return []data.Field{f, label} },
		"scale":        func() []data.Field { f := field(); f.Scale = 2; return []data.Field{f, label} },
		"type": func() []data.Field {
			return []data.Field{{Name: "x", Shape: []int{2}, Floats32: []float32{1, 2, 3, 4}}, label}
		},
		"bytes": func() []data.Field {
			return []data.Field{{Name: "x", Shape: []int{2}, Bytes: []byte{1, 2, 3, 4}}, label}
		},
		"shape":   func() []data.Field { f := field(); f.Shape = []int{1, 2}; return []data.Field{f, label} },
		"fields":  func() []data.Field { return []data.Field{field()} },
		"starts":  func() []data.Field { f := field(); f.Starts = []int32{0, 1}; return []data.Field{f, label} },
		"classes": func() []data.Field { l := label; l.Classes = 3; return []data.Field{field(), l} },
	}
	print := func(fields ...data.Field) string {
		d, err := data.New(fields...)
		if err != nil {
			t.Fatal(err)
		}
		return d.Fingerprint()
	}
	want := print(field(), label)
	if got := print(field(), label); got != want || len(want) != 64 {
		t.Fatalf("got %q and %q for the same data", want, got)
	}
	if golden := "fdb6452869ef84fd"; want[:16] != golden { // on every processor
		t.Errorf("got the fingerprint %s, want %s…", want, golden)
	}
	seen := map[string]string{want: "nothing"}
	for name, f := range change {
		got := print(f()...)
		if other, ok := seen[got]; ok {
			t.Errorf("a change of %s has the fingerprint of %s", name, other)
		}
		seen[got] = name
	}
	big := make([]float64, 12345)
	before := print(data.Field{Name: "x", Floats: big})
	big[12000] = 1
	if print(data.Field{Name: "x", Floats: big}) == before {
		t.Error("a late value of many does not count")
	}
}

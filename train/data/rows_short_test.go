package data_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/train/data"
)

// TestRowsOfEveryWidth: rows of few elements, which are copied without calls, and of more
// are the rows of the table, in every type; an index that is none is an error.
func TestRowsOfEveryWidth(t *testing.T) {
	const n = 7
	index := []int{6, 0, 3, 3, 5}
	for width := 1; width <= 10; width++ {
		f64, f32, ints := make([]float64, n*width), make([]float32, n*width), make([]int, n*width)
		for i := range f64 {
			f64[i], f32[i], ints[i] = float64(i)+0.5, float32(i)+0.25, i
		}
		var want64 []float64
		var want32 []float32
		var want []int
		for _, i := range index {
			want64 = append(want64, f64[i*width:(i+1)*width]...)
			want32 = append(want32, f32[i*width:(i+1)*width]...)
			want = append(want, ints[i*width:(i+1)*width]...)
		}
		shape := []int{width}
		d, err := data.New(data.Field{Name: "f64", Shape: shape, Floats: f64}, data.Field{Name: "f32", Shape: shape, Floats32: f32}, data.Field{Name: "ints", Shape: shape, Ints: ints})
		if err != nil {
			t.Fatal(err)
		}
		rows := func(name string) data.Rows {
			r, err := d.Rows(name)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		got64, got32, got := make([]float64, len(want64)), make([]float32, len(want32)), make([]int, len(want))
		for _, err := range []error{rows("f64").F64(got64, index), rows("f32").F32(got32, index), rows("ints").Ints(got, index)} {
			if err != nil {
				t.Errorf("width %d: %v", width, err)
			}
		}
		if !slices.Equal(got64, want64) || !slices.Equal(got32, want32) || !slices.Equal(got, want) {
			t.Errorf("width %d: got %v, %v and %v, want %v, %v and %v", width, got64, got32, got, want64, want32, want)
		}
		for _, bad := range []int{-1, n} {
			if err := rows("f32").F32(make([]float32, 2*width), []int{0, bad}); !errors.Is(err, data.ErrIndex) {
				t.Errorf("width %d: got %v for the index %d, want an ErrIndex", width, err, bad)
			}
		}
	}
}

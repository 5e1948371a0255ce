package data_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train/data"
)

// mixed are n examples of all kinds that steps are fitted to: numbers of many sizes, constant ones
// and missing ones, categories with and without classes.
func mixed(t *testing.T, n int) *data.Dataset {
	t.Helper()
	x, huge, kind, code := make([]float64, 4*n), make([]float32, n), make([]int, n), make([]uint8, 2*n)
	for i := range n {
		x[4*i], x[4*i+1], x[4*i+2], x[4*i+3] = math.Sin(float64(i*i)), 1e8+math.Cos(float64(i)), 7.1, math.Exp(float64(i%9))
		if i%5 == 3 {
			x[4*i+1] = math.NaN()
		}
		huge[i], kind[i], code[2*i], code[2*i+1] = float32(i%7)*1e30, i*i%3, uint8(i*i%11), uint8(200-i%4)
	}
	far := make([]float64, n)
	for i := range far {
		far[i] = float64(i%5-2) * 4e307
	}
	d, err := data.New(data.Field{Name: "x", Shape: []int{4}, Floats: x, AllowNonFinite: true}, data.Field{Name: "huge", Floats32: huge, Scale: 2, Shift: 1},
		data.Field{Name: "far", Floats: far}, data.Field{Name: "kind", Ints: kind, Classes: 3, ClassNames: []string{"a", "b", "c"}}, data.Field{Name: "code", Shape: []int{2}, Bytes: code})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRecipeOfSource fits recipes to sources of all kinds: they have the bits of the recipe that is
// fitted to the same examples in memory.
func TestRecipeOfSource(t *testing.T) {
	for _, n := range []int{1, 30, 5000} {
		set := mixed(t, n)
		for name, steps := range map[string][]data.Step{
			"mean":     {&data.Impute{}, &data.Scaler{}},
			"median":   {&data.Impute{Strategy: data.ImputeMedian, Indicator: true}, &data.MinMax{}},
			"clip":     {&data.Clip{Field: "huge", Quantile: .1}, &data.Log1p{Field: "huge"}, &data.Scaler{Field: "huge"}, &data.Clip{Field: "far"}},
			"far":      {&data.Scaler{Field: "far"}},
			"columns":  {&data.Impute{Columns: []int{1}, Strategy: data.ImputeConstant, Fill: 3}, &data.Scaler{Columns: []int{3, 0}}, &data.Clip{Columns: []int{1}, Quantile: .25}},
			"encoders": {&data.OneHotEncoder{Field: "kind"}, &data.OneHotEncoder{Field: "code"}, &data.Impute{}, &data.Join{Fields: []string{"x", "kind", "code"}}, &data.Scaler{}},
		} {
			want := data.Recipe{Steps: steps}
			if err := want.Fit(set); err != nil {
				t.Fatal(name, err)
			}
			for _, src := range []data.Source{&onDisk{d: set}, &inLines{d: set, piece: 7, length: n}, &inLines{d: set, piece: 4096, length: -1}} {
				got := data.Recipe{Steps: steps}
				if err := got.Fit(src); err != nil {
					t.Errorf("%s of %d: a %T: %v", name, n, src, err)
				} else if a, b := text(t, got), text(t, want); a != b {
					t.Errorf("%s of %d: a %T has the recipe %s, want %s", name, n, src, a, b)
				}
				if lines, ok := src.(*inLines); ok && lines.open.Load() != 0 {
					t.Errorf("%s: %d streams are still open", name, lines.open.Load())
				}
			}
		}
	}
}

// text returns a recipe as JSON, which has the bits of its numbers.
func text(t *testing.T, r data.Recipe) string {
	t.Helper()
	b, err := r.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRecipeOfBadSource holds that what is wrong with an example of a source has the error of one in
// memory, with its row, and that an error leaves the recipe as it was.
func TestRecipeOfBadSource(t *testing.T) {
	const n, row = 5000, 4711
	for name, c := range map[string]struct {
		step data.Step
		bad  float64
		kind error
	}{
		"Scaler": {&data.Scaler{}, math.NaN(), data.ErrNotFinite}, "MinMax": {&data.MinMax{}, math.Inf(1), data.ErrNotFinite}, "Clip": {&data.Clip{}, math.NaN(), data.ErrNotFinite},
		"Impute": {&data.Impute{}, math.Inf(-1), data.ErrNotFinite}, "Log1p": {&data.Log1p{}, -1, data.ErrNotFinite}, "OneHotEncoder": {&data.OneHotEncoder{}, 0, data.ErrField},
	} {
		x := make([]float64, 2*n)
		x[2*row+1] = c.bad
		set, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: x, AllowNonFinite: true})
		if err != nil {
			t.Fatal(err)
		}
		want := (&data.Recipe{Steps: []data.Step{c.step}}).Fit(set)
		for _, src := range []data.Source{&onDisk{d: set}, &inLines{d: set, piece: 100, length: -1}} {
			got := data.Recipe{Steps: []data.Step{c.step}}
			err := got.Fit(src)
			if !errors.Is(err, c.kind) || err.Error() != want.Error() || got.Steps[0] != c.step || c.kind == data.ErrNotFinite && !strings.Contains(err.Error(), fmt.Sprint("row ", row)) {
				t.Errorf("%s: a %T: got %v, want %v", name, src, err, want)
			}
		}
	}
	r := data.Recipe{Steps: []data.Step{&data.Scaler{}}}
	for name, c := range map[string]struct {
		src  data.Source
		kind error
	}{
		"torn": {&inLines{d: numbered(t, 50), piece: 8, length: -1, fail: 30}, errTorn}, "nil": {nil, data.ErrEmpty}, "nil set": {(*data.Dataset)(nil), data.ErrEmpty}, "zero set": {&data.Dataset{}, data.ErrEmpty},
	} {
		if err := r.Fit(c.src); !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %v", name, err, c.kind)
		}
	}
}

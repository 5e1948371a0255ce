package data

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*math.Max(1, math.Abs(b)) }

func TestScaler(t *testing.T) {
	// Column 0 has mean 3 and biased deviation 2, column 1 is constant although
	// the mean of its values rounds, column 2 has a mean of 1e8 and deviation 1.
	d := must(t)(New(
		Field{Name: "x", Shape: []int{3}, Floats: []float64{1, 0.1, 1e8 - 1, 5, 0.1, 1e8 + 1, 1, 0.1, 1e8 - 1, 5, 0.1, 1e8 + 1, 1, 0.1, 1e8 - 1, 5, 0.1, 1e8 + 1}},
		Field{Name: "y", Ints: []int{0, 1, 0, 1, 0, 1}, Classes: 2},
	))
	var s Scaler
	if err := s.Fit(d); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Mean, []float64{3, 0.1, 1e8}) || !slices.Equal(s.Std, []float64{2, 1, 1}) || !slices.Equal(s.Constant, []int{1}) {
		t.Fatalf("mean %v, std %v, constant %v", s.Mean, s.Std, s.Constant)
	}
	z := must(t)(s.Apply(d))
	x, _ := z.Field("x")
	if !slices.Equal(x.Floats[:6], []float64{-1, 0, -1, 1, 0, 1}) || z.Classes() != 2 {
		t.Errorf("standardised %v", x.Floats[:6])
	}
	if old, _ := d.Field("x"); old.Floats[0] != 1 {
		t.Error("Apply changed its argument")
	}
	if err := s.Inverse(x.Floats); err != nil {
		t.Fatal(err)
	}
	old, _ := d.Field("x")
	if !slices.Equal(x.Floats, old.Floats) {
		t.Errorf("inverse %v", x.Floats)
	}
}

// The means and deviations are those of exact arithmetic on the iris table.
func TestScalerIris(t *testing.T) {
	d := must(t)(Iris())
	var s Scaler
	if err := s.Fit(d); err != nil {
		t.Fatal(err)
	}
	for c, want := range [][2]float64{{5.843333333333334, 0.8253012917851409}, {3.0573333333333332, 0.43441096773549454}, {3.758, 1.759404065775303}, {1.1993333333333334, 0.7596926279021594}} {
		if !near(s.Mean[c], want[0], 1e-15) || !near(s.Std[c], want[1], 1e-15) {
			t.Errorf("column %d: %v, %v; want %v", c, s.Mean[c], s.Std[c], want)
		}
	}
}

func TestScalerExtremes(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		std    float64
	}{
		{"squares overflow", []float64{1e200, 3e200}, 1e200},
		{"squares underflow", []float64{1e-200, 3e-200}, 1e-200},
		{"subnormal", []float64{0, 5e-324}, 1},
		{"one row", []float64{7}, 1},
		{"large and constant", []float64{1e308, 1e308, 1e308}, 1},
	} {
		var s Scaler
		if err := s.Fit(must(t)(New(Field{Name: "x", Floats: c.values}))); err != nil || !near(s.Std[0]/c.std, 1, 1e-15) {
			t.Errorf("%s: std %v, %v; want %v", c.name, s.Std, err, c.std)
		}
	}
}

// alternating returns n numbers, a and b in turns.
func alternating(n int, a, b float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = a
		if i%2 == 1 {
			v[i] = b
		}
	}
	return v
}

// A column that is constant but for rounding is only shifted; one that varies a
// little is scaled.
func TestScalersTellRoundingFromSpread(t *testing.T) {
	tenth := 0.1
	sum := tenth + 2*tenth // 0.30000000000000004
	for _, c := range []struct {
		name     string
		low, up  float64
		constant bool
	}{
		{"0.3 and 0.1+0.2", 0.3, sum, true},
		{"-0.3 and -(0.1+0.2)", -sum, -0.3, true},
		{"1e300, 4 units", 1e300, 1e300 * (1 + 0x1p-50), true},
		{"1 and 1+2^-47", 1, 1 + 0x1p-47, false},
		{"0 and 1e-200", 0, 1e-200, false},
		{"1e8, step 2^-20", 1e8, 1e8 + 0x1p-20, false},
		{"around 0", -1e-300, 1e-300, false},
	} {
		for _, n := range []int{2, 10, 1000} {
			d := must(t)(New(Field{Name: "x", Floats: alternating(n, c.low, c.up)}))
			var s Scaler
			var m MinMax
			if err := s.Fit(d); err != nil {
				t.Fatal(err)
			}
			if err := m.Fit(d); err != nil {
				t.Fatal(err)
			}
			z, w := []float64{c.low, c.up, c.up + 0.01}, []float64{c.low, c.up, c.up + 0.01}
			if err := errors.Join(s.Transform(z), m.Transform(w)); err != nil {
				t.Fatal(err)
			}
			// A constant column is left as it is but for the shift: 16 units of rounding.
			flat := func(z []float64) bool {
				return math.Abs(z[0]) <= 16*0x1p-52*math.Abs(c.up) && math.Abs(z[1]) <= 16*0x1p-52*math.Abs(c.up) && math.Abs(z[2]) <= 0.01+32*0x1p-52*math.Abs(c.up)
			}
			if got := len(s.Constant) == 1; got != c.constant || got != flat(z) || got != flat(w) {
				t.Errorf("%s, %d rows: constant %v, standardised %v, mapped %v", c.name, n, s.Constant, z, w)
			}
			if !c.constant && !(near(z[0], -1, 1e-9) && near(z[1], 1, 1e-9) && w[0] == 0 && w[1] == 1) {
				t.Errorf("%s, %d rows: standardised %v, mapped %v", c.name, n, z, w)
			}
		}
	}
}

// Columns over the whole range of float64 are scaled and come back.
func TestScalersWide(t *testing.T) {
	const most = math.MaxFloat64
	for _, values := range [][]float64{{-most, most}, {-most, most, most, most / 2}, {most / 2, most}, alternating(100, most/4, most), alternating(9, -most, 1)} {
		d := must(t)(New(Field{Name: "x", Floats: values}))
		for name, s := range map[string]scaler{"Scaler": &Scaler{}, "MinMax": &MinMax{}} {
			if err := s.Fit(d); err != nil {
				t.Fatalf("%s of %v: %v", name, values, err)
			}
			x, _ := must(t)(s.Apply(d)).Field("x")
			z := slices.Clone(x.Floats)
			sum, squares := 0.0, 0.0
			for _, v := range z {
				sum, squares = sum+v, squares+v*v
			}
			n := float64(len(z))
			if name == "Scaler" && !(near(sum/n, 0, 1e-12) && near(squares/n, 1, 1e-12)) {
				t.Errorf("%v standardised: %v", values, z)
			}
			if name == "MinMax" && (slices.Min(z) != 0 || slices.Max(z) != 1) {
				t.Errorf("%v mapped: %v", values, z)
			}
			if err := s.Inverse(z); err != nil {
				// The largest number may come back as one unit more, which there is not.
				wantError(t, err, ErrNotFinite)
				continue
			}
			for i := range z {
				if !(math.Abs(z[i]/2-values[i]/2) <= 1e-15*most) {
					t.Errorf("%s of %v came back as %v", name, values, z)
					break
				}
			}
		}
	}
	s := Scaler{Mean: []float64{0}, Std: []float64{1e-10}}
	rows := []float64{1, 1e300}
	wantError(t, s.Transform(rows), ErrNotFinite, "row 1, column 0", "1e+300")
	if !slices.Equal(rows, []float64{1, 1e300}) {
		t.Errorf("a failed Transform left %v", rows)
	}
}

func TestMinMax(t *testing.T) {
	d := must(t)(New(Field{Name: "in", Shape: []int{2}, Floats: []float64{-2, 7, 0, 7, 6, 7}}))
	m := MinMax{Field: "in"}
	if err := m.Fit(d); err != nil {
		t.Fatal(err)
	}
	z := must(t)(m.Apply(d))
	x, _ := z.Field("in")
	if !slices.Equal(x.Floats, []float64{0, 0, 0.25, 0, 1, 0}) {
		t.Errorf("mapped %v", x.Floats)
	}
	if err := m.Inverse(x.Floats); err != nil || !slices.Equal(x.Floats, []float64{-2, 7, 0, 7, 6, 7}) {
		t.Errorf("inverse %v, %v", x.Floats, err)
	}
	fresh := []float64{14, 8}
	if err := m.Transform(fresh); err != nil || !slices.Equal(fresh, []float64{2, 1}) {
		t.Errorf("other data %v, %v", fresh, err)
	}
}

// scaler is what Scaler and MinMax have in common.
type scaler interface {
	Fit(*Dataset) error
	Apply(*Dataset) (*Dataset, error)
	Transform([]float64) error
	Inverse([]float64) error
}

func TestScalersRefuse(t *testing.T) {
	two := must(t)(XY([]float64{1, 2, 3, 4}, 2, []float64{1, 2}, 1))
	four := must(t)(XY([]float64{1, 2, 3, 4}, 4, []float64{1}, 1))
	field := func(values ...float64) *Dataset {
		return must(t)(New(Field{Name: "x", Floats: values, AllowNonFinite: true}))
	}
	for name, fresh := range map[string]func() scaler{"Scaler": func() scaler { return &Scaler{} }, "MinMax": func() scaler { return &MinMax{} }} {
		t.Run(name, func(t *testing.T) {
			s := fresh()
			_, err := s.Apply(two)
			wantError(t, err, ErrOption, "has been fitted")
			wantError(t, s.Transform([]float64{1}), ErrOption)
			wantError(t, s.Inverse([]float64{1}), ErrOption)
			for _, bad := range []*Dataset{field(1, math.NaN()), field(math.NaN()), field(1, math.Inf(1)), field(math.Inf(1), math.Inf(1)), field(-1.7e308, math.Inf(1))} {
				wantError(t, s.Fit(bad), ErrNotFinite, "row")
			}
			wantError(t, s.Fit(must(t)(New(Field{Name: "z", Floats: []float64{1}}))), ErrField, `"x"`, `"z"`)
			wantError(t, s.Fit(must(t)(New(Field{Name: "x", Ints: []int{1}}))), ErrField, "integers")
			if err := s.Fit(two); err != nil {
				t.Fatal(err)
			}
			_, err = s.Apply(four)
			wantError(t, err, ErrShape, "4 columns", "the 2 that")
			wantError(t, s.Transform([]float64{1, 2, 3}), ErrShape, "3 values", "2 columns")
			wantError(t, s.Fit(field(math.NaN())), ErrNotFinite)
			if err := s.Transform([]float64{1, 2}); err != nil {
				t.Errorf("a failed fit destroyed the first one: %v", err)
			}
		})
	}
}

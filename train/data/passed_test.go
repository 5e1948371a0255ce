package data

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestCheckRaw gives a recipe what it has made, in many guises: it refuses that, and nothing else.
func TestCheckRaw(t *testing.T) {
	raw := must(t)(XY([]float64{1, 2, 3, 5, 8, 13}, 1, []float64{1, 2, 3, 4, 5, 6}, 1))
	for _, step := range []Step{&Scaler{}, &MinMax{}, &Log1p{}} {
		r := Recipe{Steps: []Step{&Clip{}, step}}
		made, err := r.FitApply(raw)
		if err != nil {
			t.Fatal(err)
		}
		cut := must(t)(made.Subset([]int{1, 3}))
		only := must(t)(made.Only("x"))
		again := must(t)(New(made.Fields()...))
		for name, d := range map[string]*Dataset{"made": made, "a part": cut, "one field": only, "the fields": again} {
			if _, err := r.Apply(d); !errors.Is(err, ErrField) || !strings.Contains(err.Error(), `step 1`) || !strings.Contains(err.Error(), `field "x"`) {
				t.Errorf("%T, %s: got %v", step, name, err)
			}
		}
		if _, err := r.Apply(raw); err != nil {
			t.Errorf("%T: the raw data: got %v", step, err)
		}
		another := Recipe{Steps: slices.Clone(r.Steps)}
		if _, err := another.FitApply(made); err != nil { // it is fitted to what the first has made
			t.Errorf("%T: another recipe: got %v", step, err)
		}
		if _, log := step.(*Log1p); log {
			continue
		}
		text, err := json.Marshal(r)
		var read Recipe
		if err == nil {
			err = json.Unmarshal(text, &read)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read.Apply(made); !errors.Is(err, ErrField) {
			t.Errorf("%T: a recipe from a file: got %v", step, err)
		}
	}
}

package report

import (
	"slices"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// units say how errors of the target that the model learns become errors of the target itself.
type units struct {
	changed bool    // the recipe has a step for the target
	width   float64 // what an error is multiplied by; 0 if there is no such number
}

// unitsOf reads the steps of a recipe for the target.
func unitsOf(recipe data.Recipe, target string) units {
	u := units{width: 1}
	for _, step := range recipe.Steps {
		field, widths := "", []float64(nil)
		switch s := step.(type) {
		case *data.Scaler:
			field, widths = s.Field, s.Std
		case *data.MinMax:
			field = s.Field
			for i := range s.Min {
				if w := s.Max[i] - s.Min[i]; w > 0 {
					widths = append(widths, w)
				} else {
					widths = append(widths, 1)
				}
			}
		case *data.Log1p:
			field = s.Field
		default:
			continue
		}
		if field == "" {
			field = "x"
		}
		if field != target {
			continue
		}
		u.changed = true
		if len(widths) == 0 || slices.ContainsFunc(widths, func(w float64) bool { return w != widths[0] }) {
			u.width = 0
			continue
		}
		u.width *= widths[0]
	}
	return u
}

// of returns values with errors in the units of the target. Those of other metrics stay, and those
// that cannot be turned back say so in their name.
func (u units) of(values []train.Value) []train.Value {
	if !u.changed {
		return values
	}
	values = slices.Clone(values)
	for i := range values {
		v := &values[i]
		power := map[string]int{"rmse": 1, "mae": 1, "mse": 2}[v.Name]
		if power > 0 && u.width == 0 {
			v.Name += scaledTarget
			continue
		}
		for range power {
			v.Value *= u.width
		}
	}
	return values
}

// scaledTarget stands behind the name of what is not in the units of the target.
const scaledTarget = " (scaled target)"

// history returns h with errors in the units of the target.
func (u units) history(h *train.History) *train.History {
	if h == nil || !u.changed {
		return h
	}
	out := *h
	out.Epochs = slices.Clone(h.Epochs)
	for i := range out.Epochs {
		out.Epochs[i].Metrics = u.of(out.Epochs[i].Metrics)
	}
	return &out
}

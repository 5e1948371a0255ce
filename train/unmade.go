package train

import (
	"github.com/symgrad/symgrad/internal/mistake"
)

// A nil Trainer or Predictor is what is left of one whose error was not looked at; the zero value has
// no model. Their calls say so.

// made returns an error for a Trainer that New did not make.
func (t *Trainer) made() error {
	if t == nil || t.model == nil {
		return mistake.Optionf("got a Trainer that New did not make, want one; what was the error of New?")
	}
	return nil
}

// made reports whether Open or NewPredictor made p.
func (p *Predictor) made() bool { return p != nil && p.t != nil }

// unmade is the outline of a Predictor that nothing made.
func unmade() *outline {
	return &outline{info: &ModelInfo{}, missing: mistake.Optionf("got a Predictor that neither Open nor NewPredictor made, want one; what was their error?")}
}

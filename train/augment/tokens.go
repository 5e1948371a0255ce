package augment

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// DropTokens overwrites each token of a sequence with the probability Rate (word dropout:
// Iyyer et al. 2015; Bowman et al. 2016).
type DropTokens struct {
	Rate  float64 // in (0, 1)
	Token int     // what stands for a dropped token, such as that for unknown words
	Keep  []int   // tokens that are never dropped, such as padding
}

// Check returns an error for numbers and settings without a meaning.
func (d DropTokens) Check(x *Example) error {
	if !(d.Rate > 0 && d.Rate < 1) {
		return mistake.Optionf("DropTokens.Rate: got %v, want a number in (0, 1)", d.Rate)
	}
	if x.Ints == nil {
		return mistake.Optionf("DropTokens: got a field of numbers, want integers: Ints or Bytes, and Builder.Ints in the model")
	}
	return nil
}

// Apply overwrites the tokens.
func (d DropTokens) Apply(x *Example) {
	for i, token := range x.Ints {
		if x.Uniform() < d.Rate && !slices.Contains(d.Keep, token) {
			x.Ints[i] = d.Token
		}
	}
}

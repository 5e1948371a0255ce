package augment

import (
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Noise adds a normal number with the mean 0 and the standard deviation Sigma to each
// number (Bishop 1995).
type Noise struct {
	Sigma float64 // above 0, in the unit of the batch
}

// Check returns an error for integers and settings without a meaning.
func (n Noise) Check(x *Example) error {
	if err := checkFinite("Noise.Sigma", n.Sigma, 0); err != nil {
		return err
	}
	if n.Sigma == 0 {
		return mistake.Optionf("Noise.Sigma: got 0, want a number above 0")
	}
	return x.checkNumbers("Noise")
}

// Apply adds the noise.
func (n Noise) Apply(x *Example) {
	draw.Normal(x.spare, x.key, x.drawn)
	x.drawn += len(x.spare)
	for i, z := range x.spare {
		x.Values[i] += n.Sigma * z
	}
}

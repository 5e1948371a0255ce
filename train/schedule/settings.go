package schedule

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// zero is what users write as train.Zero: the number 0 for a setting in which 0 means the
// default.
const zero = math.SmallestNonzeroFloat64

// usual is the rate of a schedule whose Rate is not set.
const usual = 0.001

// or returns the setting v, or its default if it was not set.
func or(v, byDefault float64) float64 {
	switch v {
	case 0:
		return byDefault
	case zero:
		return 0
	}
	return v
}

// notNegative returns an error unless the setting is a finite number of at least 0.
func notNegative(setting string, v float64) error {
	if v >= 0 && v <= math.MaxFloat64 {
		return nil
	}
	return mistake.Optionf("%s: got %v, want a finite number of at least 0", setting, v)
}

// atLeast returns an error unless the setting is an integer of at least n.
func atLeast(n int, setting string, v int) error {
	if v >= n {
		return nil
	}
	return mistake.Optionf("%s: got %d, want at least %d", setting, v, n)
}

// within returns an error for a schedule within the setting of another one.
func within(setting string, s Schedule) error {
	return errors.Wrap(Validate(s), setting)
}

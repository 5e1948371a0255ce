package train

import (
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Zero is the number 0 for settings of optimizers in which 0 means the default:
// Adam{Beta1: train.Zero} keeps no moving average of the gradients. It is the
// smallest float64 above 0, so settings are saved and compared like other numbers.
const Zero = math.SmallestNonzeroFloat64

// or returns the setting v, or its default if it was not set.
func or(v, byDefault float64) float64 {
	switch v {
	case 0:
		return byDefault
	case Zero:
		return 0
	}
	return v
}

// fraction returns an error unless the setting is in [0, 1).
func fraction(setting string, v float64) error {
	if v >= 0 && v < 1 {
		return nil
	}
	return mistake.Optionf("%s: got %v, want a number in [0, 1)", setting, v)
}

// notNegative returns an error unless the setting is a finite number of at least 0.
func notNegative(setting string, v float64) error {
	if v >= 0 && v <= math.MaxFloat64 {
		return nil
	}
	return mistake.Optionf("%s: got %v, want a finite number of at least 0", setting, v)
}

// divisor is positive, and refuses numbers that float32 rounds to 0: a step would divide 0
// by 0.
func divisor(setting string, v float64) error {
	if err := positive(setting, v); err != nil || v == 0 || v >= math.SmallestNonzeroFloat32 {
		return err
	}
	return mistake.Optionf("%s: got %v, which float32 rounds to 0, want at least %v", setting, v, math.SmallestNonzeroFloat32)
}

// positive returns an error unless the setting is a finite number above 0, or 0,
// which stands for its default.
func positive(setting string, v float64) error {
	if v >= 0 && v <= math.MaxFloat64 && v != Zero {
		return nil
	}
	return mistake.Optionf("%s: got %v, want a finite number above 0", setting, v)
}

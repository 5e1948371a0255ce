package augment

import (
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// image returns the number of planes of an image, and the extents of each.
func (x *Example) image() (planes, height, width int) {
	switch s := x.Shape; len(s) {
	case 2:
		return 1, s[0], s[1]
	case 3:
		return s[0], s[1], s[2]
	}
	return 0, 0, 0
}

// checkImage returns an error unless x is an image, of numbers if the Transform wants them.
func (x *Example) checkImage(transform string, numbers bool) error {
	if n := len(x.Shape); n != 2 && n != 3 {
		return mistake.Shapef("%s: got examples of the shape %v, want images [C, H, W] or [H, W]", transform, x.Shape)
	}
	if numbers {
		return x.checkNumbers(transform)
	}
	return nil
}

func (x *Example) checkNumbers(transform string) error {
	if x.Values == nil {
		return mistake.Optionf("%s: got a field of integers, want numbers", transform)
	}
	return nil
}

// checkFinite returns an error unless the setting is a finite number of at least lo.
func checkFinite(setting string, v, lo float64) error {
	switch {
	case v >= lo && !math.IsInf(v, 0):
		return nil
	case math.IsInf(lo, -1):
		return mistake.Optionf("%s: got %v, want a finite number", setting, v)
	}
	return mistake.Optionf("%s: got %v, want a finite number of at least %v", setting, v, lo)
}

// checkShare returns an error unless the setting is in [0, 1].
func checkShare(setting string, v float64) error {
	if v >= 0 && v <= 1 {
		return nil
	}
	return mistake.Optionf("%s: got %v, want a number in [0, 1]", setting, v)
}

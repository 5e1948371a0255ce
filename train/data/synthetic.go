package data

import "github.com/symgrad/symgrad/internal/mistake"

// Synthetic sets are drawn by integer arithmetic from the seed and the number of the
// example alone: they are the same on every processor, and a set of n examples begins
// with those of a smaller one. Classes take turns.

// syntheticStream is the second half of the seed of example 0; those of splits and
// epochs are other ones.
const syntheticStream = 1 << 62

// maxSynthetic is the largest number of examples of a synthetic set.
const maxSynthetic = 1 << 24

func checkSynthetic(call string, n int) error {
	if n < 1 || n > maxSynthetic {
		return mistake.Optionf("data: %s: got %d examples, want 1 to %d", call, n, maxSynthetic)
	}
	return nil
}

// within returns a number in low..high.
func (s *stream) within(low, high int) int { return low + int(s.below(uint64(high-low)+1)) }

// turns returns labels of the classes, which take turns.
func turns(n int, classes ...string) Field {
	labels := make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(i % len(classes))
	}
	return Field{Name: "y", Bytes: labels, Classes: len(classes), ClassNames: classes}
}

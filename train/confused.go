package train

import (
	"cmp"
	"slices"
)

// ConfusedPair says how often labels of one class were predicted as another one.
type ConfusedPair struct {
	Class, Predicted int
	Weight           float64 // the sum of their weights: their number without weights
}

// Confused returns the pairs of different classes that were confused, the most often first. Equal
// ones come in the order of Counts.
func (c *ConfusionMatrix) Confused() (pairs []ConfusedPair) {
	if c == nil {
		return nil
	}
	for i, row := range c.Counts {
		for j, n := range row {
			if i != j && n > 0 {
				pairs = append(pairs, ConfusedPair{i, j, n})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b ConfusedPair) int { return cmp.Compare(b.Weight, a.Weight) })
	return pairs
}

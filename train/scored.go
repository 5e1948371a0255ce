package train

import (
	"iter"
	"slices"
)

// WeightAt returns the weight of position i of the n positions that the targets of the batch
// have: the weight of its example, or 0 if it does not count. n is a multiple of N, such as
// len(b.Label), len(b.Target), or the number of rows of one-hot targets. A row counts if all
// its elements do.
func (b *Scored) WeightAt(i, n int) float64 {
	switch {
	case b.Ignores && n == len(b.Label) && b.Label[i] == b.Ignore:
		return 0
	case b.Counts == nil:
	case len(b.Counts) == n:
		if !b.Counts[i] {
			return 0
		}
	default:
		width := len(b.Counts) / n
		if slices.Contains(b.Counts[i*width:(i+1)*width], false) {
			return 0
		}
	}
	if b.Weight == nil {
		return 1
	}
	return b.Weight[i/(n/b.N)]
}

// counted yields those of n positions that count, and their weights: see WeightAt.
func (b *Scored) counted(n int) iter.Seq2[int, float64] {
	return func(yield func(i int, weight float64) bool) {
		for i := range n {
			if weight := b.WeightAt(i, n); weight > 0 && !yield(i, weight) {
				return
			}
		}
	}
}

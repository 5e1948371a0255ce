package data

import (
	"math"
	"sort"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Weigh lets the batches draw examples at random with replacement, in place of an order: each
// index of an epoch is i with the probability weights[i] / Σ weights, whatever was drawn before.
// There are as many as NewBatches was given; the weights may be of more or fewer examples. What
// is drawn depends on the seed, the epoch and the position in it alone, and is the same on every
// processor. The batches then stand at the start of epoch 0.
//
// Errors: ErrEmpty for no weights and for weights of 0 alone, ErrOption for a weight that is not
// a finite number of at least 0 and for batches that NewBatches did not make. The batches are then
// as before.
func (b *Batches) Weigh(weights []float64) error {
	if b == nil || b.size == 0 {
		return mistake.Optionf("data: Weigh: got no batches, want those of NewBatches")
	}
	sums, total := make([]float64, len(weights)), 0.0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return mistake.Optionf("data: Weigh: example %d: got the weight %v, want a finite number of at least 0", i, w)
		}
		total += w
		sums[i] = total
	}
	if !(total > 0) {
		return mistake.Newf(ErrEmpty, "data: Weigh: got %d weights of 0, want one above 0", len(weights))
	}
	if math.IsInf(total, 0) {
		return mistake.Optionf("data: Weigh: got weights whose sum is beyond float64, want smaller ones")
	}
	b.sums, b.epoch = sums, -1
	b.Epoch(0)
	return nil
}

// draw fills the order with indices that are drawn by their weights, with one random number for
// each.
func (b *Batches) draw() {
	total := b.sums[len(b.sums)-1]
	for i := range b.order {
		at := float64(b.random.pcg.Uint64()>>11) * 0x1p-53 * total
		at = min(at, math.Nextafter(total, 0)) // the product may be rounded up
		b.order[i] = sort.Search(len(b.sums), func(k int) bool { return b.sums[k] > at })
	}
}

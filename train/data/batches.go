package data

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Batches hands out the index lists of minibatches, epoch after epoch. The order
// within an epoch depends on the seed and the number of the epoch alone, so that
// training can be taken up again at any batch (Epoch, then Skip). It must not be
// shared between goroutines.
type Batches struct {
	// DropLast leaves out the last batch of an epoch when it is shorter than the
	// others; by default it is given.
	DropLast bool
	// Limit is the most batches that an epoch has; 0 for no limit.
	Limit int

	size    int
	shuffle bool
	seed    uint64
	order   []int
	sums    []float64 // of the weights up to each example; nil without Weigh
	at      int
	epoch   int // whose order it has
	random  stream
}

// mostExamples bounds the order of an epoch. A machine of 32 bits has no room for a list of
// 2^31-1 indices.
const mostExamples = min(1<<31-1, math.MaxInt/8)

// NewBatches returns the batches of size examples out of n, at the start of
// epoch 0. With shuffle, every epoch has its own random order, else every epoch
// goes from 0 to n-1. When size is more than n, an epoch is one batch of n.
//
// Errors: ErrEmpty for n < 1, ErrOption for size < 1 and for n >= 2^31, on a machine of
// 32 bits for n >= 2^28.
func NewBatches(n, size int, shuffle bool, seed uint64) (*Batches, error) {
	if n < 1 {
		return nil, mistake.Newf(ErrEmpty, "data: NewBatches: got %d examples, want at least one", n)
	}
	if n > mostExamples { // before memory for so many indices is asked for
		return nil, mistake.Optionf("data: NewBatches: got %d examples, want at most %d", n, mostExamples)
	}
	if size < 1 {
		return nil, mistake.Optionf("data: NewBatches: got the batch size %d, want at least 1", size)
	}
	b := &Batches{size: min(size, n), shuffle: shuffle, seed: seed, order: identity(n), epoch: -1}
	b.Epoch(0)
	return b, nil
}

// Epoch goes to the start of epoch e. It takes time proportional to the number
// of examples, unless they are in the order of e already, and does not allocate.
func (b *Batches) Epoch(e int) {
	if b == nil {
		return
	}
	b.at = 0
	if b.epoch == e && e >= 0 { // its order is there
		return
	}
	b.epoch = e
	if b.sums != nil {
		b.random.seed(b.seed, uint64(e))
		b.draw()
		return
	}
	if !b.shuffle {
		return
	}
	for i := range b.order {
		b.order[i] = i
	}
	b.random.seed(b.seed, uint64(e))
	b.random.shuffle(b.order)
}

// Next returns the indices of the next batch, or false at the end of the epoch.
// The list is valid until the next call of Epoch and must not be changed.
func (b *Batches) Next() (index []int, ok bool) {
	if b == nil {
		return nil, false
	}
	left := len(b.order) - b.at
	if left == 0 || (b.DropLast && left < b.size) || (b.Limit > 0 && b.at/b.size >= b.Limit) {
		return nil, false
	}
	end := b.at + min(b.size, left)
	index = b.order[b.at:end:end]
	b.at = end
	return index, true
}

// Skip passes over the next k batches of the epoch, or those that are left.
func (b *Batches) Skip(k int) {
	for range k {
		if _, ok := b.Next(); !ok {
			return
		}
	}
}

// Len returns the number of batches of an epoch. Batches that NewBatches did not
// make have none.
func (b *Batches) Len() int {
	if b == nil || b.size == 0 {
		return 0
	}
	return batchesOf(len(b.order), b.size, b.DropLast, b.Limit)
}

// batchesOf returns the number of batches that n examples make.
func batchesOf(n, size int, dropLast bool, limit int) int {
	batches := (n + size - 1) / size
	if dropLast {
		batches = n / size
	}
	if limit > 0 {
		batches = min(batches, limit)
	}
	return batches
}

// rest returns the indices of all batches of the epoch that are left.
func (b *Batches) rest() []int {
	end := len(b.order)
	if b.DropLast {
		end = end / b.size * b.size
	}
	if b.Limit > 0 {
		end = min(end, b.Limit*b.size)
	}
	return b.order[min(b.at, end):end]
}

// clone returns batches of the same examples for another goroutine.
func (b *Batches) clone() *Batches {
	c := *b
	c.order = slices.Clone(b.order)
	return &c
}

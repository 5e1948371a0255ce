package compile

import (
	"cmp"
	"slices"
)

// block is memory that is needed from one value of the function to another one,
// both included.
type block struct {
	n        int // elements
	from, to int
	name     int // where it lies before the blocks are placed: no two overlap
	off      int // where it lies then
}

// blocks are what an arena must hold. While the steps are planned, each block has
// memory that no other shares, numbered through; place then says where it lies.
type blocks struct {
	all  []block // by name
	size int     // of all names
}

// take is a new block of n elements that is needed from the i-th value on.
func (b *blocks) take(i, n int) (name int) {
	name = b.size
	if n > 0 {
		b.all = append(b.all, block{n: n, from: i, to: forever, name: name})
		b.size += n
	}
	return name
}

// free ends the block of that name with the i-th value.
func (b *blocks) free(i, name, n int) {
	if n > 0 {
		b.find(name).to = i
	}
}

// find is the block that holds the element of that name.
func (b *blocks) find(name int) *block {
	i, found := slices.BinarySearchFunc(b.all, name, func(x block, name int) int { return x.name - name })
	if !found {
		i--
	}
	return &b.all[i]
}

// at is where the element of that name lies.
func (b *blocks) at(name int) int {
	if len(b.all) == 0 {
		return 0
	}
	x := b.find(name)
	return x.off + name - x.name
}

// live is the largest number of elements that are needed at once: no placement
// needs less.
func (b *blocks) live() int {
	most, now := 0, 0
	b.walk(func(x *block) {
		now += x.n
		most = max(most, now)
	}, func(x *block) { now -= x.n })
	return most
}

// walk visits the blocks as they begin and end in time. At any value, blocks
// begin before others end.
func (b *blocks) walk(begin, end func(x *block)) {
	ends := make([]*block, len(b.all))
	for i := range b.all {
		ends[i] = &b.all[i]
	}
	slices.SortStableFunc(ends, func(x, y *block) int { return x.to - y.to })
	for i := range b.all {
		x := &b.all[i]
		for len(ends) > 0 && ends[0].to < x.from {
			end(ends[0])
			ends = ends[1:]
		}
		begin(x)
	}
	for _, x := range ends {
		end(x)
	}
}

const (
	// forever is the end of a block that nothing frees.
	forever = 1<<31 - 1
	// goodEnough is how much more than the largest live set a placement may
	// need, in percent, before another one is tried.
	goodEnough = 2
	// maxPairs bounds the comparisons of pairs of blocks that are worth it.
	maxPairs = 1 << 27
)

// place lays the blocks out and returns how many elements they need: one after
// another as they are needed, into the smallest gap that holds them; and if that
// leaves holes, the largest first, which are seldom in each other's way (Pisarchyk
// and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020),
// whichever needs least.
func (b *blocks) place() (size int) {
	size = b.placeInTime()
	if size*100 <= b.live()*(100+goodEnough) || len(b.all)*len(b.all) > maxPairs {
		return size
	}
	for _, order := range orders {
		last := slices.Clone(b.all)
		if n := b.placeBy(order); n < size {
			size = n
		} else {
			b.all = last
		}
	}
	return size
}

// orders in which to place blocks: by their size, or by size and time.
var orders = []func(x, y *block) int{
	func(x, y *block) int { return cmp.Or(y.n-x.n, y.span()-x.span()) },
	func(x, y *block) int { return y.n*y.span() - x.n*x.span() },
}

// span is for how many values the block is needed.
func (x *block) span() int { return x.to - x.from + 1 }

func (b *blocks) placeInTime() int {
	var h heap
	b.walk(func(x *block) { x.off = h.take(x.n) }, func(x *block) { h.free(x.off, x.n) })
	return h.top
}

// placeBy gives each block, the first by the order first, the tightest gap
// between those that are placed already and needed at the same time, else the end.
func (b *blocks) placeBy(before func(x, y *block) int) (size int) {
	order := make([]*block, len(b.all))
	for i := range b.all {
		order[i] = &b.all[i]
	}
	slices.SortStableFunc(order, before)
	placed := make([]*block, 0, len(order)) // by place
	for _, x := range order {
		best, tightest, end := -1, 0, 0
		for _, y := range placed {
			if y.to < x.from || x.to < y.from {
				continue
			}
			if gap := y.off - end; gap >= x.n && (best < 0 || gap < tightest) {
				best, tightest = end, gap
			}
			end = max(end, y.off+y.n)
		}
		if x.off = best; best < 0 {
			x.off = end
		}
		size = max(size, x.off+x.n)
		i, _ := slices.BinarySearchFunc(placed, x.off, func(y *block, off int) int { return y.off - off })
		placed = slices.Insert(placed, i, x)
	}
	return size
}

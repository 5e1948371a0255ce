package compile

import (
	"cmp"
	"slices"
)

// block is memory that is needed from one value of the function to another, both
// included.
type block struct {
	n        int // elements
	from, to int // positions of the values
	name     int // where it lies before the blocks are placed: no two overlap
	off      int // where it lies afterwards
}

// blocks are what an arena must hold. While the steps are planned, each block has memory
// that no other block shares: its name. Then place decides where the blocks lie.
type blocks struct {
	all  []block // by name
	size int     // of all names
}

// take returns the name of a new block of n elements, needed from the i-th value on.
func (b *blocks) take(i, n int) (name int) {
	name = b.size
	if n > 0 {
		b.all = append(b.all, block{n: n, from: i, to: forever, name: name})
		b.size += n
	}
	return name
}

// free says that the block of that name is needed up to the i-th value.
func (b *blocks) free(i, name, n int) {
	if n > 0 {
		b.find(name).to = i
	}
}

// extend says that the block of that name is needed on.
func (b *blocks) extend(name int) { b.find(name).to = forever }

// find returns the block that holds the element of that name.
func (b *blocks) find(name int) *block {
	i, found := slices.BinarySearchFunc(b.all, name, func(x block, name int) int { return x.name - name })
	if !found {
		i--
	}
	return &b.all[i]
}

// at returns where the element of that name lies.
func (b *blocks) at(name int) int {
	if len(b.all) == 0 {
		return 0
	}
	x := b.find(name)
	return x.off + name - x.name
}

// live returns the largest number of elements that are needed at once. No placement needs
// less.
func (b *blocks) live() int {
	most, now := 0, 0
	b.walk(func(x *block) {
		now += x.n
		most = max(most, now)
	}, func(x *block) { now -= x.n })
	return most
}

// walk calls begin and end for the blocks in the order of the values. At one value, blocks
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
	// forever is where a block ends that nothing frees.
	forever = 1<<31 - 1
	// goodEnough is how much more memory than live a placement may need, in percent,
	// before others are tried.
	goodEnough = 2
	// maxPairs is the largest number of pairs of blocks to compare for a better placement.
	maxPairs = 1 << 27
)

// place decides where the blocks lie and returns how many elements they need. It places
// each block when it is needed, in the smallest gap that holds it. If that leaves holes, it
// also places the largest blocks first, which are seldom in each other's way (Pisarchyk and
// Lee, Efficient Memory Management for Deep Neural Net Inference, 2020), and takes what
// needs least.
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

// orders in which to place blocks: by size, or by size times the time they are needed.
var orders = []func(x, y *block) int{
	func(x, y *block) int { return cmp.Or(y.n-x.n, y.span()-x.span()) },
	func(x, y *block) int { return y.n*y.span() - x.n*x.span() },
}

// span returns for how many values the block is needed.
func (x *block) span() int { return x.to - x.from + 1 }

func (b *blocks) placeInTime() int {
	var h heap
	b.walk(func(x *block) { x.off = h.take(x.n) }, func(x *block) { h.free(x.off, x.n) })
	return h.top
}

// placeBy places the blocks in an order. Each gets the tightest gap between those that are
// placed already and needed at the same time, else the end.
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

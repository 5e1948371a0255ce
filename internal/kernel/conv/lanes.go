package conv

// Where rows of an image do not fill vectors, or places are not side by side, as many
// images as a vector has lanes are computed together: each place of their frame holds
// that place of all of them. Then every vector is full and aligned. The sums are those
// of one image, term by term in the same order, so that results do not depend on which
// way is taken.

// What else there is to do costs, in multiply-adds of a vector: moving a vector into a
// lane or back, a row into the frame of one image, and an element there that is not
// moved with its row; and adding up the lanes of a tile. A walk along rows takes
// walkFactor times as long for each as lanes do.
const (
	laneCost   = 16
	rowCost    = 20
	spreadCost = 5
	foldCost   = 250
	walkFactor = 1.15
)

// laneGain is the most of the time of one by one that lanes must seem to take.
const laneGain = 0.9

// laneBytes is the most memory that the frame of images in lanes may take.
const laneBytes = 2 << 20

// work is what a convolution does for one image: multiply-adds in lanes and, of
// vectors, along rows; elements and rows that it moves; and tiles whose lanes it adds up.
type work struct{ lanes, walk, elements, rows, spread, folds int }

// pays says whether a full vector of images seems faster in lanes.
func (l level) pays(as float64) bool { return l.bits > 0 && as < laneGain*float64(l.width) }

// asImages is how many images one by one take as long as a vector of them in lanes.
func (w work) asImages() float64 {
	return (float64(w.lanes) + laneCost*float64(w.elements) + foldCost*float64(w.folds)) /
		(walkFactor*float64(w.walk) + rowCost*float64(w.rows) + spreadCost*float64(w.spread))
}

// batch is a number of images, of which groups are computed in lanes, and the others
// one by one.
type batch struct{ images, lanes, groups int }

// newBatch divides so many images among workers. lanes is 0 if they are not used, and
// else a group of at least some images takes as long as so many one by one.
func newBatch(images, lanes, workers int, as float64) batch {
	b := batch{images: images, lanes: max(1, lanes)}
	if lanes == 0 {
		return b
	}
	b.groups = images / lanes
	if rest := images % lanes; rest >= min(lanes, 8) && float64(rest) > as {
		b.groups++
	}
	workers = max(1, workers)
	if each := float64(ceil(b.groups, workers))*as + float64(ceil(b.parts()-b.groups, workers)); each >= float64(ceil(images, workers)) {
		b.groups = 0
	}
	return b
}

// parts is the number of groups and of other images.
func (b batch) parts() int { return b.groups + max(0, b.images-b.groups*b.lanes) }

// part is the first image and the number of images of a part.
func (b batch) part(i int) (n, count int) {
	if i < b.groups {
		return i * b.lanes, min(b.lanes, b.images-i*b.lanes)
	}
	return b.groups*b.lanes + i - b.groups, 1
}

// fillLanes copies count images into dst with zeros around them, each into a lane.
// If clean, dst held images of the same frame before: its zeros are still there.
func fillLanes[T Float](l level, f *frame, dst, images []T, count int, clean bool) {
	size := f.channels * volume(f.in)
	if f.lo == [3]int{} && f.extent == f.in {
		turn(l, dst, images, turning{count, size, f.lanes, size})
		return
	}
	if !clean {
		clear(dst[:f.channels*f.plane])
	}
	z0, z1 := f.inside(0)
	y0, y1 := f.inside(1)
	x0, x1 := f.inside(2)
	if x0 >= x1 {
		return
	}
	for c := range f.channels {
		for z := z0; z < z1; z++ {
			for y := y0; y < y1; y++ {
				from := ((c*f.in[0]+z+f.lo[0])*f.in[1]+y+f.lo[1])*f.in[2] + f.lo[2] + x0
				turn(l, dst[c*f.plane+f.at(z, y, x0):], images[from:], turning{count, x1 - x0, f.lanes, size})
			}
		}
	}
}

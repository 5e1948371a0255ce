package conv

// frame is how an image lies in scratch with zeros around it: places from lo
// on along each axis, extent of them. The last axis is cut into phases: places
// that leave the same remainder by phases lie side by side, so that a stride of
// that many places becomes a walk without gaps. With lanes, each place holds so many
// images side by side.
type frame struct {
	lo, extent [3]int
	in         [3]int // of the image
	channels   int
	phases     int
	lanes      int // images at a place
	width      int // elements of one phase of one row
	row, plane int // elements from row to row and from channel to channel
	layer      int // elements from one place of the first axis to the next
}

func newFrame(channels int, in, lo, extent [3]int, phases, lanes int) frame {
	f := frame{lo: lo, extent: extent, in: in, channels: channels, phases: phases, lanes: lanes}
	f.width = ceil(extent[2], phases) * lanes
	f.row = f.width * phases
	f.layer = f.row * extent[1]
	f.plane = f.layer * extent[0]
	return f
}

// windowFrame is the frame of x that the windows of y reach over.
func (g *geometry) windowFrame(phases, lanes int) frame {
	var lo, extent [3]int
	for i := range lo {
		lo[i] = -g.pad[i]
		extent[i] = max(0, g.out[i]-1)*g.stride[i] + (g.kernel[i]-1)*g.dil[i] + 1
	}
	return newFrame(g.groups*g.c, g.in, lo, extent, phases, lanes)
}

// inputFrame is the frame of d that the places of x reach over.
func (g *geometry) inputFrame(lanes int) frame {
	var lo, extent [3]int
	for i := range lo {
		lo[i] = floorDiv(g.pad[i]-(g.kernel[i]-1)*g.dil[i], g.stride[i])
		extent[i] = max(1, floorDiv(max(0, g.in[i]-1)+g.pad[i], g.stride[i])-lo[i]+1)
	}
	return newFrame(g.groups*g.o, g.out, lo, extent, 1, lanes)
}

// size is how many elements of scratch the frame needs.
func (f *frame) size() int { return f.channels*f.plane + slack }

// at is the offset of a place, counted from lo, in its channel.
func (f *frame) at(z, y, x int) int {
	return z*f.layer + y*f.row + x%f.phases*f.width + x/f.phases*f.lanes
}

// fill copies an image, [channels, in...], into dst with zeros around it. If
// clean, dst held an image of the same frame before: its zeros are still there.
func fill[T Float](f *frame, dst, image []T, clean bool) {
	if !clean {
		clear(dst[:f.channels*f.plane])
	}
	z0, z1 := f.inside(0)
	y0, y1 := f.inside(1)
	x0, x1 := f.inside(2)
	if y0 >= y1 || x0 >= x1 {
		return
	}
	for c := range f.channels {
		src := image[c*volume(f.in) : (c+1)*volume(f.in)]
		to := dst[c*f.plane : (c+1)*f.plane]
		for z := z0; z < z1; z++ {
			at := ((z+f.lo[0])*f.in[1]+y0+f.lo[1])*f.in[2] + f.lo[2]
			row, from := to[z*f.layer+y0*f.row:], src[at+x0:]
			if f.phases == 1 {
				copyRows(row[x0:], from, area{y1 - y0, x1 - x0, f.row, f.in[2]})
				continue
			}
			for y := range y1 - y0 {
				spread(f, row[y*f.row:][:f.row], from[y*f.in[2]:][:x1-x0], x0)
			}
		}
	}
}

// inside are the places of the frame on an axis that the image has.
func (f *frame) inside(axis int) (lo, hi int) {
	return max(0, -f.lo[axis]), min(f.extent[axis], f.in[axis]-f.lo[axis])
}

// spread copies elements to the phases of a row, the first one to place x0.
func spread[T Float](f *frame, row, src []T, x0 int) {
	for i, v := range src {
		x := x0 + i
		row[x%f.phases*f.width+x/f.phases] = v
	}
}

// area is rows of so many elements, which lie dst and src elements apart.
type area struct{ rows, cols, dst, src int }

// copyRowsGo copies rows.
func copyRowsGo[T Float](dst, src []T, a area) {
	for y := range a.rows {
		copy(dst[y*a.dst:][:a.cols], src[y*a.src:])
	}
}

// clean remembers which frame workers have filled in the present run.
type clean []struct {
	lanes int
	_     [56]byte // a cache line for each
}

// reset forgets all; the first run with more workers than ever allocates.
func (c *clean) reset(workers int) {
	if len(*c) < workers {
		*c = make(clean, workers)
	}
	clear(*c)
}

// next says whether the worker has last filled a frame of so many lanes, and remembers
// that it will.
func (c clean) next(worker, lanes int) bool {
	was := c[worker].lanes
	c[worker].lanes = lanes
	return was == lanes
}

package conv

// frame is how an image lies in scratch with zeros around it: places from lo
// on along each axis, extent of them. The last axis is cut into phases: places
// that leave the same remainder by phases lie side by side, so that a stride of
// that many places becomes a walk without gaps.
type frame struct {
	lo, extent [3]int
	in         [3]int // of the image
	channels   int
	phases     int
	width      int // elements of one phase of one row
	row, plane int // elements from row to row and from channel to channel
	layer      int // elements from one place of the first axis to the next
}

func newFrame(channels int, in, lo, extent [3]int, phases int) frame {
	f := frame{lo: lo, extent: extent, in: in, channels: channels, phases: phases}
	f.width = ceil(extent[2], phases)
	f.row = f.width * phases
	f.layer = f.row * extent[1]
	f.plane = f.layer * extent[0]
	return f
}

// size is how many elements of scratch the frame needs.
func (f *frame) size() int { return f.channels*f.plane + slack }

// at is the offset of a place, counted from lo, in its channel.
func (f *frame) at(z, y, x int) int {
	return z*f.layer + y*f.row + x%f.phases*f.width + x/f.phases
}

// fill copies an image, [channels, in...], into dst with zeros around it.
func fill[T Float](f *frame, dst, image []T) {
	for c := range f.channels {
		src := image[c*volume(f.in) : (c+1)*volume(f.in)]
		to := dst[c*f.plane : (c+1)*f.plane]
		for z := range f.extent[0] {
			for y := range f.extent[1] {
				row := to[z*f.layer+y*f.row:][:f.row]
				iz, iy := z+f.lo[0], y+f.lo[1]
				if iz < 0 || iz >= f.in[0] || iy < 0 || iy >= f.in[1] {
					clear(row)
					continue
				}
				fillRow(f, row, src[(iz*f.in[1]+iy)*f.in[2]:][:f.in[2]])
			}
		}
	}
}

// fillRow copies one row.
func fillRow[T Float](f *frame, row, src []T) {
	if f.phases == 1 {
		first := min(max(0, -f.lo[2]), len(row)) // where the image begins in the row
		from := max(0, f.lo[2])
		n := 0
		if from < len(src) {
			n = copy(row[first:], src[from:])
		}
		clear(row[:first])
		clear(row[first+n:])
		return
	}
	for p := range f.phases {
		part := row[p*f.width : (p+1)*f.width]
		x := p + f.lo[2]
		for i := range part {
			part[i] = 0
			if x >= 0 && x < len(src) {
				part[i] = src[x]
			}
			x += f.phases
		}
	}
}

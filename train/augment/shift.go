package augment

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Shift moves an image by a number of pixels between −Pixels and Pixels, drawn for each of
// the two directions. It is the random crop of an image that is padded by Pixels on each
// side (He et al. 2016, section 4.2, with Pixels 4).
type Shift struct {
	Pixels int     // at least 1
	Fill   float64 // the value of what moves in; a whole number in a field of integers
}

// Check returns an error for examples that are no images and settings without a meaning.
func (s Shift) Check(x *Example) error {
	if err := cmp.Or(x.checkImage("Shift", false), checkFinite("Shift.Fill", s.Fill, math.Inf(-1))); err != nil {
		return err
	}
	if _, h, w := x.image(); s.Pixels < 1 || s.Pixels >= min(h, w) {
		return mistake.Optionf("Shift.Pixels: got %d, want at least 1 and less than the image %v has", s.Pixels, x.Shape)
	}
	if x.Values == nil && s.Fill != math.Trunc(s.Fill) {
		return mistake.Optionf("Shift.Fill: got %v, want a whole number for a field of integers", s.Fill)
	}
	return nil
}

// Apply moves the image.
func (s Shift) Apply(x *Example) {
	down, right := x.Below(2*s.Pixels+1)-s.Pixels, x.Below(2*s.Pixels+1)-s.Pixels
	planes, h, w := x.image()
	if x.Values == nil {
		shift(x.Ints, int(s.Fill), planes, h, w, down, right)
	} else {
		shift(x.Values, s.Fill, planes, h, w, down, right)
	}
}

// shift moves the planes of an image in place. Rows are taken in the order in which none is
// overwritten before it is read.
func shift[T any](image []T, fill T, planes, h, w, down, right int) {
	for p := range planes {
		plane := image[p*h*w : (p+1)*h*w]
		for i := range h {
			r := i
			if down > 0 {
				r = h - 1 - i
			}
			to := plane[r*w : (r+1)*w]
			if from := r - down; from < 0 || from >= h {
				fillAll(to, fill)
			} else {
				slide(to, plane[from*w:(from+1)*w], fill, right)
			}
		}
	}
}

// slide copies from to to, moved to the right.
func slide[T any](to, from []T, fill T, right int) {
	if right >= 0 {
		copy(to[right:], from)
		fillAll(to[:right], fill)
	} else {
		copy(to, from[-right:])
		fillAll(to[len(to)+right:], fill)
	}
}

func fillAll[T any](x []T, v T) {
	for i := range x {
		x[i] = v
	}
}

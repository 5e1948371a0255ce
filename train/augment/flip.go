package augment

import (
	"cmp"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Flip mirrors an image: left and right change places with the probability Horizontal, and
// top and bottom with the probability Vertical.
type Flip struct {
	Horizontal, Vertical float64 // in [0, 1]; at least one above 0
}

// Check returns an error for examples that are no images and settings without a meaning.
func (f Flip) Check(x *Example) error {
	if f.Horizontal == 0 && f.Vertical == 0 {
		return mistake.Optionf("Flip: got neither Horizontal nor Vertical, want a probability")
	}
	return cmp.Or(x.checkImage("Flip", false), checkShare("Flip.Horizontal", f.Horizontal), checkShare("Flip.Vertical", f.Vertical))
}

// Apply mirrors the image.
func (f Flip) Apply(x *Example) {
	horizontal, vertical := x.Uniform() < f.Horizontal, x.Uniform() < f.Vertical
	planes, h, w := x.image()
	if x.Values == nil {
		flip(x.Ints, planes, h, w, horizontal, vertical)
	} else {
		flip(x.Values, planes, h, w, horizontal, vertical)
	}
}

// flip mirrors the planes of an image.
func flip[T any](image []T, planes, h, w int, horizontal, vertical bool) {
	for r := range planes * h {
		if horizontal {
			slices.Reverse(image[r*w : (r+1)*w])
		}
	}
	for p := range planes {
		plane := image[p*h*w : (p+1)*h*w]
		for r := range h / 2 {
			if vertical {
				swap(plane[r*w:(r+1)*w], plane[(h-1-r)*w:(h-r)*w])
			}
		}
	}
}

func swap[T any](a, b []T) {
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}

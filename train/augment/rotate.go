package augment

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Rotate turns an image about its centre, counter-clockwise by an angle that is uniform in
// [−Degrees, Degrees]. A pixel of the result is interpolated between the four around the
// place that it comes from (bilinear). Places outside of the image have the value Fill.
type Rotate struct {
	Degrees float64 // above 0, at most 180
	Fill    float64
}

// Check returns an error for examples that are no images of numbers and settings without a
// meaning.
func (r Rotate) Check(x *Example) error {
	if !(r.Degrees > 0 && r.Degrees <= 180) {
		return mistake.Optionf("Rotate.Degrees: got %v, want a number above 0 and at most 180", r.Degrees)
	}
	return cmp.Or(x.checkImage("Rotate", true), checkFinite("Rotate.Fill", r.Fill, math.Inf(-1)))
}

// Apply turns the image.
func (r Rotate) Apply(x *Example) {
	r.turn(x, (2*x.Uniform()-1)*r.Degrees)
}

// turn turns the image by the angle.
func (r Rotate) turn(x *Example, degrees float64) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	planes, h, w := x.image()
	from, size := x.Copy(), h*w
	top, left := float64(h-1)/2, float64(w-1)/2
	for i := range h {
		for j := range w {
			down, right := float64(i)-top, float64(j)-left
			s := sampleAt(top+(cos*down+sin*right), left+(cos*right-sin*down))
			for p := range planes {
				x.Values[p*size+i*w+j] = s.of(from[p*size:(p+1)*size], h, w, r.Fill)
			}
		}
	}
}

// sample is a place between four pixels: the upper left one, and how far it is from there.
type sample struct {
	row, column int
	down, right float64 // in [0, 1)
}

func sampleAt(row, column float64) sample {
	i, j := math.Floor(row), math.Floor(column)
	return sample{int(i), int(j), row - i, column - j}
}

// of interpolates between the pixels of a plane.
func (s sample) of(plane []float64, h, w int, fill float64) float64 {
	at := func(i, j int) float64 {
		if i < 0 || i >= h || j < 0 || j >= w {
			return fill
		}
		return plane[i*w+j]
	}
	upper := (1-s.right)*at(s.row, s.column) + s.right*at(s.row, s.column+1)
	lower := (1-s.right)*at(s.row+1, s.column) + s.right*at(s.row+1, s.column+1)
	return (1-s.down)*upper + s.down*lower
}

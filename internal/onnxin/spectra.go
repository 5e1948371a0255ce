package onnxin

import (
	"math"
	"slices"
)

// spectrumRules are those of discrete Fourier transforms. They are products with a matrix.
var spectrumRules = map[string]rule{
	"DFT":  {least: 1, most: 3, settings: []int{1, 2}, make: dft},
	"STFT": {least: 2, most: 4, settings: []int{1, 3}, make: stft},
}

// dft transforms an axis of complex numbers, or of real ones. The last axis has their parts.
func dft(c *call) []Value {
	x, s := c.float(0), c.dims(0)
	axis := c.intAttr("axis", 1)
	if c.version >= 20 {
		axis = int(c.number(2, -2))
	}
	if len(s) < 2 || s[len(s)-1] < 1 || s[len(s)-1] > 2 {
		c.malformed("got %v, want a last axis of one or two parts", s)
	}
	axis = c.axis(axis, len(s))
	n := int(c.number(1, float64(s[axis])))
	inverse, oneSided := c.boolAttr("inverse", false), c.boolAttr("onesided", false)
	switch {
	case axis == len(s)-1 || n < 1:
		c.malformed("got axis %d of %v and %d points, want another than the last axis and at least one point", axis, s, n)
	case inverse && oneSided:
		c.refuse("got a transform that is inverse and one-sided, want one of them")
	}
	before, after := make([]int, len(s)), make([]int, len(s))
	after[axis] = n - s[axis]
	x = c.PadConst(x, before, after, 0)
	return c.floats(c.transformed(x, axis, n, inverse, oneSided))
}

// transformed returns the transform of n points along an axis, or the first half of it.
func (c *call) transformed(x node, axis, n int, inverse, oneSided bool) node {
	bins, last := n, len(c.Shape(x))-1
	if oneSided {
		bins = n/2 + 1
	}
	if n > c.g.limits.Known/max(bins, 1) {
		c.tooMuch("got a transform of %d points, want at most %d coefficients", n, c.g.limits.Known)
	}
	cos, sin := make([]float64, n*bins), make([]float64, n*bins)
	for k := range bins {
		for j := range n {
			s, co := math.Sincos(2 * math.Pi * float64(j*k%n) / float64(n))
			cos[k*n+j], sin[k*n+j] = co, -s
			if inverse {
				cos[k*n+j], sin[k*n+j] = co/float64(n), s/float64(n)
			}
		}
	}
	by := func(part node, w []float64) node { // the axis goes back to its place
		y := c.TensorDot(part, c.Const(w, bins, n), []int{axis}, []int{1})
		return c.MoveAxes(y, []int{-1}, []int{axis})
	}
	re := c.at(x, last, 0)
	real, imaginary := by(re, cos), by(re, sin)
	if c.Shape(x)[last] == 2 {
		im := c.at(x, last, 1)
		real, imaginary = c.Sub(real, by(im, sin)), c.Add(imaginary, by(im, cos))
	}
	return c.Stack(last, real, imaginary)
}

// stft transforms windows of a signal [N, length, parts].
func stft(c *call) []Value {
	x, s := c.float(0), c.dims(0)
	if len(s) == 2 {
		x, s = c.Unsqueeze(x, 2), append(s, 1)
	}
	step, n := int(c.number(1, 0)), 0
	switch {
	case c.has(3):
		n = int(c.number(3, 0))
	case c.has(2):
		n = size(c.dims(2))
	default:
		c.malformed("got neither a window nor a length, want one")
	}
	if len(s) != 3 || s[2] < 1 || s[2] > 2 || step < 1 || n < 1 || n > s[1] {
		c.malformed("got windows of %d elements at a distance of %d of %v, want [N, length, parts]", n, step, s)
	}
	frames := (s[1]-n)/step + 1
	var at []int
	for f := range frames {
		at = append(at, sequence(f*step, f*step+n)...)
	}
	x = c.Reshape(c.IndexSelect(x, c.ConstInts(at, len(at)), 1), s[0], frames, n, s[2])
	if c.has(2) {
		if !slices.Equal(c.dims(2), []int{n}) {
			c.malformed("got a window of %v, want [%d]", c.dims(2), n)
		}
		x = c.Mul(x, c.Reshape(c.float(2), n, 1))
	}
	return c.floats(c.transformed(x, 2, n, false, c.boolAttr("onesided", true)))
}

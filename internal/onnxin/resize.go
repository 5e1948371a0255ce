package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph/nn"
)

// resizeRules are those of interpolation.
var resizeRules = map[string]rule{
	"Resize":     {least: 1, most: 4, settings: []int{1, 2, 3}, make: resize},
	"Upsample":   {least: 1, most: 2, settings: []int{1}, make: upsample},
	"GridSample": {least: 2, most: 2, make: gridSample},
	"AffineGrid": {least: 2, most: 2, settings: []int{1}, make: affineGrid},
}

// sampling says how the elements of an axis are interpolated.
type sampling struct {
	mode      string  // "nearest", "linear" or "cubic"
	transform string  // how coordinates of the result become those of x
	rounding  string  // of "nearest"
	a         float64 // the parameter of "cubic"
	inside    bool    // taps outside of x have no weight
	antialias bool
	from, to  float64 // the part of x, from 0 to 1, of "tf_crop_and_resize"
	outside   float64 // what is outside of x, of "tf_crop_and_resize"
	in, out   int
	scale     float64
}

// upsample has nearest or linear interpolation by scales.
func upsample(c *call) []Value {
	var scales []float64
	if c.version < 9 {
		scales = c.floatsAttr("scales", nil)
	} else {
		scales = c.known(1).numbers()
	}
	s := sampling{mode: c.textAttr("mode", "nearest"), transform: "asymmetric", rounding: "floor"}
	return c.floats(c.resample(s, sequence(0, len(c.dims(0))), scales, nil))
}

// resize interpolates along axes, by scales or to extents.
func resize(c *call) []Value {
	shape := c.dims(0)
	s := sampling{mode: c.textAttr("mode", "nearest"), a: c.floatAttr("cubic_coeff_a", -0.75), inside: c.boolAttr("exclude_outside", false),
		transform: c.textAttr("coordinate_transformation_mode", "half_pixel"), rounding: c.textAttr("nearest_mode", "round_prefer_floor"),
		antialias: c.boolAttr("antialias", false), outside: c.floatAttr("extrapolation_value", 0)}
	if c.version < 11 {
		s.transform, s.rounding = "asymmetric", "floor"
		return c.floats(c.resample(s, sequence(0, len(shape)), c.known(1).numbers(), nil))
	}
	axes := c.axes(c.intsAttr("axes", sequence(0, len(shape))), len(shape))
	var scales, regions []float64
	var sizes []int
	if c.has(1) {
		if regions = c.known(1).numbers(); s.transform != "tf_crop_and_resize" {
			regions = nil
		}
	}
	if c.has(2) {
		scales = c.known(2).numbers()
	}
	if c.has(3) {
		sizes = c.ints(3)
	}
	if len(scales) == 0 {
		if len(sizes) != len(axes) {
			c.malformed("got the sizes %v for the axes %v, want one for each", sizes, axes)
		}
		scales = c.scales(sizes, axes)
	} else {
		sizes = nil
		c.ignore("keep_aspect_ratio_policy")
	}
	return c.floats(c.resample(s, axes, scales, regions, sizes...))
}

// scales returns the factors by which axes get their sizes. A policy may make them equal, and
// changes the sizes.
func (c *call) scales(sizes, axes []int) []float64 {
	shape := c.dims(0)
	out := make([]float64, len(sizes))
	for i, n := range sizes {
		if n < 1 || shape[axes[i]] < 1 {
			c.malformed("got the size %d for axis %d of %v, want at least 1", n, axes[i], shape)
		}
		out[i] = float64(n) / float64(shape[axes[i]])
	}
	policy := c.textAttr("keep_aspect_ratio_policy", "stretch")
	by := 0.0
	switch policy {
	case "stretch":
		return out
	case "not_larger":
		by = slices.Min(out)
	case "not_smaller":
		by = slices.Max(out)
	default:
		c.refuse("got keep_aspect_ratio_policy = %q, want stretch, not_larger or not_smaller", policy)
	}
	for i := range out {
		out[i], sizes[i] = by, int(math.Floor(by*float64(shape[axes[i]])+0.5))
	}
	return out
}

// resample interpolates along axes. Without sizes they follow from the scales. regions are the
// starts and then the ends of each axis.
func (c *call) resample(s sampling, axes []int, scales, regions []float64, sizes ...int) node {
	x, shape := c.float(0), c.dims(0)
	if len(scales) != len(axes) || regions != nil && len(regions) != 2*len(axes) {
		c.malformed("got the scales %v and the regions %v for the axes %v, want one scale and two ends for each", scales, regions, axes)
	}
	modes := map[string]string{"nearest": "nearest", "linear": "linear", "bilinear": "linear", "trilinear": "linear", "cubic": "cubic"}
	if s.mode = modes[s.mode]; s.mode == "" {
		c.refuse("got mode = %q, want nearest, linear or cubic", c.textAttr("mode", ""))
	}
	for i, axis := range axes {
		s.in, s.scale, s.to = shape[axis], scales[i], 1
		if regions != nil {
			s.from, s.to = regions[i], regions[len(axes)+i]
		}
		if !(s.scale > 0 && float64(s.in)*s.scale <= float64(c.g.limits.Elements)) {
			c.malformed("got the scale %v for %d elements, want a positive one", s.scale, s.in)
		}
		if s.out = int(math.Floor(float64(s.in) * s.scale)); len(sizes) > 0 {
			s.out = sizes[i]
		}
		if s.in == s.out && s.scale == 1 && regions == nil {
			continue
		}
		x = c.resampled(x, axis, s)
	}
	return x
}

// resampled interpolates along one axis: by the library's own operator if it has the formula, by
// an index for the nearest elements, else by a matrix of weights.
func (c *call) resampled(x node, axis int, s sampling) node {
	if own, corners, ok := s.own(); ok {
		shape := c.Shape(x)
		y := c.Reshape(x, 1, size(shape[:axis]), s.in, size(shape[axis+1:])) // an image [1, C, In, rest]
		y = nn.Resize(c.Builder, y, nn.ResizeOptions{Mode: own, Size: []int{s.out, size(shape[axis+1:])}, AlignCorners: corners})
		shape[axis] = s.out
		return c.Reshape(y, shape...)
	}
	rows := make([][]float64, s.out)
	for j := range rows {
		rows[j] = s.weights(c, j)
	}
	if s.mode == "nearest" && !s.crops() {
		index := make([]int, s.out)
		for j, row := range rows {
			index[j] = slices.Index(row, 1)
		}
		return c.IndexSelect(x, c.ConstInts(index, len(index)), axis)
	}
	w := c.Const(slices.Concat(rows...), s.out, s.in)
	y := c.TensorDot(x, w, []int{axis}, []int{1})
	y = c.MoveAxes(y, []int{-1}, []int{axis})
	if !s.crops() {
		return y
	}
	return c.cropped(y, axis, s)
}

// crops reports whether results can lie outside of x.
func (s sampling) crops() bool { return s.transform == "tf_crop_and_resize" }

// cropped puts the value of what is outside where coordinates are outside of x.
func (c *call) cropped(y node, axis int, s sampling) node {
	is := make([]float64, s.out)
	for j := range is {
		if at := s.at(c, j); at < 0 || at > float64(s.in-1) {
			is[j] = 1
		}
	}
	along := slices.Repeat([]int{1}, len(c.Shape(y)))
	along[axis] = s.out
	return c.Where(c.Const(is, along...), c.Scalar(s.outside), y)
}

// own returns the mode of nn.Resize that is this sampling, if there is one.
func (s sampling) own() (mode nn.ResizeMode, corners, ok bool) {
	exact := s.scale == float64(s.out)/float64(s.in)
	if s.antialias || s.inside || !exact || s.in < 1 || s.out < 1 {
		return 0, false, false
	}
	half := s.transform == "half_pixel" || s.transform == "pytorch_half_pixel" && s.out > 1
	corners = s.transform == "align_corners"
	switch s.mode {
	case "linear":
		return nn.ResizeLinear, corners, half || corners
	case "cubic":
		return nn.ResizeCubic, corners, (half || corners) && s.a == -0.75
	}
	return 0, false, false
}

// at returns the coordinate in x of element j of the result.
func (s sampling) at(c *call, j int) float64 {
	x, in, out := float64(j), float64(s.in), float64(s.out)
	switch s.transform {
	case "half_pixel":
		return (x+0.5)/s.scale - 0.5
	case "half_pixel_symmetric":
		exact := in * s.scale
		return in/2*(1-out/exact) + (x+0.5)/s.scale - 0.5
	case "pytorch_half_pixel":
		if s.out == 1 {
			return 0
		}
		return (x+0.5)/s.scale - 0.5
	case "align_corners":
		if s.out == 1 {
			return 0
		}
		return x * (in - 1) / (out - 1)
	case "asymmetric":
		return x / s.scale
	case "tf_half_pixel_for_nn":
		return (x + 0.5) / s.scale
	case "tf_crop_and_resize":
		if s.out == 1 {
			return (s.from + s.to) * (in - 1) / 2
		}
		return s.from*(in-1) + x*(s.to-s.from)*(in-1)/(out-1)
	}
	c.refuse("got coordinate_transformation_mode = %q, want one that ONNX has", s.transform)
	return 0
}

// weights returns those of the elements of x in element j of the result.
func (s sampling) weights(c *call, j int) []float64 {
	at, row := s.at(c, j), make([]float64, s.in)
	add := func(i int, w float64) {
		if s.inside && (i < 0 || i >= s.in) {
			return
		}
		row[max(0, min(s.in-1, i))] += w
	}
	if s.mode == "nearest" {
		add(s.nearest(c, at), 1)
		return row
	}
	width, stretch := 1.0, 1.0 // of the kernel on each side
	if s.mode == "cubic" {
		width = 2
	}
	if s.antialias && s.scale < 1 {
		stretch = s.scale
	}
	total := 0.0
	for i := int(math.Floor(at-width/stretch)) + 1; float64(i) < at+width/stretch; i++ {
		w := s.kernel((float64(i) - at) * stretch)
		if add(i, w); !s.inside || i >= 0 && i < s.in {
			total += w
		}
	}
	for i := range row {
		row[i] /= total
	}
	return row
}

// kernel is the weight at a distance.
func (s sampling) kernel(d float64) float64 {
	d = math.Abs(d)
	switch a := s.a; {
	case s.mode == "linear":
		return max(0, 1-d)
	case d <= 1:
		return ((a+2)*d-(a+3))*d*d + 1
	case d < 2:
		return ((a*d-5*a)*d+8*a)*d - 4*a
	}
	return 0
}

// nearest rounds a coordinate. What is between two elements up to the rounding of float32 scales
// is between them.
func (s sampling) nearest(c *call, at float64) int {
	if half := math.Round(2*at) / 2; math.Abs(at-half) < 1e-6*max(1, half) {
		at = half
	}
	switch s.rounding {
	case "round_prefer_floor":
		return int(math.Ceil(at - 0.5))
	case "round_prefer_ceil":
		return int(math.Floor(at + 0.5))
	case "floor":
		return int(math.Floor(at))
	case "ceil":
		return int(math.Ceil(at))
	}
	c.refuse("got nearest_mode = %q, want one that ONNX has", s.rounding)
	return 0
}

// gridSample reads images at points between their pixels.
func gridSample(c *call) []Value {
	modes := map[string]nn.ResizeMode{"linear": nn.ResizeLinear, "bilinear": nn.ResizeLinear, "nearest": nn.ResizeNearest, "cubic": nn.ResizeCubic, "bicubic": nn.ResizeCubic}
	pads := map[string]nn.GridPad{"zeros": nn.GridZeros, "border": nn.GridBorder, "reflection": nn.GridReflect}
	mode, okMode := modes[c.textAttr("mode", "linear")]
	pad, okPad := pads[c.textAttr("padding_mode", "zeros")]
	if !okMode || !okPad {
		c.refuse("got mode = %q and padding_mode = %q, want some that ONNX has", c.textAttr("mode", ""), c.textAttr("padding_mode", ""))
	}
	o := nn.GridOptions{Mode: mode, Pad: pad, AlignCorners: c.boolAttr("align_corners", false)}
	return c.floats(nn.GridSample(c.Builder, c.float(0), c.float(1), o))
}

// affineGrid returns the points where affine maps take the pixels of images.
func affineGrid(c *call) []Value {
	want := c.ints(1)
	if len(want) < 4 {
		c.malformed("got the images %v, want [N, C, In...]", want)
	}
	return c.floats(nn.AffineGrid(c.Builder, c.float(0), want[2:], c.boolAttr("align_corners", false)))
}

package onnxin

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
)

// regionRules are those of regions of images, and of what picks elements by their values.
var regionRules = map[string]rule{
	"RoiAlign": {least: 3, most: 3, indices: []int{2}, make: roiAlign},
	"NonZero":  {least: 1, most: 1, make: nonZero},
}

// nonZero returns where known elements are not 0: a row for each axis.
func nonZero(c *call) []Value {
	if !c.isKnown(0) {
		c.refuse("got a result whose shape depends on elements that are computed, want known ones")
	}
	a := c.known(0)
	rank := max(1, len(a.Shape))
	rows := make([][]int64, rank)
	for i, v := range a.numbers() {
		if v == 0 {
			continue
		}
		for k := rank - 1; k >= 0; k-- {
			d := 1
			if len(a.Shape) > 0 {
				d = a.Shape[k]
			}
			rows[k] = append(rows[k], int64(i%d))
			i /= d
		}
	}
	y := vector()
	y.Known.Shape, y.Known.Ints = []int{rank, len(rows[0])}, []int64{}
	for _, row := range rows {
		y.Known.Ints = append(y.Known.Ints, row...)
	}
	return []Value{y}
}

// roiAlign averages regions of images over points between their pixels, or takes the largest.
func roiAlign(c *call) []Value {
	s, r := c.dims(0), c.dims(1)
	height, width, n := c.intAttr("output_height", 1), c.intAttr("output_width", 1), c.intAttr("sampling_ratio", 0)
	if len(s) != 4 || len(r) != 2 || r[1] != 4 || height < 1 || width < 1 {
		c.malformed("got %v and regions %v, want [N, C, H, W] and [R, 4]", s, r)
	}
	if n < 1 || size64([]int{height, width, n, n}) > int64(c.g.limits.Known) {
		c.refuse("got sampling_ratio = %d, want a number of points that does not depend on the regions", n)
	}
	half := 0.0
	fallback := "half_pixel"
	if c.version < 16 {
		fallback = "output_half_pixel"
	}
	if c.textAttr("coordinate_transformation_mode", fallback) == "half_pixel" {
		half = 0.5
	}
	rois := c.AddConst(c.Scale(c.float(1), c.floatAttr("spatial_scale", 1)), -half)
	along := func(low, high, bins, pixels int) (at, inside node) { // [R, bins·n]
		from, to := c.Slice(rois, graph.All(), graph.Range(low, low+1)), c.Slice(rois, graph.All(), graph.Range(high, high+1))
		extent := c.Sub(to, from)
		if half == 0 {
			extent = c.Maximum(extent, c.Scalar(1))
		}
		part := make([]float64, bins*n)
		for i := range part {
			part[i] = (float64(i) + 0.5) / float64(n*bins)
		}
		at = c.Add(from, c.Mul(extent, c.Const(part, 1, len(part))))
		inside = c.Mul(c.GreaterEqual(at, c.Scalar(-1)), c.LessEqual(at, c.Scalar(float64(pixels))))
		return c.Clamp(at, 0, float64(pixels-1)), inside
	}
	y, insideY := along(1, 3, height, s[2])
	x, insideX := along(0, 2, width, s[3])
	grid := func(v node, axis, pixels int) node { // from -1 to 1 over the image
		v = c.AddConst(c.Scale(v, 2/float64(max(pixels-1, 1))), -1)
		return c.Broadcast(c.Unsqueeze(v, axis), r[0], height*n, width*n)
	}
	points := c.Stack(3, grid(x, 1, s[3]), grid(y, 2, s[2]))
	images := c.Take(c.float(0), c.indexOf(2, s[0]))
	values := nn.GridSample(c.Builder, images, points, nn.GridOptions{Mode: nn.ResizeLinear, Pad: nn.GridBorder, AlignCorners: true})
	inside := c.Mul(c.Unsqueeze(insideY, 2), c.Unsqueeze(insideX, 1))
	values = c.Mul(values, c.Unsqueeze(inside, 1))
	o := nn.PoolOptions{Kernel: []int{n, n}}
	switch mode := c.textAttr("mode", "avg"); mode {
	case "avg":
		return c.floats(nn.AvgPool(c.Builder, values, o))
	case "max":
		c.refuse("got mode = max, which takes the largest share of a pixel, want avg")
	default:
		c.refuse("got mode = %q, want avg or max", mode)
	}
	return nil
}

package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// GridPad says what GridSample reads outside of the image.
type GridPad uint8

// The paddings.
const (
	GridZeros   GridPad = iota // zeros
	GridBorder                 // the nearest pixel of the image
	GridReflect                // the image mirrored at its border
)

// GridOptions are the settings of GridSample.
type GridOptions struct {
	Mode ResizeMode // ResizeNearest, the zero value, ResizeLinear or ResizeCubic
	Pad  GridPad    // the zero value is GridZeros
	// AlignCorners makes −1 and 1 the centres of the first and last pixels. By default they
	// are the edges of the image.
	AlignCorners bool
}

// GridSample reads images at points between their pixels (Jaderberg et al. 2015, section
// 3.3). x: [N, C, In...] with one to three spatial axes, result: [N, C, Out...]. grid:
// [N, Out..., k] has the k coordinates of each point, from −1 to 1 over the image, the one
// along the last axis first.
//
// A point reads the 1, 2 or 4 pixels of each axis that it lies between, by the mode. Other
// pixels, and those of weight 0, have no influence, even if they are infinite or NaN. At the
// centre of a pixel, where the derivative by the grid jumps, it is the one towards the next
// pixel, as in PyTorch. A coordinate that is NaN gives NaN.
//
// Errors: ErrShape for shapes that do not fit or without elements, ErrOption for an unknown
// mode or padding.
func GridSample(b *graph.Builder, x, grid *gorgonia.Node, o GridOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.GridSample", x, grid)
	defer c.Leave()
	s, g := c.Shape(x), c.Shape(grid)
	if !c.Checks().OneOf("resize mode", resizeNames[:ResizeCubic+1], int(o.Mode)).OneOf("grid padding", gridNames, int(o.Pad)).OK() {
		return nil
	}
	k := len(s) - 2
	switch {
	case k < 1 || k > 3 || s.Size() == 0:
		c.Refuse(mistake.Shapef("got the images %v, want [N, C, In...] with one to three spatial axes, not empty", s))
	case len(g) != len(s) || g[0] != s[0] || g[len(g)-1] != k || g.Size() == 0:
		c.Refuse(mistake.Shapef("got the grid %v for the images %v, want [%d, Out..., %d] with %d extents Out, not empty", g, s, s[0], k, k))
	}
	if !c.OK() || !c.Holds(s[0]) {
		return nil
	}
	points := g[1 : len(g)-1].Size()
	flat := b.Reshape(grid, g[0], points, k)
	axes := make([][]gridTap, k)
	for i := range k { // the last axis is the first coordinate
		axis := k - 1 - i
		l := gridLine{n: s[2+axis], pad: o.Pad, corners: o.AlignCorners}
		axes[axis] = gridTaps(b, c.At(flat, 2, i), l, o.Mode)
	}
	image := gridConst(b, s[0], points)
	pixels := b.Reshape(b.MoveAxes(x, []int{1}, []int{-1}), s[0]*s[2:].Size(), s[1]) // [N·Π In, C]
	var y *gorgonia.Node                                                             // [N, P, C]
	for _, taps := range oneOfEach(axes) {
		at, weight := gorgonia.Nodes{image}, taps[0].weight
		for i, t := range taps {
			at = append(at, t.at)
			if i > 0 {
				weight = b.Mul(weight, t.weight)
			}
		}
		index := c.Places(b.Stack(2, at...), append([]int{s[0]}, s[2:]...))
		term := c.Weigh(b.Unsqueeze(weight, 2), c.Take(pixels, index))
		if y == nil {
			y = term
		} else {
			y = b.Add(y, term)
		}
	}
	out := append([]int{s[0], s[1]}, g[1:len(g)-1]...)
	return b.Reshape(b.SwapAxes(y, 1, 2), out...)
}

// gridConst is the index of its image for each point: [n, points].
func gridConst(b *graph.Builder, n, points int) *gorgonia.Node {
	number := make([]float64, n)
	for i := range number {
		number[i] = float64(i)
	}
	return b.Broadcast(b.Const(number, n, 1), n, points)
}

// gridTap is a pixel on an axis, a whole number, and its weight: [N, P] each.
type gridTap struct{ at, weight *gorgonia.Node }

// oneOfEach are all choices of one tap for each axis.
func oneOfEach(axes [][]gridTap) [][]gridTap {
	all := [][]gridTap{nil}
	for _, taps := range axes {
		var next [][]gridTap
		for _, c := range all {
			for _, t := range taps {
				next = append(next, append(c[:len(c):len(c)], t))
			}
		}
		all = next
	}
	return all
}

// gridLine is a spatial axis of n pixels that is sampled.
type gridLine struct {
	n       int
	pad     GridPad
	corners bool
}

// gridTaps are the pixels of the line, and their weights, that points at the coordinates
// u: [N, P] lie between. Those outside of the image have the weight 0.
func gridTaps(b *graph.Builder, u *gorgonia.Node, l gridLine, mode ResizeMode) []gridTap {
	c := build.Of(b)
	at := b.Scale(b.AddConst(u, 1), float64(l.n-1)/2)
	if !l.corners {
		at = b.AddConst(b.Scale(b.AddConst(u, 1), float64(l.n)/2), -0.5)
	}
	if mode != ResizeCubic {
		at = gridInside(b, at, l)
	}
	within := func(at, weight *gorgonia.Node) gridTap {
		outside := b.Add(c.LtConst(at, 0), c.GtConst(at, float64(l.n-1)))
		return gridTap{at, b.Where(outside, c.Fill(weight, 0), weight)}
	}
	if mode == ResizeNearest {
		return []gridTap{within(b.Round(at), b.Where(b.IsNaN(at), at, c.Fill(at, 1)))}
	}
	lo := b.Floor(at)
	part := b.Sub(at, lo) // of the way to the next pixel: its slope is 1 also where it is 0
	if mode == ResizeLinear {
		return []gridTap{within(lo, c.OneMinus(part)), within(b.AddConst(lo, 1), part)}
	}
	var taps []gridTap
	for i := -1; i <= 2; i++ { // each of the four pixels is padded by itself
		pixel := b.Round(gridInside(b, b.AddConst(lo, float64(i)), l))
		taps = append(taps, within(pixel, cubicWeight(b, part, i)))
	}
	return taps
}

// cubicWeight is Keys' kernel for pixel i, from −1 to 2, and points at the fraction part of
// the way from pixel 0 to pixel 1.
func cubicWeight(b *graph.Builder, part *gorgonia.Node, i int) *gorgonia.Node {
	const c = op.CubicSlope
	t := b.AddConst(part, float64(-i)) // the distance
	if i > 0 {
		t = b.AddConst(b.Neg(part), float64(i))
	}
	if i == 0 || i == 1 {
		return b.AddConst(b.Mul(b.AddConst(b.Scale(t, c+2), -(c+3)), b.Square(t)), 1)
	}
	return b.AddConst(b.Mul(b.AddConst(b.Mul(b.AddConst(b.Scale(t, c), -5*c), t), 8*c), t), -4*c)
}

// gridInside moves coordinates into the line, as its padding says.
func gridInside(b *graph.Builder, at *gorgonia.Node, l gridLine) *gorgonia.Node {
	c := build.Of(b)
	if l.pad == GridZeros {
		return at
	}
	if l.pad == GridReflect {
		lo, span := 0.0, float64(l.n-1)
		if !l.corners {
			lo, span = -0.5, float64(l.n)
		}
		if span > 0 {
			from := b.Abs(b.AddConst(at, -lo))
			turns := b.Floor(b.Scale(from, 1/span))
			rest := b.Sub(from, b.Scale(turns, span))
			odd := b.Sub(turns, b.Scale(b.Floor(b.Scale(turns, 0.5)), 2))
			at = b.AddConst(b.Where(odd, b.AddConst(b.Neg(rest), span), rest), lo)
		} else {
			at = b.Where(b.IsNaN(at), at, c.Fill(at, 0))
		}
	}
	return HardTanhTo(b, at, 0, float64(l.n-1))
}

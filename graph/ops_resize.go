package graph

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// ResizeMode says how Resize and GridSample find values between places.
type ResizeMode uint8

// The modes of interpolation.
const (
	ResizeNearest      ResizeMode = iota // the place that a coordinate, rounded down, names; of GridSample the nearest
	ResizeLinear                         // between 2 places on each axis: bilinear, trilinear
	ResizeCubic                          // between 4 places on each axis, Keys' kernel with a = −3/4
	ResizeArea                           // the mean of the places that a window covers
	ResizeNearestExact                   // the nearest place, of Resize alone
)

// Resize are the settings of Resize.
type Resize struct {
	Mode ResizeMode
	Size []int // extents of the result, for each spatial axis or for all
	// Scale, used without Size, are the factors of the extents, which are rounded
	// down, and of the distance between places.
	Scale []float64
	// AlignCorners puts the first and last places of both on each other, and not
	// the edges of the images; of ResizeLinear and ResizeCubic alone.
	AlignCorners bool
}

// Resize changes the extents of the spatial axes of images x: [N, C, In...] by
// interpolation.
func (b *Builder) Resize(x *gorgonia.Node, r Resize) *gorgonia.Node {
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	k := len(s) - 2
	size, step, err := r.extents(s, k)
	if err != nil {
		b.c.Fail("resize", b.c.Label, gorgonia.Nodes{x}, err)
		return nil
	}
	if r.Mode == ResizeArea {
		return b.AdaptiveAvgPool(x, size...)
	}
	for i, out := range size {
		if !b.holds("resize", x, out, s[2+i]) {
			return nil
		}
		x = b.linearAlong(x, 2+i, r.matrix(s[2+i], out, step[i]), out)
	}
	return x
}

// extents are those of the result and the distances of its places in x.
func (r Resize) extents(s []int, k int) (size []int, step []float64, err error) {
	if k < 1 || len(r.Size) == 0 && len(r.Scale) == 0 || r.Mode > ResizeNearestExact {
		return nil, nil, errors.Wrapf(ErrShape, "got %v, the extents %v, the factors %v and the mode %d, want [N, C, ...] and one of both", s, r.Size, r.Scale, r.Mode)
	}
	size, step = make([]int, k), make([]float64, k)
	for i := range size {
		in := s[2+i]
		if len(r.Size) > 0 {
			size[i] = r.Size[min(i, len(r.Size)-1)]
			step[i] = float64(in) / float64(size[i])
		} else {
			f := r.Scale[min(i, len(r.Scale)-1)]
			if !(float64(in)*f <= op.MaxElements) {
				return nil, nil, errors.Wrapf(ErrShape, "got %v and the factors %v, want at most %d places on an axis", s, r.Scale, op.MaxElements)
			}
			size[i], step[i] = int(math.Floor(float64(in)*f)), 1/f
		}
		if size[i] < 1 || in < 1 {
			return nil, nil, errors.Wrapf(ErrShape, "got %v, the extents %v and the factors %v, want at least one place on each axis", s, r.Size, r.Scale)
		}
	}
	return size, step, nil
}

// matrix interpolates n places to out of them, step apart.
func (r Resize) matrix(n, out int, step float64) []float64 {
	m := make([]float64, out*n)
	for j := range out {
		row := m[j*n : (j+1)*n]
		inside := func(i int) int { return max(0, min(n-1, i)) }
		at := (float64(j)+0.5)*step - 0.5
		if r.AlignCorners {
			at = 0
			if out > 1 {
				at = float64(j) * float64(n-1) / float64(out-1)
			}
		}
		lo := math.Floor(at)
		switch r.Mode {
		case ResizeNearest:
			row[inside(int(math.Floor(float64(j)*step)))]++
		case ResizeNearestExact:
			row[inside(int(math.Floor((float64(j)+0.5)*step)))]++
		case ResizeLinear:
			at = max(0, at)
			lo = math.Floor(at)
			row[inside(int(lo))] += 1 - (at - lo)
			row[inside(int(lo)+1)] += at - lo
		case ResizeCubic:
			for tap := -1; tap <= 2; tap++ {
				row[inside(int(lo)+tap)] += keys(at - lo - float64(tap))
			}
		}
	}
	return m
}

// cubic is the parameter of Keys' kernel.
const cubic = -0.75

// keys is Keys' kernel (1981, equation 4) at the distance t.
func keys(t float64) float64 {
	t = math.Abs(t)
	switch {
	case t <= 1:
		return ((cubic+2)*t-(cubic+3))*t*t + 1
	case t < 2:
		return ((cubic*t-5*cubic)*t+8*cubic)*t - 4*cubic
	}
	return 0
}

// GridPad says what GridSample finds outside of the image.
type GridPad uint8

// What lies outside.
const (
	GridZeros   GridPad = iota // zeros
	GridBorder                 // the nearest place of the image
	GridReflect                // the image mirrored
)

// GridSample takes values of images x: [N, C, In...] at points: grid: [N, Out...,
// k], k being the number of spatial axes, of coordinates that run from −1 to 1
// over the image, the last axis first; result [N, C, Out...]. With corners, −1
// and 1 are the middles of the outermost places, else their outer edges. It
// weighs all places of an axis for each point (Jaderberg et al. 2015, section 3.3).
func (b *Builder) GridSample(x, grid *gorgonia.Node, mode ResizeMode, pad GridPad, corners bool) *gorgonia.Node {
	s, g := b.c.Shape(x), b.c.Shape(grid)
	if b.c.Err != nil {
		return nil
	}
	k := len(s) - 2
	if k < 1 || k > 3 || len(g) != len(s) || g[0] != s[0] || g[len(g)-1] != k || mode > ResizeCubic || pad > GridReflect || s.Size() == 0 || g.Size() == 0 {
		b.c.Fail("gridsample", b.c.Label, gorgonia.Nodes{x, grid}, errors.Wrapf(ErrShape, "got %v, the grid %v, the mode %d and the padding %d, want [N, C, ...] of one to three spatial axes and as many coordinates, not empty", s, g, mode, pad))
		return nil
	}
	points := g[1 : len(g)-1].Size()
	flat := b.Reshape(grid, g[0], points, k)
	y := x
	for i := range k { // [N, C, ...] becomes [N, P, C, ...] and loses its axes from the last on
		axis := k - 1 - i
		w := b.gridWeights(b.Squeeze(b.along(flat, 2, Range(i, i+1)), 2), s[2+axis], mode, pad, corners)
		if i == 0 {
			lead := s[1 : len(s)-1].Size() // N, C·rest, n against N, P, n
			y = b.c.MatMulT(w, b.Reshape(y, s[0], lead, s[len(s)-1]), false, true)
		} else {
			done := b.c.Shape(y)
			if b.c.Err != nil {
				return nil
			}
			rows := done[2] / max(1, s[2+axis])
			y = b.Reshape(b.MatMul(b.Reshape(y, s[0], points, rows, s[2+axis]), b.Unsqueeze(w, 3)), s[0], points, rows)
		}
	}
	out := append([]int{s[0], s[1]}, g[1:len(g)-1]...)
	return b.Reshape(b.SwapAxes(y, 1, 2), out...)
}

// gridWeights are the shares of the n places of an axis in the points u: [N, P]:
// [N, P, n].
func (b *Builder) gridWeights(u *gorgonia.Node, n int, mode ResizeMode, pad GridPad, corners bool) *gorgonia.Node {
	at := b.Scale(b.AddConst(u, 1), float64(n-1)/2)
	if !corners {
		at = b.AddConst(b.Scale(b.AddConst(u, 1), float64(n)/2), -0.5)
	}
	if !b.holds("gridsample", u, n) {
		return nil
	}
	places := make([]float64, n)
	for i := range places {
		places[i] = float64(i)
	}
	place := b.Const(places, n)
	apart := func(at *gorgonia.Node) *gorgonia.Node { return b.Sub(b.Unsqueeze(at, 2), place) }
	switch mode {
	case ResizeNearest:
		return b.c.EqConst(apart(b.Round(b.gridInside(at, n, pad, corners))), 0)
	case ResizeLinear:
		return b.ReLU(b.oneMinus(b.Abs(apart(b.gridInside(at, n, pad, corners)))))
	}
	lo := b.Floor(at)
	part := b.Sub(at, lo)
	var w *gorgonia.Node
	for tap := -1; tap <= 2; tap++ { // each of the four places finds its own way inside
		t := b.Abs(b.AddConst(part, -float64(tap)))
		near := b.AddConst(b.Mul(b.AddConst(b.Scale(t, cubic+2), -(cubic+3)), b.Square(t)), 1)
		far := b.AddConst(b.Mul(b.AddConst(b.Mul(b.AddConst(b.Scale(t, cubic), -5*cubic), t), 8*cubic), t), -4*cubic)
		share := near
		if tap == -1 || tap == 2 {
			share = far
		}
		is := b.c.EqConst(apart(b.Round(b.gridInside(b.AddConst(lo, float64(tap)), n, pad, corners))), 0)
		term := b.Mul(b.Unsqueeze(share, 2), is)
		if w == nil {
			w = term
		} else {
			w = b.Add(w, term)
		}
	}
	return w
}

// gridInside moves coordinates of n places inside as pad says.
func (b *Builder) gridInside(at *gorgonia.Node, n int, pad GridPad, corners bool) *gorgonia.Node {
	if pad == GridZeros {
		return at
	}
	if pad == GridReflect {
		lo, span := 0.0, float64(n-1)
		if !corners {
			lo, span = -0.5, float64(n)
		}
		if span > 0 {
			from := b.Abs(b.AddConst(at, -lo))
			turns := b.Floor(b.Scale(from, 1/span))
			rest := b.Sub(from, b.Scale(turns, span))
			odd := b.Sub(turns, b.Scale(b.Floor(b.Scale(turns, 0.5)), 2))
			at = b.AddConst(b.Where(odd, b.AddConst(b.Neg(rest), span), rest), lo)
		} else {
			at = b.c.Fill(at, 0)
		}
	}
	return b.HardTanhTo(at, 0, float64(n-1))
}

// AffineGrid is the grid for GridSample that maps the points of an image of the
// extents out by theta: [N, k, k+1] of one to three axes: result [N, out..., k].
func (b *Builder) AffineGrid(theta *gorgonia.Node, out []int, corners bool) *gorgonia.Node {
	s, k := b.c.Shape(theta), len(out)
	if b.c.Err != nil {
		return nil
	}
	if k < 1 || k > 3 || len(s) != 3 || s[1] != k || s[2] != k+1 || slices.Min(out) < 1 {
		b.c.Fail("affinegrid", b.c.Label, gorgonia.Nodes{theta}, errors.Wrapf(ErrShape, "got %v for the extents %v, want [N, k, k+1] for one to three axes of at least one place", s, out))
		return nil
	}
	if !b.holds("affinegrid", theta, append(slices.Clone(out), k+1)...) {
		return nil
	}
	points := ir.Shape(out).Size()
	base := make([]float64, points*(k+1))
	for p := range points {
		rest := p
		for i := range k { // the last axis is the first coordinate
			n := out[k-1-i]
			j := float64(rest % n)
			rest /= n
			u := (2*j+1)/float64(n) - 1
			if corners {
				u = 0
				if n > 1 {
					u = 2*j/float64(n-1) - 1
				}
			}
			base[p*(k+1)+i] = u
		}
		base[p*(k+1)+k] = 1
	}
	y := b.c.MatMulT(b.Const(base, points, k+1), theta, false, true)
	return b.Reshape(y, append(append([]int{s[0]}, out...), k)...)
}

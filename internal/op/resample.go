package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Resample changes the extent of an axis from in to out (both are attributes) by
// interpolation: each element of the result is a sum of a few elements of x, with
// weights that the attributes mode, step and corners give (see taps). Elements of the
// weight 0 have no part in it, even if they are NaN. It is linear: with the attribute
// back it is its own transpose, from out to in, which gives dx.
var Resample Entry

// The modes of Resample.
const (
	NearestBelow = iota // the place that a coordinate, rounded down, names
	Nearest             // the place nearest to the middle
	Linear              // between 2 places
	Cubic               // between 4 places
)

func init() {
	define(&Resample, Entry{
		Def: ir.Def{Name: "resample", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				t, err := inferAxis(in, a)
				if err != nil {
					return ir.Type{}, err
				}
				from, to := resampleExtents(a)
				axis := a.Int("axis")
				if from < 1 || to < 1 || t.Shape[axis] != from {
					return ir.Type{}, shapef("axis %d: got %d elements, want %d to make %d of", axis, t.Shape[axis], from, to)
				}
				s := t.Shape.Clone()
				s[axis] = to
				return ir.Type{DType: t.DType, Shape: s}, nil
			},
			F32: resampleKernel[float32](), F64: resampleKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&Resample, n.Attrs.With("back", !n.Attrs.Bool("back")), d)}
		},
		Ref: func(c *ir.Call[float64]) {
			g := lineOf(c.V.In[0].Type.Shape, c.V.Attrs.Int("axis"))
			_, to := resampleExtents(c.V.Attrs)
			rows := tapsOf(c.V.Attrs)
			for i := range g.outer * g.inner {
				for j, row := range rows {
					sum := 0.0
					for _, t := range row {
						sum += t.weight * c.In[0][(i/g.inner*g.n+t.at)*g.inner+i%g.inner]
					}
					c.Out[(i/g.inner*to+j)*g.inner+i%g.inner] = sum
				}
			}
		},
		Samples: func() []Sample {
			a := ir.A("axis", 1, "in", 4, "out", 7, "mode", Linear, "step", 4./7, "corners", false, "back", false)
			return []Sample{
				{In: []ir.Shape{{2, 4, 3}}, Attrs: a},
				{In: []ir.Shape{{2, 4}}, Attrs: a.With("mode", Cubic)},
				{In: []ir.Shape{{4}}, Attrs: a.With("axis", 0).With("mode", Linear).With("corners", true)},
				{In: []ir.Shape{{2, 4}}, Attrs: a.With("mode", NearestBelow)},
				{In: []ir.Shape{{2, 4}}, Attrs: a.With("mode", Nearest)},
				{In: []ir.Shape{{2, 7, 3}}, Attrs: a.With("mode", Cubic).With("back", true)},
			}
		},
	})
}

// resampleExtents are the extents of the axis before and after.
func resampleExtents(a ir.Attrs) (from, to int) {
	if a.Bool("back") {
		return a.Int("out"), a.Int("in")
	}
	return a.Int("in"), a.Int("out")
}

// tap is an index of the operand, with its weight in one element of the result.
type tap struct {
	at     int
	weight float64
}

// tapsOf are the taps of each index of the result.
func tapsOf(a ir.Attrs) [][]tap {
	n, out := a.Int("in"), a.Int("out")
	rows := make([][]tap, out)
	for j := range rows {
		rows[j] = taps(a, n, out, j)
	}
	if !a.Bool("back") {
		return rows
	}
	back := make([][]tap, n)
	for j, row := range rows {
		for _, t := range row {
			back[t.at] = append(back[t.at], tap{j, t.weight})
		}
	}
	return back
}

// taps are the indices, of n, that index j of out is interpolated between. Index j lies
// at (j + ½)·step − ½, or, with corners, such that the first and the last indices of both
// coincide. Beyond an end, the last index counts.
func taps(a ir.Attrs, n, out, j int) []tap {
	var row []tap
	add := func(at int, weight float64) {
		at = max(0, min(n-1, at))
		for i := range row {
			if row[i].at == at {
				row[i].weight += weight
				return
			}
		}
		if weight != 0 {
			row = append(row, tap{at, weight})
		}
	}
	step := a.Float("step")
	at := (float64(j)+0.5)*step - 0.5
	if a.Bool("corners") {
		at = 0
		if out > 1 {
			at = float64(j) * float64(n-1) / float64(out-1)
		}
	}
	lo := math.Floor(at)
	switch a.Int("mode") {
	case NearestBelow:
		add(int(math.Floor(float64(j)*step)), 1)
	case Nearest:
		add(int(math.Floor((float64(j)+0.5)*step)), 1)
	case Linear:
		at = max(0, at)
		lo = math.Floor(at)
		add(int(lo), 1-(at-lo))
		add(int(lo)+1, at-lo)
	case Cubic:
		for k := -1; k <= 2; k++ {
			add(int(lo)+k, keys(at-lo-float64(k)))
		}
	}
	return row
}

// CubicSlope is the parameter of Keys' kernel.
const CubicSlope = -0.75

// keys is Keys' kernel (1981, equation 4) at the distance t.
func keys(t float64) float64 {
	t = math.Abs(t)
	switch {
	case t <= 1:
		return ((CubicSlope+2)*t-(CubicSlope+3))*t*t + 1
	case t < 2:
		return ((CubicSlope*t-5*CubicSlope)*t+8*CubicSlope)*t - 4*CubicSlope
	}
	return 0
}

// resampling is the state of the kernel. Row j of the result has the taps from
// first[j] to before first[j+1].
type resampling[T ir.Float] struct {
	g         stage
	to        int
	first, at []int
	weight    []T
	parts     int
	part      func(worker, part int)
	c         *ir.Call[T]
}

func resampleKernel[T ir.Float]() ir.Kernel[T] {
	const perPart = 1 << 13 // elements
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := &resampling[T]{g: lineOf(v.In[0].Type.Shape, v.Attrs.Int("axis"))}
			_, s.to = resampleExtents(v.Attrs)
			for _, row := range tapsOf(v.Attrs) {
				s.first = append(s.first, len(s.at))
				for _, t := range row {
					s.at, s.weight = append(s.at, t.at), append(s.weight, T(t.weight))
				}
			}
			s.first = append(s.first, len(s.at))
			rows := s.g.outer * s.to
			s.parts = max(1, min(rows, rows*s.g.inner/perPart))
			s.part = func(_, p int) { s.run(p*rows/s.parts, (p+1)*rows/s.parts) }
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*resampling[T])
			s.c = c
			c.Pool.Run(s.parts, s.part)
		},
	}
}

// run computes the rows of the result from lo up to, but not including, hi. Row o·to + j
// is index j of line o, inner elements.
func (s *resampling[T]) run(lo, hi int) {
	inner := s.g.inner
	for r := lo; r < hi; r++ {
		o, j := r/s.to, r%s.to
		x := s.c.In[0][o*s.g.n*inner : (o+1)*s.g.n*inner]
		at, weight := s.at[s.first[j]:s.first[j+1]], s.weight[s.first[j]:s.first[j+1]]
		if inner == 1 {
			var sum T
			for k, i := range at {
				sum += weight[k] * x[i]
			}
			s.c.Out[r] = sum
			continue
		}
		dst := s.c.Out[r*inner : (r+1)*inner]
		clear(dst)
		for k, i := range at {
			w := weight[k]
			for e, v := range x[i*inner : (i+1)*inner] {
				dst[e] += w * v
			}
		}
	}
}

// Resample changes the extent of an axis to out. Neighbours in the result are step
// indices of x apart.
func (c *Ctx) Resample(x *gorgonia.Node, axis, out, mode int, step float64, corners bool) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	return c.Apply(&Resample, ir.A("axis", axis, "in", s[axis], "out", out, "mode", mode, "step", step, "corners", corners, "back", false), x)
}

package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/maxpool"
	"gorgonia.org/gorgonia"
)

// This file holds what the pooling operators share: the windows, which the attributes
// kernel, stride, pad, dilation and out describe. Window i covers the positions
// i·stride + k·dilation − pad of an axis, k < kernel, that lie inside. With the
// attribute adaptive, window i of n over an axis of m covers ⌊i·m/n⌋ up to, but not
// including, ⌈(i+1)·m/n⌉.

// Windows are the settings of pooling: one number for each spatial axis.
type Windows struct {
	Kernel, Stride, Pad, Dilation []int
	Ceil                          bool // a last window may reach over the end
}

// span is a window on one axis: count positions from start, step apart. div is the
// number that an average divides by.
type span struct{ start, count, div int }

// windows are those of three axes, the first ones of extent 1 where there are fewer.
type windows struct {
	planes  int
	in, out [3]int
	step    [3]int
	spans   [3][]span
}

// windowsOf reads the attributes of pooling from images x to out.
func windowsOf(a ir.Attrs, x, out ir.Shape) windows {
	w := windows{planes: x[0] * x[1], in: [3]int{1, 1, 1}, out: [3]int{1, 1, 1}, step: [3]int{1, 1, 1}}
	for i := range w.spans {
		w.spans[i] = []span{{0, 1, 1}}
	}
	axes := len(x) - 2
	for i := range axes {
		k := 3 - axes + i
		w.in[k], w.out[k] = x[2+i], out[2+i]
		w.spans[k] = make([]span, out[2+i])
		if a.Bool("adaptive") {
			for j := range w.spans[k] {
				start := j * x[2+i] / out[2+i]
				n := ((j+1)*x[2+i]+out[2+i]-1)/out[2+i] - start
				w.spans[k][j] = span{start, n, n}
			}
			continue
		}
		w.step[k] = a.Ints("dilation")[i]
		for j := range w.spans[k] {
			w.spans[k][j] = spanOf(a, i, j, x[2+i])
		}
	}
	return w
}

// spanOf is window j on spatial axis i, of n places.
func spanOf(a ir.Attrs, i, j, n int) span {
	pad, step := a.Ints("pad")[i], a.Ints("dilation")[i]
	start := j*a.Ints("stride")[i] - pad
	count := a.Ints("kernel")[i]
	s := span{start: start}
	for k := range count {
		at := start + k*step
		if at < n+pad {
			s.div++ // a position of the image or of its padding
		}
		if at >= 0 && at < n {
			if s.count == 0 {
				s.start = at
			}
			s.count++
		}
	}
	switch {
	case a.Bool("sum"):
		s.div = 1
	case !a.Bool("countpad"):
		s.div = s.count
	}
	return s
}

// each calls f for every position of a window, with its offset in the plane, in
// row-major order.
func (w *windows) each(z, y, x span, f func(at int)) {
	for i := range z.count {
		for j := range y.count {
			row := ((z.start+i*w.step[0])*w.in[1] + y.start + j*w.step[1]) * w.in[2]
			for k := range x.count {
				f(row + x.start + k*w.step[2])
			}
		}
	}
}

// first is the offset in the plane of the largest element of a window: the first of
// equal ones, or the first NaN.
func first[T ir.Float](w *windows, plane []T, z, y, x span) int {
	best, m := 0, int64(math.MinInt64) // integers: no branch on what is as good as random
	for i := range z.count {
		for j := range y.count {
			at := ((z.start+i*w.step[0])*w.in[1]+y.start+j*w.step[1])*w.in[2] + x.start
			for range x.count {
				if k := maxpool.Key(plane[at]); k > m {
					best, m = at, k
				}
				at += w.step[2]
			}
		}
	}
	return best
}

// inferPool is the shape rule of pooling: images, and out by the attribute.
func inferPool(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	x := in[0]
	out := a.Ints("out")
	if !x.DType.IsFloat() {
		return ir.Type{}, dtypef("got %v, want floats", x)
	}
	if err := poolSettings(a, x.Shape, out); err != nil {
		return ir.Type{}, err
	}
	return ir.Type{DType: x.DType, Shape: append(x.Shape[:2].Clone(), out...)}, nil
}

// poolSettings checks the attributes against images of the shape x.
func poolSettings(a ir.Attrs, x ir.Shape, out []int) error {
	k := len(x) - 2
	if k < 1 || k > 3 || len(out) != k {
		return shapef("got images %v and windows %v, want [N, C, ...] with one to three spatial axes", x, out)
	}
	keys := []string{"kernel", "stride", "pad", "dilation"}
	if a.Bool("adaptive") {
		keys = nil
	}
	for i, n := range out {
		for _, key := range keys {
			v := a.Ints(key)
			if len(v) != k || v[i] < 1 && key != "pad" || v[i] < 0 {
				return shapef("got the %s %v for images %v, want a number of at least %d for each spatial axis", key, v, x, truth(key != "pad"))
			}
		}
		if n < 1 || x[2+i] < 1 {
			return shapef("got windows of %v, want such as fit into axis %d of %v", a.Ints("kernel"), 2+i, x)
		}
		if a.Bool("adaptive") {
			continue
		}
		kernel, pad := a.Ints("kernel")[i], a.Ints("pad")[i]
		if 2*pad > kernel {
			return shapef("got the padding %d for windows of %d, want at most half of it", pad, kernel)
		}
		if last := spanOf(a, i, n-1, x[2+i]); last.count == 0 {
			return shapef("got %v windows of %v over images %v, want fewer: the last one on axis %d is empty", out, a.Ints("kernel"), x, 2+i)
		}
	}
	return nil
}

// inferPoolPair is the shape rule of an operator of images and a second operand. With
// scatter, the second operand has the shape of the windows and the result that of the
// images; else the other way round.
func inferPoolPair(scatter bool) func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	return func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
		second, err := inferPool(in, a)
		if err != nil {
			return second, err
		}
		out := in[0]
		if !scatter {
			second, out = out, second
		}
		if !in[1].Equal(second) {
			return out, shapef("got %v and %v, want %v for the second", in[0], in[1], second)
		}
		return out, nil
	}
}

// Attrs are the attributes of pooling with the windows over x.
func (w Windows) Attrs(x ir.Shape) ir.Attrs {
	out := make([]int, max(0, len(x)-2))
	for i := range out {
		if i >= len(w.Kernel) || i >= len(w.Stride) || i >= len(w.Pad) || i >= len(w.Dilation) || w.Stride[i] < 1 {
			break // the shape rule says what is wrong
		}
		n := x[2+i] + 2*w.Pad[i] - (w.Kernel[i]-1)*w.Dilation[i] - 1
		if n < 0 {
			break
		}
		out[i] = n/w.Stride[i] + 1
		if w.Ceil && n%w.Stride[i] != 0 && out[i]*w.Stride[i] < x[2+i]+w.Pad[i] {
			out[i]++
		}
	}
	return ir.A("kernel", w.Kernel, "stride", w.Stride, "pad", w.Pad, "dilation", w.Dilation, "out", out)
}

// pooling is the state of a pooling kernel.
type pooling[T ir.Float] struct {
	windows
	plain   plainWindows
	isPlain bool
	apart   int // elements from one worker's row in the scratch to the next worker's
	c       *ir.Call[T]
	part    func(worker, part int)
	parts   int
}

// poolKernel calls plane for each channel of each image, several of them in one part.
func poolKernel[T ir.Float](shapes func(v *ir.Value) (x, out ir.Shape), plane func(s *pooling[T], worker, p int)) ir.Kernel[T] {
	const perPart = 1 << 14 // elements
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			x, out := shapes(v)
			s := &pooling[T]{windows: windowsOf(v.Attrs, x, out)}
			s.plain, s.isPlain = plainOf(v.Attrs, x, out)
			s.apart = s.in[2] + 64 // never two workers' on one cache line
			size := s.in[0] * s.in[1] * s.in[2]
			s.parts = max(1, min(s.planes, s.planes*size/perPart))
			s.part = func(worker, part int) {
				for p := part * s.planes / s.parts; p < (part+1)*s.planes/s.parts; p++ {
					plane(s, worker, p)
				}
			}
			return s, workers * s.apart
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*pooling[T])
			s.c = c
			c.Pool.Run(s.parts, s.part)
		},
	}
}

// row is the worker's memory for one row of an image.
func (s *pooling[T]) row(worker int) []T {
	return s.c.Scratch[worker*s.apart : worker*s.apart+s.in[2]]
}

// sizes are the elements of a plane of the images and of the windows.
func (w *windows) sizes() (in, out int) {
	return w.in[0] * w.in[1] * w.in[2], w.out[0] * w.out[1] * w.out[2]
}

// every calls f for each window with its number.
func (w *windows) every(f func(i int, z, y, x span)) {
	i := 0
	for _, z := range w.spans[0] {
		for _, y := range w.spans[1] {
			for _, x := range w.spans[2] {
				f(i, z, y, x)
				i++
			}
		}
	}
}

// poolSamples are pooling applications. operands returns the shapes of the operands
// from those of the images and the windows.
func poolSamples(operands func(x, out ir.Shape) []ir.Shape, adaptive bool, kv ...any) []Sample {
	var out []Sample
	add := func(x ir.Shape, a ir.Attrs) {
		for i := 0; i+1 < len(kv); i += 2 {
			a = a.With(kv[i].(string), kv[i+1])
		}
		out = append(out, Sample{In: operands(x, append(x[:2].Clone(), a.Ints("out")...)), Attrs: a})
	}
	for _, s := range []struct {
		x ir.Shape
		w Windows
	}{
		{ir.Shape{2, 3, 9}, Windows{Kernel: []int{3}, Stride: []int{2}, Pad: []int{0}, Dilation: []int{1}}},
		{ir.Shape{2, 2, 6, 6}, Windows{Kernel: []int{2, 2}, Stride: []int{2, 2}, Pad: []int{0, 0}, Dilation: []int{1, 1}}},
		{ir.Shape{1, 2, 7, 5}, Windows{Kernel: []int{3, 2}, Stride: []int{2, 1}, Pad: []int{1, 1}, Dilation: []int{1, 2}, Ceil: true}},
		{ir.Shape{1, 1, 3, 4, 5}, Windows{Kernel: []int{2, 2, 2}, Stride: []int{1, 2, 2}, Pad: []int{0, 0, 1}, Dilation: []int{1, 1, 1}}},
	} {
		add(s.x, s.w.Attrs(s.x))
	}
	if adaptive {
		add(ir.Shape{1, 2, 7, 5}, ir.A("adaptive", true, "out", []int{3, 2}))
	}
	return out
}

// pool applies the pooling operator e with the windows w to x; kv are more attributes.
func (c *Ctx) pool(e *Entry, x *gorgonia.Node, w Windows, kv ...any) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	a := w.Attrs(s)
	for i := 0; i+1 < len(kv); i += 2 {
		a = a.With(kv[i].(string), kv[i+1])
	}
	return c.Apply(e, a, x)
}

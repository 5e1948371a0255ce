package randgraph

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// windowed are convolutions and pools.
var windowed = []kind{convolution, convolution, pooling, pooling}

// windows are how windows move over the axes of an image behind its first two.
type windows struct{ kernel, stride, pad, dilation, out []int }

// windows draws windows of which at least one fits everywhere.
func (g *recipe) windows(shape []int) (w windows, ok bool) {
	if len(shape) < 3 || len(shape) > 5 || size(shape) == 0 {
		return w, false
	}
	for _, n := range shape[2:] {
		k := 1 + g.r.IntN(min(3, n))
		s, p, d := 1+g.r.IntN(2), g.r.IntN(k/2+1), 1
		if 2*(k-1) < n && g.r.IntN(3) == 0 {
			d = 2
		}
		w.kernel, w.stride, w.pad, w.dilation = append(w.kernel, k), append(w.stride, s), append(w.pad, p), append(w.dilation, d)
		w.out = append(w.out, (n+2*p-(k-1)*d-1)/s+1)
	}
	return w, true
}

// each calls f with the places of the image that the window at out covers, and the
// places of the kernel that cover them.
func (w windows) each(image, out []int, f func(at, tap []int)) {
	each(w.kernel, func(tap []int) {
		at := make([]int, len(tap))
		for i := range tap {
			at[i] = out[i]*w.stride[i] + tap[i]*w.dilation[i] - w.pad[i]
			if at[i] < 0 || at[i] >= image[i] {
				return
			}
		}
		f(at, tap)
	})
}

// convolution takes its weights from the first elements of another value.
func convolution(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	w, ok := g.windows(s)
	if !ok {
		return step{}, false
	}
	groups := 1
	if g.r.IntN(3) == 0 {
		groups = s[1]
	}
	each, outs := s[1]/groups, groups*(1+g.r.IntN(2))
	shape := append([]int{outs, each}, w.kernel...)
	n := size(shape)
	y := g.pick()
	if size(g.shape(y)) < n {
		return step{}, false
	}
	a := ir.A("stride", w.stride, "pad", w.pad, "padend", w.pad, "dilation", w.dilation, "groups", groups)
	return two(fmt.Sprint("conv ", shape, w, groups), x, y,
		func(c *op.Ctx, x, y node) node {
			flat := c.Slice(c.Reshape(y, ir.Shape{-1}), []op.Range{{Start: 0, Stop: n, Step: 1}})
			return c.Conv(x, c.Reshape(flat, shape), a)
		},
		func(_ *naive, x, y array) array {
			weight := array{shape, y.v[:n]}
			return fill(append([]int{s[0], outs}, w.out...), func(at []int) float64 {
				sum := 0.0
				for ch := range each {
					from := at[1]/(outs/groups)*each + ch
					w.each(s[2:], at[2:], func(in, tap []int) {
						sum += x.get(append([]int{at[0], from}, in...)) * weight.get(append([]int{at[1], ch}, tap...))
					})
				}
				return sum
			})
		})
}

func pooling(g *recipe, x int) (step, bool) {
	s := g.shape(x)
	w, ok := g.windows(s)
	if !ok {
		return step{}, false
	}
	o := op.Windows{Kernel: w.kernel, Stride: w.stride, Pad: w.pad, Dilation: w.dilation}
	largestOf := g.r.IntN(2) == 0
	return one(fmt.Sprint("pool ", w, largestOf), x,
		func(c *op.Ctx, x node) node {
			if largestOf {
				return c.MaxPool(x, o)
			}
			return c.AvgPool(x, o, false)
		},
		func(k *naive, x array) array {
			return fill(append(slices.Clone(s[:2]), w.out...), func(at []int) float64 {
				var part []float64
				w.each(s[2:], at[2:], func(in, _ []int) { part = append(part, x.get(append(slices.Clone(at[:2]), in...))) })
				if largestOf {
					return largest(k, part)
				}
				return sum(part) / float64(len(part))
			})
		})
}

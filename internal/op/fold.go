package op

import (
	"math/bits"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// This file folds any axes of an array by one operation. The order depends on the
// shape alone, never on the number of workers. Sums are pairwise: the kernel of a row
// folds it in pairs, and this file folds columns, in blocks of at most leafRows rows
// whose results are folded in pairs. So the rounding error of a sum of n elements
// grows with the logarithm of n (Higham, "The Accuracy of Floating Point Summation",
// SIAM J. Sci. Comput. 14, 1993).

// reducer folds in two layouts. The folds must be associative.
type reducer[T ir.Float] struct {
	rows func(dst, x []T, n int)         // dst[i] folds x[i*n:(i+1)*n]
	cols func(dst, x []T, n, stride int) // dst[j] folds x[i*stride+j] for i in [0, n), one after the other
	join func(dst, a, b []T)             // dst[j] folds a[j] and b[j]
}

// stage folds the middle axis of a dense [outer, n, inner] array.
type stage struct{ outer, n, inner int }

// group is neighbouring axes that are all folded, or all kept: n elements, stride
// apart.
type group struct {
	n, stride int
	fold      bool
}

// groups joins the neighbouring axes of a dense shape that are all folded, or all
// kept.
func groups(shape ir.Shape, axes []int) (gs []group) {
	for i, stride := range shape.Strides() {
		d, fold := shape[i], slices.Contains(axes, i)
		if d == 1 {
			continue
		}
		if k := len(gs) - 1; k >= 0 && gs[k].fold == fold {
			gs[k] = group{gs[k].n * d, stride, fold}
			continue
		}
		gs = append(gs, group{d, stride, fold})
	}
	return gs
}

// stages splits a fold over any axes into folds of one axis each, last first.
func stages(shape ir.Shape, axes []int) (out []stage) {
	gs := groups(shape, axes)
	for k := len(gs) - 1; k >= 0; k-- {
		if !gs[k].fold {
			continue
		}
		s := stage{outer: 1, n: gs[k].n, inner: 1}
		for i, g := range gs {
			switch {
			case i < k:
				s.outer *= g.n
			case i > k && !g.fold:
				s.inner *= g.n
			}
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		out = append(out, stage{shape.Size(), 1, 1})
	}
	return out
}

const (
	reduceChunk = 8192  // elements that one part folds of one long row
	reduceGrain = 32768 // elements below which a fold is not worth splitting

	leafRows   = 128  // rows that columns fold one after the other
	foldWidth  = 1024 // columns that a worker folds at a time
	stackWidth = 64   // shorter rows are taken side by side, as rows of this width
	stackLeast = 512  // if there are at least this many
)

// chunkRows is how many rows one part folds, for a stage with one outer element and
// few columns. It is 0 for other stages, whose columns are divided among the parts.
func (g stage) chunkRows() int {
	size := g.n * g.inner
	if g.outer > 1 || g.inner == 1 || size < 4*reduceGrain || g.inner > 2*stackWidth {
		return 0
	}
	return (2*reduceGrain + g.inner - 1) / g.inner
}

// partials is how many partial results the parts of a stage leave.
func (g stage) partials() int {
	if rows := g.chunkRows(); rows > 0 {
		return (g.n + rows - 1) / rows * g.inner
	}
	if g.outer == 1 && g.inner == 1 && g.n > reduceChunk {
		return (g.n + reduceChunk - 1) / reduceChunk
	}
	return 0
}

// needs is the memory of a worker for the columns of a stage.
func (g stage) needs() int {
	if g.inner == 1 {
		return 0
	}
	width := max(min(g.inner, foldWidth), stackWidth)
	return (bits.Len(uint(g.n/leafRows)) + 3) * width
}

// folding is the state of one prepared fold.
type folding[T ir.Float] struct {
	r      reducer[T]
	stages []stage
	own    int // elements of scratch of each worker
	cur    stage
	src    []T
	dst    []T
	free   []T // of all workers
	parts  int
	f      func(worker, part int)
}

// reduceKernel runs the folds of r over any axes.
func reduceKernel[T ir.Float](r reducer[T]) ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			s := &folding[T]{r: r, stages: stages(v.In[0].Type.Shape, v.Attrs.Ints("axes"))}
			s.f = s.part
			scratch := 0
			for _, g := range s.stages {
				scratch += g.outer*g.inner + g.partials()
				s.own = max(s.own, g.needs())
			}
			return s, scratch + workers*s.own
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*folding[T])
			n := c.Pool.Workers() * s.own
			src, free := c.In[0], c.Scratch[n:]
			s.free = c.Scratch[:n]
			for i, g := range s.stages {
				dst := c.Out
				if i < len(s.stages)-1 {
					dst, free = free[:g.outer*g.inner], free[g.outer*g.inner:]
				}
				s.run(c, g, dst, src, free)
				src = dst
			}
		},
	}
}

func (s *folding[T]) run(c *ir.Call[T], g stage, dst, src, free []T) {
	s.cur, s.src, s.dst = g, src, dst
	size := g.outer * g.n * g.inner
	if g.outer == 1 && g.inner > 1 && g.n <= leafRows && size < reduceGrain { // as columns does it
		s.r.cols(dst, src, g.n, g.inner)
		return
	}
	if n := g.partials(); n > 0 {
		s.dst = free[:n]
		c.Pool.Run(n/g.inner, s.f)
		if g.inner == 1 {
			s.r.rows(dst, s.dst, n)
		} else {
			s.columns(dst, s.dst, n/g.inner, g.inner, s.free[:s.own])
		}
		return
	}
	s.parts = min(g.outer, (size+reduceGrain-1)/reduceGrain)
	if g.outer == 1 {
		s.parts = min((g.inner+stackWidth-1)/stackWidth, (size+reduceGrain-1)/reduceGrain, 4*c.Pool.Workers())
	}
	if size < reduceGrain {
		s.parts = 1
		s.part(0, 0)
		return
	}
	c.Pool.Run(s.parts, s.f)
}

// part folds one part of the current stage.
func (s *folding[T]) part(worker, p int) {
	g := s.cur
	free := s.free[worker*s.own : (worker+1)*s.own]
	switch {
	case g.partials() > 0 && g.inner == 1:
		s.r.rows(s.dst[p:p+1], s.src[p*reduceChunk:], min(reduceChunk, g.n-p*reduceChunk))
	case g.partials() > 0:
		rows := g.chunkRows()
		s.columns(s.dst[p*g.inner:(p+1)*g.inner], s.src[p*rows*g.inner:], min(rows, g.n-p*rows), g.inner, free)
	case g.outer == 1 && g.inner > 1:
		lo, hi := p*g.inner/s.parts, (p+1)*g.inner/s.parts
		s.columns(s.dst[lo:hi], s.src[lo:], g.n, g.inner, free)
	default:
		lo, hi := p*g.outer/s.parts, (p+1)*g.outer/s.parts
		if g.inner == 1 {
			s.r.rows(s.dst[lo:hi], s.src[lo*g.n:], g.n)
			return
		}
		for o := lo; o < hi; o++ {
			s.columns(s.dst[o*g.inner:(o+1)*g.inner], s.src[o*g.n*g.inner:], g.n, g.inner, free)
		}
	}
}

// columns folds the columns of n rows that lie stride apart.
func (s *folding[T]) columns(dst, x []T, n, stride int, free []T) {
	if side := stackWidth / max(1, stride); side > 1 && len(dst) == stride && n >= stackLeast {
		s.stacked(dst, x, n, side, free)
		return
	}
	for j := 0; j < len(dst); j += foldWidth {
		s.pairs(dst[j:min(j+foldWidth, len(dst))], x[j:], n, stride, free)
	}
}

// stacked takes side short rows, which follow each other in memory, as one row.
func (s *folding[T]) stacked(dst, x []T, n, side int, free []T) {
	width, inner := side*len(dst), len(dst)
	wide, free := free[:width], free[width:]
	s.pairs(wide, x, n/side, width, free)
	s.r.cols(dst, wide, side, inner)
	if rest := n % side; rest > 0 {
		s.r.cols(wide[:inner], x[n/side*width:], rest, inner)
		s.r.join(dst, dst, wide[:inner])
	}
}

// pairs folds the columns of each half of the rows, then the two results. Where it
// divides the rows depends on their number alone.
func (s *folding[T]) pairs(dst, x []T, n, stride int, free []T) {
	if n <= leafRows {
		s.r.cols(dst, x, n, stride)
		return
	}
	blocks := (n + leafRows - 1) / leafRows
	first := 1 << (bits.Len(uint(blocks-1)) - 1) * leafRows // a power of two of whole blocks
	half, free := free[:len(dst)], free[len(dst):]
	s.pairs(dst, x, first, stride, free)
	s.pairs(half, x[first*stride:], n-first, stride, free)
	s.r.join(dst, dst, half)
}

// extremeKernel folds by max or min: rows with of, columns with pair.
func extremeKernel[T ir.Float](of func([]T) T, pair func(dst, a, b []T)) ir.Kernel[T] {
	return reduceKernel(reducer[T]{
		rows: func(dst, x []T, n int) {
			for i := range dst {
				dst[i] = of(x[i*n : (i+1)*n])
			}
		},
		cols: func(dst, x []T, n, stride int) {
			copy(dst, x)
			for i := 1; i < n; i++ {
				pair(dst, dst, x[i*stride:])
			}
		},
		join: pair,
	})
}

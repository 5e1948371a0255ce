package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// blockSums is how many numbers a block keeps of each channel. Moments keeps the mean, and the sum of squares
// around it. The mean is kept in two parts: one has too few digits where it is large. Comoments keeps its two sums.
const blockSums = 3

// channelBlock is how many elements one part of a sum over channels has, about.
const channelBlock = 1 << 16

// channelSums is the kernel of Moments, of the operand x, and of Comoments, of the operands
// x, m and d. Blocks of images are summed for themselves, each read once from first to last.
// Then the sums of the blocks are joined in order: the bits depend on the shape alone.
//
// Within a block, Moments takes differences to the mean m of a channel's first plane, or of
// its first rows where planes are short. From the sums s of x − m and q of its square follow
// the mean m + s/n of n elements, and q − s²/n, the sum of squares around it. The first plane
// has its share of that sum, so that q is larger by at most the number of planes in a block.
// What rounding makes less than 0 is 0.
type channelSums[T ir.Float] struct {
	planes
	images, blocks int // images of a block, and blocks
	group, groups  int // channels of a part, and parts of a block
	merges         int // parts of joining
	l              *vec.Loops[T]
	work           []sumsWorker[T]
	c              *ir.Call[T]
	part, join     func(worker, part int)
}

// sumsWorker is the memory of one worker: numbers for each channel of a part, or, where
// planes are short, for each element of its images.
type sumsWorker[T ir.Float] struct {
	sum, with []float64
	m, s, q   []T
}

func channelSumsKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			s := newChannelSums[T](planesOf(v.In[0].Type.Shape), workers)
			s.part, s.join = s.block, s.merge
			return s, blockSums * s.blocks * s.channels
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*channelSums[T])
			s.c = c
			c.Pool.Run(s.blocks*s.groups, s.part)
			c.Pool.Run(s.merges, s.join)
		},
	}
}

func newChannelSums[T ir.Float](g planes, workers int) *channelSums[T] {
	s := &channelSums[T]{planes: g, l: vec.Of[T]()}
	image, width := max(1, g.channels*g.inner), 1
	if g.few() {
		width = max(1, g.inner)
		s.images = min(max(channelBlock/image, 32), leafRows)
		s.group = min(max(2048/width, 1), g.channels)
	} else {
		s.images = min(max(channelBlock/image, 1), 64)
		s.group = min(max(channelBlock/(s.images*g.inner), 1), g.channels)
	}
	s.group = max(s.group, 1)
	s.blocks, s.groups = (g.n+s.images-1)/s.images, (g.channels+s.group-1)/s.group
	s.merges = min(g.channels, 1+s.blocks*g.channels>>13)
	const apart = 16 // a cache line between workers
	s.work = make([]sumsWorker[T], max(1, workers))
	for i := range s.work {
		sums, room := make([]float64, 2*s.group+apart), make([]T, 3*width*s.group+apart)
		k := width * s.group
		s.work[i] = sumsWorker[T]{sum: sums[:s.group], with: sums[s.group : 2*s.group], m: room[:k], s: room[k : 2*k], q: room[2*k : 3*k]}
	}
	return s
}

// block sums some channels of a block of images.
func (s *channelSums[T]) block(worker, p int) {
	w := &s.work[worker]
	first, lo := p/s.groups*s.images, p%s.groups*s.group
	rows, count := min(s.images, s.n-first), min(s.group, s.channels-lo)
	at := (first*s.channels + lo) * s.inner
	out := s.c.Scratch[blockSums*(p/s.groups*s.channels+lo):][:blockSums*count]
	switch x := s.c.In[0][at:]; {
	case len(s.c.In) > 1 && s.few():
		s.shortComoments(w, out, x, s.c.In[1][lo:lo+count], s.c.In[2][at:], rows)
	case len(s.c.In) > 1:
		s.comoments(w, out, x, s.c.In[1][lo:lo+count], s.c.In[2][at:], rows)
	case s.few():
		s.shortMoments(w, out, x, rows)
	default:
		s.moments(w, out, x, rows)
	}
}

// moments writes the mean of each channel, and the sum of the squares around it. It takes the
// planes of so many images, which lie an image apart.
func (s *channelSums[T]) moments(w *sumsWorker[T], out, x []T, rows int) {
	count := len(out) / blockSums
	clear(w.sum)
	clear(w.with)
	for i := range rows {
		for j := range count {
			plane := x[(i*s.channels+j)*s.inner:][:s.inner]
			if i == 0 {
				w.m[j] = s.l.Sum(plane) / T(s.inner)
			}
			sum, squares := s.l.Moments(plane, w.m[j])
			w.sum[j] += sum
			w.with[j] += squares
		}
	}
	n := float64(rows * s.inner)
	for j := range count {
		keep(out, j, w.m[j], T(w.sum[j]/n), T(max(0, w.with[j]-w.sum[j]*w.sum[j]/n)))
	}
}

// comoments writes the sum of d, and that of d·(x − m), of each channel.
func (s *channelSums[T]) comoments(w *sumsWorker[T], out, x, m, d []T, rows int) {
	clear(w.sum)
	clear(w.with)
	for i := range rows {
		for j := range m {
			at := (i*s.channels + j) * s.inner
			sum, with := s.l.Comoments(d[at:at+s.inner], x[at:at+s.inner], m[j])
			w.sum[j] += sum
			w.with[j] += with
		}
	}
	for j := range m {
		keep(out, j, T(w.sum[j]), T(w.with[j]), 0)
	}
}

// shortMoments is moments for short planes.
func (s *channelSums[T]) shortMoments(w *sumsWorker[T], out, x []T, rows int) {
	n, stride := len(out)/blockSums*s.inner, s.channels*s.inner
	m, sums, squares := w.m[:n], w.s[:n], w.q[:n]
	clear(m)
	clear(sums)
	clear(squares)
	few := min(rows, 8)
	s.l.AccumRows(m, x, few, stride)
	s.l.MulS(m, m, 1/T(few))
	for i := range rows {
		s.l.AddMoments(sums, squares, x[i*stride:][:n], m)
	}
	for j := range len(out) / blockSums {
		var all moment
		for k := j * s.inner; k < (j+1)*s.inner; k++ {
			sum, n := float64(sums[k]), float64(rows)
			all.join(moment{n, float64(m[k]) + sum/n, max(0, float64(squares[k])-sum*sum/n)})
		}
		mean := T(all.mean)
		keep(out, j, mean, T(all.mean-float64(mean)), T(all.squares))
	}
}

// shortComoments is comoments for short planes.
func (s *channelSums[T]) shortComoments(w *sumsWorker[T], out, x, m, d []T, rows int) {
	n, stride := len(m)*s.inner, s.channels*s.inner
	each, sums, with := w.m[:n], w.s[:n], w.q[:n]
	spreadPlanes(each, m, s.inner)
	clear(sums)
	clear(with)
	for i := range rows {
		s.l.AddComoments(sums, with, d[i*stride:][:n], x[i*stride:][:n], each)
	}
	for j := range m {
		keep(out, j, s.l.Sum(sums[j*s.inner:(j+1)*s.inner]), s.l.Sum(with[j*s.inner:(j+1)*s.inner]), 0)
	}
}

// keep writes the numbers of channel j.
func keep[T ir.Float](out []T, j int, a, b, c T) {
	out[blockSums*j], out[blockSums*j+1], out[blockSums*j+2] = a, b, c
}

// merge joins the blocks of some channels.
func (s *channelSums[T]) merge(_, p int) {
	c, all := s.c, float64(s.n*s.inner)
	for j := p * s.channels / s.merges; j < (p+1)*s.channels/s.merges; j++ {
		var sum, with float64
		var of moment
		for b := range s.blocks {
			block := c.Scratch[blockSums*(b*s.channels+j):][:blockSums]
			if len(c.In) > 1 {
				sum, with = sum+float64(block[0]), with+float64(block[1])
				continue
			}
			of.join(moment{float64(min(s.images, s.n-b*s.images) * s.inner), float64(block[0]) + float64(block[1]), float64(block[2])})
		}
		if len(c.In) == 1 {
			sum, with = of.mean, of.squares/all
		}
		c.Out[j], c.Out[s.channels+j] = T(sum), T(with)
	}
}

// moment is the mean of n numbers, and the sum of their squares around it.
type moment struct{ n, mean, squares float64 }

// join adds other numbers (Chan, Golub and LeVeque 1983).
func (m *moment) join(o moment) {
	n := m.n + o.n
	d := o.mean - m.mean
	m.mean += d * (o.n / n)
	m.squares += o.squares + d*d*(m.n*o.n/n)
	m.n = n
}

// spreadPlanes repeats each number of v for a plane of inner elements.
func spreadPlanes[T ir.Float](dst, v []T, inner int) {
	for j, x := range v {
		for k := j * inner; k < (j+1)*inner; k++ {
			dst[k] = x
		}
	}
}

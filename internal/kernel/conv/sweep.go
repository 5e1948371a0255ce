package conv

import "github.com/symgrad/symgrad/internal/kernel/pool"

// sweep is how a convolution, or its derivative by x, goes through the images of a
// batch: by Winograd's tiles, or by walking over the places of each image alone, in its
// frame, or of a vector of them in lanes.
type sweep[T Float] struct {
	g     geometry
	l     level
	tiled *winograd[T] // nil: by walking over the places, for which the rest is

	frame     *frame
	laneFrame *frame  // has no lanes where they do not pay
	asImages  float64 // how many alone take as long as a vector of them
	// Of an image that is computed: channels of each group, and their extent.
	channels int
	shape    [3]int

	extra   int // scratch beside the frame of one image
	image   func(own, to []T)
	inLanes func(own, to []T, count int)
	part    func(worker, part int)
	clean   clean

	// Of the present run.
	to, from, w, scratch []T
	post                 Post
	batch                batch
}

// newSweep prepares what does not depend on how places are walked over, for the
// derivative by x or the convolution.
func newSweep[T Float](g geometry, tiles, derivative bool) sweep[T] {
	s := sweep[T]{g: g, l: best(sizeOf[T]())}
	if tiles {
		s.tiled = newWinograd[T](&s.g, s.l, derivative)
	}
	return s
}

// pays says whether to walk in lanes, in such a frame, and notes how long w takes so.
func (s *sweep[T]) pays(w work, f frame) bool {
	s.asImages = w.asImages()
	return s.l.pays(s.asImages) && f.size()*sizeOf[T]() <= laneBytes
}

// start prepares the walks, but for what extra, image and inLanes are.
func (s *sweep[T]) start(one, lanes *frame, channels int, shape [3]int) {
	s.frame, s.laneFrame, s.channels, s.shape = one, lanes, channels, shape
	s.part = s.some
}

// perWorker is the scratch of one worker: a frame, and the sums of a block of channels
// in lanes.
func (s *sweep[T]) perWorker() int {
	n := s.frame.size() + s.extra
	if s.laneFrame.lanes > 0 {
		n = max(n, s.laneFrame.size()+s.laneSums())
	}
	return lines[T](n)
}

// laneSums is the size of the sums of a block of channels in lanes.
func (s *sweep[T]) laneSums() int { return min(s.channels, s.l.mr) * volume(s.shape) * s.l.width }

// Scratch is how many elements of scratch a Run on so many workers needs.
func (s *sweep[T]) Scratch(workers int) int {
	if s.tiled != nil {
		return s.tiled.size(workers)
	}
	return max(1, workers) * s.perWorker()
}

// run computes all images, and calls post, if not nil, as rows are finished.
func (s *sweep[T]) run(w *pool.Pool, to, from, weight, scratch []T, post Post) {
	if s.tiled != nil {
		s.tiled.run(w, to, from, weight, scratch, post)
		return
	}
	s.to, s.from, s.w, s.scratch, s.post = to, from, weight, scratch, post
	s.batch = newBatch(s.g.n, s.laneFrame.lanes, w.Workers(), s.asImages)
	s.clean.reset(w.Workers())
	w.Run(s.batch.parts(), s.part)
}

// some computes the images of one part.
func (s *sweep[T]) some(worker, part int) {
	n, count := s.batch.part(part)
	in, rows, cols := s.frame.channels*volume(s.frame.in), s.g.groups*s.channels*s.shape[0]*s.shape[1], s.shape[2]
	own := s.scratch[worker*s.perWorker() : (worker+1)*s.perWorker()]
	from, to := s.from[n*in:(n+count)*in], s.to[n*rows*cols:(n+count)*rows*cols]
	if part < s.batch.groups {
		fillLanes(s.l, s.laneFrame, own, from, count, s.clean.next(worker, s.batch.lanes))
		s.inLanes(own, to, count)
	} else {
		fill(s.frame, own, from, s.clean.next(worker, 1))
		s.image(own, to)
	}
	for i := n; s.post != nil && i < n+count; i++ {
		s.post(worker, i*rows, (i+1)*rows, 0, cols)
	}
}

package conv

import "github.com/symgrad/symgrad/internal/kernel/pool"

// sweep is how a convolution goes through the images of a batch: each is laid into its
// frame alone, or a vector of them into lanes.
type sweep[T Float] struct {
	l         level
	images    int
	frame     *frame
	laneFrame *frame  // has no lanes where they do not pay
	asImages  float64 // how many alone take as long as a vector of them
	// Of an image that is computed: channels of each group, and their rows.
	groups, channels, rows, cols int

	extra   int // scratch beside the frame of one image
	image   func(own, to []T)
	inLanes func(own, to []T, count int)
	part    func(worker, part int)
	clean   clean

	// Of the present run.
	to, from, scratch []T
	post              Post
	batch             batch
}

// start prepares the sweep, but for what extra, image and inLanes are. shape holds
// groups, channels, rows and cols.
func (s *sweep[T]) start(one, lanes *frame, images int, shape [4]int) {
	s.frame, s.laneFrame, s.images = one, lanes, images
	s.groups, s.channels, s.rows, s.cols = shape[0], shape[1], shape[2], shape[3]
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
func (s *sweep[T]) laneSums() int { return min(s.channels, s.l.mr) * s.rows * s.cols * s.l.width }

// size is how many elements of scratch a run on so many workers needs.
func (s *sweep[T]) size(workers int) int { return max(1, workers) * s.perWorker() }

// run computes all images, and calls post, if not nil, as rows are finished.
func (s *sweep[T]) run(w *pool.Pool, to, from, scratch []T, post Post) {
	s.to, s.from, s.scratch, s.post = to, from, scratch, post
	s.batch = newBatch(s.images, s.laneFrame.lanes, w.Workers(), s.asImages)
	s.clean.reset(w.Workers())
	w.Run(s.batch.parts(), s.part)
}

// some computes the images of one part.
func (s *sweep[T]) some(worker, part int) {
	n, count := s.batch.part(part)
	in, rows := s.frame.channels*volume(s.frame.in), s.groups*s.channels*s.rows
	own := s.scratch[worker*s.perWorker() : (worker+1)*s.perWorker()]
	from, to := s.from[n*in:(n+count)*in], s.to[n*rows*s.cols:(n+count)*rows*s.cols]
	if part < s.batch.groups {
		fillLanes(s.l, s.laneFrame, own, from, count, s.clean.next(worker, s.batch.lanes))
		s.inLanes(own, to, count)
	} else {
		fill(s.frame, own, from, s.clean.next(worker, 1))
		s.image(own, to)
	}
	for i := n; s.post != nil && i < n+count; i++ {
		s.post(worker, i*rows, (i+1)*rows, 0, s.cols)
	}
}

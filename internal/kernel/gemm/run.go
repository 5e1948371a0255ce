package gemm

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// job is one Run.
type job[T Float] struct {
	p       *Plan[T]
	c, a, b []T
	ldc, c0 int // distance between the rows of c, and its first column
	post    Post
	alpha   float64
	packed  bool // b is packed
	local   bool // each task packs what it needs of b
	lays    bool // the first row of tasks packs b for the others
	first   int  // row of tasks of this part of the run
	down    int  // rows of tasks
	columns bool // tasks of a column follow each other
	apart   bool // tiles of a panel are not taken at equal distances
	shared  []T  // scratch of all workers
	own     []T  // scratch, perWorker elements for each worker
	mc, nc  int  // size of a task
	across  int  // tasks in a row of tasks

	runTask, runPack func(worker, part int) // bound once, for the pool
}

// Run computes c from a and b on the workers of w; nil means the calling
// goroutine alone. The slices must be as long as the stored matrices (an index
// out of range panics as usual) and c must not overlap a or b. scratch must
// hold Scratch(w.Workers()) elements; if it is shorter, Run allocates its own,
// otherwise Run allocates nothing. A post of nil is not called.
func (p *Plan[T]) Run(w *pool.Pool, c, a, b, scratch []T, post Post) {
	p.run(w, &job[T]{alpha: p.spec.Alpha, c: c, a: a, b: b, post: post}, scratch)
}

// RunScaled is Run with another Alpha than the Spec's, which must not be 0.
func (p *Plan[T]) RunScaled(w *pool.Pool, alpha float64, c, a, b, scratch []T) {
	p.run(w, &job[T]{alpha: alpha, c: c, a: a, b: b}, scratch)
}

// run runs the job of the operands as the caller gave them.
func (p *Plan[T]) run(w *pool.Pool, j *job[T], scratch []T) {
	if p.asked.M == 0 || p.asked.N == 0 {
		return
	}
	if p.long != nil {
		p.long.run(w, &p.asked, j, scratch)
		return
	}
	p.whole(w, j, scratch)
}

// whole runs the job of a product that is not cut into chunks and not empty.
func (p *Plan[T]) whole(w *pool.Pool, j *job[T], scratch []T) {
	if !p.nothing {
		j.a, j.b = j.a[:p.asked.lenA()], j.b[:p.asked.lenB()]
	}
	if p.flip {
		j.a, j.b = j.b, j.a
	}
	j.c = j.c[:p.asked.lenC()]
	p.start(w, j, scratch)
}

// RunPacked is Run with a B that PackB has packed, which may be shared. The
// result has the same bits as that of Run.
func (p *Plan[T]) RunPacked(w *pool.Pool, c, a, packed, scratch []T, post Post) {
	if p.flip || p.dots || p.thin || p.slim || p.outer || p.nothing || p.long != nil {
		p.Run(w, c, a, packed, scratch, post)
		return
	}
	if p.spec.M == 0 || p.spec.N == 0 {
		return
	}
	j := &job[T]{alpha: p.spec.Alpha, c: c[:p.spec.lenC()], a: a[:p.spec.lenA()], b: packed[:p.panels()], post: post, packed: true}
	p.start(w, j, scratch)
}

// start divides the scratch and runs the job here or on the pool.
func (p *Plan[T]) start(w *pool.Pool, j *job[T], scratch []T) {
	workers := w.Workers()
	j.p, j.ldc = p, p.spec.LDC
	j.mc, j.nc, j.columns = p.grid(&p.spec, workers)
	j.apart = workers > 1 || !p.farC
	j.across, j.down = ceil(p.spec.N, j.nc), ceil(p.spec.M, j.mc)
	tasks := j.across * j.down
	j.local = p.packB && !j.packed && j.down == 1
	j.lays = p.packB && !j.packed && !j.local && p.copies(p.nr) && j.across%workers == 0
	need := p.Scratch(workers)
	if len(scratch) < need {
		scratch = make([]T, need)
	}
	if need > 0 {
		past := int(uintptr(unsafe.Pointer(&scratch[0])) % line)
		scratch = scratch[(line-past)%line/p.size:]
	}
	n := p.sharedSize(workers)
	j.shared, j.own = scratch[:n], scratch[n:]
	prep := j.prepare()
	if workers == 1 || tasks == 1 && prep <= 1 {
		for i := range prep {
			j.pack(0, i)
		}
		if j.lays {
			down := j.down
			j.down = 1
			for i := range j.across {
				j.task(0, i)
			}
			j.first, j.down = 1, down-1
		}
		j.enter()
		for i := range j.across * j.down {
			j.task(0, i)
		}
		return
	}
	p.spread(w, j, prep)
}

// spread runs the job on the pool.
func (p *Plan[T]) spread(w *pool.Pool, j *job[T], prep int) {
	s := p.take()
	j.runTask, j.runPack = s.runTask, s.runPack
	*s = *j
	defer p.give(s)
	w.Run(prep, s.runPack)
	if s.lays {
		down := s.down
		s.down = 1
		w.Run(s.across, s.runTask)
		s.first, s.down, s.columns = 1, down-1, true // where each worker has laid them
	}
	s.enter()
	w.Run(s.across*s.down, s.runTask)
}

// take returns a job with its functions bound.
func (p *Plan[T]) take() *job[T] {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		s := p.free[n-1]
		p.free = p.free[:n-1]
		return s
	}
	s := &job[T]{}
	s.runTask, s.runPack = s.task, s.pack
	return s
}

// give keeps a job for the next take, without its operands.
func (p *Plan[T]) give(s *job[T]) {
	*s = job[T]{runTask: s.runTask, runPack: s.runPack}
	p.mu.Lock()
	p.free = append(p.free, s)
	p.mu.Unlock()
}

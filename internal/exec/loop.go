package exec

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

const (
	loopBytes = 24 << 10 // the blocks of one worker, so that they stay in the L1 cache
	pageBytes = 4 << 10  // of a block, from farBytes on: the processor reads ahead within a page
	farBytes  = 4 << 20
	lineElems = 16      // elements of a cache line
	loopGrain = 1 << 15 // elements times weights of instructions that are worth another worker
)

// loop runs the Body of a fused value block by block. Each instruction finds in the cache
// what the one before has written.
//
//	for each block:
//	    gather the strided operands
//	    for each instruction: its elementwise body on the block
//	    the last instruction writes to the result
//
// An instruction whose operands or result lie in long rows apart, such as some columns of a
// matrix, reads and writes these where they lie: its body runs once for each row.
type loop[T ir.Float] struct {
	n      int  // elements
	block  int  // elements at a time
	parts  int  // that workers can run at the same time
	per    int  // elements of a part
	nslots int  // operands and intermediate results that are needed at once
	weight int  // of one element
	stream bool // writes the result past the caches, which would not keep it
	rows   Rows // of the result
	inRows bool // the last instruction writes the rows where they lie
	args   []arg
	ahead  []arg // what is fetched a block ahead; the result comes last
	code   []instr[T]
	work   []worker[T]
	call   *ir.Call[T]
	f      func(worker, part int)
}

// arg is a view of an operand that is read into a slot; -1: an instruction reads it where it lies.
type arg struct {
	operand, slot int
	view          view
}

// instr is one elementwise operator. It reads slots and writes one; -1 is the result.
type instr[T ir.Float] struct {
	elem   ir.Elem[T]
	in     []int
	out    int
	consts []T
	number *arg   // an operand that is one number for many elements: the constant then
	row    int    // the body runs once for each row of so many elements; 0: once for each block
	apart  []*arg // with row: the operands that lie in rows apart; nil: a slot holds the operand
}

// worker is the memory of one worker.
type worker[T ir.Float] struct {
	slots [][]T   // where each slot's block is now
	bufs  [][]T   // memory for a block of each slot
	in    [][][]T // the operands of each instruction
	out   []T     // a block of a result in rows
	run   [][]T   // the operands of run
	by    []T     // the constant of run
}

func newLoop[T ir.Float](v *ir.Value, c *ir.Call[T], w *pool.Pool, rows Rows) *loop[T] {
	l := &loop[T]{n: v.Type.Shape.Size(), call: c, rows: rows}
	nslots := assemble(l, v.Body)
	size := int(unsafe.Sizeof(T(0)))
	most := 4096
	if len(l.code) > 1 && l.n*size >= farBytes { // it goes from array to array, out of caches
		most = pageBytes / size
	}
	l.stream = l.streams(size)
	l.block = min(max(loopBytes/(size*max(1, nslots)), 128), most) &^ 63
	l.wholeRows()
	work := l.n * max(1, l.weight)
	l.parts = min(max(1, work/loopGrain), w.Workers()*4, max(1, l.n/256))
	l.per = ((l.n+l.parts-1)/l.parts + 63) &^ 63
	if l.per > 0 {
		l.parts = (l.n + l.per - 1) / l.per
	}
	l.block = min(l.block, max(l.per, 1))
	l.work = make([]worker[T], w.Workers())
	l.nslots = nslots
	l.f = l.part
	return l
}

// streams reports whether the loop goes over so much memory that the caches keep nothing of its result. An
// epilogue, whose result is in the cache, and a result in rows are written as always.
func (l *loop[T]) streams(size int) bool {
	arrays := 1
	for i := range l.args {
		a := &l.args[i]
		if a.operand == ir.ProductArg {
			return false
		}
		if a.view.kind != uniform {
			arrays++
		}
	}
	return l.rows.Stride == 0 && memory.Streams(arrays*l.n*size)
}

// need returns how many elements of memory each worker needs.
func (l *loop[T]) need() int { return (l.nslots + 1) * l.block }

// attach gives each worker its part of mem, which must be long enough for all. Loops that
// run at other times may share it.
func (l *loop[T]) attach(mem []T) {
	per := len(mem) / len(l.work)
	for i := range l.work {
		l.work[i] = l.newWorker(mem[i*per : (i+1)*per])
	}
}

func (l *loop[T]) newWorker(mem []T) worker[T] {
	n, most := 2*l.nslots, 0
	for _, c := range l.code {
		n, most = n+len(c.in), max(most, len(c.in))
	}
	n += most
	const apart = 3 // slices that fill a cache line: no worker writes to one that another reads
	lists := make([][]T, n+2*apart)[apart:]
	list := func(n int) (x [][]T) {
		x, lists = lists[:n:n], lists[n:]
		return x
	}
	w := worker[T]{slots: list(l.nslots), bufs: list(l.nslots), run: list(most), in: make([][][]T, len(l.code)), by: make([]T, 3*lineElems)[lineElems:][:1]}
	for i := range w.bufs {
		w.bufs[i] = mem[i*l.block : (i+1)*l.block : (i+1)*l.block]
	}
	w.out = mem[l.nslots*l.block : (l.nslots+1)*l.block]
	for i, c := range l.code {
		w.in[i] = list(len(c.in))
	}
	return w
}

func runLoop[T ir.Float](c *ir.Call[T]) {
	l := c.State.(*loop[T])
	if l.parts <= 1 {
		l.part(0, 0)
		return
	}
	c.Pool.Run(l.parts, l.f)
}

// part runs the blocks of one part.
func (l *loop[T]) part(wi, p int) {
	w := &l.work[wi]
	l.splat(w)
	l.span(w, p*l.per, min(l.n, (p+1)*l.per))
}

// splat fills the blocks of operands that are one number.
func (l *loop[T]) splat(w *worker[T]) {
	for i := range l.args {
		a := &l.args[i]
		if a.view.kind != uniform {
			continue
		}
		splat(w.bufs[a.slot], l.operand(a)[a.view.offset])
	}
}

// span computes the elements from start to before end, block by block.
func (l *loop[T]) span(w *worker[T], start, end int) {
	stream := l.stream && !l.overwrites()
	for ; start < end; start += l.block {
		n := min(l.block, end-start)
		l.load(w, start, n)
		for i := range l.code {
			if len(l.ahead) > 0 {
				l.fetch(i, start+n, min(l.block, end-start-n))
			}
			c := &l.code[i]
			var dst []T
			switch {
			case c.out >= 0:
				dst = w.bufs[c.out][:n]
			case l.inRows:
				dst = nil // the rows
			case l.rows.Stride > 0 || stream:
				dst = w.out[:n]
			default:
				dst = l.call.Out[start : start+n]
			}
			in := w.in[i]
			for j, s := range c.in {
				if s >= 0 {
					in[j] = w.slots[s]
				}
			}
			switch {
			case c.number != nil:
				l.byNumber(w, c, dst, in, start)
			case c.row > 0:
				l.byRow(w, c, dst, in, start, n)
			default:
				c.elem(dst, in, c.consts)
			}
			if c.out >= 0 {
				w.slots[c.out] = dst
			}
		}
		switch {
		case stream:
			memory.Stream(l.call.Out[start:start+n], w.out[:n])
		case l.rows.Stride > 0 && !l.inRows:
			l.spread(w.out[:n], start)
		}
	}
	if stream {
		memory.StreamEnd()
	}
}

// overwrites reports whether the result lies where an operand does: its lines are in the cache then.
func (l *loop[T]) overwrites() bool {
	for i := range l.args {
		if x := l.operand(&l.args[i]); len(x) > 0 && &x[0] == &l.call.Out[0] {
			return true
		}
	}
	return false
}

// byNumber runs an instruction that has a number on a block: once for each stretch of
// elements with the same number.
func (l *loop[T]) byNumber(w *worker[T], c *instr[T], dst []T, in [][]T, start int) {
	src, v := l.operand(c.number), &c.number.view
	switch {
	case v.kind == uniform:
		w.by[0] = src[v.offset]
		c.elem(dst, in, w.by)
	case len(v.shape) == 2: // a number for each row
		n := v.shape[1]
		row := start / n
		at := v.offset + row*v.stride[0]
		for i, end := 0, min((row+1)*n-start, len(dst)); i < len(dst); i, end = end, min(end+n, len(dst)) {
			l.run(w, c, dst[i:end], in, i, src[at])
			at += v.stride[0]
		}
	default:
		v.runs(start, len(dst), func(at, i, n int) { l.run(w, c, dst[i:i+n], in, i, src[at]) })
	}
}

// run computes dst from the operands, from their i-th elements on, and the number by.
func (l *loop[T]) run(w *worker[T], c *instr[T], dst []T, in [][]T, i int, by T) {
	w.by[0] = by
	run := w.run[:len(in)]
	for j, x := range in {
		run[j] = x[i : i+len(dst)]
	}
	c.elem(dst, run, w.by)
}

// spread copies a block to the rows of the result.
func (l *loop[T]) spread(block []T, start int) {
	row, j := start/l.rows.Len, start%l.rows.Len
	for len(block) > 0 {
		at := row*l.rows.Stride + j
		n := copy(l.call.Out[at:at+l.rows.Len-j], block)
		block = block[n:]
		row, j = row+1, 0
	}
}

// operand returns the memory that an argument reads. The product of an epilogue is in the
// result.
func (l *loop[T]) operand(a *arg) []T {
	if a.operand == ir.ProductArg {
		return l.call.Out
	}
	return l.call.In[a.operand]
}

// load fills the slots of the arguments with the n elements from start on.
func (l *loop[T]) load(w *worker[T], start, n int) {
	for i := range l.args {
		a := &l.args[i]
		if a.slot < 0 {
			continue
		}
		src := l.operand(a)
		switch a.view.kind {
		case direct:
			at := a.view.offset + start
			w.slots[a.slot] = src[at : at+n]
		case uniform:
			w.slots[a.slot] = w.bufs[a.slot][:n]
		case tiled:
			if at := start % a.view.shape[1]; at+n <= a.view.shape[1] { // of one run
				at += a.view.offset
				w.slots[a.slot] = src[at : at+n]
				continue
			}
			buf := w.bufs[a.slot][:n]
			tile(buf, src, &a.view, start)
			w.slots[a.slot] = buf
		default:
			buf := w.bufs[a.slot][:n]
			gather(buf, src, &a.view, start)
			w.slots[a.slot] = buf
		}
	}
}

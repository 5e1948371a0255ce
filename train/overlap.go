package train

import (
	"encoding/binary"
	"unsafe"

	"github.com/symgrad/symgrad/graph"
)

// This file exchanges sums with other ranks while the last shard of this one is computed.

// bucketBytes are the least and the most bytes of the parts that sums are exchanged in. They are
// variables for the tests: the bits are those of any parts.
var bucketBytes = struct{ least, most int }{1 << 20, 32 << 20}

// overlap exchanges the sums of gradients in buckets, as soon as the last shard has left its own. The
// gradients lie in the sums in the order in which the plan of the first rank computes them. The changes
// of states come last.
type overlap[T Float] struct {
	exchange[T]
	sums  *treeSums[T]
	param []int // parameter i has the gradients param[i] to param[i+1]
	order []int // of the parameters, in the sums
	cuts  []int // bucket i has the elements cuts[i] to cuts[i+1] of a sum

	by      portion // of the last shard
	open    bool    // there is a queue
	early   bool    // the last shard runs, and by is its portion
	final   []bool  // parameters whose gradients are final
	reached int     // of order: these parameters are
	filled  int     // elements of the sums that they have
	sent    int     // buckets that the queue has

	queue chan struct{}
	done  chan error
	serve func() // exchangeAll, to be started without an allocation
}

// newOverlap returns what x needs for the ranks r, but for the order of the parameters p.
func newOverlap[T Float](r *ranks, x *treeSums[T], p *graph.Params) *overlap[T] {
	o := &overlap[T]{sums: x, done: make(chan error)}
	o.r = r
	for _, q := range p.List() {
		o.param = append(o.param, q.Offset())
	}
	o.param = append(o.param, len(x.grads))
	o.final = make([]bool, len(o.param)-1)
	o.serve = o.exchangeAll
	return o
}

// arrange takes the order of the parameters from the first rank, before the first batch. s is a session
// of the model.
func (o *overlap[T]) arrange(s *session) error {
	order, err := o.follow(s)
	if err != nil {
		return err
	}
	p := make([]byte, 0, 4*len(order))
	for _, i := range order {
		p = binary.LittleEndian.AppendUint32(p, uint32(i))
	}
	if err := o.r.lost(o.r.Broadcast(p, 0)); err != nil {
		return err
	}
	at := 0
	o.sums.spans = o.sums.spans[:0]
	for ; len(p) > 0; p = p[4:] {
		i := int(binary.LittleEndian.Uint32(p))
		n := o.param[i+1] - o.param[i]
		o.order = append(o.order, i)
		o.sums.spans = append(o.sums.spans, span{from: o.param[i], at: at, n: n})
		at += n
	}
	o.exchange = newExchange(o.r, o.sums, o.cut())
	o.queue = make(chan struct{}, len(o.cuts))
	return nil
}

// cut cuts the sums into buckets, and returns the elements of the largest. A bucket ends with a
// parameter once it is long enough, so that no long one waits for those behind it.
func (o *overlap[T]) cut() (most int) {
	bytes := int(unsafe.Sizeof(T(0)))
	long := max(bucketBytes.most/bytes&^(unit-1), unit)
	o.cuts = []int{0}
	end := func(at int) {
		for last := o.cuts[len(o.cuts)-1]; last < at; last = o.cuts[len(o.cuts)-1] {
			n := min(at-last, long)
			most = max(most, n)
			o.cuts = append(o.cuts, last+n)
		}
	}
	for _, s := range o.sums.spans {
		if at := s.at + s.n; (at-o.cuts[len(o.cuts)-1])*bytes >= bucketBytes.least {
			end(at)
		}
	}
	end(len(o.sums.grads))
	end(len(o.sums.grads) + len(o.sums.states))
	return most
}

// add computes the shards of this rank and leaves the sum over all ranks in total. All buckets are
// exchanged even if a shard fails, as the other ranks do not know of it.
func (o *overlap[T]) add(w *sharding) (err error) {
	if o.queue == nil {
		if err := o.arrange(w.s); err != nil {
			return err
		}
	}
	clear(o.final)
	o.reached, o.filled, o.sent, o.open = 0, 0, 0, true
	go o.serve()
	defer func() {
		o.open, o.early = false, false
		for ; o.sent < len(o.cuts)-1; o.sent++ {
			o.queue <- struct{}{}
		}
		if lost := <-o.done; lost != nil {
			err = lost
		}
	}()
	by, err := o.sums.run(w)
	if err == nil {
		o.by = by
		o.push(len(o.sums.grads) + len(o.sums.states))
	}
	return err
}

// expect lets the program of s say when gradients are final, if the portion is known before the run.
func (o *overlap[T]) expect(s *session, by portion, known bool) error {
	if o.by, o.early = by, known && o.open; !o.early || s.followed {
		return nil
	}
	_, err := o.follow(s)
	return err
}

// follow returns in which order a run of s leaves the gradients of the parameters.
func (o *overlap[T]) follow(s *session) ([]int, error) {
	s.followed = true
	return s.prog.OnGradients(o.param, o.ready)
}

// ready is called in any run of the program, when the gradients of a parameter are final.
func (o *overlap[T]) ready(param int) {
	if !o.early {
		return
	}
	o.final[param] = true
	for ; o.reached < len(o.order) && o.final[o.order[o.reached]]; o.reached++ {
		o.filled += o.sums.spans[o.reached].n
	}
	o.push(o.filled)
}

// push adds up the buckets that end at the element filled or before, and lets the queue have them.
func (o *overlap[T]) push(filled int) {
	for ; o.sent < len(o.cuts)-1 && o.cuts[o.sent+1] <= filled; o.sent++ {
		o.sums.finish(o.by, o.cuts[o.sent], o.cuts[o.sent+1])
		o.queue <- struct{}{}
	}
}

// exchangeAll exchanges all buckets of a batch.
func (o *overlap[T]) exchangeAll() {
	var err error
	for i := range len(o.cuts) - 1 {
		<-o.queue
		if err == nil {
			err = o.sum(o.cuts[i], o.cuts[i+1])
		}
	}
	o.done <- err
}

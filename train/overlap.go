package train

import "unsafe"

// This file exchanges sums with other ranks while the last shard of this one is computed.

// bucketBytes are the least and the most bytes of the parts that sums are exchanged in. They are
// variables for the tests: the bits are those of any parts.
var bucketBytes = struct{ least, most int }{256 << 10, 4 << 20}

// bucketsWanted is the number of parts of a sum between these limits. With more, less is left to be
// exchanged when the last gradient is there; with fewer, less time goes to the calls.
const bucketsWanted = 16

// overlap exchanges the sums of gradients in buckets, as soon as the last shard has left its own: all
// ranks in the same order, from the gradients of the last parameters to those of the first. The
// changes of states come last.
type overlap[T Float] struct {
	exchange[T]
	sums *treeSums[T]
	cuts []int // bucket i has the elements cuts[i] to cuts[i+1] of a sum
	grad int   // the buckets of gradients come first

	by    portion // of the last shard
	open  bool    // there is a queue
	early bool    // the last shard runs, and by is its portion
	final []bool  // buckets that this rank has added up
	sent  int     // buckets that the queue has

	queue chan struct{}
	done  chan error
	serve func() // exchangeAll, to be started without an allocation
}

func newOverlap[T Float](r *ranks, x *treeSums[T]) *overlap[T] {
	o := &overlap[T]{sums: x, done: make(chan error)}
	n, bytes := len(x.grads), int(unsafe.Sizeof(T(0)))
	each := min(max(n*bytes/bucketsWanted, bucketBytes.least), bucketBytes.most) / bytes
	each = (each + unit - 1) &^ (unit - 1)
	o.cuts = []int{0}
	for at := n % each; at < n; at += each {
		if at > 0 {
			o.cuts = append(o.cuts, at)
		}
	}
	o.cuts = append(o.cuts, n)
	o.grad = len(o.cuts) - 1
	most := each
	if states := len(x.states); states > 0 {
		o.cuts = append(o.cuts, n+states)
		most = max(most, states)
	}
	o.exchange = newExchange(r, x, most)
	o.final = make([]bool, len(o.cuts)-1)
	o.queue = make(chan struct{}, len(o.final))
	o.serve = o.exchangeAll
	return o
}

// bucket returns the bucket that is exchanged as number i.
func (o *overlap[T]) bucket(i int) int {
	if i < o.grad {
		return o.grad - 1 - i
	}
	return i
}

// add computes the shards of this rank and leaves the sum over all ranks in total. All buckets are
// exchanged even if a shard fails, as the other ranks do not know of it.
func (o *overlap[T]) add(w *sharding) (err error) {
	clear(o.final)
	o.sent, o.open = 0, true
	go o.serve()
	defer func() {
		o.open = false
		for i := range o.final {
			o.final[i] = true
		}
		o.push()
		if lost := <-o.done; lost != nil {
			err = lost
		}
	}()
	by, err := o.sums.run(w)
	o.early = false
	if err != nil {
		return err
	}
	o.by = by
	for i, is := range o.final {
		if !is {
			o.finish(i)
		}
	}
	return nil
}

// expect lets the program of s say when gradients are final, if the portion is known before the run.
func (o *overlap[T]) expect(s *session, by portion, known bool) error {
	if o.by, o.early = by, known && o.open; !o.early || s.followed {
		return nil
	}
	s.followed = true
	return s.prog.OnGradients(o.cuts[:o.grad+1], o.ready)
}

// ready is called in any run of the program, when the gradients of a bucket are final.
func (o *overlap[T]) ready(bucket int) {
	if o.early {
		o.finish(bucket)
	}
}

// finish adds up a bucket and lets the queue have what can be exchanged.
func (o *overlap[T]) finish(bucket int) {
	o.sums.finish(o.by, o.cuts[bucket], o.cuts[bucket+1])
	o.final[bucket] = true
	o.push()
}

// push lets the queue have the next buckets, as far as they are final.
func (o *overlap[T]) push() {
	for ; o.sent < len(o.final) && o.final[o.bucket(o.sent)]; o.sent++ {
		o.queue <- struct{}{}
	}
}

// exchangeAll exchanges all buckets of a batch.
func (o *overlap[T]) exchangeAll() {
	var err error
	for i := range o.final {
		<-o.queue
		if err == nil {
			b := o.bucket(i)
			err = o.sum(o.cuts[b], o.cuts[b+1])
		}
	}
	o.done <- err
}

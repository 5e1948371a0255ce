package train

import (
	"sync"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file computes the shards of a process at the same time, for layers that take statistics of the
// whole batch, such as nn.BatchNorm with Sync. Each shard has a program, gradients and states of its
// own. One of them runs at a time. It comes to a sum over the shards, waits there, and lets the next one
// run. The last one adds up what all have brought, those of other processes too, and then all go on.

// meeting is where the shards of this process sum.
type meeting struct {
	x       *sharding
	ranks   *ranks
	members []*member
	leaf    func(k int) (portion, error) // of what compute has left

	mu       sync.Mutex // held by the shard that runs
	turn     *sync.Cond
	open     bool // shards are computed
	here     int  // members that wait at the present sum
	left     int  // members that are done
	round    int  // of sums
	number   int  // of the present sum
	size     int  // its elements
	failed   error
	known    bool // all ranks know that
	panicked any

	sums32 meetingSum[float32]
	sums64 meetingSum[float64]
	others sync.WaitGroup
}

// member is a shard of this process.
type member struct {
	m      *meeting
	at     int           // among those of this process
	params *graph.Params // of the Trainer for the first one
	s      *session
	run    func()
}

// meeting returns that of the shards of this process.
func (t *Trainer) meeting() *meeting {
	x := t.sharding()
	if x.meeting == nil {
		x.meeting = t.newMeeting(x)
	}
	return x.meeting
}

func (t *Trainer) newMeeting(x *sharding) *meeting {
	m := &meeting{x: x, ranks: t.ranks}
	m.turn, m.leaf = sync.NewCond(&m.mu), m.portion
	for i := range x.hi - x.lo {
		b := &member{m: m, at: i, params: t.params}
		if i > 0 {
			b.params = t.params.Shard()
		}
		b.run = func() { t.runMember(b) }
		m.members = append(m.members, b)
	}
	return m
}

// errFew: with sums over the shards none may be empty.
func (o *Options) errFew(n int) error {
	return mistake.Newf(graph.ErrShape, "got a batch of %d for a layer that takes statistics over %d shards (Options.Shards), want an example or more for each; "+
		"Options.DropLast leaves a small last batch out", n, o.Shards)
}

// session returns the session of a member for n examples of d.
func (b *member) session(t *Trainer, d *data.Dataset, n int) (*session, error) {
	s, err := t.train.bind(d, training, n)
	if err != nil {
		return nil, err
	}
	for len(s.shards) <= b.at {
		s.shards = append(s.shards, nil)
	}
	x := s.shards[b.at]
	if x == nil {
		if x, err = s.shard(b); err != nil {
			return nil, err
		}
		s.shards[b.at] = x
	}
	if x.set != d {
		err = x.bind(d, t)
	}
	return x, err
}

// shard returns a session for a shard of the process: s itself for the first one.
func (s *session) shard(b *member) (*session, error) {
	if b.at == 0 {
		s.prog.SumBy(b)
		return s, nil
	}
	x := *s
	x.set, x.feeds, x.shards, x.numbers = nil, nil, nil, nil
	var err error
	if x.prog, err = s.prog.Shard(b.params); err != nil {
		return nil, err
	}
	x.prog.SumBy(b)
	return &x, x.findOutputs(1 + len(s.means))
}

// prepare makes the programs for a batch of n examples of d.
func (m *meeting) prepare(t *Trainer, d *data.Dataset, n int) (err error) {
	if n < t.o.Shards {
		return t.o.errFew(n)
	}
	for i, b := range m.members {
		if b.s, err = b.session(t, d, t.o.shardSize(n, m.x.lo+i)); err != nil {
			return err
		}
	}
	return nil
}

// compute runs all shards of this process. An error is one of all ranks.
func (m *meeting) compute(t *Trainer) error {
	m.here, m.left, m.known, m.panicked = 0, 0, false, nil
	m.failed = m.prepare(t, m.x.s.set, len(m.x.index))
	if m.failed == nil {
		m.mu.Lock()
		m.open = true
		m.others.Add(len(m.members) - 1)
		for _, b := range m.members[1:] {
			go b.run()
		}
		m.mu.Unlock()
		m.members[0].run()
		m.others.Wait()
		m.open = false
	}
	if m.panicked != nil {
		panic(m.panicked)
	}
	if m.known || m.ranks == nil {
		return m.failed
	}
	return m.ranks.agreeAt(0, 0, m.failed)
}

// runMember computes a shard.
func (t *Trainer) runMember(b *member) {
	m := b.m
	m.mu.Lock()
	defer func() {
		if r := recover(); r != nil {
			m.panicked = r
			m.fail(errors.New("a shard has panicked"))
		}
		if m.left++; m.here > 0 {
			m.fail(errOrder)
		}
		m.mu.Unlock()
		if b.at > 0 {
			m.others.Done()
		}
	}()
	if m.failed == nil {
		m.fail(t.computeMember(b))
	}
}

// errOrder: the programs of two shards make different sums.
var errOrder = mistake.Newf(graph.ErrUnsupported, "got shards of different sizes whose programs sum over the shards in different order, want a batch that Options.Shards divides "+
	"(Options.DropLast leaves a small last batch out)")

// computeMember runs the program of a shard, from the states before the step.
func (t *Trainer) computeMember(b *member) (err error) {
	x, s, k := b.m.x, b.s, b.m.x.lo+b.at
	part := t.o.shardOf(x.index, k)
	s.epoch, s.batch, s.ahead = x.s.epoch, x.s.batch, x.s.ahead
	t.states.restore(b.params)
	r := &x.records[k]
	r.n = float64(len(part))
	if r.loss, err = s.run(part, t.draw(k)); err == nil {
		copy(r.terms, s.terms)
	}
	return err
}

// fail ends the sums of all, with m.mu held.
func (m *meeting) fail(err error) {
	if err == nil {
		return
	}
	if m.failed == nil {
		m.failed = err
	}
	m.turn.Broadcast()
}

// portion leaves the gradients and states of shard k in the memory of the parameters. The gradients are
// those of the shard's loss times its weight.
func (m *meeting) portion(k int) (portion, error) {
	b, to := m.members[k-m.x.lo], m.members[0].params
	if b.at > 0 {
		copyGrads(to, b.params)
		copy(to.State32(), b.params.State32())
		copy(to.State64(), b.params.State64())
	}
	all := float64(len(m.x.index))
	return portion{1 / all, m.x.records[k].n / all}, nil
}

func copyGrads(to, from *graph.Params) {
	to32, to64 := gradsOf(to)
	from32, from64 := gradsOf(from)
	copy(to32, from32)
	copy(to64, from64)
}

func gradsOf(p *graph.Params) ([]float32, []float64) {
	_, g32 := p.Flat32()
	_, g64 := p.Flat64()
	return g32, g64
}

// Sum32 implements graph.Shards.
func (b *member) Sum32(number int, x []float32) error { return meet(b, &b.m.sums32, number, x) }

// Sum64 implements graph.Shards.
func (b *member) Sum64(number int, x []float64) error { return meet(b, &b.m.sums64, number, x) }

// meet is a sum of a member, which holds m.mu and runs again when all have come.
func meet[T Float](b *member, g *meetingSum[T], number int, x []T) error {
	m := b.m
	switch {
	case !m.open: // the program runs for another purpose
		return nil
	case m.failed != nil:
		return m.failed
	case m.here == 0:
		m.number, m.size = number, len(x)
		g.brought = resize(g.brought, len(m.members))
	}
	if m.left > 0 || m.number != number || m.size != len(x) {
		m.fail(errOrder)
		return m.failed
	}
	g.brought[b.at] = x
	if m.here++; m.here < len(m.members) {
		for round := m.round; m.round == round && m.failed == nil; {
			m.turn.Wait()
		}
		return m.failed
	}
	m.here = 0
	m.fail(g.sum(m))
	m.round++
	m.turn.Broadcast()
	return m.failed
}

// meetingSum is the present sum.
type meetingSum[T Float] struct {
	brought [][]T // by the shards of this process
	mine    []T   // the same, one after the other
	all     []T   // of all shards
}

// sum adds up what all shards have brought, and gives it to those of this process.
func (g *meetingSum[T]) sum(m *meeting) error {
	g.mine = g.mine[:0]
	for _, x := range g.brought {
		g.mine = append(g.mine, x...)
	}
	all := g.mine
	if r := m.ranks; r != nil {
		if err := r.agreeAt(m.number, m.size, nil); err != nil {
			m.known = true
			return err
		}
		g.all = resize(g.all, r.Size()*len(g.mine))
		if err := r.lost(r.AllGather(asBytes(g.all), asBytes(g.mine))); err != nil {
			m.known = true
			return err
		}
		all = g.all
	}
	total := addTree(all, m.size, node{0, len(m.x.records)})
	for _, x := range g.brought {
		copy(x, total)
	}
	return nil
}

// addTree returns the sum of the vectors of a node, among those of n elements that lie in all. It is left
// in the first of them.
func addTree[T Float](all []T, n int, of node) []T {
	to := all[of.lo*n : (of.lo+1)*n]
	if of.hi-of.lo > 1 {
		left, right := of.halves()
		addTree(all, n, left)
		for i, v := range addTree(all, n, right) {
			to[i] += v
		}
	}
	return to
}

package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file computes the gradients of a batch in pieces: Options.MicroBatch.

// pieceOf returns the number of examples of a batch of n that are computed at once, of the first
// piece.
func (t *Trainer) pieceOf(n int) int {
	switch {
	case t.o.sharded():
		return t.o.shardSize(n, 0)
	case t.o.MicroBatch == 0:
		return n
	}
	return min(n, t.o.MicroBatch)
}

// bindPieces compiles the model for the pieces of a batch of n and binds it to d.
func (t *Trainer) bindPieces(d *data.Dataset, n int) error {
	if t.o.sharded() {
		return t.bindShards(d, n)
	}
	most := t.pieceOf(n)
	if _, err := t.train.bind(d, training, most); err != nil {
		return err
	}
	if rest := n % most; rest > 0 {
		if _, err := t.train.bind(d, training, rest); err != nil {
			return errors.Wrapf(err, "the last piece, of %d, if a batch of %d is computed in pieces of %d (Options.MicroBatch)", rest, n, most)
		}
	}
	return nil
}

// draw returns the number of the random numbers for a piece of the present step.
func (t *Trainer) draw(piece int) int {
	switch {
	case t.o.sharded():
		return t.step*t.o.Shards + piece
	case t.o.MicroBatch == 0:
		return t.step
	}
	return t.step*((t.o.BatchSize-1)/t.o.MicroBatch+1) + piece
}

// pieces calls f for each piece of the examples of index, with a session for it, until f
// returns false. s is the session of the first.
func (t *Trainer) pieces(s *session, index []int, f func(x *session, part []int, draw int) bool) error {
	g := &t.gathered
	g.index = append(g.index[:0], index...) // the caller's stays on its stack
	left := g.index
	for i := 0; len(left) > 0; i++ {
		var part []int
		if t.o.sharded() {
			part = t.o.shardOf(g.index, i)
		} else {
			part = left[:t.pieceOf(len(left))]
		}
		x, err := t.train.bind(s.set, training, len(part))
		if err != nil {
			return err
		}
		x.epoch, x.batch, x.ahead = s.epoch, s.batch, s.ahead
		if !f(x, part, t.draw(i)) {
			return nil
		}
		left = left[len(part):]
	}
	return nil
}

// gathered is what the pieces of a batch have given.
type gathered struct {
	f32    []float32 // Σ weight·gradient, of one of the two types
	f64    []float64
	weight float64 // Σ weight
	idle   bool    // nothing has counted so far: the weights are numbers of examples
	mean   average
	index  []int // of the batch
}

// compute runs the model on the examples of index. It returns the loss, and leaves the
// gradients in the memory of the parameters. s is the session of the first piece.
func (t *Trainer) compute(s *session, index []int) (float64, error) {
	switch {
	case t.o.sharded():
		return t.computeShards(s, index)
	case s.n == len(index):
		return s.run(index, t.draw(0))
	}
	return t.gather(s, index)
}

// gather is compute for a batch of several pieces.
func (t *Trainer) gather(s *session, index []int) (loss float64, err error) {
	g := &t.gathered
	g.restart()
	g.mean.reset()
	bad := t.pieces(s, index, func(x *session, part []int, draw int) bool {
		if loss, err = x.run(part, draw); err != nil || !isFinite(loss) {
			return false
		}
		g.mean.add(x, loss)
		err = g.add(t.params, x)
		return err == nil
	})
	if err = together(err, bad); err != nil || !isFinite(loss) {
		return loss, err
	}
	g.spread(t.params)
	if !g.mean.empty() {
		loss = g.mean.value()
	}
	return loss, nil
}

// add adds the gradients that x has computed.
func (g *gathered) add(p *graph.Params, x *session) error {
	if err := g.mean.splits("Options.MicroBatch", float64(x.n), x.terms, x.mixed); err != nil {
		return err
	}
	weight := weightOf(float64(x.n), x.terms)
	switch {
	case weight == 0 && !g.idle: // nothing counts in this piece
		return nil
	case weight == 0: // if nothing counts in the batch either, a penalty has its gradient
		weight = float64(x.n)
	case g.idle:
		g.restart()
		g.idle = false
	}
	g.weight += weight
	_, g32 := p.Flat32()
	_, g64 := p.Flat64()
	if g.f32 == nil && g.f64 == nil {
		g.f32, g.f64 = make([]float32, len(g32)), make([]float64, len(g64))
	}
	vec.F32.Axpy(g.f32, float32(weight), g32)
	vec.F64.Axpy(g.f64, weight, g64)
	return nil
}

// weightOf returns the weight of the gradients of a piece of n examples with the terms: they are
// those of a mean over the examples, or over what counts among them.
func weightOf(n float64, terms []float64) float64 {
	if len(terms) > 0 {
		return terms[1]
	}
	return n
}

// splits returns an error unless the gradients of the batch are a mean of those of its pieces. The
// average has the last one already, which has n examples and the terms; mixed is that of its session.
func (a *average) splits(option string, n float64, terms []float64, mixed bool) error {
	if len(terms) == 0 {
		return nil
	}
	weight, first := terms[1], a.terms[0].count
	for i, m := range a.terms {
		if terms[3*i+1]*first != weight*m.count {
			return mistake.Newf(graph.ErrUnsupported, "%s: got a loss of two means over different counts, whose gradients cannot be computed in pieces; want one, or the batch as a whole", option)
		}
	}
	if mixed && n*first != weight*a.n {
		return mistake.Newf(graph.ErrUnsupported, "%s: got a loss of a mean over what counts and a part over all examples, and pieces of which not the same share counts: "+
			"its gradients cannot be computed in pieces; want one kind of mean, or the batch as a whole", option)
	}
	return nil
}

// restart forgets the gradients.
func (g *gathered) restart() {
	g.weight, g.idle = 0, true
	clear(g.f32)
	clear(g.f64)
}

// spread makes the gradients those of the whole batch.
func (g *gathered) spread(p *graph.Params) {
	_, g32 := p.Flat32()
	_, g64 := p.Flat64()
	clear(g32)
	clear(g64)
	if g.weight > 0 {
		vec.F32.Axpy(g32, float32(1/g.weight), g.f32)
		vec.F64.Axpy(g64, 1/g.weight, g.f64)
	}
}

// take sets t.taken to the mean of the batch of n examples that s was the first session for,
// with its loss, before an Optimizer computes the batch anew at other parameters.
func (t *Trainer) take(s *session, n int, loss float64) {
	t.taken.reset()
	if s.n == n && !t.o.sharded() {
		t.taken.add(s, loss)
		return
	}
	t.taken.merge(&t.gathered.mean)
}

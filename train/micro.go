package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file computes the gradients of a batch in pieces: Options.MicroBatch.

// pieceOf returns the number of examples of a batch of n that are computed at once.
func (t *Trainer) pieceOf(n int) int {
	if t.o.MicroBatch == 0 {
		return n
	}
	return min(n, t.o.MicroBatch)
}

// bindPieces compiles the model for the pieces of a batch of n and binds it to d.
func (t *Trainer) bindPieces(d *data.Dataset, n int) error {
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
	if t.o.MicroBatch == 0 {
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
		part := left[:t.pieceOf(len(left))]
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
	if s.n == len(index) {
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

// add adds the gradients that x has computed. They are those of a mean over the examples of
// x, or over what counts among them: their weight is its number.
func (g *gathered) add(p *graph.Params, x *session) error {
	weight := float64(x.n)
	if len(x.terms) > 0 {
		weight = x.terms[1]
		first := g.mean.terms[0].count
		for i, m := range g.mean.terms {
			if x.terms[3*i+1]*first != weight*m.count {
				return mistake.Newf(graph.ErrUnsupported, "Options.MicroBatch: got a loss of two means over different counts, whose gradients cannot be computed in pieces; want one, or no MicroBatch")
			}
		}
		if x.mixed && float64(x.n)*first != weight*g.mean.n {
			return mistake.Newf(graph.ErrUnsupported, "Options.MicroBatch: got a loss of a mean over what counts and a part over all examples, and pieces of which not the same share counts: "+
				"its gradients cannot be computed in pieces; want one kind of mean, or no MicroBatch")
		}
	}
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
	if s.n == n {
		t.taken.add(s, loss)
		return
	}
	t.taken.merge(&t.gathered.mean)
}

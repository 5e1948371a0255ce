package train

import (
	"context"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// This file evaluates a data set on several processes. Each runs the model on every Size()-th batch
// and gives what came out to the others, which add it in the order of the batches: the result has
// the bits of one process.

// evaluated is what a batch has given.
type evaluated struct {
	index  []int
	loss   float64
	terms  []float64
	output []float64 // for metrics
}

// overRanks calls f for each batch of a data set in memory with a session that is bound to it, and
// with what one of the ranks has computed. limit is as for over.
func (t *Trainer) overRanks(ctx context.Context, from supply, limit int, outputs bool, f func(s *session, b data.Batch, x *evaluated) error) error {
	l, err := data.NewLoader(from.src, data.LoaderOptions{Batch: t.o.EvalBatch, Limit: limit, Epochs: 1})
	if err != nil {
		return err
	}
	defer l.Close()
	round := make([]evaluated, t.ranks.Size())
	for more := true; more; {
		n, err := 0, stopped(ctx)
		for ; n < len(round) && more; n++ {
			b, ok, bad := nextBatch(l)
			if err = together(err, bad); !ok {
				more = false
				break
			}
			x := &round[n]
			x.index = append(x.index[:0], b.Index...)
			if n == t.ranks.Rank() && err == nil {
				err = t.evaluateBatch(from.set, x, outputs)
			}
		}
		if err := t.exchangeEvaluated(from.set, round[:n], outputs, err); err != nil {
			return errors.Wrapf(err, "stopped before example %d of %d", round[0].index[0], from.src.Len())
		}
		for i := range round[:n] {
			x := &round[i]
			b := data.Batch{Set: from.set, Index: x.index}
			s, err := t.forward.bindBatch(b, evaluating, len(x.index))
			if err == nil {
				err = s.readSpans(x.index)
			}
			if err == nil {
				err = f(s, b, x)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// evaluateBatch runs the model on a batch.
func (t *Trainer) evaluateBatch(d *data.Dataset, x *evaluated, outputs bool) error {
	s, err := t.forward.bindBatch(data.Batch{Set: d, Index: x.index}, evaluating, len(x.index))
	if err != nil {
		return err
	}
	if x.loss, err = s.run(x.index, x.index[0]); err != nil {
		return err
	}
	x.terms = append(x.terms[:0], s.terms...)
	if outputs {
		x.output = s.output.Read(x.output)
	}
	return nil
}

// exchangeEvaluated gives the batch of each rank to all others. failed is the error of this one.
func (t *Trainer) exchangeEvaluated(d *data.Dataset, round []evaluated, outputs bool, failed error) error {
	r := t.ranks
	if r.broken != nil {
		return r.broken
	}
	me, n := r.Rank(), r.Size()
	send, receive := make([][]byte, n), make([][]byte, n)
	for q := range n {
		floats := 0
		if q < len(round) {
			s, err := t.forward.bind(d, evaluating, len(round[q].index)) // compiled before
			if err != nil {
				return err
			}
			x := &round[q]
			x.terms = resize(x.terms, len(s.terms))
			if floats = 1 + len(x.terms); outputs {
				x.output = resize(x.output, s.output.Len())
				floats += len(x.output)
			}
		}
		receive[q] = make([]byte, wordSize+8*floats)
	}
	mine := r.put(nil, failed)
	if me < len(round) {
		x := &round[me]
		mine = appendFloats(appendFloats(mine, x.loss), x.terms...)
		if outputs {
			mine = appendFloats(mine, x.output...)
		}
	}
	for q := range send {
		send[q] = mine
	}
	if err := r.lost(r.AllToAll(receive, send)); err != nil {
		return err
	}
	for q, b := range receive {
		r.take(q, b)
		if b = b[wordSize:]; q >= len(round) || q == me {
			continue
		}
		x := &round[q]
		x.loss = floatAt(b, 0)
		floatsAt(b, 1, x.terms)
		floatsAt(b, 1+len(x.terms), x.output)
	}
	return r.verdict(failed)
}

// readSpans reads which targets of the examples count, as fill does.
func (s *session) readSpans(index []int) error {
	for i := range s.feeds {
		f := &s.feeds[i]
		if f.spans == nil {
			continue
		}
		if err := f.spans.read(index); err != nil {
			return err
		}
	}
	return nil
}

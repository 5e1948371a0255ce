package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train/data"
)

// This file computes the gradients of a batch in shards, whose sum does not depend on who has
// computed them: Options.Shards.

// sharded reports whether batches are computed in shards.
func (o *Options) sharded() bool { return o.Shards > 1 }

// shardSize returns the number of examples of shard k of a batch of n. The first shards have one
// more than the others if n cannot be cut evenly.
func (o *Options) shardSize(n, k int) int {
	size := n / o.Shards
	if k < n%o.Shards {
		size++
	}
	return size
}

// shardStart returns the first example of shard k of a batch of n.
func (o *Options) shardStart(n, k int) int { return k*(n/o.Shards) + min(k, n%o.Shards) }

// shardOf returns the examples of shard k among those of a batch.
func (o *Options) shardOf(index []int, k int) []int {
	return index[o.shardStart(len(index), k):o.shardStart(len(index), k+1)]
}

// sharding is the work on the shards of a batch.
type sharding struct {
	s       *session      // of the first shard
	index   []int         // of the batch
	lo, hi  int           // the shards of this process
	records []shardRecord // of all shards
	terms   []float64     // of all records
	sums    shardSums
	meeting *meeting                     // of shards that are computed at the same time; nil before the first one
	leaf    func(k int) (portion, error) // alone, or that of the meeting
	alone   func(k int) (portion, error) // runShard
}

// shardRecord is what a shard has given besides gradients and states.
type shardRecord struct {
	n     float64 // examples; 0 for an empty shard
	loss  float64
	terms []float64 // as those of a session
}

// portion is the part of a batch that a shard is: its gradients are multiplied by the one, the
// changes of states by the other.
type portion struct{ grad, state float64 }

// shardSums adds gradients and states over shards, in the type of the parameters.
type shardSums interface {
	// add adds the shards of all processes. leaf of w computes one, which leaves its gradients and
	// states in the memory of the parameters.
	add(w *sharding) error
	// expect says that the last shard of this process runs next in s, which portion it is, and
	// whether that is known.
	expect(s *session, by portion, known bool) error
	// spread puts the sum over all shards, times the factor, into the memory of the parameters.
	spread(factor float64)
}

// sharding returns the work of t on shards. Its parameters are built.
func (t *Trainer) sharding() *sharding {
	if t.shards == nil {
		t.shards = t.newSharding()
	}
	return t.shards
}

// newSharding returns what t needs to compute in shards.
func (t *Trainer) newSharding() *sharding {
	k := t.o.Shards
	x := &sharding{hi: k, records: make([]shardRecord, k), alone: t.runShard}
	if t.ranks != nil {
		x.lo, x.hi = t.ownShards()
	}
	if t.params.DType() == graph.Float32 {
		_, grads := t.params.Flat32()
		x.sums = newTreeSums(t, x.lo, x.hi, grads, t.params.State32(), &t.states.f32)
	} else {
		_, grads := t.params.Flat64()
		x.sums = newTreeSums(t, x.lo, x.hi, grads, t.params.State64(), &t.states.f64)
	}
	return x
}

// ownShards returns which shards are those of this one of several ranks.
func (t *Trainer) ownShards() (lo, hi int) {
	each := t.o.Shards / t.ranks.Size()
	return t.ranks.Rank() * each, (t.ranks.Rank() + 1) * each
}

// ownPart returns which examples of a batch of n are in these shards.
func (t *Trainer) ownPart(n int) (lo, hi int) {
	lo, hi = t.ownShards()
	return t.o.shardStart(n, lo), t.o.shardStart(n, hi)
}

// begin forgets the batch before.
func (x *sharding) begin(s *session, index []int) {
	x.s, x.index = s, append(x.index[:0], index...) // the caller's stays on its stack
	m := len(s.terms)
	x.terms = resize(x.terms, m*len(x.records))
	for k := range x.records {
		x.records[k] = shardRecord{terms: x.terms[k*m : (k+1)*m]}
	}
}

// computeShards is compute with Options.Shards. s is the session of the first shard.
func (t *Trainer) computeShards(s *session, index []int) (float64, error) {
	x := t.sharding()
	x.begin(s, index)
	x.leaf = x.alone
	if s.together {
		m := t.meeting()
		if err := m.compute(t); err != nil {
			return 0, err
		}
		x.leaf = m.leaf
	}
	if err := t.ranks.share(x, x.sums.add(x)); err != nil {
		return 0, err
	}
	loss, weight, err := t.weighShards()
	switch {
	case err != nil || !isFinite(loss):
		return loss, err
	case weight == 0 && s.together: // then a penalty has no gradient
		x.sums.spread(1)
		return loss, nil
	case weight == 0: // nothing counts in any shard: what is left is a penalty, which each has whole
		k := x.lo
		if len(t.o.shardOf(index, k)) == 0 {
			k = 0
		}
		_, err := t.runShard(k)
		return loss, err
	}
	x.sums.spread(float64(len(index)) / weight)
	return loss, nil
}

// runShard computes shard k of the present batch, from the states before the step.
func (t *Trainer) runShard(k int) (portion, error) {
	x := t.shards
	part := t.o.shardOf(x.index, k)
	if len(part) == 0 {
		return portion{}, nil
	}
	s, err := t.train.bind(x.s.set, training, len(part))
	if err != nil {
		return portion{}, err
	}
	s.epoch, s.batch, s.ahead = x.s.epoch, x.s.batch, x.s.ahead
	t.states.restore(t.params)
	r := &x.records[k]
	r.n = float64(len(part))
	all := float64(len(x.index))
	if k == x.hi-1 {
		if err := x.sums.expect(s, portion{r.n / all, r.n / all}, len(s.means) == 0); err != nil {
			return portion{}, err
		}
	}
	if r.loss, err = s.run(part, t.draw(k)); err != nil {
		return portion{}, err
	}
	copy(r.terms, s.terms)
	return portion{weightOf(r.n, r.terms) / all, r.n / all}, nil
}

// weighShards returns the loss of the batch and the sum of the weights of its shards. A shard whose
// loss is not finite ends the step: its loss is that of the batch then.
func (t *Trainer) weighShards() (loss, weight float64, err error) {
	x, mean := t.shards, &t.gathered.mean
	mean.reset()
	for k := range x.records {
		r := &x.records[k]
		if r.n == 0 {
			continue
		}
		if loss = r.loss; !isFinite(loss) {
			return loss, 0, nil
		}
		mean.take(r.n, r.loss, r.terms)
		if err := mean.splits("Options.Shards", r.n, r.terms, x.s.mixed); err != nil {
			return 0, 0, err
		}
		weight += weightOf(r.n, r.terms)
	}
	if !mean.empty() {
		loss = mean.value()
	}
	return loss, weight, nil
}

// bindShards compiles the model for the shards of a batch of n and binds it to d.
func (t *Trainer) bindShards(d *data.Dataset, n int) error {
	for _, size := range []int{t.o.shardSize(n, t.o.Shards-1), t.o.shardSize(n, 0)} {
		if size == 0 {
			continue
		}
		s, err := t.train.bind(d, training, size)
		if err == nil && s.together {
			err = t.meeting().prepare(t, d, n)
		}
		if err == nil { // the last one is that of the first shard, at each of several ranks
			_, err = t.train.bind(d, training, size)
		}
		if err != nil {
			return errors.Wrapf(err, "a shard of %d, if a batch of %d is computed in %d (Options.Shards)", size, n, t.o.Shards)
		}
	}
	return nil
}

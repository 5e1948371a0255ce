package graph

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Shards are the shards of a batch that are computed at the same time, each by a Program of its own, as
// one of them sees them. During its Run each makes the same sums in the same order.
type Shards interface {
	// Sum32 and Sum64 replace the elements of x by their sums over all shards. They return when all
	// have called them. The number says which sum of the graph it is. After an error the Run goes on
	// to its end with x as it is, and fails with the first one.
	Sum32(number int, x []float32) error
	Sum64(number int, x []float64) error
}

// Shard returns Params for one shard of a batch. It shares the memory of the parameters with p. Its
// gradients and states are its own: they start as zeros and as the states of p. It fixes the set of
// parameters of p, as the first Compile does.
func (p *Params) Shard() *Params {
	p = p.orEmpty()
	p.fix()
	v := *p.values
	v.states.v32, v.states.v64 = clone(v.states.v32), clone(v.states.v64)
	return p.with(&v)
}

// Shard returns another Program of the same plan, for one shard of a batch: a Fork that reads and writes
// q, which is a Shard of the Params of p. Programs of several shards may run at the same time.
//
// Errors: ErrOption for a q that is no Shard; a *MemoryError.
func (p *Program) Shard(q *Params) (*Program, error) {
	if err := p.made(); err != nil {
		return nil, errors.Wrap(err, "graph: Shard")
	}
	if q == nil || q.values == nil || !q.trained.alike(&p.params.trained) || !q.states.alike(&p.params.states) {
		return nil, mistake.Optionf("graph: Shard: got other parameters than those of the program, want a Shard of its Params")
	}
	return p.fork(q)
}

// SumBy makes p one of several shards: what its layers sum over shards (see Builder.SetSharded) it sums
// by s from the next Run on. Before, and by nil, it sums over itself alone.
func (p *Program) SumBy(s Shards) {
	switch {
	case p == nil || p.plan == nil:
	case s == nil && p.r32 != nil:
		p.r32.SumBy(nil)
	case s == nil:
		p.r64.SumBy(nil)
	case p.r32 != nil:
		p.r32.SumBy(s.Sum32)
	default:
		p.r64.SumBy(s.Sum64)
	}
}

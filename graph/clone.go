package graph

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Clone returns a copy of p with memory of its own: names, shapes, values of parameters and
// states, and what is frozen. Its gradients are 0. It fixes the set of parameters of both, as
// the first Compile does. Nobody may build, set or train p meanwhile.
//
// A model that is trained may be used at the same time with copies of its parameters: see
// Program.SetParams.
func (p *Params) Clone() *Params {
	p = p.orEmpty()
	p.fix()
	v := *p.values
	v.names = make(map[string]*Param, len(p.names))
	for _, m := range []*store{&v.trained, &v.states} {
		m.copied(v.names)
	}
	return p.with(&v)
}

// with returns Params with the values, gradients of their own, and the rules of p.
func (p *Params) with(v *values) *Params {
	if v.dtype == Float32 {
		v.g32 = memory.Zeros[float32](v.trained.size)
	} else {
		v.g64 = memory.Zeros[float64](v.trained.size)
	}
	return &Params{values: v, rules: slices.Clone(p.rules), checked: p.checked, reported: p.reported}
}

// copied gives m copies of its descriptions, which it adds to names, and of its values.
func (m *store) copied(names map[string]*Param) {
	m.list = slices.Clone(m.list)
	for i, q := range m.list {
		c := *q
		c.Shape = slices.Clone(q.Shape)
		m.list[i], names[c.Name] = &c, &c
	}
	m.v32, m.v64 = clone(m.v32), clone(m.v64)
}

// clone returns a copy of v in memory that is aligned for kernels, nil for nil.
func clone[T float32 | float64](v []T) []T {
	if v == nil {
		return nil
	}
	out := memory.Zeros[T](len(v))
	copy(out, v)
	return out
}

// SetParams makes the program read the parameters and states of q from the next Run on. Forks that
// are made after it read them too. q is a Clone of the program's Params. Nothing is copied, and
// only the first call allocates.
//
// Nobody may train q while the program runs. So several copies let predictions go on while
// the next one is filled.
//
// Errors: ErrOption for a nil q, and for a q with other parameters; ErrUnsupported for a
// program that writes to Params, with Grads, Descend or Update.
func (p *Program) SetParams(q *Params) error {
	if err := p.made(); err != nil {
		return errors.Wrap(err, "graph: SetParams")
	}
	switch {
	case q == nil || q.values == nil:
		return mistake.Optionf("graph: SetParams: got nil Params, want a Clone of those of the program")
	case p.plan.Writes():
		return mistake.Newf(ErrUnsupported, "graph: SetParams: got a program that writes gradients, parameters or states, want one of outputs alone")
	case q.values == p.params.values:
		return nil
	case q.dtype != p.params.dtype || !q.fixed || !q.trained.alike(&p.params.trained) || !q.states.alike(&p.params.states):
		return mistake.Optionf("graph: SetParams: got other parameters than those of the program, want a Clone of its Params")
	}
	p.params = q
	if p.r32 != nil {
		p.r32.Share(exec.Shared[float32]{Param: q.trained.v32, Grad: q.g32, State: q.states.v32})
	} else {
		p.r64.Share(exec.Shared[float64]{Param: q.trained.v64, Grad: q.g64, State: q.states.v64})
	}
	return nil
}

// alike reports whether both have the same names and shapes at the same places.
func (m *store) alike(o *store) bool {
	return slices.EqualFunc(m.list, o.list, func(a, b *Param) bool {
		return a == b || a.Name == b.Name && a.offset == b.offset && slices.Equal(a.Shape, b.Shape)
	})
}

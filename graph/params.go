package graph

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/tensor"
)

// Param describes a parameter or a state of a model.
type Param struct {
	Name  string // with its scopes: "dense0/weight"
	Shape []int

	// State tells a state from a parameter: it is not trained, and a run may write it. See
	// Builder.State.
	State bool

	// Decay turns weight decay on. The default is true for a parameter with at least two
	// axes, and false for others, such as biases and scales, and for states.
	Decay bool

	offset int
	size   int
}

// Size returns the number of elements. Of nil, which Params.Get returns for an unknown name,
// it is 0.
func (p *Param) Size() int {
	if p == nil {
		return 0
	}
	return p.size
}

// Offset returns the index of the first element in Params.Flat64 or Flat32.
func (p *Param) Offset() int {
	if p == nil {
		return 0
	}
	return p.offset
}

// Params holds the parameters of one model, which are trained, and its states, which are not:
// see Builder.State. It keeps them by name and in the order in which they were built. Graphs
// that are built with one Params share its values, such as graphs of different batch sizes.
//
// All parameters lie in one slice, their gradients in another, the states in a third.
// Builder.Param and Builder.State add values until the first Compile, or call of Values, Grad,
// Set, Flat64 or Flat32, fixes the set. After that a new name is an error.
//
// Many goroutines may read a Params while nobody builds, sets, freezes or trains. A nil Params
// has no parameters.
type Params struct {
	*values
	rules   []rule // the last one that covers a name says whether it is frozen
	checked bool   // each of match in the rules matches something, and will

	reported bool // Err has found a match that matches nothing
}

// values is what Params.Only shares.
type values struct {
	dtype   DType
	seed    uint64
	names   map[string]*Param
	trained store
	states  store
	fixed   bool
	g32     []float32 // gradients; one of the two, when the layout is fixed
	g64     []float64
	mistake error // of NewParams
	most    int   // of Limit; 0: none
	built   int   // elements of all parameters and states
}

// NewParams returns a Params without parameters. Its parameters will have the type d. Each
// is drawn from a generator that is seeded with the seed and the parameter's name. So a new
// parameter does not change the others.
// Errors: ErrOption for an unknown d, which New keeps as the mistake of its Builder, and
// which Set returns.
func NewParams(d DType, seed uint64) *Params {
	p := &Params{values: &values{dtype: d, seed: seed, names: map[string]*Param{}}}
	if _, err := d.MarshalText(); err != nil {
		p.dtype = Float64
		p.mistake = errors.WithStack(&OpError{Package: "graph", Op: "NewParams", At: op.Position(op.Caller()), Err: err})
	}
	return p
}

// orEmpty returns p, or an empty Params for nil and the zero Params.
func (p *Params) orEmpty() *Params {
	if p == nil || p.values == nil {
		return &Params{values: &values{}}
	}
	return p
}

// Limit makes it an error (ErrMemory) to build parameters and states of more than n elements
// in all. It is for models whose settings come from somebody else. Without a call of it, or
// for n ≤ 0, there is no limit but the memory of the system.
func (p *Params) Limit(n int) {
	if p != nil && p.values != nil {
		p.most = max(n, 0)
	}
}

// DType returns the type of the parameters.
func (p *Params) DType() DType { return p.orEmpty().dtype }

// Seed returns the seed that the parameters are drawn from.
func (p *Params) Seed() uint64 { return p.orEmpty().seed }

// List returns the parameters in the order in which they were built, without the states. The
// slice is a copy.
func (p *Params) List() []*Param { return slices.Clone(p.orEmpty().trained.list) }

// States returns the states in the order in which they were built. The slice is a copy.
func (p *Params) States() []*Param { return slices.Clone(p.orEmpty().states.list) }

// Get returns the parameter or the state with the name, or nil.
func (p *Params) Get(name string) *Param { return p.orEmpty().names[name] }

// Len returns the length of Flat64 or Flat32: the elements of all parameters with the padding
// between them.
func (p *Params) Len() int { return p.orEmpty().trained.size }

// of returns where q lies.
func (p *values) of(q *Param) *store {
	if q.State {
		return &p.states
	}
	return &p.trained
}

// declare adds a parameter or a state. If there is one with the name, it checks the shape.
func (p *Params) declare(name string, kind ir.Leaf, shape ir.Shape, init Initializer) (*Param, error) {
	if q := p.names[name]; q != nil {
		switch {
		case q.leaf() != kind:
			return nil, mistake.Optionf("got the name of a %s, want another name", build.KindName(q.leaf()))
		case !shape.Equal(q.Shape):
			return nil, mistake.Shapef("got %v, want %v, the shape that it was built with first", shape, q.Shape)
		}
		return q, nil
	}
	if p.fixed {
		return nil, mistake.Optionf("got a new %s after the first Compile, want one of the %d that the model has", build.KindName(kind), len(p.names))
	}
	n, err := shape.CheckedSize(op.MaxElements)
	if err != nil {
		return nil, mistake.Shapef("%v", err)
	}
	if n == 0 {
		return nil, mistake.Shapef("got %v, want at least one element", shape)
	}
	if p.most > 0 && n > p.most-p.built {
		return nil, mistake.Newf(ErrMemory, "got %v, which makes %d elements in all, want at most %d, the limit of these Params", shape, p.built+n, p.most)
	}
	q := &Param{Name: name, Shape: shape.Clone(), State: kind == ir.State, Decay: kind == ir.Param && len(shape) >= 2, size: n}
	m := p.of(q)
	if err := m.fits(q, n); err != nil {
		return nil, err
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	v := m.room(n)
	if err := init(v, shape, rand.New(rand.NewPCG(p.seed, h.Sum64()))); err != nil {
		clear(v)
		return nil, err
	}
	if err := beyond(v, p.dtype); err != nil {
		clear(v)
		return nil, errors.WithMessage(err, "got an initial value that is too large")
	}
	m.add(q)
	p.built += n
	if p.names == nil {
		p.names = map[string]*Param{}
	}
	p.names[name] = q
	return q, nil
}

// fix gives parameters, gradients and states their memory.
func (p *values) fix() {
	if p.fixed {
		return
	}
	p.fixed = true
	p.g32 = p.trained.fix(p.dtype)
	if p.dtype == Float64 {
		p.g64 = memory.Zeros[float64](p.trained.size)
	}
	p.states.fix(p.dtype)
}

// Values returns a copy of the elements of a parameter or a state, row-major. Without one of
// the name it is nil.
func (p *Params) Values(name string) []float64 {
	q := p.Get(name)
	if q == nil {
		return nil
	}
	p.fix()
	m := p.of(q)
	return read(m.v64, m.v32, q)
}

// Grad returns a copy of the gradient that the last run of a program with Options.Grads left,
// row-major. Without a parameter of the name it is nil.
func (p *Params) Grad(name string) []float64 {
	q := p.Get(name)
	if q == nil || q.State {
		return nil
	}
	p.fix()
	return read(p.g64, p.g32, q)
}

// Set gives a parameter or a state new elements, row-major, rounded to its type. NaN and
// infinities are accepted. Errors change nothing: ErrOption for an unknown name, ErrShape for
// another number of elements, ErrNotFinite for a finite number beyond the range of the type.
func (p *Params) Set(name string, v []float64) error {
	if err := p.orEmpty().mistake; err != nil {
		return err
	}
	q := p.Get(name)
	if q == nil {
		return mistake.Optionf("graph: Set: got the name %q, want %s", name, p.known())
	}
	if len(v) != q.size {
		return mistake.Shapef("graph: Set: %q: got %d elements, want %d for %v", name, len(v), q.size, q.Shape)
	}
	if err := beyond(v, p.dtype); err != nil {
		return errors.WithMessagef(err, "graph: Set: %q", name)
	}
	p.fix()
	p.of(q).write(q, v)
	return nil
}

// known lists the parameters for messages.
func (p *Params) known() string {
	list := append(p.List(), p.States()...)
	if len(list) == 0 {
		return "none: there are no parameters"
	}
	names := make([]string, len(list))
	for i, q := range list {
		names[i] = q.Name
	}
	return "one of " + mistake.Names(names)
}

// Flat64 returns the memory of all parameters and of their gradients, without copying it.
// Optimizers work on it. Between parameters there may be padding, which must stay 0. For a
// Params of Float32 both are nil.
func (p *Params) Flat64() (params, grads []float64) {
	p = p.orEmpty()
	p.fix()
	return p.trained.v64, p.g64
}

// Flat32 returns what Flat64 does, for a Params of Float32.
func (p *Params) Flat32() (params, grads []float32) {
	p = p.orEmpty()
	p.fix()
	return p.trained.v32, p.g32
}

// State64 returns the memory of all states, without copying it. Between states there may be
// padding, which must stay 0. For a Params of Float32 it is nil.
func (p *Params) State64() []float64 {
	p = p.orEmpty()
	p.fix()
	return p.states.v64
}

// State32 returns what State64 does, for a Params of Float32.
func (p *Params) State32() []float32 {
	p = p.orEmpty()
	p.fix()
	return p.states.v32
}

// tensorOf returns a tensor that shares the memory of q.
func (p *Params) tensorOf(q *Param) tensor.Tensor {
	m, lo, hi := p.of(q), q.offset, q.offset+q.size
	if p.dtype == Float32 {
		return tensor.New(tensor.WithShape(q.Shape...), tensor.WithBacking(m.v32[lo:hi:hi]))
	}
	return tensor.New(tensor.WithShape(q.Shape...), tensor.WithBacking(m.v64[lo:hi:hi]))
}

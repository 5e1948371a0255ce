package graph

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"unsafe"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/tensor"
)

// Param describes a parameter.
type Param struct {
	Name  string // with its scopes: "dense0/weight"
	Shape []int

	// Decay turns weight decay on. The default is true for a parameter with at least two
	// axes, and false for others, such as biases and scales.
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

// Params holds the parameters of one model, by name and in the order in which they were
// built. Graphs that are built with one Params share its parameters, such as graphs of
// different batch sizes.
//
// All parameters lie in one slice, and their gradients in another. Builder.Param adds
// parameters until the first Compile, or call of Values, Grad, Set, Flat64 or Flat32, fixes
// the set. After that a new name is an error.
//
// Many goroutines may read a Params while nobody builds, sets or trains. A nil Params has no
// parameters.
type Params struct {
	dtype DType
	seed  uint64
	list  []*Param
	names map[string]*Param
	drawn []float64 // initial values until the layout is fixed, at the offsets of the parameters
	size  int
	fixed bool
	p32   []float32
	g32   []float32
	p64   []float64
	g64   []float64

	mistake error // of NewParams
}

// NewParams returns a Params without parameters. Its parameters will have the type d. Each
// is drawn from a generator that is seeded with the seed and the name of the parameter, so
// a new parameter does not change the others.
// Errors: ErrOption for an unknown d, which New keeps as the mistake of its Builder, and
// which Set returns.
func NewParams(d DType, seed uint64) *Params {
	p := &Params{dtype: d, seed: seed, names: map[string]*Param{}}
	if _, err := d.MarshalText(); err != nil {
		p.dtype = Float64
		p.mistake = errors.WithStack(&OpError{Package: "graph", Op: "NewParams", At: op.Position(op.Caller()), Err: err})
	}
	return p
}

// orEmpty returns p, or an empty Params for nil.
func (p *Params) orEmpty() *Params {
	if p == nil {
		return &Params{}
	}
	return p
}

// DType returns the type of the parameters.
func (p *Params) DType() DType { return p.orEmpty().dtype }

// Seed returns the seed that the parameters are drawn from.
func (p *Params) Seed() uint64 { return p.orEmpty().seed }

// List returns the parameters in the order in which they were built. The slice is a copy.
func (p *Params) List() []*Param { return slices.Clone(p.orEmpty().list) }

// Get returns the parameter with the name, or nil.
func (p *Params) Get(name string) *Param { return p.orEmpty().names[name] }

// Len returns the length of Flat64 or Flat32: the elements of all parameters with the padding
// between them.
func (p *Params) Len() int { return p.orEmpty().size }

// declare adds a parameter. If there is one with the name, it checks the shape.
func (p *Params) declare(name string, shape ir.Shape, init Initializer) (*Param, error) {
	if q := p.names[name]; q != nil {
		if !shape.Equal(q.Shape) {
			return nil, mistake.Shapef("got %v, want %v, the shape that it was built with first", shape, q.Shape)
		}
		return q, nil
	}
	if p.fixed {
		return nil, mistake.Optionf("got a new parameter after the first Compile, want one of the %d that the model has", len(p.list))
	}
	n, err := shape.CheckedSize(op.MaxElements)
	if err != nil {
		return nil, mistake.Shapef("%v", err)
	}
	if n == 0 {
		return nil, mistake.Shapef("got %v, want at least one element", shape)
	}
	if err := p.fits(name, shape, n); err != nil {
		return nil, err
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	v := p.room(n)
	if err := init(v, shape, rand.New(rand.NewPCG(p.seed, h.Sum64()))); err != nil {
		clear(v)
		return nil, err
	}
	if err := beyond(v, p.dtype); err != nil {
		clear(v)
		return nil, errors.WithMessage(err, "got an initial value that is too large")
	}
	q := &Param{Name: name, Shape: shape.Clone(), Decay: len(shape) >= 2, offset: p.size, size: n}
	p.size += exec.Align(n)
	p.list = append(p.list, q)
	if p.names == nil {
		p.names = map[string]*Param{}
	}
	p.names[name] = q
	return q, nil
}

// grown returns how many initial values the memory must hold if n are added. It leaves some
// room, so the biases after a large weight need no copy.
func (p *Params) grown(n int) int {
	end := p.size + exec.Align(n)
	return max(end+end/16, 2*cap(p.drawn))
}

// room returns memory of zeros for n more initial values.
func (p *Params) room(n int) []float64 {
	end := p.size + exec.Align(n)
	if end > cap(p.drawn) {
		grown := memory.Zeros[float64](p.grown(n))[:p.size]
		memory.Populate(grown)
		copy(grown, p.drawn)
		p.drawn = grown
	}
	p.drawn = p.drawn[:end]
	v := p.drawn[p.size : p.size+n : p.size+n]
	memory.Populate(v)
	return v
}

// fix gives the parameters and gradients their memory. In float64 the parameters take the
// memory of the initial values. In float32 they take its first half, and the gradients the
// second: touching new memory takes much of a small program's first step.
func (p *Params) fix() {
	if p.fixed {
		return
	}
	p.fixed = true
	drawn := p.drawn[:p.size:p.size]
	p.drawn = nil
	if p.dtype == Float32 {
		p.p32, p.g32 = narrow(drawn)
	} else {
		p.p64, p.g64 = drawn, memory.Zeros[float64](p.size)
	}
}

// narrow rounds v to float32 in place. The rest of its memory holds as many zeros.
func narrow(v []float64) (rounded, zeros []float32) {
	n := len(v)
	if n == 0 {
		return nil, nil
	}
	all := unsafe.Slice((*float32)(unsafe.Pointer(&v[0])), 2*n)
	for i, x := range v { // element i lies at or after what is written by then
		all[i] = float32(x)
	}
	clear(all[n:])
	return all[:n:n], all[n:]
}

// Values returns a copy of a parameter's elements, row-major. Without a parameter of the name
// it is nil.
func (p *Params) Values(name string) []float64 {
	q := p.Get(name)
	if q == nil {
		return nil
	}
	p.fix()
	return widen(p.p64, p.p32, q)
}

// Grad returns a copy of the gradient that the last run of a program with Options.Grads left,
// row-major. Without a parameter of the name it is nil.
func (p *Params) Grad(name string) []float64 {
	q := p.Get(name)
	if q == nil {
		return nil
	}
	p.fix()
	return widen(p.g64, p.g32, q)
}

// widen returns a copy of the elements of q, which lie in a or b.
func widen(a []float64, b []float32, q *Param) []float64 {
	out := make([]float64, q.size)
	if a != nil {
		copy(out, a[q.offset:])
		return out
	}
	for i, v := range b[q.offset : q.offset+q.size] {
		out[i] = float64(v)
	}
	return out
}

// Set gives a parameter new elements, row-major, rounded to its type. NaN and infinities are
// accepted. Errors change nothing: ErrOption for an unknown name, ErrShape for another number
// of elements, ErrNotFinite for a finite number beyond the range of the type.
func (p *Params) Set(name string, v []float64) error {
	if err := p.orEmpty().mistake; err != nil {
		return err
	}
	q := p.Get(name)
	if q == nil {
		return mistake.Optionf("graph: Set: got the name %q, want %s", name, p.known())
	}
	if len(v) != q.size {
		return mistake.Shapef("graph: Set: parameter %q: got %d elements, want %d for %v", name, len(v), q.size, q.Shape)
	}
	if err := beyond(v, p.dtype); err != nil {
		return errors.WithMessagef(err, "graph: Set: parameter %q", name)
	}
	p.fix()
	if p.p64 != nil {
		copy(p.p64[q.offset:], v)
	} else {
		round32(p.p32[q.offset:], v)
	}
	return nil
}

// known lists the parameters for messages.
func (p *Params) known() string {
	list := p.orEmpty().list
	if len(list) == 0 {
		return "none: there are no parameters"
	}
	names := make([]string, len(list))
	for i, q := range list {
		names[i] = q.Name
	}
	return "one of the parameters " + listed(names)
}

// Flat64 returns the memory of all parameters and of their gradients, without copying it.
// Optimizers work on it. Between parameters there may be padding, which must stay 0. For a
// Params of Float32 both are nil.
func (p *Params) Flat64() (params, grads []float64) {
	p = p.orEmpty()
	p.fix()
	return p.p64, p.g64
}

// Flat32 returns what Flat64 does, for a Params of Float32.
func (p *Params) Flat32() (params, grads []float32) {
	p = p.orEmpty()
	p.fix()
	return p.p32, p.g32
}

// tensorOf returns a tensor that shares the parameter's memory.
func (p *Params) tensorOf(q *Param) tensor.Tensor {
	if p.dtype == Float32 {
		return tensor.New(tensor.WithShape(q.Shape...), tensor.WithBacking(p.p32[q.offset:q.offset+q.size:q.offset+q.size]))
	}
	return tensor.New(tensor.WithShape(q.Shape...), tensor.WithBacking(p.p64[q.offset:q.offset+q.size:q.offset+q.size]))
}

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

// Param describes one parameter.
type Param struct {
	Name  string // with its scopes: "dense0/weight"
	Shape []int
	// Decay says whether weight decay applies to it: true for what has two or
	// more axes, false for biases and scales.
	Decay bool

	offset int
	size   int
}

// Size is the number of elements; 0 of nil, which Params.Get gives for an unknown
// name.
func (p *Param) Size() int {
	if p == nil {
		return 0
	}
	return p.size
}

// Offset is the index of p's first element in the flat memory of its Params.
func (p *Param) Offset() int {
	if p == nil {
		return 0
	}
	return p.offset
}

// Params holds the parameters of one model, by name and in the order in which
// they were first built. Graphs of different batch sizes that are built with
// one Params share them.
//
// All of them lie in one flat slice, and their gradients in another. Building
// adds parameters; the first Compile, or Values, fixes the layout, after which a
// new name is an error. A Params may be read by many goroutines while nobody
// builds, sets or trains. A nil Params has no parameters.
type Params struct {
	dtype DType
	seed  uint64
	list  []*Param
	names map[string]*Param
	drawn []float64 // initial values until the layout is fixed, each where it will lie
	size  int
	fixed bool
	p32   []float32
	g32   []float32
	p64   []float64
	g64   []float64

	mistake error // of NewParams
}

// NewParams is an empty set of parameters of the type d. Each is drawn from a
// generator seeded by seed and its name, so that adding one does not change
// the others. Every Builder of the Params, and Set, report a d that is no DType
// (ErrOption).
func NewParams(d DType, seed uint64) *Params {
	p := &Params{dtype: d, seed: seed, names: map[string]*Param{}}
	if _, err := d.MarshalText(); err != nil {
		p.dtype = Float64
		p.mistake = errors.WithStack(&OpError{Package: "graph", Op: "NewParams", At: op.Position(op.Caller()), Err: err})
	}
	return p
}

// orEmpty is p, or an empty Params for nil.
func (p *Params) orEmpty() *Params {
	if p == nil {
		return &Params{}
	}
	return p
}

// DType is the type of the parameters.
func (p *Params) DType() DType { return p.orEmpty().dtype }

// Seed is the seed that the parameters are drawn from.
func (p *Params) Seed() uint64 { return p.orEmpty().seed }

// List returns the parameters in order. The slice is a copy.
func (p *Params) List() []*Param { return slices.Clone(p.orEmpty().list) }

// Get returns the parameter of that name, or nil.
func (p *Params) Get(name string) *Param { return p.orEmpty().names[name] }

// Len is the number of elements of all parameters together.
func (p *Params) Len() int { return p.orEmpty().size }

// declare adds a parameter, or finds it and checks the shape.
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

// grown is how many initial values there is to be room for when n follow those of the
// parameters so far, with some to spare: the biases after a large weight need no copy.
func (p *Params) grown(n int) int {
	end := p.size + exec.Align(n)
	return max(end+end/16, 2*cap(p.drawn))
}

// room is memory of zeros for n initial values after those of the parameters so far.
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

// fix gives the parameters their memory: in float64 that of the initial values,
// in float32 its first half, and the second to the gradients. A small program
// spends much of its first step on touching memory.
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

// narrow rounds v to float32 in place. Its memory has room for as many zeros
// after them.
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

// Values returns a copy of a parameter's elements, row-major; nil if there is
// no such parameter.
func (p *Params) Values(name string) []float64 {
	q := p.Get(name)
	if q == nil {
		return nil
	}
	p.fix()
	return widen(p.p64, p.p32, q)
}

// Grad returns a copy of the gradient that the last run left, row-major; nil if
// there is no such parameter.
func (p *Params) Grad(name string) []float64 {
	q := p.Get(name)
	if q == nil {
		return nil
	}
	p.fix()
	return widen(p.g64, p.g32, q)
}

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

// Set gives a parameter new elements, row-major, rounded to its type. NaN and
// infinities are set as they are. It fails, and changes nothing, when there is no
// such parameter, for another number of elements (ErrShape) and for a finite number
// beyond the type (ErrNotFinite).
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

// Flat64 is the memory of all parameters and of their gradients, for a Params
// of Float64; nil otherwise. Optimizers work on it. Elements between two
// parameters are padding and stay 0.
func (p *Params) Flat64() (params, grads []float64) {
	p = p.orEmpty()
	p.fix()
	return p.p64, p.g64
}

// Flat32 is Flat64 for Float32.
func (p *Params) Flat32() (params, grads []float32) {
	p = p.orEmpty()
	p.fix()
	return p.p32, p.g32
}

// tensorOf is a tensor that shows the parameter's memory.
func (p *Params) tensorOf(q *Param) tensor.Tensor {
	if p.dtype == Float32 {
		return tensor.New(tensor.WithShape(q.Shape...), tensor.WithBacking(p.p32[q.offset:q.offset+q.size:q.offset+q.size]))
	}
	return tensor.New(tensor.WithShape(q.Shape...), tensor.WithBacking(p.p64[q.offset:q.offset+q.size:q.offset+q.size]))
}

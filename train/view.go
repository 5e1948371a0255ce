package train

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/mistake"
)

// View is what an Optimizer works on: the parameters that a step changes, their
// gradients, and the slots. Each, EachParam and Sum go over it.
//
// A View leaves out the parameters that the loss does not depend on. Parameters and
// gradients are the memory of graph.Params; the slots belong to the View. A View is
// for one goroutine at a time. A nil View has no parameters.
type View struct {
	f32     *arena[float32] // one of the two is nil
	f64     *arena[float64]
	slots   []Slot
	scalars []float64 // the value of each scalar slot; 0 for the others

	workers *pool.Pool
	few     bool // too few elements to share
	job     job  // the present one
	part    func(worker, part int)
	fault   atomic.Pointer[PanicError] // the first panic of the present job
	jobs    []job                      // to use again
	partial []float64                  // of Sum, for each span
	params  int

	bad    atomic.Bool // an answer to all
	wild   bool        // a slot may be far from 0: see Bound
	copied bool        // kept holds what was before the step
	kept   []float64   // scalars before the step
}

// arena is the memory of all parameters in one type.
type arena[T Float] struct {
	param, grad []T
	slot        [][]T // for each Slot; nil for a scalar
	kept        [][]T // copies of param and of each slot

	spans, whole []Span[T] // what Each and EachParam go over
}

// Span is a run of elements of one parameter, with everything that belongs to them.
// It must not be used after the call that it was passed to.
type Span[T Float] struct {
	Param []T
	Grad  []T          // as long as Param
	Slot  [][]T        // Slot[i] holds the elements of slot i of Optimizer.Slots, as many as Param; nil for a scalar
	Of    *graph.Param // the parameter, with its name and shape
	Lo    int          // the index in Of of the first element
}

// Decay returns the rate of weight decay for these elements: rate, or 0 if the
// parameter does not decay (graph.Param.Decay).
func (x Span[T]) Decay(rate float64) float64 {
	if x.Of.Decay {
		return rate
	}
	return 0
}

// NewView returns a View of all parameters of p for steps of o outside of a Trainer:
// run a graph.Program with Grads, then call o.Update. All slots have their initial
// values. The steps use the given number of threads, 0 for GOMAXPROCS.
//
// Errors: ErrOption for a nil p or o, for settings that o's Validate refuses, for
// slots without a name of their own or a finite initial value, and for a number of
// threads that is negative or above 1024; ErrNotBuilt if p has no parameters yet.
func NewView(p *graph.Params, o Optimizer, workers int) (*View, error) {
	err := built(p)
	if err == nil {
		err = checkOptimizer(o, p.DType())
	}
	if err == nil && (workers < 0 || workers > mostWorkers) {
		err = mistake.Optionf("got %d workers, want 0 to %d", workers, mostWorkers)
	}
	if err != nil {
		return nil, errors.Wrap(err, "train: NewView")
	}
	return newView(p, o.Slots(), workers, p.List()), nil
}

const mostWorkers = 1 << 10 // as graph has it

// Slot returns the index in Optimizer.Slots of the slot of that name, for Span.Slot and
// Scalar; -1 if there is none. An Optimizer that is part of another one finds its slots
// by it.
func (v *View) Slot(name string) int {
	if v == nil {
		return -1
	}
	return slices.IndexFunc(v.slots, func(s Slot) bool { return s.Name == name })
}

// Scalar returns the memory of slot i, which must be a scalar.
func (v *View) Scalar(i int) *float64 { return &v.scalars[i] }

// newView returns a View of the given ones of the parameters of p.
func newView(p *graph.Params, slots []Slot, workers int, moved []*graph.Param) *View {
	v := &View{slots: slots, scalars: make([]float64, len(slots)), workers: pool.Of(workers)}
	for i, s := range slots {
		if s.Scalar {
			v.scalars[i] = s.Init
		}
		v.wild = v.wild || s.Init != 0
	}
	if p.DType() == graph.Float32 {
		v.f32 = newArena(slots, p.Len(), p.Flat32)
	} else {
		v.f64 = newArena(slots, p.Len(), p.Flat64)
	}
	v.part = v.runPart
	v.move(moved)
	return v
}

// newArena returns the memory for n elements of parameters, with new slots.
func newArena[T Float](slots []Slot, n int, flat func() (params, grads []T)) *arena[T] {
	m := &arena[T]{slot: make([][]T, len(slots))}
	m.param, m.grad = flat()
	for i, s := range slots {
		if s.Scalar {
			continue
		}
		m.slot[i] = memory.Zeros[T](n)
		for j := range m.slot[i] {
			if s.Init == 0 {
				break
			}
			m.slot[i][j] = T(s.Init)
		}
	}
	return m
}

// move lets steps change these parameters and no others.
func (v *View) move(moved []*graph.Param) {
	var whole []piece
	total := 0
	for _, q := range moved {
		whole = append(whole, piece{q, 0, q.Size()})
		total += q.Size()
	}
	parts := cut(moved)
	v.few = total < enough
	v.partial, v.params = make([]float64, len(parts)), len(whole)
	v.copied = false
	if v.f32 != nil {
		v.f32.spans, v.f32.whole = v.f32.show(parts), v.f32.show(whole)
	} else {
		v.f64.spans, v.f64.whole = v.f64.show(parts), v.f64.show(whole)
	}
}

// piece is the elements lo to hi of a parameter.
type piece struct {
	of     *graph.Param
	lo, hi int
}

// Numbers of elements: sharing pays from enough on, and a piece should have some or,
// in large parameters, many. A processor reads long runs faster.
const (
	enough = 1 << 15
	some   = 1 << 15
	many   = 1 << 17
)

// cut cuts the parameters into pieces. The pieces do not depend on the number of
// workers. They are ordered by how far into its parameter a piece lies: a worker that
// takes a run of them gets the rows whose gradients it has computed, mostly.
func cut(list []*graph.Param) []piece {
	type placed struct {
		piece
		middle float64
	}
	var all []placed
	for _, q := range list {
		n := q.Size()
		k := 1
		if n >= some {
			k = (min(n/some, max(64, n/many)) + 3) &^ 3 // as much for each of 2 or 4 workers
		}
		at := func(i int) int {
			if i == k {
				return n
			}
			return int(int64(n)*int64(i)/int64(k)) &^ 15 // on a cache line
		}
		for i := range k {
			all = append(all, placed{piece{q, at(i), at(i + 1)}, (float64(i) + 0.5) / float64(k)})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.middle, b.middle) })
	out := make([]piece, len(all))
	for i, p := range all {
		out[i] = p.piece
	}
	return out
}

// show returns the pieces as spans.
func (m *arena[T]) show(list []piece) []Span[T] {
	out := make([]Span[T], len(list))
	for i, p := range list {
		lo, hi := p.of.Offset()+p.lo, p.of.Offset()+p.hi
		x := Span[T]{Param: m.param[lo:hi:hi], Grad: m.grad[lo:hi:hi], Slot: make([][]T, len(m.slot)), Of: p.of, Lo: p.lo}
		for k, s := range m.slot {
			if s != nil {
				x.Slot[k] = s[lo:hi:hi]
			}
		}
		out[i] = x
	}
	return out
}

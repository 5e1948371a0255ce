package train

import (
	"math"
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
	few     bool      // too few elements to share
	joined  []stretch // of the elements that a step changes
	job     job       // the present one
	part    func(worker, part int)
	fault   atomic.Pointer[PanicError] // the first panic of the present job
	jobs    []job                      // to use again
	hooks   []any                      // *hook of several types, to use again
	rules   []any                      // *ruleProgram
	from    int                        // the first part of the present job
	split   *split                     // among ranks; nil for one
	spans   int                        // of Each
	params  int                        // spans of EachParam
	partial []float64                  // of Sum, for each span
	sums    [2]int                     // the spans of Sum that this rank has

	moved  []*graph.Param // what the loss depends on; a group may leave some of it out
	groups grouping
	made   int                  // the number of steps made before it was these
	counts map[*graph.Param]int // how many of those steps moved the parameter

	failed  error   // see Fail
	measure float64 // the norm that ClipGradNorm has measured last; NaN for none

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

	spans, runs, whole []Span[T] // what Each, Sum and EachParam go over
}

// Span is a run of elements of one parameter, with everything that belongs to them.
// It must not be used after the call that it was passed to.
type Span[T Float] struct {
	Param []T
	Grad  []T          // as long as Param
	Slot  [][]T        // Slot[i] holds the elements of slot i of Optimizer.Slots, as many as Param; nil for a scalar
	Of    *graph.Param // the parameter, with its name and shape
	Lo    int          // the index in Of of the first element

	missed      int     // steps made that left Of out
	rate, decay float64 // the factors of Of's Group
}

// N returns the number of the step s for this parameter, from 1: how many of the steps up to
// s have moved it. Steps in which it was frozen, or the loss did not depend on it, do not
// count. A formula with the number of the step, such as the bias correction of Adam, needs
// this one, since the slots are as old as it says.
func (x Span[T]) N(s Step) int { return s.N - x.missed }

// NewView returns a View of the parameters of p that are not frozen, for steps of o outside
// of a Trainer: run a graph.Program with Grads, then call o.Update. All slots have their
// initial values, so the first step is Step{N: 1}. The steps use the given number of
// threads, 0 for GOMAXPROCS.
//
// Such a loop checks loss and gradients itself. After Update it asks View.Err.
//
// Errors: ErrOption for a nil p or o, for settings that o's Validate refuses, and for
// slots without a name of their own or a finite initial value; ErrOption for a number of
// threads that is negative or above 1024; ErrNotBuilt if p has no parameters yet.
func NewView(p *graph.Params, o Optimizer, workers int) (*View, error) {
	v, err := viewWith(p, o, ViewOptions{Workers: workers})
	return v, errors.Wrap(err, "train: NewView")
}

// ViewOptions are the settings of NewViewWith.
type ViewOptions struct {
	Workers int                     // threads of the steps; default GOMAXPROCS
	Groups  func(name string) Group // the factors of each parameter, as Options.Groups; nil for none
}

// NewViewWith is NewView with settings. Errors: those of NewView; ErrOption for a Group with
// a factor that is not a finite number of at least 0; a *PanicError if Groups panics.
func NewViewWith(p *graph.Params, o Optimizer, s ViewOptions) (*View, error) {
	v, err := viewWith(p, o, s)
	return v, errors.Wrap(err, "train: NewViewWith")
}

func viewWith(p *graph.Params, o Optimizer, s ViewOptions) (*View, error) {
	if err := built(p); err != nil {
		return nil, err
	}
	if err := checkOptimizer(o, p.DType()); err != nil {
		return nil, err
	}
	if s.Workers < 0 || s.Workers > mostWorkers {
		return nil, mistake.Optionf("got %d workers, want 0 to %d", s.Workers, mostWorkers)
	}
	groups, err := groupsOf(s.Groups, p.List())
	if err != nil {
		return nil, err
	}
	return newView(p, o, s.Workers, groups, slices.DeleteFunc(p.List(), p.Frozen), nil)
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

// newView returns a View of the given ones of the parameters of p. s is nil unless ranks share them.
func newView(p *graph.Params, o Optimizer, workers int, groups grouping, moved []*graph.Param, s *split) (*View, error) {
	slots := o.Slots()
	v := &View{slots: slots, scalars: make([]float64, len(slots)), workers: pool.Of(workers), counts: map[*graph.Param]int{},
		groups: groups, measure: math.NaN(), split: s}
	for i, s := range slots {
		if s.Scalar {
			v.scalars[i] = s.Init
		}
		v.wild = v.wild || s.Init != 0
	}
	lo, hi := s.span(p.Len())
	if p.DType() == graph.Float32 {
		v.f32 = newArena(slots, p.Len(), lo, hi, p.Flat32)
	} else {
		v.f64 = newArena(slots, p.Len(), lo, hi, p.Flat64)
	}
	v.part = v.runPart
	v.move(moved, 0)
	if err := v.prepare(o); err != nil {
		return nil, err
	}
	return v, nil
}

// newArena returns the memory for n elements of parameters, with new slots for those from lo to hi.
// The system gives memory for what is written alone, so slots of other ranks take none.
func newArena[T Float](slots []Slot, n, lo, hi int, flat func() (params, grads []T)) *arena[T] {
	m := &arena[T]{slot: make([][]T, len(slots))}
	m.param, m.grad = flat()
	for i, s := range slots {
		if s.Scalar {
			continue
		}
		m.slot[i] = memory.Zeros[T](n)
		if s.Init == 0 {
			continue
		}
		for j := lo; j < hi; j++ {
			m.slot[i][j] = T(s.Init)
		}
	}
	return m
}

// move lets steps change these parameters and no others, after the given number of steps.
func (v *View) move(moved []*graph.Param, made int) {
	for _, q := range v.moved {
		v.counts[q] += made - v.made
	}
	v.wild = v.wild || v.moved != nil // slots of what moves again are not known
	v.moved, v.made = moved, made
	moved = slices.DeleteFunc(slices.Clone(moved), func(q *graph.Param) bool { return v.groups.get(q).Rate == 0 })
	runs := shares(moved, 1)
	v.sums[0], v.sums[1] = v.split.count(runs)
	moved = v.split.own(moved)
	total := 0
	for _, q := range moved {
		total += q.Size()
	}
	v.few = total < 2*enough
	v.joined = stretches(moved)
	spans := shares(moved, max(1, min(v.workers.Workers(), total/enough)))
	whole := wholes(moved)
	v.spans, v.params, v.partial = len(spans), len(whole), make([]float64, len(runs))
	v.copied = false
	if v.f32 != nil {
		v.f32.spans, v.f32.runs, v.f32.whole = show(v, v.f32, spans), show(v, v.f32, runs), show(v, v.f32, whole)
	} else {
		v.f64.spans, v.f64.runs, v.f64.whole = show(v, v.f64, spans), show(v, v.f64, runs), show(v, v.f64, whole)
	}
}

// stretch is the elements lo to hi of all parameters.
type stretch struct{ lo, hi int }

// stretches returns the elements of the parameters in as few stretches as there can be: those of
// neighbours lie one after the other.
func stretches(list []*graph.Param) (out []stretch) {
	for _, q := range list {
		s := stretch{q.Offset(), q.Offset() + q.Size()}
		if n := len(out); n > 0 && out[n-1].hi == s.lo {
			out[n-1].hi = s.hi
		} else {
			out = append(out, s)
		}
	}
	return out
}

// piece is the elements lo to hi of a parameter.
type piece struct {
	of     *graph.Param
	lo, hi int
}

// Another worker pays if it gets enough elements. A piece has at most many.
const (
	enough = 1 << 14
	many   = 1 << 17
)

// wholes returns a piece for each parameter.
func wholes(list []*graph.Param) (out []piece) {
	for _, q := range list {
		out = append(out, piece{q, 0, q.Size()})
	}
	return out
}

// shares cuts each parameter into as many shares as there are workers, and these into
// pieces. A share may be empty: every worker has as many pieces, one after the other, so
// that it takes them, and mostly finds the rows whose gradients it has computed itself.
func shares(list []*graph.Param, workers int) (out []piece) {
	for w := range workers {
		for _, q := range list {
			at := func(w int) int {
				if w == workers {
					return q.Size()
				}
				return int(int64(q.Size())*int64(w)/int64(workers)) &^ 15 // on a cache line
			}
			lo, hi := at(w), at(w+1)
			for ; hi-lo > many; lo += many {
				out = append(out, piece{q, lo, lo + many})
			}
			out = append(out, piece{q, lo, hi})
		}
	}
	return out
}

// show returns the pieces as spans of m, the memory of v.
func show[T Float](v *View, m *arena[T], list []piece) []Span[T] {
	out := make([]Span[T], len(list))
	for i, p := range list {
		lo, hi := p.of.Offset()+p.lo, p.of.Offset()+p.hi
		x := Span[T]{Param: m.param[lo:hi:hi], Grad: m.grad[lo:hi:hi], Slot: make([][]T, len(m.slot)), Of: p.of, Lo: p.lo, missed: v.made - v.counts[p.of]}
		k := v.groups.get(p.of)
		x.rate, x.decay = k.Rate, k.Decay
		for k, s := range m.slot {
			if s != nil {
				x.Slot[k] = s[lo:hi:hi]
			}
		}
		out[i] = x
	}
	return out
}

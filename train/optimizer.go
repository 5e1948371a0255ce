package train

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// Optimizer turns gradients into steps. An Optimizer holds its settings alone,
// so it may be shared; the state is in the slots that the Trainer owns.
type Optimizer interface {
	// Slots is the number of state vectors, each as long as the parameters,
	// that Update keeps; they start as zeros.
	Slots() int
	// Update changes the parameters in place by one step with the learning rate
	// lr. step counts from 1.
	Update(step int, lr float64, v Vars)
}

// Vars are the parameters that an Optimizer works on, in one of the two types:
// the other is nil.
type Vars struct {
	F64 *Flat[float64]
	F32 *Flat[float32]
}

// Flat is the memory of all parameters, flat, with their gradients and the
// slots. Padding between parameters is 0 and has the gradient 0.
//
// Spans are the elements that a step changes. What lies in none of them, such as
// parameters that the loss does not depend on, stays as it is, and has gradients
// that mean nothing.
type Flat[T float32 | float64] struct {
	Param, Grad []T
	Slot        [][]T
	Spans       []Span // the elements that a step changes

	workers  *pool.Pool
	pieces   []Span // of all parameters, cut for the workers
	loop     loop[T]
	part     func(worker, part int)
	sgd      sgdLoop[T] // the settings of the present step: no step allocates
	momentum momentumLoop[T]
	adam     adamLoop[T]
	asks     questionLoop[T]
	kept     []T  // Param and Slot before the step, empty if they were not copied
	wild     bool // Slot is not calm: see rule
}

// Span is a run of elements that weight decay treats alike.
type Span struct {
	Lo, Hi int
	Decay  bool
}

// Validator is an Optimizer that checks its settings. New calls it.
type Validator interface{ Validate() error }

// loop is the inner loop of an optimizer on one span.
type loop[T float32 | float64] interface {
	run(f *Flat[T], s Span)
}

// pieceLeast is the number of elements that are worth another worker, and pieceMost
// the most that one takes at a time.
const (
	pieceLeast = 1 << 14
	pieceMost  = 1 << 17
)

// NewVars gives an optimizer memory over the parameters of p, all of which its
// steps change: as many slots as Optimizer.Slots says, of zeros. The steps run on so
// many workers, 0 for GOMAXPROCS; the results do not depend on them. Nil for p
// gives Vars of no parameters; numbers below 0 count as 0.
func NewVars(p *graph.Params, slots, workers int) Vars { return newVars(p, slots, workers, nil) }

// newVars is NewVars of the parameters that moved marks, or of all if it is nil.
func newVars(p *graph.Params, slots, workers int, moved []bool) Vars {
	if p == nil {
		p = graph.NewParams(graph.Float64, 0)
	}
	var v Vars
	if p.DType() == graph.Float32 {
		x, g := p.Flat32()
		v.F32 = newFlat(x, g, slots)
	} else {
		x, g := p.Flat64()
		v.F64 = newFlat(x, g, slots)
	}
	v.span(p, max(0, workers), moved)
	return v
}

// span makes v move the parameters that moved marks, on so many workers.
func (v Vars) span(p *graph.Params, workers int, moved []bool) {
	w := pool.Of(workers)
	spans, cut := spansOf(p, moved), pieces(p, w.Workers(), moved)
	if v.F32 != nil {
		v.F32.Spans, v.F32.pieces, v.F32.workers = spans, cut, w
		return
	}
	v.F64.Spans, v.F64.pieces, v.F64.workers = spans, cut, w
}

func newFlat[T float32 | float64](x, g []T, slots int) *Flat[T] {
	f := &Flat[T]{Param: x, Grad: g}
	f.slots(slots)
	f.part = func(_, i int) { f.loop.run(f, f.pieces[i]) }
	return f
}

// slots gives v at least so many slots: for those who made it with fewer.
func (v Vars) slots(n int) {
	switch {
	case v.F32 != nil:
		v.F32.slots(n)
	case v.F64 != nil:
		v.F64.slots(n)
	}
}

func (f *Flat[T]) slots(n int) {
	for len(f.Slot) < n {
		f.Slot = append(f.Slot, memory.Zeros[T](len(f.Param)))
	}
}

// pieces cuts each parameter into as many shares as there are workers. Those of one
// worker follow each other, and it takes them: most of a gradient's rows it has
// computed itself.
func pieces(p *graph.Params, workers int, moved []bool) (out []Span) {
	workers = max(1, min(workers, p.Len()/pieceLeast))
	for w := range workers {
		for i, q := range p.List() {
			if moved != nil && !moved[i] {
				continue
			}
			end := p.Len()
			if i+1 < len(p.List()) {
				end = p.List()[i+1].Offset()
			}
			n := end - q.Offset()
			s := Span{q.Offset() + align(n*w/workers), q.Offset() + align(n*(w+1)/workers), q.Decay}
			for ; s.Hi-s.Lo > pieceMost; s.Lo += pieceMost {
				out = append(out, Span{s.Lo, s.Lo + pieceMost, s.Decay})
			}
			out = append(out, s)
		}
	}
	return out
}

// align rounds n down to a cache line, of which parameters fill whole ones.
func align(n int) int { return n &^ 15 }

// each runs the loop on all elements.
func (f *Flat[T]) each(l loop[T]) {
	f.loop = l
	if len(f.Param) < 2*pieceLeast {
		for _, s := range f.Spans {
			l.run(f, s)
		}
		return
	}
	f.workers.Run(len(f.pieces), f.part)
}

// spansOf joins neighbouring parameters that move and decay alike; padding goes
// with the parameter before it.
func spansOf(p *graph.Params, moved []bool) (out []Span) {
	list := p.List()
	for i, q := range list {
		if moved != nil && !moved[i] {
			continue
		}
		end := p.Len()
		if i+1 < len(list) {
			end = list[i+1].Offset()
		}
		if k := len(out) - 1; k >= 0 && out[k].Hi == q.Offset() && out[k].Decay == q.Decay {
			out[k].Hi = end
			continue
		}
		out = append(out, Span{q.Offset(), end, q.Decay})
	}
	return out
}

// decayOf is the weight decay that applies to a span.
func (s Span) decayOf(decay float64) float64 {
	if s.Decay {
		return decay
	}
	return 0
}

// float32s is v if it is of float32.
func float32s[T float32 | float64](v []T) ([]float32, bool) {
	out, ok := any(v).([]float32)
	return out, ok
}

// float64s is v, which is of float64.
func float64s[T float32 | float64](v []T) []float64 { return any(v).([]float64) }

package train

import (
	"github.com/symgrad/symgrad/graph"
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
type Flat[T float32 | float64] struct {
	Param, Grad []T
	Slot        [][]T
	Spans       []Span
}

// Span is a run of elements that weight decay treats alike.
type Span struct {
	Lo, Hi int
	Decay  bool
}

// Validator is an Optimizer that checks its settings. New calls it.
type Validator interface{ Validate() error }

// newVars gives the optimizer memory over the parameters of p.
func NewVars(p *graph.Params, slots int) Vars {
	spans := spansOf(p)
	if p.DType() == graph.Float32 {
		w, g := p.Flat32()
		return Vars{F32: newFlat(w, g, slots, spans)}
	}
	w, g := p.Flat64()
	return Vars{F64: newFlat(w, g, slots, spans)}
}

func newFlat[T float32 | float64](w, g []T, slots int, spans []Span) *Flat[T] {
	f := &Flat[T]{Param: w, Grad: g, Spans: spans}
	for range slots {
		f.Slot = append(f.Slot, make([]T, len(w)))
	}
	return f
}

// spansOf joins neighbouring parameters that decay alike; together the spans
// cover the whole memory.
func spansOf(p *graph.Params) []Span {
	var out []Span
	for _, q := range p.List() {
		if k := len(out) - 1; k >= 0 {
			out[k].Hi = q.Offset() // padding goes with the parameter before it
			if out[k].Decay == q.Decay {
				continue
			}
		}
		out = append(out, Span{Lo: q.Offset(), Decay: q.Decay})
	}
	if k := len(out) - 1; k >= 0 {
		out[k].Hi = p.Len()
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

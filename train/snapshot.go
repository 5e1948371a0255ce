package train

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
)

// snapshot is a copy of the parameters and the states of a model.
type snapshot struct {
	f32    []float32 // the parameters; one of the two
	f64    []float64
	states stateCopy
}

func (k *snapshot) keep(p *graph.Params) {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	k.f32, k.f64 = append(k.f32[:0], f32...), append(k.f64[:0], f64...)
	k.states.keep(p)
}

// set puts back everything.
func (k *snapshot) set(p *graph.Params) {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	copy(f32, k.f32)
	copy(f64, k.f64)
	k.states.restore(p)
}

// restore puts back the parameters that are not frozen, and the states.
func (k *snapshot) restore(p *graph.Params) {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	for _, q := range p.List() {
		if !p.Frozen(q) {
			copy(elements(f32, q), elements(k.f32, q))
			copy(elements(f64, q), elements(k.f64, q))
		}
	}
	k.states.restore(p)
}

// same reports whether parameters and states are those of the copy. Frozen ones may differ.
func (k *snapshot) same(p *graph.Params) bool {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	for _, q := range p.List() {
		if !p.Frozen(q) && !(slices.Equal(elements(f32, q), elements(k.f32, q)) && slices.Equal(elements(f64, q), elements(k.f64, q))) {
			return false
		}
	}
	return slices.Equal(p.State32(), k.states.f32) && slices.Equal(p.State64(), k.states.f64)
}

// elements returns those of q in the memory of all parameters, nil for no memory.
func elements[T Float](all []T, q *graph.Param) []T {
	if all == nil {
		return nil
	}
	return all[q.Offset() : q.Offset()+q.Size()]
}

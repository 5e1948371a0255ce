package train

import "github.com/symgrad/symgrad/graph"

// stateCopy is a copy of the states of a model, to undo a step.
type stateCopy struct {
	f32 []float32
	f64 []float64
}

func (k *stateCopy) keep(p *graph.Params) {
	k.f32 = append(k.f32[:0], p.State32()...)
	k.f64 = append(k.f64[:0], p.State64()...)
}

func (k *stateCopy) restore(p *graph.Params) {
	copy(p.State32(), k.f32)
	copy(p.State64(), k.f64)
}

// statesFinite says whether all states are.
func statesFinite(p *graph.Params) bool {
	return holds32(p.State32(), finite) && holds64(p.State64(), finite)
}

// badState returns the name of the first state that is not finite; "" if all are.
func badState(p *graph.Params) string { return firstNotFinite(p.States(), p.State32(), p.State64()) }

// firstNotFinite returns the name of the first of list with an element that is not finite,
// in the memory of one of both types.
func firstNotFinite(list []*graph.Param, f32 []float32, f64 []float64) string {
	for _, q := range list {
		if !holds32(elements(f32, q), finite) || !holds64(elements(f64, q), finite) {
			return q.Name
		}
	}
	return ""
}

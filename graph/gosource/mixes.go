package gosource

import (
	"math"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
)

// This file finds the operator in which the examples of a batch meet.

// mixes returns the error that the result v for an example depends on others. It names the first
// operator that has an element which changes with either of two examples, if there is one.
func mixes(m Model, two *traced, s *samples, v *ir.Value) error {
	const why = "got a result for one example that depends on the other examples of the batch, want one that depends on its example alone"
	f, err := two.lowered()
	if err != nil {
		return err
	}
	earliest := len(f.Values)
	for _, p := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} { // an extreme shows one of them alone
		base, first, second := s.evaluated(m, f, p[0], p[1]), s.evaluated(m, f, p[2], p[1]), s.evaluated(m, f, p[0], p[2])
		for k, w := range f.Values[:earliest] {
			if w.Def != nil && meet(*base.known.At(w), *first.known.At(w), *second.known.At(w)) {
				earliest = k
				break
			}
		}
	}
	if earliest < len(f.Values) {
		v = f.Values[earliest]
	}
	return export.Refuse(v, why)
}

// meet reports whether an element of x is another one in y and in z.
func meet(x, y, z *datum) bool {
	if x == nil || y == nil || z == nil {
		return false
	}
	for i, e := range x.floats {
		if differs(e, y.floats[i]) && differs(e, z.floats[i]) {
			return true
		}
	}
	return false
}

func differs(x, y float64) bool { return math.Float64bits(x) != math.Float64bits(y) }

// evaluated computes f, the model for two examples, for the samples i and j.
func (s *samples) evaluated(m Model, f *ir.Func, i, j int) *evaluator {
	e := newEvaluator(f, m.Params)
	for _, v := range f.Values {
		if v.Leaf == ir.Input {
			for _, in := range s.inputs {
				if in.name != v.Name {
					continue
				}
				n := in.v.Type.Shape.Size()
				d := &datum{floats: append(append([]float64(nil), in.data[i*n:(i+1)*n]...), in.data[j*n:(j+1)*n]...)}
				if v.Type.DType == ir.Int {
					for _, x := range d.floats {
						d.ints = append(d.ints, int(x))
					}
					d.floats = nil
				}
				*e.known.At(v) = d
			}
			continue
		}
		ready := v.Def != nil
		for _, x := range v.In {
			ready = ready && *e.known.At(x) != nil
		}
		if ready {
			e.compute(v)
		}
	}
	return e
}

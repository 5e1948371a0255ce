package train

import (
	"cmp"
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
)

// MaxNorm lets another Optimizer make its step and then limits the weights of each unit:
// if their norm ‖w‖ is above Norm, they become w·Norm/‖w‖ (Srivastava et al. 2014,
// section 5.1). It goes well with dropout and large learning rates.
//
// The units of a matrix are its columns, as nn.Dense has them: [In, Out]. Those of a
// parameter with more axes are along the first one, as nn.Conv2D has them: [Out, In, H, W].
// Parameters with fewer axes are not limited.
type MaxNorm struct {
	Optimizer Optimizer // makes the step; default Adam{}
	Norm      float64   // above 0; default 3
	Match     []string  // names of parameters and scopes such as "encoder/"; default: all that decay
	Rows      bool      // the units of a matrix are its rows, as in a table of embeddings
}

func (o MaxNorm) settled() MaxNorm {
	o.Optimizer = inner(o.Optimizer)
	o.Norm = cmp.Or(o.Norm, 3)
	return o
}

// Validate returns an ErrOption for settings out of range, and what the other Optimizer's
// Validate returns.
func (o MaxNorm) Validate() error {
	o = o.settled()
	return cmp.Or(validateInner("MaxNorm.Optimizer", o.Optimizer), positive("MaxNorm.Norm", o.Norm))
}

// Unwrap returns the other Optimizer.
func (o MaxNorm) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots returns those of the other Optimizer.
func (o MaxNorm) Slots() []Slot { return o.Unwrap().Slots() }

// Update makes one step.
func (o MaxNorm) Update(s Step, v *View) {
	o = o.settled()
	o.Optimizer.Update(s, v)
	EachParam(v, o, limitUnits[float32], limitUnits[float64])
}

// Bound returns what is known about the steps of the other Optimizer: no parameter grows
// afterwards.
func (o MaxNorm) Bound(rate float64) Bound { return boundOf(o.Unwrap(), rate) }

// limits reports whether the units of q are limited.
func (o MaxNorm) limits(q *graph.Param) bool {
	return len(q.Shape) >= 2 && (len(o.Match) == 0 && q.Decay || q.Matches(o.Match...))
}

// limitUnits limits the weights of each unit of a parameter.
func limitUnits[T Float](o MaxNorm, x Span[T]) {
	switch {
	case !o.limits(x.Of):
	case len(x.Of.Shape) > 2 || o.Rows:
		for row := range slices.Chunk(x.Param, len(x.Param)/x.Of.Shape[0]) {
			limitRow(row, o.Norm)
		}
	default:
		limitColumns(x.Param, x.Of.Shape[1], o.Norm)
	}
}

// limitRow limits the norm of w.
func limitRow[T Float](w []T, norm float64) {
	sum := 0.0
	for _, v := range w {
		sum += float64(v) * float64(v)
	}
	if f, over := factor(sum, norm); over {
		for i := range w {
			w[i] = T(float64(w[i]) * f)
		}
	}
}

// limitColumns limits the norm of each column of a matrix, some at a time to go along its
// rows.
func limitColumns[T Float](w []T, columns int, norm float64) {
	var sums [16]float64
	for lo := 0; lo < columns; lo += len(sums) {
		n := min(len(sums), columns-lo)
		clear(sums[:])
		for at := lo; at < len(w); at += columns {
			for k, v := range w[at : at+n] {
				sums[k] += float64(v) * float64(v)
			}
		}
		for k, sum := range sums[:n] {
			if f, over := factor(sum, norm); over {
				for at := lo + k; at < len(w); at += columns {
					w[at] = T(float64(w[at]) * f)
				}
			}
		}
	}
}

// factor returns what takes weights with the sum of squares to the norm, and whether they
// are above it. Weights that are too large to be squared stay as they are.
func factor(sum, norm float64) (f float64, over bool) {
	length := math.Sqrt(sum)
	return norm / length, length > norm && !math.IsInf(length, 0)
}

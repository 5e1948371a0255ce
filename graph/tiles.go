package graph

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// OnTiles lets every following Run of a Program that was compiled with Options.Tiled give away the
// gradients of large weights. A tile is in the cache when take is called with it. It is not stored in
// the memory of Params. OnTiles returns the parameters whose gradients these are; nil if there are
// none.
//
// A Run calls ready when all else is computed: outputs, the other gradients, the new states. If ready
// returns false, the gradients are stored as usual. Otherwise take is called with all their elements,
// each once. g has those from the one at on, in the order of Params.Flat32 and Flat64. Several workers
// call it at the same time, with numbers below Stats().Workers. Where one call ends and the next
// begins depends on their number. g may be changed, and is no longer valid when take returns.
//
// Nothing reads parameters between ready and the end of the Run, so take may change those of its
// elements. A Run that fails in an operator does not call ready, and Profile does not call it. ready and
// take must not call Run. A nil take ends it. A Fork does not have it.
//
// Errors: ErrDType if T is not the type of the parameters; the error of a failed Fork.
func OnTiles[T float32 | float64](p *Program, ready func() bool, take func(worker, at int, g []T)) ([]*Param, error) {
	if err := p.made(); err != nil {
		return nil, errors.Wrap(err, "graph: OnTiles")
	}
	var list []exec.Buffer
	switch f := any(take).(type) {
	case func(worker, at int, g []float32):
		if p.r32 == nil {
			return nil, mistake.Newf(ErrDType, "graph: OnTiles: got a function for float32, want one for float64")
		}
		list = p.r32.Tiles(ready, f)
	case func(worker, at int, g []float64):
		if p.r64 == nil {
			return nil, mistake.Newf(ErrDType, "graph: OnTiles: got a function for float64, want one for float32")
		}
		list = p.r64.Tiles(ready, f)
	}
	var out []*Param
	for _, b := range list {
		for _, q := range p.params.List() {
			if q.offset == b.Offset && q.Size() == b.Len {
				out = append(out, q)
			}
		}
	}
	return out, nil
}

// TileBound returns a number that no element of the gradients for OnTiles exceeds, up to rounding. It
// is found from what they are computed of, and valid from ready on until the next Run. NaN or infinity
// says that there may be no such number.
func (p *Program) TileBound() float64 {
	switch {
	case p.made() != nil:
		return 0
	case p.r32 != nil:
		return tileBound(p.r32)
	}
	return tileBound(p.r64)
}

// tileBound is TileBound by the inequality of Cauchy and Schwarz.
func tileBound[T float32 | float64](r *exec.Program[T]) (most float64) {
	r.TileOperands(func(in [][]T) {
		bound := 1.0
		for _, x := range in {
			bound *= math.Sqrt(float64(vec.Of[T]().SumSquares(x)))
		}
		most = max(most, bound)
	})
	return most
}

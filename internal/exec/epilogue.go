package exec

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// newEpilogue makes a loop of the Body of v, a product. The worker that has computed a tile
// calls the function for it, which runs the loop on the tile, in place, while the tile is
// in the cache.
func newEpilogue[T ir.Float](v *ir.Value, c *ir.Call[T], w *pool.Pool) (*loop[T], func(worker, i0, i1, j0, j1 int)) {
	l := newLoop(v, c, w, Rows{})
	shape := v.Type.Shape
	cols := shape[len(shape)-1]
	return l, func(worker, i0, i1, j0, j1 int) {
		m := &l.work[worker]
		l.splat(m)
		if j0 == 0 && j1 == cols { // whole rows lie one after another
			l.span(m, i0*cols, i1*cols)
			return
		}
		for i := i0; i < i1; i++ {
			l.span(m, i*cols+j0, i*cols+j1)
		}
	}
}

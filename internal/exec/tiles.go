package exec

import "github.com/symgrad/symgrad/internal/ir"

// tiles is who takes gradients while they are computed.
type tiles[T ir.Float] struct {
	ready func() bool
	take  []func(worker, at int, x []T) // for each task from Tail on
}

// Tiles lets every Run that comes to the Tail of the plan without a failure call ready. If that
// returns true, the gradients which the rest of the run computes are given to take, those of x from
// the one at on in the Grad arena. They are not stored then. A nil take ends it. Tiles returns where
// these gradients lie.
func (r *Program[T]) Tiles(ready func() bool, take func(worker, at int, x []T)) (list []Buffer) {
	r.tiles = tiles[T]{}
	if r.plan.Tail < 0 {
		return nil
	}
	for _, s := range r.plan.Steps[r.plan.Tail:] {
		list = append(list, s.Out)
		if take == nil {
			continue
		}
		r.tiles.ready = ready
		r.tiles.take = append(r.tiles.take, func(worker, at int, x []T) { take(worker, s.Out.Offset+at, x) })
	}
	return list
}

// runTail runs the tasks from Tail on.
func (r *Program[T]) runTail() {
	tail := r.tasks[r.plan.Tail:]
	if r.tiles.ready != nil && !r.fault.Failed() && r.tiles.ready() {
		for i := range tail {
			tail[i].call.Take = r.tiles.take[i]
		}
		defer func() {
			for i := range tail {
				tail[i].call.Take = nil
			}
		}()
	}
	r.runSteps(r.plan.Tail, len(r.tasks))
}

// TileOperands calls f with the operands of each gradient from Tail on.
func (r *Program[T]) TileOperands(f func(in [][]T)) {
	if r.plan.Tail < 0 {
		return
	}
	for i := range r.tasks[r.plan.Tail:] {
		f(r.tasks[r.plan.Tail+i].call.In)
	}
}

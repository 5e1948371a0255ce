package compile

import (
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// This file decides how many workers run a plan, and what the plan does for them.

// Regions says which regions the planner finds: see exec.Region.
type Regions uint8

// One worker has no use for regions. Several have use for those that save time.
const (
	NoRegions Regions = iota
	PayingRegions
	AllRegions // for tests
)

// RegionsFor returns the regions for a program that runs on w. A program that recomputes
// has none: they hold on to some memory. One worker has them in a program whose parameters are
// fixed: it predicts, and may run them in strips that stay in the cache.
func RegionsFor(w *pool.Pool, recompute, fixed bool) Regions {
	if (w.Workers() > 1 || fixed) && !recompute {
		return PayingRegions
	}
	return NoRegions
}

// WorkersFor returns the workers that run the plan: w, or nil, which is one worker, if
// asked is 0 and more would not pay. A second worker saves half of the work from one wait
// to the next. A wait costs a few handoffs, and more: each worker fetches what the other
// has written, and takes back what the other has read before it writes that again.
func WorkersFor(plan *exec.Plan, w *pool.Pool, asked int) *pool.Pool {
	const (
		handoffs = 60
		plenty   = 40e3 // nanoseconds: more than slow handoffs need
	)
	if asked == 0 && w.Workers() > 1 && plan.Between < plenty && plan.Between < handoffs*w.Handoff() {
		return nil
	}
	return w
}

// nanoseconds estimates the time that v takes on one worker.
func nanoseconds(v *ir.Value) float64 {
	const product, element = 0.01, 0.1
	n := float64(v.Type.Shape.Size())
	ns := 0.0
	if v.Def != &Fused {
		ns = n * element
		if v.Def.Cost != nil {
			ns = float64(v.Def.Cost(v).Flops) * product
		}
	}
	if v.Body != nil {
		for _, w := range v.Body.Values {
			if computes(w) {
				ns += n * element * float64(max(1, w.Def.Weight))
			}
		}
	}
	return ns
}

// between estimates the time of one worker from one wait to the next: the work of all
// steps over the number of waits. Workers wait for each other after a region, and after
// any other step that is worth more than one worker.
func between(p *exec.Plan) float64 {
	const worth = 2000 // nanoseconds
	work, waits := 0.0, len(p.Regions)
	regions := p.Regions
	for i, s := range p.Steps {
		for len(regions) > 0 && regions[0].End <= i {
			regions = regions[1:]
		}
		ns := nanoseconds(s.V)
		work += ns
		if ns >= worth && (len(regions) == 0 || i < regions[0].First) {
			waits++
		}
	}
	return work / float64(max(1, waits))
}

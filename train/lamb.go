package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// LAMB is Adam with a learning rate for each parameter, for training with large batches (You
// et al. 2020, algorithm 2):
//
//	m = Beta1·m + (1−Beta1)·grad
//	v = Beta2·v + (1−Beta2)·grad²
//	u = (m/(1−Beta1ⁿ)) / (√(v/(1−Beta2ⁿ)) + Eps) + Decay·p      in step n of p
//	p = p − rate·(‖p‖/‖u‖)·u
//
// The norms are those of the whole parameter. If one of them is 0, or too large for a
// float64, the trust ratio ‖p‖/‖u‖ counts as 1. A step that leaves p out is none of p: see
// Span.N. The zero value has the settings of the authors.
type LAMB struct {
	Beta1 float64 // in [0, 1); default 0.9; Zero for 0
	Beta2 float64 // in [0, 1); default 0.999; Zero for 0
	Eps   float64 // above 0; default 1e-6
	Decay float64 // weight decay, of parameters that decay; at least 0; default 0.01; Zero for 0
	Most  float64 // ‖p‖ counts as at most this in the trust ratio; above 0; default no limit
}

func (o LAMB) settled() LAMB {
	return LAMB{Beta1: or(o.Beta1, 0.9), Beta2: or(o.Beta2, 0.999), Eps: or(o.Eps, 1e-6), Decay: or(o.Decay, 0.01),
		Most: or(o.Most, math.MaxFloat64)}
}

// Validate returns an ErrOption for settings out of range.
func (o LAMB) Validate() error {
	return cmp.Or(fraction("LAMB.Beta1", o.Beta1), fraction("LAMB.Beta2", o.Beta2), divisor("LAMB.Eps", o.Eps),
		notNegative("LAMB.Decay", o.Decay), positive("LAMB.Most", o.Most))
}

// Slots returns the slots "m" and "v" of the formula.
func (LAMB) Slots() []Slot { return []Slot{{Name: "m"}, {Name: "v"}} }

// Update makes one step.
func (o LAMB) Update(s Step, v *View) {
	if v == nil {
		return
	}
	j := reuse[lamb](v)
	j.o, j.s, j.moves = o.settled(), s, false
	j.m = momentsOf(j.o.Beta1, j.o.Beta2, s.N)
	if v.f32 != nil {
		j.f32.fit(v.f32.runs)
	} else {
		j.f64.fit(v.f64.runs)
	}
	v.runSums(j)
	if v.f32 != nil {
		j.f32.trust(j.o, s, v.f32.runs)
	} else {
		j.f64.trust(j.o, s, v.f64.runs)
	}
	j.moves = true
	v.runSums(j)
}

// lamb is the job of a step: it goes over the runs of Sum, whose bounds do not depend on the
// workers, first for the slots and norms and then for the parameters.
type lamb struct {
	o     LAMB
	s     Step
	m     moments
	moves bool // the second time
	f32   lambRuns[float32]
	f64   lambRuns[float64]
}

// lambRuns has what a step computes for each run.
type lambRuns[T Float] struct {
	chunk          [][]T     // u of a chunk
	params, update []float64 // norms of p and u
	by             []float64 // rate times the trust ratio
}

// lambChunk is how many elements go from the update to its norm at a time: they stay in the
// first-level cache.
const lambChunk = 1 << 10

// fit makes the memory for these runs, if there is not.
func (r *lambRuns[T]) fit(runs []Span[T]) {
	total, same := 0, len(r.chunk) == len(runs)
	for i, x := range runs {
		n := min(len(x.Param), lambChunk)
		total += n
		same = same && len(r.chunk[i]) == n
	}
	if same {
		return
	}
	u := memory.Zeros[T](total)
	r.chunk = make([][]T, len(runs))
	for i, x := range runs {
		n := min(len(x.Param), lambChunk)
		r.chunk[i], u = u[:n:n], u[n:]
	}
	r.params, r.update, r.by = make([]float64, len(runs)), make([]float64, len(runs)), make([]float64, len(runs))
}

func (j *lamb) run(v *View, lo, hi int) {
	for i := lo; i < hi; i++ {
		if v.f32 != nil {
			j.f32.run(j, i, v.f32.runs[i])
		} else {
			j.f64.run(j, i, v.f64.runs[i])
		}
	}
}

// run makes the part of the step for run i: x.
func (r *lambRuns[T]) run(j *lamb, i int, x Span[T]) {
	l, m := vec.Of[T](), j.m.at(x.N(j.s))
	scale, root, decay := 1/(1-m.power1), 1/math.Sqrt(1-m.power2), x.Decay(j.o.Decay)
	if j.moves {
		l.LambMove(x.Param, x.Slot[0], x.Slot[1], vec.LambMoveArgs{Scale: scale, Root: root, Eps: j.o.Eps, Decay: decay, By: r.by[i]})
		return
	}
	a := vec.LambArgs{B1: j.o.Beta1, C1: 1 - j.o.Beta1, B2: j.o.Beta2, C2: 1 - j.o.Beta2, Scale: scale, Root: root, Eps: j.o.Eps, Decay: decay}
	p, u := 0.0, 0.0
	for lo := 0; lo < len(x.Param); lo += lambChunk {
		hi := min(lo+lambChunk, len(x.Param))
		update := r.chunk[i][:hi-lo]
		l.Lamb(x.Slot[0][lo:hi], x.Slot[1][lo:hi], update, x.Param[lo:hi], x.Grad[lo:hi], a)
		p, u = math.Hypot(p, euclid(x.Param[lo:hi])), math.Hypot(u, euclid(update))
	}
	r.params[i], r.update[i] = p, u
}

// trust sets by for the runs of each parameter, to a number that is finite in T.
func (r *lambRuns[T]) trust(o LAMB, s Step, runs []Span[T]) {
	most := most[T](1e30, 1e300)
	for lo, hi := 0, 0; lo < len(runs); lo = hi {
		p, u := 0.0, 0.0
		for hi = lo; hi < len(runs) && runs[hi].Of == runs[lo].Of; hi++ {
			p, u = math.Hypot(p, r.params[hi]), math.Hypot(u, r.update[hi])
		}
		ratio := min(p, o.Most) / u
		if p == 0 || u == 0 || math.IsInf(p, 0) || math.IsInf(u, 0) {
			ratio = 1
		}
		for i := lo; i < hi; i++ {
			r.by[i] = min(runs[i].Rate(s)*ratio, most)
		}
	}
}

// Bound returns which steps cannot overflow. The slots are those of Adam: from gradients of
// at most L they are finite where L² is, and u is at most L/Eps + Decay·|p|. With a trust
// ratio an element moves by at most rate·‖p‖. Each run of 2¹⁷ elements has a norm of at most
// L if it is moderate, so ‖p‖ is below 1e5·L for what fits into memory. Without one an
// element moves by at most rate·|u|.
func (o LAMB) Bound(rate float64) Bound {
	o = o.settled()
	return Bound{Squares: true, Safe: rate <= 1e8 && max(1, rate)*(1/o.Eps+o.Decay) <= moderateFactor, Params: true}
}

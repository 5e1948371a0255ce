package train

// This file hands the spans of a View to the workers.

// Each calls f32 or f64, according to the type of the parameters, for spans that
// together have every element once. Several goroutines make these calls at the same
// time, in any order. Use it for updates in which an element depends only on elements
// with the same index: where one span ends and the next begins depends on the number of
// threads.
//
// a is passed on to every call: settings, the step, a norm. A step allocates nothing
// if f32 and f64 capture no variables. They must not call Each, EachParam or Sum.
func Each[A any](v *View, a A, f32 func(a A, x Span[float32]), f64 func(a A, x Span[float64])) {
	if v == nil {
		return
	}
	j := reuse[eachJob[A]](v)
	j.a, j.f32, j.f64, j.whole = a, f32, f64, false
	v.run(j, 0, v.spans)
}

// EachParam is Each with one span for each parameter, which has all its elements
// row-major: for updates that need the norm of a parameter, or its matrix.
func EachParam[A any](v *View, a A, f32 func(a A, x Span[float32]), f64 func(a A, x Span[float64])) {
	if v == nil {
		return
	}
	j := reuse[eachJob[A]](v)
	j.a, j.f32, j.f64, j.whole = a, f32, f64, true
	v.run(j, 0, v.params)
}

// Sum calls f32 or f64 as Each does and returns the sum of what they return. Its spans
// and the order of the sum do not depend on the number of threads, and so neither do the
// bits of the result. The norm of all gradients is the root of
//
//	train.Sum(v, 0, squares[float32], squares[float64])
//
// where squares adds the squares of x.Grad.
func Sum[A any](v *View, a A, f32 func(a A, x Span[float32]) float64, f64 func(a A, x Span[float64]) float64) float64 {
	if v == nil {
		return 0
	}
	sumParts(v, a, f32, f64)
	sum := 0.0
	for _, x := range v.partial {
		sum += x
	}
	return sum
}

// sumParts sets v.partial to what f32 or f64 return, for the spans of Sum.
func sumParts[A any](v *View, a A, f32 func(a A, x Span[float32]) float64, f64 func(a A, x Span[float64]) float64) {
	j := reuse[sumJob[A]](v)
	j.a, j.f32, j.f64 = a, f32, f64
	v.runSums(j)
	v.split.gatherSums(v.partial)
}

// job is a call of Each, EachParam or Sum. It is kept to be used again by the next
// step.
type job interface {
	// run makes the parts lo to hi.
	run(v *View, lo, hi int)
}

type eachJob[A any] struct {
	a     A
	whole bool
	f32   func(A, Span[float32])
	f64   func(A, Span[float64])
}

func (j *eachJob[A]) run(v *View, lo, hi int) {
	if v.f32 == nil {
		for _, x := range v.f64.list(j.whole)[lo:hi] {
			if len(x.Param) > 0 {
				j.f64(j.a, x)
			}
		}
		return
	}
	for _, x := range v.f32.list(j.whole)[lo:hi] {
		if len(x.Param) > 0 {
			j.f32(j.a, x)
		}
	}
}

// list returns the spans of EachParam or those of Each.
func (m *arena[T]) list(whole bool) []Span[T] {
	if whole {
		return m.whole
	}
	return m.spans
}

type sumJob[A any] struct {
	a   A
	f32 func(A, Span[float32]) float64
	f64 func(A, Span[float64]) float64
}

func (j *sumJob[A]) run(v *View, lo, hi int) {
	for i := lo; i < hi; i++ {
		if v.f32 == nil {
			v.partial[i] = j.f64(j.a, v.f64.runs[i])
		} else {
			v.partial[i] = j.f32(j.a, v.f32.runs[i])
		}
	}
}

// reuse returns the job of type J that v has, or a new one.
func reuse[J any, P interface {
	*J
	job
}](v *View) P {
	for _, j := range v.jobs {
		if p, ok := j.(P); ok {
			return p
		}
	}
	p := P(new(J))
	v.jobs = append(v.jobs, p)
	return p
}

// runSums makes the parts of j for the spans of Sum that this rank has.
func (v *View) runSums(j job) { v.run(j, v.sums[0], v.sums[1]) }

// run makes the parts lo to hi-1 of j, on the workers if that pays. A panic of one of them goes on
// here, as a *PanicError that knows where it began.
func (v *View) run(j job, lo, hi int) {
	if v.few {
		j.run(v, lo, hi)
		return
	}
	v.job, v.from = j, lo
	v.workers.Run(hi-lo, v.part)
	v.job = nil
	if p := v.fault.Swap(nil); p != nil {
		panic(p)
	}
}

// runPart makes one part of the present job, on a worker.
func (v *View) runPart(_, part int) {
	defer func() {
		if r := recover(); r != nil {
			v.fault.CompareAndSwap(nil, newPanicError(r))
		}
	}()
	part += v.from
	v.job.run(v, part, part+1)
}

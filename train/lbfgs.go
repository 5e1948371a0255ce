package train

import (
	"cmp"
	"fmt"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// LBFGS is the limited-memory method of Broyden, Fletcher, Goldfarb and Shanno (Liu and
// Nocedal 1989): a quasi-Newton method for losses that are not noisy. Each step makes some
// iterations on its batch, which should be the whole data set:
//
//	d = −H·g      by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4)
//	p = p + t·d
//
// H approximates the inverse of the Hessian from the last History pairs of the changes of p
// and g. The length t satisfies the strong Wolfe conditions with 1e-4 and 0.9 (algorithms 3.5
// and 3.6). The search begins with the learning rate, for which 1 is right:
//
//	train.Options{Optimizer: train.LBFGS{}, Schedule: schedule.Constant(1), BatchSize: set.Len()}
//
// It needs Step.Again to compute the loss at several points; a Trainer gives it. Where the
// loss is not finite the line search goes back. The step ends when a tolerance says that
// there is nothing more to gain, which is no error. The iterations are those of PyTorch.
//
// The factors of rates of Options.Groups scale the coordinates in which it searches. There
// is no weight decay. If parameters are frozen or thawed, the pairs are forgotten.
type LBFGS struct {
	History     int     // pairs that are kept, each twice as large as the parameters; 1 to 256; default 10
	Iterations  int     // of a step, at most; default 20
	Evaluations int     // of the loss in a step, after which no iteration begins; default Iterations·5/4
	GradTol     float64 // a step ends when max|g| is at most this; default 1e-7; Zero for 0
	ChangeTol   float64 // and when max|t·d|, or the change of the loss, is at most this; default 1e-9; Zero for 0
	Fixed       bool    // no line search: t is the learning rate, and in the very first iteration rate·min(1, 1/Σ|g|)
}

const mostHistory = 256

func (o LBFGS) settled() LBFGS {
	o.History, o.Iterations = cmp.Or(o.History, 10), cmp.Or(o.Iterations, 20)
	o.Evaluations = cmp.Or(o.Evaluations, max(1, o.Iterations*5/4))
	o.GradTol, o.ChangeTol = or(o.GradTol, 1e-7), or(o.ChangeTol, 1e-9)
	return o
}

// Validate returns an ErrOption for settings out of range.
func (o LBFGS) Validate() error {
	if o.History < 0 || o.History > mostHistory {
		return mistake.Optionf("LBFGS.History: got %d, want 0 to %d", o.History, mostHistory)
	}
	for _, s := range []struct {
		name string
		n    int
	}{{"Iterations", o.Iterations}, {"Evaluations", o.Evaluations}} {
		if s.n < 0 || s.n > math.MaxInt32/8 {
			return mistake.Optionf("LBFGS.%s: got %d, want at least 0 and not huge", s.name, s.n)
		}
	}
	return cmp.Or(notNegative("LBFGS.GradTol", o.GradTol), notNegative("LBFGS.ChangeTol", o.ChangeTol))
}

// The first slots of LBFGS. After them come the pairs s and y, and then the scalars.
const (
	lbfgsDirection of = iota // d of the last iteration
	lbfgsPrevious            // the gradient that it begins with
	lbfgsStart               // the parameters that it begins with
	lbfgsOne                 // gradients of the line search
	lbfgsOther
	lbfgsPairs
)

// The scalars of LBFGS, from the first one on. The last ones are 1/yᵀs of each pair.
const (
	lbfgsIterations  = iota // made so far; 0 to begin anew
	lbfgsEvaluations        // made so far
	lbfgsKept               // pairs that are kept
	lbfgsOldest             // the pair that is replaced next, when all are
	lbfgsScale              // the first H is this times 1
	lbfgsLength             // t of the last iteration
	lbfgsMembers            // a number that other parameters would not have
	lbfgsRho
)

// Slots returns "direction", "previous", "start", "one", "other", the pairs "s0", "y0" and so on,
// and scalars.
func (o LBFGS) Slots() []Slot {
	o = o.settled()
	list := []Slot{{Name: "direction"}, {Name: "previous"}, {Name: "start"}, {Name: "one"}, {Name: "other"}}
	for i := range o.History {
		list = append(list, Slot{Name: fmt.Sprint("s", i)}, Slot{Name: fmt.Sprint("y", i)})
	}
	for _, name := range []string{"iterations", "evaluations", "kept", "oldest", "scale", "length", "members"} {
		list = append(list, Slot{Name: name, Scalar: true})
	}
	for i := range o.History {
		list = append(list, Slot{Name: fmt.Sprint("rho", i), Scalar: true})
	}
	return list
}

// Bound promises that steps are safe: numbers that are not finite are looked for at every
// point, and are not taken.
func (o LBFGS) Bound(float64) Bound { return Bound{Squares: true, Safe: true} }

// Update makes one step. Without Step.Again it fails with ErrOption (View.Fail), unless it
// is Fixed with one iteration.
func (o LBFGS) Update(s Step, v *View) {
	if v == nil {
		return
	}
	l := lbfgs{LBFGS: o.settled(), View: v, step: s}
	if s.Again == nil && !(l.Fixed && l.Iterations == 1) {
		v.Fail(mistake.Optionf("LBFGS: got a Step without Again, want one that computes loss and gradients anew"))
		return
	}
	if err := l.iterate(); err != nil {
		*l.scalar(lbfgsIterations) = 0
		v.Fail(err)
	}
}

// lbfgs is a step of LBFGS.
type lbfgs struct {
	LBFGS
	*View
	step  Step
	alpha [mostHistory]float64
}

// scalar returns one of the scalar slots.
func (l *lbfgs) scalar(i int) *float64 { return l.Scalar(int(lbfgsPairs) + 2*l.History + i) }

// pair returns the slots of the i-th oldest pair, and its 1/yᵀs.
func (l *lbfgs) pair(i int) (s, y of, rho *float64) {
	at := (int(*l.scalar(lbfgsOldest)) + i) % l.History
	return lbfgsPairs + of(2*at), lbfgsPairs + of(2*at) + 1, l.scalar(lbfgsRho + at)
}

// iterate makes the iterations of the step.
func (l *lbfgs) iterate() error {
	if m := l.members(); *l.scalar(lbfgsMembers) != m {
		*l.scalar(lbfgsMembers), *l.scalar(lbfgsIterations) = m, 0
	}
	loss, evaluations := l.step.Loss, 1
	defer func() { *l.scalar(lbfgsEvaluations) += float64(evaluations) }()
	if l.most(ofGrad) <= l.GradTol {
		return nil
	}
	for n := 1; ; n++ {
		slope, first := l.turn()
		before := loss
		t := l.step.Rate
		if first {
			t *= min(1, 1/l.sumAbs(ofGrad))
		}
		*l.scalar(lbfgsLength) = t
		if !(slope <= -l.ChangeTol) {
			return nil
		}
		l.copy(lbfgsStart, ofParam)
		if l.Fixed {
			more, err := l.advance(t, n == l.Iterations, &loss)
			if err != nil {
				return err
			}
			evaluations += more
		} else {
			end, more, err := l.search(t, loss, slope)
			evaluations += more
			if err != nil {
				l.copy(ofParam, lbfgsStart)
				return err
			}
			l.move(end.t)
			t, loss = end.t, end.f
			*l.scalar(lbfgsLength) = t
		}
		switch {
		case n == l.Iterations, evaluations >= l.Evaluations, l.most(ofGrad) <= l.GradTol,
			math.Abs(t)*l.most(lbfgsDirection) <= l.ChangeTol, math.Abs(loss-before) < l.ChangeTol:
			return nil
		}
	}
}

// advance goes the length t without a line search and computes the loss there, unless it is
// the last iteration. It returns the number of evaluations.
func (l *lbfgs) advance(t float64, last bool, loss *float64) (int, error) {
	finite := l.move(t)
	var err error
	if finite && last {
		return 0, nil
	}
	if finite {
		*loss, err = l.step.Again()
	}
	if err == nil && (!finite || !isFinite(l.most(ofGrad))) {
		err = mistake.Newf(ErrNotFinite, "LBFGS.Fixed: got parameters or gradients that are not finite after a step of the length %v, want a smaller learning rate, or a line search", t)
	}
	if err != nil {
		l.copy(ofParam, lbfgsStart)
	}
	return 1, err
}

// turn sets the direction from the present gradient. It returns the slope of the loss along
// it, and whether there are no pairs from earlier iterations.
func (l *lbfgs) turn() (slope float64, first bool) {
	if *l.scalar(lbfgsIterations)++; *l.scalar(lbfgsIterations) > 1 {
		l.learn()
		l.multiply()
		if slope = l.dot(ofGrad, lbfgsDirection); isFinite(slope) {
			l.copy(lbfgsPrevious, ofGrad)
			return slope, false
		}
	}
	*l.scalar(lbfgsIterations), *l.scalar(lbfgsKept), *l.scalar(lbfgsOldest), *l.scalar(lbfgsScale) = 1, 0, 0, 1
	l.multiply()
	if slope = l.dot(ofGrad, lbfgsDirection); !isFinite(slope) {
		l.scaled(lbfgsDirection, 0, lbfgsStart)
		return 0, true
	}
	l.copy(lbfgsPrevious, ofGrad)
	return slope, true
}

// learn keeps the changes of the last iteration as a pair, if the curvature is positive.
func (l *lbfgs) learn() {
	a := lbfgsChange{t: *l.scalar(lbfgsLength)}
	ys := Sum(l.View, a, changes[float32], changes[float64])
	a.square = true
	yy := Sum(l.View, a, changes[float32], changes[float64])
	scale := ys / yy
	if !(ys > 1e-10) || !isFinite(ys) || !isFinite(scale) {
		return
	}
	kept, oldest := l.scalar(lbfgsKept), l.scalar(lbfgsOldest)
	at := int(*kept)
	if at == l.History {
		*oldest = float64((int(*oldest) + 1) % l.History)
		at--
	} else {
		*kept++
	}
	s, y, rho := l.pair(at)
	l.scaled(s, a.t, lbfgsDirection)
	l.copy(y, ofGrad)
	l.add(y, -1, lbfgsPrevious)
	*rho, *l.scalar(lbfgsScale) = 1/ys, scale
}

// multiply sets the direction to −H·g.
func (l *lbfgs) multiply() {
	const d = lbfgsDirection
	l.scaled(d, -1, ofGrad)
	kept := int(*l.scalar(lbfgsKept))
	for i := kept - 1; i >= 0; i-- {
		s, y, rho := l.pair(i)
		l.alpha[i] = l.dot(s, d) * *rho
		l.add(d, -l.alpha[i], y)
	}
	Each(l.View, *l.scalar(lbfgsScale), lbfgsBegin[float32], lbfgsBegin[float64])
	for i := range kept {
		s, y, rho := l.pair(i)
		l.add(d, l.alpha[i]-float64(l.dot(y, d)**rho), s)
	}
}

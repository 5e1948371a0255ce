package train

import (
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file has what LBFGS computes with vectors of all parameters. Sums are made in float64.

// vectors says which vectors an operation is about.
type vectors struct {
	to, x, y of
	by       float64
}

// dot returns xᵀy.
func (l *lbfgs) dot(x, y of) float64 {
	return Sum(l.View, vectors{x: x, y: y}, dotSpan[float32], dotSpan[float64])
}

func dotSpan[T Float](a vectors, x Span[T]) (sum float64) {
	p, q := pick(x, a.x), pick(x, a.y)
	q = q[:len(p)]
	var s [4]float64
	n := len(p) &^ 3
	for i := 0; i < n; i += 4 {
		u, w := p[i:i+4:i+4], q[i:i+4:i+4]
		s[0] += float64(float64(u[0]) * float64(w[0]))
		s[1] += float64(float64(u[1]) * float64(w[1]))
		s[2] += float64(float64(u[2]) * float64(w[2]))
		s[3] += float64(float64(u[3]) * float64(w[3]))
	}
	for i := n; i < len(p); i++ {
		s[0] += float64(float64(p[i]) * float64(q[i]))
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// sumAbs returns Σ|x|.
func (l *lbfgs) sumAbs(x of) float64 {
	return Sum(l.View, vectors{x: x}, sumAbsSpan[float32], sumAbsSpan[float64])
}

func sumAbsSpan[T Float](a vectors, x Span[T]) (sum float64) {
	for _, v := range pick(x, a.x) {
		sum += math.Abs(float64(v))
	}
	return sum
}

// most returns max|x|.
func (l *lbfgs) most(x of) (most float64) {
	sumParts(l.View, vectors{x: x}, mostSpan[float32], mostSpan[float64])
	for _, p := range l.partial {
		most = max(most, p)
	}
	return most
}

func mostSpan[T Float](a vectors, x Span[T]) (most float64) {
	for _, v := range pick(x, a.x) {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}

// copy copies x.
func (l *lbfgs) copy(to, x of) {
	Each(l.View, vectors{to: to, x: x}, copySpan[float32], copySpan[float64])
}

func copySpan[T Float](a vectors, x Span[T]) { copy(pick(x, a.to), pick(x, a.x)) }

// scaled sets a vector to by·x.
func (l *lbfgs) scaled(to of, by float64, x of) {
	Each(l.View, vectors{to: to, x: x, by: by}, scaledSpan[float32], scaledSpan[float64])
}

func scaledSpan[T Float](a vectors, x Span[T]) {
	vec.Of[T]().MulS(pick(x, a.to), pick(x, a.x), T(a.by))
}

// add adds by·x to a vector.
func (l *lbfgs) add(to of, by float64, x of) {
	Each(l.View, vectors{to: to, x: x, by: by}, addSpan[float32], addSpan[float64])
}

func addSpan[T Float](a vectors, x Span[T]) {
	vec.Of[T]().Axpy(pick(x, a.to), T(a.by), pick(x, a.x))
}

// lbfgsBegin multiplies the direction by the scale, and by the factors of the learning rates.
func lbfgsBegin[T Float](scale float64, x Span[T]) {
	d := x.Slot[lbfgsDirection]
	vec.Of[T]().MulS(d, d, T(scale*x.rate))
}

// lbfgsChange asks for a sum over the changes of the last iteration, t·d and those of the
// gradient.
type lbfgsChange struct {
	t      float64
	square bool // of the gradient's with themselves
}

// changes returns yᵀs, or yᵀy in the coordinates that the factors of the rates scale.
func changes[T Float](a lbfgsChange, x Span[T]) (sum float64) {
	d, before := x.Slot[lbfgsDirection], x.Slot[lbfgsPrevious]
	for i, g := range x.Grad {
		y := T(g - before[i])
		if a.square {
			sum += float64(float64(y) * float64(y))
		} else {
			sum += float64(float64(y) * float64(T(T(a.t)*d[i])))
		}
	}
	if a.square {
		sum *= x.rate
	}
	return sum
}

// move goes to the length t from the start of the iteration. It reports whether all
// parameters are finite there.
func (l *lbfgs) move(t float64) bool {
	bad := Sum(l.View, t, moveSpan[float32], moveSpan[float64])
	return bad == 0
}

func moveSpan[T Float](t float64, x Span[T]) (bad float64) {
	d, start, by := x.Slot[lbfgsDirection], x.Slot[lbfgsStart], T(t)
	for i := range x.Param {
		p := start[i] + T(by*d[i])
		if p-p != 0 {
			bad++
		}
		x.Param[i] = p
	}
	return bad
}

// members returns a number that other parameters would not have.
func (l *lbfgs) members() float64 {
	return Sum(l.View, 0, memberSpan[float32], memberSpan[float64])
}

func memberSpan[T Float](_ int, x Span[T]) float64 {
	return float64(x.Of.Offset()+1) * float64(len(x.Param))
}

package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Muon makes the momentum of each matrix nearly orthogonal before it moves the matrix (Jordan
// 2024, "Muon: An optimizer for hidden layers in neural networks"). Other parameters are moved by
// AdamW. For a matrix p:
//
//	m = Momentum·m + (1−Momentum)·grad
//	u = Momentum·m + (1−Momentum)·grad, or m if Heavy
//	p = p − rate·Decay·p − rate·√max(1, Out/In)·orthogonal(u)
//
// The function orthogonal makes all singular values of u about 1, from 0.7 to 1.2. It is the
// iteration of Newton and Schulz, begun with X = u/(‖u‖+1e-7):
//
//	A = X·Xᵀ
//	X = 3.4445·X + (−4.7750·A + 2.0315·A²)·X
//
// A matrix is [In, Out], as nn.Dense has it. A parameter with more axes counts as the matrix
// [Out, rest], as nn.Conv2D has it: [Out, In·H·W]. The author advises AdamW for the first and
// the last layer, and for tables of embeddings: name them in Except.
//
// With five iterations a step costs about as much as training the matrix on 5·min(In, Out)
// examples. It has the same bits for any number of workers.
//
// The zero value has the settings of the author.
type Muon struct {
	Momentum   float64  // in [0, 1); default 0.95; Zero for 0
	Heavy      bool     // Polyak's momentum in place of Nesterov's
	Iterations int      // of Newton and Schulz, 1 to 100; default 5
	Decay      float64  // weight decay of matrices, if they decay; at least 0; default 0
	Match      []string // names of parameters and scopes such as "encoder/" that Muon moves; default all with two or more axes
	Except     []string // names of parameters and scopes that AdamW moves although they match
	AdamW      AdamW    // moves the others
	AdamWRate  float64  // the learning rate of AdamW as a multiple of the rate; above 0; default 0.015
}

func (o Muon) settled() Muon {
	o.Momentum, o.Iterations, o.Decay, o.AdamWRate = or(o.Momentum, 0.95), cmp.Or(o.Iterations, 5), or(o.Decay, 0), or(o.AdamWRate, 0.015)
	return o
}

// Validate returns an ErrOption for settings out of range.
func (o Muon) Validate() error {
	var count error
	if o.Iterations < 0 || o.Iterations > 100 {
		count = mistake.Optionf("Muon.Iterations: got %d, want 1 to 100", o.Iterations)
	}
	return cmp.Or(fraction("Muon.Momentum", o.Momentum), count, notNegative("Muon.Decay", o.Decay),
		positive("Muon.AdamWRate", o.AdamWRate), o.AdamW.Validate())
}

// Slots returns those of AdamW. The slot "m" of a matrix is that of the formula, and "v" stays
// 0 for it.
func (o Muon) Slots() []Slot { return o.AdamW.Slots() }

// Update makes one step.
func (o Muon) Update(s Step, v *View) {
	if v == nil {
		return
	}
	a := muon{o.settled(), o.AdamW.step(s)}
	a.adam.Step.Rate *= a.AdamWRate
	Each(v, a, othersSpan[float32], othersSpan[float64])
	if v.f32 != nil {
		orthogonalSteps(a, s, v, v.f32)
	} else {
		orthogonalSteps(a, s, v, v.f64)
	}
}

// muon is a step of Muon, with that of AdamW.
type muon struct {
	Muon
	adam
}

// matrix reports whether q is moved as a matrix.
func (o *Muon) matrix(q *graph.Param) bool {
	return len(q.Shape) >= 2 && (len(o.Match) == 0 || q.Matches(o.Match...)) && (len(o.Except) == 0 || !q.Matches(o.Except...))
}

// othersSpan makes the step of AdamW for what is no matrix.
func othersSpan[T Float](a muon, x Span[T]) {
	if !a.Muon.matrix(x.Of) {
		adamSpan(a.adam, x)
	}
}

// orthogonalSteps moves the matrices, one after the other: the workers share their products.
func orthogonalSteps[T Float](a muon, s Step, v *View, m *arena[T]) {
	j := reuse[orthogonal[T]](v)
	l := vec.Of[T]()
	take := 1 - a.Momentum
	now, kept := take, a.Momentum
	if a.Heavy {
		now, kept = 0, 1
	}
	for _, x := range m.whole {
		if len(x.Param) == 0 || !a.Muon.matrix(x.Of) {
			continue
		}
		rate := x.Rate(s)
		rows, cols := x.Of.Shape[0], len(x.Param)/x.Of.Shape[0]
		in, out := float64(rows), float64(cols)
		if len(x.Of.Shape) > 2 {
			in, out = out, in
		}
		u := j.room(v, rows, cols)
		l.Muon(x.Slot[0], u, x.Grad, vec.MuonArgs{Mu: a.Momentum, Take: take, Now: now, Kept: kept})
		u = j.make(v, u, rows, cols, a.Iterations)
		l.MuonMove(x.Param, u, vec.MuonMoveArgs{Shrink: rate * x.Decay(a.Muon.Decay), By: rate * math.Sqrt(max(1, out/in))})
	}
}

// Bound returns which steps cannot overflow. Momentum and u are means of gradients, so at
// most as large. The elements of an orthogonal matrix are at most 1, here below 2. √(Out/In)
// is below 1e5 for what fits into memory. A move of at most smallMove rounds to a finite
// number, whatever the parameter, and rate·Decay ≤ 1. The rest is AdamW's.
func (o Muon) Bound(rate float64) Bound {
	s := o.settled()
	b := o.AdamW.Bound(rate * s.AdamWRate)
	b.Safe = b.Safe && rate <= smallMove/2e5 && rate*s.Decay <= 1
	return b
}

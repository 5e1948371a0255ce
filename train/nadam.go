package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// NAdam is Adam with Nesterov's momentum (Dozat 2016, algorithm 2 and section 3.4), as
// PyTorch has it. g, m and v are those of Adam. In step n of p, with
//
//	μ(n) = Beta1·(1 − 0.96^(n·MomentumDecay)/2)
//	M(n) = μ(1)·μ(2)·…·μ(n)
//
// the step is
//
//	p = p − rate·((1−μ(n))/(1−M(n))·g + μ(n+1)/(1−M(n+1))·m) / (√(v/(1−Beta2ⁿ)) + Eps)
//
// n counts the steps of p: see Span.N. The rate 0.002 is usual. The zero value has
// PyTorch's settings.
type NAdam struct {
	Beta1         float64 // in [0, 1); default 0.9; Zero for 0
	Beta2         float64 // in [0, 1); default 0.999; Zero for 0
	Eps           float64 // above 0; default 1e-8
	MomentumDecay float64 // at least 0; default 0.004; Zero for 0
	Decay         float64 // weight decay, of parameters that decay; at least 0; default 0
	Decoupled     bool    // the decay is that of AdamW, p − rate·Decay·p, and not grad + Decay·p

	// PyTorch1 takes M(n)·μ(n)·μ(n+1) for M(n+1), as PyTorch did up to version 1.13, to go
	// on with what was trained there.
	PyTorch1 bool
}

// Validate returns an ErrOption for settings out of range.
func (o NAdam) Validate() error {
	return cmp.Or(fraction("NAdam.Beta1", o.Beta1), fraction("NAdam.Beta2", o.Beta2), divisor("NAdam.Eps", o.Eps),
		notNegative("NAdam.MomentumDecay", o.MomentumDecay), notNegative("NAdam.Decay", o.Decay))
}

// Slots returns the slots "m" and "v" of Adam.
func (NAdam) Slots() []Slot { return []Slot{{Name: "m"}, {Name: "v"}} }

// Update makes one step.
func (o NAdam) Update(s Step, v *View) {
	o.Eps = or(o.Eps, 1e-8)
	Each(v, nadam{o, s, nesterovOf(or(o.Beta1, 0.9), or(o.Beta2, 0.999), or(o.MomentumDecay, 4e-3), s.N)}, nadamSpan[float32], nadamSpan[float64])
}

type nadam struct {
	NAdam
	Step
	nesterov
}

// nesterov are the moments after n steps with what NAdam has more.
type nesterov struct {
	moments
	decay         float64
	mu, next, all float64 // μ(n), μ(n+1) and M(n)
}

func nesterovOf(beta1, beta2, decay float64, n int) nesterov {
	mu := func(n int) float64 { return beta1 * (1 - 0.5*math.Pow(0.96, float64(n)*decay)) }
	return nesterov{momentsOf(beta1, beta2, n), decay, mu(n), mu(n + 1), muProduct(beta1, decay, n)}
}

// muProduct returns M(n), with the power series of the logarithm: M(n) = Beta1ⁿ·exp(−S) with
//
//	S = Σ over i ≤ n of −log(1 − qⁱ/2) = Σ over k ≥ 1 of 2⁻ᵏ/k·(qᵏ + q²ᵏ + … + qⁿᵏ),    q = 0.96^MomentumDecay
//
// whose terms halve at least. What is too small to be seen beside 1 is 0.
func muProduct(beta1, decay float64, n int) float64 {
	count := float64(n)
	if count*math.Log(beta1) < -60 {
		return 0
	}
	log, sum := decay*math.Log(0.96), 0.0
	for k := 1.0; ; k++ {
		powers := count // of q = 1
		if x := k * log; x != 0 {
			powers = math.Exp(x) * math.Expm1(count*x) / math.Expm1(x)
		}
		term := math.Exp2(-k) / k * powers
		if sum += term; !(term > 1e-17*sum) {
			return math.Pow(beta1, count) * math.Exp(-sum)
		}
	}
}

func nadamSpan[T Float](a nadam, x Span[T]) {
	m, rate := a.nesterov, x.Rate(a.Step)
	if n := x.N(a.Step); n != m.n {
		m = nesterovOf(m.beta1, m.beta2, m.decay, n)
	}
	then := m.all * m.next
	if a.PyTorch1 {
		then *= m.mu
	}
	decay, keep := coupled(a.Decoupled, rate, x.Decay(a.Decay))
	vec.Of[T]().Nadam(x.Param, x.Slot[0], x.Slot[1], x.Grad, vec.NadamArgs{B1: m.beta1, C1: 1 - m.beta1, B2: m.beta2, C2: 1 - m.beta2,
		Now: rate * (1 - m.mu) / (1 - m.all), Step: rate * m.next / (1 - then), Root: 1 / math.Sqrt(1-m.power2), Eps: a.Eps, Keep: keep, Decay: decay})
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula gives |m| ≤ L·(1+Decay), which further such steps keep, and squares at most that.
// The factors of g and m are at most rate/(1−Beta1), so p changes by at most
// 2·rate/(1−Beta1)·L·(1+Decay)/Eps. A decoupled decay multiplies p by a number of at most 1.
func (o NAdam) Bound(rate float64) Bound {
	return adaptiveBound(2*rate/(1-or(o.Beta1, 0.9)), rate, or(o.Eps, 1e-8), o.Decay, o.Decoupled)
}

package graph

import (
	"math"
	"math/rand/v2"
)

// What is drawn from a seed has the same bits on every processor. So the code in
// this file and in init.go leaves nothing to the processor: a product that is
// added to something is converted to float64 first, which Go's specification
// forbids to fuse with the sum, and exp and log are computed here, since package
// math has assembly for them on some processors. +, −, ·, / and √ are rounded as
// IEEE 754 says everywhere.

// layers are the numbers of the ziggurat of the normal distribution: layer i is as
// wide as edge[i], and the density at its edge is height[i]. Each of the 128 has
// the area of the base, whose tail starts at tailStart.
type layers struct {
	inside [128]uint32  // a draw of 31 bits below it is under the density
	width  [128]float32 // of the layer, for one unit of the draw
	height [128]float32
}

// Constants of the ziggurat of 128 layers.
// Source: G. Marsaglia and W. W. Tsang, The Ziggurat Method for Generating Random
// Variables, Journal of Statistical Software 5(8), 2000.
const (
	tailStart = 3.442619855899
	layerArea = 9.91256303526217e-3
	drawRange = 1 << 31
)

var ziggurat = newLayers()

// density is the normal density at x, 1 at 0.
func density(x float64) float64 { return portableExp(-0.5 * x * x) }

func newLayers() *layers {
	z := &layers{}
	last := len(z.width) - 1
	base := layerArea / density(tailStart)
	z.inside[0] = uint32(tailStart / base * drawRange)
	z.width[0], z.width[last] = float32(base/drawRange), float32(tailStart/drawRange)
	z.height[0], z.height[last] = 1, float32(density(tailStart))
	edge, outer := tailStart, tailStart
	for i := last - 1; i >= 1; i-- {
		edge = math.Sqrt(-2 * portableLog(layerArea/edge+density(edge)))
		z.inside[i+1] = uint32(edge / outer * drawRange)
		z.width[i], z.height[i] = float32(edge/drawRange), float32(density(edge))
		outer = edge
	}
	return z
}

// drawNormal draws from the standard normal distribution, with the numbers of r
// taken as by its NormFloat64.
func drawNormal(r *rand.Rand) float64 {
	z := ziggurat
	for {
		u := r.Uint64()
		j, i := int32(u), u>>32&127
		x := float64(j) * float64(z.width[i])
		switch {
		case uint32(max(j, -j)) < z.inside[i]:
			return x
		case i == 0:
			return math.Copysign(drawTail(r), float64(j))
		}
		rise := float32(r.Float64()) * (z.height[i-1] - z.height[i])
		if z.height[i]+float32(rise) < float32(density(x)) {
			return x
		}
	}
}

// drawTail draws beyond tailStart.
// Source: G. Marsaglia, Generating a Variable from the Tail of the Normal
// Distribution, Technometrics 6, 1964.
func drawTail(r *rand.Rand) float64 {
	for {
		x := float64(-portableLog(r.Float64()) * (1 / tailStart))
		if y := -portableLog(r.Float64()); y+y >= x*x {
			return tailStart + x
		}
	}
}

// ln2High has zeros in its last bits, so that small multiples of it are exact.
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// portableExp is eˣ for x in [−700, 700], within 1 ulp: 2ᵏ times the Taylor series
// of what is left of x without k·ln 2.
func portableExp(x float64) float64 {
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*ln2High)
	r -= float64(k * ln2Low)
	p := 1.0
	for n := 14.0; n >= 1; n-- {
		p = 1 + float64(p*r)/n
	}
	return float64(math.Ldexp(p, int(k)))
}

// portableLog is ln x for x ≥ 0, within 2 ulp: the series of 2·artanh s for the
// fraction of x, with s = (f−1)/(f+1), and its exponent times ln 2.
func portableLog(x float64) float64 {
	if x == 0 {
		return math.Inf(-1)
	}
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, e = 2*f, e-1
	}
	s := (f - 1) / (f + 1)
	square, p := s*s, 0.0
	for n := 23.0; n >= 1; n -= 2 {
		p = 1/n + float64(p*square)
	}
	k := float64(e)
	return float64(k*ln2High) + (float64(2*s*p) + float64(k*ln2Low))
}

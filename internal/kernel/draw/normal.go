package draw

import (
	"math"
	"math/rand/v2"
)

// layers are the numbers of the ziggurat of the normal distribution. Layer i reaches from
// 0 to its edge, and its part below the next layer's edge is under the density for
// certain. Each of the 128 has the area of the base, whose tail starts at tailStart.
type layers struct {
	edge   [128]float64
	sure   [128]float64 // the edge of the next layer
	height [128]float64 // of the density at the edge, 1 in the middle
}

// Constants of the ziggurat of 128 layers.
// Source: G. Marsaglia and W. W. Tsang, The Ziggurat Method for Generating Random
// Variables, Journal of Statistical Software 5(8), 2000.
const (
	tailStart = 3.442619855899
	layerArea = 9.91256303526217e-3
)

var ziggurat = newLayers()

// density is the normal density at x, 1 at 0.
func density(x float64) float64 { return exp(-0.5 * x * x) }

func newLayers() *layers {
	z := &layers{}
	last := len(z.edge) - 1
	z.edge[0], z.edge[last] = layerArea/density(tailStart), tailStart
	z.sure[0] = tailStart
	z.height[0], z.height[last] = 1, density(tailStart)
	for i := last - 1; i >= 1; i-- {
		x := math.Sqrt(-2 * log(layerArea/z.edge[i+1]+density(z.edge[i+1])))
		z.edge[i], z.height[i], z.sure[i+1] = x, density(x), x
	}
	return z
}

// Normal fills dst with the elements from start on of numbers of the standard normal
// distribution. A word says the layer and the place in it. Where that may lie outside of
// the density, for about one element in 80, further words of the element decide.
func Normal[T Float](dst []T, key uint64, start int) {
	z, g := before(key, start), ziggurat
	for i := range dst {
		z += golden
		w := mix(z)
		x := place(w) * g.edge[w&127]
		if !(math.Abs(x) < g.sure[w&127]) {
			x = g.decide(w, x)
		}
		dst[i] = T(x)
	}
}

// place returns the uniform number in [−1, 1) of a word, a multiple of 2⁻⁵³, apart from
// the bits that say the layer.
func place(word uint64) float64 { return float64(int64(word)>>10) * 0x1p-53 }

// decide returns the draw whose first word is w and which may be x.
func (g *layers) decide(w uint64, x float64) float64 {
	more := words{w}
	for {
		i := w & 127
		switch {
		case math.Abs(x) < g.sure[i]:
			return x
		case i == 0:
			return math.Copysign(tail(func() float64 { return inner(more.next()) }), x)
		}
		if g.height[i]+float64(unit(more.next())*(g.height[i-1]-g.height[i])) < density(x) {
			return x
		}
		w = more.next()
		x = place(w) * g.edge[w&127]
	}
}

// tail draws beyond tailStart from uniform numbers.
// Source: G. Marsaglia, Generating a Variable from the Tail of the Normal
// Distribution, Technometrics 6, 1964.
func tail(uniform func() float64) float64 {
	for {
		x := float64(-log(uniform()) * (1 / tailStart))
		if y := -log(uniform()); y+y >= x*x {
			return tailStart + x
		}
	}
}

// coarse are the numbers of the ziggurat as package rand has them.
type coarse struct {
	sure   [128]uint32  // a draw of 31 bits below it is under the density
	width  [128]float32 // of the layer, for one unit of the draw
	height [128]float32
}

var ofRand = newCoarse(ziggurat)

func newCoarse(g *layers) *coarse {
	const units = 1 << 31
	z := &coarse{}
	for i, x := range g.edge {
		z.sure[i] = uint32(g.sure[i] / x * units)
		z.width[i], z.height[i] = float32(x/units), float32(g.height[i])
	}
	return z
}

// NormalOf draws from the standard normal distribution, with the numbers of r taken as by
// its NormFloat64.
func NormalOf(r *rand.Rand) float64 {
	z := ofRand
	for {
		u := r.Uint64()
		j, i := int32(u), u>>32&127
		x := float64(j) * float64(z.width[i])
		switch {
		case uint32(max(j, -j)) < z.sure[i]:
			return x
		case i == 0:
			return math.Copysign(tail(r.Float64), float64(j))
		}
		rise := float32(r.Float64()) * (z.height[i-1] - z.height[i])
		if z.height[i]+float32(rise) < float32(density(x)) {
			return x
		}
	}
}

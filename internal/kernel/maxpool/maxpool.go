// Package maxpool takes the largest elements of windows of two by two places,
// the pools that nearly all networks have, and the derivative of that.
//
// It owns the loops over two rows of an image. It does not own windows of other
// sizes. Importers: the operator table. Slices do not overlap.
package maxpool

import "math"

// Float is the element type.
type Float interface{ float32 | float64 }

// Max is y[j] = the largest of r0[2j], r0[2j+1], r1[2j] and r1[2j+1], NaN if one
// of them is. r0 and r1 hold at least 2·len(y) elements.
func Max[T Float](y, r0, r1 []T) {
	r0, r1 = r0[:2*len(y)], r1[:2*len(y)]
	for j := fastMax(y, r0, r1); j < len(y); j++ {
		y[j] = max(r0[2*j], r0[2*j+1], r1[2*j], r1[2*j+1])
	}
}

// Grad puts d[j] in o0 and o1 where r0[2j], r0[2j+1], r1[2j], r1[2j+1] have their
// first largest element, or their first NaN, and 0 at the other three places.
// Rows hold at least 2·len(d) elements; those behind them are left alone.
func Grad[T Float](o0, o1, r0, r1, d []T) {
	r0, r1, o0, o1 = r0[:2*len(d)], r1[:2*len(d)], o0[:2*len(d)], o1[:2*len(d)]
	for j := fastGrad(o0, o1, r0, r1, d); j < len(d); j++ { // without branches: comparisons are as good as random
		k0, k1, k2, k3 := Key(r0[2*j]), Key(r0[2*j+1]), Key(r1[2*j]), Key(r1[2*j+1])
		m := max(k0, k1, k2, k3)
		m0 := same(k0, m)
		m1 := same(k1, m) &^ m0
		m2 := same(k2, m) &^ (m0 | m1)
		m3 := ^(m0 | m1 | m2)
		b := math.Float64bits(float64(d[j]))
		o0[2*j], o0[2*j+1] = T(math.Float64frombits(b&m0)), T(math.Float64frombits(b&m1))
		o1[2*j], o1[2*j+1] = T(math.Float64frombits(b&m2)), T(math.Float64frombits(b&m3))
	}
}

// Key orders floats as integers: NaN above all, both zeros equal.
func Key[T Float](v T) int64 {
	if v != v {
		return math.MaxInt64
	}
	b := int64(math.Float64bits(float64(v) + 0))
	return b ^ int64(uint64(b>>63)>>1)
}

// same is all ones if a equals b, else 0.
func same(a, b int64) uint64 {
	x := a ^ b
	return ^uint64((x | -x) >> 63)
}

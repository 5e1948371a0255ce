// Package maxpool takes the largest elements of windows of two by two places,
// the pools that nearly all networks have, and the derivative of that.
//
// It owns the loops over an image, of rows that lie ld elements apart. It does not own
// windows of other sizes. Importers: the operator table. Slices do not overlap.
package maxpool

import "math"

// Float is the element type.
type Float interface{ float32 | float64 }

// Image is where the windows lie: Rows of them, N side by side in each, on rows of
// elements that lie LD apart, at least 2·N.
type Image struct{ Rows, N, LD int }

// elements is how many elements of x and y the windows need.
func (m Image) elements() (x, y int) {
	if m.Rows == 0 {
		return 0, 0
	}
	return (2*m.Rows-1)*m.LD + 2*m.N, m.Rows * m.N
}

// pair are the two rows of elements of a row of windows.
func pair[T Float](m Image, x []T, row int) (r0, r1 []T) {
	x = x[2*row*m.LD:]
	return x[:2*m.N], x[m.LD : m.LD+2*m.N]
}

// Max is y[i, j] = the largest of x[2i, 2j], x[2i, 2j+1], x[2i+1, 2j] and
// x[2i+1, 2j+1], NaN if one of them is. y: [Rows, N], one after another.
func Max[T Float](m Image, y, x []T) {
	nx, ny := m.elements()
	x, y = x[:nx], y[:ny]
	done := fastMax(m, y, x)
	if done == m.N {
		return
	}
	for i := range m.Rows {
		r0, r1 := pair(m, x, i)
		line := y[i*m.N : (i+1)*m.N]
		for j := done; j < m.N; j++ {
			line[j] = max(r0[2*j], r0[2*j+1], r1[2*j], r1[2*j+1])
		}
	}
}

// Grad puts d[i, j] in o where x has the first largest element of window i, j, or its
// first NaN, in the order of the rows, and 0 at the other three places. o lies as x
// does; what no window has is left alone. d: [Rows, N], one after another.
func Grad[T Float](m Image, o, x, d []T) {
	nx, nd := m.elements()
	o, x, d = o[:nx], x[:nx], d[:nd]
	done := fastGrad(m, o, x, d)
	if done == m.N {
		return
	}
	for i := range m.Rows {
		r0, r1 := pair(m, x, i)
		o0, o1 := pair(m, o, i)
		line := d[i*m.N : (i+1)*m.N]
		for j := done; j < m.N; j++ { // without branches: comparisons are as good as random
			k0, k1, k2, k3 := Key(r0[2*j]), Key(r0[2*j+1]), Key(r1[2*j]), Key(r1[2*j+1])
			most := max(k0, k1, k2, k3)
			m0 := same(k0, most)
			m1 := same(k1, most) &^ m0
			m2 := same(k2, most) &^ (m0 | m1)
			m3 := ^(m0 | m1 | m2)
			b := math.Float64bits(float64(line[j]))
			o0[2*j], o0[2*j+1] = T(math.Float64frombits(b&m0)), T(math.Float64frombits(b&m1))
			o1[2*j], o1[2*j+1] = T(math.Float64frombits(b&m2)), T(math.Float64frombits(b&m3))
		}
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

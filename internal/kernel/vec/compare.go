package vec

// LtF32 is 1 where a < b, else 0.
func LtF32(dst, a, b []float32) { f32.lt(dst, a[:len(dst)], b[:len(dst)]) }

// LtF64 is 1 where a < b, else 0.
func LtF64(dst, a, b []float64) { f64.lt(dst, a[:len(dst)], b[:len(dst)]) }

// LtSF32 is 1 where a < s, else 0.
func LtSF32(dst, a []float32, s float32) { f32.ltS(dst, a[:len(dst)], s) }

// LtSF64 is 1 where a < s, else 0.
func LtSF64(dst, a []float64, s float64) { f64.ltS(dst, a[:len(dst)], s) }

// LeF32 is 1 where a <= b, else 0.
func LeF32(dst, a, b []float32) { f32.le(dst, a[:len(dst)], b[:len(dst)]) }

// LeF64 is 1 where a <= b, else 0.
func LeF64(dst, a, b []float64) { f64.le(dst, a[:len(dst)], b[:len(dst)]) }

// LeSF32 is 1 where a <= s, else 0.
func LeSF32(dst, a []float32, s float32) { f32.leS(dst, a[:len(dst)], s) }

// LeSF64 is 1 where a <= s, else 0.
func LeSF64(dst, a []float64, s float64) { f64.leS(dst, a[:len(dst)], s) }

// GtF32 is 1 where a > b, else 0.
func GtF32(dst, a, b []float32) { f32.gt(dst, a[:len(dst)], b[:len(dst)]) }

// GtF64 is 1 where a > b, else 0.
func GtF64(dst, a, b []float64) { f64.gt(dst, a[:len(dst)], b[:len(dst)]) }

// GtSF32 is 1 where a > s, else 0.
func GtSF32(dst, a []float32, s float32) { f32.gtS(dst, a[:len(dst)], s) }

// GtSF64 is 1 where a > s, else 0.
func GtSF64(dst, a []float64, s float64) { f64.gtS(dst, a[:len(dst)], s) }

// GeF32 is 1 where a >= b, else 0.
func GeF32(dst, a, b []float32) { f32.ge(dst, a[:len(dst)], b[:len(dst)]) }

// GeF64 is 1 where a >= b, else 0.
func GeF64(dst, a, b []float64) { f64.ge(dst, a[:len(dst)], b[:len(dst)]) }

// GeSF32 is 1 where a >= s, else 0.
func GeSF32(dst, a []float32, s float32) { f32.geS(dst, a[:len(dst)], s) }

// GeSF64 is 1 where a >= s, else 0.
func GeSF64(dst, a []float64, s float64) { f64.geS(dst, a[:len(dst)], s) }

// EqF32 is 1 where a == b, else 0.
func EqF32(dst, a, b []float32) { f32.eq(dst, a[:len(dst)], b[:len(dst)]) }

// EqF64 is 1 where a == b, else 0.
func EqF64(dst, a, b []float64) { f64.eq(dst, a[:len(dst)], b[:len(dst)]) }

// EqSF32 is 1 where a == s, else 0.
func EqSF32(dst, a []float32, s float32) { f32.eqS(dst, a[:len(dst)], s) }

// EqSF64 is 1 where a == s, else 0.
func EqSF64(dst, a []float64, s float64) { f64.eqS(dst, a[:len(dst)], s) }

// NeF32 is 1 where a != b, else 0.
func NeF32(dst, a, b []float32) { f32.ne(dst, a[:len(dst)], b[:len(dst)]) }

// NeF64 is 1 where a != b, else 0.
func NeF64(dst, a, b []float64) { f64.ne(dst, a[:len(dst)], b[:len(dst)]) }

// NeSF32 is 1 where a != s, else 0.
func NeSF32(dst, a []float32, s float32) { f32.neS(dst, a[:len(dst)], s) }

// NeSF64 is 1 where a != s, else 0.
func NeSF64(dst, a []float64, s float64) { f64.neS(dst, a[:len(dst)], s) }

// truth is 1 for true and 0 for false.
func truth[T Float](b bool) T {
	if b {
		return 1
	}
	return 0
}

func lt[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x < b[i])
	}
}

func ltS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x < s)
	}
}

func le[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x <= b[i])
	}
}

func leS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x <= s)
	}
}

func gt[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x > b[i])
	}
}

func gtS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x > s)
	}
}

func ge[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x >= b[i])
	}
}

func geS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x >= s)
	}
}

func eq[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x == b[i])
	}
}

func eqS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x == s)
	}
}

func ne[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x != b[i])
	}
}

func neS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x != s)
	}
}

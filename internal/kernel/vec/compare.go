package vec

// LtF32 is 1 where a < b, else 0.
func LtF32(dst, a, b []float32) { lt(dst, a, b) }

// LtF64 is 1 where a < b, else 0.
func LtF64(dst, a, b []float64) { lt(dst, a, b) }

// LtSF32 is 1 where a < s, else 0.
func LtSF32(dst, a []float32, s float32) { ltS(dst, a, s) }

// LtSF64 is 1 where a < s, else 0.
func LtSF64(dst, a []float64, s float64) { ltS(dst, a, s) }

// LeF32 is 1 where a <= b, else 0.
func LeF32(dst, a, b []float32) { le(dst, a, b) }

// LeF64 is 1 where a <= b, else 0.
func LeF64(dst, a, b []float64) { le(dst, a, b) }

// LeSF32 is 1 where a <= s, else 0.
func LeSF32(dst, a []float32, s float32) { leS(dst, a, s) }

// LeSF64 is 1 where a <= s, else 0.
func LeSF64(dst, a []float64, s float64) { leS(dst, a, s) }

// GtF32 is 1 where a > b, else 0.
func GtF32(dst, a, b []float32) { gt(dst, a, b) }

// GtF64 is 1 where a > b, else 0.
func GtF64(dst, a, b []float64) { gt(dst, a, b) }

// GtSF32 is 1 where a > s, else 0.
func GtSF32(dst, a []float32, s float32) { gtS(dst, a, s) }

// GtSF64 is 1 where a > s, else 0.
func GtSF64(dst, a []float64, s float64) { gtS(dst, a, s) }

// GeF32 is 1 where a >= b, else 0.
func GeF32(dst, a, b []float32) { ge(dst, a, b) }

// GeF64 is 1 where a >= b, else 0.
func GeF64(dst, a, b []float64) { ge(dst, a, b) }

// GeSF32 is 1 where a >= s, else 0.
func GeSF32(dst, a []float32, s float32) { geS(dst, a, s) }

// GeSF64 is 1 where a >= s, else 0.
func GeSF64(dst, a []float64, s float64) { geS(dst, a, s) }

// EqF32 is 1 where a == b, else 0.
func EqF32(dst, a, b []float32) { eq(dst, a, b) }

// EqF64 is 1 where a == b, else 0.
func EqF64(dst, a, b []float64) { eq(dst, a, b) }

// EqSF32 is 1 where a == s, else 0.
func EqSF32(dst, a []float32, s float32) { eqS(dst, a, s) }

// EqSF64 is 1 where a == s, else 0.
func EqSF64(dst, a []float64, s float64) { eqS(dst, a, s) }

// NeF32 is 1 where a != b, else 0.
func NeF32(dst, a, b []float32) { ne(dst, a, b) }

// NeF64 is 1 where a != b, else 0.
func NeF64(dst, a, b []float64) { ne(dst, a, b) }

// NeSF32 is 1 where a != s, else 0.
func NeSF32(dst, a []float32, s float32) { neS(dst, a, s) }

// NeSF64 is 1 where a != s, else 0.
func NeSF64(dst, a []float64, s float64) { neS(dst, a, s) }

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

//go:build amd64 && !noasm

package vec

// use chooses the bodies for what the processor can do. Not while loops run.
func use(avx512, avx2, _ bool) {
	F32, F64 = portable[float32](), portable[float64]()
	narrows = avx2 || avx512
	switch {
	case avx512:
		simd512x32(&F32)
		simd512x64(&F64)
	case avx2:
		simd256x32(&F32)
		simd256x64(&F64)
	}
}

// narrows says that the processor can do narrow256.
var narrows bool

// narrowBlocks rounds elements to float32 until there are few left, or a result is not finite. It
// returns how many are done.
func narrowBlocks(dst []float32, v []float64) int {
	if narrows {
		return narrow256(dst, v)
	}
	return narrowed(dst, v)
}

//go:build arm64 && !noasm

package vec

// use chooses the bodies for what the processor can do. Not while loops run.
func use(_, _, neon bool) {
	F32, F64 = portable[float32](), portable[float64]()
	if neon {
		simd128x32(&F32)
		simd128x64(&F64)
	}
}

// narrowBlocks rounds elements to float32 until there are few left, or a result is not finite. It
// returns how many are done.
func narrowBlocks(dst []float32, v []float64) int { return narrowed(dst, v) }

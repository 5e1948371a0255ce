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

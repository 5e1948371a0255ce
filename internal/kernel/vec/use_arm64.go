//go:build arm64 && !noasm

package vec

// use chooses the bodies for what the processor can do. Not while loops run.
func use(_, _, neon bool) {
	f32, f64 = portable[float32](), portable[float64]()
	if neon {
		simd128x32(&f32)
		simd128x64(&f64)
	}
}

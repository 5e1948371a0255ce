//go:build arm64 && !noasm

package cpu

// detect has nothing to ask: Advanced SIMD is part of the arm64 base.
func detect() (avx2, avx512, neon bool) { return false, false, true }

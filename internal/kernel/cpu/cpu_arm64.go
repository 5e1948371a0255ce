//go:build arm64 && !noasm

package cpu

// detect has nothing to ask: Advanced SIMD is part of the arm64 base.
func detect() (hasAVX2, hasAVX512, hasNEON bool) { return false, false, true }

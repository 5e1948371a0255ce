//go:build (!amd64 && !arm64) || noasm

package cpu

// detect finds nothing: there is no assembly for this build.
func detect() (avx2, avx512, neon bool) { return false, false, false }

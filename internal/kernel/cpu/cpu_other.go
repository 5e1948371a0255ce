//go:build (!amd64 && !arm64) || noasm

package cpu

// detect finds nothing: there is no assembly for this build.
func detect() (hasAVX2, hasAVX512, hasNEON bool) { return false, false, false }

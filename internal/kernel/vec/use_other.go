//go:build !(amd64 || arm64) || noasm

package vec

// use has nothing to choose in this build.
func use(avx512, avx2, neon bool) {}

// narrowBlocks rounds elements to float32 until there are few left, or a result is not finite. It
// returns how many are done.
func narrowBlocks(dst []float32, v []float64) int { return narrowed(dst, v) }

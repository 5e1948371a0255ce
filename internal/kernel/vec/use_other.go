//go:build !(amd64 || arm64) || noasm

package vec

// use has nothing to choose in this build.
func use(avx512, avx2, neon bool) {}

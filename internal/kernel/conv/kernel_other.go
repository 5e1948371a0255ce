//go:build !(amd64 || arm64) || noasm

package conv

// assembly says that this build has assembly kernels.
const assembly = false

// run runs the kernel in Go.
func run[T Float](_ level, t *tile) { walkGo[T](t) }

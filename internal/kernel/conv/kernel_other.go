//go:build !(amd64 || arm64) || noasm

package conv

// assembly says that this build has assembly kernels.
const assembly = false

// run runs the kernel in Go.
func run[T Float](_ level, t *tile) { walkGo[T](t) }

// apply runs the kernel of passes in Go.
func apply[T Float](_ level, t *pass) { transformGo[T](t) }

// turn is turnGo.
func turn[T Float](_ level, dst, src []T, t turning) { turnGo(dst, src, t) }

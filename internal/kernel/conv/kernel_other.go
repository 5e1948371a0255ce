//go:build !amd64 || noasm

package conv

// assembly says that this build has assembly kernels.
const assembly = false

// run runs the kernel in Go.
func run[T Float](_ level, t *tile) { walkGo[T](t) }

// runRuns runs the kernel of sums over runs in Go.
func runRuns[T Float](l level, t *runs) { runsGo[T](l, t) }

// copyRows copies rows in Go.
func copyRows[T Float](dst, src []T, a area) { copyRowsGo(dst, src, a) }

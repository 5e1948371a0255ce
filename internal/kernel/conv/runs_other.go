//go:build !amd64 || noasm

package conv

// runRuns runs the kernel of sums over runs in Go.
func runRuns[T Float](l level, t *runs) { runsGo[T](l, t) }

// copyRows copies rows in Go.
func copyRows[T Float](dst, src []T, a area) { copyRowsGo(dst, src, a) }

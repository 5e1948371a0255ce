//go:build arm64 && !noasm

package conv

import "unsafe"

// assembly says that this build has assembly kernels.
const assembly = true

// run runs the kernel of the level.
func run[T Float](l level, t *tile) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case l.bits == 0:
		walkGo[T](t)
	case unsafe.Sizeof(T(0)) == 8:
		walk128x64(p)
	default:
		walk128x32(p)
	}
}

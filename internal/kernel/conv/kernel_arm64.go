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

// apply runs the kernel of passes of the level.
func apply[T Float](l level, t *pass) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case l.bits == 0:
		transformGo[T](t)
	case unsafe.Sizeof(T(0)) == 8:
		transform128x64(p)
	default:
		transform128x32(p)
	}
}

// turn is turnGo, as far as the level has a kernel for it.
func turn[T Float](l level, dst, src []T, t turning) {
	switch {
	case l.bits == 0:
		turnGo(dst, src, t)
	case unsafe.Sizeof(T(0)) == 8:
		turnBlocks(dst, src, t, 2, transpose64, transposeDown64)
	default:
		turnBlocks(dst, src, t, 4, transpose32, transposeDown32)
	}
}

//go:build amd64 && !noasm

package conv

import "unsafe"

// assembly says that this build has assembly kernels.
const assembly = true

// run runs the kernel of the level.
func run[T Float](l level, t *tile) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l.bits == 0:
		walkGo[T](t)
	case l.bits == 512 && double:
		walk512x64(p)
	case l.bits == 512:
		walk512x32(p)
	case double:
		walk256x64(p)
	default:
		walk256x32(p)
	}
}

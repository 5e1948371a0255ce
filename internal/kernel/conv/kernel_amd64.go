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

// runRuns runs the kernel of sums over runs of the level, which has one.
func runRuns[T Float](l level, t *runs) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l.bits == 512 && double:
		runs512x64(p)
	case l.bits == 512:
		runs512x32(p)
	case double:
		runs256x64(p)
	default:
		runs256x32(p)
	}
}

// copyRows is copyRowsGo: rows of images are so short that a call for each costs
// more than the move.
func copyRows[T Float](dst, src []T, a area) {
	size := sizeOf[T]()
	l := best(size)
	if l.bits == 0 {
		copyRowsGo(dst, src, a)
		return
	}
	_, _ = dst[(a.rows-1)*a.dst+a.cols-1], src[(a.rows-1)*a.src+a.cols-1]
	to, from := (*byte)(unsafe.Pointer(&dst[0])), (*byte)(unsafe.Pointer(&src[0]))
	if l.bits == 512 {
		rows512(to, from, a.dst*size, a.src*size, a.cols*size/4, a.rows)
		return
	}
	rows256(to, from, a.dst*size, a.src*size, a.cols*size/4, a.rows)
}

// apply runs the kernel of passes of the level.
func apply[T Float](l level, t *pass) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l.bits == 0:
		transformGo[T](t)
	case l.bits == 512 && double:
		transform512x64(p)
	case l.bits == 512:
		transform512x32(p)
	case double:
		transform256x64(p)
	default:
		transform256x32(p)
	}
}

// turn is turnGo, as far as the level has a kernel for it.
func turn[T Float](l level, dst, src []T, t turning) {
	switch {
	case l.bits == 0:
		turnGo(dst, src, t)
	case unsafe.Sizeof(T(0)) == 8:
		turnBlocks(dst, src, t, 4, transpose256x64, transposeDown256x64)
	default:
		turnBlocks(dst, src, t, 8, transpose256x32, transposeDown256x32)
	}
}

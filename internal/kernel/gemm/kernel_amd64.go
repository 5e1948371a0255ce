//go:build amd64 && !noasm

package gemm

import "unsafe"

// assembly says that this build has assembly kernels.
const assembly = true

// runTile runs the tile kernel of the level.
func runTile[T Float](l level, t *tile) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l == portable:
		tileGo[T](t)
	case l == avx512 && double:
		tile512x64(p)
	case l == avx512:
		tile512x32(p)
	case double:
		tile256x64(p)
	default:
		tile256x32(p)
	}
}

// dotTile runs the dot kernel of the level.
func dotTile[T Float](l level, t *tile) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l == portable:
		dotGo[T](t)
	case l == avx512 && double:
		dot512x64(p)
	case l == avx512:
		dot512x32(p)
	case double:
		dot256x64(p)
	default:
		dot256x32(p)
	}
}

// transpose is transposeGo, as far as the level has a kernel for it: in blocks,
// of which the last ones overlap those before.
func transpose[T Float](l level, dst, src []T, n, depth, nr, ld int) {
	size := int(unsafe.Sizeof(T(0)))
	side := 32 / size // of a block
	if l == portable || n < side || depth < side {
		transposeGo(dst, src, n, depth, nr, ld)
		return
	}
	strip := func(i, k, blocks int) {
		d, s := (*byte)(at(dst, k*nr+i)), (*byte)(at(src, i*ld+k))
		if size == 8 {
			transpose64(d, s, nr*size, ld*size, blocks)
		} else {
			transpose32(d, s, nr*size, ld*size, blocks)
		}
	}
	for i := 0; i < n; i += side {
		i = min(i, n-side)
		strip(i, 0, depth/side)
		if depth%side != 0 {
			strip(i, depth-side, 1)
		}
	}
}

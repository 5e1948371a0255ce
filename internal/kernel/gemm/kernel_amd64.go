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
func transpose[T Float](l level, dst, src []T, t turn) {
	size := int(unsafe.Sizeof(T(0)))
	side := 32 / size // of a block
	if l == portable || t.n < side || t.depth < side {
		transposeGo(dst, src, t)
		return
	}
	strip := func(i, k, blocks int) {
		d, s := (*byte)(at(dst, k*t.nr+i)), (*byte)(at(src, i*t.ld+k))
		if size == 8 {
			transpose64(d, s, t.nr*size, t.ld*size, blocks)
		} else {
			transpose32(d, s, t.nr*size, t.ld*size, blocks)
		}
	}
	for i := 0; i < t.n; i += side {
		i = min(i, t.n-side)
		strip(i, 0, t.depth/side)
		if t.depth%side != 0 {
			strip(i, t.depth-side, 1)
		}
	}
}

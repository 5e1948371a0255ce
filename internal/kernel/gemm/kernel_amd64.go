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

// thinTile runs the thin kernel of the level.
func thinTile[T Float](l level, t *tile) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l == portable:
		thinDots[T](l, t)
	case l == avx512 && double:
		thin512x64(p)
	case l == avx512:
		thin512x32(p)
	case double:
		thin256x64(p)
	default:
		thin256x32(p)
	}
}

// slimTile runs the slim kernel of the level.
func slimTile[T Float](l level, t *tile) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l == portable:
		slimGo[T](t)
	case l == avx512 && double:
		slim512x64(p)
	case l == avx512:
		slim512x32(p)
	case double:
		slim256x64(p)
	default:
		slim256x32(p)
	}
}

// outerTile runs the outer kernel of the level, avx2 or avx512.
func outerTile[T Float](l level, t *tile) {
	p, double := (*byte)(unsafe.Pointer(t)), unsafe.Sizeof(T(0)) == 8
	switch {
	case l == avx512 && double:
		outer512x64(p)
	case l == avx512:
		outer512x32(p)
	case double:
		outer256x64(p)
	default:
		outer256x32(p)
	}
}

// copyStrips is stripRows, as far as the level has a kernel for it.
func copyStrips[T Float](l level, dst, src []T, t turn) int {
	double := unsafe.Sizeof(T(0)) == 8
	switch {
	case l == avx512 && double:
		return stripRows(dst, src, t, strips512x64)
	case l == avx512:
		return stripRows(dst, src, t, strips512x32)
	case l == avx2 && double:
		return stripRows(dst, src, t, strips256x64)
	case l == avx2:
		return stripRows(dst, src, t, strips256x32)
	}
	return 0
}

// transpose is transposeGo, as far as the level has a kernel for it.
func transpose[T Float](l level, dst, src []T, t turn) {
	switch {
	case l == portable:
		transposeGo(dst, src, t)
	case unsafe.Sizeof(T(0)) == 8:
		transposeBlocks(dst, src, t, 4, transpose256x64)
	default:
		transposeBlocks(dst, src, t, 8, transpose256x32)
	}
}

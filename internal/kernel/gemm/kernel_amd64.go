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

// transpose is transposeGo, as far as the level has a kernel for it.
func transpose[T Float](l level, dst, src []T, n, depth, nr, ld int) {
	size := int(unsafe.Sizeof(T(0)))
	side := 32 / size // of a block
	rows, cols := n/side*side, depth/side*side
	if l == portable || rows == 0 || cols == 0 {
		transposeGo(dst, src, n, depth, nr, ld)
		return
	}
	for i := 0; i < rows; i += side {
		d, s := (*byte)(at(dst, i)), (*byte)(at(src, i*ld))
		if size == 8 {
			transpose64(d, s, nr*size, ld*size, cols/side)
		} else {
			transpose32(d, s, nr*size, ld*size, cols/side)
		}
	}
	if cols < depth {
		transposeGo(dst[cols*nr:], src[cols:], rows, depth-cols, nr, ld)
	}
	if rows < n {
		transposeGo(dst[rows:], src[rows*ld:], n-rows, depth, nr, ld)
	}
}

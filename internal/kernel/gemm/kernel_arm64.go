//go:build arm64 && !noasm

package gemm

import "unsafe"

// assembly says that this build has assembly kernels.
const assembly = true

// runTile runs the tile kernel of the level.
func runTile[T Float](l level, t *tile) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case l == portable:
		tileGo[T](t)
	case unsafe.Sizeof(T(0)) == 8:
		tile128x64(p)
	default:
		tile128x32(p)
	}
}

// dotTile runs the dot kernel of the level.
func dotTile[T Float](l level, t *tile) {
	p := (*byte)(unsafe.Pointer(t))
	switch {
	case l == portable:
		dotGo[T](t)
	case unsafe.Sizeof(T(0)) == 8:
		dot128x64(p)
	default:
		dot128x32(p)
	}
}

// thinTile runs the thin kernel of the level.
func thinTile[T Float](l level, t *tile) { thinDots[T](l, t) }

// slimTile runs the slim kernel of the level.
func slimTile[T Float](_ level, t *tile) { slimGo[T](t) }

// outerTile is not there: the rule does not ask for it.
func outerTile[T Float](level, *tile) {}

// copyStrips is stripRows by moves of eight elements, a strip of the level.
func copyStrips[T Float](l level, dst, src []T, t turn) int {
	const strip = 8
	if l == portable || t.depth < stripDepth || t.n == 0 {
		return 0
	}
	for i := range t.n {
		for r := range stripDepth {
			*(*[strip]T)(dst[i*t.nr+r*strip:]) = [strip]T(src[r*t.ld+i*strip:])
		}
	}
	return stripDepth
}

// transpose is transposeGo, as far as the level has a kernel for it.
func transpose[T Float](l level, dst, src []T, t turn) {
	switch {
	case l == portable:
		transposeGo(dst, src, t)
	case unsafe.Sizeof(T(0)) == 8:
		transposeBlocks(dst, src, t, 2, transpose64)
	default:
		transposeBlocks(dst, src, t, 4, transpose32)
	}
}

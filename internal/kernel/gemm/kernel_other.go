//go:build !(amd64 || arm64) || noasm

package gemm

// assembly says that this build has assembly kernels.
const assembly = false

// runTile runs the tile kernel of the level.
func runTile[T Float](_ level, t *tile) { tileGo[T](t) }

// dotTile runs the dot kernel of the level.
func dotTile[T Float](_ level, t *tile) { dotGo[T](t) }

// thinTile runs the thin kernel of the level.
func thinTile[T Float](l level, t *tile) { thinDots[T](l, t) }

// slimTile runs the slim kernel of the level.
func slimTile[T Float](_ level, t *tile) { slimGo[T](t) }

// outerTile is not there: the rule does not ask for it.
func outerTile[T Float](level, *tile) {}

// copyStrips is not there: rows are copied one by one.
func copyStrips[T Float](level, []T, []T, turn) int { return 0 }

// transpose is transposeGo, as far as the level has a kernel for it.
func transpose[T Float](_ level, dst, src []T, t turn) {
	transposeGo(dst, src, t)
}

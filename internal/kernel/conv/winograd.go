package conv

// Convolutions by kernels of three by three places, without stride, are computed
// as F(4×4, 3×3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks" (2015): tiles of four by four places of y are
//
//	Aᵀ [ Σ over c of (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//
// with the six by six places of x that they reach over. That takes 36
// multiplications for a tile and a pair of channels instead of 144. The derivative
// by x is such a convolution, with turned weights; that by w is
//
//	Gᵀ [ Σ over tiles of (Bᵀ x B) ⊙ (A d Aᵀ) ] G
//
// Tiles of a block are taken together: for each of the 36 elements, the sum is a
// product of matrices, [tiles, c] by [c, o], or [c, tiles] by [tiles, o]. Images
// are turned so that channels come last; then the transforms are sums of vectors
// of channels.
//
// Bits depend on the sizes and the level alone. The error of an element of y is at
// most about 1e-5 in float32 and 2e-14 in float64 of the largest Σ |w·x| of its
// tile, and with 16 channels or more a tenth of that; that of an element of w, of
// the largest sum of its kernel. What is not finite makes all that it reaches not
// finite, as it does in the definition, and may make the rest of its tile or its
// kernel so: the transforms subtract what the definition does not. Their sums are
// up to 20 times as large as x and so overflow before y would.

// Sizes of a tile, and of what it reaches over.
const (
	tileOut   = 4
	tileIn    = 6
	tileElems = tileIn * tileIn
)

// Transformed tiles of a block should stay in the cache of the worker; but weights
// are read once for each block, and where they do not stay there either, tiles
// fill as much as a share of them. So should a chunk of weights before their
// transform. Products are cut after blockTerms channels. There are leastBlocks,
// where that leaves leastTiles in each and leastWork multiplications: workers
// wait for each other longer than a smaller block takes.
const (
	blockBytes  = 1 << 20
	weightShare = 2
	chunkBytes  = 64 << 10
	blockTerms  = 256
	leastBlocks = 4
	leastTiles  = 16
	leastWork   = 2 << 20
)

// blocking is how the tiles of images are cut into blocks: rows of tiles of one
// image, or whole images.
type blocking struct {
	n            int    // images
	tiles        [2]int // of an image, rows and columns
	rows, images int    // of a block
}

// newBlocking cuts n images of so many rows and columns of y into blocks. A
// transformed tile has elems elements, the weights have weights.
func newBlocking[T Float](n int, out [2]int, elems, weights int) blocking {
	b := blocking{n: n, tiles: [2]int{ceil(out[0], tileOut), ceil(out[1], tileOut)}}
	image := b.tiles[0] * b.tiles[1]
	least := max(leastTiles, leastWork/weights)
	most := max(least, max(blockBytes/sizeOf[T](), weights/weightShare)/elems)
	most = max(least, min(most, n*image/leastBlocks))
	b.images, b.rows = max(1, most/image), b.tiles[0]
	if b.images == 1 {
		b.rows = max(1, min(b.rows, most/b.tiles[1]))
		b.rows = ceil(b.tiles[0], ceil(b.tiles[0], b.rows))
	}
	b.images = ceil(n, ceil(n, b.images))
	return b
}

// blocks is their number, and most the largest number of tiles of one.
func (b *blocking) blocks() int { return ceil(b.n, b.images) * b.down() }
func (b *blocking) most() int   { return b.images * b.rows * b.tiles[1] }

// down is the number of blocks that an image has, at least 1.
func (b *blocking) down() int { return ceil(b.tiles[0], b.rows) }

// part is block i: its images and its rows of tiles, from the first ones to
// before the second ones.
func (b *blocking) part(i int) (n, r [2]int) {
	n[0], r[0] = i/b.down()*b.images, i%b.down()*b.rows
	return [2]int{n[0], min(b.n, n[0]+b.images)}, [2]int{r[0], min(b.tiles[0], r[0]+b.rows)}
}

// lines rounds elements up to whole cache lines.
func lines[T Float](n int) int {
	line := 64 / sizeOf[T]()
	return ceil(n, line) * line
}

// plane is the distance between matrices of n elements: a line more than they
// fill, so that elements of one tile do not all meet one set of the cache.
func plane[T Float](n int) int { return lines[T](n) + lines[T](1) }

// carve cuts off the first n elements of scratch.
func carve[T Float](scratch *[]T, n int) []T {
	part := (*scratch)[:n:n]
	*scratch = (*scratch)[n:]
	return part
}

// lanes is the number of elements of a vector.
func (l level) lanes() int { return max(1, l.width) }

// panel is how many columns products have at a time.
func (l level) panel() int {
	if l.bits == 0 {
		return portablePanel
	}
	return l.nr
}

// portablePanel is the width of a panel where kernels have no vectors.
const portablePanel = 16

// pitch is so many channels, rounded up to whole vectors.
func (l level) pitch(channels int) int { return ceil(channels, l.lanes()) * l.lanes() }

package conv

// leastChannels is how many x and y must have: with fewer, most of the vectors that
// the transforms move hold nothing.
const leastChannels = 16

// fits says whether the convolution is one by three by three places without
// stride, dilation or groups.
func (g *geometry) fits() bool {
	return g.groups == 1 && g.kernel == [3]int{1, 3, 3} && g.stride == [3]int{1, 1, 1} && g.dil[1] == 1 && g.dil[2] == 1 &&
		g.in[0] == 1 && g.out[0] == 1 && g.pad[0] == 0 && g.sizeX() > 0 && g.sizeY() > 0
}

// What tiles cost, in multiply-adds of a vector: the transforms of a vector of
// channels of a tile, which move memory and so take longer for long vectors, and
// those of a vector of weights, in the cache of a worker and beyond, where workers
// are in each other's way. A block of fewer rows than busyTiles takes as long as
// one of these. From measurements on one worker and two, of batches of 1 to 32
// images, 3 to 256 channels and maps of 4 to 56 places, in both element types,
// with the kernels for AVX-512, for AVX2 and in Go.
const (
	tileCost      = 250
	tileByteCost  = 6
	tileCostGo    = 100
	weightCost    = 15
	farWeightCost = 80
	farBytes      = 1 << 20
	busyTiles     = 4
)

// usualBatch is the number of images for which tiles must pay. It is not the number that
// there are: an image has the same bits in every batch.
const usualBatch = 16

// payMargin is how many times faster tiles must seem.
const payMargin = 1.25

// tilesPay says whether the convolution g, or its derivative by x, is faster by
// tiles than by walking over the places.
func tilesPay[T Float](g *geometry, l level, derivative bool) bool {
	if !g.fits() || min(g.c, g.o) < leastChannels {
		return false
	}
	p := newWinograd[T](g, l, derivative)
	vecs := func(n int) float64 { return float64(ceil(n, l.lanes())) }
	walk := 9 * float64(usualBatch) * float64(p.c) * float64(p.o) * float64(p.out[0]) * vecs(p.out[1])
	tiles, weights := float64(usualBatch*p.b.tiles[0]*p.b.tiles[1]), tileElems*float64(p.c)*vecs(p.o)
	perTile, perWeight := tileCost+tileByteCost*float64(l.bits/8), float64(weightCost)
	if l.bits == 0 {
		perTile = tileCostGo
	}
	if tileElems*p.weightPlane()*sizeOf[T]() > farBytes {
		perWeight = farWeightCost
	}
	cost := weights*(max(tiles, busyTiles)+perWeight) + tiles*(vecs(p.c)+vecs(p.o))*perTile
	return payMargin*cost < walk
}

// The derivative by w is faster by tiles but where weights leave the cache and there
// are fewer tiles than farTiles.
const farTiles = 32

// weightTilesPay says whether the derivative of g by its weights is.
func weightTilesPay[T Float](g *geometry) bool {
	if !g.fits() || min(g.c, g.o) < leastChannels {
		return false
	}
	tiles := g.n * ceil(g.out[1], tileOut) * ceil(g.out[2], tileOut)
	return tiles >= farTiles || tileElems*g.c*g.o*sizeOf[T]() <= farBytes
}

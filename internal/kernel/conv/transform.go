package conv

import "unsafe"

// matrix names a transform of F(4×4, 3×3) or of its derivative.
type matrix int

const (
	matrixInput        matrix = iota // Bᵀ: six places of x to six
	matrixWeight                     // G: three weights to six
	matrixOutput                     // Aᵀ: six sums to four places of y
	matrixOutputTurned               // A: four places of d to six
	matrixWeightTurned               // Gᵀ: six sums to three weights
)

// The points of F(4×4, 3×3), at which polynomials are multiplied: 0, ±near, ±far
// and infinity. They are those of oneDNN: with 0, ±1 and ±2, the ones of the
// paper, errors are larger.
const (
	near, far     = 5. / 8, 3. / 2
	near2, far2   = near * near, far * far
	atNear, atFar = 1 / (2 * near2 * (near2 - far2)), 1 / (2 * far2 * (far2 - near2))
)

// pass applies a matrix along one axis, to items of so many vectors each. The
// vectors of an operand of the matrix lie a distance called Next apart, those of
// the next item one called Item, in bytes. Assembly reads it by these offsets:
// eight bytes for each field, in this order.
type pass struct {
	matrix           matrix
	src, dst         unsafe.Pointer
	srcNext, dstNext int
	srcItem, dstItem int
	vecs, items      int
}

// transformGo is the kernel in Go, for vectors of one element.
func transformGo[T Float](t *pass) {
	var x, y [tileIn]T
	ins, outs := t.matrix.sizes()
	for i := range t.items {
		for j := range t.vecs {
			for k := range ins {
				x[k] = *(*T)(unsafe.Add(t.src, i*t.srcItem+k*t.srcNext+j*sizeOf[T]()))
			}
			product(t.matrix, &y, &x)
			for k, v := range y[:outs] {
				*(*T)(unsafe.Add(t.dst, i*t.dstItem+k*t.dstNext+j*sizeOf[T]())) = v
			}
		}
	}
}

// sizes are the columns and rows of the matrix.
func (m matrix) sizes() (ins, outs int) {
	return [...]int{6, 3, 6, 4, 6}[m], [...]int{6, 6, 4, 6, 3}[m]
}

// product is y = m·x.
func product[T Float](m matrix, y, x *[tileIn]T) {
	switch m {
	case matrixInput:
		a, b := x[4]-far2*x[2], near*(x[3]-far2*x[1])
		c, d := x[4]-near2*x[2], far*(x[3]-near2*x[1])
		*y = [tileIn]T{near2*far2*x[0] - (near2+far2)*x[2] + x[4], a + b, a - b, c + d, c - d, near2*far2*x[1] - (near2+far2)*x[3] + x[5]}
	case matrixWeight:
		a, b := atNear*x[0]+near2*atNear*x[2], near*atNear*x[1]
		c, d := atFar*x[0]+far2*atFar*x[2], far*atFar*x[1]
		*y = [tileIn]T{x[0] / (near2 * far2), a + b, a - b, c + d, c - d, x[2]}
	case matrixOutput:
		a, b, c, d := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
		*y = [tileIn]T{x[0] + a + c, near*b + far*d, near2*a + far2*c, near*near2*b + far*far2*d + x[5]}
	case matrixOutputTurned:
		a, b := x[0]+near2*x[2], near*x[1]+near*near2*x[3]
		c, d := x[0]+far2*x[2], far*x[1]+far*far2*x[3]
		*y = [tileIn]T{x[0], a + b, a - b, c + d, c - d, x[3]}
	case matrixWeightTurned:
		a, b, c, d := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
		*y = [tileIn]T{x[0]/(near2*far2) + atNear*a + atFar*c, near*atNear*b + far*atFar*d, near2*atNear*a + far2*atFar*c + x[5]}
	}
}

// turning are the sizes of a transposition: dst[k·dst + i] = src[i·src + k] for
// i < n and k < depth.
type turning struct{ n, depth, dst, src int }

// turnGo is the transposition in Go, some columns at a time, so that what is
// written stays in the cache.
func turnGo[T Float](dst, src []T, t turning) {
	const side = 64
	for k0 := 0; k0 < t.depth; k0 += side {
		k1 := min(t.depth, k0+side)
		for i := range t.n {
			to := dst[k0*t.dst+i : (k1-1)*t.dst+i+1]
			at := 0
			for _, v := range src[i*t.src+k0 : i*t.src+k1] {
				to[at] = v
				at += t.dst
			}
		}
	}
}

// turnKernel transposes blocks by addresses and distances in bytes.
type turnKernel func(dst, src *byte, dstStride, srcStride, blocks int)

// turnBlocks is the transposition by kernels for blocks of side rows and columns,
// of which the last ones overlap those before. Blocks follow each other along the
// rows that lie farther apart: across takes those side by side in src, down those
// side by side in dst.
func turnBlocks[T Float](dst, src []T, t turning, side int, across, down turnKernel) {
	if t.n < side || t.depth < side {
		turnGo(dst, src, t)
		return
	}
	size := sizeOf[T]()
	_, _ = dst[(t.depth-1)*t.dst+t.n-1], src[(t.n-1)*t.src+t.depth-1]
	strip := func(kernel turnKernel, i, k, blocks int) {
		to, from := &dst[k*t.dst+i], &src[i*t.src+k]
		kernel((*byte)(unsafe.Pointer(to)), (*byte)(unsafe.Pointer(from)), t.dst*size, t.src*size, blocks)
	}
	if t.dst > t.src {
		for k := 0; k < t.depth; k += side {
			k = min(k, t.depth-side)
			strip(down, 0, k, t.n/side)
			if t.n%side != 0 {
				strip(down, t.n-side, k, 1)
			}
		}
		return
	}
	const span = 64 // columns at a time, so that what is written stays in the cache
	whole := t.depth / side * side
	for k := 0; k < whole; k += span {
		for i := 0; i < t.n; i += side {
			strip(across, min(i, t.n-side), k, min(span, whole-k)/side)
		}
	}
	if whole < t.depth {
		for i := 0; i < t.n; i += side {
			strip(across, min(i, t.n-side), t.depth-side, 1)
		}
	}
}

package gemm

import "unsafe"

// Packed B: panels of nr columns one after the other, each [K, nr], the last
// one padded with zeros. Packed A: one block of rows and columns as strips of
// mr rows, each [columns, strip].

// panels returns the length of B packed as panels.
func (p *Plan[T]) panels() int {
	return p.spec.K * roundUp(p.spec.N, p.nr)
}

// sharedSize returns the elements of scratch that so many workers share: packed B
// if not each task packs what it needs of it, or the rows of A when dot products
// need them gathered.
func (p *Plan[T]) sharedSize(workers int) int {
	switch {
	case p.nothing, p.spec.M == 0, p.spec.N == 0:
		return 0
	case (p.dots || p.thin) && p.gathers():
		return roundUp(p.padded(p.spec.M)*p.spec.K, line/p.size)
	case p.outer && p.transB:
		return roundUp(p.padded(p.spec.K)*p.spec.N, line/p.size)
	case p.packB && !p.local(workers):
		return roundUp(p.panels(), line/p.size)
	}
	return 0
}

// local says whether each task is alone with its columns.
func (p *Plan[T]) local(workers int) bool {
	mc, _, _ := p.grid(&p.spec, workers)
	return mc >= p.spec.M
}

// gathers says whether dot products need the rows of op(A) copied.
func (p *Plan[T]) gathers() bool { return p.spec.TransA && p.spec.LDA != 1 }

// perWorker returns the elements of scratch of one worker: a block of A, one
// padded panel of B and a tile of transposed C.
func (p *Plan[T]) perWorker() int {
	return p.blockA() + p.edgeB() + p.tileC()
}

// tileC returns the elements of a tile of C that is computed transposed.
func (p *Plan[T]) tileC() int {
	if !p.turned {
		return 0
	}
	return p.padded(p.spec.M) * turnedRows
}

// blockA returns the elements of a packed block of A.
func (p *Plan[T]) blockA() int {
	if !p.packA {
		return 0
	}
	rows := min(p.spec.M, p.mc)
	return roundUp(ceil(rows, p.mr)*p.stripStep(p.kc), line/p.size)
}

// stripStep is the distance between strips of so many columns: one cache line more than
// they fill, so that the same columns of all strips meet different sets of the cache.
func (c *choice) stripStep(depth int) int { return depth*c.strip + line/c.size }

// edgeB returns the elements of a panel of a block, where one can be needed:
// for padding, and for a task that packs B itself.
func (p *Plan[T]) edgeB() int {
	if p.dots || p.thin || p.slim || p.outer || p.nothing || !p.padEdge && !p.packB {
		return 0
	}
	return roundUp(p.kc*p.nr, line/p.size)
}

// Packs says whether several runs with one B gain by PackB: Run packs it, or B is kept.
func (p *Plan[T]) Packs() bool { return (p.packB || p.kept) && !p.flip && p.long == nil }

// PackedSize returns how many elements PackB writes.
func (p *Plan[T]) PackedSize() int {
	switch {
	case p.nothing:
		return 0
	case p.flip, p.long != nil:
		return p.asked.lenB()
	case p.dots, p.thin, p.slim, p.outer:
		return p.spec.lenB()
	}
	return p.panels()
}

// PackB copies B into the layout that RunPacked reads; dst must hold
// PackedSize elements. The layout depends on the Spec and on the vector level
// of the processor and must not be stored elsewhere. A product of which B is
// the vector, or of few rows, keeps the layout of B.
func (p *Plan[T]) PackB(b []T, dst []T) {
	switch {
	case p.nothing:
	case p.flip, p.long != nil:
		copy(dst, b[:p.asked.lenB()])
	case p.dots, p.thin, p.slim, p.outer:
		copy(dst, b[:p.spec.lenB()])
	default:
		p.packPanels(dst, b, 0, p.spec.N)
	}
}

// packPanels writes the panels of columns [j0, j1), some rows of all of them
// at a time: that reads B in long pieces.
func (p *Plan[T]) packPanels(dst, b []T, j0, j1 int) {
	const rows = 16
	for k := 0; k < p.spec.K; k += rows {
		end := min(k+rows, p.spec.K)
		for j := j0; j < j1; j += p.nr {
			p.packPanel(dst[j*p.spec.K+k*p.nr:], b, j, k, end)
		}
	}
}

// packPanel writes rows [k0, k1) of the panel that starts at column j.
func (p *Plan[T]) packPanel(dst, b []T, j, k0, k1 int) {
	nr, ld := p.nr, p.spec.LDB
	n := min(nr, p.spec.N-j)
	dst = dst[:(k1-k0)*nr]
	if p.spec.TransB {
		transpose(p.level, dst, b[j*ld+k0:], turn{n, k1 - k0, nr, ld})
	} else {
		for k := range k1 - k0 {
			copy(dst[k*nr:k*nr+n], b[(k0+k)*ld+j:])
		}
	}
	if n < nr {
		for k := range k1 - k0 {
			clear(dst[k*nr+n : k*nr+nr])
		}
	}
}

// turn holds the sizes of a transposition: dst[k*nr+i] = src[i*ld+k] for i < n
// and k < depth.
type turn struct{ n, depth, nr, ld int }

// transposeGo is the transposition in Go.
func transposeGo[T Float](dst, src []T, t turn) {
	for i := range t.n {
		for k, v := range src[i*t.ld : i*t.ld+t.depth] {
			dst[k*t.nr+i] = v
		}
	}
}

// transposeBlocks is the transposition by a kernel for blocks of side rows and
// columns, of which the last ones overlap those before.
func transposeBlocks[T Float](dst, src []T, t turn, side int, kernel func(dst, src *byte, dstStride, srcStride, blocks int)) {
	if t.n < side || t.depth < side {
		transposeGo(dst, src, t)
		return
	}
	size := int(unsafe.Sizeof(T(0)))
	strip := func(i, k, blocks int) {
		kernel((*byte)(at(dst, k*t.nr+i)), (*byte)(at(src, i*t.ld+k)), t.nr*size, t.ld*size, blocks)
	}
	for i := 0; i < t.n; i += side {
		i = min(i, t.n-side)
		strip(i, 0, t.depth/side)
		if t.depth%side != 0 {
			strip(i, t.depth-side, 1)
		}
	}
}

// packBlock copies rows [i0, i1) and columns [k0, k1) of op(A). It returns the
// distances between rows and between columns of one tile, and between tiles.
func (p *Plan[T]) packBlock(dst, a []T, i0, i1, k0, k1 int) (rs, cs, tile int) {
	ld, depth, strip := p.spec.LDA, k1-k0, p.strip
	if p.spec.TransA {
		p.packStrips(dst, a, i0, i1, k0, k1)
		return 1, strip, p.stripStep(depth)
	}
	for i := i0; i < i1; i += p.mr {
		// Rows after the strip are harmless and may fill a block of transpose.
		transpose(p.level, dst[:depth*strip], a[i*ld+k0:], turn{min(strip, i1-i), depth, strip, ld})
		dst = dst[p.stripStep(depth):]
	}
	return 1, strip, p.stripStep(depth)
}

// packStrips copies columns [i0, i1) and rows [k0, k1) of stored A to strips.
func (p *Plan[T]) packStrips(dst, a []T, i0, i1, k0, k1 int) {
	ld, strip, depth := p.spec.LDA, p.strip, k1-k0
	fast := 0 // strips that a kernel can copy: it reads all elements of them
	if p.spec.M >= i0+strip {
		fast = min(ceil(i1-i0, p.mr), (p.spec.M-i0-strip)/p.mr+1)
	}
	for k := 0; k < depth; {
		src, n := a[(k0+k)*ld:], fast
		rows := copyStrips(p.level, dst[k*strip:], src[i0:], turn{n, depth - k, p.stripStep(depth), ld})
		if rows == 0 {
			rows, n = 1, 0
		}
		for ; i0+n*p.mr < i1; n++ {
			i := i0 + n*p.mr
			for r := range rows {
				copy(dst[n*p.stripStep(depth)+(k+r)*strip:][:strip], src[r*ld+i:r*ld+min(i+strip, p.spec.M)])
			}
		}
		k += rows
	}
}

// stripDepth is how many rows a kernel cuts into pieces for strips at a time.
const stripDepth = 4

// stripRows lets a kernel copy stripDepth rows to t.n strips, t.nr elements apart. It returns
// the number of rows: none if t.depth is less or there are no strips.
func stripRows[T Float](dst, src []T, t turn, kernel func(dst, src *byte, dstStep, srcStride, pieces int)) int {
	if t.depth < stripDepth || t.n == 0 {
		return 0
	}
	size := int(unsafe.Sizeof(T(0)))
	kernel((*byte)(at(dst, 0)), (*byte)(at(src, 0)), t.nr*size, t.ld*size, t.n)
	return stripDepth
}

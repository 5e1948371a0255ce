package gemm

// Packed B: panels of nr columns one after the other, each [K, nr], the last
// one padded with zeros. Packed A: one block of mc rows and kc columns, stored
// as A is and with a distance that spreads it over the cache.

// panels returns the length of B packed as panels.
func (p *Plan[T]) panels() int { return p.spec.K * roundUp(p.spec.N, p.nr) }

// sharedSize returns the elements of scratch that all workers share: packed B,
// or the rows of A when dot products need them gathered.
func (p *Plan[T]) sharedSize() int {
	switch {
	case p.nothing:
		return 0
	case p.dots && p.gathers():
		return roundUp(p.spec.M*p.spec.K, line/p.size)
	case p.packB:
		return roundUp(p.panels(), line/p.size)
	}
	return 0
}

// gathers says whether dot products need the rows of op(A) copied.
func (p *Plan[T]) gathers() bool { return p.spec.TransA && p.spec.LDA != 1 }

// perWorker returns the elements of scratch of one worker: a block of A and
// one padded panel of B.
func (p *Plan[T]) perWorker() int { return p.blockA() + p.edgeB() }

// blockA returns the elements of a packed block of A.
func (p *Plan[T]) blockA() int {
	if !p.packA {
		return 0
	}
	rows := roundUp(min(p.spec.M, blockM), p.mr)
	return max(rows*p.strideA(p.kc), p.kc*p.strideA(rows))
}

// strideA returns the distance between packed rows of so many elements.
func (p *Plan[T]) strideA(n int) int { return roundUp(n, line/p.size) + line/p.size }

// edgeB returns the elements of a panel of a block, where one can be needed:
// for padding, and for a task that packs B itself.
func (p *Plan[T]) edgeB() int {
	if p.dots || p.nothing || !p.padEdge && !p.packB {
		return 0
	}
	return roundUp(p.kc*p.nr, line/p.size)
}

// PackedSize returns how many elements PackB writes.
func (p *Plan[T]) PackedSize() int {
	switch {
	case p.nothing:
		return 0
	case p.dots:
		return p.spec.lenB()
	case p.flip:
		return p.asked.lenB()
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
	case p.flip:
		copy(dst, b[:p.asked.lenB()])
	case p.dots:
		copy(dst, b[:p.spec.lenB()])
	default:
		for j := 0; j < p.spec.N; j += p.nr {
			p.packPanel(dst[j*p.spec.K:], b, j, 0, p.spec.K)
		}
	}
}

// packPanel writes rows [k0, k1) of the panel that starts at column j.
func (p *Plan[T]) packPanel(dst, b []T, j, k0, k1 int) {
	nr, ld := p.nr, p.spec.LDB
	n := min(nr, p.spec.N-j)
	dst = dst[:(k1-k0)*nr]
	if p.spec.TransB {
		transpose(p.level, dst, b[j*ld+k0:], n, k1-k0, nr, ld)
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

// transposeGo writes dst[k*nr+i] = src[i*ld+k] for i < n and k < depth.
func transposeGo[T Float](dst, src []T, n, depth, nr, ld int) {
	for i := range n {
		for k, v := range src[i*ld : i*ld+depth] {
			dst[k*nr+i] = v
		}
	}
}

// packBlock copies rows [i0, i1) and columns [k0, k1) of op(A) to dst and
// returns the distances between its rows and between its columns there.
func (p *Plan[T]) packBlock(dst, a []T, i0, i1, k0, k1 int) (rs, cs int) {
	if p.spec.TransA {
		ld := p.strideA(i1 - i0)
		for k := k0; k < k1; k++ {
			copy(dst[(k-k0)*ld:], a[k*p.spec.LDA+i0:k*p.spec.LDA+i1])
		}
		return 1, ld
	}
	ld := p.strideA(k1 - k0)
	for i := i0; i < i1; i++ {
		copy(dst[(i-i0)*ld:], a[i*p.spec.LDA+k0:i*p.spec.LDA+k1])
	}
	return ld, 1
}

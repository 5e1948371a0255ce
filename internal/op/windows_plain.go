package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/maxpool"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file holds the fast loops of max pools with plain windows: these lie inside of
// the image, on the last two axes, and have no gaps.

// plainWindows are windows of ky by kx positions, sy and sx apart.
type plainWindows struct{ ky, kx, sy, sx int }

// plainOf says whether the windows over images x to out are plain.
func plainOf(a ir.Attrs, x, out ir.Shape) (p plainWindows, ok bool) {
	k := len(x) - 2
	if a.Bool("adaptive") || k > 2 {
		return p, false
	}
	p = plainWindows{1, 1, 1, 1}
	for i := range k {
		kernel, stride := a.Ints("kernel")[i], a.Ints("stride")[i]
		if a.Ints("pad")[i] != 0 || a.Ints("dilation")[i] != 1 || (out[2+i]-1)*stride+kernel > x[2+i] {
			return p, false
		}
		if i == k-1 {
			p.kx, p.sx = kernel, stride
		} else {
			p.ky, p.sy = kernel, stride
		}
	}
	return p, true
}

// pairs are windows of 2×2 that do not overlap.
var pairs = plainWindows{2, 2, 2, 2}

// maxPlain writes the largest element of each window to y, oh rows of ow. The rows of
// the plane have w elements; row is memory for one.
func maxPlain[T ir.Float](p plainWindows, y, plane, row []T, w, oh, ow int) {
	if p == pairs {
		maxpool.Max(maxpool.Image{Rows: oh, N: ow, LD: w}, y, plane)
		return
	}
	for oy := range oh {
		top := plane[oy*p.sy*w:]
		line := y[oy*ow : (oy+1)*ow]
		rows := top[:w]
		for k := 1; k < p.ky; k++ {
			vec.Of[T]().Max(row, rows, top[k*w:(k+1)*w])
			rows = row
		}
		for j := range line {
			m := rows[j*p.sx]
			for _, v := range rows[j*p.sx+1 : j*p.sx+p.kx] {
				m = max(m, v)
			}
			line[j] = m
		}
	}
}

// scatterPairs writes each element of d to where its window, a pair, has its first
// largest element, and 0 to the rest of the plane of h rows of w.
func scatterPairs[T ir.Float](dx, plane, d []T, h, w, oh, ow int) {
	maxpool.Grad(maxpool.Image{Rows: oh, N: ow, LD: w}, dx, plane, d)
	for y := 0; y < 2*oh && 2*ow < w; y++ {
		clear(dx[y*w+2*ow : (y+1)*w])
	}
	clear(dx[2*oh*w : h*w])
}

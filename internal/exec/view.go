package exec

import "github.com/symgrad/symgrad/internal/ir"

// kind says how a loop reads an operand.
type kind uint8

const (
	direct  kind = iota // the elements lie one after another: nothing is copied
	uniform             // one element for all
	tiled               // the same run of elements again and again
	strided             // gathered block by block, or read row by row: see rows.go
)

// view is the layout of an operand. Neighbouring axes that one stride covers are one axis.
type view struct {
	kind   kind
	offset int
	shape  []int
	stride []int
}

// newView returns the view of l.
func newView(l ir.Layout) view {
	v := view{offset: l.Offset}
	for i, d := range l.Shape {
		if d == 1 {
			continue
		}
		k := len(v.shape) - 1
		if k >= 0 && v.stride[k] == l.Stride[i]*d {
			v.shape[k] *= d
			v.stride[k] = l.Stride[i]
			continue
		}
		v.shape = append(v.shape, d)
		v.stride = append(v.stride, l.Stride[i])
	}
	switch {
	case len(v.shape) == 0 || len(v.shape) == 1 && v.stride[0] == 0:
		v.kind = uniform
	case len(v.shape) == 1 && v.stride[0] == 1:
		v.kind = direct
	case len(v.shape) == 2 && v.stride[0] == 0 && v.stride[1] == 1:
		v.kind = tiled
	default:
		v.kind = strided
	}
	return v
}

// splat fills dst with x.
func splat[T ir.Float](dst []T, x T) {
	n := min(len(dst), 64) // up to here a call takes longer than the loop
	for i := range dst[:n] {
		dst[i] = x
	}
	if n > 0 {
		double(dst, n)
	}
}

// double repeats the first n elements of dst until dst is full.
func double[T ir.Float](dst []T, n int) {
	for ; n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// tile reads the elements start, start+1, ... of a tiled view of src.
func tile[T ir.Float](dst, src []T, v *view, start int) {
	n := v.shape[1]
	run := src[v.offset : v.offset+n]
	k := copy(dst, run[start%n:])
	if k < len(dst) {
		copy(dst[k:], run[:start%n])
		double(dst, n)
	}
}

// gather reads the elements start, start+1, ... of a strided view of src.
func gather[T ir.Float](dst, src []T, v *view, start int) {
	step := v.stride[len(v.stride)-1]
	v.runs(start, len(dst), func(at, i, n int) { readRun(dst[i:i+n], src, at, step) })
}

// runs splits n elements from start on into runs along the last axis and calls f for each
// in order: it lies at at in memory, and has n elements from the i-th on. From one run to
// the next along the axis before the last, at grows by a stride. Only at the end of that
// axis it is computed anew.
func (v *view) runs(start, n int, f func(at, i, n int)) {
	last := len(v.shape) - 1
	inner, step := v.shape[last], v.stride[last]
	rows, stride := 1, 0
	if last > 0 {
		rows, stride = v.shape[last-1], v.stride[last-1]
	}
	for i := 0; i < n; {
		rest := (start + i) / inner
		j := start + i - rest*inner
		row := rest % rows
		at := v.offset + row*stride
		rest /= rows
		for k := last - 2; k >= 0; k-- {
			q := rest / v.shape[k]
			at += (rest - q*v.shape[k]) * v.stride[k]
			rest = q
		}
		for ; row < rows && i < n; row++ {
			run := min(inner-j, n-i)
			f(at+j*step, i, run)
			i += run
			at += stride
			j = 0
		}
	}
}

// readRun reads elements that lie step apart.
func readRun[T ir.Float](dst, src []T, at, step int) {
	switch step {
	case 1:
		copy(dst, src[at:at+len(dst)])
	case 0:
		splat(dst, src[at])
	default:
		for i := range dst {
			dst[i] = src[at]
			at += step
		}
	}
}

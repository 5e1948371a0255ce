package exec

import "github.com/symgrad/symgrad/internal/ir"

// kind is how an operand of a fused loop is read.
type kind uint8

const (
	direct  kind = iota // the elements lie one after another: no copy
	uniform             // one element for all
	strided             // gathered block by block
)

// view is an operand as the loop walks it: a layout whose neighbouring axes are
// joined where one stride covers both.
type view struct {
	kind   kind
	offset int
	shape  []int
	stride []int
}

// newView joins the axes of l.
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
	default:
		v.kind = strided
	}
	return v
}

// gather reads the elements start, start+1, ... of a strided view of src.
func gather[T ir.Float](dst, src []T, v *view, start int) {
	last := len(v.shape) - 1
	inner, step := v.shape[last], v.stride[last]
	for len(dst) > 0 {
		rest := start / inner
		j := start - rest*inner
		at := v.offset + j*step
		for k := last - 1; k >= 0; k-- {
			q := rest / v.shape[k]
			at += (rest - q*v.shape[k]) * v.stride[k]
			rest = q
		}
		n := min(inner-j, len(dst))
		run := dst[:n]
		switch step {
		case 1:
			copy(run, src[at:at+n])
		case 0:
			x := src[at]
			for i := range run {
				run[i] = x
			}
		default:
			for i := range run {
				run[i] = src[at]
				at += step
			}
		}
		dst = dst[n:]
		start += n
	}
}

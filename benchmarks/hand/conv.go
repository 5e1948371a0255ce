package hand

import (
	"math"

	"github.com/symgrad/symgrad/graph/nn"
)

// conv is a convolution by a matrix of columns, image by image: w: [out, c,
// kernel, kernel]; images: [n, c, h, w]. dw is the sum over the images. Without a bias it
// has no activation either.
type conv[T Float] struct {
	k                       Kernels[T]
	n, c, h, w, out, oh, ow int
	kernel, pad, stride     int
	act                     nn.Activation
	weight, bias            *param[T] // bias may be nil
	cols                    []T       // [n, c·kernel², oh·ow]
	x, y, dx, dcols         []T
	pixel, zero             []T // one bias over a plane; no bias
}

func newConv[T Float](k Kernels[T], n int, image [3]int, out, kernel, pad, stride int, act nn.Activation, p []*param[T]) *conv[T] {
	l := &conv[T]{k: k, n: n, c: image[0], h: image[1], w: image[2], out: out, kernel: kernel, pad: pad, stride: stride, act: act, weight: p[0]}
	if len(p) > 1 {
		l.bias = p[1]
	}
	l.oh, l.ow = (l.h+2*pad-kernel)/stride+1, (l.w+2*pad-kernel)/stride+1
	taps, size := l.c*kernel*kernel, l.oh*l.ow
	l.cols, l.dcols = make([]T, n*taps*size), make([]T, taps*size)
	l.y, l.dx = make([]T, n*out*size), make([]T, n*l.c*l.h*l.w)
	l.pixel, l.zero = make([]T, size), make([]T, size)
	return l
}

// span are the outputs along one axis of which the tap k lies inside the image.
func span(k, pad, stride, in, out int) (lo, hi int) {
	lo = max(0, (pad-k+stride-1)/stride)
	return lo, min(out, (in-1+pad-k)/stride+1)
}

func (l *conv[T]) forward(x []T) []T {
	l.x = x
	taps, size := l.c*l.kernel*l.kernel, l.oh*l.ow
	for i := range l.n {
		cols := l.cols[i*taps*size : (i+1)*taps*size]
		l.gather(cols, x[i*l.c*l.h*l.w:])
		y := l.y[i*l.out*size : (i+1)*l.out*size]
		l.k.MatMul(false, false, l.out, size, taps, l.weight.w, cols, 0, y)
		if l.bias == nil {
			continue
		}
		for o := range l.out {
			for j := range l.pixel {
				l.pixel[j] = l.bias.w[o]
			}
			l.k.BiasAct(l.act, y[o*size:(o+1)*size], l.pixel, 1)
		}
	}
	return l.y
}

// gather writes the windows of an image as columns.
func (l *conv[T]) gather(cols, x []T) {
	for c := range l.c {
		for ky := range l.kernel {
			for kx := range l.kernel {
				row := cols[:l.oh*l.ow]
				cols = cols[l.oh*l.ow:]
				lo, hi := span(kx, l.pad, l.stride, l.w, l.ow)
				for oy := range l.oh {
					line := row[oy*l.ow : (oy+1)*l.ow]
					iy := oy*l.stride + ky - l.pad
					if iy < 0 || iy >= l.h || lo >= hi {
						clear(line)
						continue
					}
					clear(line[:lo])
					clear(line[hi:])
					src := x[(c*l.h+iy)*l.w+lo*l.stride+kx-l.pad:]
					if l.stride == 1 {
						copy(line[lo:hi], src)
						continue
					}
					for j := range hi - lo {
						line[lo+j] = src[j*l.stride]
					}
				}
			}
		}
	}
}

// scatter adds columns back to the image that they came from.
func (l *conv[T]) scatter(x, cols []T) {
	for c := range l.c {
		for ky := range l.kernel {
			for kx := range l.kernel {
				row := cols[:l.oh*l.ow]
				cols = cols[l.oh*l.ow:]
				lo, hi := span(kx, l.pad, l.stride, l.w, l.ow)
				for oy := range l.oh {
					iy := oy*l.stride + ky - l.pad
					if iy < 0 || iy >= l.h || lo >= hi {
						continue
					}
					dst, line := x[(c*l.h+iy)*l.w+lo*l.stride+kx-l.pad:], row[oy*l.ow+lo:oy*l.ow+hi]
					if l.stride == 1 {
						l.k.Update(dst[:hi-lo], line, -1)
						continue
					}
					for j, v := range line {
						dst[j*l.stride] += v
					}
				}
			}
		}
	}
}

func (l *conv[T]) backward(d []T, needInput bool) []T {
	taps, size, image := l.c*l.kernel*l.kernel, l.oh*l.ow, l.c*l.h*l.w
	if l.bias != nil {
		l.k.ActGrad(l.act, d, l.y)
		l.biasGrad(d)
	}
	if needInput {
		clear(l.dx)
	}
	for i := range l.n {
		di := d[i*l.out*size : (i+1)*l.out*size]
		l.k.MatMul(false, true, l.out, taps, size, di, l.cols[i*taps*size:(i+1)*taps*size], T(min(i, 1)), l.weight.g)
		if needInput {
			l.k.MatMul(true, false, taps, size, l.out, l.weight.w, di, 0, l.dcols)
			l.scatter(l.dx[i*image:(i+1)*image], l.dcols)
		}
	}
	if !needInput {
		return nil
	}
	return l.dx
}

// biasGrad sums the gradient of each channel.
func (l *conv[T]) biasGrad(d []T) {
	size := l.oh * l.ow
	clear(l.bias.g)
	for i := range l.n * l.out {
		var sum T
		for _, v := range d[i*size : (i+1)*size] {
			sum += v
		}
		l.bias.g[i%l.out] += sum
	}
}

// maxPool is a max pool over squares that do not overlap.
type maxPool[T Float] struct {
	planes, h, w, size, oh, ow int
	y, dx                      []T
	from                       []int32 // where each maximum was, in its plane
}

func newMaxPool[T Float](planes, h, w, size int) *maxPool[T] {
	q := &maxPool[T]{planes: planes, h: h, w: w, size: size, oh: (h-size)/size + 1, ow: (w-size)/size + 1}
	q.y, q.dx = make([]T, planes*q.oh*q.ow), make([]T, planes*h*w)
	q.from = make([]int32, len(q.y))
	return q
}

func (q *maxPool[T]) forward(x []T) []T {
	at := 0
	for p := range q.planes {
		plane := x[p*q.h*q.w : (p+1)*q.h*q.w]
		for oy := range q.oh {
			for ox := range q.ow {
				best, where := T(math.Inf(-1)), 0
				for ky := range q.size {
					base := (oy*q.size+ky)*q.w + ox*q.size
					for kx, v := range plane[base : base+q.size] {
						if v > best {
							best, where = v, base+kx
						}
					}
				}
				q.y[at], q.from[at] = best, int32(where)
				at++
			}
		}
	}
	return q.y
}

func (q *maxPool[T]) backward(d []T, needInput bool) []T {
	clear(q.dx)
	each := q.oh * q.ow
	for p := range q.planes {
		plane := q.dx[p*q.h*q.w : (p+1)*q.h*q.w]
		for i, v := range d[p*each : (p+1)*each] {
			plane[q.from[p*each+i]] = v
		}
	}
	return q.dx
}

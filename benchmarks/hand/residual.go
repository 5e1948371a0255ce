package hand

import "github.com/symgrad/symgrad/graph/nn"

// residual is y = act(f(x) + s(x)): f is layers one after another, s the shortcut. The last
// layer of f is linear, so that its backward neither reads what it returned nor
// overwrites its gradient; a batchNorm there has a dx of its own.
type residual[T Float] struct {
	k      Kernels[T]
	layers []layer[T]
	short  *shortcut[T] // nil: s(x) = x
	act    nn.Activation
	y      []T
}

func (l *residual[T]) forward(x []T) []T {
	y := x
	for _, f := range l.layers {
		y = f.forward(y)
	}
	if l.short != nil {
		x = l.short.forward(x)
	}
	l.k.BiasAct(l.act, y, x[:len(y)], 1)
	l.y = y
	return y
}

func (l *residual[T]) backward(d []T, needInput bool) []T {
	l.k.ActGrad(l.act, d, l.y)
	dx := d
	for i := len(l.layers) - 1; i >= 0; i-- {
		dx = l.layers[i].backward(dx, needInput || i > 0)
	}
	switch {
	case !needInput:
		return nil
	case l.short != nil:
		l.short.backward(dx, d)
	default:
		l.k.Update(dx, d, -1)
	}
	return dx
}

// shortcut is every stride-th pixel of x: [n, c, h, w], and zeros in further channels.
type shortcut[T Float] struct {
	n, c, h, w, out, oh, ow, stride int
	y                               []T // [n, out, oh, ow]; its further channels stay 0
}

// newShortcut is nil where the pixels and the channels stay.
func newShortcut[T Float](n int, image [3]int, out, stride int) *shortcut[T] {
	if stride == 1 && out == image[0] {
		return nil
	}
	s := &shortcut[T]{n: n, c: image[0], h: image[1], w: image[2], out: out, stride: stride}
	s.oh, s.ow = (s.h-1)/stride+1, (s.w-1)/stride+1
	s.y = make([]T, n*out*s.oh*s.ow)
	return s
}

// lines calls f with each line of pixels of x that the shortcut sees, and with its line of
// y: pixel j of that is pixel j·stride of the other.
func (s *shortcut[T]) lines(x, y []T, f func(x, y []T)) {
	for i := range s.n {
		for c := range s.c {
			for oy := range s.oh {
				from, to := ((i*s.c+c)*s.h+oy*s.stride)*s.w, ((i*s.out+c)*s.oh+oy)*s.ow
				f(x[from:from+s.w], y[to:to+s.ow])
			}
		}
	}
}

func (s *shortcut[T]) forward(x []T) []T {
	s.lines(x, s.y, func(x, y []T) {
		for j := range y {
			y[j] = x[j*s.stride]
		}
	})
	return s.y
}

// backward adds the gradient of x to dx.
func (s *shortcut[T]) backward(dx, d []T) {
	s.lines(dx, d, func(dx, d []T) {
		for j, v := range d {
			dx[j*s.stride] += v
		}
	})
}

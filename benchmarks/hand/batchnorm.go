package hand

import (
	"math"

	"github.com/symgrad/symgrad/graph/nn"
)

// batchNorm is nn.BatchNorm in training, and an activation: y = act((x − mean)·gain/√(variance
// + eps) + bias) for each channel of x: [n, c, size]. Its running statistics move as there.
type batchNorm[T Float] struct {
	k              Kernels[T]
	n, c, size     int
	act            nn.Activation
	gain, bias     *param[T]
	mean, variance []T // running
	scale          []T // 1/√(variance + eps) of the batch
	u, y           []T // u = (x − mean)·scale
	pixel          []T // one bias over a plane
	dx             []T // where the gradient of x goes; nil: over that of y
}

// The defaults of nn.BatchNormOptions.
const (
	eps      = 1e-5
	momentum = 0.1
)

func newBatchNorm[T Float](k Kernels[T], n, c, size int, act nn.Activation, p []*param[T]) *batchNorm[T] {
	l := &batchNorm[T]{k: k, n: n, c: c, size: size, act: act, gain: p[0], bias: p[1], mean: make([]T, c), variance: make([]T, c), scale: make([]T, c),
		u: make([]T, n*c*size), y: make([]T, n*c*size), pixel: make([]T, size)}
	for i := range l.variance {
		l.variance[i] = 1
	}
	return l
}

// plane is channel c of example i.
func (l *batchNorm[T]) plane(x []T, i, c int) []T {
	at := (i*l.c + c) * l.size
	return x[at : at+l.size]
}

func (l *batchNorm[T]) forward(x []T) []T {
	count := float64(l.n * l.size)
	for c := range l.c {
		var sum, squares float64
		for i := range l.n {
			sum += float64(l.k.Sum(l.plane(x, i, c)))
		}
		mean := T(sum / count)
		for i := range l.n {
			u := l.plane(l.u, i, c)
			l.k.Affine(u, l.plane(x, i, c), 1, -mean)
			squares += float64(l.k.Dot(u, u))
		}
		l.scale[c] = T(1 / math.Sqrt(squares/count+eps))
		l.mean[c] += momentum * (mean - l.mean[c])
		l.variance[c] += momentum * (T(squares/(count-1)) - l.variance[c])
		for j := range l.pixel {
			l.pixel[j] = l.bias.w[c]
		}
		for i := range l.n {
			u, y := l.plane(l.u, i, c), l.plane(l.y, i, c)
			l.k.Affine(u, u, l.scale[c], 0)
			l.k.Affine(y, u, l.gain.w[c], 0)
			l.k.BiasAct(l.act, y, l.pixel, 1)
		}
	}
	return l.y
}

func (l *batchNorm[T]) backward(d []T, _ bool) []T {
	l.k.ActGrad(l.act, d, l.y)
	dx := l.dx
	if dx == nil {
		dx = d
	}
	count := T(l.n * l.size)
	for c := range l.c {
		var sum, along float64
		for i := range l.n {
			d := l.plane(d, i, c)
			sum += float64(l.k.Sum(d))
			along += float64(l.k.Dot(d, l.plane(l.u, i, c)))
		}
		l.bias.g[c], l.gain.g[c] = T(sum), T(along)
		scale := l.gain.w[c] * l.scale[c]
		for i := range l.n {
			dx := l.plane(dx, i, c)
			l.k.Affine(dx, l.plane(d, i, c), scale, -scale*l.bias.g[c]/count)
			l.k.Update(dx, l.plane(l.u, i, c), scale*l.gain.g[c]/count)
		}
	}
	return dx
}

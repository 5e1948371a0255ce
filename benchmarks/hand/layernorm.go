package hand

import (
	"math"

	"github.com/symgrad/symgrad/graph/nn"
)

// layerNorm is nn.LayerNorm: y = (x − mean)/√(variance + eps)·gain + bias for each row of
// x: [rows, width].
type layerNorm[T Float] struct {
	k           Kernels[T]
	rows, width int
	gain, bias  *param[T]
	scale       []T // 1/√(variance + eps) of each row
	u, y, dx    []T // u = (x − mean)·scale
}

func newLayerNorm[T Float](k Kernels[T], rows, width int, p []*param[T]) *layerNorm[T] {
	buffer := func() []T { return make([]T, rows*width) }
	return &layerNorm[T]{k: k, rows: rows, width: width, gain: p[0], bias: p[1], scale: make([]T, rows), u: buffer(), y: buffer(), dx: buffer()}
}

func (l *layerNorm[T]) forward(x []T) []T {
	width := T(l.width)
	for i := range l.rows {
		at, end := i*l.width, (i+1)*l.width
		x, u := x[at:end], l.u[at:end]
		l.k.Affine(u, x, 1, -l.k.Sum(x)/width)
		l.scale[i] = T(1 / math.Sqrt(float64(l.k.Dot(u, u)/width)+eps))
		l.k.Affine(u, u, l.scale[i], 0)
		l.k.Mul(l.y[at:end], u, l.gain.w)
	}
	l.k.BiasAct(nn.Identity, l.y, l.bias.w, l.rows)
	return l.y
}

func (l *layerNorm[T]) backward(d []T, _ bool) []T {
	l.k.ColumnSums(l.bias.g, d, l.rows)
	clear(l.gain.g)
	width := T(l.width)
	for i := range l.rows {
		at, end := i*l.width, (i+1)*l.width
		d, u, dx := d[at:end], l.u[at:end], l.dx[at:end]
		l.k.MulAdd(l.gain.g, d, u)
		l.k.Mul(dx, d, l.gain.w)
		sum, along := l.k.Sum(dx), l.k.Dot(dx, u)
		l.k.Affine(dx, dx, l.scale[i], -l.scale[i]*sum/width)
		l.k.Update(dx, u, l.scale[i]*along/width)
	}
	return l.dx
}

package hand

import "github.com/symgrad/symgrad/graph/nn"

// dense is y = act(x·w + b): w: [in, out].
type dense[T Float] struct {
	k          Kernels[T]
	n, in, out int
	act        nn.Activation
	w, b       *param[T]
	x, y, dx   []T
	onto       T // 1: backward adds to what dx has
}

func newDense[T Float](k Kernels[T], n, in, out int, act nn.Activation, p []*param[T]) *dense[T] {
	return &dense[T]{k: k, n: n, in: in, out: out, act: act, w: p[0], b: p[1], y: make([]T, n*out), dx: make([]T, n*in)}
}

func (l *dense[T]) forward(x []T) []T {
	l.x = x
	l.k.MatMul(false, false, l.n, l.out, l.in, x, l.w.w, 0, l.y)
	l.k.BiasAct(l.act, l.y, l.b.w, l.n)
	return l.y
}

func (l *dense[T]) backward(d []T, needInput bool) []T {
	l.k.ActGrad(l.act, d, l.y)
	l.k.ColumnSums(l.b.g, d, l.n)
	l.k.MatMul(true, false, l.in, l.out, l.n, l.x, d, 0, l.w.g)
	if !needInput {
		return nil
	}
	l.k.MatMul(false, true, l.n, l.in, l.out, d, l.w.w, l.onto, l.dx)
	return l.dx
}

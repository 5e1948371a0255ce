package hand

import (
	"math"

	"github.com/symgrad/symgrad/graph/nn"
)

// attention is the sums of nn.MultiHeadAttention, without the projection behind them: y =
// softmax(q·kᵀ/√size)·v for each head of x: [n, steps, width]. The heads lie side by side
// in the rows of q, k, v and y, and are read there.
type attention[T Float] struct {
	k                 Kernels[T]
	steps             int
	query, key, value *dense[T]
	q, keys, v        []T
	w, dw             []T // [n, heads, steps, steps]: the weights; their gradient
	y, dq, dk, dv     []T
	product           struct{ scores, y, dw, dv, dq, dk Heads }
}

func newAttention[T Float](k Kernels[T], n, steps, width, heads int, p []*param[T]) *attention[T] {
	l := &attention[T]{k: k, steps: steps}
	layer := func(p []*param[T]) *dense[T] { return newDense(k, n*steps, width, width, nn.Identity, p) }
	l.query, l.key, l.value = layer(p[:2]), layer(p[2:4]), layer(p[4:6])
	l.key.dx, l.value.dx = l.query.dx, l.query.dx // their sum
	l.key.onto, l.value.onto = 1, 1
	l.w, l.dw = make([]T, n*heads*steps*steps), make([]T, n*heads*steps*steps)
	for _, v := range []*[]T{&l.y, &l.dq, &l.dk, &l.dv} {
		*v = make([]T, n*steps*width)
	}
	size := width / heads
	side, square := Layout{width, size, steps * width}, Layout{steps, steps * steps, heads * steps * steps}
	scores := Heads{Examples: n, Heads: heads, TransB: true, M: steps, N: steps, K: size, Alpha: 1, A: side, B: side, C: square}
	sums := Heads{Examples: n, Heads: heads, M: steps, N: size, K: steps, Alpha: 1, A: square, B: side, C: side}
	to, scale := &l.product, 1/math.Sqrt(float64(size))
	to.scores, to.dw = scores, scores
	to.y, to.dv, to.dq, to.dk = sums, sums, sums, sums
	to.dv.TransA, to.dk.TransA = true, true
	to.scores.Alpha, to.dq.Alpha, to.dk.Alpha = scale, scale, scale
	return l
}

func (l *attention[T]) forward(x []T) []T {
	l.q, l.keys, l.v = l.query.forward(x), l.key.forward(x), l.value.forward(x)
	l.k.Heads(&l.product.scores, l.q, l.keys, l.w)
	l.k.Softmax(l.w, l.steps)
	l.k.Heads(&l.product.y, l.w, l.v, l.y)
	return l.y
}

func (l *attention[T]) backward(d []T, needInput bool) []T {
	l.k.Heads(&l.product.dw, d, l.v, l.dw)
	l.k.Heads(&l.product.dv, l.w, d, l.dv)
	l.k.SoftmaxGrad(l.dw, l.w, l.steps)
	l.k.Heads(&l.product.dq, l.dw, l.keys, l.dq)
	l.k.Heads(&l.product.dk, l.dw, l.q, l.dk)
	l.query.backward(l.dq, needInput)
	l.key.backward(l.dk, needInput)
	return l.value.backward(l.dv, needInput)
}

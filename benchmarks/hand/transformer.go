package hand

import (
	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph/nn"
)

// transformer are the layers of models.Transformer that come before the last dense one,
// which sees the mean of the steps.
func transformer[T Float](p *workload.Problem, k Kernels[T], take func(count int) []*param[T]) []layer[T] {
	rows, width := p.Batch*p.Steps, p.Hidden
	linear := func(in, out int) *dense[T] { return newDense(k, rows, in, out, nn.Identity, take(2)) }
	norm := func() *layerNorm[T] { return newLayerNorm(k, rows, width, take(2)) }
	around := func(layers ...layer[T]) layer[T] { return &residual[T]{k: k, layers: layers, act: nn.Identity} }
	out := []layer[T]{linear(p.In, width), &positions[T]{k, p.Batch, take(1)[0]}}
	for range p.Layers {
		out = append(out,
			around(norm(), newAttention(k, p.Batch, p.Steps, width, p.Heads, take(6)), linear(width, width)),
			around(norm(), linear(width, p.Inner), &gelu[T]{k, make([]T, rows*p.Inner)}, linear(p.Inner, width)))
	}
	return append(out, norm(), newStepMean(k, p.Batch, p.Steps, width))
}

// positions adds a vector for each step, in place: x + w.
type positions[T Float] struct {
	k Kernels[T]
	n int
	w *param[T] // [steps, width]
}

func (l *positions[T]) forward(x []T) []T {
	l.k.BiasAct(nn.Identity, x, l.w.w, l.n)
	return x
}

func (l *positions[T]) backward(d []T, _ bool) []T {
	l.k.ColumnSums(l.w.g, d, l.n)
	return d
}

// gelu is x·Φ(x), in place.
type gelu[T Float] struct {
	k     Kernels[T]
	slope []T // the derivative
}

func (l *gelu[T]) forward(x []T) []T {
	l.k.GELU(x, l.slope, x)
	return x
}

func (l *gelu[T]) backward(d []T, _ bool) []T {
	l.k.Mul(d, d, l.slope)
	return d
}

// stepMean is the mean over the steps of x: [n, steps, width].
type stepMean[T Float] struct {
	k               Kernels[T]
	n, steps, width int
	y, dx           []T
}

func newStepMean[T Float](k Kernels[T], n, steps, width int) *stepMean[T] {
	return &stepMean[T]{k: k, n: n, steps: steps, width: width, y: make([]T, n*width), dx: make([]T, n*steps*width)}
}

func (l *stepMean[T]) forward(x []T) []T {
	each := l.steps * l.width
	for i := range l.n {
		l.k.ColumnSums(l.y[i*l.width:(i+1)*l.width], x[i*each:(i+1)*each], l.steps)
	}
	l.k.Affine(l.y, l.y, 1/T(l.steps), 0)
	return l.y
}

func (l *stepMean[T]) backward(d []T, _ bool) []T {
	l.k.Affine(d, d, 1/T(l.steps), 0)
	for i := range l.n * l.steps {
		e := i / l.steps
		copy(l.dx[i*l.width:(i+1)*l.width], d[e*l.width:(e+1)*l.width])
	}
	return l.dx
}

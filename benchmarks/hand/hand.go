// Package hand trains the benchmarks' models with backpropagation written by
// hand, as one writes it without a framework. Every layer has its forward and
// its backward loop, and every buffer is allocated once. Products go to the library
// that Kernels names.
//
// It owns the layers and the update. It does not own any product but a plain
// one. Importers: the benchmarks and their peers.
package hand

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph/nn"
)

// Float is the element type.
type Float interface{ float32 | float64 }

// Kernels are the loops that a step spends its time in.
type Kernels[T Float] struct {
	// MatMul is c = op(a)·op(b) + beta·c: op(a): [m, k], op(b): [k, n].
	MatMul func(transA, transB bool, m, n, k int, a, b []T, beta T, c []T)
	// Heads is a product for each head of attention.
	Heads func(h *Heads, a, b, c []T)
	// BiasAct is y = act(y + bias) for each of the rows of y.
	BiasAct func(act nn.Activation, y, bias []T, rows int)
	// ActGrad is d = d·act'(·), from y = act(·).
	ActGrad func(act nn.Activation, d, y []T)
	// ColumnSums is db = the sum of the rows of d.
	ColumnSums func(db, d []T, rows int)
	// Sigmoid and Tanh are elementwise, in place.
	Sigmoid, Tanh func(x []T)
	// Sum is Σ x, and Dot is Σ a·b.
	Sum func(x []T) T
	Dot func(a, b []T) T
	// Affine is y = scale·x + shift; y may be x.
	Affine func(y, x []T, scale, shift T)
	// Mul is y = a·b and MulAdd is y = y + a·b, elementwise; y may be a.
	Mul, MulAdd func(y, a, b []T)
	// Softmax is the softmax of each row of x, in place, and SoftmaxGrad is
	// d = y·(d − Σ d·y) for each row, from y = softmax(·).
	Softmax     func(x []T, columns int)
	SoftmaxGrad func(d, y []T, columns int)
	// GELU is y = x·Φ(x) and slope, its derivative; y may be x.
	GELU func(y, slope, x []T)
	// Update is p = p − rate·g.
	Update func(p, g []T, rate T)
	// Adam is one step of Adam.
	Adam func(p, g, m, v []T, step int, rate float64)
}

// param is a parameter with its gradient and moments.
type param[T Float] struct{ w, g, m, v []T }

// layer is one layer. backward gets the gradient of the output, which it may
// overwrite, and returns that of the input, or nil if that is not needed.
type layer[T Float] interface {
	forward(x []T) []T
	backward(d []T, needInput bool) []T
}

// Net is a model with its data.
type Net[T Float] struct {
	p       *workload.Problem
	k       Kernels[T]
	layers  []layer[T]
	params  []*param[T]
	x, y    []T
	lengths []int // of the sequences of the batch
	d       []T
	step    int
}

// New is the net of a problem. It fails for models with parts that have no layers here.
func New[T Float](p *workload.Problem, k Kernels[T]) (*Net[T], error) {
	known := []string{workload.BatchNorm, workload.Residual, workload.MeanPool, workload.GRU, workload.Attention}
	if p.Kind == "gru" {
		known = append(known, workload.Lengths)
	}
	if err := p.Only(known...); err != nil {
		return nil, err
	}
	n := &Net[T]{p: p, k: k, x: Convert[T](p.X), y: Convert[T](p.Y), d: make([]T, p.Batch*p.Out())}
	for _, q := range p.Params {
		s := &param[T]{w: Convert[T](q.Values), g: make([]T, len(q.Values))}
		if p.Adam {
			s.m, s.v = make([]T, len(s.w)), make([]T, len(s.w))
		}
		n.params = append(n.params, s)
	}
	next := n.params
	take := func(count int) []*param[T] {
		out := next[:count]
		next = next[count:]
		return out
	}
	sizes := p.Sizes
	switch p.Kind {
	case "cnn":
		layers, features := cnn(p, k, take)
		n.layers = layers
		sizes = append([]int{features}, sizes...)
	case "gru":
		n.lengths = slices.Repeat([]int{p.Steps}, p.Batch)
		n.layers = append(n.layers, newGRU(k, n.lengths, p.Steps, p.In, p.Hidden, take(4)))
		sizes = append([]int{p.Hidden}, sizes...)
	case "transformer":
		n.layers = transformer(p, k, take)
		sizes = append([]int{p.Hidden}, sizes...)
	case "lstm":
		n.layers = append(n.layers, newLSTM(k, p.Batch, p.Steps, p.In, p.Hidden, take(3)))
		sizes = append([]int{p.Hidden}, sizes...)
	}
	for i := range len(sizes) - 1 {
		act := p.Activation
		if i == len(sizes)-2 {
			act = nn.Identity
		}
		n.layers = append(n.layers, newDense(k, p.Batch, sizes[i], sizes[i+1], act, take(2)))
	}
	if len(next) != 0 {
		return nil, fmt.Errorf("hand: %d parameters of %q belong to no layer", len(next), p.Text)
	}
	return n, nil
}

// Convert copies v, rounding to T.
func Convert[T Float](v []float64) []T {
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
	}
	return out
}

// Step makes a step on the k-th batch and returns the loss before it.
func (n *Net[T]) Step(k int) (float64, error) {
	b, f, o := n.p.Batch, n.p.Features(), n.p.Out()
	at := (k % n.p.Batches()) * b
	if n.p.Lengths != nil {
		copy(n.lengths, n.p.Lengths[at:at+b])
	}
	h := n.x[at*f : (at+b)*f]
	for _, l := range n.layers {
		h = l.forward(h)
	}
	var loss float64
	if n.p.MSE {
		loss = squaredError(n.d, h, n.y[at*o:(at+b)*o])
	} else {
		loss = crossEntropy(n.d, h, n.p.Labels[at:at+b], o)
	}
	d := n.d
	for i := len(n.layers) - 1; i >= 0; i-- {
		d = n.layers[i].backward(d, i > 0)
	}
	n.step++
	for _, q := range n.params {
		if n.p.Adam {
			n.k.Adam(q.w, q.g, q.m, q.v, n.step, n.p.Rate)
		} else {
			n.k.Update(q.w, q.g, T(n.p.Rate))
		}
	}
	return loss, nil
}

func squaredError[T Float](d, y, want []T) float64 {
	var sum T
	scale := 2 / T(len(y))
	for i, v := range y {
		e := v - want[i]
		sum += e * e
		d[i] = scale * e
	}
	return float64(sum) / float64(len(y))
}

func crossEntropy[T Float](d, y []T, labels []int, classes int) (loss float64) {
	n := T(len(labels))
	for i, label := range labels {
		row, out := y[i*classes:(i+1)*classes], d[i*classes:(i+1)*classes]
		top := row[0]
		for _, v := range row {
			top = max(top, v)
		}
		var sum T
		for j, v := range row {
			out[j] = T(math.Exp(float64(v - top)))
			sum += out[j]
		}
		loss += math.Log(float64(sum)) + float64(top-row[label])
		for j := range out {
			out[j] /= sum * n
		}
		out[label] -= 1 / n
	}
	return loss / float64(n)
}

package main

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
	mlx "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/benchmarks/workload"
)

// trainer holds the parameters and the moments as tensors that each step gives
// away and gets back.
type trainer[T hand.Float] struct {
	p       *workload.Problem
	backend compute.Backend
	exec    *mlx.Exec
	x, y    []*tensors.Tensor // of each batch
	state   []*tensors.Tensor // parameters, then both moments of Adam
	steps   int
}

func newTrainer[T hand.Float](p *workload.Problem) (step func(k int) (float64, error), err error) {
	if err := p.Only(); err != nil {
		return nil, err
	}
	backend, err := gobackend.New("")
	if err != nil {
		return nil, err
	}
	r := &trainer[T]{p: p, backend: backend}
	for _, q := range p.Params {
		r.state = append(r.state, tensors.FromFlatDataAndDimensions(hand.Convert[T](q.Values), q.Shape...))
	}
	if p.Adam {
		for range 2 {
			for _, q := range p.Params {
				r.state = append(r.state, tensors.FromFlatDataAndDimensions(make([]T, len(q.Values)), q.Shape...))
			}
		}
	}
	n, f, o := p.Batch, p.Features(), p.Out()
	x, y := hand.Convert[T](p.X), hand.Convert[T](p.Y)
	for i := range p.Batches() {
		r.x = append(r.x, tensors.FromFlatDataAndDimensions(x[i*n*f:(i+1)*n*f], n, f))
		if p.MSE {
			r.y = append(r.y, tensors.FromFlatDataAndDimensions(y[i*n*o:(i+1)*n*o], n, o))
			continue
		}
		labels := make([]int32, n)
		for j := range labels {
			labels[j] = int32(p.Labels[i*n+j])
		}
		r.y = append(r.y, tensors.FromFlatDataAndDimensions(labels, n))
	}
	if r.exec, err = mlx.NewExec(backend, r.graph); err != nil {
		return nil, err
	}
	args := []any{r.x[0], r.y[0], T(0), T(0)}
	for _, s := range r.state {
		args = append(args, s)
	}
	return r.step, r.exec.PreCompile(args...)
}

// graph is a step: from x, y, two factors of Adam and the state to the loss and
// the state after it.
func (r *trainer[T]) graph(in []*mlx.Node) []*mlx.Node {
	x, y, rate, correction := in[0], in[1], in[2], in[3]
	n := len(r.p.Params)
	params, moments := in[4:4+n], in[4+n:]
	loss := model{r.p, params}.loss(x, y)
	grads := mlx.Gradient(loss, params...)
	out := []*mlx.Node{loss}
	if !r.p.Adam {
		for i, q := range params {
			out = append(out, mlx.Sub(q, mlx.MulScalar(grads[i], r.p.Rate)))
		}
		return out
	}
	var first, second []*mlx.Node
	for i, q := range params {
		m := mlx.Add(mlx.MulScalar(moments[i], 0.9), mlx.MulScalar(grads[i], 0.1))
		v := mlx.Add(mlx.MulScalar(moments[n+i], 0.999), mlx.MulScalar(mlx.Square(grads[i]), 0.001))
		out = append(out, mlx.Sub(q, mlx.Div(mlx.Mul(m, rate), mlx.AddScalar(mlx.Sqrt(mlx.Mul(v, correction)), 1e-8))))
		first, second = append(first, m), append(second, v)
	}
	return append(append(out, first...), second...)
}

func (r *trainer[T]) step(k int) (float64, error) {
	r.steps++
	b := k % len(r.x)
	rate := T(r.p.Rate / (1 - math.Pow(0.9, float64(r.steps))))
	correction := T(1 / (1 - math.Pow(0.999, float64(r.steps))))
	args := []any{r.x[b], r.y[b], rate, correction}
	for _, s := range r.state {
		d, err := mlx.DonateTensorBuffer(s, r.backend, 0)
		if err != nil {
			return 0, err
		}
		args = append(args, d)
	}
	out, err := r.exec.Call(args...)
	if err != nil {
		return 0, fmt.Errorf("step %d: %w", r.steps, err)
	}
	copy(r.state, out[1:])
	loss := float64(tensors.ToScalar[T](out[0]))
	return loss, out[0].FinalizeAll()
}

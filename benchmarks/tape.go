package main

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func newTape(p problem) (step, error) {
	g := G.NewGraph()
	n, classes := p.batch, sizes[len(sizes)-1]
	x := G.NewMatrix(g, tensor.Float64, G.WithShape(n, sizes[0]), G.WithName("x"))
	y := G.NewMatrix(g, tensor.Float64, G.WithShape(n, classes), G.WithName("y"))
	var params G.Nodes
	h := x
	for i, w := range p.weights {
		in, out := sizes[i], sizes[i+1]
		wt := tensor.New(tensor.WithShape(in, out), tensor.WithBacking(append([]float64(nil), w...)))
		wn := G.NewMatrix(g, tensor.Float64, G.WithShape(in, out), G.WithName(fmt.Sprint("w", i)), G.WithValue(wt))
		bn := G.NewMatrix(g, tensor.Float64, G.WithShape(1, out), G.WithName(fmt.Sprint("b", i)), G.WithInit(G.Zeroes()))
		params = append(params, wn, bn)
		z, err := G.Mul(h, wn)
		if err != nil {
			return nil, err
		}
		if h, err = G.BroadcastAdd(z, bn, nil, []byte{0}); err != nil {
			return nil, err
		}
		if i < len(p.weights)-1 {
			if h, err = G.Rectify(h); err != nil {
				return nil, err
			}
		}
	}
	probs, err := G.SoftMax(h, 1)
	if err != nil {
		return nil, err
	}
	logs, err := G.Log(probs)
	if err != nil {
		return nil, err
	}
	picked, err := G.HadamardProd(y, logs)
	if err != nil {
		return nil, err
	}
	total, err := G.Sum(picked)
	if err != nil {
		return nil, err
	}
	loss, err := G.Mul(total, G.NewConstant(-1/float64(n)))
	if err != nil {
		return nil, err
	}
	if _, err := G.Grad(loss, params...); err != nil {
		return nil, err
	}
	vm := G.NewTapeMachine(g, G.BindDualValues(params...))
	solver := G.NewVanillaSolver(G.WithLearnRate(rate))
	model := G.NodesToValueGrads(params)
	return func(xs []float64, labels []int) (float64, error) {
		vm.Reset()
		onehot := make([]float64, n*classes)
		for i, l := range labels {
			onehot[i*classes+l] = 1
		}
		if err := G.Let(x, tensor.New(tensor.WithShape(n, sizes[0]), tensor.WithBacking(append([]float64(nil), xs...)))); err != nil {
			return 0, err
		}
		if err := G.Let(y, tensor.New(tensor.WithShape(n, classes), tensor.WithBacking(onehot))); err != nil {
			return 0, err
		}
		if err := vm.RunAll(); err != nil {
			return 0, err
		}
		v := loss.Value().Data().(float64)
		return v, solver.Step(model)
	}, nil
}

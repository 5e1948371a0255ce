package main

import (
	"fmt"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

func newSymgrad(p problem) (step, error) {
	b := graph.New(nil)
	h := b.Input("x", p.batch, sizes[0])
	for i, w := range p.weights {
		h = b.Linear(fmt.Sprint("dense", i), h, graph.Linear{Out: sizes[i+1], Weight: graph.Values(w)})
		if i < len(p.weights)-1 {
			h = b.ReLU(h)
		}
	}
	loss := b.SoftmaxCrossEntropy(h, b.Ints("y", p.batch))
	grads, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		return nil, err
	}
	prog, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{loss}, Grads: grads})
	if err != nil {
		return nil, err
	}
	vars := train.NewVars(b.Params(), train.SGD{}.Slots())
	return func(x []float64, labels []int) (float64, error) {
		if err := prog.Feed("x", x); err != nil {
			return 0, err
		}
		if err := prog.FeedInts("y", labels); err != nil {
			return 0, err
		}
		if err := prog.Run(); err != nil {
			return 0, err
		}
		train.SGD{}.Update(1, rate, vars)
		return prog.Scalar(0), nil
	}, nil
}

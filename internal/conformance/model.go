package main

import (
	"fmt"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// checkModel builds a model from the case's parameters, compares the gradients
// of its first batch, and trains it by full-batch gradient descent.
func checkModel(k *testCase) (covered bool, err error) {
	f := lossOf(k.Formula)
	if f == nil {
		return false, nil
	}
	b := &bench{Builder: graph.New(nil), k: k, in: map[string]*gorgonia.Node{}}
	for _, name := range k.Params.Names {
		a := k.Params.By[name]
		b.in[name] = b.Param(name, graph.Values(a.Floats), a.Shape...)
	}
	for name, a := range k.Data {
		if a.Ints != nil {
			b.in[name] = b.Ints(name, a.Shape...)
		} else {
			b.in[name] = b.Input(name, a.Shape...)
		}
	}
	loss := f(b)
	if err := b.Err(); err != nil {
		return true, err
	}
	grads, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		return true, err
	}
	p, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{loss}, Grads: grads})
	if err != nil {
		return true, err
	}
	for name, a := range k.Data {
		if a.Ints != nil {
			err = p.FeedInts(name, a.Ints)
		} else {
			err = p.Feed(name, a.Floats)
		}
		if err != nil {
			return true, err
		}
	}
	return true, k.trainModel(b.Params(), p)
}

func (k *testCase) trainModel(params *graph.Params, p *graph.Program) error {
	vars := train.NewVars(params, 0, 1)
	for step, want := range k.SGDLosses {
		if err := p.Run(); err != nil {
			return err
		}
		if got := p.Scalar(0); !k.close(got, want) {
			return fmt.Errorf("loss of step %d: got %v, want %v", step, got, want)
		}
		if step == 0 {
			if err := k.nearAll("gradient of", k.Grads, params.Grad); err != nil {
				return err
			}
		}
		if step < len(k.SGDLosses)-1 {
			train.SGD{}.Update(step+1, k.LR, vars)
		}
	}
	return k.nearAll("final", k.FinalParams, params.Values)
}

func (k *testCase) nearAll(what string, want map[string]*array, got func(name string) []float64) error {
	for name, a := range want {
		if err := k.near(got(name), expected{want: a}); err != nil {
			return fmt.Errorf("%s %s: %w", what, name, err)
		}
	}
	return nil
}

package main

import (
	"maps"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// searching is a case of LBFGS on a problem, whose last loss must be no worse.
type searching struct {
	Hyper   settings
	Problem string
	Params  named[*array] `json:"params0"`
	Data    map[string]*array
	Steps   []struct {
		After map[string]*array `json:"params_after"`
	}
	Tolerance tolerance `json:"tolerance_float64"`
}

// build builds the loss of the problem.
func (k *searching) build(b *bench, w map[string]*gorgonia.Node) (*gorgonia.Node, error) {
	switch {
	case k.Problem == "rosenbrock_scaled" && w["x"] != nil:
		x, y := b.Slice(w["x"], graph.Range(0, 1)), b.Slice(w["x"], graph.Range(1, 2))
		return b.Sum(b.Add(b.Scale(b.Square(b.Sub(y, b.Square(x))), 10), b.Square(b.Sub(b.Scalar(1), x)))), nil
	case k.Problem == "logistic" && w["w"] != nil && w["b"] != nil && k.Data["X"] != nil && k.Data["y"] != nil:
		x := b.leaf("X", ofArray(k.Data["X"])).node
		y := b.leaf("y", ofArray(k.Data["y"])).node
		rows, columns := k.Data["X"].Shape[0], k.Data["X"].Shape[1]
		out := b.Add(b.Reshape(b.MatMul(x, b.Reshape(w["w"], columns, 1)), rows), w["b"])
		return b.Add(loss.BCEWithLogits(b.Builder, out, y), b.Scale(b.Sum(b.Square(w["w"])), 0.01)), nil
	}
	return nil, missing("the problem %q", k.Problem)
}

// optimizer is LBFGS with the settings of torch's, and the rate.
func (k *searching) optimizer() (o train.LBFGS, lr float64, err error) {
	h := maps.Clone(k.Hyper)
	lr = h.take("lr", 1)
	o = train.LBFGS{History: int(h.take("history_size", 100)), Iterations: int(h.take("max_iter", 20)), Evaluations: int(h.take("max_eval", 0)),
		GradTol: orZero(h.take("tolerance_grad", 1e-7)), ChangeTol: orZero(h.take("tolerance_change", 1e-9)), Fixed: true}
	for _, name := range []string{"line_search", "line_search_fn"} {
		if h[name] == "strong_wolfe" {
			o.Fixed = false
			delete(h, name)
		}
	}
	if err := o.Validate(); err != nil {
		return o, 0, missing("LBFGS: %v", err)
	}
	return o, lr, h.left()
}

// prepare makes an experiment whose result is the last loss, or the listed one if that is
// larger.
func (k *searching) prepare(d graph.DType) (*experiment, error) {
	o, lr, err := k.optimizer()
	if err != nil {
		return nil, err
	}
	if len(k.Steps) == 0 || k.Steps[len(k.Steps)-1].After == nil {
		return nil, missing("steps without parameters")
	}
	b := newBench(d)
	w := map[string]*gorgonia.Node{}
	var list gorgonia.Nodes
	for _, name := range k.Params.Names {
		a := k.Params.By[name]
		w[name] = b.Param(name, graph.Values(b.inRange(a.Floats)), a.Shape...)
		list = append(list, w[name])
	}
	l, err := k.build(b, w)
	if err != nil {
		return nil, err
	}
	grads, err := autograd.Gradients(l, list...)
	if err != nil {
		return nil, err
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{l}, Grads: grads})
	if err != nil {
		return nil, err
	}
	e := &experiment{bench: b, tolerance: k.Tolerance}
	var listed float64
	again := func() (float64, error) {
		err := p.Run()
		return graph.OutputOf[float64](p, 0).Scalar(), err
	}
	set := func(to map[string]*array, n *noise) error {
		for _, name := range k.Params.Names {
			if err := b.Params().Set(name, b.inRange(n.apply(to[name].Floats))); err != nil {
				return err
			}
		}
		return nil
	}
	if err := b.feed(p, nil); err != nil {
		return nil, err
	}
	if err := set(k.Steps[len(k.Steps)-1].After, nil); err != nil {
		return nil, err
	}
	if listed, err = again(); err != nil {
		return nil, err
	}
	e.claims = []claim{{what: "the last loss", want: &array{Floats: []float64{listed}}}}
	e.run = func(n *noise) ([][]float64, error) {
		if err := b.feed(p, n); err != nil {
			return nil, err
		}
		if err := set(k.Params.By, n); err != nil {
			return nil, err
		}
		v, err := train.NewView(b.Params(), o, 1)
		if err != nil {
			return nil, err
		}
		l := 0.
		for i := range k.Steps {
			if l, err = again(); err != nil {
				return nil, err
			}
			o.Update(train.Step{N: i + 1, Rate: lr, Loss: l, Again: again}, v)
			if err := v.Err(); err != nil {
				return nil, err
			}
		}
		if l, err = again(); err != nil {
			return nil, err
		}
		return [][]float64{{max(l, listed)}}, nil
	}
	return e, nil
}

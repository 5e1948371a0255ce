package main

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// clipping is a case of gradients that are clipped: together by a norm, or each element.
type clipping struct {
	Grads     []*array
	Clipped   []*array
	MaxNorm   *float64  `json:"max_norm"`
	NormType  any       `json:"norm_type"`
	TotalNorm *array    `json:"total_norm"`
	Value     *float64  `json:"clip_value"`
	Tolerance tolerance `json:"tolerance_float64"`
}

// prepare makes an experiment whose results are the clipped gradients, and the norm before.
func (k *clipping) prepare(d graph.DType) (*experiment, error) {
	p := 2.
	if k.NormType != nil {
		var err error
		if p, err = number(k.NormType); err != nil || !(p > 0) {
			return nil, missing("the norm of the order %v", k.NormType)
		}
	}
	if (k.MaxNorm == nil) == (k.Value == nil) || len(k.Grads) != len(k.Clipped) || len(k.Grads) == 0 {
		return nil, missing("a case without a limit, or without gradients")
	}
	if k.Tolerance == (tolerance{}) {
		k.Tolerance = tolerance{RTol: 1e-12}
	}
	e := &experiment{bench: newBench(d), tolerance: k.Tolerance}
	for i, a := range k.Clipped {
		e.claims = append(e.claims, claim{what: fmt.Sprint("clipped gradient ", i), want: a})
	}
	if k.TotalNorm != nil {
		e.claims = append(e.claims, claim{what: "norm", want: k.TotalNorm})
	}
	e.run = func(n *noise) ([][]float64, error) {
		b := newBench(d)
		name := func(i int) string { return fmt.Sprint("p", i) }
		for i, a := range k.Grads {
			b.Param(name(i), graph.Zeros(), a.Shape...)
		}
		if b.Err() != nil {
			return nil, b.Err()
		}
		v, err := train.NewView(b.Params(), train.SGD{}, 1)
		if err != nil {
			return nil, err
		}
		for i, a := range k.Grads {
			setGradient(b.Params(), name(i), n.apply(a.Floats))
		}
		norm := 0.
		if k.Value != nil {
			v.ClipGradValue(*k.Value)
		} else {
			norm = v.ClipGradNorm(*k.MaxNorm, p)
		}
		var out [][]float64
		for i := range k.Grads {
			out = append(out, b.Params().Grad(name(i)))
		}
		if k.TotalNorm != nil {
			out = append(out, []float64{norm})
		}
		return out, nil
	}
	return e, nil
}

// setGradient writes the gradient of a parameter.
func setGradient(p *graph.Params, name string, g []float64) {
	_, g32 := p.Flat32()
	_, g64 := p.Flat64()
	at := p.Get(name).Offset()
	for i, x := range g {
		if g32 != nil {
			g32[at+i] = float32(x)
		} else {
			g64[at+i] = x
		}
	}
}

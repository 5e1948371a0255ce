package graphtest

import (
	"math/rand/v2"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// Prediction returns the function that builds the output of a model alone.
func Prediction(m interface {
	Loss(b *graph.Builder, n int) (loss, output *gorgonia.Node)
}) func(b *graph.Builder, n int) []*gorgonia.Node {
	return func(b *graph.Builder, n int) []*gorgonia.Node {
		_, y := m.Loss(b, n)
		return []*gorgonia.Node{y}
	}
}

// Unfresh gives all parameters and states numbers of their own: fresh ones are often 0 or 1. It adds
// normal numbers with the standard deviation std to parameters.
func Unfresh(p *graph.Params, std float64) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, q := range append(p.List(), p.States()...) {
		v := p.Values(q.Name)
		for i := range v {
			if q.State {
				v[i] = 0.5 + r.Float64()
			} else {
				v[i] += std * r.NormFloat64()
			}
		}
		if err := p.Set(q.Name, v); err != nil {
			panic(err)
		}
	}
}

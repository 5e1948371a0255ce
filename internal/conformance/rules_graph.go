package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

func init() {
	add(formulas, map[string]rule{
		"x * stop_gradient(x): gradient x, not 2x": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Sum(b.Mul(x, b.StopGradient(x)))
		}),
		"three outputs, one cotangent each": func(b *bench) []*gorgonia.Node {
			x := b.first()
			return []*gorgonia.Node{b.Sin(x), b.Sum(x), b.Mul(b.Slice(x, graph.Range(0, -1)), b.Slice(x, graph.Range(1, 3)))}
		},
		"autoencoder with tied weights": one(func(b *bench) *gorgonia.Node {
			w := b.at("w")
			return b.Tanh(b.MatMul(b.Tanh(b.MatMul(b.at("x"), w)), b.Transpose(w)))
		}),
		"R3->R4": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			p := b.packed(x, []int{1}, []int{1}, []int{1})
			return b.Concat(0, b.Mul(p[0], p[1]), b.Mul(b.Sin(p[1]), p[2]), b.Mul(b.Mul(p[0], p[1]), p[2]), b.Exp(b.Sub(p[0], p[2])))
		}),
	})
}

package main

import (
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

func init() {
	add(formulas, map[string]rule{
		"CE of 2x3 logits": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.SoftmaxCrossEntropy(b.Reshape(x, 2, 3), b.ConstInts([]int{0, 2}, 2))
		}),
		"d/dx of sin x exp y, then gradients of that": binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node {
			g, err := autograd.Gradients(b.Sum(b.Mul(b.Sin(x), b.Exp(y))), x)
			b.Fail(err)
			if err != nil {
				return nil
			}
			return g[0]
		}),
		"WGAN-GP: mean (||d out/d x||-1)^2, gradients of the gradient": one(func(b *bench) *gorgonia.Node {
			out := b.MatMul(b.Tanh(b.MatMul(b.at("x"), b.at("w1"))), b.at("w2"))
			g, err := autograd.Gradients(b.Sum(out), b.at("x"))
			b.Fail(err)
			if err != nil {
				return nil
			}
			return b.Mean(b.Square(b.AddConst(b.Norm(g[0], 2, 1), -1)))
		}),
	})
}

// packed cuts the vector x into arrays of the shapes, in order.
func (b *bench) packed(x *gorgonia.Node, shapes ...[]int) []*gorgonia.Node {
	var out []*gorgonia.Node
	at := 0
	for _, s := range shapes {
		n := 1
		for _, d := range s {
			n *= d
		}
		out = append(out, b.Reshape(b.Slice(x, graph.Range(at, at+n)), s...))
		at += n
	}
	return out
}

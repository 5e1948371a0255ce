package main

import (
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

func init() {
	add(formulas, map[string]rule{
		"logsumexp of a vector": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.LogSumExp(x) }),
		"x^T A x: Hessian A+A^T": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.MatMul(x, b.MatMul(b.at("A"), x))
		}),
		"sum sin x exp x": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sum(b.Mul(b.Sin(x), b.Exp(x))) }),
		"Rosenbrock n=5": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			n := b.Shape(x)[0]
			lo, hi := b.Slice(x, graph.Range(0, n-1)), b.Slice(x, graph.Range(1, n))
			return b.Sum(b.Add(b.Scale(b.Square(b.Sub(hi, b.Square(lo))), 100), b.Square(b.AddConst(b.Neg(lo), 1))))
		}),
		"CE of 2x3 logits": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.SoftmaxCrossEntropy(b.Reshape(x, 2, 3), b.ConstInts([]int{0, 2}, 2))
		}),
		"MSE of MLP [3, 4, 1] gelu; parameters packed W1,b1,W2,b2.. (h@W+b); X and Y in consts": unary(packedMLP),
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

func packedMLP(b *bench, x *gorgonia.Node) *gorgonia.Node {
	p := b.packed(x, []int{3, 4}, []int{4}, []int{4, 1}, []int{1})
	h := b.GELU(b.Add(b.MatMul(b.at("X"), p[0]), p[1]))
	return b.MSE(b.Add(b.MatMul(h, p[2]), p[3]), b.at("Y"))
}

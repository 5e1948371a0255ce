package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has formulas that say what a case is about, and not what it computes.

func init() {
	same := graph.Windowing{Pad: []int{1}}
	add(formulas, map[string]rule{
		"x*x through one node used twice":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Mul(x, x) }),
		"x**0 == 1 with gradient 0 everywhere": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.PowConst(x, 0) }),
		"x^T W_k y + b_k": one(func(b *bench) *gorgonia.Node {
			return b.Add(b.Einsum("ni,kij,nj->nk", b.at("x"), b.at("w"), b.at("y")), b.at("b"))
		}),
		"conv(conv(x,w),w): shared kernel": binary(func(b *bench, x, w *gorgonia.Node) *gorgonia.Node {
			return b.Conv(b.Conv(x, w, same), w, same)
		}),
		"padding must act as -inf, not 0, in max pooling": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.MaxPool(x, graph.Pool{Kernel: []int{3}, Windowing: graph.Windowing{Stride: []int{2}, Pad: []int{1}}})
		}),
		"pad with negative amounts crops": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Pad(x, []int{0, -1}, []int{-1, 1}, graph.PadZeros)
		}),
		"cat([a,a])": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Concat(0, x, x) }),
		"chunk 3, c0*sum(c2)+c1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			c := func(i int) *gorgonia.Node { return b.Slice(x, graph.All(), graph.Range(2*i, 2*i+2)) }
			return b.Add(b.Mul(c(0), b.Sum(c(2))), c(1))
		}),
		"one_hot(i) @ w": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.MatMul(b.OneHot(b.at("i"), b.Shape(x)[0]), x)
		}),
	})
	add(formulas, map[string]rule{ // of the category extreme
		"log(0) = -Inf, log(-1) = NaN": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Log(x) }),
		"+Inf, -Inf, NaN":              binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Div(x, y) }),
		"0**2, 0**1, 2**0 with both gradients: d/dy at x=0 is 0 (not NaN)": binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Pow(x, y) }),
		"exact answer 2; naive left-to-right gives 1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			b.k.Tolerance.ATol = 1 // the order of the additions is free: 0, 1 and 2 are right, 2 is best
			return b.Sum(x)
		}),
		"NaN must propagate through relu, maximum and clamp": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Add(b.Add(b.ReLU(x), b.Maximum(x, b.Scalar(0))), b.Clamp(x, -1, 1))
		}),
		"x log x at 0 is 0": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Xlogy(x, x) }),
		"cosine similarity with a zero vector: 0 and finite": binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node {
			return b.CosineSimilarity(x, y, -1, 1e-8)
		}),
		"std at zero variance: torch 1.13 gradient is NaN": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Std(x, 1) }),
		"constant row: output 0, finite gradient": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Standardize(x, 1e-5, -1)
		}),
		"overflow to Inf: loss must be reported as Inf, not crash": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.Square(x))
		}),
	})
}

package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

func init() {
	add(formulas, map[string]rule{
		"x^T":            unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Transpose(x) }),
		"permute(2,0,1)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Transpose(x, 2, 0, 1) }),
		"cat([a,a])":     unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Concat(0, x, x) }),
		"stack axis 1":   binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Stack(1, x, y) }),
		"x[1:3,:2]": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Slice(x, graph.Range(1, 3), graph.Range(0, 2))
		}),
		"x[2:2] (0 rows): gradient all 0": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Slice(x, graph.Range(2, 2))
		}),
		"2 x[:3] + x[1:] (overlapping slices accumulate)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Add(b.Scale(b.Slice(x, graph.Range(0, 3)), 2), b.Slice(x, graph.Range(1, 4)))
		}),
		"flatten from axis 1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Reshape(x, b.Shape(x)[0], -1)
		}),
		"reshape(x^T,(2,6)) (non-contiguous)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Reshape(b.Transpose(x), 2, 6)
		}),
		"squeeze(1).unsqueeze(0)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			s := b.Shape(x)
			return b.Reshape(x, 1, s[0], s[2])
		}),
		"flip axis 1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Slice(x, graph.All(), graph.Span{Start: -1, Stop: -1 << 40, Step: -1})
		}),
		"roll by 2 axis 1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			n := b.Shape(x)[1]
			return b.Concat(1, b.Slice(x, graph.All(), graph.Range(n-2, n)), b.Slice(x, graph.All(), graph.Range(0, n-2)))
		}),
		"chunk 3, c0*sum(c2)+c1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			c := func(i int) *gorgonia.Node { return b.Slice(x, graph.All(), graph.Range(2*i, 2*i+2)) }
			return b.Add(b.Mul(c(0), b.Sum(c(2))), c(1))
		}),
		"gather axis 1":                           unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Gather(x, b.at("i"), 1) }),
		"scatter_add axis 0":                      one(func(b *bench) *gorgonia.Node { return b.ScatterAdd(b.at("x"), b.at("s"), b.at("i"), 0) }),
		"rows with repeats: gradients accumulate": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.IndexSelect(x, b.at("i"), 0) }),
		"rows used several times accumulate":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Take(x, b.at("i")) }),
		"one_hot(i) @ w": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.MatMul(b.OneHot(b.at("i"), b.Shape(x)[0]), x)
		}),
		"index_add axis 0": one(func(b *bench) *gorgonia.Node { return b.IndexAdd(b.at("x"), b.at("s"), b.at("i")) }),
	})
}

package main

import "gorgonia.org/gorgonia"

func init() {
	add(formulas, map[string]rule{
		"a@b":            binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.MatMul(x, y) }),
		"a^T b":          binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.MatMul(b.Transpose(x), y) }),
		"a b^T":          binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.MatMul(x, b.Transpose(y)) }),
		"a b c":          one(func(b *bench) *gorgonia.Node { return b.MatMul(b.MatMul(b.at("a"), b.at("b")), b.at("c")) }),
		"trace":          unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Trace(x) }),
		"outer(a,b)":     binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Outer(x, y) }),
		"Frobenius norm": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Norm(x, 2) }),
		"a a^T (one variable twice)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.MatMul(x, b.Transpose(x))
		}),
		"x^T W_k y + b_k": one(func(b *bench) *gorgonia.Node {
			return b.Add(b.Einsum("ni,kij,nj->nk", b.at("x"), b.at("w"), b.at("y")), b.at("b"))
		}),
		"diag(v)^2": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { d := b.Diag(x); return b.MatMul(d, d) }),
		"2 tril(A,-1)+triu(A,1)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Add(b.Scale(b.Tril(x, -1), 2), b.Triu(x, 1))
		}),
	})
}

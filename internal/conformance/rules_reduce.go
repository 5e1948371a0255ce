package main

import "gorgonia.org/gorgonia"

// reduce is the rule of a fold with the attributes axes and keepdims.
func reduce(f func(b *bench, x *gorgonia.Node, axes []int) *gorgonia.Node) rule {
	return unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
		axes := b.k.ints("axes")
		y := f(b, x, axes)
		if !b.k.flag("keepdims") {
			return y
		}
		shape := append([]int{}, b.k.Inputs.By[b.k.Inputs.Names[0]].Shape...)
		for _, a := range axes {
			shape[(a+len(shape))%len(shape)] = 1
		}
		return b.Reshape(y, shape...)
	})
}

func init() {
	add(formulas, map[string]rule{
		"sum":          reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Sum(x, a...) }),
		"mean":         reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Mean(x, a...) }),
		"amax":         reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Max(x, a...) }),
		"amin":         reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Min(x, a...) }),
		"logsumexp":    reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.LogSumExp(x, a...) }),
		"norm2":        reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Norm(x, 2, a...) }),
		"var_biased":   reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Variance(x, 0, a...) }),
		"var_unbiased": reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Variance(x, 1, a...) }),
		"std_unbiased": reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Std(x, 1, a...) }),
		"std_biased":   reduce(func(b *bench, x *gorgonia.Node, a []int) *gorgonia.Node { return b.Std(x, 0, a...) }),
	})
	add(formulas, map[string]rule{
		"cumsum axis 1":                           unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.CumSum(x, 1) }),
		"median axis 1":                           unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Median(x, 1) }),
		"amax on ties: torch amax splits evenly":  unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Max(x, 1) }),
		"max(dim) on ties: torch picks one index": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Max(x, 1) }),
		"sum|x|":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Norm(x, 1) }),
		"p-norm p=3":  unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Norm(x, 3) }),
		"prod axis 1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Prod(x, 1) }),
		"prod with one zero: gradient nonzero only at the zero": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Prod(x) }),
		"sort descending axis 1":                                unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sort(x, 1, true) }),
		"top 2 values axis 1":                                   unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.TopK(x, 2, 1) }),
	})
}

package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// windowing reads the attributes of a convolution or a pool.
func windowing(k *testCase) graph.Windowing {
	w := graph.Windowing{Stride: k.ints("stride"), Pad: k.ints("padding"), Dilation: k.ints("dilation")}
	if g := k.ints("groups"); len(g) == 1 {
		w.Groups = g[0]
	}
	return w
}

// pooling reads the attributes of a pool.
func pooling(k *testCase) graph.Pool {
	p := graph.Pool{Kernel: k.ints("kernel_size"), Windowing: windowing(k), Ceil: k.flag("ceil_mode")}
	if v, ok := k.Attrs["count_include_pad"].(bool); ok && !v {
		p.InsideOnly = true
	}
	return p
}

// biased adds the bias b, if the case has one, to each channel.
func (b *bench) biased(y *gorgonia.Node) *gorgonia.Node {
	bias := b.in["b"]
	if bias == nil {
		return y
	}
	shape := []int{b.Shape(bias)[0]}
	for range len(b.Shape(y)) - 2 {
		shape = append(shape, 1)
	}
	return b.Add(y, b.Reshape(bias, shape...))
}

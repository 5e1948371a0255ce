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

func init() {
	conv := one(func(b *bench) *gorgonia.Node { return b.biased(b.Conv(b.at("x"), b.at("w"), windowing(b.k))) })
	transposed := one(func(b *bench) *gorgonia.Node {
		return b.biased(b.ConvTranspose(b.at("x"), b.at("w"), windowing(b.k), b.k.ints("output_padding")...))
	})
	same := graph.Windowing{Pad: []int{1}}
	add(formulas, map[string]rule{
		"conv1d NCL":                                 conv,
		"conv2d NCHW/OIHW (cross-correlation)":       conv,
		"conv3d NCDHW":                               conv,
		"conv_transpose1d, weight (in,out,k)":        transposed,
		"conv_transpose2d, weight (in,out,kh,kw)":    transposed,
		"conv_transpose3d, weight (in,out,kd,kh,kw)": transposed,
		"conv(conv(x,w),w): shared kernel": binary(func(b *bench, x, w *gorgonia.Node) *gorgonia.Node {
			return b.Conv(b.Conv(x, w, same), w, same)
		}),
		"max_pool1d": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.MaxPool(x, pooling(b.k)) }),
		"max_pool2d": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.MaxPool(x, pooling(b.k)) }),
		"max_pool3d": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.MaxPool(x, pooling(b.k)) }),
		"avg_pool1d": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.AvgPool(x, pooling(b.k)) }),
		"avg_pool2d": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.AvgPool(x, pooling(b.k)) }),
		"avg_pool3d": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.AvgPool(x, pooling(b.k)) }),
		"max_pool1d k3 s2": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.MaxPool(x, graph.Pool{Kernel: []int{3}, Windowing: graph.Windowing{Stride: []int{2}}})
		}),
		"padding must act as -inf, not 0, in max pooling": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.MaxPool(x, graph.Pool{Kernel: []int{3}, Windowing: graph.Windowing{Stride: []int{2}, Pad: []int{1}}})
		}),
		"adaptive_avg_pool2d (3,2)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.AdaptiveAvgPool(x, 3, 2) }),
		"pixel_shuffle 2":           unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.PixelShuffle(x, 2) }),
		"pad last axis (1,2) mode circular": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Pad(x, []int{1}, []int{2}, graph.PadCircular)
		}),
		"pad last axis (1,2) mode replicate": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Pad(x, []int{1}, []int{2}, graph.PadReplicate)
		}),
		"pad with negative amounts crops": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Pad(x, []int{0, -1}, []int{-1, 1}, graph.PadZeros)
		}),
	})
}

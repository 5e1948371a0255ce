package onnx_test

import (
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// layers are the layers of nn on images x: [N, 4, 6, 5], on sequences s: [N, 5, 8] or on
// indices i: [N, 3].
func layers(d graph.DType) (all []exported) {
	type node = *gorgonia.Node
	add := func(name string, f func(b *graph.Builder, x node) node, input func(b *graph.Builder, n int) node) {
		p := graph.NewParams(d, 1)
		build := func(b *graph.Builder, n int) []node { return []node{f(b, input(b, n))} }
		b := graph.New(p)
		if build(b, 2); b.Err() != nil {
			panic(name + ": " + b.Err().Error())
		}
		graphtest.Unfresh(p, 0.1)
		all = append(all, exported{name: name, of: onnx.Model{Params: p, Outputs: build}, ints: map[string]int{"i": 5, "lengths": 4}})
	}
	images := func(b *graph.Builder, n int) node { return b.Input("x", n, 4, 6, 5) }
	pool := nn.PoolOptions{Kernel: []int{3, 2}, Windowing: nn.Windowing{Stride: []int{2, 2}, Pad: []int{1, 1}}}
	ceil, dilated, inside := pool, pool, pool
	ceil.Ceil, inside.InsideOnly, dilated.Dilation, dilated.Pad = true, true, []int{2, 1}, nil
	for name, f := range map[string]func(b *graph.Builder, x node) node{
		"max pool":           func(b *graph.Builder, x node) node { return nn.MaxPool(b, x, pool) },
		"max pool, ceil":     func(b *graph.Builder, x node) node { return nn.MaxPool(b, x, ceil) },
		"max pool, dilated":  func(b *graph.Builder, x node) node { return nn.MaxPool(b, x, dilated) },
		"mean pool":          func(b *graph.Builder, x node) node { return nn.AvgPool(b, x, pool) },
		"mean pool, ceil":    func(b *graph.Builder, x node) node { return nn.AvgPool(b, x, ceil) },
		"mean pool, dilated": func(b *graph.Builder, x node) node { return nn.AvgPool(b, x, dilated) },
		"mean pool, inside":  func(b *graph.Builder, x node) node { return nn.AvgPool(b, x, inside) },
		"sum pool":           func(b *graph.Builder, x node) node { return nn.SumPool(b, x, pool) },
		"lp pool":            func(b *graph.Builder, x node) node { return nn.LPPool(b, b.Abs(x), 3, pool) },
		"adaptive mean":      func(b *graph.Builder, x node) node { return nn.AdaptiveAvgPool(b, x, 4, 3) },
		"adaptive max":       func(b *graph.Builder, x node) node { return nn.AdaptiveMaxPool(b, x, 4, 3) },
		"global mean":        nn.GlobalAvgPool,
		"global max":         nn.GlobalMaxPool,
		"conv": func(b *graph.Builder, x node) node {
			return nn.Conv(b, "l", x, nn.ConvOptions{Out: 6, Kernel: []int{3, 2}, Windowing: nn.Windowing{Groups: 2, Stride: []int{2, 1}, Dilation: []int{1, 2}, Pad: []int{1, 0}, PadEnd: []int{2, 1}}})
		},
		"conv transposed": func(b *graph.Builder, x node) node {
			return nn.ConvTranspose(b, "l", x, nn.ConvOptions{Out: 6, Kernel: []int{3, 2}, Windowing: nn.Windowing{Groups: 2, Stride: []int{2, 1}, Pad: []int{1, 0}}}, 1, 0)
		},
		"batch norm":    func(b *graph.Builder, x node) node { return nn.BatchNorm(b, "l", x, nn.BatchNormOptions{}) },
		"instance norm": func(b *graph.Builder, x node) node { return nn.InstanceNorm(b, "l", x, nn.InstanceNormOptions{}) },
		"group norm":    func(b *graph.Builder, x node) node { return nn.GroupNorm(b, "l", x, 2, nn.NormOptions{}) },
		"local norm": func(b *graph.Builder, x node) node {
			return nn.LocalResponseNorm(b, x, nn.LocalResponseOptions{Size: 3})
		},
		"nearest": func(b *graph.Builder, x node) node { return nn.Resize(b, x, nn.ResizeOptions{Size: []int{9, 7}}) },
		"linear": func(b *graph.Builder, x node) node {
			return nn.Resize(b, x, nn.ResizeOptions{Mode: nn.ResizeLinear, Size: []int{9, 7}, AlignCorners: true})
		},
		"cubic": func(b *graph.Builder, x node) node {
			return nn.Resize(b, x, nn.ResizeOptions{Mode: nn.ResizeCubic, Size: []int{9, 7}})
		},
		"area": func(b *graph.Builder, x node) node {
			return nn.Resize(b, x, nn.ResizeOptions{Mode: nn.ResizeArea, Size: []int{4, 3}})
		},
		"channel shuffle": func(b *graph.Builder, x node) node { return nn.ChannelShuffle(b, x, 2) },
		"pixel shuffle":   func(b *graph.Builder, x node) node { return nn.PixelShuffle(b, x, 2) },
		"prelu":           func(b *graph.Builder, x node) node { return nn.PReLU(b, "l", x, nn.PReLUOptions{}) },
		"glu":             func(b *graph.Builder, x node) node { return nn.GLU(b, x, 1) },
		"hard swish":      nn.HardSwish,
		"mish":            nn.Mish,
		"selu":            nn.SELU,
		"soft shrink":     func(b *graph.Builder, x node) node { return nn.SoftShrink(b, x, 0.3) },
		"dropout":         func(b *graph.Builder, x node) node { return nn.Dropout(b, x, 0.5) },
		"patches": func(b *graph.Builder, x node) node {
			return nn.Patches(b, x, nn.PatchOptions{Kernel: []int{2, 2}})
		},
	} {
		add(name, f, images)
	}
	sequences := func(b *graph.Builder, n int) node { return b.Input("x", n, 5, 8) }
	for name, f := range map[string]func(b *graph.Builder, x node) node{
		"attention, causal": func(b *graph.Builder, x node) node {
			return nn.MultiHeadAttention(b, "l", x, x, x, nn.MultiHeadOptions{Heads: 2, Causal: true})
		},
		"attention, rotary": func(b *graph.Builder, x node) node {
			return nn.MultiHeadAttention(b, "l", x, x, x, nn.MultiHeadOptions{Heads: 4, KeyHeads: 2, RotaryBase: 1e4})
		},
		"layer norm": func(b *graph.Builder, x node) node { return nn.LayerNorm(b, "l", x, nn.NormOptions{}) },
		"rms norm":   func(b *graph.Builder, x node) node { return nn.RMSNorm(b, "l", x, nn.NormOptions{}) },
		"positions":  func(b *graph.Builder, x node) node { return b.Add(x, nn.SinusoidalPositions(b, 5, 8)) },
		"normalize":  func(b *graph.Builder, x node) node { return nn.Normalize(b, x, 2, -1, 1e-6) },
		"einsum":     func(b *graph.Builder, x node) node { return b.Einsum("nij,nkj->nik", x, b.Tanh(x)) },
		"median":     func(b *graph.Builder, x node) node { return b.Median(x, 1) },
		"top":        func(b *graph.Builder, x node) node { return b.TopK(x, 3, 2) },
		"deviation":  func(b *graph.Builder, x node) node { return b.Std(x, 1, 1) },
	} {
		add(name, f, sequences)
	}
	indices := func(b *graph.Builder, n int) node { return b.Ints("i", n, 3) }
	for name, f := range map[string]func(b *graph.Builder, i node) node{
		"bags": func(b *graph.Builder, i node) node {
			o := nn.EmbeddingBagOptions{Count: 5, Dim: 3}
			o.Lengths = b.Ints("lengths", b.Shape(i)[0])
			return nn.EmbeddingBag(b, "l", i, o)
		},
		"one-hot": func(b *graph.Builder, i node) node { return b.OneHot(i, 5) },
	} {
		add(name, f, indices)
	}
	return all
}

func TestLayers(t *testing.T) {
	all := layers(graph.Float64)
	write(t, all, onnx.Options{})
	interpreted(t, all, 1e-9, 1, 3)
}

func TestLayersInRuntime(t *testing.T) {
	all := layers(graph.Float32)
	write(t, all, onnx.Options{})
	inRuntime(t, all, 1e-5, 1, 5, 64)
}

func TestLayersInChecker(t *testing.T) {
	all := layers(graph.Float32)
	write(t, all, onnx.Options{})
	checked(t, all)
}

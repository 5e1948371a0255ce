package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// aloneCase is a layer, or a few of them: a function of examples that must not see each other.
type aloneCase struct {
	name  string
	shape []int // of one example
	ints  int   // not 0: examples are integers below it
	build func(b *graph.Builder, x, lengths *gorgonia.Node) *gorgonia.Node
}

// aloneCases are layers of many kinds and sizes.
func aloneCases() []aloneCase {
	var all []aloneCase
	add := func(name string, shape []int, build func(b *graph.Builder, x, lengths *gorgonia.Node) *gorgonia.Node) {
		all = append(all, aloneCase{name, shape, 0, build})
	}
	for _, in := range []int{1, 5, 64, 300, 784} {
		for _, out := range []int{1, 2, 3, 7, 10, 15, 16, 33, 300} {
			add(fmt.Sprintf("Dense of %d to %d", in, out), []int{in}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
				return nn.Dense(b, "f", x, out, nn.Tanh)
			})
		}
	}
	for _, in := range []int{70, 600} {
		for _, out := range []int{1, 2, 7, 64} { // the weights of tied embeddings
			product := func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
				return b.MatMul(x, b.Transpose(b.Param("w", graph.XavierUniform(), out, in)))
			}
			add(fmt.Sprintf("product of %d with a transposed weight of %d", in, out), []int{3, in}, product)
			add(fmt.Sprintf("product of a row of %d with a transposed weight of %d", in, out), []int{in}, product)
		}
	}
	for _, kernel := range []int{1, 3, 5} {
		for _, c := range [][2]int{{1, 3}, {3, 16}, {16, 16}, {32, 32}, {16, 1}} {
			for _, size := range []int{5, 12} {
				add(fmt.Sprintf("Conv of %d by %d, %d to %d channels, %d pixels", kernel, kernel, c[0], c[1], size), []int{c[0], size, size},
					func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
						return nn.Conv(b, "f", x, nn.ConvOptions{Out: c[1], Kernel: []int{kernel}, Windowing: nn.Windowing{Pad: []int{kernel / 2}}})
					})
			}
		}
	}
	add("Conv with stride", []int{16, 9, 9}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.Conv(b, "f", x, nn.ConvOptions{Out: 32, Kernel: []int{3}, Windowing: nn.Windowing{Stride: []int{2}}})
	})
	add("ConvTranspose", []int{32, 6, 6}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.ConvTranspose(b, "f", x, nn.ConvOptions{Out: 16, Kernel: []int{3}, Windowing: nn.Windowing{Pad: []int{1}}})
	})
	add("Conv of one axis", []int{3, 20}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.Conv(b, "f", x, nn.ConvOptions{Out: 5, Kernel: []int{3}})
	})
	image := []int{4, 8, 8}
	add("MaxPool", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.MaxPool(b, x, nn.PoolOptions{Kernel: []int{2}})
	})
	add("AvgPool", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.AvgPool(b, x, nn.PoolOptions{Kernel: []int{3}})
	})
	add("LPPool", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.LPPool(b, x, 2, nn.PoolOptions{Kernel: []int{2}})
	})
	add("GlobalAvgPool", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return nn.GlobalAvgPool(b, x) })
	add("GlobalAvgPool of a channel", []int{1, 8, 8}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return nn.GlobalAvgPool(b, x) })
	add("AdaptiveAvgPool", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return nn.AdaptiveAvgPool(b, x, 3, 3) })
	add("BatchNorm", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.BatchNorm(b, "f", x, nn.BatchNormOptions{})
	})
	add("LayerNorm", []int{33}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.LayerNorm(b, "f", x, nn.NormOptions{})
	})
	add("RMSNorm", []int{3, 70}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.RMSNorm(b, "f", x, nn.NormOptions{})
	})
	add("GroupNorm", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.GroupNorm(b, "f", x, 2, nn.NormOptions{})
	})
	add("InstanceNorm", image, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.InstanceNorm(b, "f", x, nn.InstanceNormOptions{})
	})
	add("Standardize", []int{1, 100}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return nn.Standardize(b, x, 1e-5, -1) })
	add("Softmax", []int{37}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return b.Softmax(x) })
	add("LogSoftmax", []int{5}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return b.LogSoftmax(x) })
	for _, k := range []int{3, 37, 900} {
		add(fmt.Sprintf("Sum of %d", k), []int{k}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return b.Sum(x, 1) })
		add(fmt.Sprintf("Mean over the first of %d", k), []int{k, 5}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return b.Mean(x, 1) })
		add(fmt.Sprintf("Mean over both of %d", k), []int{k, 3}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return b.Mean(x, 1, 2) })
		add(fmt.Sprintf("Var of %d", k), []int{k}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return b.Sum(b.Square(x), 1) })
		add(fmt.Sprintf("CumSum of %d", k), []int{k}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node { return b.CumSum(x, 1) })
		add(fmt.Sprintf("dot products of %d", k), []int{1, k}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
			return b.MatMul(x, b.SwapAxes(b.Tanh(x), 1, 2))
		})
	}
	for _, in := range []int{1, 3, 16} {
		add(fmt.Sprintf("Bilinear of %d", in), []int{in}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
			return nn.Bilinear(b, "f", x, x, nn.BilinearOptions{Out: 3})
		})
	}
	for _, in := range []int{1, 40} {
		for _, cell := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN} {
			for _, hidden := range []int{1, 3, 32} {
				add(fmt.Sprintf("%v of %d to %d", cell, in, hidden), []int{3, in}, func(b *graph.Builder, x, lengths *gorgonia.Node) *gorgonia.Node {
					y, _ := nn.Recurrent(b, "f", x, nn.RecurrentOptions{Cell: cell, Hidden: hidden, Layers: 2, Bidirectional: hidden == 3, BatchFirst: true, Lengths: lengths})
					return y
				})
			}
		}
	}
	for _, d := range []int{4, 48} {
		add(fmt.Sprintf("attention of %d", d), []int{3, d}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
			return nn.MultiHeadAttention(b, "f", x, x, x, nn.MultiHeadOptions{Heads: 2})
		})
		add(fmt.Sprintf("masked attention of %d", d), []int{3, d}, func(b *graph.Builder, x, lengths *gorgonia.Node) *gorgonia.Node {
			return nn.TransformerEncoderBlock(b, "f", x, nn.TransformerOptions{Heads: 2, Lengths: lengths, Causal: true})
		})
		add(fmt.Sprintf("attention of one step of %d", d), []int{1, d}, func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
			return nn.Attention(b, x, x, x, nil)
		})
	}
	table := func(b *graph.Builder, x, _ *gorgonia.Node) *gorgonia.Node {
		return nn.Dense(b, "g", nn.Embedding(b, "f", x, nn.EmbeddingOptions{Count: 20, Dim: 64}), 7, nn.ReLU)
	}
	return append(all, aloneCase{"Embedding", []int{3}, 20, table}, aloneCase{"Embedding of an index", []int{1}, 20, table})
}

// TestAlone computes each of some examples alone and in batches of several sizes, on one
// and two workers, with fixed parameters or not: its row has the same bits every time.
func TestAlone(t *testing.T) {
	sizes := []int{1, 2, 3, 7, 16, 33, 64}
	if testing.Short() {
		sizes = sizes[:5]
	}
	for _, c := range aloneCases() {
		t.Run(c.name, func(t *testing.T) {
			for _, d := range []graph.DType{graph.Float32, graph.Float64} {
				params := graph.NewParams(d, 1)
				var want []float64
				for i := len(sizes) - 1; i >= 0; i-- {
					n := sizes[i]
					for _, o := range []graph.Options{{Workers: 1}, {Workers: 2}, {Workers: 1, Fixed: true}} {
						got := c.run(t, params, n, o)
						if want == nil {
							want = got
						}
						for k, v := range got {
							if math.Float64bits(v) != math.Float64bits(want[k]) {
								t.Errorf("%v, %d examples, %d workers, fixed %v: element %d of %d: got %v, in a batch of %d %v", d, n, o.Workers, o.Fixed, k, len(got), v, sizes[len(sizes)-1], want[k])
								break
							}
						}
					}
				}
			}
		})
	}
}

// run returns what the layer makes of the first n examples.
func (c aloneCase) run(t *testing.T, params *graph.Params, n int, o graph.Options) []float64 {
	t.Helper()
	b := graph.New(params)
	shape := append([]int{n}, c.shape...)
	var x, lengths *gorgonia.Node
	if c.ints > 0 {
		x = b.Ints("x", shape...)
	} else {
		x = b.Input("x", shape...)
	}
	if len(c.shape) == 2 && c.shape[0] == 3 {
		lengths = b.Ints("lengths", n)
	}
	y := c.build(b, x, lengths)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	o.Outputs = gorgonia.Nodes{y}
	p, err := b.Compile(o)
	if err != nil {
		t.Fatal(err)
	}
	size := n
	for _, k := range c.shape {
		size *= k
	}
	if c.ints > 0 {
		v := make([]int, size)
		for i := range v {
			v[i] = (i*7 + i*i) % c.ints
		}
		err = graph.InputOf[int](p, "x").Set(v)
	} else {
		v := make([]float64, size)
		for i := range v {
			v[i] = math.Sin(float64(i)*1.7 + 0.3)
		}
		err = graph.InputOf[float64](p, "x").Set(v)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range p.Inputs() {
		if in.Name == "lengths" {
			v := make([]int, n)
			for i := range v {
				v[i] = i % 4
			}
			if err := graph.InputOf[int](p, "lengths").Set(v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return graph.OutputOf[float64](p, 0).Read(nil)
}

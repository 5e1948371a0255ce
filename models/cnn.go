package models

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// ConvBlock is a convolution, an activation and a max pool.
type ConvBlock struct {
	Channels  int  // output channels, ≥ 1
	Kernel    int  // extent of the kernel on both axes, ≥ 1
	Pad       int  // zeros on each side of the image, ≥ 0
	Stride    int  // of the convolution; 0: 1
	Pool      int  // extent and stride of the max pool; 0 or 1: no pool
	BatchNorm bool // normalize before the activation; the convolution then has no bias

	// Residual makes it a residual block of two layers (He et al. 2016, figure 2). A second
	// convolution, of stride 1, follows the activation. The block's input is added to what
	// it returns, and the activation follows again. Where the stride or the number of
	// channels changes, every Stride-th pixel is added, and nothing to the new channels:
	// the paper's option A, which has no weights. Kernel must be 2·Pad + 1, and Channels
	// at least those of the input.
	Residual bool
}

// CNNOptions are the settings of a CNN.
type CNNOptions struct {
	Channels, Height, Width int         // of the images, each ≥ 1
	Blocks                  []ConvBlock // at least one
	GlobalPool              bool        // the layers that follow see the mean of each channel alone
	Hidden                  []int       // units of the layers between the blocks and the output, each ≥ 1
	Out                     int         // classes of MultiClass, ≥ 2, or outputs of Regression, ≥ 1; 0 or 1 for Binary
	Head                    Head        // the zero value is MultiClass

	Activation nn.Activation     // of all layers but the last; the zero value is replaced by ReLU
	Dropout    float64           // rate after each hidden layer, in [0, 1)
	Init       graph.Initializer // of the weights; nil: Activation.Initializer()
	DType      graph.DType       // the zero value is Float64
	Seed       uint64            // of the first weights
}

// CNN is a convolutional network: blocks of convolution, activation and max pool, then
// the layers of an MLP (LeCun et al. 1998).
//
// The input "x" is [N, Channels, Height, Width]; a row of as many numbers has the same order.
// The parameters are "conv<i>/weight": [out, in, Kernel, Kernel], "conv<i>/bias": [out],
// "dense<i>/weight": [in, out] and "dense<i>/bias": [out]. With BatchNorm, those of
// nn.BatchNorm under "norm<i>" stand in for the bias. A residual block i has its layers in
// a scope: "block<i>/conv0/weight", "block<i>/conv1/weight" and so on. The output is that
// of MLP.
type CNN struct {
	o CNNOptions
	p *graph.Params
}

// LeNet5 returns the settings of LeNet-5 (LeCun et al. 1998), with ReLU and max pools, for
// images of one channel and 28 by 28 pixels and ten classes.
func LeNet5() CNNOptions {
	return CNNOptions{Channels: 1, Height: 28, Width: 28, Out: 10, Hidden: []int{120, 84},
		Blocks: []ConvBlock{{Channels: 6, Kernel: 5, Pad: 2, Pool: 2}, {Channels: 16, Kernel: 5, Pool: 2}}}
}

// ResNet20 returns the settings of the residual network of 20 layers for images of three
// channels and 32 by 32 pixels and ten classes (He et al. 2016, section 4.2). A convolution
// is followed by three stages of three residual blocks, of 16, 32 and 64 channels, and by
// the mean of each channel. The shortcuts have no weights (option A). The weights are drawn
// by HeUniform; the paper draws normal numbers of the same variance.
func ResNet20() CNNOptions {
	o := CNNOptions{Channels: 3, Height: 32, Width: 32, Out: 10, GlobalPool: true}
	o.Blocks = []ConvBlock{{Channels: 16, Kernel: 3, Pad: 1, BatchNorm: true}}
	for stage, channels := range []int{16, 32, 64} {
		for i := range 3 {
			k := ConvBlock{Channels: channels, Kernel: 3, Pad: 1, BatchNorm: true, Residual: true}
			if stage > 0 && i == 0 {
				k.Stride = 2
			}
			o.Blocks = append(o.Blocks, k)
		}
	}
	return o
}

// NewCNN returns a CNN with fresh weights.
//
// Errors: ErrOption for settings that are out of range, ErrShape for a block whose kernel
// or pool does not fit its images.
func NewCNN(o CNNOptions) (*CNN, error) {
	o.Out, o.Activation = outputsOf(o.Head, o.Out), activationOf(o.Activation)
	if err := o.check(); err != nil {
		return nil, fail("NewCNN", err)
	}
	return &CNN{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// check says what is wrong with the settings.
func (o CNNOptions) check() error {
	switch {
	case o.Channels < 1 || o.Height < 1 || o.Width < 1:
		return mistake.Optionf("got images [%d, %d, %d], want at least one channel and pixel", o.Channels, o.Height, o.Width)
	case len(o.Blocks) == 0:
		return mistake.Optionf("got no blocks, want at least one")
	}
	if err := (shared{o.Head, o.Out, o.Hidden, []nn.Activation{o.Activation}, o.Dropout, 0, o.DType}).check(); err != nil {
		return err
	}
	image := [3]int{o.Channels, o.Height, o.Width}
	for i, k := range o.Blocks {
		if err := k.check(i); err != nil {
			return err
		}
		out, err := k.of(i, image)
		if err != nil {
			return err
		}
		image = out
	}
	return nil
}

// check says what is wrong with block i by itself.
func (k ConvBlock) check(i int) error {
	switch {
	case k.Channels < 1:
		return mistake.Optionf("got %d output channels of block %d, want at least 1", k.Channels, i)
	case k.Kernel < 1:
		return mistake.Optionf("got the kernel %d of block %d, want at least 1", k.Kernel, i)
	case min(k.Pad, k.Stride, k.Pool) < 0:
		return mistake.Optionf("got Pad %d, Stride %d and Pool %d of block %d, want at least 0", k.Pad, k.Stride, k.Pool, i)
	}
	return nil
}

// of returns the images that block i makes of the given ones, or says what does not fit.
func (k ConvBlock) of(i int, in [3]int) (out [3]int, err error) {
	if k.Residual && (k.Kernel != 2*k.Pad+1 || k.Channels < in[0]) {
		return out, mistake.Shapef("got the kernel %d, Pad %d and %d channels of the residual block %d for images %v, want the kernel 2·Pad + 1 and at least %d channels",
			k.Kernel, k.Pad, k.Channels, i, in, in[0])
	}
	out[0] = k.Channels
	for axis := 1; axis < 3; axis++ {
		n := in[axis] + 2*k.Pad - k.Kernel
		if n < 0 {
			return out, mistake.Shapef("got the kernel %d and Pad %d of block %d for images %v, want a kernel that fits", k.Kernel, k.Pad, i, in)
		}
		n = n/max(1, k.Stride) + 1
		if k.Pool > n {
			return out, mistake.Shapef("got the pool %d of block %d for %d pixels, want one that fits", k.Pool, i, n)
		}
		out[axis] = n / max(1, k.Pool)
	}
	return out, nil
}

// Params returns the weights and biases.
func (m *CNN) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, a mean over the examples,
// and the output.
func (m *CNN) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	o := m.o
	h := b.Input("x", n, o.Channels, o.Height, o.Width)
	for i, k := range o.Blocks {
		if k.Residual {
			b.Scope(fmt.Sprintf("block%d", i), func() { h = m.residual(b, h, k) })
		} else {
			h = nn.Activate(b, o.Activation, m.convolved(b, i, h, k))
		}
		if k.Pool > 1 {
			h = nn.MaxPool(b, h, nn.PoolOptions{Kernel: []int{k.Pool}})
		}
	}
	if o.GlobalPool {
		h = nn.GlobalAvgPool(b, h)
	}
	d := dense{o.Hidden, slices.Repeat([]nn.Activation{o.Activation}, len(o.Hidden)), o.Out, o.Dropout, o.Init}
	out, _ := d.build(b, b.Reshape(h, n, -1))
	return o.Head.finish(b, out, nil)
}

// convolved returns the convolution "conv<i>" of h, normalized if the block says so.
func (m *CNN) convolved(b *graph.Builder, i int, h *gorgonia.Node, k ConvBlock) *gorgonia.Node {
	h = nn.Conv(b, fmt.Sprintf("conv%d", i), h, nn.ConvOptions{Out: k.Channels, Kernel: []int{k.Kernel}, NoBias: k.BatchNorm,
		Weight: initializerOf(m.o.Init, m.o.Activation), Windowing: nn.Windowing{Pad: []int{k.Pad}, Stride: []int{max(1, k.Stride)}}})
	if k.BatchNorm {
		h = nn.BatchNorm(b, fmt.Sprintf("norm%d", i), h, nn.BatchNormOptions{})
	}
	return h
}

// residual returns what a residual block makes of h: [N, C, H, W].
func (m *CNN) residual(b *graph.Builder, h *gorgonia.Node, k ConvBlock) *gorgonia.Node {
	second := k
	second.Stride = 1
	y := nn.Activate(b, m.o.Activation, m.convolved(b, 0, h, k))
	y = m.convolved(b, 1, y, second)
	return nn.Activate(b, m.o.Activation, b.Add(y, shortcut(b, h, k)))
}

// shortcut returns every Stride-th pixel of h: [N, C, H, W], and zeros in the channels that
// the block adds.
func shortcut(b *graph.Builder, h *gorgonia.Node, k ConvBlock) *gorgonia.Node {
	if k.Stride > 1 {
		pixels := graph.Span{Stop: math.MaxInt, Step: k.Stride}
		h = b.Slice(h, graph.All(), graph.All(), pixels, pixels)
	}
	if more := k.Channels - b.Shape(h)[1]; more > 0 {
		h = b.Pad(h, []int{0, 0, 0}, []int{more, 0, 0}, graph.PadZeros)
	}
	return h
}

package models

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// ConvBlock is a convolution, an activation and a max pool.
type ConvBlock struct {
	Channels int // output channels, ≥ 1
	Kernel   int // extent of the kernel on both axes, ≥ 1
	Pad      int // zeros on each side of the image, ≥ 0
	Stride   int // of the convolution; 0: 1
	Pool     int // extent and stride of the max pool; 0 or 1: no pool
}

// CNNOptions are the settings of a CNN.
type CNNOptions struct {
	Channels, Height, Width int         // of the images, each ≥ 1
	Blocks                  []ConvBlock // at least one
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
// The input "x" is [N, Channels·Height·Width], each image row-major as [Channels, Height,
// Width]. The parameters are "conv<i>/weight": [out, in, Kernel, Kernel], "conv<i>/bias":
// [out], "dense<i>/weight": [in, out] and "dense<i>/bias": [out]. The output is that of
// MLP.
type CNN struct {
	o CNNOptions
	p *graph.Params
}

// LeNet returns the settings of the network of LeCun et al. 1998, with ReLU and max
// pools, for images of one channel and 28 by 28 pixels and ten classes.
func LeNet() CNNOptions {
	return CNNOptions{Channels: 1, Height: 28, Width: 28, Out: 10, Hidden: []int{120, 84},
		Blocks: []ConvBlock{{Channels: 6, Kernel: 5, Pad: 2, Pool: 2}, {Channels: 16, Kernel: 5, Pool: 2}}}
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
	h := b.Reshape(b.Input("x", n, o.Channels*o.Height*o.Width), n, o.Channels, o.Height, o.Width)
	for i, k := range o.Blocks {
		h = nn.Conv(b, fmt.Sprintf("conv%d", i), h, nn.ConvOptions{Out: k.Channels, Kernel: []int{k.Kernel}, Weight: initializerOf(o.Init, o.Activation),
			Windowing: nn.Windowing{Pad: []int{k.Pad}, Stride: []int{max(1, k.Stride)}}})
		h = nn.Activate(b, o.Activation, h)
		if k.Pool > 1 {
			h = nn.MaxPool(b, h, nn.PoolOptions{Kernel: []int{k.Pool}})
		}
	}
	d := dense{o.Hidden, slices.Repeat([]nn.Activation{o.Activation}, len(o.Hidden)), o.Out, o.Dropout, o.Init}
	out, _ := d.build(b, b.Reshape(h, n, -1))
	return o.Head.finish(b, out, n, o.Out)
}

package models

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// ConvBlock is a convolution, an activation and a max pool.
type ConvBlock struct {
	Channels int // that come out, ≥ 1
	Kernel   int // extent on both axes, ≥ 1
	Pad      int // zeros on each side
	Stride   int // default 1
	Pool     int // extent and stride of the max pool; 0 or 1: none
}

// ConvNet are the settings of a CNN.
type ConvNet struct {
	Channels, Height, Width int         // of the images
	Blocks                  []ConvBlock // at least one
	Hidden                  []int       // units of the layers between the blocks and the output
	Out                     int         // as for Perceptron
	Head                    Head
	Activation              nn.Activation     // of all but the last layer; the zero value is replaced by ReLU
	Dropout                 float64           // rate after each hidden layer, in [0, 1)
	Init                    graph.Initializer // of the weights; nil: what suits the activation
	DType                   graph.DType       // default Float64
	Seed                    uint64            // of the first weights
}

// CNN is a convolutional network: blocks of convolution, activation and max
// pool, then the layers of a perceptron (LeCun et al. 1998). The input "x" is [N,
// Channels·Height·Width], each image row-major as [Channels, Height, Width]. The
// parameters are "conv<i>/weight": [out, in, Kernel, Kernel], "conv<i>/bias",
// "dense<i>/weight" and "dense<i>/bias". Loss and output are those of MLP.
type CNN struct {
	c ConvNet
	p *graph.Params
}

// LeNet is the network of LeCun et al. 1998 with ReLU and max pools, for images
// of one channel of 28 by 28 and ten classes.
func LeNet() ConvNet {
	return ConvNet{Channels: 1, Height: 28, Width: 28, Out: 10, Hidden: []int{120, 84},
		Blocks: []ConvBlock{{Channels: 6, Kernel: 5, Pad: 2, Pool: 2}, {Channels: 16, Kernel: 5, Pool: 2}}}
}

// NewCNN is a CNN with fresh weights.
func NewCNN(c ConvNet) (*CNN, error) {
	if c.Activation == nn.Identity {
		c.Activation = nn.ReLU
	}
	if c.Channels < 1 || c.Height < 1 || c.Width < 1 || len(c.Blocks) == 0 {
		return nil, errors.Wrapf(graph.ErrOption, "models: CNN: got images of %d channels, %d by %d, and %d blocks, want at least one of each", c.Channels, c.Height, c.Width, len(c.Blocks))
	}
	head := Perceptron{In: 1, Hidden: c.Hidden, Out: c.Out, Head: c.Head, Activation: c.Activation, Dropout: c.Dropout, DType: c.DType}
	if err := head.settle(); err != nil {
		return nil, errors.Wrap(err, "models: CNN")
	}
	c.Out = head.Out
	for i, k := range c.Blocks {
		if k.Channels < 1 || k.Kernel < 1 || k.Pad < 0 || k.Stride < 0 || k.Pool < 0 {
			return nil, errors.Wrapf(graph.ErrOption, "models: CNN: got %+v as block %d, want at least one channel and place of the kernel, and nothing negative", k, i)
		}
	}
	return &CNN{c, graph.NewParams(c.DType, c.Seed)}, nil
}

// Params are the weights and biases.
func (m *CNN) Params() *graph.Params { return m.p }

// Loss builds the loss of n examples.
func (m *CNN) Loss(b *graph.Builder, n int) (loss, output *gorgonia.Node) {
	init := m.c.Init
	if init == nil {
		init = m.c.Activation.Initializer()
	}
	h := b.Reshape(b.Input("x", n, m.c.Channels*m.c.Height*m.c.Width), n, m.c.Channels, m.c.Height, m.c.Width)
	for i, k := range m.c.Blocks {
		stride := max(1, k.Stride)
		h = nn.Convolution(b, fmt.Sprintf("conv%d", i), h, nn.ConvolutionOptions{Out: k.Channels, Kernel: []int{k.Kernel}, Weight: init,
			Windowing: nn.Windowing{Pad: []int{k.Pad}, Stride: []int{stride}}})
		h = nn.Activate(b, m.c.Activation, h)
		if k.Pool > 1 {
			h = nn.MaxPool(b, h, nn.PoolOptions{Kernel: []int{k.Pool}})
		}
	}
	h = b.Reshape(h, n, -1)
	for i, units := range m.c.Hidden {
		h = nn.Linear(b, fmt.Sprintf("dense%d", i), h, nn.LinearOptions{Out: units, Weight: init})
		h = nn.Dropout(b, nn.Activate(b, m.c.Activation, h), m.c.Dropout)
	}
	out := nn.Linear(b, fmt.Sprintf("dense%d", len(m.c.Hidden)), h, nn.LinearOptions{Out: m.c.Out})
	return finish(b, m.c.Head, out, n, m.c.Out)
}

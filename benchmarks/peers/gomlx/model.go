package main

import (
	"github.com/gomlx/compute/shapes"
	mlx "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph/nn"
)

// model reads parameters in the order of the problem.
type model struct {
	p      *workload.Problem
	params []*mlx.Node
}

func (m *model) next() *mlx.Node {
	q := m.params[0]
	m.params = m.params[1:]
	return q
}

// loss of a batch x: [N, Features] with y: targets [N, Out] or labels [N].
func (m model) loss(x, y *mlx.Node) *mlx.Node {
	n := m.p.Batch
	if m.p.Kind == "cnn" {
		x = mlx.Reshape(x, n, m.p.Image[0], m.p.Image[1], m.p.Image[2])
		for _, b := range m.p.Blocks {
			x = m.activate(m.conv(x, b.Kernel, b.Pad, max(1, b.Stride)))
			if b.Pool > 1 {
				x = maxPool(x, b.Pool)
			}
		}
		x = mlx.Reshape(x, n, -1)
	}
	if m.p.Kind == "lstm" {
		x = m.lstm(x)
	}
	for len(m.params) > 0 {
		w := m.next()
		x = mlx.Add(mlx.Dot(x, w).Product(), mlx.InsertAxes(m.next(), 0))
		if len(m.params) > 0 {
			x = m.activate(x)
		}
	}
	if m.p.MSE {
		return mlx.ReduceAllMean(mlx.Square(mlx.Sub(x, y)))
	}
	return mlx.Neg(mlx.MulScalar(mlx.ReduceAllSum(mlx.Mul(mlx.LogSoftmax(x), mlx.OneHot(y, m.p.Out(), x.DType()))), 1/float64(n)))
}

func (m *model) activate(x *mlx.Node) *mlx.Node {
	switch m.p.Activation {
	case nn.Tanh:
		return mlx.Tanh(x)
	case nn.Sigmoid:
		return mlx.Sigmoid(x)
	}
	return mlx.Max(x, mlx.ZerosLike(x))
}

// conv is a product with the patches of x: [N, C, H, W]; the backend has no
// gradient of its own convolution.
func (m *model) conv(x *mlx.Node, kernel, pad, stride int) *mlx.Node {
	taps, h, w := patches(x, kernel, pad, stride)
	weights := m.next()
	out := weights.Shape().Dimensions[0]
	y := mlx.Dot(taps, mlx.TransposeAllAxes(mlx.Reshape(weights, out, -1), 1, 0)).Product()
	y = mlx.Add(y, mlx.InsertAxes(m.next(), 0))
	return mlx.TransposeAllAxes(mlx.Reshape(y, m.p.Batch, h, w, out), 0, 3, 1, 2)
}

// patches are the windows of x: [N, C, H, W] as [N·h·w, C·kernel²]. They are
// gathered, since the backend has no gradient of a slice.
func patches(x *mlx.Node, kernel, pad, stride int) (taps *mlx.Node, h, w int) {
	d := x.Shape().Dimensions
	n, c, high, wide := d[0], d[1], d[2], d[3]
	h, w = (high+2*pad-kernel)/stride+1, (wide+2*pad-kernel)/stride+1
	at := make([]int32, 0, n*h*w*c*kernel*kernel)
	for window := range n * h * w {
		top, left := window/w%h*stride-pad, window%w*stride-pad
		for tap := range c * kernel * kernel {
			i, j := top+tap/kernel%kernel, left+tap%kernel
			if i < 0 || j < 0 || i >= high || j >= wide {
				at = append(at, int32(n*c*high*wide)) // the zero behind all elements
				continue
			}
			image := window/(h*w)*c + tap/(kernel*kernel)
			at = append(at, int32((image*high+i)*wide+j))
		}
	}
	g := x.Graph()
	flat := mlx.Concatenate([]*mlx.Node{mlx.Reshape(x, -1), mlx.Zeros(g, shapes.Make(x.DType(), 1))}, 0)
	index := mlx.Const(g, tensors.FromFlatDataAndDimensions(at, len(at), 1))
	return mlx.Reshape(mlx.Gather(flat, index), n*h*w, c*kernel*kernel), h, w
}

// maxPool leaves out rows and columns that make no whole window.
func maxPool(x *mlx.Node, size int) *mlx.Node {
	d := x.Shape().Dimensions
	if d[2]%size == 0 && d[3]%size == 0 {
		return mlx.ReduceMax(mlx.Reshape(x, d[0], d[1], d[2]/size, size, d[3]/size, size), 3, 5)
	}
	taps, h, w := patches(x, size, 0, size)
	top := mlx.ReduceMax(mlx.Reshape(taps, d[0], h, w, d[1], size*size), 4)
	return mlx.TransposeAllAxes(top, 0, 3, 1, 2)
}

// lstm is the last state of a layer of units with gates i, f, g, o.
func (m *model) lstm(x *mlx.Node) *mlx.Node {
	n, steps, units := m.p.Batch, m.p.Steps, m.p.Hidden
	x = mlx.Reshape(mlx.TransposeAllAxes(mlx.Reshape(x, n, steps, m.p.In), 1, 0, 2), steps*n, m.p.In)
	wx, wh, b := m.next(), m.next(), m.next()
	inputs := mlx.Reshape(mlx.Add(mlx.Dot(x, wx).Product(), mlx.InsertAxes(b, 0)), steps, n, 4*units) // of all steps at once
	part := func(x *mlx.Node, i int) *mlx.Node { return mlx.Gather(x, mlx.Const(x.Graph(), []int32{int32(i)})) }
	var h, c *mlx.Node
	for t := range steps {
		z := part(inputs, t)
		if t > 0 {
			z = mlx.Add(z, mlx.Dot(h, wh).Product())
		}
		gates := mlx.TransposeAllAxes(mlx.Reshape(z, n, 4, units), 1, 0, 2)
		gate := func(i int) *mlx.Node { return part(gates, i) }
		cell := mlx.Mul(mlx.Sigmoid(gate(0)), mlx.Tanh(gate(2)))
		if t > 0 {
			cell = mlx.Add(cell, mlx.Mul(mlx.Sigmoid(gate(1)), c))
		}
		c = cell
		h = mlx.Mul(mlx.Sigmoid(gate(3)), mlx.Tanh(c))
	}
	return h
}

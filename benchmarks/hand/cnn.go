package hand

import (
	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
)

// images makes the layers of a cnn. image is what they have made so far.
type images[T Float] struct {
	k     Kernels[T]
	n     int
	image [3]int // channels, height, width
	act   nn.Activation
	take  func(count int) []*param[T]
}

// cnn are the layers that come before the dense ones. features is how many numbers they
// leave of an image.
func cnn[T Float](p *workload.Problem, k Kernels[T], take func(count int) []*param[T]) (layers []layer[T], features int) {
	m := &images[T]{k: k, n: p.Batch, image: p.Image, act: p.Activation, take: take}
	for _, b := range p.Blocks {
		layers = append(layers, m.block(b)...)
		if b.Pool > 1 {
			q := newMaxPool[T](m.n*m.image[0], m.image[1], m.image[2], b.Pool)
			layers = append(layers, q)
			m.image[1], m.image[2] = q.oh, q.ow
		}
	}
	if p.GlobalPool {
		layers = append(layers, newChannelMean(k, m.n*m.image[0], m.image[1]*m.image[2]))
		m.image[1], m.image[2] = 1, 1
	}
	return layers, m.image[0] * m.image[1] * m.image[2]
}

// block are the layers of a block, without its pool.
func (m *images[T]) block(b models.ConvBlock) []layer[T] {
	if !b.Residual {
		return m.conv(b, max(1, b.Stride), m.act)
	}
	s := newShortcut[T](m.n, m.image, b.Channels, max(1, b.Stride))
	f := append(m.conv(b, max(1, b.Stride), m.act), m.conv(b, 1, nn.Identity)...)
	if norm, ok := f[len(f)-1].(*batchNorm[T]); ok {
		norm.dx = make([]T, len(norm.y))
	}
	return []layer[T]{&residual[T]{k: m.k, layers: f, short: s, act: m.act}}
}

// conv is a convolution with what follows it: a bias or a batchNorm, and act.
func (m *images[T]) conv(b models.ConvBlock, stride int, act nn.Activation) []layer[T] {
	owned := 2
	if b.BatchNorm {
		owned = 1
	}
	l := newConv(m.k, m.n, m.image, b.Channels, b.Kernel, b.Pad, stride, act, m.take(owned))
	m.image = [3]int{b.Channels, l.oh, l.ow}
	if !b.BatchNorm {
		return []layer[T]{l}
	}
	return []layer[T]{l, newBatchNorm(m.k, m.n, b.Channels, l.oh*l.ow, act, m.take(2))}
}

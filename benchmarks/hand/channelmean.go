package hand

// channelMean is the mean of each plane: [planes, size] to [planes].
type channelMean[T Float] struct {
	k            Kernels[T]
	planes, size int
	y, dx        []T
}

func newChannelMean[T Float](k Kernels[T], planes, size int) *channelMean[T] {
	return &channelMean[T]{k: k, planes: planes, size: size, y: make([]T, planes), dx: make([]T, planes*size)}
}

func (l *channelMean[T]) forward(x []T) []T {
	for i := range l.y {
		l.y[i] = l.k.Sum(x[i*l.size:(i+1)*l.size]) / T(l.size)
	}
	return l.y
}

func (l *channelMean[T]) backward(d []T, _ bool) []T {
	for i, v := range d[:l.planes] {
		plane := l.dx[i*l.size : (i+1)*l.size]
		for j := range plane {
			plane[j] = v / T(l.size)
		}
	}
	return l.dx
}

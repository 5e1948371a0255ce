package hand

import "github.com/symgrad/symgrad/graph/nn"

// lstm is graph.LSTM from a state of zeros; its output is the last hidden state.
// The gates i, f, g, o lie side by side in rows of 4·hidden.
type lstm[T Float] struct {
	k                    Kernels[T]
	n, steps, in, hidden int
	wx, wh, b            *param[T]
	x                    []T // [steps, n, in]
	z, dz                []T // [steps, n, 4·hidden]: the gates; their gradients
	h, c, tc             []T // [steps, n, hidden]; tc = tanh c
	dh, dc               []T // [n, hidden]
}

func newLSTM[T Float](k Kernels[T], n, steps, in, hidden int, p []*param[T]) *lstm[T] {
	buffer := func(width int) []T { return make([]T, steps*n*width) }
	return &lstm[T]{k: k, n: n, steps: steps, in: in, hidden: hidden, wx: p[0], wh: p[1], b: p[2],
		x: buffer(in), z: buffer(4 * hidden), dz: buffer(4 * hidden), h: buffer(hidden), c: buffer(hidden), tc: buffer(hidden),
		dh: make([]T, n*hidden), dc: make([]T, n*hidden)}
}

func (l *lstm[T]) forward(x []T) []T {
	n, in, hid := l.n, l.in, l.hidden
	for i := range n {
		for t := range l.steps {
			copy(l.x[(t*n+i)*in:(t*n+i+1)*in], x[(i*l.steps+t)*in:])
		}
	}
	l.k.MatMul(false, false, l.steps*n, 4*hid, in, l.x, l.wx.w, 0, l.z)
	l.k.BiasAct(nn.Identity, l.z, l.b.w, l.steps*n)
	for t := range l.steps {
		z := l.z[t*n*4*hid : (t+1)*n*4*hid]
		if t > 0 {
			l.k.MatMul(false, false, n, 4*hid, hid, l.h[(t-1)*n*hid:t*n*hid], l.wh.w, 1, z)
		}
		for i := range n {
			row, at := z[i*4*hid:(i+1)*4*hid], (t*n+i)*hid
			l.k.Sigmoid(row[:2*hid])
			l.k.Tanh(row[2*hid : 3*hid])
			l.k.Sigmoid(row[3*hid:])
			c := l.c[at : at+hid]
			for j := range c {
				c[j] = row[j] * row[2*hid+j]
			}
			if t > 0 {
				for j, v := range l.c[at-n*hid : at-n*hid+hid] {
					c[j] += row[hid+j] * v
				}
			}
			tc, h := l.tc[at:at+hid], l.h[at:at+hid]
			copy(tc, c)
			l.k.Tanh(tc)
			for j := range h {
				h[j] = row[3*hid+j] * tc[j]
			}
		}
	}
	return l.h[(l.steps-1)*n*hid:]
}

func (l *lstm[T]) backward(d []T, _ bool) []T {
	n, in, hid := l.n, l.in, l.hidden
	copy(l.dh, d)
	clear(l.dc)
	for t := l.steps - 1; t >= 0; t-- {
		dz := l.dz[t*n*4*hid : (t+1)*n*4*hid]
		for i := range n {
			at := (t*n + i) * hid
			z, dz := l.z[4*at:4*at+4*hid], dz[i*4*hid:(i+1)*4*hid]
			tc, dh, dc := l.tc[at:at+hid], l.dh[i*hid:(i+1)*hid], l.dc[i*hid:(i+1)*hid]
			for j := range hid {
				in, f, g, o := z[j], z[hid+j], z[2*hid+j], z[3*hid+j]
				var before T
				if t > 0 {
					before = l.c[at-n*hid+j]
				}
				e := dc[j] + dh[j]*o*(1-tc[j]*tc[j])
				dz[j] = e * g * in * (1 - in)
				dz[hid+j] = e * before * f * (1 - f)
				dz[2*hid+j] = e * in * (1 - g*g)
				dz[3*hid+j] = dh[j] * tc[j] * o * (1 - o)
				dc[j] = e * f
			}
		}
		if t > 0 {
			l.k.MatMul(false, true, n, hid, 4*hid, dz, l.wh.w, 0, l.dh)
		}
	}
	l.k.MatMul(true, false, in, 4*hid, l.steps*n, l.x, l.dz, 0, l.wx.g)
	l.k.MatMul(true, false, hid, 4*hid, (l.steps-1)*n, l.h, l.dz[n*4*hid:], 0, l.wh.g)
	l.k.ColumnSums(l.b.g, l.dz, l.steps*n)
	return nil
}

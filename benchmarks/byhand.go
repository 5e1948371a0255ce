package main

import "math"

type layer struct {
	in, out    int
	w, b       []float64 // w: [in, out]
	dw, db     []float64
	x, y, d, g []float64 // input, output, gradients of the output and the input
}

func newByHand(p problem) (step, error) {
	var net []*layer
	for i, w := range p.weights {
		in, out, n := sizes[i], sizes[i+1], p.batch
		net = append(net, &layer{in: in, out: out, w: append([]float64(nil), w...), b: make([]float64, out),
			dw: make([]float64, in*out), db: make([]float64, out),
			y: make([]float64, n*out), d: make([]float64, n*out), g: make([]float64, n*in)})
	}
	return func(x []float64, labels []int) (float64, error) {
		n := len(labels)
		for i, l := range net {
			l.x = x
			l.forward(n, i < len(net)-1)
			x = l.y
		}
		last := net[len(net)-1]
		loss := crossEntropy(last.d, last.y, labels, last.out)
		for i := len(net) - 1; i >= 0; i-- {
			l := net[i]
			l.backward(n, i > 0)
			if i > 0 {
				for j, v := range net[i-1].y { // through the ReLU
					net[i-1].d[j] = 0
					if v > 0 {
						net[i-1].d[j] = l.g[j]
					}
				}
			}
		}
		for _, l := range net {
			for j, g := range l.dw {
				l.w[j] -= rate * g
			}
			for j, g := range l.db {
				l.b[j] -= rate * g
			}
		}
		return loss, nil
	}, nil
}

func (l *layer) forward(n int, relu bool) {
	for i := range n {
		y := l.y[i*l.out : (i+1)*l.out]
		copy(y, l.b)
		for k, x := range l.x[i*l.in : (i+1)*l.in] {
			w := l.w[k*l.out : (k+1)*l.out]
			for j := range y {
				y[j] += x * w[j]
			}
		}
		if relu {
			for j, v := range y {
				y[j] = max(v, 0)
			}
		}
	}
}

func (l *layer) backward(n int, inner bool) {
	clear(l.dw)
	clear(l.db)
	for i := range n {
		d := l.d[i*l.out : (i+1)*l.out]
		for j, v := range d {
			l.db[j] += v
		}
		for k, x := range l.x[i*l.in : (i+1)*l.in] {
			dw := l.dw[k*l.out : (k+1)*l.out]
			for j := range d {
				dw[j] += x * d[j]
			}
		}
		if !inner {
			continue
		}
		g := l.g[i*l.in : (i+1)*l.in]
		for k := range g {
			w, sum := l.w[k*l.out:(k+1)*l.out], 0.0
			for j := range d {
				sum += d[j] * w[j]
			}
			g[k] = sum
		}
	}
}

func crossEntropy(d, y []float64, labels []int, classes int) (loss float64) {
	n := float64(len(labels))
	for i, label := range labels {
		row, out := y[i*classes:(i+1)*classes], d[i*classes:(i+1)*classes]
		top := row[0]
		for _, v := range row {
			top = max(top, v)
		}
		sum := 0.0
		for j, v := range row {
			out[j] = math.Exp(v - top)
			sum += out[j]
		}
		loss += (math.Log(sum) + top - row[label]) / n
		for j := range out {
			out[j] /= sum * n
		}
		out[label] -= 1 / n
	}
	return loss
}

package onnxtest

import "math"

// This file has the recurrent layers, in one direction.

func init() {
	operators["LSTM"] = func(c *call) []Tensor {
		return recurrent(c, 4, func(r *row) { // gates i, o, f, c
			for j := range r.h {
				i, o, f := sigmoid(r.a[0][j]+r.r[0][j]), sigmoid(r.a[1][j]+r.r[1][j]), sigmoid(r.a[2][j]+r.r[2][j])
				r.c[j] = f*r.c[j] + i*math.Tanh(r.a[3][j]+r.r[3][j])
				r.h[j] = o * math.Tanh(r.c[j])
			}
		})
	}
	operators["GRU"] = func(c *call) []Tensor {
		want(c.int("linear_before_reset", 0) == 1, "want linear_before_reset")
		return recurrent(c, 3, func(r *row) { // gates z, r, h
			for j := range r.h {
				z, reset := sigmoid(r.a[0][j]+r.r[0][j]), sigmoid(r.a[1][j]+r.r[1][j])
				r.h[j] = (1-z)*math.Tanh(r.a[2][j]+reset*r.r[2][j]) + z*r.h[j]
			}
		})
	}
	operators["RNN"] = func(c *call) []Tensor {
		f := math.Tanh
		if s := c.Attrs["activations"].Strings; len(s) > 0 {
			want(len(s) == 1 && s[0] == "Relu", "the activations %v", s)
			f = func(x float64) float64 { return math.Max(x, 0) }
		}
		return recurrent(c, 1, func(r *row) {
			for j := range r.h {
				r.h[j] = f(r.a[0][j] + r.r[0][j])
			}
		})
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// row is one sequence at one step: the gates' parts of input and state, and the state.
type row struct {
	a, r [][]float64
	h, c []float64
}

// recurrent runs a cell over X: [T, N, In].
func recurrent(c *call, gates int, next func(*row)) []Tensor {
	x, w, hidden := c.in[0], c.in[1], c.in[2]
	steps, n, units := x.Shape[0], x.Shape[1], c.int("hidden_size", 0)
	direction := c.Attrs["direction"].S
	want(w.Shape[0] == 1 && w.Shape[1] == gates*units && hidden.Shape[2] == units, "the weights %v and %v", w.Shape, hidden.Shape)
	want(direction == "" || direction == "forward" || direction == "reverse", "the direction %s", direction)
	y := Tensor{x.Kind, []int{steps, 1, n, units}, make([]float64, steps*n*units)}
	h := Tensor{x.Kind, []int{1, n, units}, make([]float64, n*units)}
	cell := Tensor{x.Kind, []int{1, n, units}, make([]float64, n*units)}
	if c.has(5) {
		copy(h.Data, c.in[5].Data)
	}
	if c.has(6) {
		copy(cell.Data, c.in[6].Data)
	}
	bias := make([]float64, 2*gates*units)
	if c.has(3) {
		copy(bias, c.in[3].Data)
	}
	for i := range n {
		length := steps
		if c.has(4) {
			want(c.in[4].Kind == Int32, "lengths of the type %d", c.in[4].Kind)
			length = int(c.in[4].Data[i])
		}
		r := row{h: h.Data[i*units : (i+1)*units], c: cell.Data[i*units : (i+1)*units]}
		for k := range length {
			t := k
			if direction == "reverse" {
				t = length - 1 - k
			}
			in := x.Shape[2]
			r.a = affine(w.Data, x.Data[(t*n+i)*in:(t*n+i+1)*in], bias[:gates*units], gates)
			r.r = affine(hidden.Data, r.h, bias[gates*units:], gates)
			next(&r)
			copy(y.Data[(t*n+i)*units:], r.h)
		}
	}
	return []Tensor{y, h, cell}
}

// affine returns w·x + bias, cut into gates.
func affine(w, x, bias []float64, gates int) [][]float64 {
	out, units := make([][]float64, gates), len(bias)/gates
	for g := range out {
		out[g] = make([]float64, units)
		for j := range units {
			k := g*units + j
			out[g][j] = bias[k]
			for i, v := range x {
				out[g][j] += w[k*len(x)+i] * v
			}
		}
	}
	return out
}

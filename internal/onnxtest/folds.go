package onnxtest

import (
	"math"
	"slices"
)

// This file has folds over axes and products of matrices.

func init() {
	operators["ReduceSum"] = reduce(0, func(acc, x float64) float64 { return acc + x }, nil)
	operators["ReduceMean"] = func(c *call) []Tensor {
		y := reduce(0, func(acc, x float64) float64 { return acc + x }, nil)(c)
		for i := range y[0].Data {
			y[0].Data[i] /= float64(len(c.in[0].Data) / len(y[0].Data))
		}
		return y
	}
	operators["LayerNormalization"] = func(c *call) []Tensor {
		want(c.int("axis", -1) == -1, "another axis than the last")
		return alongAxis(c, -1, func(y []float64) {
			n, mean, variance := float64(len(y)), 0.0, 0.0
			for _, v := range y {
				mean += v / n
			}
			for _, v := range y {
				variance += (v - mean) * (v - mean) / n
			}
			for i, v := range y {
				y[i] = (v - mean) / math.Sqrt(variance+c.float("epsilon", 1e-5)) * c.in[1].Data[i]
			}
		})
	}
	operators["ReduceProd"] = reduce(1, func(acc, x float64) float64 { return acc * x }, nil)
	operators["ReduceMax"] = reduce(math.Inf(-1), math.Max, nil)
	operators["ReduceMin"] = reduce(math.Inf(1), math.Min, nil)
	operators["ReduceSumSquare"] = reduce(0, func(acc, x float64) float64 { return acc + x*x }, nil)
	operators["ReduceLogSumExp"] = reduce(0, func(acc, x float64) float64 { return acc + math.Exp(x) }, math.Log)
	operators["Softmax"] = func(c *call) []Tensor {
		return alongAxis(c, -1, func(y []float64) {
			sum := shifted(y)
			for i := range y {
				y[i] = math.Exp(y[i]) / sum
			}
		})
	}
	operators["LogSoftmax"] = func(c *call) []Tensor {
		return alongAxis(c, -1, func(y []float64) {
			log := math.Log(shifted(y))
			for i := range y {
				y[i] -= log
			}
		})
	}
	operators["CumSum"] = func(c *call) []Tensor {
		c.Attrs["axis"] = Attr{I: c.ints(1)[0]}
		exclusive, reverse := c.int("exclusive", 0) == 1, c.int("reverse", 0) == 1
		return alongAxis(c, 0, func(y []float64) {
			if reverse {
				slices.Reverse(y)
				defer slices.Reverse(y)
			}
			sum := 0.0
			for i, x := range y {
				if exclusive {
					y[i] = sum
				}
				if sum += x; !exclusive {
					y[i] = sum
				}
			}
		})
	}
	operators["MatMul"] = func(c *call) []Tensor { return []Tensor{product(c.in[0], c.in[1])} }
	operators["Gemm"] = func(c *call) []Tensor {
		turn := func(x Tensor, on bool) Tensor {
			want(len(x.Shape) == 2, "the shape %v", x.Shape)
			if !on {
				return x
			}
			return made(x.Kind, []int{x.Shape[1], x.Shape[0]}, func(at []int) float64 { return x.Data[at[1]*x.Shape[1]+at[0]] })
		}
		return []Tensor{product(turn(c.in[0], c.int("transA", 0) == 1), turn(c.in[1], c.int("transB", 0) == 1))}
	}
	operators["Det"] = func(c *call) []Tensor {
		s := c.in[0].Shape
		n := s[len(s)-1]
		y := Tensor{Kind: c.in[0].Kind, Shape: s[:len(s)-2]}
		for i := range size(y.Shape) {
			y.Data = append(y.Data, det(c.in[0].Data[i*n*n:(i+1)*n*n], n))
		}
		return []Tensor{y}
	}
}

// shifted takes the largest element off y and returns the sum of the powers of e.
func shifted(y []float64) (sum float64) {
	most := slices.Max(y)
	for i := range y {
		y[i] -= most
		sum += math.Exp(y[i])
	}
	return sum
}

// alongAxis changes each line along the attribute axis.
func alongAxis(c *call, fallback int, f func(y []float64)) []Tensor {
	x := c.in[0]
	axis := axisOf(c.int("axis", fallback), len(x.Shape))
	y := Tensor{x.Kind, x.Shape, slices.Clone(x.Data)}
	lines(x.Shape, axis, func(at, step int) {
		line := make([]float64, x.Shape[axis])
		for i := range line {
			line[i] = x.Data[at+i*step]
		}
		if len(line) > 0 {
			f(line)
		}
		for i, v := range line {
			y.Data[at+i*step] = v
		}
	})
	return []Tensor{y}
}

// reduce folds the axes of the attribute or of the second operand: all by default.
func reduce(start float64, f func(acc, x float64) float64, end func(float64) float64) func(c *call) []Tensor {
	return func(c *call) []Tensor {
		x := c.in[0]
		axes := c.list("axes", 0, 0)
		if c.has(1) {
			want(c.Op == "ReduceSum", "axes as an operand")
			axes = c.ints(1)
		}
		gone := make([]bool, len(x.Shape))
		for _, axis := range axes {
			gone[axisOf(axis, len(gone))] = true
		}
		kept, shape := make([]int, len(gone)), []int{}
		for i, d := range x.Shape {
			gone[i] = gone[i] || len(axes) == 0
			kept[i] = d
			if gone[i] {
				kept[i] = 1
			}
			if !gone[i] || c.int("keepdims", 1) == 1 {
				shape = append(shape, kept[i])
			}
		}
		y := Tensor{x.Kind, shape, slices.Repeat([]float64{start}, size(kept))}
		places(x.Shape, func(i int, at []int) {
			to := slices.Clone(at)
			for k := range to {
				if gone[k] {
					to[k] = 0
				}
			}
			o := offset(kept, to)
			y.Data[o] = f(y.Data[o], x.Data[i])
		})
		if end != nil {
			for i, v := range y.Data {
				y.Data[i] = end(v)
			}
		}
		return []Tensor{y}
	}
}

// product is NumPy's matmul.
func product(x, y Tensor) Tensor {
	sx, sy := slices.Clone(x.Shape), slices.Clone(y.Shape)
	row, column := len(sx) == 1, len(sy) == 1
	if row {
		sx = []int{1, sx[0]}
	}
	if column {
		sy = []int{sy[0], 1}
	}
	x, y = Tensor{x.Kind, sx, x.Data}, Tensor{y.Kind, sy, y.Data}
	m, k, n := sx[len(sx)-2], sx[len(sx)-1], sy[len(sy)-1]
	want(sy[len(sy)-2] == k, "a product of %v and %v", x.Shape, y.Shape)
	lead := together(Tensor{Shape: sx[:len(sx)-2]}, Tensor{Shape: sy[:len(sy)-2]})
	out := made(x.Kind, append(slices.Clone(lead), m, n), func(at []int) float64 {
		i, j, sum := at[len(at)-2], at[len(at)-1], 0.0
		p, q := slices.Clone(at), slices.Clone(at)
		for l := range k {
			p[len(p)-2], p[len(p)-1] = i, l
			q[len(q)-2], q[len(q)-1] = l, j
			sum += x.broadcast(p) * y.broadcast(q)
		}
		return sum
	})
	if column {
		out.Shape = out.Shape[:len(out.Shape)-1]
	}
	if row {
		at := len(lead)
		out.Shape = slices.Delete(out.Shape, at, at+1)
	}
	return out
}

// det is the determinant by the first row.
func det(x []float64, n int) float64 {
	if n == 0 {
		return 1
	}
	sum, sign := 0.0, 1.0
	for j := range n {
		var minor []float64
		for i := 1; i < n; i++ {
			for k := range n {
				if k != j {
					minor = append(minor, x[i*n+k])
				}
			}
		}
		sum, sign = sum+sign*x[j]*det(minor, n-1), -sign
	}
	return sum
}

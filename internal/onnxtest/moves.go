package onnxtest

import (
	"slices"
	"sort"
)

// This file has the operators that move elements.

func init() {
	operators["Shape"] = func(c *call) []Tensor {
		s := c.in[0].Shape
		start, end := c.int("start", 0), c.int("end", len(s))
		y := Tensor{Kind: Int64, Shape: []int{end - start}}
		for _, d := range s[start:end] {
			y.Data = append(y.Data, float64(d))
		}
		return []Tensor{y}
	}
	operators["Reshape"] = reshape
	operators["Unsqueeze"] = func(c *call) []Tensor {
		s := slices.Clone(c.in[0].Shape)
		for _, axis := range c.ints(1) {
			s = slices.Insert(s, axisOf(axis, len(s)+1), 1)
		}
		return []Tensor{{c.in[0].Kind, s, c.in[0].Data}}
	}
	operators["Squeeze"] = func(c *call) []Tensor {
		axes := c.ints(1)
		axis := axisOf(axes[0], len(c.in[0].Shape))
		want(len(axes) == 1 && c.in[0].Shape[axis] == 1, "the axes %v of %v", axes, c.in[0].Shape)
		return []Tensor{{c.in[0].Kind, slices.Delete(slices.Clone(c.in[0].Shape), axis, axis+1), c.in[0].Data}}
	}
	operators["Expand"] = func(c *call) []Tensor {
		to := together(c.in[0], Tensor{Shape: c.ints(1)})
		return []Tensor{made(c.in[0].Kind, to, c.in[0].broadcast)}
	}
	operators["Transpose"] = func(c *call) []Tensor {
		x, perm := c.in[0], c.list("perm", 0, 0)
		want(len(perm) == len(x.Shape), "perm %v of %v", perm, x.Shape)
		shape := make([]int, len(perm))
		for i, p := range perm {
			shape[i] = x.Shape[p]
		}
		from := make([]int, len(perm))
		return []Tensor{made(x.Kind, shape, func(at []int) float64 {
			for i, p := range perm {
				from[p] = at[i]
			}
			return x.Data[offset(x.Shape, from)]
		})}
	}
	operators["Concat"] = concat
	operators["Slice"] = slice
	operators["Pad"] = pad
	operators["Gather"] = func(c *call) []Tensor {
		x, index, axis := c.in[0], c.in[1], axisOf(c.int("axis", 0), len(c.in[0].Shape))
		c.ints(1)
		shape := slices.Concat(x.Shape[:axis], index.Shape, x.Shape[axis+1:])
		from := make([]int, len(x.Shape))
		return []Tensor{made(x.Kind, shape, func(at []int) float64 {
			k := len(index.Shape)
			copy(from, at[:axis])
			from[axis] = inside(index.Data[offset(index.Shape, at[axis:axis+k])], x.Shape[axis])
			copy(from[axis+1:], at[axis+k:])
			return x.Data[offset(x.Shape, from)]
		})}
	}
	operators["GatherElements"] = func(c *call) []Tensor {
		x, index, axis := c.in[0], c.in[1], axisOf(c.int("axis", 0), len(c.in[0].Shape))
		c.ints(1)
		return []Tensor{made(x.Kind, index.Shape, func(at []int) float64 {
			from := slices.Clone(at)
			from[axis] = inside(index.broadcast(at), x.Shape[axis])
			return x.Data[offset(x.Shape, from)]
		})}
	}
	operators["ScatterElements"] = func(c *call) []Tensor {
		axis, index := axisOf(c.int("axis", 0), len(c.in[0].Shape)), c.in[1]
		c.ints(1)
		y := Tensor{c.in[0].Kind, c.in[0].Shape, slices.Clone(c.in[0].Data)}
		put := scattered(c.Attrs["reduction"].S)
		places(index.Shape, func(i int, at []int) {
			to := slices.Clone(at)
			to[axis] = inside(index.Data[i], y.Shape[axis])
			put(&y.Data[offset(y.Shape, to)], c.in[2].Data[i])
		})
		return []Tensor{y}
	}
	operators["ScatterND"] = func(c *call) []Tensor {
		index := c.in[1]
		want(index.Shape[len(index.Shape)-1] == 1, "indices %v, want rows", index.Shape)
		y := Tensor{c.in[0].Kind, c.in[0].Shape, slices.Clone(c.in[0].Data)}
		put, row := scattered(c.Attrs["reduction"].S), size(y.Shape[1:])
		for i, v := range c.in[2].Data {
			put(&y.Data[inside(index.Data[i/row], y.Shape[0])*row+i%row], v)
		}
		return []Tensor{y}
	}
	operators["OneHot"] = func(c *call) []Tensor {
		want(c.int("axis", -1) == -1 && c.in[0].Kind == Int64, "want integers and the last axis")
		n := c.ints(1)[0]
		return []Tensor{made(c.in[2].Kind, append(slices.Clone(c.in[0].Shape), n), func(at []int) float64 {
			k := int(c.in[0].Data[offset(c.in[0].Shape, at[:len(at)-1])])
			if k < 0 {
				k += n
			}
			return c.in[2].Data[int(truth(at[len(at)-1] == k))]
		})}
	}
	operators["TopK"] = topK
	operators["Trilu"] = func(c *call) []Tensor {
		k, rank := 0, len(c.in[0].Shape)
		if c.has(1) {
			k = c.ints(1)[0]
		}
		upper := c.int("upper", 1) == 1
		return []Tensor{made(c.in[0].Kind, c.in[0].Shape, func(at []int) float64 {
			if d := at[rank-1] - at[rank-2]; upper && d < k || !upper && d > k {
				return 0
			}
			return c.in[0].broadcast(at)
		})}
	}
}

// inside returns an index of n, which may count from the last.
func inside(v float64, n int) int {
	want(int(v) >= -n && int(v) < n, "the index %v of %d", v, n)
	if v < 0 {
		return int(v) + n
	}
	return int(v)
}

// scattered returns what a scatter does with an element.
func scattered(reduction string) func(to *float64, x float64) {
	switch reduction {
	case "add":
		return func(to *float64, x float64) { *to += x }
	case "mul":
		return func(to *float64, x float64) { *to *= x }
	}
	want(reduction == "" || reduction == "none", "the reduction %s", reduction)
	return func(to *float64, x float64) { *to = x }
}

func reshape(c *call) []Tensor {
	shape, known, open := c.ints(1), 1, -1
	for i, d := range shape {
		if d == 0 && c.int("allowzero", 0) == 0 {
			shape[i] = c.in[0].Shape[i]
		}
		if d == -1 {
			want(open < 0, "the shape %v", shape)
			open = i
		} else {
			known *= shape[i]
		}
	}
	if open >= 0 {
		want(known > 0 && len(c.in[0].Data)%known == 0, "the shape %v for %v", shape, c.in[0].Shape)
		shape[open] = len(c.in[0].Data) / known
	}
	return []Tensor{{c.in[0].Kind, shape, c.in[0].Data}}
}

func concat(c *call) []Tensor {
	axis := axisOf(c.int("axis", 0), len(c.in[0].Shape))
	shape := slices.Clone(c.in[0].Shape)
	shape[axis] = 0
	for _, t := range c.in {
		want(t.Kind == c.in[0].Kind && len(t.Shape) == len(shape), "operands %v", c.in)
		shape[axis] += t.Shape[axis]
	}
	return []Tensor{made(c.in[0].Kind, shape, func(at []int) float64 {
		at = slices.Clone(at)
		for _, t := range c.in {
			if at[axis] < t.Shape[axis] {
				return t.Data[offset(t.Shape, at)]
			}
			at[axis] -= t.Shape[axis]
		}
		panic("not reached")
	})}
}

func slice(c *call) []Tensor {
	x := c.in[0]
	starts, ends := c.ints(1), c.ints(2)
	axes, steps := make([]int, len(starts)), slices.Repeat([]int{1}, len(starts))
	for i := range axes {
		axes[i] = i
	}
	if c.has(3) {
		axes = c.ints(3)
	}
	if c.has(4) {
		steps = c.ints(4)
	}
	shape, first, step := slices.Clone(x.Shape), make([]int, len(x.Shape)), slices.Repeat([]int{1}, len(x.Shape))
	for i, axis := range axes {
		axis = axisOf(axis, len(shape))
		n, start, end, by := x.Shape[axis], starts[i], ends[i], steps[i]
		if start < 0 {
			start += n
		}
		if end < 0 {
			end += n
		}
		if by > 0 {
			start, end = min(max(start, 0), n), min(max(end, 0), n)
			shape[axis] = max(0, (end-start+by-1)/by)
		} else {
			start, end = min(max(start, 0), n-1), min(max(end, -1), n-1)
			shape[axis] = max(0, (start-end-by-1)/-by)
		}
		first[axis], step[axis] = start, by
	}
	return []Tensor{made(x.Kind, shape, func(at []int) float64 {
		from := make([]int, len(at))
		for k := range at {
			from[k] = first[k] + at[k]*step[k]
		}
		return x.Data[offset(x.Shape, from)]
	})}
}

// pad cuts where the padding is negative.
func pad(c *call) []Tensor {
	x, pads, v := c.in[0], c.ints(1), 0.0
	if c.has(2) {
		v = c.in[2].Data[0]
	}
	rank := len(x.Shape)
	shape := make([]int, rank)
	for i, d := range x.Shape {
		shape[i] = d + pads[i] + pads[rank+i]
	}
	return []Tensor{made(x.Kind, shape, func(at []int) float64 {
		from := make([]int, rank)
		for k := range at {
			if from[k] = at[k] - pads[k]; from[k] < 0 || from[k] >= x.Shape[k] {
				return v
			}
		}
		return x.Data[offset(x.Shape, from)]
	})}
}

func topK(c *call) []Tensor {
	x, k := c.in[0], c.ints(1)[0]
	axis, largest := axisOf(c.int("axis", -1), len(x.Shape)), c.int("largest", 1) == 1
	shape := slices.Clone(x.Shape)
	shape[axis] = k
	values := Tensor{x.Kind, shape, make([]float64, size(shape))}
	index := Tensor{Int64, shape, make([]float64, size(shape))}
	lines(x.Shape, axis, func(at, step int) {
		order := make([]int, x.Shape[axis])
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(i, j int) bool {
			a, b := x.Data[at+order[i]*step], x.Data[at+order[j]*step]
			if largest {
				return a > b
			}
			return a < b
		})
		to := at/(step*x.Shape[axis])*step*k + at%step
		for i, o := range order[:k] {
			values.Data[to+i*step], index.Data[to+i*step] = x.Data[at+o*step], float64(o)
		}
	})
	return []Tensor{values, index}
}

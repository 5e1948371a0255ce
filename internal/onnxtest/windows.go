package onnxtest

import (
	"math"
	"slices"
)

// This file has convolutions and pools.

func init() {
	operators["Conv"] = conv
	operators["ConvTranspose"] = convTranspose
	operators["MaxPool"] = func(c *call) []Tensor {
		return pool(c, func(x []float64, _ int) float64 {
			want(len(x) > 0, "a window without elements")
			y := math.Inf(-1)
			for _, v := range x {
				y = math.Max(y, v)
			}
			return y
		})
	}
	operators["AveragePool"] = func(c *call) []Tensor {
		want(c.list("dilations", 0, 1) == nil || len(c.Attrs["dilations"].Ints) == 0, "dilations, which version 17 does not have")
		return pool(c, func(x []float64, all int) float64 {
			sum := 0.0
			for _, v := range x {
				sum += v
			}
			if c.int("count_include_pad", 0) == 1 {
				return sum / float64(all)
			}
			return sum / float64(len(x))
		})
	}
}

// window are the settings of windows.
type window struct{ kernel, strides, dilations, pads []int }

func (c *call) window(kernel []int) window {
	k := len(kernel)
	w := window{kernel, c.list("strides", k, 1), c.list("dilations", k, 1), c.list("pads", 2*k, 0)}
	want(c.Attrs["kernel_shape"].Ints == nil || slices.Equal(c.Attrs["kernel_shape"].Ints, kernel), "kernel_shape")
	want(len(w.strides) == k && len(w.dilations) == k && len(w.pads) == 2*k, "attributes of another rank")
	return w
}

// out returns the number of windows of each axis.
func (w window) out(in []int, ceil bool) []int {
	out := make([]int, len(in))
	for i, n := range in {
		room := n + w.pads[i] + w.pads[len(in)+i] - (w.kernel[i]-1)*w.dilations[i] - 1
		want(room >= 0, "a window over %v", in)
		if out[i] = room/w.strides[i] + 1; ceil && room%w.strides[i] != 0 {
			out[i]++
		}
	}
	return out
}

// at returns the place of a tap of a window, and whether it is inside.
func (w window) at(in, out, tap []int) (at []int, ok bool) {
	at = make([]int, len(in))
	for i := range in {
		at[i] = out[i]*w.strides[i] + tap[i]*w.dilations[i] - w.pads[i]
		if at[i] < 0 || at[i] >= in[i] {
			return nil, false
		}
	}
	return at, true
}

func conv(c *call) []Tensor {
	x, w := c.in[0], c.in[1]
	win, groups := c.window(w.Shape[2:]), c.int("group", 1)
	in := x.Shape[2:]
	want(w.Shape[1]*groups == x.Shape[1], "channels of %v and %v", x.Shape, w.Shape)
	shape := append([]int{x.Shape[0], w.Shape[0]}, win.out(in, false)...)
	return []Tensor{made(x.Kind, shape, func(at []int) float64 {
		sum, group := 0.0, at[1]/(w.Shape[0]/groups)
		for ch := range w.Shape[1] {
			places(win.kernel, func(_ int, tap []int) {
				if p, ok := win.at(in, at[2:], tap); ok {
					sum += x.Data[offset(x.Shape, append([]int{at[0], group*w.Shape[1] + ch}, p...))] * w.Data[offset(w.Shape, append([]int{at[1], ch}, tap...))]
				}
			})
		}
		return sum
	})}
}

func convTranspose(c *call) []Tensor {
	x, w := c.in[0], c.in[1]
	win, groups, k := c.window(w.Shape[2:]), c.int("group", 1), len(w.Shape)-2
	extra := c.list("output_padding", k, 0)
	shape := []int{x.Shape[0], w.Shape[1] * groups}
	for i := range k {
		want(extra[i] >= 0 && extra[i] < max(win.strides[i], win.dilations[i]), "output_padding %v", extra)
		shape = append(shape, (x.Shape[2+i]-1)*win.strides[i]+extra[i]+(win.kernel[i]-1)*win.dilations[i]+1-win.pads[i]-win.pads[k+i])
	}
	y := Tensor{x.Kind, shape, make([]float64, size(shape))}
	per := x.Shape[1] / groups
	places(x.Shape, func(i int, at []int) {
		for ch := range w.Shape[1] {
			places(win.kernel, func(_ int, tap []int) {
				if p, ok := win.at(shape[2:], at[2:], tap); ok {
					y.Data[offset(shape, append([]int{at[0], at[1]/per*w.Shape[1] + ch}, p...))] += x.Data[i] * w.Data[offset(w.Shape, append([]int{at[1], ch}, tap...))]
				}
			})
		}
	})
	return []Tensor{y}
}

// pool calls f with the elements of each window, and the number of all its places.
func pool(c *call, f func(x []float64, all int) float64) []Tensor {
	x := c.in[0]
	win := c.window(c.Attrs["kernel_shape"].Ints)
	for i := range win.pads {
		want(win.pads[i] < win.kernel[i%len(win.kernel)], "pads %v of the kernel %v", win.pads, win.kernel)
	}
	in := x.Shape[2:]
	shape := append(slices.Clone(x.Shape[:2]), win.out(in, c.int("ceil_mode", 0) == 1)...)
	return []Tensor{made(x.Kind, shape, func(at []int) float64 {
		var elements []float64
		places(win.kernel, func(_ int, tap []int) {
			if p, ok := win.at(in, at[2:], tap); ok {
				elements = append(elements, x.Data[offset(x.Shape, append(slices.Clone(at[:2]), p...))])
			}
		})
		return f(elements, size(win.kernel))
	})}
}

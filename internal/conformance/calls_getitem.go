package main

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
)

// This file has Python's x[...]: what the terms pick is found in the places of
// x's elements, before the graph runs.

// places are elements of a tensor, by their places in its memory, and their shape.
type places struct {
	at    []int
	shape []int
}

func placesOf(shape []int) places {
	p := places{make([]int, sizeOf(shape)), slices.Clone(shape)}
	for i := range p.at {
		p.at[i] = i
	}
	return p
}

// along picks a list of an axis.
func (p places) along(a int, list []int) places {
	inner := sizeOf(p.shape[a+1:])
	out := places{make([]int, 0, len(p.at)), slices.Clone(p.shape)}
	out.shape[a] = len(list)
	for o := range sizeOf(p.shape[:a]) {
		for _, i := range list {
			from := (o*p.shape[a] + i) * inner
			out.at = append(out.at, p.at[from:from+inner]...)
		}
	}
	return out
}

// one picks the i-th of an axis, which goes.
func (p places) one(a, i int) places {
	out := p.along(a, []int{i})
	out.shape = slices.Delete(out.shape, a, a+1)
	return out
}

// broadcastPlaces are the places of the elements of a tensor that is broadcast.
func broadcastPlaces(from, to []int) []int {
	p := placesOf(from)
	for len(p.shape) < len(to) {
		p.shape = slices.Insert(p.shape, 0, 1)
	}
	for a, n := range to {
		if p.shape[a] == 1 && n != 1 {
			p = p.along(a, make([]int, n))
		}
	}
	return p.at
}

// terms are the terms of an index: integers, spans, nil for a new axis, "..." and
// tensors of integers, in whose place masks are taken apart.
func (c *call) terms(v value) (out []any) {
	list := v.list
	if !v.isList {
		list = []value{v}
	}
	for _, t := range list {
		a := c.static(t)
		switch {
		case t.isTensor() && a == nil:
			c.unsupported("%s with an index that is known only when the graph runs", c.name)
		case a != nil && a.Bools:
			for k := range a.Shape {
				out = append(out, marked(a, k))
			}
		case a != nil && a.Ints != nil:
			out = append(out, a)
		case t.isList: // a list of integers is a tensor of them
			ints := c.intsOf(t)
			out = append(out, integers(ints, len(ints)))
		case t.isTensor():
			c.unsupported("%s with an index of floats", c.name)
		default:
			if f, is := t.plain.(float64); is {
				out = append(out, int(f))
			} else {
				out = append(out, t.plain)
			}
		}
	}
	return out
}

// marked are the k-th coordinates of the elements that a mask marks.
func marked(mask *array, k int) *array {
	list := []int{}
	for p, set := range mask.Floats {
		if set != 0 {
			list = append(list, p/sizeOf(mask.Shape[k+1:])%mask.Shape[k])
		}
	}
	return integers(list, len(list))
}

// pick is what the terms pick of a shape, as PyTorch defines it: integers and
// spans first, each of its axis; then tensors together, which broadcast against
// each other, and whose axes stand where they stood or, if others stand between,
// in front.
func (c *call) pick(shape []int, terms []any) places {
	p, a := placesOf(shape), 0
	used := 0
	for _, t := range terms {
		if t != nil && t != any("...") {
			used++
		}
	}
	if used > len(shape) {
		c.unsupported("%s with %d indices of the shape %v", c.name, used, shape)
		return p
	}
	var tensors []*array
	var axes []int
	for _, t := range terms {
		switch t := t.(type) {
		case nil:
			p.shape = slices.Insert(p.shape, a, 1)
			a++
		case int:
			p = p.one(a, axis(t, p.shape[a]))
		case span:
			p = p.along(a, c.spanOf(t, p.shape[a]))
			a++
		case *array:
			tensors, axes = append(tensors, t), append(axes, a)
			a++
		case string:
			a += len(shape) - used
		default:
			c.unsupported("%s with the index %v", c.name, t)
		}
	}
	if len(tensors) == 0 || c.Err() != nil {
		return p
	}
	return c.pickTogether(p, tensors, axes)
}

func (c *call) spanOf(t span, n int) (list []int) {
	end := func(i, def int) int {
		if f, is := t[i].(float64); is {
			return min(max(axis(int(f), n), 0), n)
		}
		return def
	}
	step := 1
	if f, is := t[2].(float64); is {
		step = int(f)
	}
	if step < 1 {
		c.unsupported("%s with the step %d", c.name, step)
		return nil
	}
	for i := end(0, 0); i < end(1, n); i += step {
		list = append(list, i)
	}
	return list
}

func (c *call) pickTogether(p places, tensors []*array, axes []int) places {
	var to []int // the common shape
	for _, t := range tensors {
		for len(to) < len(t.Shape) {
			to = slices.Insert(to, 0, 1)
		}
		for k, n := range t.Shape {
			if n != 1 {
				to[len(to)-len(t.Shape)+k] = n
			}
		}
	}
	first := axes[0]
	if axes[len(axes)-1]-first != len(axes)-1 {
		first = 0
	}
	rest := []int{} // the other axes
	for a := range p.shape {
		if !slices.Contains(axes, a) {
			rest = append(rest, a)
		}
	}
	before, after := rest[:first], rest[first:]
	out := places{shape: slices.Concat(pickInts(p.shape, before), to, pickInts(p.shape, after))}
	lists := make([][]int, len(tensors))
	for i, t := range tensors {
		for _, at := range broadcastPlaces(t.Shape, to) {
			lists[i] = append(lists[i], axis(t.Ints[at], p.shape[axes[i]]))
		}
	}
	for o := range sizeOf(pickInts(p.shape, before)) {
		for k := range sizeOf(to) {
			for q := range sizeOf(pickInts(p.shape, after)) {
				at := 0
				for i, a := range axes {
					at += lists[i][k] * sizeOf(p.shape[a+1:])
				}
				out.at = append(out.at, p.at[at+offset(p.shape, before, o)+offset(p.shape, after, q)])
			}
		}
	}
	return out
}

func pickInts(s, at []int) []int {
	out := make([]int, len(at))
	for i, a := range at {
		out[i] = s[a]
	}
	return out
}

// offset is the place of the i-th element of some axes of a shape.
func offset(shape, axes []int, i int) (at int) {
	for k := len(axes) - 1; k >= 0; k-- {
		at += i % shape[axes[k]] * sizeOf(shape[axes[k]+1:])
		i /= shape[axes[k]]
	}
	return at
}

// takeAt is x[terms].
func (c *call) takeAt(x node, terms []any) node {
	p := c.pick(c.Shape(x), terms)
	if c.Err() != nil {
		return nil
	}
	return special.TakeFlat(c.Builder, x, c.ConstInts(p.at, p.shape...))
}

// putFlat is what puts elements by their row-major positions, or adds them there.
func putFlat(add bool) func(b *build, x, s, index node) node {
	if add {
		return special.AddFlat
	}
	return special.PutFlat
}

// putAt is x with x[terms] = src, or += src if add.
func (c *call) putAt(x, src node, terms []any, add bool) node {
	p := c.pick(c.Shape(x), terms)
	if c.Err() != nil || len(p.at) == 0 {
		return x
	}
	return putFlat(add)(c.Builder, x, c.Broadcast(src, p.shape...), c.ConstInts(p.at, p.shape...))
}

// getItem is x[terms]: slices where the terms are integers and spans, one index
// where the only one is a tensor, elements by their places otherwise.
func getItem(c *call, x node) node {
	v, _ := c.arg("terms")
	if n := len(v.list); v.isTensor() || n == 1 && v.list[0].isTensor() {
		if n == 1 {
			v = v.list[0]
		}
		if v.kind == ofInts && c.rank(x) > 0 {
			if c.static(v) == nil {
				return c.Take(x, v.node)
			}
		}
		v = value{list: []value{v}, isList: true}
	}
	terms := c.terms(v)
	spans, drop := []graph.Span{}, []int{}
	for a, t := range terms {
		if a >= c.rank(x) {
			return c.takeAt(x, terms)
		}
		switch t := t.(type) {
		case int:
			k := axis(t, c.Shape(x)[a])
			spans, drop = append(spans, graph.Range(k, k+1)), append(drop, a)
		case span:
			list := c.spanOf(t, c.Shape(x)[a])
			if len(list) == 0 {
				return c.takeAt(x, terms)
			}
			step := 1
			if len(list) > 1 {
				step = list[1] - list[0]
			}
			spans = append(spans, graph.Span{Start: list[0], Stop: list[len(list)-1] + 1, Step: step})
		default:
			return c.takeAt(x, terms)
		}
	}
	y := c.Slice(x, spans...)
	if len(drop) > 0 {
		y = c.Squeeze(y, drop...)
	}
	return y
}

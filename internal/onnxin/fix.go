package onnxin

import (
	"math"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Fix enters an input among those whose elements are known.
//
// Errors: ErrOption for a name that no input has and for what the input's type cannot hold,
// ErrShape for another number of elements than the shape has and for a shape that the file does not
// allow, ErrMemory beyond the limits.
func (g *Graph) Fix(known map[string]Value, name string, v []float64, shape []int) error {
	i := slices.IndexFunc(g.Inputs, func(p Input) bool { return p.Name == name })
	switch {
	case i < 0:
		return mistake.Optionf("got a name that no input has, want one of them")
	case slices.ContainsFunc(shape, func(d int) bool { return d < 0 }) || size64(shape) != int64(len(v)):
		return mistake.Shapef("got %d elements for the shape %v", len(v), shape)
	case len(v) > g.limits.Known:
		return mistake.Newf(mistake.ErrMemory, "got %d elements, want at most %d", len(v), g.limits.Known)
	}
	if !fits(g.Inputs[i], shape) {
		return mistake.Shapef("got the shape %v, want [%s] as in the file", shape, strings.Join(g.Inputs[i].Axes(), ", "))
	}
	kind := g.Inputs[i].Kind
	a := &Array{Shape: slices.Clone(shape)}
	if kind.IsFloat() {
		a.Floats = slices.Clone(v)
	} else {
		a.Ints = make([]int64, len(v))
	}
	for k, x := range v {
		switch {
		case kind.IsFloat():
		case x != math.Trunc(x):
			return mistake.Optionf("element %d: got %v for an input of %v, want a whole number", k, x, kind)
		case x >= 1<<63:
			a.Ints[k] = math.MaxInt64
		default:
			a.Ints[k] = wrapped(kind, int64(x))
		}
	}
	known[name] = Value{Kind: kind, Known: a}
	return nil
}

// fits reports whether an input may have the shape: where the file says a number, it has that.
func fits(p Input, shape []int) bool {
	if !p.Shaped {
		return true
	}
	if len(p.Dims) != len(shape) {
		return false
	}
	for i, d := range p.Dims {
		if d.N >= 0 && d.N != int64(shape[i]) {
			return false
		}
	}
	return true
}

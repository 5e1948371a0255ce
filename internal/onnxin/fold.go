package onnxin

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// This file computes nodes whose operands are all known. A rule makes its nodes on a Builder of
// their own, in float64, which is exact for integers up to 2^53. The results are known then.

// foldable reports whether the node can be computed while the graph is built.
func (c *call) foldable() bool {
	if len(c.in) == 0 || c.rule.draws || !c.allKnown() {
		return false
	}
	for _, a := range c.Attrs {
		if a.G != nil { // its nodes are looked at one by one
			return false
		}
	}
	for _, v := range c.in {
		if v.Known != nil && v.Known.len() > c.g.limits.Known {
			return false
		}
	}
	return true
}

// folded computes the node. The results are not ok if one is larger than a known value may be.
func (c *call) folded() (out []Value, ok bool) {
	b := graph.New(graph.NewParams(graph.Float64, 0))
	own := *c
	own.Builder, own.building = b, &building{b, c.g, build.Of(b), c.values, c.count}
	values := own.make()
	if err := b.Err(); err != nil {
		panic(about(c.Node, err))
	}
	var nodes []node
	for _, v := range values {
		if v.Node != nil {
			if size64(b.Shape(v.Node)) > int64(c.g.limits.Known) {
				return nil, false
			}
			nodes = append(nodes, v.Node)
		}
	}
	if len(nodes) == 0 {
		return values, true
	}
	p, err := b.Compile(graph.Options{Outputs: nodes, Workers: 1})
	if err == nil {
		err = p.Run()
	}
	if err != nil {
		panic(about(c.Node, err))
	}
	k := 0
	for i, v := range values {
		if v.Node != nil {
			values[i] = Value{Kind: v.Kind, Known: c.result(p, k, &own, v)}
			k++
		}
	}
	return values, true
}

// result returns output k of a program as a known value.
func (c *call) result(p *graph.Program, k int, own *call, v Value) *Array {
	a := &Array{Shape: own.Shape(v.Node)}
	if own.isIndex(v) {
		for _, x := range graph.OutputOf[int](p, k).Read(nil) {
			a.Ints = append(a.Ints, int64(x))
		}
		return a
	}
	for _, x := range graph.OutputOf[float64](p, k).Read(nil) {
		if v.Kind.IsFloat() {
			a.Floats = append(a.Floats, c.inType(v.Kind, x))
		} else {
			a.Ints = append(a.Ints, whole(v.Kind, x))
		}
	}
	return a
}

// inType returns a float as its type and the Builder's hold it.
func (c *call) inType(kind onnxfile.Kind, x float64) float64 {
	if kind != onnxfile.Double {
		x = float64(float32(x))
	}
	return c.rounded(x)
}

// whole returns a float as an integer of the type. Beyond 64 bits it is the nearest one.
func whole(kind onnxfile.Kind, x float64) int64 {
	switch {
	case x >= 1<<63:
		return 1<<63 - 1
	case x < -1<<63:
		return -1 << 63
	}
	return wrapped(kind, int64(x))
}

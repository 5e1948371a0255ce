package onnxfile

import (
	"maps"
	"testing"
)

// TestOperators counts nodes, those of graphs within graphs too.
func TestOperators(t *testing.T) {
	inner := &Graph{Nodes: []*Node{{Op: "Add"}, {Op: "Add", Domain: "com.other"}}}
	outer := &Graph{Nodes: []*Node{{Op: "Loop", Attrs: map[string]*Attr{"body": {Kind: AttrGraph, G: inner}}}}}
	g := &Graph{Nodes: []*Node{{Op: "Add"}, {Op: "If", Attrs: map[string]*Attr{"then_branch": {Kind: AttrGraph, G: outer}, "else_branch": {Kind: AttrGraph, G: inner}}}}}
	want := map[string]int{"Add": 3, "com.other.Add": 2, "Loop": 1, "If": 1}
	if got := g.Operators(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

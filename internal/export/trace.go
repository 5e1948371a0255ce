// Package export is what the packages that write models for other programs share: how a model is
// built and read, and the error about a part of it that cannot be written.
//
// It owns no format and no rule for an operator. Importers: graph/onnx and graph/gosource. Read
// trace.go, then errors.go.
package export

import (
	"gorgonia.org/gorgonia"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
)

// Traced is a model that was built for a batch of N.
type Traced struct {
	N   int
	B   *graph.Builder
	Out []*gorgonia.Node
}

// Trace builds a model for a batch of n. outputs makes its outputs, of which there must be one or
// more.
func Trace(params *graph.Params, outputs func(b *graph.Builder, n int) []*gorgonia.Node, n int) (Traced, error) {
	t := Traced{N: n, B: graph.New(params)}
	t.Out = outputs(t.B, n)
	if err := t.B.Err(); err != nil {
		return t, err
	}
	for i, y := range t.Out {
		if y == nil || y.Graph() != t.B.Graph() {
			return t, mistake.Optionf("Model.Outputs: output %d: got nil or a node of another graph, want a node of the Builder", i)
		}
	}
	if len(t.Out) == 0 {
		return t, mistake.Optionf("Model.Outputs: got no outputs, want at least one")
	}
	return t, nil
}

// Lower returns the computation after the compiler has simplified it, and before it fuses loops.
// describe reads a node; nil: as the compiler does.
func (t Traced) Lower(name string, describe func(n *gorgonia.Node) (op.Applied, bool, error)) (*ir.Func, error) {
	c := build.Of(t.B)
	f, err := compile.Lower(compile.Source{Name: name, Out: t.Out, Describe: describe, Leaf: func(n *gorgonia.Node) (compile.Leaf, error) {
		if l := c.LeafOf(n); l != nil {
			return compile.Leaf{Kind: l.Kind, Name: l.Name, Data: l.Data, PC: l.At}, nil
		}
		return compile.ForeignLeaf(n)
	}})
	if err != nil {
		return nil, err
	}
	compile.Tidy(f)
	return f, nil
}

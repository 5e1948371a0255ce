package gosource

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
)

// traced is a model that was built for a batch of N.
type traced struct {
	export.Traced
	prog *graph.Program
}

// trace builds the model for a batch of n.
func trace(m Model, n int) (*traced, error) {
	t, err := export.Trace(m.Params, m.Outputs, n)
	if err != nil {
		return nil, err
	}
	return &traced{Traced: t}, nil
}

// compiled returns the program of the model.
func (t *traced) compiled() (*graph.Program, error) {
	if t.prog != nil {
		return t.prog, nil
	}
	var err error
	t.prog, err = t.B.Compile(graph.Options{Outputs: t.Out, Workers: 1})
	return t.prog, err
}

// lowered reads the simplified computation.
func (t *traced) lowered() (f *ir.Func, err error) {
	defer compile.Recover("internal", &err)
	return t.Lower("gosource", nil)
}

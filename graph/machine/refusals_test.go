package machine_test

import (
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/golden"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestErrors holds the messages of this package, with the kind that errors.Is must
// find.
func TestErrors(t *testing.T) {
	golden.Check(t, "testdata/errors.golden", golden.Errors(t, refusals))
}

var refusals = []golden.Mistake{
	{"machine of no graph", nil, func(*testing.T) error { return machine.New(nil).RunAll() }},
	{"machine of an empty graph", nil, func(*testing.T) error { return machine.New(gorgonia.NewGraph()).RunAll() }},
	{"machine that keeps a node of another graph", nil, func(*testing.T) error {
		g, _, _ := doubling()
		return machine.New(g, gorgonia.NewScalar(gorgonia.NewGraph(), tensor.Float64)).RunAll()
	}},
	{"machine that keeps only a node of another graph", nil, func(*testing.T) error {
		g, _, _ := doubling()
		return machine.New(g).KeepOnly(gorgonia.NewScalar(gorgonia.NewGraph(), tensor.Float64))
	}},
	{"machine of a leaf without a value", nil, func(*testing.T) error {
		g, _, _ := doubling()
		return machine.New(g).RunAll()
	}},
	{"label that is no class", graph.ErrOption, func(*testing.T) error {
		b := graph.New(nil)
		x, y := b.Input("x", 2, 3), b.Ints("y", 2)
		loss.CrossEntropy(b, x, y)
		return computing(b.Graph(), x, tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(make([]float64, 6))), y, tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{1, 4})))
	}},
	{"index that is no row", graph.ErrOption, func(*testing.T) error {
		g := gorgonia.NewGraph()
		x := gorgonia.NewTensor(g, tensor.Float64, 2, gorgonia.WithShape(3, 2), gorgonia.WithName("x"))
		at := gorgonia.NewVector(g, tensor.Int, gorgonia.WithShape(2), gorgonia.WithName("at"))
		gorgonia.Must(gorgonia.ByIndices(x, at, 0))
		return computing(g, x, tensor.New(tensor.WithShape(3, 2), tensor.WithBacking(make([]float64, 6))), at, tensor.New(tensor.WithShape(2), tensor.WithBacking([]int{1, 9})))
	}},
	{"machine of float32 and float64", graph.ErrUnsupported, func(*testing.T) error {
		g, _, _ := doubling()
		gorgonia.NewScalar(g, tensor.Float32, gorgonia.WithName("single"))
		return machine.New(g).RunAll()
	}},
	{"profile of a machine that has not run", nil, func(*testing.T) error {
		g, _, _ := doubling()
		_, err := machine.New(g).Profile(1)
		return err
	}},
	{"machine to differentiate by nothing", nil, func(*testing.T) error {
		g, _, y := doubling()
		return machine.New(g).Differentiate(y)
	}},
	{"machine to differentiate nothing", nil, func(*testing.T) error {
		g, x, _ := doubling()
		return machine.New(g).Differentiate(nil, x)
	}},
	{"machine to differentiate by what is no leaf", nil, func(*testing.T) error {
		g, _, y := doubling()
		return machine.New(g).Differentiate(y, y)
	}},
	{"machine to differentiate twice", nil, func(*testing.T) error {
		g, x, y := doubling()
		m := machine.New(g)
		if err := m.Differentiate(y, x); err != nil {
			return nil
		}
		return m.Differentiate(y, x)
	}},
	{"cost that does not depend on a leaf", nil, func(*testing.T) error {
		g, x, y := doubling()
		other := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("other"))
		m := machine.New(g)
		_, _ = gorgonia.Let(x, 1.0), gorgonia.Let(other, 1.0)
		if err := m.Differentiate(y, other); err != nil {
			return nil
		}
		return m.RunAll()
	}},
}

// computing is the error of RunAll where the leaves x and y have values.
func computing(g *gorgonia.ExprGraph, x *gorgonia.Node, v gorgonia.Value, y *gorgonia.Node, w gorgonia.Value) error {
	for n, v := range map[*gorgonia.Node]gorgonia.Value{x: v, y: w} {
		if err := gorgonia.Let(n, v); err != nil {
			panic(err)
		}
	}
	return machine.New(g).RunAll()
}

// doubling is a graph of gorgonia's alone: y = 2x.
func doubling() (g *gorgonia.ExprGraph, x, y *gorgonia.Node) {
	g = gorgonia.NewGraph()
	x = gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("x"))
	return g, x, gorgonia.Must(gorgonia.Add(x, x))
}

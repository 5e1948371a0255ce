package graph_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/internal/golden"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// refusals are mistakes behind the building of a graph, with the kind that
// errors.Is must find.
var refusals = []golden.Mistake{
	{"values for no parameter", nil, func(*testing.T) error { return graph.NewParams(graph.Float64, 1).Set("w", nil) }},
	{"values of another size", graph.ErrShape, func(*testing.T) error {
		b := graph.New(nil)
		b.Param("w", graph.Zeros(), 2)
		return b.Params().Set("w", []float64{1})
	}},
	{"nothing to compile", nil, compiling(func(b *graph.Builder) graph.Options { return graph.Options{} })},
	{"output that is nil", nil, compiling(func(b *graph.Builder) graph.Options { return graph.Options{Outputs: gorgonia.Nodes{nil}} })},
	{"output of another graph", nil, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Outputs: gorgonia.Nodes{graph.New(nil).Input("y", 2)}}
	})},
	{"gradients of other parameters", nil, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Grads: gorgonia.Nodes{b.Input("d", 2), b.Input("e", 2)}}
	})},
	{"less memory than a program needs", graph.ErrMemory, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{MemoryLimit: 1 << 20, Outputs: gorgonia.Nodes{b.Name("outer", b.Outer(b.Input("x", 1000), b.Input("y", 1000)))}}
	})},
	{"too many workers", graph.ErrOption, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Workers: 1 << 20, Outputs: gorgonia.Nodes{b.Input("x", 2)}}
	})},
	{"negative memory limit", graph.ErrOption, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{MemoryLimit: -1, Outputs: gorgonia.Nodes{b.Input("x", 2)}}
	})},
	{"gradient that is nil", nil, compiling(func(b *graph.Builder) graph.Options { return graph.Options{Grads: gorgonia.Nodes{nil}} })},
	{"gradient of another shape", graph.ErrShape, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Grads: gorgonia.Nodes{b.Input("d", 3)}}
	})},
	{"descent without a loss", nil, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Grads: gorgonia.Nodes{b.Input("d", 2)}, Descend: true}
	})},
	{"descent without gradients", nil, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Outputs: gorgonia.Nodes{b.Scalar(1)}, Descend: true}
	})},
	{"rate of a program that makes no steps", nil, func(*testing.T) error { return adding(graph.Float64).SetRate(0.1) }},
	{"rate of -1", nil, func(*testing.T) error { return descending().SetRate(-1) }},
	{"rate that is no number", nil, func(*testing.T) error { return descending().SetRate(math.NaN()) }},
	{"step by a loss that is not finite", graph.ErrNotFinite, func(*testing.T) error {
		p := descending()
		if err := graph.InputOf[float64](p, "x").Set([]float64{1, math.Inf(1)}); err != nil {
			return nil
		}
		return p.Run()
	}},
	{"count of -1", graph.ErrTarget, func(*testing.T) error {
		b := graph.New(nil)
		loss := loss.PoissonNLL(b, b.Input("x", 2, 1), b.Reshape(b.Input("y", 2), 2, 1))
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}})
		if err != nil {
			return nil
		}
		return graph.InputOf[float64](p, "y").Set([]float64{3, -1})
	}},
	{"run of what has not been fed", nil, func(*testing.T) error { return adding(graph.Float64).Run() }},
	{"input that is not there", nil, func(*testing.T) error { return graph.InputOf[float64](adding(graph.Float64), "z").Set(nil) }},
	{"input of other elements", graph.ErrShape, func(*testing.T) error {
		return graph.InputOf[float32](adding(graph.Float32), "x").Set(make([]float32, 3))
	}},
	{"integers for floats", graph.ErrDType, func(*testing.T) error { return graph.InputOf[int](adding(graph.Float64), "x").Set(make([]int, 4)) }},
	{"floats for integers", graph.ErrDType, func(*testing.T) error {
		return graph.InputOf[float64](adding(graph.Float64), "labels").Set(make([]float64, 2))
	}},
	{"index out of range", nil, func(*testing.T) error { return graph.InputOf[int](adding(graph.Float64), "labels").Set([]int{1, 4}) }},
	{"run after an index out of range", nil, func(*testing.T) error {
		p := adding(graph.Float64)
		_, _ = graph.InputOf[int](p, "labels").Set([]int{1, 4}), graph.InputOf[float64](p, "x").Set(make([]float64, 4))
		return p.Run()
	}},
	{"float64 bound to float32", graph.ErrDType, func(*testing.T) error {
		return graph.InputOf[float64](adding(graph.Float32), "x").Bind(make([]float64, 4))
	}},
	{"float32 bound to float64", graph.ErrDType, func(*testing.T) error {
		return graph.InputOf[float32](adding(graph.Float64), "x").Bind(make([]float32, 4))
	}},
	{"bound to an input that is not there", nil, func(*testing.T) error { return graph.InputOf[float64](adding(graph.Float64), "z").Bind(nil) }},
	{"bound with other elements", graph.ErrShape, func(*testing.T) error { return graph.InputOf[float32](adding(graph.Float32), "x").Bind(nil) }},
	{"bound to integers", graph.ErrDType, func(*testing.T) error {
		return graph.InputOf[float64](adding(graph.Float64), "labels").Bind(make([]float64, 2))
	}},
	{"memory of float64 in float32", graph.ErrDType, func(*testing.T) error {
		_, err := graph.InputOf[float64](adding(graph.Float32), "x").Memory()
		return err
	}},
	{"memory of float32 in float64", graph.ErrDType, func(*testing.T) error {
		_, err := graph.InputOf[float32](adding(graph.Float64), "x").Memory()
		return err
	}},
	{"memory of an input that is not there", nil, func(*testing.T) error {
		_, err := graph.InputOf[float64](adding(graph.Float64), "z").Memory()
		return err
	}},
	{"memory of integers", graph.ErrDType, func(*testing.T) error {
		_, err := graph.InputOf[float32](adding(graph.Float32), "labels").Memory()
		return err
	}},
	{"profile of no runs", nil, func(*testing.T) error {
		_, err := adding(graph.Float64).Profile(0)
		return err
	}},
	{"random node in a Builder's graph", graph.ErrUnsupported, func(*testing.T) error {
		b := graph.New(nil)
		b.Tanh(gorgonia.GaussianRandomNode(b.Graph(), tensor.Float64, 0, 1, 3))
		return b.Err()
	}},
}

// compiling is the error of Compile with the Options that f makes, for a graph of one
// parameter of two elements.
func compiling(f func(b *graph.Builder) graph.Options) func(*testing.T) error {
	return func(*testing.T) error {
		b := graph.New(nil)
		b.Param("w", graph.Zeros(), 2)
		_, err := b.Compile(f(b))
		return err
	}
}

// adding is a program of the inputs x: [2, 2], and labels, two of three.
func adding(d graph.DType) *graph.Program {
	b := graph.New(graph.NewParams(d, 1))
	x, labels := b.Input("x", 2, 2), b.Ints("labels", 2)
	return compiled(b, graph.Options{Outputs: gorgonia.Nodes{b.Add(x, x), loss.CrossEntropy(b, b.Const(make([]float64, 6), 2, 3), labels, loss.CrossEntropyOptions{Reduction: loss.Each})}})
}

// descending is a program that makes steps by the loss Σ w·x.
func descending() *graph.Program {
	b := graph.New(nil)
	x := b.Input("x", 2)
	loss := b.Sum(b.Mul(b.Param("w", graph.Ones(), 2), x))
	return compiled(b, graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: gorgonia.Nodes{x}, Descend: true})
}

func compiled(b *graph.Builder, o graph.Options) *graph.Program {
	p, err := b.Compile(o)
	if err != nil {
		panic(err)
	}
	return p
}

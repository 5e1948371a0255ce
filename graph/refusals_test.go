package graph_test

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
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
	{"value of a parameter beyond float32", graph.ErrNotFinite, func(*testing.T) error {
		b := graph.New(graph.NewParams(graph.Float32, 1))
		b.Param("w", graph.Zeros(), 2)
		return b.Params().Set("w", []float64{1, 1e39})
	}},
	{"value for one of many parameters", graph.ErrOption, func(*testing.T) error {
		b := graph.New(nil)
		for i := range 10 {
			b.Param(fmt.Sprint("w", i), graph.Zeros(), 2)
		}
		return b.Params().Set("w", nil)
	}},
	{"parameters of an unknown type", graph.ErrOption, func(*testing.T) error { return graph.New(graph.NewParams(7, 1)).Err() }},
	{"value of a parameter of an unknown type", graph.ErrOption, func(*testing.T) error { return graph.NewParams(7, 1).Set("w", nil) }},
	{"initializer to JSON", graph.ErrUnsupported, func(*testing.T) error {
		_, err := graph.Zeros().MarshalJSON()
		return err
	}},
	{"initializer from JSON", graph.ErrUnsupported, func(*testing.T) error { return new(graph.Initializer).UnmarshalJSON([]byte(`"zeros"`)) }},
	{"no Builder to compile", graph.ErrOption, func(*testing.T) error {
		_, err := (*graph.Builder)(nil).Compile(graph.Options{})
		return err
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
	{"gradient of another graph", graph.ErrOption, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Grads: gorgonia.Nodes{graph.New(nil).Input("d", 2)}}
	})},
	{"gradient of integers", graph.ErrDType, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Grads: gorgonia.Nodes{b.Ints("d", 2)}}
	})},
	{"gradient of another shape", graph.ErrShape, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Grads: gorgonia.Nodes{b.Input("d", 3)}}
	})},
	{"descent without a loss", nil, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Grads: gorgonia.Nodes{b.Input("d", 2)}, Descend: true}
	})},
	{"descent without gradients", nil, compiling(func(b *graph.Builder) graph.Options {
		return graph.Options{Outputs: gorgonia.Nodes{b.Scalar(1)}, Descend: true}
	})},
	{"run of no program", graph.ErrOption, func(*testing.T) error { return (*graph.Program)(nil).Run() }},
	{"run of an empty program", graph.ErrOption, func(*testing.T) error { return new(graph.Program).Run() }},
	{"run of a fork without memory", graph.ErrMemory, func(*testing.T) error {
		b := graph.New(nil)
		y := b.Name("square", b.Outer(b.Input("x", 1000), b.Input("z", 1000)))
		p := compiled(b, graph.Options{Outputs: gorgonia.Nodes{y}, MemoryLimit: 9 << 20, Workers: 1})
		fork := p.Fork()
		runtime.KeepAlive(p) // it holds the memory
		return fork.Run()
	}},
	{"rate of a program that makes no steps", nil, func(*testing.T) error { return adding(graph.Float64).SetRate(0.1) }},
	{"rate of -1", nil, func(*testing.T) error { return descending().SetRate(-1) }},
	{"rate that is no number", nil, func(*testing.T) error { return descending().SetRate(math.NaN()) }},
	{"rate beyond float32", graph.ErrNotFinite, func(*testing.T) error {
		b := graph.New(graph.NewParams(graph.Float32, 1))
		w := b.Param("w", graph.Ones(), 2)
		return compiled(b, graph.Options{Outputs: gorgonia.Nodes{b.Sum(w)}, Grads: gorgonia.Nodes{w}, Descend: true}).SetRate(1e39)
	}},
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
	{"input of a program without inputs", graph.ErrOption, func(*testing.T) error {
		b := graph.New(nil)
		p := compiled(b, graph.Options{Outputs: gorgonia.Nodes{b.Scalar(1)}})
		return graph.InputOf[float64](p, "x").Set(nil)
	}},
	{"input of no program", graph.ErrOption, func(*testing.T) error { return graph.Input[float64]{}.Set(nil) }},
	{"element beyond float32", graph.ErrNotFinite, func(*testing.T) error {
		return graph.InputOf[float64](adding(graph.Float32), "x").Set([]float64{0, 0, 1e39, 0})
	}},
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
	{"probability of 2", graph.ErrOption, drawing(func(b *graph.Builder) *gorgonia.Node { return b.Bernoulli(b.Const([]float64{0, 2}, 2)) })},
	{"logits that are NaN", graph.ErrNotFinite, drawing(func(b *graph.Builder) *gorgonia.Node {
		return b.Categorical(b.Const([]float64{0, 1, 2, math.NaN()}, 2, 2))
	})},
	{"logits that allow nothing", graph.ErrNotFinite, drawing(func(b *graph.Builder) *gorgonia.Node {
		return b.Categorical(b.Const([]float64{math.Inf(-1)}, 1, 1))
	})},
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
	{"indices bound", graph.ErrUnsupported, func(*testing.T) error {
		return graph.InputOf[int](adding(graph.Float64), "labels").Bind(make([]int, 2))
	}},
	{"output that is not there", graph.ErrOption, func(*testing.T) error {
		p := adding(graph.Float64)
		graph.OutputOf[float64](p, 2)
		return p.Run()
	}},
	{"output of a program without outputs", graph.ErrOption, func(*testing.T) error {
		b := graph.New(nil)
		p := compiled(b, graph.Options{Grads: gorgonia.Nodes{b.Param("w", graph.Ones(), 2)}})
		graph.OutputOf[float64](p, 0)
		return p.Run()
	}},
	{"integers of an output of floats", graph.ErrDType, func(*testing.T) error {
		p := adding(graph.Float64)
		graph.OutputOf[int](p, 0)
		return p.Run()
	}},
	{"memory of no output", graph.ErrOption, func(*testing.T) error {
		_, err := graph.Output[float64]{}.Memory()
		return err
	}},
	{"memory of an output as float32", graph.ErrDType, func(*testing.T) error {
		_, err := graph.OutputOf[float32](adding(graph.Float64), 0).Memory()
		return err
	}},
	{"memory of indices as floats", graph.ErrDType, func(*testing.T) error {
		b := graph.New(nil)
		p := compiled(b, graph.Options{Outputs: gorgonia.Nodes{b.ArgSort(b.Input("x", 3), 0, graph.Ascending)}})
		_, err := graph.OutputOf[float64](p, 0).Memory()
		return err
	}},
	{"index computed out of range", graph.ErrShape, func(*testing.T) error {
		b := graph.New(nil)
		y := b.Name("picked", b.Take(b.Input("rows", 2, 3), b.ArgSort(b.Input("x", 3), 0, graph.Ascending)))
		return running(b, y, map[string][]float64{"x": {0, 0, 1}, "rows": make([]float64, 6)})
	}},
	{"inverse of a singular matrix", graph.ErrShape, func(*testing.T) error {
		b := graph.New(nil)
		return running(b, linalg.Inverse(b, b.Input("x", 2, 2)), map[string][]float64{"x": {1, 2, 2, 4}})
	}},
	{"failure of an operator of somebody's own", nil, func(*testing.T) error {
		b := graph.New(nil)
		y, err := gorgonia.ApplyOp(failing{}, b.Input("x", 2))
		if err != nil {
			return nil
		}
		return running(b, b.Exp(y), map[string][]float64{"x": {1, 2}})
	}},
	{"failure of an operator that the user asked for", nil, func(*testing.T) error {
		b := graph.New(nil)
		y, err := gorgonia.ApplyOp(failing{}, b.Input("x", 2))
		if err != nil {
			return nil
		}
		return running(b, y, map[string][]float64{"x": {1, 2}})
	}},
	{"operator run by gorgonia's machine", graph.ErrShape, func(*testing.T) error {
		b := graph.New(nil)
		y := b.Name("inverse", linalg.Inverse(b, b.Input("x", 2, 2)))
		_, err := y.Op().Do(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 2, 2, 4})))
		return err
	}},
	{"operand of another shape run by gorgonia's machine", graph.ErrShape, func(*testing.T) error {
		b := graph.New(nil)
		_, err := b.Exp(b.Input("x", 2)).Op().Do(tensor.New(tensor.WithShape(3), tensor.WithBacking(make([]float64, 3))))
		return err
	}},
	{"profile of no runs", nil, func(*testing.T) error {
		_, err := adding(graph.Float64).Profile(0)
		return err
	}},
	{"trace without a writer", graph.ErrOption, func(*testing.T) error { return graph.Profile{}.WriteTrace(nil) }},
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

// failing is an operator of somebody's own that fails.
type failing struct{ halve }

func (failing) String() string { return "failing" }
func (failing) Do(...gorgonia.Value) (gorgonia.Value, error) {
	return nil, errors.New("it is out of order")
}

// running is the error of a run that computes y from the inputs.
func running(b *graph.Builder, y *gorgonia.Node, inputs map[string][]float64) error {
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
	if err != nil {
		panic(err)
	}
	for name, v := range inputs {
		if err := graph.InputOf[float64](p, name).Set(v); err != nil {
			panic(err)
		}
	}
	return p.Run()
}

// drawing is the error of a run of what f draws.
func drawing(f func(b *graph.Builder) *gorgonia.Node) func(*testing.T) error {
	return func(*testing.T) error {
		b := graph.New(nil)
		return compiled(b, graph.Options{Outputs: gorgonia.Nodes{b.Name("drawn", f(b))}}).Run()
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

package nn

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Activation is the function between two layers, chosen by name.
type Activation uint8

// The activations. The zero value is Identity.
const (
	Identity  Activation = iota // x
	Sigmoid                     // 1/(1+e⁻ˣ)
	Tanh                        // tanh x
	ReLU                        // max(x, 0)
	LeakyReLU                   // x for x > 0, else 0.01·x
	Softplus                    // log(1+eˣ)
	GELU                        // x·Φ(x), with the error function
	SiLU                        // x·sigmoid(x)
	ELU                         // x for x > 0, else eˣ − 1
)

var activations = [...]struct {
	name string
	f    func(*graph.Builder, *gorgonia.Node) *gorgonia.Node
	init func() graph.Initializer
}{
	Identity:  {"identity", func(_ *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return x }, graph.XavierUniform},
	Sigmoid:   {"sigmoid", (*graph.Builder).Sigmoid, graph.XavierUniform},
	Tanh:      {"tanh", (*graph.Builder).Tanh, graph.XavierUniform},
	ReLU:      {"relu", (*graph.Builder).ReLU, graph.HeUniform},
	LeakyReLU: {"leaky_relu", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.LeakyReLU(x, 0.01) }, graph.HeUniform},
	Softplus:  {"softplus", (*graph.Builder).Softplus, graph.HeUniform},
	GELU:      {"gelu", (*graph.Builder).GELU, graph.HeUniform},
	SiLU:      {"silu", (*graph.Builder).SiLU, graph.HeUniform},
	ELU:       {"elu", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.ELU(x, 1) }, graph.HeUniform},
}

// String is the activation's name: relu, leaky_relu.
func (a Activation) String() string {
	if int(a) < len(activations) {
		return activations[a].name
	}
	return "unknown"
}

// Initializer is the usual one for weights before the activation.
func (a Activation) Initializer() graph.Initializer {
	if int(a) < len(activations) {
		return activations[a].init()
	}
	return graph.XavierUniform()
}

// ParseActivation finds an activation by its name.
func ParseActivation(name string) (Activation, error) {
	for i, a := range activations {
		if a.name == name {
			return Activation(i), nil
		}
	}
	return 0, errors.Wrapf(graph.ErrUnsupported, "graph: activation %q", name)
}

// Activate applies a to x.
func Activate(b *graph.Builder, a Activation, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Activate", x)
	defer c.Leave()
	if int(a) >= len(activations) {
		b.Fail(errors.Wrapf(graph.ErrUnsupported, "graph: activation %d", a))
		return nil
	}
	if c.Shape(x); c.Err != nil {
		return nil
	}
	return activations[a].f(b, x)
}

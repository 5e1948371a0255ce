package graph

import (
	"github.com/pkg/errors"
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
	f    func(*Builder, *gorgonia.Node) *gorgonia.Node
	init func() Initializer
}{
	Identity:  {"identity", func(_ *Builder, x *gorgonia.Node) *gorgonia.Node { return x }, XavierUniform},
	Sigmoid:   {"sigmoid", (*Builder).Sigmoid, XavierUniform},
	Tanh:      {"tanh", (*Builder).Tanh, XavierUniform},
	ReLU:      {"relu", (*Builder).ReLU, HeUniform},
	LeakyReLU: {"leaky_relu", func(b *Builder, x *gorgonia.Node) *gorgonia.Node { return b.LeakyReLU(x, 0.01) }, HeUniform},
	Softplus:  {"softplus", (*Builder).Softplus, HeUniform},
	GELU:      {"gelu", (*Builder).GELU, HeUniform},
	SiLU:      {"silu", (*Builder).SiLU, HeUniform},
	ELU:       {"elu", func(b *Builder, x *gorgonia.Node) *gorgonia.Node { return b.ELU(x, 1) }, HeUniform},
}

// String is the activation's name: relu, leaky_relu.
func (a Activation) String() string {
	if int(a) < len(activations) {
		return activations[a].name
	}
	return "unknown"
}

// Initializer is the usual one for weights before the activation.
func (a Activation) Initializer() Initializer {
	if int(a) < len(activations) {
		return activations[a].init()
	}
	return XavierUniform()
}

// ParseActivation finds an activation by its name.
func ParseActivation(name string) (Activation, error) {
	for i, a := range activations {
		if a.name == name {
			return Activation(i), nil
		}
	}
	return 0, errors.Wrapf(ErrUnsupported, "graph: activation %q", name)
}

// Activate applies a to x.
func (b *Builder) Activate(a Activation, x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Activate", x).Leave()
	if int(a) >= len(activations) {
		b.Fail(errors.Wrapf(ErrUnsupported, "graph: activation %d", a))
		return nil
	}
	if b.c.Shape(x); b.c.Err != nil {
		return nil
	}
	return activations[a].f(b, x)
}

package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Activation is the function that a layer applies to each element of its result.
type Activation uint8

// The activations. The zero value is Identity. Φ is the normal distribution function.
const (
	Identity  Activation = iota // x
	Sigmoid                     // 1/(1+e⁻ˣ)
	Tanh                        // tanh x
	ReLU                        // max(x, 0)
	LeakyReLU                   // x for x > 0, else 0.01·x
	Softplus                    // log(1+eˣ)
	GELU                        // x·Φ(x), by the error function
	SiLU                        // x·sigmoid(x)
	ELU                         // x for x > 0, else eˣ − 1
)

var activations = [...]struct {
	f    func(*graph.Builder, *gorgonia.Node) *gorgonia.Node
	init func() graph.Initializer
}{
	Identity:  {func(_ *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return x }, graph.XavierUniform},
	Sigmoid:   {(*graph.Builder).Sigmoid, graph.XavierUniform},
	Tanh:      {(*graph.Builder).Tanh, graph.XavierUniform},
	ReLU:      {(*graph.Builder).ReLU, graph.HeUniform},
	LeakyReLU: {func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.LeakyReLU(x, 0.01) }, graph.HeUniform},
	Softplus:  {(*graph.Builder).Softplus, graph.HeUniform},
	GELU:      {(*graph.Builder).GELU, graph.HeUniform},
	SiLU:      {(*graph.Builder).SiLU, graph.HeUniform},
	ELU:       {func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.ELU(x, 1) }, graph.HeUniform},
}

// Initializer returns the usual initializer of weights before the activation:
// XavierUniform for Identity, Sigmoid and Tanh, HeUniform for the others.
func (a Activation) Initializer() graph.Initializer {
	if int(a) < len(activations) {
		return activations[a].init()
	}
	return graph.XavierUniform()
}

// Activate returns a(x), element by element.
//
// Errors: ErrOption for an unknown activation.
func Activate(b *graph.Builder, a Activation, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Activate", x)
	defer c.Leave()
	c.Shape(x)
	if !c.Checks().OneOf("activation", activationNames, int(a)).OK() {
		return nil
	}
	return activations[a].f(b, x)
}

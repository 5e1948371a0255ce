package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Mish is x·tanh(softplus x) (Misra 2019).
func Mish(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Mish", x)
	defer c.Leave()
	return c.Mish(x)
}

// Softsign is x/(1 + |x|), ±1 at ±Inf.
func Softsign(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Softsign", x)
	defer c.Leave()
	return c.Softsign(x)
}

// SELU is the self-normalising ELU of Klambauer et al. (2017).
func SELU(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.SELU", x)
	defer c.Leave()
	return c.Selu(x)
}

// HardTanh is x held to [−1, 1].
func HardTanh(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.HardTanh", x)
	defer c.Leave()
	return c.HardTanh(x)
}

// HardSigmoid is x/6 + 1/2 held to [0, 1].
func HardSigmoid(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.HardSigmoid", x)
	defer c.Leave()
	return c.HardSigmoid(x)
}

// HardSwish is x·HardSigmoid(x).
func HardSwish(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.HardSwish", x)
	defer c.Leave()
	return c.HardSwish(x)
}

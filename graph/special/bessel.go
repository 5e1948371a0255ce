package special

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// BesselI returns the modified Bessel function of the first kind Iₙ(x), n = order.
// Errors: ErrShape for a negative order.
func BesselI(b *graph.Builder, x *gorgonia.Node, order int) *gorgonia.Node {
	c := build.Enter(b, "special.BesselI", x)
	defer c.Leave()
	return c.BesselI(x, order, false)
}

// BesselIScaled returns e^(−|x|)·Iₙ(x), which does not overflow.
// Errors: ErrShape for a negative order.
func BesselIScaled(b *graph.Builder, x *gorgonia.Node, order int) *gorgonia.Node {
	c := build.Enter(b, "special.BesselIScaled", x)
	defer c.Leave()
	return c.BesselI(x, order, true)
}

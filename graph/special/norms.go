package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// CosineSimilarity is x·y/(max(‖x‖, eps)·max(‖y‖, eps)) over the axis, which is
// dropped. eps > 0, usually 1e-8: the cosine with a vector of zeros is 0.
func CosineSimilarity(b *graph.Builder, x, y *gorgonia.Node, axis int, eps float64) *gorgonia.Node {
	c := build.Enter(b, "special.CosineSimilarity", x, y)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	nx := b.Clamp(b.Norm(x, 2, axis), eps, math.Inf(1))
	ny := b.Clamp(b.Norm(y, 2, axis), eps, math.Inf(1))
	return b.Div(b.Sum(b.Mul(x, y), axis), b.Mul(nx, ny))
}

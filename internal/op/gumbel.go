package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"gorgonia.org/gorgonia"
)

// Gumbel draws from the standard Gumbel distribution.
var Gumbel Entry

func init() {
	define(&Gumbel, distribution("gumbel", draw.Gumbel[float32], draw.Gumbel[float64]))
}

// Gumbel draws an array of the type and the shape from the standard Gumbel distribution.
func (c *Ctx) Gumbel(d Draw, like ir.DType, shape []int) *gorgonia.Node {
	return c.drawn(&Gumbel, d, like, shape)
}

package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"gorgonia.org/gorgonia"
)

// Normal draws from the standard normal distribution.
var Normal Entry

func init() {
	define(&Normal, distribution("normal", draw.Normal[float32], draw.Normal[float64]))
}

// Normal draws an array of the type and the shape from the standard normal distribution.
func (c *Ctx) Normal(d Draw, like ir.DType, shape []int) *gorgonia.Node {
	return c.drawn(&Normal, d, like, shape)
}

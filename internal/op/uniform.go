package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"gorgonia.org/gorgonia"
)

// Uniform draws from [0, 1).
var Uniform Entry

func init() {
	define(&Uniform, distribution("uniform", draw.Uniform[float32], draw.Uniform[float64]))
}

// Uniform draws an array of the type and the shape from [0, 1).
func (c *Ctx) Uniform(d Draw, like ir.DType, shape []int) *gorgonia.Node {
	return c.drawn(&Uniform, d, like, shape)
}

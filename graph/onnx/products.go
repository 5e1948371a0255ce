package onnx

import "github.com/symgrad/symgrad/internal/op"

// productRules are those of products of matrices and vectors.
var productRules = map[string]rule{
	"matmul": one(func(c *call) string {
		ta, tb := c.v.Attrs.Bool("transA"), c.v.Attrs.Bool("transB")
		x, y := c.arg(0), c.arg(1)
		if (ta || tb) && len(c.v.In[0].Type.Shape) == 2 {
			a := attrs{}
			if ta {
				a["transA"] = 1
			}
			if tb {
				a["transB"] = 1
			}
			return c.node("Gemm", a, x, y)
		}
		if ta {
			x = c.turn(x, len(c.v.In[0].Type.Shape))
		}
		if tb {
			y = c.turn(y, len(c.v.In[1].Type.Shape))
		}
		return c.do("MatMul", x, y)
	}),
	"matvec": one(func(c *call) string {
		if c.v.Attrs.Bool("transA") {
			return c.do("MatMul", c.arg(1), c.arg(0))
		}
		return c.do("MatMul", c.arg(0), c.arg(1))
	}),
	"dot": one(func(c *call) string { return c.do("MatMul", c.arg(0), c.arg(1)) }),
	"outer": several(func(c *call) string {
		return c.do("Mul", c.do("Unsqueeze", c.arg(0), c.list(1)), c.arg(1))
	}),
	"det": one(func(c *call) string { return c.do("Det", c.arg(0)) }),
}

// turn swaps the last two axes.
func (c *call) turn(x string, rank int) string {
	return c.node("Transpose", attrs{"perm": op.SwapAxes(rank, rank-2, rank-1)}, x)
}

package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// ShardSum is the sum of x over the shards of a batch. Each shard has a program of its own, which sums by
// Call.Sum. A program that runs alone is the only shard. dx is the sum of d over the shards.
var ShardSum Entry

func init() {
	define(&ShardSum, Entry{
		Def: ir.Def{Name: "shardsum", Class: ir.Opaque, Arity: 1, Infer: sameShape, Once: true,
			F32: ir.Kernel[float32]{Run: shardSum[float32]}, F64: ir.Kernel[float64]{Run: shardSum[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.ShardSum(d, -n.Attrs.Int("number"))}
		},
		Ref:     ref1(func(x float64) float64 { return x }),
		Samples: func() []Sample { return withAttrs(ir.A("number", 1), shapes(1, plain...)) },
	})
}

func shardSum[T ir.Float](c *ir.Call[T]) {
	copy(c.Out, c.In[0])
	if c.Sum == nil {
		return
	}
	if err := c.Sum(c.V.Attrs.Int("number"), c.Out); err != nil {
		failRun(c, err)
	}
}

// ShardSum is the sum of x over the shards. The number tells it from other sums of the graph.
func (c *Ctx) ShardSum(x *gorgonia.Node, number int) *gorgonia.Node {
	return c.Apply(&ShardSum, ir.A("number", number), x)
}

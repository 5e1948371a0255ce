package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"gorgonia.org/gorgonia"
)

// This file holds what random operators share. The last operand of each is the Int scalar
// step. Its attributes seed, high (the upper 32 bits of the seed) and stream tell draws
// apart. Element i depends on (seed, stream, step, i) alone: not on the number of workers,
// nor on what else is drawn. None has a gradient.

// StepInput is the name of the Int input by which random operators draw: the
// number of the run.
const StepInput = "symgrad/step"

// Draw says which numbers a random operator draws.
type Draw struct {
	Step   *gorgonia.Node // the Int scalar that counts runs
	Seed   uint64
	Stream int // no two draws of a graph share it
}

// attrs are the attributes of the draw and those given.
func (d Draw) attrs(kv ...any) ir.Attrs {
	low, high := int(int32(d.Seed)), int(int32(d.Seed>>32))
	return ir.A(append(kv, "seed", low, "high", high, "stream", d.Stream)...)
}

// drawKey returns the key of the present step's numbers.
func drawKey[T ir.Float](c *ir.Call[T]) uint64 {
	a := c.V.Attrs
	seed := uint64(uint32(a.Int("seed"))) | uint64(a.Int("high"))<<32
	return draw.Key(seed, a.Int("stream"), c.IntIn[len(c.IntIn)-1][0])
}

// isStep says what is wrong with the type of a step.
func isStep(t ir.Type) error {
	if t.DType != ir.Int || len(t.Shape) != 0 {
		return dtypef("got the step %v, want an Int scalar", t)
	}
	return nil
}

// drawing is the state of a prepared random operator.
type drawing[T ir.Float] struct {
	c        *ir.Call[T]
	key      uint64
	n, grain int // results in all, and in one part
	part     func(worker, part int)
}

const drawGrain = 1 << 14 // numbers in one part

// drawKernel fills results [lo, hi) by fill, in parts. Before that it calls refuse, if it is
// not nil, and draws nothing where that says what is wrong.
func drawKernel[T ir.Float](refuse func(c *ir.Call[T]) error, fill func(c *ir.Call[T], key uint64, lo, hi int)) ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := &drawing[T]{n: v.Type.Shape.Size(), grain: drawGrain}
			if in := v.In[0].Type.Shape.Size(); in > s.n && s.n > 0 { // several numbers for one result
				s.grain = max(1, drawGrain/(in/s.n))
			}
			s.part = func(_, p int) {
				lo := p * s.grain
				fill(s.c, s.key, lo, min(lo+s.grain, s.n))
			}
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			if refuse != nil {
				if err := refuse(c); err != nil {
					failRun(c, err)
					return
				}
			}
			s := c.State.(*drawing[T])
			s.c, s.key = c, drawKey(c)
			c.Pool.Run((s.n+s.grain-1)/s.grain, s.part)
		},
	}
}

// distribution is the row of an operator whose result has the shape and the float type that
// its attributes say.
func distribution(name string, fill32 func(dst []float32, key uint64, start int), fill64 func(dst []float64, key uint64, start int)) Entry {
	return Entry{
		Def: ir.Def{Name: name, Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				s := ir.Shape(a.Ints("shape"))
				for i, n := range s {
					if n < 0 {
						return ir.Type{}, shapef("axis %d: got the extent %d in %v, want at least 0", i, n, s)
					}
				}
				return ir.Type{DType: namedFloat(a), Shape: s}, isStep(in[0])
			},
			F32: drawKernel(nil, filling(fill32)), F64: drawKernel(nil, filling(fill64))},
		VJP: noGrad,
		Ref: func(c *ir.Call[float64]) { fill64(c.Out, drawKey(c), 0) },
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{}}, Int: []int{100}, Attrs: Draw{Seed: 1, Stream: 2}.attrs("shape", []int{5, 7}, "dtype", "f64")},
				{In: []ir.Shape{{}}, Int: []int{100}, Attrs: Draw{Seed: 3 << 32, Stream: 1}.attrs("shape", []int{100, 90}, "dtype", "f64")},
			}
		},
	}
}

func filling[T ir.Float](fill func(dst []T, key uint64, start int)) func(c *ir.Call[T], key uint64, lo, hi int) {
	return func(c *ir.Call[T], key uint64, lo, hi int) { fill(c.Out[lo:hi], key, lo) }
}

// drawn applies a distribution.
func (c *Ctx) drawn(e *Entry, d Draw, like ir.DType, shape []int) *gorgonia.Node {
	return c.Apply(e, d.attrs("shape", append([]int{}, shape...), "dtype", like.String()), d.Step)
}

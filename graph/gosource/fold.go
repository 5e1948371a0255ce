package gosource

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// This file computes what does not depend on the inputs: it becomes a weight of the program.

// datum is the elements of a value. One of the slices has them.
type datum struct {
	floats []float64
	ints   []int
}

// evaluator computes values whose operands are known.
type evaluator struct {
	f32   bool
	known ir.Table[*datum]
}

// newEvaluator knows the parameters, states and constants of f.
func newEvaluator(f *ir.Func, params *graph.Params) *evaluator {
	e := &evaluator{f32: params.DType() == graph.Float32, known: ir.NewTable[*datum](f)}
	for _, v := range f.Values {
		switch v.Leaf {
		case ir.Param, ir.State:
			*e.known.At(v) = &datum{floats: params.Values(v.Name)}
		case ir.Const:
			d := &datum{}
			switch x := v.Data.(type) {
			case []float64:
				d.floats = x
				if e.f32 {
					d.floats = rounded(x)
				}
			case []int:
				d.ints = x
			}
			*e.known.At(v) = d
		}
	}
	return e
}

// rounded returns numbers of float32.
func rounded(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(float32(v))
	}
	return out
}

// fold computes all values of f that depend on weights alone. One that is larger than its
// operands together is left out, unless it is small.
func (e *evaluator) fold(f *ir.Func) {
	const small = 256
	for _, v := range f.Values {
		if v.Def == nil || len(v.In) == 0 || v.Def.Once {
			continue
		}
		size, ok := small, true
		for _, x := range v.In {
			ok = ok && *e.known.At(x) != nil
			size += x.Type.Shape.Size()
		}
		if ok && v.Type.Shape.Size() <= size {
			e.compute(v)
		}
	}
}

// compute fills in the record of v, whose operands are known. It leaves it out if that fails.
func (e *evaluator) compute(v *ir.Value) {
	var d *datum
	if e.f32 {
		d = computed[float32](e, v)
	} else {
		d = computed[float64](e, v)
	}
	*e.known.At(v) = d
}

func computed[T ir.Float](e *evaluator, v *ir.Value) (d *datum) {
	defer func() {
		if recover() != nil {
			d = nil
		}
	}()
	c := ir.Call[T]{V: v, In: make([][]T, len(v.In)), IntIn: make([][]int, len(v.In)), Fault: &ir.Fault{}}
	for i, x := range v.In {
		k := *e.known.At(x)
		c.IntIn[i] = k.ints
		if k.ints == nil {
			c.In[i] = make([]T, len(k.floats))
			for j, w := range k.floats {
				c.In[i][j] = T(w)
			}
		}
	}
	if v.Type.DType == ir.Int {
		c.IntOut = make([]int, v.Type.Shape.Size())
	} else {
		c.Out = make([]T, v.Type.Shape.Size())
	}
	op.Apply(&c)
	if c.Fault.Take() != nil {
		return nil
	}
	d = &datum{ints: c.IntOut}
	if c.Out != nil {
		d.floats = make([]float64, len(c.Out))
		for i, w := range c.Out {
			d.floats[i] = float64(w)
		}
	}
	return d
}

// uniform returns the number that all elements of v are, if they are one and known.
func (g *generator) uniform(v *ir.Value) (float64, bool) {
	for v.Def != nil && v.Def.Class == ir.Move && *g.known.At(v) == nil {
		v = v.In[0]
	}
	if v.Def == &op.Fill.Def || v.Def == &op.SizeOf.Def {
		return v.Attrs.Float("by"), true
	}
	d := *g.known.At(v)
	if d == nil || len(d.floats) == 0 {
		return 0, false
	}
	for _, x := range d.floats {
		if math.Float64bits(x) != math.Float64bits(d.floats[0]) {
			return 0, false
		}
	}
	return d.floats[0], true
}

// Package optest holds every row of the table of operators to its own slow
// formula and to finite differences. It has tests and benchmarks only; the
// applications that they run are the rows' Samples.
package optest

import (
	"fmt"
	"math/rand/v2"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// applied is a sample in a graph, with random operands.
type applied struct {
	e      *op.Entry
	s      op.Sample
	c      *op.Ctx
	in     []*gorgonia.Node
	out    *gorgonia.Node
	floats [][]float64 // by operand; nil for an Int
	ints   [][]int
}

// apply draws the operands of a sample and builds its node.
func apply(e *op.Entry, s op.Sample, d ir.DType, seed uint64) (*applied, error) {
	r := rand.New(rand.NewPCG(seed, 7))
	a := &applied{e: e, s: s, c: op.NewCtx(gorgonia.NewGraph())}
	lo, hi := s.Lo, s.Hi
	if lo == 0 && hi == 0 {
		lo, hi = -2, 2
	}
	for i, shape := range s.In {
		n := shape.Size()
		t := ir.Type{DType: d, Shape: shape}
		if i < len(s.Int) && s.Int[i] > 0 {
			t.DType = ir.Int
			v := make([]int, n)
			for j := range v {
				v[j] = r.IntN(s.Int[i])
			}
			a.ints, a.floats = append(a.ints, v), append(a.floats, nil)
		} else {
			v := make([]float64, n)
			for j := range v {
				v[j] = float64(float32(lo + (hi-lo)*r.Float64())) // exact in both types
			}
			a.ints, a.floats = append(a.ints, nil), append(a.floats, v)
		}
		a.in = append(a.in, a.c.Leaf(t, leafName(i)))
	}
	a.out = a.c.Apply(e, s.Attrs, a.in...)
	return a, a.c.Err
}

// leafName is the name of an operand.
func leafName(i int) string { return fmt.Sprintf("x%d", i) }

// value is the application alone.
func (a *applied) value() *ir.Value {
	t, _ := op.TypeOf(a.out)
	v := &ir.Value{Def: &a.e.Def, Attrs: a.s.Attrs, Type: t}
	for _, n := range a.in {
		x, _ := op.TypeOf(n)
		v.In = append(v.In, &ir.Value{Type: x})
	}
	return v
}

// want is the result by the row's slow formula.
func (a *applied) want() (floats []float64, ints []int) {
	v := a.value()
	t := v.Type
	c := &ir.Call[float64]{V: v, In: a.floats, IntIn: a.ints, Fault: &ir.Fault{}}
	if t.DType == ir.Int {
		c.IntOut = make([]int, t.Shape.Size())
	} else {
		c.Out = make([]float64, t.Shape.Size())
	}
	a.e.Ref(c)
	return c.Out, c.IntOut
}

// program is a compiled graph over the leaves x0, x1, ... of an applied.
type program[T ir.Float] struct {
	*exec.Program[T]
	a *applied
}

func (a *applied) lower(out ...*gorgonia.Node) (*ir.Func, error) {
	return compile.Lower(compile.Source{Name: a.e.Name, Out: out, Leaf: func(n *gorgonia.Node) (compile.Leaf, error) {
		return compile.Leaf{Kind: ir.Input, Name: n.Name()}, nil
	}})
}

func compiled[T ir.Float](a *applied, w *pool.Pool, out ...*gorgonia.Node) (*program[T], error) {
	f, err := a.lower(out...)
	if err != nil {
		return nil, err
	}
	plan, err := compile.Compile(f, make([]compile.Target, len(out)), compile.Options{})
	if err != nil {
		return nil, err
	}
	return &program[T]{exec.New(plan, w, exec.Shared[T]{}), a}, nil
}

// run feeds the operands, each moved by t along u if u is not nil, and returns
// the results.
func (p *program[T]) run(t float64, u [][]float64) ([][]float64, error) {
	for _, s := range p.Plan().Inputs {
		var i int
		if _, err := fmt.Sscanf(s.Name, "x%d", &i); err != nil {
			return nil, err
		}
		if s.Type.DType == ir.Int {
			copy(p.Ints(s.Where), p.a.ints[i])
			continue
		}
		dst := p.Floats(s.Where)
		for j, x := range p.a.floats[i] {
			if u != nil {
				x += t * u[i][j]
			}
			dst[j] = T(x)
		}
	}
	if err := p.Run(); err != nil {
		return nil, err
	}
	var out [][]float64
	for _, s := range p.Plan().Outputs {
		var v []float64
		if s.Type.DType == ir.Int {
			for _, k := range p.Ints(s.Where) {
				v = append(v, float64(k))
			}
		} else {
			for _, x := range p.Floats(s.Where) {
				v = append(v, float64(x))
			}
		}
		out = append(out, v)
	}
	return out, nil
}

package optest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// TestForward compares forward mode with reverse mode on every sample: the slope
// of a random combination of the results along a random direction, and the slope
// of that slope in all four orders of the two modes.
func TestForward(t *testing.T) {
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		a, err := apply(e, s, ir.F64, seed)
		if err != nil {
			t.Fatal(err)
		}
		compareModes(t, a, a.in, fmt.Sprintf("sample %d", seed))
	})
}

// TestForwardComputedIndices is TestForward with indices that are computed from
// floats by which the result is differentiated too: integers have no tangent.
func TestForwardComputedIndices(t *testing.T) {
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		a, err := apply(e, s, ir.F64, seed)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 11))
		in, by := append([]*gorgonia.Node(nil), a.in...), append([]*gorgonia.Node(nil), a.in...)
		some := false
		for i := range in {
			if a.ints[i] != nil {
				some = true
				in[i], by[i] = a.indices(r, s.In[i], s.Int[i])
			}
		}
		if !some {
			return
		}
		a.out = a.c.Apply(e, s.Attrs, in...)
		compareModes(t, a, by, fmt.Sprintf("sample %d, computed indices", seed))
	})
}

// TestForwardMovedIndices gives every row indices that are computed from floats
// where its samples have floats: it moves them, makes floats of them, or refuses
// them when it is applied.
func TestForwardMovedIndices(t *testing.T) {
	moved := 0
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		a := &applied{e: e, s: s, c: op.NewCtx(gorgonia.NewGraph())}
		r := rand.New(rand.NewPCG(seed, 13))
		var in, by []*gorgonia.Node
		for _, shape := range s.In {
			k, z := a.indices(r, shape, 3)
			in, by = append(in, k), append(by, z)
		}
		if a.c.Err != nil {
			t.Fatal(a.c.Err)
		}
		a.out = a.c.Apply(e, s.Attrs, in...)
		if a.c.Err != nil {
			return
		}
		moved++
		compareModes(t, a, by, fmt.Sprintf("sample %d, moved indices", seed))
	})
	if moved == 0 {
		t.Error("no row moves integers")
	}
}

// indices are integers in [0, n) of the shape, computed from the floats by: the
// places of the largest of n numbers each.
func (a *applied) indices(r *rand.Rand, shape ir.Shape, n int) (k, by *gorgonia.Node) {
	by = a.constant(r, append(shape.Clone(), n))
	ranges := make([]op.Range, len(shape)+1)
	for i, d := range shape {
		ranges[i] = op.Range{Start: 0, Stop: d, Step: 1}
	}
	ranges[len(shape)] = op.Range{Start: 0, Stop: 1, Step: 1}
	order := a.c.Apply(&op.ArgSort, ir.A("axis", len(shape), "descending", true), by)
	return a.c.Reshape(a.c.Slice(order, ranges), shape), by
}

// compareModes compares the modes for a.out as a function of the floats among by.
func compareModes(t *testing.T, a *applied, by []*gorgonia.Node, what string) {
	t.Helper()
	if a.c.Err != nil {
		t.Fatal(a.c.Err)
	}
	r := rand.New(rand.NewPCG(uint64(len(what)), 5))
	m := modes{t: t, a: a}
	for _, n := range by {
		if shape := a.c.Type(n); shape.DType.IsFloat() {
			m.wrt, m.dir = append(m.wrt, n), append(m.dir, a.constant(r, shape.Shape))
		}
	}
	if len(m.wrt) == 0 {
		return
	}
	y := a.out
	if a.c.Type(y).DType == ir.Int {
		y = a.c.Mul(a.c.NotInt(y, 0, m.wrt[0]), a.c.Broadcast(a.c.Sum(m.wrt[0], nil, false), a.c.Shape(y)))
	}
	loss := a.combination(r, y)
	reverse, forward := m.reverse(loss), m.forward(loss)
	m.compare(what+", order 1", reverse, forward)
	m.compare(what+", order 2", m.reverse(reverse), m.forward(reverse), m.reverse(forward), m.forward(forward))
}

// modes are the two ways to the slope of a number along the directions dir of wrt.
type modes struct {
	t        *testing.T
	a        *applied
	wrt, dir []*gorgonia.Node
}

func (m modes) reverse(loss *gorgonia.Node) *gorgonia.Node {
	m.t.Helper()
	grads, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, loss, m.wrt...)
	if err != nil {
		m.t.Fatal("reverse:", err)
	}
	var sum *gorgonia.Node
	for i, g := range grads {
		term := m.a.c.Sum(m.a.c.Mul(g, m.dir[i]), nil, false)
		if sum == nil {
			sum = term
		} else {
			sum = m.a.c.Add(sum, term)
		}
	}
	return sum
}

func (m modes) forward(loss *gorgonia.Node) *gorgonia.Node {
	m.t.Helper()
	out, err := autograd.JVP([]*gorgonia.Node{loss}, m.wrt, m.dir)
	if err != nil {
		m.t.Fatal("forward:", err)
	}
	return out[0]
}

// compare holds all others to the first.
func (m modes) compare(what string, slopes ...*gorgonia.Node) {
	m.t.Helper()
	if m.a.c.Err != nil {
		m.t.Fatal(m.a.c.Err)
	}
	p, err := compiled[float64](m.a, nil, slopes...)
	if err != nil {
		m.t.Fatal(err)
	}
	out, err := p.run(0, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, got := range out[1:] {
		near(m.t, what, got, out[0], 1e-9)
	}
}

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// tolerance is what a float64 result may be off: ATol + RTol·|want|.
type tolerance struct{ RTol, ATol float64 }

// claim is what one result must be.
type claim struct {
	what  string
	want  *array
	exact *array // a truer value, which is as good
	kink  bool   // any split of a tie is right: compare the sums

	// before is the size of the terms of a derivative before they cancel: that of
	// what is differentiated over that of what by.
	before float64
}

// experiment is a graph with what its results must be.
type experiment struct {
	bench     *bench
	tolerance tolerance
	claims    []claim
	nodes     gorgonia.Nodes
	run       func(n *noise) ([][]float64, error) // one list of elements for each claim
}

func (e *experiment) add(n *gorgonia.Node, c claim) {
	e.nodes, e.claims = append(e.nodes, n), append(e.claims, c)
}

// compile makes run a run of the graph, whose results must have the claims' shapes.
func (e *experiment) compile() error {
	p, err := e.bench.Compile(graph.Options{Outputs: e.nodes})
	if err != nil {
		return err
	}
	for i, c := range e.claims {
		if shape := graph.OutputOf[float64](p, i).Shape(); !slices.Equal(shape, c.want.Shape) {
			return fmt.Errorf("%s: got the shape %v, want %v", c.what, shape, c.want.Shape)
		}
	}
	e.run = func(n *noise) ([][]float64, error) {
		if err := e.bench.feed(p, n); err != nil {
			return nil, err
		}
		if err := p.Run(); err != nil {
			return nil, err
		}
		out := make([][]float64, len(e.claims))
		for i := range out {
			out[i] = graph.OutputOf[float64](p, i).Read(nil)
		}
		return out, nil
	}
	return nil
}

// noise changes each element by size, relatively, up or down; with narrow it rounds
// it to float32 before.
type noise struct {
	random *rand.Rand
	narrow bool
	size   float64
}

func (n *noise) apply(v []float64) []float64 {
	if n == nil {
		return v
	}
	out := make([]float64, len(v))
	for i, x := range v {
		if n.narrow {
			x = float64(float32(x))
		}
		if out[i] = x; n.size > 0 {
			out[i] = x * (1 + n.size*float64(2*n.random.IntN(2)-1))
		}
	}
	return out
}

// farther is how far results go from the given ones for inputs with noise, in a few
// trials.
func (e *experiment) farther(n *noise, from [][]float64) ([][]float64, error) {
	out := make([][]float64, len(from))
	for i, v := range from {
		out[i] = make([]float64, len(v))
	}
	for seed := range uint64(trials) {
		n.random = rand.New(rand.NewPCG(seed, 0))
		other, err := e.run(n)
		if err != nil {
			return nil, err
		}
		for i, v := range other {
			for j, x := range v {
				if d := math.Abs(x - from[i][j]); d > out[i][j] && !math.IsInf(d, 0) {
					out[i][j] = d
				}
			}
		}
	}
	return out, nil
}

// check64 runs an experiment in float64 and holds it to its claims.
func (e *experiment) check64() error {
	got, err := e.run(nil)
	if err != nil {
		return err
	}
	var far [][]float64
	t := tolerance{max(e.tolerance.RTol, e.bench.loose.RTol), max(e.tolerance.ATol, e.bench.loose.ATol)}
	for i, c := range e.claims {
		allow := func(_ int, want float64) float64 { return t.ATol + t.RTol*math.Abs(want) }
		if c.holds(got[i], allow) == nil {
			continue
		}
		if far == nil { // what a rounding of the inputs does to the results may be more
			if far, err = e.farther(&noise{size: 0x1p-52}, got); err != nil {
				return err
			}
		}
		if c.kink {
			far[i] = []float64{sum(far[i])}
		}
		if err := c.holds(got[i], func(j int, want float64) float64 { return allow(j, want) + far[i][j] }); err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
	}
	return nil
}

// holds compares elements, or their sums if the claim is of a kink.
func (c claim) holds(got []float64, allow func(i int, want float64) float64) error {
	want := c.want.Floats
	if c.kink {
		got, want = []float64{sum(got)}, []float64{sum(want)}
	}
	for i, g := range got {
		if near(g, want[i], allow(i, want[i])) || c.exact != nil && !c.kink && near(g, c.exact.Floats[i], allow(i, c.exact.Floats[i])) {
			continue
		}
		return fmt.Errorf("got %v at element %d, want %v within %.2g", g, i, want[i], allow(i, want[i]))
	}
	return nil
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

func near(got, want, within float64) bool {
	switch {
	case math.IsNaN(want) || math.IsNaN(got):
		return math.IsNaN(want) && math.IsNaN(got)
	case math.IsInf(want, 0) || math.IsInf(got, 0):
		return got == want
	}
	return math.Abs(got-want) <= within
}

// addGradient adds the gradient of an input, as far as it means something, and
// returns the part of it that does.
func (e *experiment) addGradient(of, g *gorgonia.Node, c claim) *gorgonia.Node {
	b := e.bench
	if b.symmetric[of] {
		n := len(c.want.Shape)
		c.want, c.exact, g = symmetricPart(c.want), nil, b.Scale(b.Add(g, b.SwapAxes(g, n-1, n-2)), 0.5)
	}
	if upper, ok := b.triangle[of]; ok {
		c.want = triangleOf(c.want, upper)
	}
	e.add(g, c)
	return g
}

// symmetricPart is (a + aᵀ)/2 of square matrices.
func symmetricPart(a *array) *array {
	out := zeros(a.Shape)
	n := a.Shape[len(a.Shape)-1]
	for i := range a.Floats {
		m, r, k := i/(n*n), i/n%n, i%n
		out.Floats[i] = (a.Floats[i] + a.Floats[(m*n+k)*n+r]) / 2
	}
	return out
}

// triangleOf is a with zeros outside of a triangle of the last two axes.
func triangleOf(a *array, upper bool) *array {
	out := zeros(a.Shape)
	n := a.Shape[len(a.Shape)-1]
	for i, v := range a.Floats {
		if r, k := i/n%a.Shape[len(a.Shape)-2], i%n; r == k || (r < k) == upper {
			out.Floats[i] = v
		}
	}
	return out
}

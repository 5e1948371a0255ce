package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// rounding is how far results in the type may be from those of another order of sums.
func rounding(dtype graph.DType) float64 {
	if dtype == graph.Float32 {
		return 4e-6
	}
	return 1e-12
}

// TestSinusoidalPositions holds the table to the formula, with even and odd numbers of
// features.
func TestSinusoidalPositions(t *testing.T) {
	for _, d := range []int{1, 4, 5} {
		b := graph.New(nil)
		got := graphtest.Run(t, b, nil, nn.SinusoidalPositions(b, 3, d))[0]
		var want []float64
		for pos := range 3 {
			for k := range d {
				angle := float64(pos) / math.Pow(10000, float64(k/2*2)/float64(d))
				if k%2 == 0 {
					want = append(want, math.Sin(angle))
				} else {
					want = append(want, math.Cos(angle))
				}
			}
		}
		graphtest.Same(t, fmt.Sprint(d, " features"), got, want)
	}
}

// TestLearnedPositions checks the parameter and that it is trained.
func TestLearnedPositions(t *testing.T) {
	b := graph.New(nil)
	x := b.Const(graphtest.Wave(24, 1), 2, 3, 4)
	at := nn.LearnedPositions(b, "positions", 5, 4)
	cost := b.Sum(b.Square(b.Add(x, b.Slice(at, graph.Range(0, 3)))))
	if got := fmt.Sprint(names(b), b.Params().Get("positions/weight").Shape); got != "[positions/weight] [5 4]" {
		t.Errorf("got the parameters %s", got)
	}
	if nn.LearnedPositions(b, "positions", 5, 4) != at {
		t.Error("called twice, the layer has two parameters")
	}
	if err := autograd.Check(b, cost, autograd.Point{}, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
}

// TestRotary holds the rotation to complex numbers: a pair is one number, which is
// multiplied by a unit.
func TestRotary(t *testing.T) {
	const n, steps, d, base = 2, 3, 4, 50
	x := graphtest.Wave(n*steps*d, 1)
	positions := []int{4, 0, 7}
	turned := func(at func(t int) int) []float64 {
		out := make([]float64, len(x))
		for i := 0; i < len(x); i += 2 {
			angle := float64(at(i/d%steps)) * math.Pow(base, -float64(i%d)/d)
			unit := complex(math.Cos(angle), math.Sin(angle)) * complex(x[i], x[i+1])
			out[i], out[i+1] = real(unit), imag(unit)
		}
		return out
	}
	for _, dtype := range []graph.DType{graph.Float32, graph.Float64} {
		b := graph.New(graph.NewParams(dtype, 1))
		in := b.Const(x, n, steps, d)
		index := b.ConstInts(positions, 3)
		out := graphtest.Run(t, b, nil, nn.Rotary(b, in, nn.RotaryOptions{Base: base}), nn.Rotary(b, in, nn.RotaryOptions{Base: base, Positions: index, Steps: 8}))
		near(t, "in order", out[0], turned(func(t int) int { return t }), rounding(dtype))
		near(t, "at positions", out[1], turned(func(t int) int { return positions[t] }), rounding(dtype))
	}
}

// TestRotaryIsRelative checks that products of queries and keys depend on the difference
// of their positions alone.
func TestRotaryIsRelative(t *testing.T) {
	const d = 6
	b := graph.New(nil)
	q, k := b.Const(graphtest.Wave(d, 1), 1, d), b.Const(graphtest.Wave(d, 2), 1, d)
	at := func(x *gorgonia.Node, position int) *gorgonia.Node {
		return nn.Rotary(b, x, nn.RotaryOptions{Positions: b.ConstInts([]int{position}, 1), Steps: 1000})
	}
	product := func(m, n int) *gorgonia.Node { return b.Sum(b.Mul(at(q, m), at(k, n))) }
	out := graphtest.Run(t, b, nil, product(3, 1), product(902, 900), product(2, 0), product(1, 3))
	near(t, "same difference", append(out[1], out[2]...), append(out[0], out[0]...), rounding(graph.Float64))
	if math.Abs(out[3][0]-out[0][0]) < 1e-3 {
		t.Errorf("got %v for the differences 2 and -2", out[0])
	}
}

// TestRotaryGradient checks the gradient and its own gradient against differences.
func TestRotaryGradient(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 2, 3, 4)
	y := b.Sum(b.Cube(nn.Rotary(b, x, nn.RotaryOptions{})))
	at := autograd.Point{Floats: map[string][]float64{"x": graphtest.Wave(24, 2)}}
	if err := autograd.Check(b, y, at, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
	g, err := autograd.Gradients(y, x)
	if err != nil {
		t.Fatal(err)
	}
	if err := autograd.Check(b, b.Sum(b.Cube(g[0])), at, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
}

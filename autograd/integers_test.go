package autograd_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// throughIntegers are functions of a vector of six elements whose result depends
// on integers that are computed from it.
var throughIntegers = map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
	"Sort":            func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Sort(x, 0, graph.Ascending) },
	"Sort descending": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Sort(x, 0, graph.Descending) },
	"Sort of Sort": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return b.Sort(b.Reshape(b.Mul(b.Sort(x, 0, graph.Ascending), x), 2, 3), 1, graph.Descending)
	},
	"TopK":     func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.TopK(b.Reshape(x, 2, 3), 2, 1) },
	"Median":   func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Median(b.Reshape(x, 2, 3), 1) },
	"Mode":     func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return special.Mode(b, x, 0) },
	"KthValue": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return special.KthValue(b, x, 2, 0) },
	"Quantile": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return special.Quantile(b, x, 0.3, 0, special.Linear)
	},
	"NaNMedian": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return special.NaNMedian(b, x, 0) },
	"NaNQuantile": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return special.NaNQuantile(b, b.Reshape(x, 3, 2), 0.7, 0, special.Linear)
	},
	"CumMax": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		v, _ := b.CumMax(x, 0)
		return v
	},
	"CumMin by its own places": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		v, k := b.CumMin(x, 0)
		return b.Mul(v, b.Gather(b.Square(x), k, 0))
	},
	"Gather by an order": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return b.Mul(x, b.Gather(x, b.ArgSort(x, 0, graph.Ascending), 0))
	},
	"Take at the largest": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return b.Take(b.Reshape(b.Exp(x), 6, 1), b.Slice(b.ArgSort(x, 0, graph.Descending), graph.Range(0, 1)))
	},
	"ScatterAdd by an order": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return b.ScatterAdd(x, b.Sin(x), b.ArgSort(x, 0, graph.Descending), 0)
	},
	"Scatter by an order": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return b.Mul(x, b.Scatter(x, b.Sin(x), b.ArgSort(x, 0, graph.Descending), 0))
	},
	"OneHot of an order": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return b.MatMul(b.OneHot(b.ArgSort(x, 0, graph.Ascending), 6), b.Tanh(x))
	},
	"integers that are moved": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		k := b.Transpose(b.Reshape(b.ArgSort(x, 0, graph.Ascending), 2, 3))
		return b.Take(x, b.Slice(k, graph.Range(1, 3)))
	},
}

// TestThroughIntegers takes forward mode through them, and compares with reverse
// mode: ⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩ and so on for the products of the second order.
func TestThroughIntegers(t *testing.T) {
	for name, f := range throughIntegers {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			b := graph.New(nil)
			x := b.Input("x", 6)
			y := f(b, b.Sin(x))
			constant := func(shape ...int) *gorgonia.Node {
				v := make([]float64, 1)
				for _, d := range shape {
					v = make([]float64, d*len(v))
				}
				for i := range v {
					v[i] = r.NormFloat64()
				}
				return b.Const(v, shape...)
			}
			u, v := constant(b.Shape(y)...), constant(6)
			wrt, dir := gorgonia.Nodes{x}, gorgonia.Nodes{v}
			loss := b.Sum(b.Mul(u, b.Cube(y)))
			dot := func(a, c *gorgonia.Node) *gorgonia.Node { return b.Sum(b.Mul(a, c)) }
			one := func(n []*gorgonia.Node, err error) *gorgonia.Node {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				return n[0]
			}
			jv := one(autograd.JVP(gorgonia.Nodes{y}, wrt, dir))
			hv := one(autograd.HVP(loss, wrt, dir))
			slope := dot(one(autograd.Gradients(loss, x)), v)
			gn := one(autograd.GaussNewton(b.Sum(b.Square(y)), y, wrt, dir))
			tall, err := autograd.Jacobian(b.Concat(0, b.Reshape(y, -1), x), x) // has more rows than columns
			if err != nil {
				t.Fatal(err)
			}
			pairs := []struct {
				what      string
				got, want *gorgonia.Node
			}{
				{"JVP", dot(u, jv), dot(one(autograd.VJP(y, u, x)), v)},
				{"HVP", dot(hv, v), dot(one(autograd.Gradients(slope, x)), v)},
				{"GaussNewton", gn, one(autograd.VJP(y, b.Scale(jv, 2), x))},
				{"reverse over forward", one(autograd.Gradients(dot(u, jv), x)), one(autograd.HVP(dot(u, y), wrt, dir))},
				{"Jacobian", b.MatMul(tall, v), b.Concat(0, b.Reshape(jv, -1), v)},
			}
			var nodes []*gorgonia.Node
			for _, p := range pairs {
				nodes = append(nodes, p.got, p.want)
			}
			out := graphtest.Run(t, b, map[string][]float64{"x": {0.3, -1.1, 0.9, 1.2, -0.4, 0.1}}, nodes...)
			for i, p := range pairs {
				for j, want := range out[2*i+1] {
					if got := out[2*i][j]; !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
						t.Errorf("%s, element %d: got %v, want %v", p.what, j, got, want)
					}
				}
			}
		})
	}
}

// TestJVPOfSort is the permutation of the direction.
func TestJVPOfSort(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 4)
	j, err := autograd.JVP(gorgonia.Nodes{b.Sort(x, 0, graph.Ascending)}, gorgonia.Nodes{x}, gorgonia.Nodes{b.Const([]float64{1, 2, 3, 4}, 4)})
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range graphtest.Run(t, b, map[string][]float64{"x": {5, -1, 7, 0}}, j[0])[0] {
		near(t, "tangent", got, []float64{2, 4, 1, 3}[i])
	}
}

package graph_test

import (
	"errors"
	"hash"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestPlainNodes mixes nodes that gorgonia's own functions make with the
// Builder's: values equal those of the Builder's functions, and gradients those
// of finite differences, in both types.
func TestPlainNodes(t *testing.T) {
	type nodes struct{ x, y, w, v, u, s, b3, c3 *G.Node }
	for _, c := range []struct {
		name  string
		plain func(n nodes) (*G.Node, error)
		ours  func(b *graph.Builder, n nodes) *G.Node
	}{
		{"Add", func(n nodes) (*G.Node, error) { return G.Add(n.x, n.y) }, func(b *graph.Builder, n nodes) *G.Node { return b.Add(n.x, n.y) }},
		{"Sub", func(n nodes) (*G.Node, error) { return G.Sub(n.x, n.y) }, func(b *graph.Builder, n nodes) *G.Node { return b.Sub(n.x, n.y) }},
		{"HadamardProd", func(n nodes) (*G.Node, error) { return G.HadamardProd(n.x, n.y) }, func(b *graph.Builder, n nodes) *G.Node { return b.Mul(n.x, n.y) }},
		{"HadamardDiv", func(n nodes) (*G.Node, error) { return G.HadamardDiv(n.x, n.y) }, func(b *graph.Builder, n nodes) *G.Node { return b.Div(n.x, n.y) }},
		{"Pow", func(n nodes) (*G.Node, error) { return G.Pow(n.x, n.y) }, func(b *graph.Builder, n nodes) *G.Node { return b.Pow(n.x, n.y) }},
		{"Mul by a constant", func(n nodes) (*G.Node, error) { return G.Mul(n.x, constant(n.x, 3)) }, func(b *graph.Builder, n nodes) *G.Node { return b.Scale(n.x, 3) }},
		{"Add a scalar", func(n nodes) (*G.Node, error) { return G.Add(n.s, n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Add(n.x, n.s) }},
		{"Mul", func(n nodes) (*G.Node, error) { return G.Mul(n.x, n.w) }, func(b *graph.Builder, n nodes) *G.Node { return b.MatMul(n.x, n.w) }},
		{"Mul with a vector", func(n nodes) (*G.Node, error) { return G.Mul(n.x, n.v) }, func(b *graph.Builder, n nodes) *G.Node { return b.MatMul(n.x, n.v) }},
		{"Mul of a vector", func(n nodes) (*G.Node, error) { return G.Mul(n.u, n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.MatMul(n.u, n.x) }},
		{"Mul of vectors", func(n nodes) (*G.Node, error) { return G.Mul(n.v, n.v) }, func(b *graph.Builder, n nodes) *G.Node { return b.MatMul(n.v, n.v) }},
		{"OuterProd", func(n nodes) (*G.Node, error) { return G.OuterProd(n.u, n.v) }, func(b *graph.Builder, n nodes) *G.Node { return b.Outer(n.u, n.v) }},
		{"BatchedMatMul", func(n nodes) (*G.Node, error) { return G.BatchedMatMul(n.b3, n.c3) }, func(b *graph.Builder, n nodes) *G.Node { return b.MatMul(n.b3, n.c3) }},
		{"Tanh", func(n nodes) (*G.Node, error) { return G.Tanh(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Tanh(n.x) }},
		{"Sigmoid", func(n nodes) (*G.Node, error) { return G.Sigmoid(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Sigmoid(n.x) }},
		{"Exp", func(n nodes) (*G.Node, error) { return G.Exp(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Exp(n.x) }},
		{"Log", func(n nodes) (*G.Node, error) { return G.Log(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Log(n.x) }},
		{"Log2", func(n nodes) (*G.Node, error) { return G.Log2(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Log2(n.x) }},
		{"Inverse", func(n nodes) (*G.Node, error) { return G.Inverse(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Reciprocal(n.x) }},
		{"InverseSqrt", func(n nodes) (*G.Node, error) { return G.InverseSqrt(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Rsqrt(n.x) }},
		{"Softplus", func(n nodes) (*G.Node, error) { return G.Softplus(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Softplus(n.x) }},
		{"Rectify", func(n nodes) (*G.Node, error) { return G.Rectify(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.ReLU(n.x) }},
		{"Sum", func(n nodes) (*G.Node, error) { return G.Sum(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Sum(n.x) }},
		{"Sum along 0", func(n nodes) (*G.Node, error) { return G.Sum(n.x, 0) }, func(b *graph.Builder, n nodes) *G.Node { return b.Sum(n.x, 0) }},
		{"Max along 1", func(n nodes) (*G.Node, error) { return G.Max(n.x, 1) }, func(b *graph.Builder, n nodes) *G.Node { return b.Max(n.x, 1) }},
		{"Mean", func(n nodes) (*G.Node, error) { return G.Mean(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.Mean(n.x) }},
		{"Mean along 0", func(n nodes) (*G.Node, error) { return G.Mean(n.x, 0) }, func(b *graph.Builder, n nodes) *G.Node { return b.Mean(n.x, 0) }},
		{"SoftMax", func(n nodes) (*G.Node, error) { return G.SoftMax(n.x, 1) }, func(b *graph.Builder, n nodes) *G.Node { return b.Softmax(n.x) }},
		{"LogSoftMax", func(n nodes) (*G.Node, error) { return G.LogSoftMax(n.x) }, func(b *graph.Builder, n nodes) *G.Node { return b.LogSoftmax(n.x) }},
		{"Slice a row", func(n nodes) (*G.Node, error) { return G.Slice(n.x, G.S(1)) }, func(b *graph.Builder, n nodes) *G.Node { return b.Reshape(b.Slice(n.x, graph.Range(1, 2)), 4) }},
		{"Slice a block", func(n nodes) (*G.Node, error) { return G.Slice(n.x, G.S(0, 2), G.S(1, 3)) }, func(b *graph.Builder, n nodes) *G.Node { return b.Slice(n.x, graph.Range(0, 2), graph.Range(1, 3)) }},
		{"Reshape", func(n nodes) (*G.Node, error) { return G.Reshape(n.x, tensor.Shape{4, 3}) }, func(b *graph.Builder, n nodes) *G.Node { return b.Reshape(n.x, 4, 3) }},
		{"Transpose", func(n nodes) (*G.Node, error) { return G.Transpose(n.x, 1, 0) }, func(b *graph.Builder, n nodes) *G.Node { return b.Transpose(n.x) }},
		{"Concat", func(n nodes) (*G.Node, error) { return G.Concat(0, n.x, n.y) }, func(b *graph.Builder, n nodes) *G.Node { return b.Concat(0, n.x, n.y) }},
		{"BroadcastAdd", func(n nodes) (*G.Node, error) { return G.BroadcastAdd(n.x, n.v, nil, []byte{0}) }, func(b *graph.Builder, n nodes) *G.Node { return b.Add(n.x, n.v) }},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			b := graph.New(graph.NewParams(d, 1))
			n := nodes{b.Input("x", 3, 4), b.Input("y", 3, 4), b.Input("w", 4, 2), b.Input("v", 4), b.Input("u", 3), b.Input("s"), b.Input("b3", 2, 3, 4), b.Input("c3", 2, 4, 5)}
			plain, err := c.plain(n)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			ours := c.ours(b, n)
			mixed := b.Tanh(plain) // a Builder's node over one of gorgonia's
			p, err := b.Compile(graph.Options{Outputs: G.Nodes{plain, ours, mixed}})
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if f := p.Stats().Fallbacks; len(f) > 0 {
				t.Errorf("%s: fell back on %v", c.name, f)
			}
			at := autograd.Point{Floats: map[string][]float64{}}
			r := rand.New(rand.NewPCG(1, 2))
			for _, in := range b.InputNodes() {
				v := make([]float64, in.Shape().TotalSize())
				for i := range v {
					v[i] = 0.5 + 1.5*r.Float64()
				}
				at.Floats[in.Name()] = v
			}
			for _, in := range p.Inputs() {
				name := in.Name
				if err := graph.InputOf[float64](p, name).Set(at.Floats[name]); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Run(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			got, want := graph.OutputOf[float64](p, 0).Read(nil), graph.OutputOf[float64](p, 1).Read(nil)
			for i := range want {
				near(t, c.name, got[i], want[i], 1e-6)
				near(t, c.name+" under Tanh", graph.OutputOf[float64](p, 2).Read(nil)[i], math.Tanh(want[i]), 1e-6)
			}
			if d == graph.Float64 {
				if err := autograd.Check(b, b.Sum(b.Square(plain)), at, autograd.CheckOptions{}); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}
		}
	}
}

// constant is a constant of gorgonia's in the type of x.
func constant(x *G.Node, v float64) *G.Node {
	if x.Dtype() == tensor.Float32 {
		return G.NewConstant(float32(v))
	}
	return G.NewConstant(v)
}

// halve is an operator of somebody's own.
type halve struct{}

func (halve) Arity() int                                       { return 1 }
func (halve) Type() hm.Type                                    { return hm.NewFnType(hm.TypeVariable('a'), hm.TypeVariable('a')) }
func (halve) InferShape(s ...G.DimSizer) (tensor.Shape, error) { return s[0].(tensor.Shape), nil }
func (halve) ReturnsPtr() bool                                 { return false }
func (halve) CallsExtern() bool                                { return false }
func (halve) OverwritesInput() int                             { return -1 }
func (halve) WriteHash(h hash.Hash)                            { h.Write([]byte("halve")) }
func (halve) Hashcode() uint32                                 { return 12345 }
func (halve) String() string                                   { return "halve" }
func (halve) Do(v ...G.Value) (G.Value, error) {
	return v[0].(*tensor.Dense).DivScalar(2.0, true)
}

// TestFallback runs an operator that has no row: through its own Do, counted.
func TestFallback(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 2, 3)
	half, err := G.ApplyOp(halve{}, x)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(graph.Options{Outputs: G.Nodes{b.Scale(half, 6)}})
	if err != nil {
		t.Fatal(err)
	}
	if f := p.Stats().Fallbacks; len(f) != 1 || f["halve"] != 1 {
		t.Errorf("got the fallbacks %v, want halve once", f)
	}
	if err := graph.InputOf[float64](p, "x").Set([]float64{1, 2, 3, 4, 5, 6}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.Same(t, "3x", graph.OutputOf[float64](p, 0).Read(nil), []float64{3, 6, 9, 12, 15, 18})
	if _, err := autograd.Gradients(b.Sum(half), x); err == nil {
		t.Error("the derivative of an operator that has none: got no error")
	}
}

// TestFallbackGradient differentiates an operator that has no row by its own rule,
// which gives the index no gradient.
func TestFallbackGradient(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 3, 2)
	rows, err := G.ByIndices(x, b.Ints("rows", 4), 0)
	if err != nil {
		t.Fatal(err)
	}
	loss := b.Sum(b.Mul(rows, b.Const([]float64{1, 2, 3, 4, 5, 6, 7, 8}, 4, 2)))
	g, err := autograd.Gradients(loss, x)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(graph.Options{Outputs: g})
	if err != nil {
		t.Fatal(err)
	}
	if in := p.Inputs(); len(in) != 1 || in[0].Name != "rows" {
		t.Errorf("got the inputs %v, want the rows alone", in)
	}
	if err := graph.InputOf[int](p, "rows").Set([]int{2, 0, 2, 1}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{3, 4, 7, 8, 1 + 5, 2 + 6} {
		near(t, "the gradient", graph.OutputOf[float64](p, 0).Read(nil)[i], want, 0)
	}
}

// TestRandomNodes refuses gorgonia's random nodes in a Builder's graph, where they
// are used: by the Builder, by gorgonia and then compiled, or differentiated.
func TestRandomNodes(t *testing.T) {
	for name, random := range map[string]func(g *G.ExprGraph) *G.Node{
		"Gaussian": func(g *G.ExprGraph) *G.Node { return G.GaussianRandomNode(g, tensor.Float64, 0, 1, 2, 3) },
		"uniform":  func(g *G.ExprGraph) *G.Node { return G.UniformRandomNode(g, tensor.Float64, 0, 1, 2, 3) },
		"binomial": func(g *G.ExprGraph) *G.Node { return G.BinomialRandomNode(g, tensor.Float64, 1, 0.5, 2, 3) },
	} {
		refused := func(how string, err error) {
			if !errors.Is(err, graph.ErrUnsupported) || !strings.Contains(err.Error(), "use the Builder's Uniform or Normal") {
				t.Errorf("%s, %s: got %v, want a refusal that says what to use", name, how, err)
			}
		}
		b := graph.New(nil)
		b.Add(b.Input("x", 2, 3), random(b.Graph()))
		refused("used by the Builder", b.Err())

		b = graph.New(nil)
		_, err := b.Compile(graph.Options{Outputs: G.Nodes{random(b.Graph())}})
		refused("alone", err)
		x := b.Input("x", 2, 3)
		y := G.Must(G.HadamardProd(x, random(b.Graph())))
		_, err = b.Compile(graph.Options{Outputs: G.Nodes{b.Sum(y)}})
		refused("used by gorgonia", err)
		_, err = autograd.Gradients(b.Sum(y), x)
		refused("differentiated", err)
		if b.Err() != nil {
			t.Error(b.Err())
		}
	}
}

package machine_test

import (
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestRandomNodes runs gorgonia's random nodes: those that read one see the same
// numbers as the user. Lint says that two of one shape are one node.
func TestRandomNodes(t *testing.T) {
	for name, random := range map[string]func(g *G.ExprGraph) *G.Node{
		"Gaussian": func(g *G.ExprGraph) *G.Node { return G.GaussianRandomNode(g, tensor.Float64, 0, 1, 2, 3) },
		"uniform":  func(g *G.ExprGraph) *G.Node { return G.UniformRandomNode(g, tensor.Float64, 0, 1, 2, 3) },
		"binomial": func(g *G.ExprGraph) *G.Node { return G.BinomialRandomNode(g, tensor.Float64, 1, 0.5, 2, 3) },
	} {
		g := G.NewGraph()
		r := random(g)
		square := G.Must(G.Square(r))
		vm := machine.New(g)
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		for i, v := range numbers(t, r.Value()) {
			near(t, name, numbers(t, square.Value())[i], v*v, 1e-15)
		}
		if f := machine.Lint(g); len(f) != 1 || f[0].Node != r || f[0].Doubt != machine.MayBeMerged {
			t.Errorf("%s: got the findings %v, want the random node", name, f)
		}
	}
}

// TestBrokenPass lets a pass of the compiler panic: RunAll returns which one.
func TestBrokenPass(t *testing.T) {
	defer func(old []compile.Pass) { compile.Passes = old }(compile.Passes)
	compile.Passes = append(compile.Passes[:len(compile.Passes):len(compile.Passes)], compile.Pass{Name: "bad", Run: func(*ir.Func, []compile.Target) bool {
		panic("a broken invariant")
	}})
	g := G.NewGraph()
	x := G.NewVector(g, G.Float64, G.WithShape(2), G.WithName("x"))
	G.Must(G.Tanh(x))
	if err := machine.New(g).RunAll(); err == nil || !strings.Contains(err.Error(), "internal error in the pass bad") {
		t.Errorf("RunAll fails with %v", err)
	}
}

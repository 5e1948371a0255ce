package formula_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestEquations writes networks as a textbook has them.
func TestEquations(t *testing.T) {
	for name, c := range map[string]struct {
		build func(b *graph.Builder) *gorgonia.Node
		want  []string
	}{
		"used twice": {func(b *graph.Builder) *gorgonia.Node {
			h := nn.Dense(b, "h", b.Input("x", 4, 2), 2, nn.Tanh)
			return b.Sum(nn.Dense(b, "h", b.Sin(h), 2, nn.Tanh))
		}, []string{
			"h.1 = tanh(x h/weight + h/bias)", "h.2 = tanh(sin(h.1) h/weight + h/bias)", "L = Σ h.2",
			"∂L/∂h.2 = 1", "∂L/∂h/weight = sin(h.1)ᵀ (∂L/∂h.2 (1 − h.2²)) + xᵀ (∂L/∂h.1 (1 − h.1²))", "∂L/∂h/bias = Σ ∂L/∂h.2 (1 − h.2²) + Σ ∂L/∂h.1 (1 − h.1²)",
			"∂L/∂h.1 = cos(h.1) ⊙ (∂L/∂h.2 (1 − h.2²)) h/weightᵀ",
		}},
		"no layers": {func(b *graph.Builder) *gorgonia.Node {
			return b.Sum(b.Square(b.Sub(b.Mul(b.Param("w", graph.Ones(), 4), b.Input("x", 4)), b.Input("y", 4))))
		}, []string{"L = Σ (w x − y)²", "∂L/∂w = 2 x (w x − y)"}},
		"scopes": {func(b *graph.Builder) *gorgonia.Node {
			var y *gorgonia.Node
			b.Scope("outer", func() {
				y = nn.Linear(b, "inner", b.Input("x", 4, 2), nn.LinearOptions{Out: 1, NoBias: true})
				y = b.Sin(y)
			})
			b.Param("unused", graph.Ones(), 1)
			return b.Sum(y)
		}, []string{"outer/inner = x outer/inner/weight", "outer = sin(outer/inner)", "L = Σ outer", "∂L/∂outer = 1", "∂L/∂outer/inner = cos(outer/inner)",
			"∂L/∂outer/inner/weight = xᵀ ∂L/∂outer/inner"}},
		"too long": {func(b *graph.Builder) *gorgonia.Node {
			var y *gorgonia.Node
			b.Scope("long", func() {
				y = b.Param("w", graph.Ones())
				for range 300 {
					y = b.Sin(y)
				}
			})
			return b.Square(y)
		}, []string{"long = …", "L = long²", "∂L/∂long = 2 long", "∂L/∂long/w = …"}},
	} {
		b := graph.New(nil)
		l := c.build(b)
		list, err := formula.Equations(l, b.ParamNodes()...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, e := range list {
			got = append(got, e.Text)
			if e.Gradient != strings.HasPrefix(e.Text, "∂") || !strings.HasPrefix(e.MathML, "<math") || !strings.Contains(e.LaTeX, " = ") {
				t.Errorf("%s: got %+v", name, e)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	if _, err := formula.Equations(nil); !errors.Is(err, graph.ErrOption) {
		t.Errorf("nil: got %v, want ErrOption", err)
	}
	b := graph.New(nil)
	if _, err := formula.Equations(b.Input("x", 3), b.Param("w", graph.Ones())); err == nil {
		t.Error("a loss of three elements: got no error")
	}
}

// Backpropagation through a perceptron, as a textbook writes it.
func ExampleEquations() {
	b := graph.New(nil)
	h := nn.Dense(b, "hidden", b.Input("x", 20, 3), 5, nn.Sigmoid)
	out := nn.Dense(b, "out", h, 1, nn.Identity)
	l := loss.MSE(b, out, b.Input("y", 20, 1))
	list, err := formula.Equations(l, b.ParamNodes()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range list {
		fmt.Println(e.Text)
	}
	// Output:
	// hidden = σ(x hidden/weight + hidden/bias)
	// out = hidden out/weight + out/bias
	// L = 0.05 Σ (out − y)²
	// ∂L/∂out = 0.1 (out − y)
	// ∂L/∂out/weight = hiddenᵀ ∂L/∂out
	// ∂L/∂out/bias = Σ ∂L/∂out
	// ∂L/∂hidden = ∂L/∂out out/weightᵀ
	// ∂L/∂hidden/weight = xᵀ (hidden ∂L/∂hidden (1 − hidden))
	// ∂L/∂hidden/bias = Σ hidden ∂L/∂hidden (1 − hidden)
}

package formula_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"gorgonia.org/gorgonia"
)

// at evaluates a formula for x = 2 and y = 3.
func at(t *testing.T, text string) (float64, error) {
	t.Helper()
	b := graph.New(nil)
	names := map[string]*gorgonia.Node{"x": b.Scalar(2), "y_1": b.Scalar(3)}
	n, err := formula.Parse(b, text, func(name string) *gorgonia.Node { return names[name] })
	if err != nil {
		return 0, err
	}
	p, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{n}})
	if err != nil {
		return 0, err
	}
	if err := p.Run(); err != nil {
		return 0, err
	}
	return p.Scalar(0), nil
}

func TestParse(t *testing.T) {
	for text, want := range map[string]float64{
		"x":                     2,
		"x + y_1*x":             8,
		"(x + y_1)*x":           10,
		"x - y_1 - 1":           -2,
		"12/x/y_1":              2,
		"-x**2":                 -4,
		"2**-1":                 0.5,
		"2**x**y_1":             256,
		"(-x)**3":               -8,
		"x^2":                   4,
		"exp[-x] ":              math.Exp(-2),
		"1.5e-3*x":              0.003,
		"arctan(x)/pi":          math.Atan(2) / math.Pi,
		"- -x":                  2,
		"log(x*exp(y_1)) + 1e2": math.Log(2) + 103,
	} {
		got, err := at(t, text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !(math.Abs(got-want) <= 1e-12*math.Abs(want)) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestSyntax(t *testing.T) {
	for _, text := range []string{"", "x +", "(x", "x)", "x y_1", "z", "f(x)", "1.2.3", "x $ 2", "exp()", "*x", strings.Repeat("(", 2000) + "x" + strings.Repeat(")", 2000)} {
		if _, err := at(t, text); !errors.Is(err, formula.ErrSyntax) {
			t.Errorf("%.20q: got %v, want a syntax error", text, err)
		}
	}
}

// A model that comes as text, and its derivative.
func Example() {
	b := graph.New(nil)
	x, rate := b.Input("x"), b.Input("rate")
	y, err := formula.Parse(b, "1 - exp(-rate*x)", func(name string) *gorgonia.Node {
		return map[string]*gorgonia.Node{"x": x, "rate": rate}[name]
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := autograd.ValueAndGradients(b, y, rate)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := errors.Wrap(p.Feed("x", []float64{2}), "x"); err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Feed("rate", []float64{0.5}); err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.4f\n", p.Scalar(0), p.Scalar(1))
	// Output: 0.6321 0.7358
}

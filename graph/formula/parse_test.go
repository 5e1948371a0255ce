package formula_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

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
	names := map[string]*gorgonia.Node{"x": b.Scalar(2), "y_1": b.Scalar(3), "inf": b.Scalar(5), "nan": b.Scalar(-1), "Infinity": b.Scalar(0.5),
		"β1": b.Scalar(7), "naïve": b.Scalar(5), "pi_2": b.Scalar(7)}
	n, err := formula.Parse(b, text, func(name string) *gorgonia.Node { return names[name] })
	if err != nil {
		return 0, err
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{n}})
	if err != nil {
		return 0, err
	}
	if err := p.Run(); err != nil {
		return 0, err
	}
	return graph.OutputOf[float64](p, 0).Scalar(), nil
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
		"x**inf":                2 * 2 * 2 * 2 * 2,
		"x**(nan)":              0.5,
		"x**Infinity":           math.Sqrt2,
		"-2**-x**2":             -math.Pow(2, -4),
		"2**-x*y_1":             0.75,
		"x/-y_1*2":              -4. / 3,
		"(-x)**(-(3))":          -0.125,
		"- - -(x - -y_1)":       -5,
		"Exp [ (x) ]**2":        math.Exp(4),
		"β1 + naïve*x":          17,
		"pi_2 - pi":             7 - math.Pi,
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

// The error says where; nothing is added to the graph.
func TestSyntaxErrorPlace(t *testing.T) {
	long := strings.Repeat("x + ", 1000)
	for text, at := range map[string]int{
		"x $ 2": 2, "x + ": 4, "(x": 2, "x)": 1, "(x]": 2, "x + zz*2": 4, "x + f(x)": 4, "2 x": 2, "1.2.3": 0, "x + 1e999": 4, "x ** ": 5,
		"ä": 0, "\xff": 0, long + "?": len(long), long + long + "y_1 z": 2*len(long) + 4, "1_000": 1, "0x10": 1, "٣": 0,
	} {
		b := graph.New(nil)
		x := b.Input("x")
		before := len(b.Graph().AllNodes())
		_, err := formula.Parse(b, text, func(name string) *gorgonia.Node {
			return map[string]*gorgonia.Node{"x": x, "y_1": x}[name]
		})
		var place *formula.SyntaxError
		if !errors.As(err, &place) || !errors.Is(err, formula.ErrSyntax) || errors.Is(err, formula.ErrLimit) || place.At != at {
			t.Errorf("%.20q: got %v, want an error at byte %d", text, err, at)
		}
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("%.20q: an error of %d bytes", text, len(err.Error()))
		}
		if len(b.Graph().AllNodes()) != before || b.Err() != nil {
			t.Errorf("%.20q: the graph has changed, %v", text, b.Err())
		}
	}
}

// What is too deep or too long is refused with its place, whatever makes it so; what
// is long and flat is read.
func TestLimits(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x")
	parse := func(text string) error {
		_, err := formula.Parse(b, text, func(string) *gorgonia.Node { return x })
		return err
	}
	const many = 2 << 20
	for name, text := range map[string]string{
		"powers":       strings.Repeat("x**", many) + "x",
		"powers, ^":    strings.Repeat("x^", many) + "x",
		"parentheses":  strings.Repeat("(", many),
		"brackets":     strings.Repeat("[", many),
		"functions":    strings.Repeat("sin(", many),
		"signs":        strings.Repeat("-(", many),
		"exponents":    strings.Repeat("x**-", many) + "x",
		"one too many": strings.Repeat("(", 201) + "x" + strings.Repeat(")", 201),
		"sums":         strings.Repeat("x+", many) + "x",
	} {
		start := time.Now()
		err := parse(text)
		var place *formula.SyntaxError
		if !errors.Is(err, formula.ErrLimit) || !errors.Is(err, formula.ErrSyntax) || !errors.As(err, &place) || place.At > 1<<20 {
			t.Errorf("%s: got %v, want ErrLimit within the first part of the text", name, err)
		}
		if took := time.Since(start); took > 10*time.Second { // some milliseconds, but for a machine that is busy
			t.Errorf("%s: took %v", name, took)
		}
	}
	for name, text := range map[string]string{
		"powers":      strings.Repeat("x**", 199) + "x",
		"parentheses": strings.Repeat("(", 200) + "x" + strings.Repeat(")", 200),
		"functions":   strings.Repeat("sin(", 200) + "x" + strings.Repeat(")", 200),
		"signs":       strings.Repeat("-", many) + "x",
		"spaces":      strings.Repeat(" ", many) + "x",
		"sums":        strings.Repeat("x+", 5000) + "x",
		"products":    strings.Repeat("x/2*", 5000) + "x",
	} {
		if err := parse(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDeepGraphs: the printers refuse what is too long or nested too deeply, a chain of
// any length without recursion. They write what is deep only as a graph: a sum of terms.
func TestDeepGraphs(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x")
	nested := func(n int) *gorgonia.Node {
		y := x
		for range n {
			y = b.Sin(y)
		}
		return y
	}
	product := x
	for range 12 {
		product = b.Sin(b.Mul(product, product)) // each factor is written twice
	}
	terms := x
	for i := range 500 {
		terms = b.Add(terms, b.Input(fmt.Sprint("x", i)))
	}
	for _, form := range []func(*gorgonia.Node) (string, error){formula.Text, formula.LaTeX} {
		for name, y := range map[string]*gorgonia.Node{"5,000 operators": nested(5000), "200 operators inside of each other": nested(200), "4,096 factors": product} {
			if text, err := form(y); !errors.Is(err, formula.ErrLimit) || errors.Is(err, formula.ErrSyntax) {
				t.Errorf("%s: got %d bytes, %v, want ErrLimit", name, len(text), err)
			}
		}
		for name, y := range map[string]*gorgonia.Node{"199 operators inside of each other": nested(199), "a sum of 501 terms": terms} {
			if text, err := form(y); err != nil || len(text) < 199*len("sin()") {
				t.Errorf("%s: got %d bytes, %v", name, len(text), err)
			}
		}
	}
}

func TestMisuse(t *testing.T) {
	_, noBuilder := formula.Parse(nil, "1", nil)
	_, noText := formula.Text(nil)
	_, noLaTeX := formula.LaTeX(nil)
	_, noNames := formula.Parse(graph.New(nil), "x", nil)
	for i, err := range []error{noBuilder, noText, noLaTeX, noNames} {
		if err == nil {
			t.Errorf("%d: no error", i)
		}
	}
	if !errors.Is(noBuilder, graph.ErrOption) || !errors.Is(noNames, formula.ErrSyntax) {
		t.Errorf("got %v and %v", noBuilder, noNames)
	}
	failed := graph.New(nil)
	failed.Fail(errors.New("an earlier mistake"))
	if n, err := formula.Parse(failed, "1 + 2", nil); err == nil || n != nil {
		t.Errorf("after a mistake: got %v, %v", n, err)
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
	if err := errors.Wrap(graph.InputOf[float64](p, "x").Set([]float64{2}), "x"); err != nil {
		fmt.Println(err)
		return
	}
	if err := graph.InputOf[float64](p, "rate").Set([]float64{0.5}); err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.4f\n", graph.OutputOf[float64](p, 0).Scalar(), graph.OutputOf[float64](p, 1).Scalar())
	// Output: 0.6321 0.7358
}

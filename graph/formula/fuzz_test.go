package formula

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// written is the formula that reads as the parts, with a parenthesis around
// everything.
func written(parts []part) string {
	signs := map[kind]string{plus: "+", minus: "-", times: "*", by: "/", power: "**"}
	var stack []string
	for _, p := range parts {
		top := len(stack) - 1
		switch p.kind {
		case number:
			stack = append(stack, fmt.Sprintf("%.17g", p.value))
		case name:
			stack = append(stack, p.word)
		case negate:
			stack[top] = "(-" + stack[top] + ")"
		case function:
			stack[top] = p.word + "(" + stack[top] + ")"
		default:
			stack = append(stack[:top-1], "("+stack[top-1]+signs[p.kind]+stack[top]+")")
		}
	}
	return stack[0]
}

func same(a, b part) bool { return a.kind == b.kind && a.word == b.word && a.value == b.value }

// FuzzParse checks that no text makes Parse or the printers panic, that every error
// has its place, and that a formula that is written out reads as the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"b1*(1 - exp(-b2*x))", "x**-2**y", "- -x^2/3", "[(x)]", "1.5e-3*pi + .5", "inf**nan", "x**(-(2))", "2*x + 3*x - x/x", "sqrt(abs(x)) + tanh(x)**2",
		"exp(x)*exp(-x)", "(x + y)*(x - y)/(x*x)", "sigmoid(sin (x))", "1e309", "((", "x)", "a b", "é+ß", "0*x + 1*y - 0", "x**0.5**x", "log(exp(x))",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, err := read(text)
		if err != nil {
			var place *SyntaxError
			if !errors.As(err, &place) || !errors.Is(err, ErrSyntax) || place.At < 0 || place.At > len(text) {
				t.Fatalf("error %v without a place", err)
			}
			return
		}
		if len(parts) > 300 {
			return // long texts take long and say no more
		}
		again, err := read(written(parts))
		if err != nil || !slices.EqualFunc(parts, again, same) {
			t.Fatalf("%q reads as %v, written out as %q as %v, %v", text, parts, written(parts), again, err)
		}
		b := graph.New(nil)
		nodes := map[string]*gorgonia.Node{}
		n, err := Parse(b, text, func(name string) *gorgonia.Node {
			if nodes[name] == nil {
				nodes[name] = b.Input(fmt.Sprint("v", len(nodes)))
			}
			return nodes[name]
		})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, form := range []func(*gorgonia.Node) (string, error){Text, LaTeX} {
			if s, err := form(n); err == nil && strings.TrimSpace(s) == "" {
				t.Fatalf("%q is printed as nothing", text)
			}
		}
	})
}

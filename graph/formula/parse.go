// Package formula reads formulas as text into graphs: "b1*(1 - exp(-b2*x))".
//
// It owns the text form. It does not own any operator: it calls a graph.Builder.
// Importers: programs whose models come as text. Read parse.go.
package formula

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// ErrSyntax marks a text that is no formula, or names what is not known.
var ErrSyntax = errors.New("no formula")

// Names says which node a name stands for; nil if there is none.
type Names func(name string) *gorgonia.Node

// Parse adds the graph of a formula to b. It has numbers, names, the constant pi,
// sums and differences, products and quotients, powers by ** or ^ (which bind
// tighter than a sign in front of them), parentheses or brackets, and the
// functions abs, arctan, cos, cosh, exp, log, sigmoid, sin, sinh, sqrt, tan and
// tanh. Shapes broadcast. A power whose exponent is a number has no logarithm in
// its derivative, so that its base may be negative. It fails with ErrSyntax, with
// the place, and with the Builder's error.
func Parse(b *graph.Builder, text string, names Names) (*gorgonia.Node, error) {
	p := &parser{b: b, text: strings.NewReplacer("[", "(", "]", ")", "^", "**").Replace(text), names: names}
	y := p.sum()
	p.space()
	if p.err == nil && p.at < len(p.text) {
		p.fail("%q is left over", p.text[p.at:])
	}
	if p.err != nil {
		return nil, p.err
	}
	return y, errors.Wrap(b.Err(), "formula")
}

// parser reads by recursive descent; its depth is that of the parentheses.
type parser struct {
	b     *graph.Builder
	text  string
	at    int
	depth int
	names Names
	err   error
}

// maxDepth bounds the parentheses inside of each other.
const maxDepth = 1000

func (p *parser) fail(format string, args ...any) *gorgonia.Node {
	if p.err == nil {
		p.err = errors.Wrapf(ErrSyntax, "formula: at %d of %q: "+format, append([]any{p.at, p.text}, args...)...)
	}
	return nil
}

func (p *parser) space() {
	for p.at < len(p.text) && unicode.IsSpace(rune(p.text[p.at])) {
		p.at++
	}
}

// next says whether the token comes next.
func (p *parser) next(token string) bool {
	p.space()
	return p.err == nil && strings.HasPrefix(p.text[p.at:], token)
}

// take skips the token if it comes next.
func (p *parser) take(token string) bool {
	if !p.next(token) {
		return false
	}
	p.at += len(token)
	return true
}

// both applies f unless there was a mistake.
func (p *parser) both(f func(x, y *gorgonia.Node) *gorgonia.Node, x, y *gorgonia.Node) *gorgonia.Node {
	if p.err != nil {
		return nil
	}
	return f(x, y)
}

func (p *parser) sum() *gorgonia.Node {
	y := p.product()
	for p.err == nil {
		switch {
		case p.take("+"):
			y = p.both(p.b.Add, y, p.product())
		case p.take("-"):
			y = p.both(p.b.Sub, y, p.product())
		default:
			return y
		}
	}
	return nil
}

func (p *parser) product() *gorgonia.Node {
	y := p.sign()
	for p.err == nil {
		switch {
		case p.take("*"):
			y = p.both(p.b.Mul, y, p.sign())
		case p.take("/"):
			y = p.both(p.b.Div, y, p.sign())
		default:
			return y
		}
	}
	return nil
}

func (p *parser) sign() *gorgonia.Node {
	minus := false
	for p.next("-") || p.next("+") {
		minus = minus != p.next("-")
		p.at++
	}
	y := p.power()
	if minus && p.err == nil {
		return p.b.Neg(y)
	}
	return y
}

func (p *parser) power() *gorgonia.Node {
	y := p.atom()
	if !p.take("**") {
		return y
	}
	p.space()
	from := p.at
	exponent := p.sign() // to the right: a ** b ** c is a ** (b ** c)
	if p.err != nil {
		return nil
	}
	if k, err := strconv.ParseFloat(strings.Trim(p.text[from:p.at], "() "), 64); err == nil {
		return p.b.PowConst(y, k)
	}
	return p.b.Pow(y, exponent)
}

func (p *parser) atom() *gorgonia.Node {
	if p.take("(") {
		return p.inside()
	}
	p.space()
	from := p.at
	for p.at < len(p.text) && p.inWord(from) {
		p.at++
	}
	word := p.text[from:p.at]
	if p.err != nil || word == "" {
		return p.fail("want a number, a name or a parenthesis")
	}
	if !unicode.IsLetter(rune(word[0])) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return p.fail("%q is no number", word)
		}
		return p.b.Scalar(v)
	}
	if p.take("(") {
		f := functions[strings.ToLower(word)]
		if f == nil {
			return p.fail("no function %q", word)
		}
		x := p.inside()
		if p.err != nil {
			return nil
		}
		return f(p.b, x)
	}
	if n := p.names(word); n != nil {
		return n
	}
	if word == "pi" {
		return p.b.Scalar(math.Pi)
	}
	return p.fail("no name %q", word)
}

// inWord says whether the present character goes on with the name or number
// that starts at from: 1.5e-3 is one number.
func (p *parser) inWord(from int) bool {
	c, letters := rune(p.text[p.at]), unicode.IsLetter(rune(p.text[from]))
	if letters {
		return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_'
	}
	exponent := p.at > from && (p.text[p.at-1] == 'e' || p.text[p.at-1] == 'E')
	return unicode.IsDigit(c) || c == '.' || p.at > from && (c == 'e' || c == 'E') || exponent && (c == '-' || c == '+')
}

// inside reads up to the closing parenthesis.
func (p *parser) inside() *gorgonia.Node {
	if p.depth++; p.depth > maxDepth {
		return p.fail("more than %d parentheses inside of each other", maxDepth)
	}
	y := p.sum()
	p.depth--
	if !p.take(")") {
		return p.fail("want )")
	}
	return y
}

var functions = map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
	"abs": (*graph.Builder).Abs, "arctan": (*graph.Builder).Atan, "cos": (*graph.Builder).Cos, "cosh": (*graph.Builder).Cosh,
	"exp": (*graph.Builder).Exp, "log": (*graph.Builder).Log, "sigmoid": (*graph.Builder).Sigmoid, "sin": (*graph.Builder).Sin,
	"sinh": (*graph.Builder).Sinh, "sqrt": (*graph.Builder).Sqrt, "tan": (*graph.Builder).Tan, "tanh": (*graph.Builder).Tanh,
}

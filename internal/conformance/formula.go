package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// modelOf builds the right side of a model such as "y = b1*exp[-b2*x] + e" for n
// observations: the inputs b1, ... are scalars, x or x1, x2, ... vectors [n].
func modelOf(b *graph.Builder, model string, n, params int) (*gorgonia.Node, error) {
	_, right, ok := strings.Cut(model, "=")
	if !ok {
		return nil, errors.Wrapf(graph.ErrUnsupported, "the model %q", model)
	}
	p := &parser{b: b, text: strings.NewReplacer("[", "(", "]", ")", " ", "").Replace(right), names: map[string]*gorgonia.Node{}}
	for i := range params {
		name := fmt.Sprint("b", i+1)
		p.names[name] = b.Input(name)
	}
	p.names["pi"] = b.Scalar(math.Pi)
	p.names["e"] = b.Scalar(0) // the error term
	p.x = func(name string) *gorgonia.Node {
		if name == "x" {
			name = "x1"
		}
		if p.names[name] == nil {
			p.names[name] = b.Input(name, n)
		}
		return p.names[name]
	}
	y := p.sum()
	if p.err == nil && p.at < len(p.text) {
		p.fail("%q is left over", p.text[p.at:])
	}
	if p.err != nil {
		return nil, p.err
	}
	if b.Err() == nil && len(b.Shape(y)) == 0 {
		y = b.Broadcast(y, n)
	}
	return y, b.Err()
}

// parser reads sums of products of powers, by recursive descent.
type parser struct {
	b     *graph.Builder
	text  string
	at    int
	names map[string]*gorgonia.Node
	x     func(name string) *gorgonia.Node
	err   error
}

func (p *parser) fail(format string, args ...any) *gorgonia.Node {
	if p.err == nil {
		p.err = errors.Wrapf(graph.ErrUnsupported, format, args...)
	}
	return p.b.Scalar(0)
}

// take skips the token if it comes next.
func (p *parser) take(token string) bool {
	if p.err == nil && strings.HasPrefix(p.text[p.at:], token) {
		p.at += len(token)
		return true
	}
	return false
}

func (p *parser) sum() *gorgonia.Node {
	y := p.product()
	for p.err == nil {
		switch {
		case p.take("+"):
			y = p.b.Add(y, p.product())
		case p.take("-"):
			y = p.b.Sub(y, p.product())
		default:
			return y
		}
	}
	return y
}

func (p *parser) product() *gorgonia.Node {
	y := p.sign()
	for p.err == nil {
		switch {
		case strings.HasPrefix(p.text[p.at:], "**"):
			return y
		case p.take("*"):
			y = p.b.Mul(y, p.sign())
		case p.take("/"):
			y = p.b.Div(y, p.sign())
		default:
			return y
		}
	}
	return y
}

func (p *parser) sign() *gorgonia.Node {
	if p.take("-") {
		return p.b.Neg(p.sign())
	}
	return p.power()
}

func (p *parser) power() *gorgonia.Node {
	y := p.atom()
	if !p.take("**") {
		return y
	}
	from := p.at
	exponent := p.sign()
	text := strings.Trim(p.text[from:p.at], "()")
	if k, err := strconv.ParseFloat(text, 64); err == nil { // a number: no logarithm in the derivative
		return p.b.PowConst(y, k)
	}
	return p.b.Pow(y, exponent)
}

func (p *parser) atom() *gorgonia.Node {
	if p.take("(") {
		y := p.sum()
		if !p.take(")") {
			return p.fail("no ) in %q", p.text)
		}
		return y
	}
	from := p.at
	letters := p.at < len(p.text) && unicode.IsLetter(rune(p.text[p.at]))
	for p.at < len(p.text) && (unicode.IsDigit(rune(p.text[p.at])) || letters && unicode.IsLetter(rune(p.text[p.at])) || !letters && p.text[p.at] == '.') {
		p.at++
	}
	word := p.text[from:p.at]
	if !letters {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return p.fail("%q where a number is wanted", p.text[from:])
		}
		return p.b.Scalar(v)
	}
	functions := map[string]func(*gorgonia.Node) *gorgonia.Node{"exp": p.b.Exp, "log": p.b.Log, "cos": p.b.Cos, "sin": p.b.Sin,
		"arctan": p.b.Atan, "sqrt": p.b.Sqrt, "tanh": p.b.Tanh}
	if f := functions[word]; f != nil {
		if !p.take("(") {
			return p.fail("no ( after %s", word)
		}
		y := p.sum()
		if !p.take(")") {
			return p.fail("no ) after %s", word)
		}
		return f(y)
	}
	if strings.HasPrefix(word, "x") {
		return p.x(word)
	}
	if n := p.names[word]; n != nil {
		return n
	}
	return p.fail("the name %q", word)
}

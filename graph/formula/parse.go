// Package formula reads formulas as text into graphs: "b1*(1 - exp(-b2*x))". It writes graphs as
// formulas, and models with their gradients as equations.
//
// It owns the text forms. It does not own any operator: it calls a graph.Builder.
// Importers: programs whose models come as text, and pages that show models. Read parse.go,
// print.go, then equations.go.
package formula

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// The kinds of mistake in a text, for errors.Is.
var (
	// ErrSyntax marks a text that is no formula, too long a one, or one that names what
	// is not known.
	ErrSyntax = errors.New("no formula")
	// ErrLimit marks a formula that is nested too deeply or too long, to be read or to
	// be written.
	ErrLimit = errors.New("beyond a limit")
)

// The limits of a formula. maxDepth is of what stands inside of each other: when it is
// read, parentheses, signs and the powers of a tower a**b**c. It is small enough for the
// stack of any machine. maxParts is of the numbers, names and operators that are read,
// maxPrinted of the operators that are written.
const (
	maxDepth   = 200
	maxParts   = 1 << 18
	maxPrinted = 2000
)

// SyntaxError is the error of Parse about a text, found with errors.As.
type SyntaxError struct {
	// At is the byte of the text, from 0, at which something is wrong.
	At int
	// Near is what stands around it.
	Near string
	// Err says what is wrong and wraps ErrSyntax or ErrLimit.
	Err error
}

// Error returns the place and what is wrong there.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("formula: Parse: at byte %d, near %q: %v", e.At, e.Near, e.Err)
}

// Unwrap returns Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Is reports that every SyntaxError is an ErrSyntax.
func (e *SyntaxError) Is(target error) bool { return target == ErrSyntax }

// Names says which node a name stands for; nil if there is none.
type Names func(name string) *gorgonia.Node

// Parse adds the graph of a formula to b. It has numbers, names, the constant pi,
// sums and differences, products and quotients, powers, and parentheses or brackets.
// Powers, by ** or ^, bind tighter than a sign in front of them, and to the right. The
// functions are abs, arctan, cos, cosh, exp, log, sigmoid, sin, sinh, sqrt, tan and
// tanh, in any case. Names begin with a letter and go on with letters, digits and
// underscores; a name that names does not know may be pi, and one before a
// parenthesis is a function. Shapes broadcast. A power whose exponent is a number has
// no logarithm in its derivative, so that its base may be negative.
//
// It takes time in proportion to the text.
//
// Errors: a *SyntaxError around ErrSyntax for a text that is no formula; a *SyntaxError
// around ErrLimit for more than 2^18 numbers, names and operators, and for a formula that
// is nested more than 200 deep; ErrOption for a nil Builder; else the Builder's error. b
// is as before after a *SyntaxError.
func Parse(b *graph.Builder, text string, names Names) (*gorgonia.Node, error) {
	if b == nil {
		return nil, mistake.Optionf("formula: Parse: got a nil Builder, want one of graph.New")
	}
	parts, err := read(text)
	if err != nil {
		return nil, err
	}
	nodes, err := resolve(text, parts, names)
	if err != nil {
		return nil, err
	}
	y := build(b, parts, nodes)
	return y, errors.Wrap(b.Err(), "formula: Parse")
}

// resolve finds the nodes of all names, before b gets any.
func resolve(text string, parts []part, names Names) (map[string]*gorgonia.Node, error) {
	nodes := map[string]*gorgonia.Node{}
	for _, p := range parts {
		if _, done := nodes[p.word]; done || p.kind != name {
			continue
		}
		var n *gorgonia.Node
		if names != nil {
			n = names(p.word)
		}
		if n == nil && p.word != "pi" {
			return nil, wrong(text, p.at, ErrSyntax, "got the name %q, want one that has a node", mistake.Clip(p.word))
		}
		nodes[p.word] = n
	}
	return nodes, nil
}

// build adds the nodes of the parts, which are in the order in which they are
// computed, and returns the last. Equal numbers are one constant.
func build(b *graph.Builder, parts []part, names map[string]*gorgonia.Node) *gorgonia.Node {
	constants := map[float64]*gorgonia.Node{}
	constant := func(v float64) *gorgonia.Node {
		if constants[v] == nil {
			constants[v] = b.Scalar(v)
		}
		return constants[v]
	}
	var stack []*gorgonia.Node
	for i, p := range parts {
		if b.Err() != nil {
			return nil
		}
		top := len(stack) - 1
		switch p.kind {
		case number:
			stack = append(stack, constant(p.value))
		case name:
			n := names[p.word]
			if n == nil { // as resolve has it
				n = constant(math.Pi)
			}
			stack = append(stack, n)
		case negate:
			stack[top] = b.Neg(stack[top])
		case function:
			stack[top] = functions[p.word](b, stack[top])
		default:
			x, y := stack[top-1], stack[top]
			stack = stack[:top]
			if k, ok := literal(parts[:i]); ok && p.kind == power {
				stack[top-1] = b.PowConst(x, k)
			} else {
				stack[top-1] = binary[p.kind](b, x, y)
			}
		}
	}
	return stack[0]
}

// literal is the number that the last operand is, with its sign.
func literal(parts []part) (float64, bool) {
	sign := 1.0
	for i := len(parts) - 1; i >= 0; i-- {
		switch parts[i].kind {
		case negate:
			sign = -sign
		case number:
			return sign * parts[i].value, true
		default:
			return 0, false
		}
	}
	return 0, false
}

var binary = map[kind]func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node{
	plus: (*graph.Builder).Add, minus: (*graph.Builder).Sub, times: (*graph.Builder).Mul, by: (*graph.Builder).Div, power: (*graph.Builder).Pow,
}

var functions = map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
	"abs": (*graph.Builder).Abs, "arctan": (*graph.Builder).Atan, "cos": (*graph.Builder).Cos, "cosh": (*graph.Builder).Cosh,
	"exp": (*graph.Builder).Exp, "log": (*graph.Builder).Log, "sigmoid": (*graph.Builder).Sigmoid, "sin": (*graph.Builder).Sin,
	"sinh": (*graph.Builder).Sinh, "sqrt": (*graph.Builder).Sqrt, "tan": (*graph.Builder).Tan, "tanh": (*graph.Builder).Tanh,
}

// functionNames is the list of them, for a message.
var functionNames = strings.Join(slices.Sorted(maps.Keys(functions)), ", ")

package main

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file reads formulas in the notation of mathematics and of NumPy: sums,
// products written side by side, powers, ^T, |x| and ||x||, slices, and functions
// by torch's names, whose parentheses may be left out: "2 tril(A,-1)+triu(A,1)",
// "mean max(0,1-xy)", "x^T A x".

// expression is a text that is being read.
type expression struct {
	b      *bench
	text   string
	at     int
	bars   int  // inside |x|
	matrix bool // names side by side are a product of matrices
	failed bool
}

// term is what a part of a formula stands for.
type term struct {
	node   *gorgonia.Node
	number float64
	plain  bool // a number
	list   []term
	made   bool // by a function, not a name
}

// evaluate is the value of a formula, nil if it is none.
func evaluate(b *bench, text string, matrix bool) *gorgonia.Node {
	e := &expression{b: b, text: strings.NewReplacer("**", "^", "·", "*", "²", "^2", "³", "^3").Replace(text), matrix: matrix}
	t := e.sum()
	if e.space(); e.failed || e.at < len(e.text) {
		return nil
	}
	return e.asNode(t)
}

func (e *expression) fail() term {
	e.failed = true
	return term{}
}

func (e *expression) space() {
	for e.at < len(e.text) && e.text[e.at] == ' ' {
		e.at++
	}
}

func (e *expression) next(token string) bool {
	e.space()
	return !e.failed && strings.HasPrefix(e.text[e.at:], token)
}

func (e *expression) take(token string) bool {
	if !e.next(token) {
		return false
	}
	e.at += len(token)
	return true
}

func (e *expression) asNode(t term) *gorgonia.Node {
	switch {
	case e.failed:
		return nil
	case t.plain:
		return e.b.Scalar(t.number)
	case t.node == nil:
		e.fail()
	}
	return t.node
}

// both applies f to two terms.
func (e *expression) both(f func(x, y *gorgonia.Node) *gorgonia.Node, x, y term) term {
	u, v := e.asNode(x), e.asNode(y)
	if e.failed {
		return term{}
	}
	return term{node: f(u, v), made: x.made || y.made}
}

func (e *expression) sum() term {
	t := e.product()
	for !e.failed {
		switch {
		case e.take("+"):
			t = e.both(e.b.Add, t, e.product())
		case e.take("-"):
			t = e.both(e.b.Sub, t, e.product())
		default:
			return t
		}
	}
	return t
}

func (e *expression) product() term {
	if e.take("-") {
		t := e.product()
		if t.plain {
			t.number = -t.number
			return t
		}
		return e.both(e.b.Mul, term{plain: true, number: -1}, t)
	}
	t := e.power()
	for !e.failed {
		switch {
		case e.take("*"):
			t = e.both(e.b.Mul, t, e.signed())
		case e.take("/"):
			t = e.both(e.b.Div, t, e.signed())
		case e.take("@"):
			t = e.both(e.b.MatMul, t, e.signed())
		case e.starts():
			t = e.beside(t, e.power())
		default:
			return t
		}
	}
	return t
}

func (e *expression) signed() term {
	if e.take("-") {
		t := e.power()
		if t.plain {
			t.number = -t.number
			return t
		}
		return e.both(e.b.Sub, term{plain: true}, t)
	}
	return e.power()
}

// starts says whether a factor comes next without a sign.
func (e *expression) starts() bool {
	e.space()
	if e.at >= len(e.text) {
		return false
	}
	c := rune(e.text[e.at])
	return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '(' || c == '|' && e.bars == 0
}

// beside is the product of what stands side by side.
func (e *expression) beside(x, y term) term {
	u, v := e.asNode(x), e.asNode(y)
	if e.failed {
		return term{}
	}
	if e.matrix && !x.plain && !y.plain && len(e.b.Shape(u)) > 0 && len(e.b.Shape(v)) > 0 {
		return e.both(e.b.MatMul, x, y)
	}
	return e.both(e.b.Mul, x, y)
}

func (e *expression) power() term {
	t := e.atom()
	for !e.failed && e.next("[") {
		t = e.sliced(t)
	}
	if !e.take("^") {
		return t
	}
	if e.take("T") {
		x := e.asNode(t)
		if e.failed || len(e.b.Shape(x)) < 2 {
			return t
		}
		return term{node: e.b.SwapAxes(x, -1, -2), made: t.made}
	}
	p := e.signed()
	if !p.plain {
		return e.both(e.b.Pow, t, p)
	}
	x := e.asNode(t)
	if e.failed {
		return term{}
	}
	if s := e.b.Shape(x); e.matrix && len(s) >= 2 && s[len(s)-1] == s[len(s)-2] && p.number == float64(int(p.number)) {
		return term{node: e.b.MatrixPower(x, int(p.number)), made: true}
	}
	return term{node: e.b.PowConst(x, p.number), made: t.made}
}

func (e *expression) atom() term {
	e.space()
	if e.at >= len(e.text) {
		return e.fail()
	}
	switch c := rune(e.text[e.at]); {
	case e.take("||"):
		e.bars++
		x := e.asNode(e.sum())
		e.bars--
		if e.failed || !e.take("||") {
			return e.fail()
		}
		return term{node: e.folded(x, func(x *gorgonia.Node, axes ...int) *gorgonia.Node { return e.b.Norm(x, 2, axes...) }), made: true}
	case e.take("|"):
		e.bars++
		x := e.asNode(e.sum())
		e.bars--
		if e.failed || !e.take("|") {
			return e.fail()
		}
		return term{node: e.b.Abs(x), made: true}
	case e.take("("):
		return e.inside(")")
	case e.take("["):
		return e.inside("]")
	case unicode.IsDigit(c) || c == '.':
		from := e.at
		for e.at < len(e.text) && (unicode.IsDigit(rune(e.text[e.at])) || e.text[e.at] == '.' ||
			e.text[e.at] == 'e' && e.at+1 < len(e.text) && (unicode.IsDigit(rune(e.text[e.at+1])) || e.text[e.at+1] == '-') ||
			e.text[e.at] == '-' && e.text[e.at-1] == 'e') {
			e.at++
		}
		v, err := strconv.ParseFloat(e.text[from:e.at], 64)
		if err != nil {
			return e.fail()
		}
		return term{plain: true, number: v}
	case unicode.IsLetter(c) || c == '_':
		return e.word()
	}
	return e.fail()
}

// inside reads a list up to the closing sign: one element is itself.
func (e *expression) inside(end string) term {
	bars := e.bars
	e.bars = 0
	var list []term
	for !e.failed && !e.next(end) {
		list = append(list, e.sum())
		if !e.take(",") {
			break
		}
	}
	e.bars = bars
	if !e.take(end) {
		return e.fail()
	}
	if len(list) == 1 && end == ")" {
		return list[0]
	}
	return term{list: list}
}

// word reads a name, a product of names of one letter, or a function.
func (e *expression) word() term {
	from := e.at
	for e.at < len(e.text) && (unicode.IsLetter(rune(e.text[e.at])) || unicode.IsDigit(rune(e.text[e.at])) || e.text[e.at] == '_' || e.text[e.at] == '.' && e.at+1 < len(e.text) && unicode.IsLetter(rune(e.text[e.at+1]))) {
		e.at++
	}
	name := e.text[from:e.at]
	if e.b.has(name) {
		return term{node: e.b.at(name)}
	}
	if name == "pi" {
		return term{plain: true, number: 3.141592653589793}
	}
	if f := functionOf(name); f != nil {
		return e.apply(name, f)
	}
	var t term
	for i, l := range name { // xy is x·y
		if !e.b.has(string(l)) {
			return e.fail()
		}
		x := term{node: e.b.at(string(l))}
		if i == 0 {
			t = x
		} else {
			t = e.beside(t, x)
		}
	}
	return t
}

// folding are the functions that take all that follows as their argument.
var folding = map[string]bool{"sum": true, "mean": true, "prod": true}

// apply reads the arguments of a function: in parentheses, or what follows.
func (e *expression) apply(name string, f torchRule) term {
	var args []term
	switch {
	case e.at < len(e.text) && e.text[e.at] == '(':
		e.at++
		t := e.inside(")")
		args = []term{t}
		if t.list != nil {
			args = t.list
		}
	case folding[name]:
		args = []term{e.product()}
	default:
		args = []term{e.power()}
	}
	if e.failed || len(args) == 0 {
		return e.fail()
	}
	folds := map[string]func(x *gorgonia.Node, axes ...int) *gorgonia.Node{"sum": e.b.Sum, "mean": e.b.Mean, "var": func(x *gorgonia.Node, axes ...int) *gorgonia.Node { return e.b.Variance(x, 0, axes...) }}
	if fold := folds[name]; fold != nil && len(args) == 1 && e.b.k.Category == "norm" {
		x := e.asNode(args[0])
		if e.failed {
			return term{}
		}
		return term{node: e.folded(x, fold), made: true}
	}
	if (name == "max" || name == "min") && len(args) == 2 {
		g := e.b.Maximum
		if name == "min" {
			g = e.b.Minimum
		}
		t := e.both(g, args[0], args[1])
		t.made = true
		return t
	}
	if name == "where" && len(args) == 3 { // as NumPy has it: the condition first
		args[0], args[1] = args[1], args[0]
	}
	var values []value
	for _, a := range args {
		values = append(values, e.value(a))
	}
	if e.failed {
		return term{}
	}
	out := callOf(e.b, values, keywords{}).run(f)
	if len(out) == 0 || out[0] == nil {
		return e.fail()
	}
	return term{node: out[0], made: true}
}

// folded applies a fold to all elements; in normalisations, to the last axis,
// which is kept.
func (e *expression) folded(x *gorgonia.Node, f func(x *gorgonia.Node, axes ...int) *gorgonia.Node) *gorgonia.Node {
	if e.b.k.Category != "norm" || len(e.b.Shape(x)) == 0 {
		return f(x)
	}
	return e.b.Unsqueeze(f(x, -1), -1)
}

// value is a term as an argument of a call.
func (e *expression) value(t term) value {
	switch {
	case t.plain:
		return value{plain: t.number}
	case t.list != nil:
		v := value{isList: true}
		for _, x := range t.list {
			v.list = append(v.list, e.value(x))
		}
		return v
	}
	return value{node: e.asNode(t)}
}

// sliced reads spans as Python has them.
func (e *expression) sliced(t term) term {
	e.take("[")
	x := e.asNode(t)
	if e.failed {
		return term{}
	}
	rank := len(e.b.Shape(x))
	var spans []graph.Span
	var drop []int
	for !e.failed && !e.next("]") {
		if e.take("...") {
			rest := strings.Count(e.text[e.at:e.at+strings.IndexByte(e.text[e.at:]+"]", ']')], ",")
			for len(spans) < rank-rest {
				spans = append(spans, graph.All())
			}
		} else {
			span, single := e.span()
			if single {
				drop = append(drop, len(spans))
			}
			spans = append(spans, span)
		}
		if !e.take(",") {
			break
		}
	}
	if !e.take("]") || len(spans) > rank {
		return e.fail()
	}
	y := e.b.Slice(x, spans...)
	if len(drop) > 0 {
		y = e.b.Squeeze(y, drop...)
	}
	return term{node: y, made: t.made}
}

// span reads a:b:c, or one place.
func (e *expression) span() (s graph.Span, single bool) {
	var parts [3]*int
	n := 0
	for ; n < 3; n++ {
		e.space()
		from := e.at
		e.take("-")
		for e.at < len(e.text) && unicode.IsDigit(rune(e.text[e.at])) {
			e.at++
		}
		if v, err := strconv.Atoi(strings.TrimSpace(e.text[from:e.at])); err == nil {
			parts[n] = &v
		} else if from != e.at {
			e.fail()
			return s, false
		}
		if !e.take(":") {
			break
		}
	}
	s = graph.All()
	if n == 0 {
		if parts[0] == nil {
			e.fail()
			return s, false
		}
		i := *parts[0]
		if i == -1 {
			return graph.Span{Start: -1, Stop: 1 << 40, Step: 1}, true
		}
		return graph.Range(i, i+1), true
	}
	if parts[2] != nil {
		if s.Step = *parts[2]; s.Step < 0 {
			s.Start, s.Stop = -1, -1<<40
		}
	}
	if parts[0] != nil {
		s.Start = *parts[0]
	}
	if parts[1] != nil {
		s.Stop = *parts[1]
	}
	return s, false
}

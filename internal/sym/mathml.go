package sym

import (
	"html"
	"math"
	"strconv"
	"strings"
)

// MathML prints e as presentation MathML, without the element math around it.
func (e *Expr) MathML() string { return row(e.signed(inSum)) }

// row puts a sign before an element.
func row(minus bool, text string) string {
	if minus {
		return "<mrow><mo>−</mo>" + text + "</mrow>"
	}
	return text
}

func fence(open, text, end string) string {
	return "<mrow><mo>" + open + "</mo>" + text + "<mo>" + end + "</mo></mrow>"
}

// mathML prints e as one element, in parentheses if what is around it binds more tightly.
func (e *Expr) mathML(around int) string {
	minus, text := e.signed(around)
	if minus && around > inSum {
		return fence("(", row(minus, text), ")")
	}
	return row(minus, text)
}

// signed returns e as one element without the sign that stands before it.
func (e *Expr) signed(around int) (minus bool, text string) {
	switch e.kind {
	case number:
		return e.num < 0, mathNumber(math.Abs(e.num))
	case name:
		return false, "<mi>" + html.EscapeString(e.text) + "</mi>"
	case call:
		text = e.mathCall("")
		if comparisons[e.text] != "" && around > inSum || e.text == "Σ" && around == inPower {
			text = fence("(", text, ")")
		}
		return false, text
	case power:
		return false, group(around, e.mathPower())
	case sum:
		minus, text = e.mathSum()
		if around > inSum {
			return false, fence("(", row(minus, text), ")")
		}
		return minus, text
	case matrix:
		return false, group(around, mathFactors(e.args, true))
	}
	minus, text = e.mathProduct()
	return minus, group(around, text)
}

// group puts factors in parentheses below a power.
func group(around int, text string) string {
	if around == inPower {
		return fence("(", text, ")")
	}
	return text
}

func mathNumber(v float64) string {
	if n, d, ok := ratio(v); ok {
		return "<mfrac><mn>" + n + "</mn><mn>" + d + "</mn></mfrac>"
	}
	m, exp, ok := strings.Cut(strconv.FormatFloat(v, 'g', 6, 64), "e")
	if !ok {
		return "<mn>" + m + "</mn>"
	}
	n, _ := strconv.Atoi(exp)
	return "<mrow><mn>" + m + "</mn><mo>·</mo><msup><mn>10</mn>" + row(n < 0, "<mn>"+strconv.Itoa(max(n, -n))+"</mn>") + "</msup></mrow>"
}

// mathSum returns a sum, and whether a minus stands before its first term.
func (e *Expr) mathSum() (minus bool, text string) {
	var b strings.Builder
	for i, a := range e.args {
		neg, term := a.signed(inSum)
		switch {
		case i == 0:
			minus = neg
		case neg:
			b.WriteString("<mo>−</mo>")
		default:
			b.WriteString("<mo>+</mo>")
		}
		b.WriteString(term)
	}
	return minus, "<mrow>" + b.String() + "</mrow>"
}

// mathProduct prints factors, those with negative exponents below a line.
func (e *Expr) mathProduct() (minus bool, text string) {
	minus, above, below := e.fraction()
	if len(below) == 0 {
		return minus, mathFactors(above, false)
	}
	return minus, "<mfrac>" + mathFactors(above, false) + mathFactors(below, false) + "</mfrac>"
}

// mathFactors prints factors side by side, one without parentheses.
func mathFactors(list []*Expr, matrices bool) string {
	if len(list) == 1 {
		return list[0].mathML(inSum)
	}
	var b strings.Builder
	for i, a := range list {
		switch {
		case i == 0:
		case !matrices && byElement(list, i):
			b.WriteString("<mo>⊙</mo>")
		default:
			b.WriteString("<mo>\u2062</mo><mspace width=\"0.2em\"/>") // the invisible times of Unicode
		}
		text := a.mathML(inProduct)
		if matrices && a.kind == product || i < len(list)-1 && a.reaches() {
			text = fence("(", text, ")")
		}
		b.WriteString(text)
	}
	return "<mrow>" + b.String() + "</mrow>"
}

func (e *Expr) mathPower() string {
	base, exp := e.args[0], e.args[1]
	switch {
	case exp.kind == number && exp.num < 0:
		_, text := make1(Expr{kind: product, args: []*Expr{e}}).mathProduct()
		return text
	case exp.is(0.5):
		return "<msqrt>" + base.mathML(inSum) + "</msqrt>"
	case base.kind == call && functions[base.text] && len(base.args) == 1 && exp.kind == number:
		return base.mathCall(exp.mathML(inSum)) // tanh²(x)
	}
	return "<msup>" + base.mathML(inPower) + exp.mathML(inSum) + "</msup>"
}

// mathCall prints a function of arguments, to the power up unless that is "".
func (e *Expr) mathCall(up string) string {
	first := func(around int) string { return e.args[0].mathML(around) }
	sign := comparisons[e.text] != ""
	switch {
	case e.text == "ᵀ":
		return "<msup>" + first(inPower) + "<mo>⊤</mo></msup>"
	case e.text == "Σ":
		return "<mrow><mo>∑</mo>" + first(inProduct) + "</mrow>"
	case e.text == "∂":
		return "<mfrac><mrow><mo>∂</mo>" + first(inPower) + "</mrow><mrow><mo>∂</mo>" + e.args[1].mathML(inPower) + "</mrow></mfrac>"
	case sign:
		return "<mrow>" + first(inSum) + "<mo>" + html.EscapeString(e.text) + "</mo>" + e.args[1].mathML(inSum) + "</mrow>"
	case e.text == "abs":
		return fence("|", first(inSum), "|")
	case e.text == "sqrt":
		return "<msqrt>" + first(inSum) + "</msqrt>"
	case e.text == "exp" && up == "":
		return "<msup><mi>e</mi>" + first(inSum) + "</msup>"
	}
	head := "<mi>" + html.EscapeString(e.text) + "</mi>"
	if up != "" {
		head = "<msup>" + head + up + "</msup>"
	}
	var parts []string
	for _, a := range e.args {
		parts = append(parts, a.mathML(inSum))
	}
	return "<mrow>" + head + "<mo>\u2061</mo>" + fence("(", strings.Join(parts, "<mo>,</mo>"), ")") + "</mrow>" // the function application of Unicode
}

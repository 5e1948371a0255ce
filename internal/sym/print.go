package sym

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Text prints e on one line, with Unicode's powers: w (1 − tanh²(w x + b)).
func (e *Expr) Text() string { return e.print(style{}, 0) }

// LaTeX prints e for mathematics mode: w \left(1 - \tanh^{2}\left(w x + b\right)\right).
func (e *Expr) LaTeX() string { return e.print(style{latex: true}, 0) }

type style struct{ latex bool }

// How tightly what is around an expression binds: it is put in parentheses if it
// binds less itself.
const (
	inSum = iota
	inProduct
	inPower
)

func (e *Expr) print(s style, around int) string {
	switch e.kind {
	case number:
		text := s.number(e.num)
		if e.num < 0 && around > inSum {
			return s.paren(text)
		}
		return text
	case name:
		return s.name(e.text)
	case call:
		text := e.call(s, "")
		if comparisons[e.text] != "" && around > inSum || e.text == "Σ" && around == inPower {
			return s.paren(text)
		}
		return text
	case power:
		return e.power(s, around)
	case sum:
		text := e.sum(s)
		if around > inSum {
			return s.paren(text)
		}
		return text
	case matrix:
		text := s.matrices(e.args)
		if around == inPower {
			return s.paren(text)
		}
		return text
	}
	text := e.product(s)
	if around == inPower || around > inSum && strings.HasPrefix(text, s.minus()) {
		return s.paren(text)
	}
	return text
}

func (s style) minus() string {
	if s.latex {
		return "-"
	}
	return "−"
}

func (s style) paren(text string) string {
	if s.latex {
		return `\left(` + text + `\right)`
	}
	return "(" + text + ")"
}

func (s style) number(v float64) string {
	if n, d, ok := ratio(math.Abs(v)); ok {
		text := n + "/" + d
		if s.latex {
			text = `\frac{` + n + `}{` + d + `}`
		}
		if v < 0 {
			return s.minus() + text
		}
		return text
	}
	text := strconv.FormatFloat(math.Abs(v), 'g', 6, 64)
	if s.latex {
		if m, exp, ok := strings.Cut(text, "e"); ok {
			n, _ := strconv.Atoi(exp)
			text = m + ` \cdot 10^{` + strconv.Itoa(n) + `}`
		}
	}
	if v < 0 {
		return s.minus() + text
	}
	return text
}

// ratio is v as n / d where its decimals would not end and d is at most 1,000.
func ratio(v float64) (n, d string, ok bool) {
	if v == 0 || v > 100 || len(strconv.FormatFloat(v, 'g', -1, 64)) < 12 {
		return "", "", false
	}
	for d := 2.0; d <= 1000; d++ {
		if n := math.Round(v * d); math.Abs(n/d-v) <= 1e-15*v {
			return strconv.Itoa(int(n)), strconv.Itoa(int(d)), true
		}
	}
	return "", "", false
}

func (s style) name(text string) string {
	if !s.latex || len([]rune(text)) == 1 {
		return text
	}
	return `\mathrm{` + strings.NewReplacer("_", `\_`, "#", `\#`, "%", `\%`, "&", `\&`).Replace(text) + `}`
}

func (e *Expr) sum(s style) string {
	var b strings.Builder
	for i, a := range e.args {
		text := a.print(s, inSum)
		negative := strings.HasPrefix(text, s.minus())
		switch {
		case i == 0:
			b.WriteString(text)
			continue
		case negative:
			b.WriteString(" " + s.minus() + " ")
			text = strings.TrimPrefix(text, s.minus())
		default:
			b.WriteString(" + ")
		}
		b.WriteString(text)
	}
	return b.String()
}

// product prints factors, those with negative exponents below a line.
func (e *Expr) product(s style) string {
	minus, above, below := e.fraction()
	sign := ""
	if minus {
		sign = s.minus()
	}
	if len(below) == 0 {
		return sign + s.factors(above)
	}
	if s.latex {
		top, bottom := s.factors(above), s.factors(below)
		if len(above) == 1 {
			top = above[0].print(s, inSum)
		}
		if len(below) == 1 {
			bottom = below[0].print(s, inSum)
		}
		return sign + `\frac{` + top + `}{` + bottom + `}`
	}
	around := inPower
	if below[0].kind == call {
		around = inProduct
	}
	bottom := below[0].print(s, around)
	if len(below) > 1 {
		bottom = s.paren(s.factors(below))
	}
	return sign + s.factors(above) + " / " + bottom
}

// fraction returns the factors above and below the line, and whether a minus stands before it.
func (e *Expr) fraction() (minus bool, above, below []*Expr) {
	for _, a := range e.args {
		switch {
		case a.kind == number && a.num == -1:
			minus = true
		case a.kind == number && a.num < 0:
			minus = true
			above = append(above, Num(-a.num))
		case a.kind == power && a.args[1].kind == number && a.args[1].num < 0:
			below = append(below, Power(a.args[0], Num(-a.args[1].num)))
		default:
			above = append(above, a)
		}
	}
	if len(above) == 0 {
		above = []*Expr{Num(1)}
	}
	return minus, above, below
}

func (s style) factors(list []*Expr) string {
	var b strings.Builder
	for i, a := range list {
		switch {
		case i == 0:
		case byElement(list, i):
			b.WriteString(" " + s.odot() + " ")
		default:
			b.WriteString(" ")
		}
		text := a.print(s, inProduct)
		if i < len(list)-1 && a.reaches() {
			text = s.paren(text)
		}
		b.WriteString(text)
	}
	return b.String()
}

func (s style) odot() string {
	if s.latex {
		return `\odot`
	}
	return "⊙"
}

// byElement says whether a sign stands before factor i: it is multiplied element by element
// beside a product of matrices.
func byElement(list []*Expr, i int) bool {
	return list[i-1].kind != number && slices.ContainsFunc(list, func(a *Expr) bool { return a.kind == matrix })
}

// matrices prints the factors of a product of matrices.
func (s style) matrices(list []*Expr) string {
	var parts []string
	for i, a := range list {
		text := a.print(s, inProduct)
		if a.kind == product || i < len(list)-1 && a.reaches() {
			text = s.paren(text)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

// reaches says whether e ends in a sum over elements, which would take in a factor behind it.
func (e *Expr) reaches() bool {
	switch e.kind {
	case call:
		return e.text == "Σ"
	case product, matrix:
		_, above, below := e.fraction()
		return len(below) == 0 && above[len(above)-1].reaches()
	}
	return false
}

func (e *Expr) power(s style, around int) string {
	base, exp := e.args[0], e.args[1]
	if exp.kind == number && exp.num < 0 {
		text := make1(Expr{kind: product, args: []*Expr{e}}).product(s)
		if around == inPower || !s.latex && around == inProduct {
			return s.paren(text)
		}
		return text
	}
	if exp.is(0.5) {
		return Call("sqrt", base).call(s, "")
	}
	up := "^" + exp.print(s, inPower)
	if s.latex {
		up = "^{" + exp.print(s, inSum) + "}"
	} else if exp.kind == number && exp.num == float64(int(exp.num)) && exp.num < 10 {
		up = string([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[int(exp.num)])
	}
	if base.kind == call && functions[base.text] && len(base.args) == 1 && exp.kind == number {
		return base.call(s, up) // tanh²(x)
	}
	return base.print(s, inPower) + up
}

// functions are those that LaTeX knows, and whose powers stand before their
// arguments.
var functions = map[string]bool{"sin": true, "cos": true, "tan": true, "sinh": true, "cosh": true, "tanh": true, "exp": true, "log": true,
	"arcsin": true, "arccos": true, "arctan": true, "max": true, "min": true, "det": true}

// comparisons are the signs that stand between their operands, as LaTeX has them.
var comparisons = map[string]string{"=": "=", "≠": `\ne`, "<": "<", "≤": `\le`, ">": ">", "≥": `\ge`}

func (e *Expr) call(s style, up string) string {
	switch e.text {
	case "ᵀ":
		t := "ᵀ"
		if s.latex {
			t = `^{\top}`
		}
		return e.args[0].print(s, inPower) + t
	case "Σ":
		sigma := "Σ"
		if s.latex {
			sigma = `\sum`
		}
		return sigma + " " + e.args[0].print(s, inProduct)
	case "∂":
		of, by := e.args[0].print(s, inPower), e.args[1].print(s, inPower)
		if s.latex {
			return `\frac{\partial ` + of + `}{\partial ` + by + `}`
		}
		return "∂" + of + "/∂" + by
	}
	var parts []string
	for _, a := range e.args {
		parts = append(parts, a.print(s, inSum))
	}
	args := strings.Join(parts, ", ")
	if sign := comparisons[e.text]; sign != "" {
		if !s.latex {
			sign = e.text
		}
		return parts[0] + " " + sign + " " + parts[1]
	}
	if e.text == "abs" && !s.latex && up == "" {
		return "|" + args + "|"
	}
	if !s.latex {
		return e.text + up + "(" + args + ")"
	}
	switch {
	case e.text == "sqrt":
		return `\sqrt{` + args + `}`
	case e.text == "exp" && up == "":
		return "e^{" + args + "}"
	case e.text == "σ":
		return `\sigma` + up + s.paren(args)
	case e.text == "abs":
		return `\left|` + args + `\right|`
	case functions[e.text]:
		return `\` + e.text + up + s.paren(args)
	}
	return `\operatorname{` + strings.ReplaceAll(e.text, "_", `\_`) + `}` + up + s.paren(args)
}

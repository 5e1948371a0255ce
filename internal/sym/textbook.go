package sym

import "slices"

// What compilers write for safety and people do not: guards against what cannot be
// where a formula means something, shifts that cancel, functions of inverses.

// Compare is 1 where x and y compare as the sign says, else 0.
func Compare(sign string, x, y *Expr) *Expr {
	if x.kind == number && y.kind == number {
		holds := map[string]bool{"=": x.num == y.num, "≠": x.num != y.num, "<": x.num < y.num, "≤": x.num <= y.num, ">": x.num > y.num, "≥": x.num >= y.num}
		if holds[sign] {
			return Num(1)
		}
		return Num(0)
	}
	return Call(sign, x, y)
}

// Select is x where cond is not 0, else y. A guard that only says what y is in the
// limit is y: 0 for n x^(n − 1) where n is 0, or where a number is infinite.
func Select(cond, x, y *Expr) *Expr {
	switch {
	case cond.kind == number && cond.num == 0:
		return y
	case cond.kind == number:
		return x
	case cond.kind == call && cond.text == "isinf" && x.is(0):
		return y
	}
	for _, c := range cond.factors() {
		if c.kind != call || c.text != "=" || !c.args[1].is(0) {
			continue
		}
		if x.is(1) && y.key == c.args[0].key {
			return y
		}
		for _, f := range y.factors() {
			if x.is(0) && (f.key == c.args[0].key || f.kind == power && f.args[0].key == c.args[0].key) {
				return y
			}
		}
	}
	return Call("select", cond, x, y)
}

// factors are what e is a product of.
func (e *Expr) factors() []*Expr {
	if e.kind == product {
		return e.args
	}
	return []*Expr{e}
}

// Sigma is the sum over the elements of x: 1 of a softmax.
func Sigma(x *Expr) *Expr {
	if x.kind == call && x.text == "softmax" {
		return Num(1)
	}
	c, rest := x.factor()
	if x.kind == number {
		return Call("Σ", x)
	}
	return Product(Num(c), Call("Σ", rest))
}

// Exp is e to the power of x.
func Exp(x *Expr) *Expr {
	if x.kind == call && x.text == "log" {
		return x.args[0]
	}
	if x.kind == call && x.text == "logsoftmax" {
		return Call("softmax", x.args[0])
	}
	return Call("exp", x)
}

// Step is 1 where x is positive, else 0.
func Step(x *Expr) *Expr {
	if x.kind == call && x.text == "max" && len(x.args) == 2 && x.args[0].is(0) {
		x = x.args[1]
	}
	return Call("step", x)
}

// shares makes exp(x) / Σ exp(x) the softmax of x, in a product's factors. A
// largest element in x shifts both alike.
func shares(list []*Expr) []*Expr {
	for i, a := range list {
		for j, b := range list {
			if a.kind != call || a.text != "exp" || b.kind != power || !b.args[1].is(-1) || b.args[0].key != Call("Σ", a).key {
				continue
			}
			out := append([]*Expr{}, list...)
			out[i] = Call("softmax", unshifted(a.args[0]))
			return append(out[:j], out[j+1:]...)
		}
	}
	return list
}

// unshifted is x without a largest element that is taken off.
func unshifted(x *Expr) *Expr {
	if x.kind != sum {
		return x
	}
	var rest []*Expr
	for _, a := range x.args {
		if c, m := a.factor(); c == -1 && m.isLargest() {
			continue
		}
		rest = append(rest, a)
	}
	return Sum(rest...)
}

// isLargest says whether e is the largest of the elements of something.
func (e *Expr) isLargest() bool { return e.kind == call && e.text == "max" && len(e.args) == 1 }

// unshift makes log Σ exp(x − m) + m, m being the largest element of x, log Σ exp(x).
func unshift(terms []*Expr) []*Expr {
	for i, a := range terms {
		if a.kind != call || a.text != "log" {
			continue
		}
		s := a.args[0]
		if s.kind != call || s.text != "Σ" || s.args[0].kind != call || s.args[0].text != "exp" {
			continue
		}
		x := s.args[0].args[0]
		for j, m := range terms {
			if !m.isLargest() || Sum(x, m).key != unshifted(x).key {
				continue
			}
			out := append([]*Expr{}, terms...)
			out[i] = Call("log", Call("Σ", Call("exp", unshifted(x))))
			return append(out[:j], out[j+1:]...)
		}
	}
	return terms
}

// fraction joins terms that all have a power of one base below the line, as the
// quotient rule is written; nil if they have not.
func fraction(terms []*Expr) *Expr {
	if len(terms) < 2 {
		return nil
	}
	for _, f := range terms[0].factors() {
		if f.kind != power || f.args[1].kind != number || f.args[1].num >= 0 || f.args[0].kind == number {
			continue
		}
		base, most := f.args[0], 0.0
		below := make([]float64, len(terms))
		all := true
		for i, t := range terms {
			for _, g := range t.factors() {
				if g.kind == power && g.args[0].key == base.key && g.args[1].kind == number && g.args[1].num == float64(int(g.args[1].num)) {
					below[i] = -g.args[1].num
				}
			}
			all = all && below[i] > 0
			most = max(most, below[i])
		}
		if !all {
			continue
		}
		var above []*Expr
		for i, t := range terms {
			rest := Product(t, Power(base, Num(below[i])))
			if slices.ContainsFunc(rest.factors(), func(g *Expr) bool { return g.kind == power && g.args[0].key == base.key }) {
				return nil // it does not cancel: a power of a power, or of a product
			}
			switch most - below[i] {
			case 0:
				above = append(above, rest)
			case 1:
				above = append(above, distribute(rest, base))
			default:
				return nil
			}
		}
		return Div(Sum(above...), Power(base, Num(most)))
	}
	return nil
}

// distribute is x y with the terms of y apart.
func distribute(x, y *Expr) *Expr {
	if y.kind != sum {
		return Product(x, y)
	}
	var out []*Expr
	for _, t := range y.args {
		out = append(out, Product(x, t))
	}
	return Sum(out...)
}

// squares makes (a + b) (a − b) the difference of squares, in a product's factors.
func squares(list []*Expr) []*Expr {
	for i, s := range list {
		for j, t := range list[:i] {
			if s.kind != sum || t.kind != sum || len(s.args) != 2 || len(t.args) != 2 {
				continue
			}
			a, b := Sum(s, t), Sum(s, distribute(Num(-1), t)) // twice a and b
			if a.kind == sum || b.kind == sum {
				continue
			}
			out := append([]*Expr{}, list...)
			out[j] = Sum(halfSquared(a), Neg(halfSquared(b)))
			return append(out[:i], out[i+1:]...)
		}
	}
	return list
}

func halfSquared(e *Expr) *Expr {
	if e.kind == number {
		return Num(e.num * e.num / 4)
	}
	c, rest := e.factor()
	return Product(Num(c*c/4), Power(rest, Num(2)))
}

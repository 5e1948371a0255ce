// Package sym writes expressions as people do: sums, products and powers, put in
// order and without what cancels.
//
// It owns the order, a few simplifications that are always right, and the three
// ways to print. It does not own any operator: each row of the table says what it
// is in these terms. Importers: internal/op and what prints formulas.
package sym

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

type kind uint8

const (
	number kind = iota
	name
	call    // a function of arguments
	power   // args[0] to the power of args[1]
	product // of args, which commute
	sum     // of args
	matrix  // the product of args, which do not commute
)

// Expr is an expression. It is not changed after it is made, and may be shared.
type Expr struct {
	kind kind
	text string  // of a name or a call
	num  float64 // of a number
	args []*Expr
	key  string
	deep int // expressions inside of each other, itself among them
}

// Depth returns how many expressions stand inside of each other in e: 1 for a name,
// 2 for a sum of names.
func (e *Expr) Depth() int { return e.deep }

func make1(e Expr) *Expr {
	var b strings.Builder
	b.WriteByte("ncfpPSM"[e.kind])
	b.WriteString(e.text)
	if e.kind == number {
		b.WriteString(strconv.FormatFloat(e.num, 'g', -1, 64))
	}
	for _, a := range e.args {
		b.WriteByte('(')
		b.WriteString(a.key)
		b.WriteByte(')')
		e.deep = max(e.deep, a.deep)
	}
	e.key, e.deep = b.String(), e.deep+1
	return &e
}

// Num is a number.
func Num(v float64) *Expr { return make1(Expr{kind: number, num: v}) }

// Name is a variable.
func Name(s string) *Expr { return make1(Expr{kind: name, text: s}) }

// Call is a function of arguments.
func Call(f string, args ...*Expr) *Expr { return make1(Expr{kind: call, text: f, args: args}) }

// Slope is the derivative of one variable by another.
func Slope(of, by string) *Expr { return Call("∂", Name(of), Name(by)) }

// Func returns the function f of one argument, as rows of the table want it.
func Func(f string) func(x []*Expr) *Expr {
	return func(x []*Expr) *Expr { return Call(f, x...) }
}

func (e *Expr) is(v float64) bool { return e.kind == number && e.num == v }

// Sum is a sum. Numbers are added up, equal terms are counted, and what is 0 is
// dropped.
func Sum(args ...*Expr) *Expr {
	constant := 0.0
	var terms []*Expr
	count := map[string]float64{}
	var add func(e *Expr, times float64)
	add = func(e *Expr, times float64) {
		switch {
		case e.kind == sum:
			for _, a := range e.args {
				add(a, times)
			}
			return
		case e.kind == number:
			constant += times * e.num
			return
		}
		c, rest := e.factor()
		if _, ok := count[rest.key]; !ok {
			terms = append(terms, rest)
		}
		count[rest.key] += times * c
	}
	for _, a := range args {
		add(a, 1)
	}
	var out []*Expr
	for _, t := range terms {
		if c := count[t.key]; c != 0 {
			out = append(out, Product(Num(c), t))
		}
	}
	if constant != 0 {
		out = append(out, Num(constant))
	}
	out = unshift(out)
	if q := fraction(out); q != nil {
		return q
	}
	switch len(out) {
	case 0:
		return Num(0)
	case 1:
		return out[0]
	}
	if out[0].negative() { // 1 − x, but x + 1
		for i, t := range out {
			if !t.negative() {
				out = slices.Insert(slices.Delete(out, i, i+1), 0, t)
				break
			}
		}
	}
	return make1(Expr{kind: sum, args: out})
}

// negative says whether e has a minus in front.
func (e *Expr) negative() bool {
	c, _ := e.factor()
	return c < 0 || e.kind == number && e.num < 0
}

// factor splits e into a number and the rest.
func (e *Expr) factor() (c float64, rest *Expr) {
	if e.kind != product || e.args[0].kind != number {
		return 1, e
	}
	if len(e.args) == 2 {
		return e.args[0].num, e.args[1]
	}
	return e.args[0].num, make1(Expr{kind: product, args: e.args[1:]})
}

// Neg is −x.
func Neg(x *Expr) *Expr { return Product(Num(-1), x) }

// Product is a product of what commutes: numbers are multiplied, powers of one
// base joined, and factors put in order.
func Product(args ...*Expr) *Expr {
	constant, below := 1.0, 1.0 // below the line, as it was written there
	var bases []*Expr
	exponent := map[string][]*Expr{}
	var add func(e *Expr)
	add = func(e *Expr) {
		switch {
		case e.kind == product:
			for _, a := range e.args {
				add(a)
			}
			return
		case e.kind == number:
			constant *= e.num
			return
		}
		if e.kind == power && e.args[0].kind == number && e.args[1].is(-1) {
			below *= e.args[0].num
			return
		}
		base, exp := e, Num(1)
		if e.kind == power && e.args[1].kind == number {
			base, exp = e.args[0], e.args[1]
		}
		if exponent[base.key] == nil {
			bases = append(bases, base)
		}
		exponent[base.key] = append(exponent[base.key], exp)
	}
	for _, a := range args {
		add(a)
	}
	if constant == 0 {
		return Num(0)
	}
	var out []*Expr
	for _, b := range bases {
		if p := Power(b, Sum(exponent[b.key]...)); !p.is(1) {
			out = append(out, p)
		}
	}
	out = squares(shares(out))
	slices.SortStableFunc(out, func(a, b *Expr) int { return a.rank() - b.rank() })
	if q := constant / below; q == math.Trunc(q) || constant != math.Trunc(constant) || below != math.Trunc(below) {
		constant = q
	} else if below != 1 {
		g := gcd(math.Abs(constant), math.Abs(below))
		constant /= g
		out = append(out, make1(Expr{kind: power, args: []*Expr{Num(below / g), Num(-1)}}))
	}
	if constant != 1 || len(out) == 0 {
		out = append([]*Expr{Num(constant)}, out...)
	}
	if len(out) == 1 {
		return out[0]
	}
	return make1(Expr{kind: product, args: out})
}

func gcd(a, b float64) float64 {
	for b != 0 {
		a, b = b, math.Mod(a, b)
	}
	return a
}

// rank orders factors: names, then functions, then sums.
func (e *Expr) rank() int {
	switch e.kind {
	case name:
		return 1
	case power:
		return e.args[0].rank()
	case call:
		return 2
	case matrix:
		return 3
	}
	return 4
}

// Power is x to the power of y.
func Power(x, y *Expr) *Expr {
	switch {
	case y.is(0):
		return Num(1)
	case y.is(1):
		return x
	case x.is(1):
		return x
	case x.kind == power && x.args[1].kind == number && y.kind == number && x.args[1].num == float64(int(x.args[1].num)) && y.num == float64(int(y.num)):
		return Power(x.args[0], Num(x.args[1].num*y.num))
	}
	if c, rest := x.factor(); c == -1 && y.kind == number && y.num == math.Trunc(y.num) { // a sign stands in front
		return Product(Num(1-2*math.Abs(math.Mod(y.num, 2))), Power(rest, y))
	}
	return make1(Expr{kind: power, args: []*Expr{x, y}})
}

// Div is x / y.
func Div(x, y *Expr) *Expr { return Product(x, Power(y, Num(-1))) }

// MatMul is the matrix product; numbers move in front.
func MatMul(x, y *Expr) *Expr {
	c, a := x.factor()
	d, b := y.factor()
	var args []*Expr
	for _, z := range []*Expr{a, b} {
		if z.kind == matrix {
			args = append(args, z.args...)
		} else {
			args = append(args, z)
		}
	}
	m := make1(Expr{kind: matrix, args: args})
	return Product(Num(c*d), m)
}

// Transpose is xᵀ.
func Transpose(x *Expr) *Expr {
	switch {
	case x.kind == call && x.text == "ᵀ":
		return x.args[0]
	case x.kind == product:
		if c, rest := x.factor(); c != 1 {
			return Product(Num(c), Transpose(rest))
		}
	case x.kind == matrix:
		out := make([]*Expr, len(x.args))
		for i, a := range x.args {
			out[len(out)-1-i] = Transpose(a)
		}
		return make1(Expr{kind: matrix, args: out})
	}
	return Call("ᵀ", x)
}

// Replace returns e with others in place of the parts that equal the keys of by.
func (e *Expr) Replace(by []Swap) *Expr {
	done := map[string]*Expr{}
	for _, s := range by {
		done[s.Old.key] = s.New
	}
	return e.replace(done)
}

// Swap says what stands in place of an expression.
type Swap struct{ Old, New *Expr }

func (e *Expr) replace(done map[string]*Expr) *Expr {
	if x := done[e.key]; x != nil {
		return x
	}
	args, same := make([]*Expr, len(e.args)), true
	for i, a := range e.args {
		args[i] = a.replace(done)
		same = same && args[i] == a
	}
	x := e
	if !same {
		switch e.kind {
		case call:
			x = Call(e.text, args...)
		case power:
			x = Power(args[0], args[1])
		case product:
			x = Product(args...)
		case sum:
			x = Sum(args...)
		case matrix:
			x = args[0]
			for _, a := range args[1:] {
				x = MatMul(x, a)
			}
		}
	}
	done[e.key] = x
	return x
}

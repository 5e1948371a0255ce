package sym

import "testing"

func TestPrint(t *testing.T) {
	x, y, w := Name("x"), Name("y"), Name("w")
	tanh := Call("tanh", Sum(Product(w, x), Name("b")))
	for _, c := range []struct {
		e           *Expr
		text, latex string
	}{
		{Product(Sum(Num(1), Neg(Power(tanh, Num(2)))), w), "w (1 − tanh²(w x + b))", `w \left(1 - \tanh^{2}\left(w x + b\right)\right)`},
		{Sum(x, x, Neg(y)), "2 x − y", "2 x - y"},
		{Product(x, y, x), "x² y", "x^{2} y"},
		{Div(x, y), "x / y", `\frac{x}{y}`},
		{Div(Num(1), Product(x, Sum(y, Num(1)))), "1 / (x (y + 1))", `\frac{1}{x \left(y + 1\right)}`},
		{Sum(x, Neg(x)), "0", "0"},
		{Product(x, Power(x, Num(-1))), "1", "1"},
		{Power(Sum(x, y), Num(3)), "(x + y)³", `\left(x + y\right)^{3}`},
		{Power(x, y), "x^y", "x^{y}"},
		{Product(x, Neg(Sum(y, Num(2)))), "−x (y + 2)", `-x \left(y + 2\right)`},
		{Sum(Num(1), Product(Num(-2), x)), "1 − 2 x", "1 - 2 x"},
		{MatMul(Transpose(Name("X")), Product(Num(2), y)), "2 Xᵀ y", `2 X^{\top} y`},
		{Power(x, Num(0.5)), "sqrt(x)", `\sqrt{x}`},
		{Call("exp", Neg(x)), "exp(−x)", "e^{-x}"},
		{Product(Num(0), x), "0", "0"},
		{Name("dense0/weight"), "dense0/weight", `\mathrm{dense0/weight}`},
		{Product(y, Call("sin", x), x), "y x sin(x)", `y x \sin\left(x\right)`},
		{Product(x, Power(Num(2), Num(-1))), "x / 2", `\frac{x}{2}`},
	} {
		if got := c.e.Text(); got != c.text {
			t.Errorf("text: got %s, want %s", got, c.text)
		}
		if got := c.e.LaTeX(); got != c.latex {
			t.Errorf("LaTeX: got %s, want %s", got, c.latex)
		}
	}
}

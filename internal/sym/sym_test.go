package sym

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

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
		{Product(Num(6), x, Power(Num(4), Num(-1))), "3 x / 2", `\frac{3 x}{2}`},
		{Product(Num(1.0/3), x), "1/3 x", `\frac{1}{3} x`},
		{Sum(Neg(x), y), "y − x", "y - x"},
		{Product(Sum(Num(1), Neg(x)), Sum(x, Num(1))), "1 − x²", "1 - x^{2}"},
		{Sum(Div(Num(1), Sum(x, Num(1))), Neg(Div(x, Power(Sum(x, Num(1)), Num(2))))), "1 / (x + 1)²", `\frac{1}{\left(x + 1\right)^{2}}`},
		{Sum(Div(y, x), w), "y / x + w", `\frac{y}{x} + w`},
		{Transpose(MatMul(Name("A"), MatMul(Name("B"), x))), "xᵀ Bᵀ Aᵀ", `x^{\top} B^{\top} A^{\top}`},
		{Select(Compare(">", x, Num(0)), x, Num(0)), "select(x > 0, x, 0)", `\operatorname{select}\left(x > 0, x, 0\right)`},
		{Select(Compare("=", y, Num(0)), Num(0), Product(y, Power(x, Sum(y, Num(-1))))), "y x^(y − 1)", "y x^{y - 1}"},
		{Select(Compare("=", y, Num(0)), Num(0), x), "select(y = 0, 0, x)", `\operatorname{select}\left(y = 0, 0, x\right)`},
		{Select(Compare("<", Num(1), Num(2)), x, y), "x", "x"},
		{Product(x, Compare("≥", y, Num(1))), "x (y ≥ 1)", `x \left(y \ge 1\right)`},
		{Product(Exp(Sum(x, y)), Power(Sigma(Exp(Sum(x, y))), Num(-1))), "softmax(x + y)", `\operatorname{softmax}\left(x + y\right)`},
		{Product(Exp(x), Power(Sigma(Exp(y)), Num(-1))), "exp(x) / Σ exp(y)", `\frac{e^{x}}{\sum e^{y}}`},
		{Sigma(Neg(x)), "−Σ x", `-\sum x`},
		{Power(Call("abs", x), Num(2)), "|x|²", `\left|x\right|^{2}`},
		{Slope("L", "w"), "∂L/∂w", `\frac{\partial L}{\partial w}`},
		{MatMul(Sigma(x), y), "(Σ x) y", `\left(\sum x\right) y`},
		{Transpose(Sigma(x)), "(Σ x)ᵀ", `\left(\sum x\right)^{\top}`},
		{MatMul(Transpose(Name("A<b")), Slope("L", "h")), "A<bᵀ ∂L/∂h", `\mathrm{A<b}^{\top} \frac{\partial L}{\partial h}`},
	} {
		if got := c.e.Text(); got != c.text {
			t.Errorf("text: got %s, want %s", got, c.text)
		}
		if got := c.e.LaTeX(); got != c.latex {
			t.Errorf("LaTeX: got %s, want %s", got, c.latex)
		}
		checkMathML(t, c.text, c.e.MathML())
	}
}

// TestMathML prints one expression of each kind.
func TestMathML(t *testing.T) {
	x, y := Name("x"), Name("y")
	times := "<mo>\u2062</mo><mspace width=\"0.2em\"/>"
	for want, e := range map[string]*Expr{
		"<mi>A&lt;b</mi>":                     Name("A<b"),
		"<mrow><mo>−</mo><mn>2</mn></mrow>":   Num(-2),
		"<mfrac><mn>1</mn><mn>3</mn></mfrac>": Num(1.0 / 3),
		"<mrow><mn>1</mn><mo>·</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>7</mn></mrow></msup></mrow>":                  Num(1e-7),
		"<mrow><mi>y</mi><mo>−</mo><mi>x</mi></mrow>":                                                                 Sum(Neg(x), y),
		"<mrow><mi>x</mi>" + times + "<mi>y</mi></mrow>":                                                              Product(x, y),
		"<mfrac><mi>x</mi><mi>y</mi></mfrac>":                                                                         Div(x, y),
		"<msup><mrow><mo>(</mo><mrow><mi>x</mi><mo>+</mo><mi>y</mi></mrow><mo>)</mo></mrow><mn>3</mn></msup>":         Power(Sum(x, y), Num(3)),
		"<msqrt><mi>x</mi></msqrt>":                                                                                   Power(x, Num(0.5)),
		"<mrow><msup><mi>tanh</mi><mn>2</mn></msup><mo>\u2061</mo><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow></mrow>": Power(Call("tanh", x), Num(2)),
		"<mrow><mi>f</mi><mo>\u2061</mo><mrow><mo>(</mo><mi>x</mi><mo>,</mo><mi>y</mi><mo>)</mo></mrow></mrow>":       Call("f", x, y),
		"<msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup>":                                                    Call("exp", Neg(x)),
		"<msup><mi>x</mi><mo>⊤</mo></msup>":                                                                           Transpose(x),
		"<mrow><mo>∑</mo><mi>x</mi></mrow>":                                                                           Sigma(x),
		"<mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow>":                                                              Compare("<", x, y),
		"<mfrac><mrow><mo>∂</mo><mi>L</mi></mrow><mrow><mo>∂</mo><mi>w</mi></mrow></mfrac>":                           Slope("L", "w"),
	} {
		if got := e.MathML(); got != want {
			t.Errorf("%s: got %s, want %s", e.Text(), got, want)
		}
	}
}

// checkMathML checks that the elements are closed, and that the letters are those of the text.
func checkMathML(t *testing.T, text, markup string) {
	t.Helper()
	var letters strings.Builder
	for d := xml.NewDecoder(strings.NewReader(markup)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s: %v in %s", text, err, markup)
			return
		}
		if chars, ok := token.(xml.CharData); ok {
			letters.Write(chars)
		}
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !(r >= 'a' && r <= 'z') }) {
		if !strings.Contains(letters.String(), strings.TrimPrefix(word, "sqrt")) && word != "exp" {
			t.Errorf("%s: no %q in %s", text, word, markup)
		}
	}
}

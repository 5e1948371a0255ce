package report_test

import (
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph/formula"
	"github.com/symgrad/symgrad/train/report"
)

// TestDeepFormula: of a formula with many parentheses in each other the outer ones are shown, and the
// text behind a fold has the rest.
func TestDeepFormula(t *testing.T) {
	nested := func(n int) string {
		return "<math>" + strings.Repeat("<mrow><mi>f</mi><mrow><mo>(</mo>", n) + "<mi>x &lt; y</mi>" + strings.Repeat("<mo>)</mo></mrow></mrow>", n) + "</math>"
	}
	for n, cut := range map[int]bool{1: false, 4: false, 5: true, 30: true, 3000: true} {
		page := write(t, &report.Report{Equations: []formula.Equation{{Text: "f(x)", MathML: nested(n)}}})
		want := min(n, 5)
		if got := strings.Count(page, "<mo>(</mo>"); got != want {
			t.Errorf("%d parentheses: got %d, want %d", n, got, want)
		}
		if got := strings.Contains(page, "<mo>…</mo>"); got != cut || strings.Contains(page, "<details class=\"whole\">") != cut || strings.Contains(page, "x &lt; y") == cut {
			t.Errorf("%d parentheses: got a formula that is cut: %v, want %v", n, got, cut)
		}
	}
}

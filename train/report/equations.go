package report

import (
	"html/template"

	"github.com/symgrad/symgrad/graph/formula"
)

// How much of the equations is shown.
const (
	mostEquations    = 200
	mostEquationText = 300_000 // bytes of all
	mostMath         = 20_000  // bytes of one as it is shown; a longer one is text
	mostWhole        = 400_000 // bytes of one that is read
	mostFences       = 4       // parentheses in each other that are shown
)

// equationView has the equations of the layers and those of the gradients.
type equationView struct {
	Parts   []equationPart
	Omitted string
}

type equationPart struct {
	Name string
	List []equationLine
}

// equationLine is an equation as MathML, or as text if Math is empty. Cut says that MathML leaves out
// what stands deep within.
type equationLine struct {
	Layer string
	Math  template.HTML
	Text  string
	Cut   bool
}

func equationsOf(list []formula.Equation) *equationView {
	if len(list) == 0 {
		return nil
	}
	v := &equationView{Parts: []equationPart{{Name: "What the layers compute"}, {Name: "Gradients, from the loss back"}}}
	budget, shown := mostEquationText, 0
	for _, e := range list[:min(len(list), mostEquations)] {
		line := equationLine{Layer: clipped(e.Layer, 60), Text: clipped(e.Text, 2000)}
		if len(e.MathML) <= mostWhole {
			if text, cut, ok := shownMath(e.MathML); ok && len(text) <= mostMath {
				line.Math, line.Cut = template.HTML(text), cut
			}
		}
		if budget -= len(line.Math) + len(line.Text); budget < 0 {
			break
		}
		k := 0
		if e.Gradient {
			k = 1
		}
		v.Parts[k].List = append(v.Parts[k].List, line)
		shown++
	}
	v.Omitted = omitted(shown, len(list), "equations")
	return v
}

package report

import (
	"encoding/xml"
	"html/template"
	"io"
	"strings"

	"github.com/symgrad/symgrad/graph/formula"
)

// How much of the equations is shown.
const (
	mostEquations    = 200
	mostEquationText = 300_000 // bytes of all
	mostMath         = 20_000  // bytes of one; a longer one is text
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

// equationLine is an equation as MathML, or as text if Math is empty.
type equationLine struct {
	Layer string
	Math  template.HTML
	Text  string
}

func equationsOf(list []formula.Equation) *equationView {
	if len(list) == 0 {
		return nil
	}
	v := &equationView{Parts: []equationPart{{Name: "What the layers compute"}, {Name: "Gradients, from the loss back"}}}
	budget, shown := mostEquationText, 0
	for _, e := range list[:min(len(list), mostEquations)] {
		line := equationLine{Layer: clipped(e.Layer, 60), Text: clipped(e.Text, 2000)}
		if len(e.MathML) <= mostMath && isMath(e.MathML) {
			line.Math = template.HTML(e.MathML)
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

// mathElements are the elements of MathML that stand on the page as they are.
var mathElements = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq("math mrow mi mn mo mtext mspace mfrac msqrt mroot msup msub msubsup mover munder munderover mtable mtr mtd mpadded mstyle menclose mfenced") {
		mathElements[name] = true
	}
}

// isMath reports whether text is one math element with known elements in it, and attributes that
// are neither addresses nor scripts nor styles.
func isMath(text string) bool {
	d := xml.NewDecoder(strings.NewReader(text))
	depth, count := 0, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return depth == 0 && count == 1
		}
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !mathElements[t.Name.Local] || depth == 0 && t.Name.Local != "math" {
				return false
			}
			for _, a := range t.Attr {
				if !isPlainAttribute(a) {
					return false
				}
			}
			if depth == 0 {
				count++
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && strings.TrimSpace(string(t)) != "" {
				return false
			}
		default: // comments, directives
			return false
		}
	}
}

func isPlainAttribute(a xml.Attr) bool {
	name := a.Name.Local
	if name == "xmlns" {
		return a.Value == "http://www.w3.org/1998/Math/MathML"
	}
	return name != "style" && name != "href" && name != "src" && !strings.HasPrefix(name, "on")
}

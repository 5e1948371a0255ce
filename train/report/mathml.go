package report

import (
	"encoding/xml"
	"io"
	"strings"
)

// mathElements are the elements of MathML that stand on the page.
var mathElements = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq("math mrow mi mn mo mtext mspace mfrac msqrt mroot msup msub msubsup mover munder munderover mtable mtr mtd mpadded mstyle menclose mfenced") {
		mathElements[name] = true
	}
}

// mathNode is an element of MathML, or a text if it has no name.
type mathNode struct {
	name  string
	text  string
	attrs []xml.Attr
	in    []*mathNode
}

// shownMath returns the formula of a text with "…" for what stands in more than mostFences
// parentheses, and whether there is such. ok says that the text is one math element with known
// elements in it, and attributes that are neither addresses nor scripts nor styles.
func shownMath(text string) (shown string, cut, ok bool) {
	root := parseMath(text)
	if root == nil {
		return "", false, false
	}
	if !root.cut(0) {
		return text, false, true
	}
	var b strings.Builder
	root.write(&b)
	return b.String(), true, true
}

// parseMath returns nil for a text that is no math element.
func parseMath(text string) *mathNode {
	d := xml.NewDecoder(strings.NewReader(text))
	top := &mathNode{}
	open := []*mathNode{top}
	for {
		token, err := d.Token()
		if err == io.EOF {
			if len(open) > 1 || len(top.in) != 1 {
				return nil
			}
			return top.in[0]
		}
		if err != nil {
			return nil
		}
		last := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if !mathElements[t.Name.Local] || last == top && t.Name.Local != "math" {
				return nil
			}
			for _, a := range t.Attr {
				if !isPlainAttribute(a) {
					return nil
				}
			}
			n := &mathNode{name: t.Name.Local, attrs: t.Copy().Attr}
			last.in, open = append(last.in, n), append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if last != top {
				last.in = append(last.in, &mathNode{text: string(t)})
			} else if strings.TrimSpace(string(t)) != "" {
				return nil
			}
		default: // comments, directives
			return nil
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

// fenced reports whether n is a row in parentheses.
func (n *mathNode) fenced() bool {
	if n.name != "mrow" || len(n.in) < 3 {
		return false
	}
	first := n.in[0]
	return first.name == "mo" && len(first.in) == 1 && strings.ContainsAny(first.in[0].text, "([{")
}

// cut puts "…" for what stands deeper than mostFences, and reports whether it has.
func (n *mathNode) cut(depth int) (any bool) {
	if n.fenced() {
		if depth++; depth > mostFences {
			dots := &mathNode{name: "mo", in: []*mathNode{{text: "…"}}}
			n.in = []*mathNode{n.in[0], dots, n.in[len(n.in)-1]}
			return true
		}
	}
	for _, m := range n.in {
		any = m.cut(depth) || any
	}
	return any
}

func (n *mathNode) write(b *strings.Builder) {
	if n.name == "" {
		_ = xml.EscapeText(b, []byte(n.text)) // a Builder takes all
		return
	}
	b.WriteString("<" + n.name)
	for _, a := range n.attrs {
		b.WriteString(" " + a.Name.Local + `="`)
		_ = xml.EscapeText(b, []byte(a.Value))
		b.WriteString(`"`)
	}
	b.WriteString(">")
	for _, m := range n.in {
		m.write(b)
	}
	b.WriteString("</" + n.name + ">")
}

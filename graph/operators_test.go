package graph_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/symgrad/symgrad/internal/golden"
)

// TestOperatorsPage holds docs/operators.md to what the comments of the operators and the
// table of names, testdata/operators.txt, say. Run it with -update to write the page.
func TestOperatorsPage(t *testing.T) {
	found := documented(t)
	var page strings.Builder
	page.WriteString(pageHead)
	for _, topic := range topics(t) {
		fmt.Fprintf(&page, "\n## %s\n\n", topic.name)
		page.WriteString("| Operator | Result | Shape | Gradient | NumPy | PyTorch | JAX |\n|---|---|---|---|---|---|---|\n")
		for _, row := range topic.rows {
			o, ok := found[row[0]]
			if !ok {
				t.Errorf("the table has %s, which is no operator", row[0])
				continue
			}
			delete(found, row[0])
			shape, gradient := labelled(o.text, "Shape", shapely), labelled(o.text, "Gradient", slopely)
			if shape == "" {
				shape = topic.shape
			}
			if gradient == "" {
				gradient = topic.gradient
			}
			cells := []string{"`" + o.call + "`", summary(row[0], o.text), shape, gradient, code(row[1]), code(row[2]), code(row[3])}
			for i, c := range cells {
				cells[i] = strings.ReplaceAll(c, "|", "\\|")
			}
			page.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		}
	}
	for name := range found {
		t.Errorf("the table lacks %s", name)
	}
	golden.Check(t, filepath.Join("..", "docs", "operators.md"), page.String())
}

const pageHead = `# Operators

Every operator by topic. This page is made from the comments of the code and a table of names
by a test, so it is complete. ` + "`b`" + ` is a ` + "`*graph.Builder`" + `. Functions of ` + "`nn`, `loss`, `linalg`" + ` and
` + "`special`" + ` are in the packages of these names below ` + "`graph`" + `. ` + "`go doc`" + ` has the whole comments.

"x and y broadcast" means as in NumPy. A gradient that needs no other words is the derivative
of the formula. The names of other libraries say where to look; details such as defaults may
differ. "-" means that there is none.
`

// topic is a section of the page.
type topic struct {
	name, shape, gradient string
	rows                  [][]string // operator, and its names in NumPy, PyTorch and JAX
}

// topics reads the table of names.
func topics(t *testing.T) []topic {
	text, err := os.ReadFile(filepath.Join("testdata", "operators.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []topic
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name, ok := strings.CutPrefix(line, "== "); ok {
			all = append(all, topic{name: name})
			continue
		}
		last := &all[len(all)-1]
		row := strings.Split(line, " | ")
		switch {
		case strings.HasPrefix(line, "shape: "):
			last.shape = line[len("shape: "):]
		case strings.HasPrefix(line, "gradient: "):
			last.gradient = line[len("gradient: "):]
		case len(row) == 4:
			last.rows = append(last.rows, row)
		default:
			t.Fatalf("operators.txt:%d: got %q, want an operator and three names", i+1, line)
		}
	}
	return all
}

// described is an operator as its comment describes it.
type described struct{ call, text string }

// documented returns all public operators by their names, such as Add and nn.Dense.
func documented(t *testing.T) map[string]described {
	found := map[string]described{}
	for _, room := range []string{"", "linalg", "loss", "nn", "special"} {
		for _, fn := range functions(t, room) {
			name := strings.TrimPrefix(room+"."+fn.Name, ".")
			isOperator := room != "" && takesBuilder(fn.Decl) || room == "" && !silent[name] && name != "Name" && name != "Shape"
			if !isOperator {
				continue
			}
			if strings.TrimSpace(fn.Doc) == "" {
				t.Errorf("%s has no comment", name)
			}
			var args []string
			for _, p := range fn.Decl.Type.Params.List {
				for _, n := range p.Names {
					if _, many := p.Type.(*ast.Ellipsis); many {
						n.Name += "..."
					}
					args = append(args, n.Name)
				}
			}
			call := name
			if room == "" {
				call = "b." + name
			}
			found[name] = described{call + "(" + strings.Join(args, ", ") + ")", fn.Doc}
		}
	}
	return found
}

// functions returns the exported functions of a room, for "" the methods of Builder.
func functions(t *testing.T, room string) []*doc.Func {
	names, err := filepath.Glob(filepath.Join(room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(set, files, "graph/"+room)
	if err != nil {
		t.Fatal(err)
	}
	if room != "" {
		all := p.Funcs
		for _, typ := range p.Types {
			all = append(all, typ.Funcs...)
		}
		return all
	}
	for _, typ := range p.Types {
		if typ.Name == "Builder" {
			return typ.Methods
		}
	}
	t.Fatal("there is no Builder")
	return nil
}

// What sentences about shapes and gradients have.
var (
	shapely = regexp.MustCompile(`(?i)(: \[|\bthe shape of|\bhas (x's|the) shape|one shape|result has|result.* \[)`)
	slopely = regexp.MustCompile(`(?i)\b(gradient|derivative)s?\b`)
)

// labelled returns what the comment says behind the label, as in "Shape: [..., N]"; else
// the first sentences that match; "" if there are none.
func labelled(text, label string, match *regexp.Regexp) string {
	var out []string
	inside := false
	for _, s := range sentences(text) {
		if isLabel := strings.HasPrefix(s, "Shape:") || strings.HasPrefix(s, "Gradient:") || strings.HasPrefix(s, "Errors:"); isLabel {
			inside = strings.HasPrefix(s, label+":")
		}
		if inside {
			out = append(out, strings.TrimSpace(strings.TrimPrefix(s, label+":")))
		}
	}
	if len(out) == 0 {
		for _, s := range sentences(text)[1:] {
			if match.MatchString(s) && !strings.HasPrefix(s, "Errors:") && len(out) < 2 {
				out = append(out, s)
			}
		}
	}
	return strings.TrimSuffix(strings.Join(out, " "), ".")
}

// summary returns the first sentence of a comment without the operator's name. If a
// formula follows the sentence, it goes with it.
func summary(name, text string) string {
	first := sentences(text)[0]
	first = strings.TrimPrefix(first, name[strings.LastIndex(name, ".")+1:]+" ")
	for _, verb := range []string{"returns ", "is "} {
		first = strings.TrimPrefix(first, verb)
	}
	return strings.TrimRight(first, ".:, ")
}

// sentences cuts a comment at the ends of paragraphs and behind each period that is
// followed by a capital letter. A paragraph that ends within a sentence goes on.
func sentences(text string) []string {
	var out []string
	rest := ""
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		words := strings.Fields(p)
		if rest != "" { // a formula ends the sentence
			var cases []string
			for _, line := range strings.Split(p, "\n") {
				cases = append(cases, strings.Join(strings.Fields(line), " "))
			}
			out = append(out, rest+" "+strings.Join(cases, "; "))
			rest = ""
			continue
		}
		start := 0
		for i, w := range words {
			ends := strings.HasSuffix(w, ".") && (i+1 == len(words) || isCapital(words[i+1]))
			if ends {
				out = append(out, strings.Join(words[start:i+1], " "))
				start = i + 1
			}
		}
		rest = strings.Join(words[start:], " ")
	}
	if rest != "" {
		out = append(out, rest)
	}
	return out
}

// isCapital says whether a sentence may begin with the word: a capital letter, or a name
// as in "x: [N, C]".
func isCapital(word string) bool {
	return unicode.IsUpper([]rune(word)[0]) || strings.HasSuffix(word, ":")
}

// code sets a name in code style.
func code(name string) string {
	if name == "-" || name == "" {
		return "-"
	}
	return "`" + name + "`"
}

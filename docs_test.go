package symgrad

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

// pages returns the Markdown files of the module, with their text.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		b, err := os.ReadFile(path)
		out[filepath.ToSlash(path)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("found no page")
	}
	return out
}

// goBlock is a block of Go code with the line before it.
var goBlock = regexp.MustCompile("(?m)^(.*)\n```go\n((?s).*?)^```$")

// source names what a block is a copy of: a file of the module, and after # a region of
// it or top-level names, separated by spaces. The path starts at the module's root.
var source = regexp.MustCompile(`^<!-- ([^ #]+\.go)(?:#(.*))? -->$`)

// TestSnippets: every block of Go code is the text of a file that is compiled and
// tested. With -update it becomes that.
func TestSnippets(t *testing.T) {
	for path, text := range pages(t) {
		updated := goBlock.ReplaceAllStringFunc(text, func(block string) string {
			m := goBlock.FindStringSubmatch(block)
			from := source.FindStringSubmatch(m[1])
			if from == nil {
				t.Errorf("%s: got Go code after %q, want a line <!-- FILE.go#NAME --> there:\n%s", path, m[1], m[2])
				return block
			}
			want, err := snippet(from[1], from[2])
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return block
			}
			if m[2] != want && !golden.Update() {
				t.Errorf("%s: not the text of %s (go test . -run TestSnippets -update copies it). Got:\n%s\nwant:\n%s", path, m[1], m[2], want)
			}
			return m[1] + "\n```go\n" + want + "```"
		})
		if golden.Update() && updated != text {
			if err := os.WriteFile(path, []byte(updated), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// snippet returns the text of a file, of its regions of that name, or of the
// declarations that names lists.
func snippet(path, names string) (string, error) {
	b, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		return "", err
	}
	if names == "" {
		return strip(string(b)), nil
	}
	if text := regions(string(b), names); text != "" {
		return text, nil
	}
	var parts []string
	for _, name := range strings.Fields(names) {
		text, err := declaration(path, b, name)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n"), nil
}

// regions returns what stands between lines //docs:NAME and //docs:end, without the
// indentation that all of its lines have, and with an empty line between regions.
func regions(text, name string) string {
	var parts []string
	var part []string
	inside := false
	for line := range strings.Lines(text) {
		switch mark := strings.TrimSpace(line); {
		case mark == "//docs:"+name:
			inside = true
		case mark == "//docs:end" && inside:
			parts, part, inside = append(parts, outdent(part)), nil, false
		case inside:
			part = append(part, line)
		}
	}
	return strings.Join(parts, "\n")
}

// outdent removes the tabs that every line but empty ones starts with.
func outdent(lines []string) string {
	least := -1
	for _, l := range lines {
		if n := len(l) - len(strings.TrimLeft(l, "\t")); l != "\n" && (least < 0 || n < least) {
			least = n
		}
	}
	for i, l := range lines {
		if l != "\n" {
			lines[i] = l[least:]
		}
	}
	return strings.Join(lines, "")
}

// strip removes the lines that mark regions.
func strip(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "//docs:") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// declaration returns the text of a function, a method (Type.Method) or a type, with
// its comment.
func declaration(path string, text []byte, name string) (string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, text, parser.ParseComments)
	if err != nil {
		return "", err
	}
	for _, d := range f.Decls {
		if declared(d) != name {
			continue
		}
		from := d.Pos()
		if doc := comment(d); doc != nil {
			from = doc.Pos()
		}
		var b bytes.Buffer
		b.Write(text[fset.Position(from).Offset:fset.Position(d.End()).Offset])
		b.WriteByte('\n')
		return strip(b.String()), nil
	}
	return "", fmt.Errorf("%s has neither a region nor a declaration %q", path, name)
}

func comment(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// declared returns the name of a function, a method or the first type of a declaration.
func declared(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil {
			return receiver(d) + "." + d.Name.Name
		}
		return d.Name.Name
	case *ast.GenDecl:
		if s, ok := d.Specs[0].(*ast.TypeSpec); ok {
			return s.Name.Name
		}
	}
	return ""
}

// receiver returns the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	x := d.Recv.List[0].Type
	for {
		switch y := x.(type) {
		case *ast.StarExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.Ident:
			return y.Name
		default:
			return ""
		}
	}
}

// TestRegions: regions of one name are joined, without their indentation and marks.
func TestRegions(t *testing.T) {
	text := "a\n//docs:one\n\tif b {\n\n\t\tc\n\t}\n//docs:end\nd\n//docs:one\ne\n//docs:end\n"
	if got, want := regions(text, "one"), "if b {\n\n\tc\n}\n\ne\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := regions(text, "two"); got != "" {
		t.Errorf("got %q for a region that there is not", got)
	}
	if _, err := snippet("docs_test.go", "receiver nothing"); err == nil {
		t.Error("got a declaration that there is not")
	}
}

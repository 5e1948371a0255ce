package symgrad

import (
	"fmt"
	"go/ast"
	godoc "go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mostWords is how many words a sentence has at most.
const mostWords = 35

// unplain are phrases that a reader stumbles over.
var unplain = []string{"so many", "of which", "that of a", "such as are", "left to itself"}

// TestProse: the comments of exported names and the pages have sentences of at most
// mostWords words, without unplain phrases.
func TestProse(t *testing.T) {
	for page, text := range pages(t) {
		if strings.HasPrefix(page, "docs/") || page == "README.md" {
			for line, paragraph := range paragraphs(text) {
				judge(t, fmt.Sprintf("%s:%d", page, line), paragraph)
			}
		}
	}
	count := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && (hasFile(path, "go.mod") || d.Name() == "testdata" || d.Name() == "internal" || strings.HasPrefix(d.Name(), ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, c := range published(f) {
			count++
			at := fset.Position(c.Pos())
			for _, block := range new(godoc.Parser).Parse(c.Text()).Content {
				judge(t, fmt.Sprintf("%s:%d", path, at.Line), plain(block))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 500 {
		t.Errorf("found %d comments, want more", count)
	}
}

// judge fails for what is wrong with the sentences of a paragraph.
func judge(t *testing.T, at, paragraph string) {
	t.Helper()
	for _, s := range sentences(paragraph) {
		if n := len(strings.Fields(s)); n > mostWords {
			t.Errorf("%s: a sentence of %d words, want at most %d: %s", at, n, mostWords, s)
		}
		for _, phrase := range unplain {
			if regexp.MustCompile(`(?i)\b` + phrase + `\b`).MatchString(s) {
				t.Errorf("%s: got %q, want plainer words: %s", at, phrase, s)
			}
		}
	}
}

// sentences splits a paragraph where a sentence ends, and a row of links or a list of
// errors where an item does.
func sentences(paragraph string) (out []string) {
	text := strings.ReplaceAll(strings.Join(strings.Fields(paragraph), " "), " · ", ". ")
	for s := range strings.SplitSeq(regexp.MustCompile(`([.!?])[)"”]* `).ReplaceAllString(text, "$1\n"), "\n") {
		if strings.HasPrefix(s, "Errors: ") {
			out = append(out, strings.Split(s, "; ")...)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// paragraphs returns those of a page, by their first lines: no code, table or heading. A
// point of a list is a paragraph of its own.
func paragraphs(text string) map[int]string {
	out := map[int]string{}
	first, fenced := 0, false
	n := 0
	for line := range strings.Lines(text) {
		n++
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "```") {
			fenced = !fenced
			first = 0
			continue
		}
		if fenced || trimmed == "" || strings.ContainsAny(trimmed[:1], "|#<") {
			first = 0
			continue
		}
		if first == 0 || regexp.MustCompile(`^([-*·]|\d+\.) `).MatchString(trimmed) {
			first = n
		}
		out[first] += " " + inline.ReplaceAllString(link.ReplaceAllString(trimmed, "]"), "code")
	}
	return out
}

// plain returns the words of a block of a comment; none of code.
func plain(b godoc.Block) string {
	switch b := b.(type) {
	case *godoc.Paragraph:
		return words(b.Text)
	case *godoc.List:
		var out strings.Builder
		for _, item := range b.Items {
			for _, p := range item.Content {
				out.WriteString(plain(p) + ". ")
			}
		}
		return out.String()
	}
	return ""
}

func words(list []godoc.Text) string {
	var out strings.Builder
	for _, x := range list {
		switch x := x.(type) {
		case godoc.Plain:
			out.WriteString(string(x))
		case godoc.Italic:
			out.WriteString(string(x))
		case *godoc.Link:
			out.WriteString(words(x.Text))
		case *godoc.DocLink:
			out.WriteString(words(x.Text))
		}
	}
	return out.String()
}

// published returns the comments of a package and of its exported names, with those of
// fields and methods.
func published(f *ast.File) (out []*ast.CommentGroup) {
	add := func(c *ast.CommentGroup, names ...*ast.Ident) {
		for _, n := range names {
			if !n.IsExported() {
				return
			}
		}
		if c != nil {
			out = append(out, c)
		}
	}
	if f.Name.Name == "main" {
		return nil
	}
	add(f.Doc)
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d)) {
				add(d.Doc, d.Name)
			}
		case *ast.GenDecl:
			add(d.Doc)
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					add(s.Doc, s.Names...)
				case *ast.TypeSpec:
					if !s.Name.IsExported() {
						continue
					}
					add(s.Doc)
					ast.Inspect(s.Type, func(n ast.Node) bool {
						if field, ok := n.(*ast.Field); ok {
							add(field.Doc, field.Names...)
						}
						return true
					})
				}
			}
		}
	}
	return out
}

// TestSentences: what is judged are sentences, without code.
func TestSentences(t *testing.T) {
	got := paragraphs("# Title\n\nOne `two.three` four.\nFive [six](a.md) (seven.) Eight\n\n- nine\n- ten\n```go\nfunc\n```\n| a |\n")
	if len(got) != 3 || len(sentences(got[3])) != 3 || got[6] != " - nine" || got[7] != " - ten" {
		t.Errorf("got %v and %q", got, sentences(got[3]))
	}
}

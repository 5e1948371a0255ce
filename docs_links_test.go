package symgrad

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// prose returns a page without its code blocks and inline code.
func prose(text string) string {
	text = regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(text, "")
	return regexp.MustCompile("`[^`\n]*`").ReplaceAllString(text, "code")
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: every relative link leads to a file or folder of the module, and every
// anchor to a heading.
func TestLinks(t *testing.T) {
	all := pages(t)
	count := 0
	for page, text := range all {
		for _, m := range link.FindAllStringSubmatch(prose(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			count++
			if wrong := follow(all, page, m[1]); wrong != "" {
				t.Errorf("%s: the link %s: %s", page, m[1], wrong)
			}
		}
	}
	if count == 0 {
		t.Error("found no link")
	}
}

// follow says why a relative link of a page leads nowhere, or "".
func follow(all map[string]string, page, link string) string {
	target, anchor, _ := strings.Cut(link, "#")
	file := page
	if target != "" {
		file = path.Join(path.Dir(page), target)
	}
	if strings.HasPrefix(file, "../") {
		return "leads out of the module"
	}
	if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
		return "there is no such file"
	}
	if anchor == "" {
		return ""
	}
	for line := range strings.Lines(all[file]) {
		if title := strings.TrimLeft(line, "#"); title != line && slug(title) == anchor {
			return ""
		}
	}
	return "there is no such heading"
}

// slug is the anchor of a heading, as GitHub makes it.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}

func TestFollow(t *testing.T) {
	all := map[string]string{"README.md": "# A title: of `two` parts\n", "docs/x.md": ""}
	for link, want := range map[string]string{
		"../README.md#a-title-of-two-parts": "",
		"../README.md#a-title":              "there is no such heading",
		"../nothing.md":                     "there is no such file",
		"../../outside":                     "leads out of the module",
	} {
		if got := follow(all, "docs/x.md", link); got != want {
			t.Errorf("%s: got %q, want %q", link, got, want)
		}
	}
}

// figure is a number with a unit of time, speed, size or comparison.
var figure = regexp.MustCompile(`\b(\d+(?:\.\d+)?) ?(?:ns|us|µs|ms|s|GFLOP/s|GB/s|kB|MB|GB|%|times)(?:[\s.,;:)]|$)`)

// TestFigures: a paragraph with a measured figure links to the file that has it.
// Tables of results are made by a command (see benchmarks/table_test.go).
func TestFigures(t *testing.T) {
	made := regexp.MustCompile(`(?s)<!-- table .*?<!-- end table -->`)
	for page, text := range pages(t) {
		for _, paragraph := range strings.Split(prose(made.ReplaceAllString(text, "")), "\n\n") {
			for _, m := range figure.FindAllStringSubmatch(paragraph, -1) {
				if !cited(page, paragraph, m[1]) {
					t.Errorf("%s: got the figure %q, want a link to a file with it in the same paragraph:\n%s", page, m[0], paragraph)
				}
			}
		}
	}
}

// cited reports whether a file that the paragraph links to has the number.
func cited(page, paragraph, number string) bool {
	word := regexp.MustCompile(`(^|[^\d.])` + regexp.QuoteMeta(number) + `($|[^\d.]|\.\D|\.$)`)
	for _, m := range link.FindAllStringSubmatch(paragraph, -1) {
		target, _, _ := strings.Cut(m[1], "#")
		b, err := os.ReadFile(filepath.FromSlash(path.Join(path.Dir(page), target)))
		if err == nil && word.Match(b) {
			return true
		}
	}
	return false
}

package main

import (
	_ "embed"
	"html/template"
	"io"
	"regexp"
	"strings"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// column is a phase on the page.
type column struct {
	Name    string
	Changed bool
	Lines   []line
	Before  int // how many lines of the phase before are gone
}

// line is a line of a phase.
type line struct {
	New  bool // the phase before has no such line
	Text []word
}

// word is a piece of a line. Value is the name of a value of the program, by which
// words are marked together, or "".
type word struct{ Text, Value string }

// writePage writes c as one HTML file that needs no other.
func writePage(w io.Writer, c *compilation) error {
	data := struct {
		Title, Stats string
		Legend       []string
		Columns      []column
	}{Title: c.Title, Stats: c.Stats.String(), Legend: legend}
	var last []string
	for _, p := range c.Phases {
		col := column{Name: p.Name, Changed: p.Changed}
		if p.Changed {
			lines := strings.Split(strings.TrimRight(p.Text, "\n"), "\n")
			col.Lines, col.Before = marked(lines, last, p.Name == "plan")
			if p.Name != "plan" {
				last = lines
			}
		}
		data.Columns = append(data.Columns, col)
	}
	return page.Execute(w, data)
}

// marked returns the lines with those marked that last has not, and how many lines of
// last are gone. Of a plan no line is new: it is another text.
func marked(lines, last []string, plan bool) (out []line, gone int) {
	before := map[string]int{}
	for _, l := range last {
		before[l]++
	}
	for _, l := range lines {
		isNew := len(last) > 0 && before[l] == 0 && !plan
		if before[l] > 0 {
			before[l]--
		}
		out = append(out, line{New: isNew, Text: words(l)})
	}
	if !plan {
		for _, n := range before {
			gone += n
		}
	}
	return out, gone
}

var valueName = regexp.MustCompile(`\bv\d+\b`)

// words cuts a line at the names of values. Those of a body, which is indented deeper,
// are numbered anew and stay text.
func words(l string) []word {
	if strings.HasPrefix(l, "    ") {
		return []word{{Text: l}}
	}
	var out []word
	at := 0
	for _, m := range valueName.FindAllStringIndex(l, -1) {
		if m[0] > at {
			out = append(out, word{Text: l[at:m[0]]})
		}
		out = append(out, word{Text: l[m[0]:m[1]], Value: l[m[0]:m[1]]})
		at = m[1]
	}
	if at < len(l) {
		out = append(out, word{Text: l[at:]})
	}
	return out
}

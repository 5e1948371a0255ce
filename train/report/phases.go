package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/symgrad/symgrad/graph"
)

// How much of the phases is shown.
const (
	mostPhaseText = 400_000 // bytes of all phases
	mostLine      = 240     // characters of a line
	mostPhases    = 200

	mostLevelLines = 36 // of a phase that does not scroll
)

// phaseView is a phase of the compilation.
type phaseView struct {
	Name    string
	Changed bool
	Note    string // how many lines are new and gone
	Lines   []phaseLine
	Omitted string
	Tall    bool // scrolls
}

// phaseLine is a line, or a run of lines that are alike in New.
type phaseLine struct {
	New  bool
	Text string
}

// phasesOf marks the lines of each phase that the one before does not have.
func phasesOf(list []graph.Phase) (out []phaseView) {
	changed := 0
	for _, p := range list {
		if p.Changed {
			changed++
		}
	}
	budget := mostPhaseText / max(changed, 1)
	var last []string
	for _, p := range list[:min(len(list), mostPhases)] {
		v := phaseView{Name: p.Name, Changed: p.Changed}
		if p.Changed {
			lines := strings.Split(strings.TrimRight(p.Text, "\n"), "\n")
			v.mark(lines, last, p.Name == "plan", budget)
			if p.Name != "plan" {
				last = lines
			}
		}
		out = append(out, v)
	}
	return out
}

// mark fills in the lines. Of a plan no line is new: it is another text.
func (v *phaseView) mark(lines, last []string, plan bool, budget int) {
	before := map[string]int{}
	for _, l := range last {
		before[l]++
	}
	added, shown := 0, 0
	for _, l := range lines {
		isNew := len(last) > 0 && before[l] == 0 && !plan
		if before[l] > 0 {
			before[l]--
		}
		if isNew {
			added++
		}
		if budget < 0 {
			continue
		}
		l = clipped(l, mostLine)
		if budget -= len(template.HTMLEscapeString(l)) + 8; budget < 0 {
			continue
		}
		shown++
		if n := len(v.Lines); n > 0 && v.Lines[n-1].New == isNew {
			v.Lines[n-1].Text += l + "\n"
		} else {
			v.Lines = append(v.Lines, phaseLine{isNew, l + "\n"})
		}
	}
	gone := 0
	for _, n := range before {
		gone += n
	}
	if len(last) > 0 && !plan {
		v.Note = fmt.Sprintf("%d lines new, %d gone", added, gone)
	} else {
		v.Note = fmt.Sprintf("%d lines", len(lines))
	}
	v.Omitted, v.Tall = omitted(shown, len(lines), "lines"), shown > mostLevelLines
}

func pow10(v float64) float64 { return math.Pow(10, v) }

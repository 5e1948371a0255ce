package gosource

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file writes the names of the elements of the inputs.

// mostTold is how many categories a name tells the numbers of.
const mostTold = 8

// columnsOf returns the names of the elements of input k, nil if they have none.
func (p *program) columnsOf(k int) []string {
	names := p.namesOf(k)
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name + unitOf(p.o.Table, name)
	}
	return out
}

// namesOf returns the names without what their numbers mean.
func (p *program) namesOf(k int) []string {
	if p.prep != nil {
		return p.prep.raw[k].Columns
	}
	return p.o.Columns[p.sample.inputs[k].name]
}

// checkColumns refuses names that are not one for each element.
func (p *program) checkColumns() error {
	for k, t := range p.inputs {
		if n := len(p.columnsOf(k)); n != 0 && n != t.size {
			return mistake.Optionf("got %d names of columns for the input %q, want %d", n, t.name, t.size)
		}
	}
	return nil
}

// unitOf says what the number of a column of the table means, or "".
func unitOf(plan *data.CSVPlan, name string) string {
	if plan == nil {
		return ""
	}
	k := slices.IndexFunc(plan.Columns, func(c data.CSVReport) bool { return c.Name == name })
	if k < 0 {
		return ""
	}
	c, o := plan.Columns[k], plan.Options.Columns[name]
	switch c.Kind {
	case data.Time:
		unit, start := strings.ToLower(o.Unit.String()), o.Start()
		switch {
		case o.Epoch.IsZero() && start.Year() == 0: // a layout without a year
			return fmt.Sprintf(" (%s since the start of the year)", unit)
		case o.Epoch.IsZero():
			return fmt.Sprintf(" (%s since 1970-01-01)", unit)
		}
		return fmt.Sprintf(" (%s since %s)", unit, start.UTC().Format(time.RFC3339))
	case data.Boolean:
		if len(o.True) == 0 || len(o.False) == 0 {
			return " (1 for true, 0 for false)"
		}
		return fmt.Sprintf(" (1 for %s, 0 for %s)", o.True[0], o.False[0])
	case data.Category:
		var told []string
		for i, text := range c.Categories[:min(len(c.Categories), mostTold)] {
			told = append(told, fmt.Sprintf("%d for %s", i, text))
		}
		if len(told) < len(c.Categories) {
			told = append(told, "…")
		}
		return " (" + strings.Join(told, ", ") + ")"
	}
	return ""
}

// printColumns writes the names.
func (p *program) printColumns(b *bytes.Buffer) {
	for k, t := range p.inputs {
		names := p.columnsOf(k)
		if len(names) == 0 {
			continue
		}
		fmt.Fprintf(b, "// %s are what the elements of %s are for an example, in their order.\n", p.columnsName(t), t.name)
		if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "=") }) {
			b.WriteString("// An element \"column=category\" is 1 in examples of the category, and 0 in others.\n")
		}
		if p.o.Table != nil && p.o.Table.Options.OnMissing == data.KeepMissing {
			b.WriteString("// A missing value is NaN, in all elements of its column.\n")
		}
		fmt.Fprintf(b, "var %s = [...]string{\n", p.columnsName(t))
		for _, name := range names {
			fmt.Fprintf(b, "%q,\n", name)
		}
		b.WriteString("}\n\n")
	}
}

// columnsName returns the name of the list of an input.
func (p *program) columnsName(t port) string {
	if len(p.inputs) == 1 {
		return "Columns"
	}
	return t.title + "Columns"
}

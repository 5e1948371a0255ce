package main

import (
	"fmt"
	"slices"
	"strings"
)

// trainerTable returns the figures of the command trainer in Markdown: a table for each
// kind that was measured.
func trainerTable(lines []trainerLine) string {
	of := func(kind string) []trainerLine {
		return slices.DeleteFunc(slices.Clone(lines), func(l trainerLine) bool { return l.Trainer != kind })
	}
	tables := []string{
		grid(of("fit"), "A step of Fit with",
			func(l trainerLine) string { return l.Workload },
			func(l trainerLine) string {
				return fmt.Sprintf("%s, %.2f of %s", duration(l.Ns), l.Ratio, duration(l.AgainstNs))
			}),
		grid(of("update"), "An update of",
			func(l trainerLine) string { return bytesText(l.Bytes) + ", " + l.DType },
			func(l trainerLine) string { return fmt.Sprintf("%s, %.2f", duration(l.Ns), l.Share) }),
		grid(of("save"), "",
			func(l trainerLine) string { return bytesText(l.Bytes) },
			func(l trainerLine) string { return fmt.Sprintf("%s, %.2f", duration(l.Ns), l.Share) }),
	}
	return strings.Join(slices.DeleteFunc(tables, func(t string) bool { return t == "" }), "\n")
}

// grid returns a table with a row for each With and a column for each value of column;
// "" for no lines. Without a name of the rows there is one, a checkpoint.
func grid(lines []trainerLine, rows string, column, text func(trainerLine) string) string {
	var columns, with []string
	cells := map[[2]string]string{}
	for _, l := range lines {
		c := column(l)
		if !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
		if !slices.Contains(with, l.With) {
			with = append(with, l.With)
		}
		cells[[2]string{l.With, c}] = text(l)
	}
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s |\n|---%s|\n", rows, strings.Join(columns, " | "), strings.Repeat("|---:", len(columns)))
	for _, w := range with {
		name := w
		if rows == "" {
			name = "A checkpoint"
		}
		fmt.Fprintf(&b, "| %s |", name)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", cells[[2]string{w, c}])
		}
		b.WriteString("\n")
	}
	return b.String()
}

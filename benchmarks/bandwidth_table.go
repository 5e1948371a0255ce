package main

import (
	"fmt"
	"strings"
)

// bandwidthTable returns the figures of the command bandwidth in Markdown: for each size, type and
// number of threads the rate, and the time over that at the yardstick's rate.
func bandwidthTable(lines []bandwidthLine) string {
	column := func(l bandwidthLine) string {
		unit := "threads"
		if l.Threads == 1 {
			unit = "thread"
		}
		return fmt.Sprintf("%s, %s, %d %s", bytesText(int64(l.Bytes)), l.DType, l.Threads, unit)
	}
	cells := map[[2]string]string{}
	for _, l := range lines {
		cells[[2]string{l.Bandwidth, column(l)}] = fmt.Sprintf("%.0f, %.2f", l.Rate, l.Ratio)
	}
	columns := distinct(lines, column)
	var b strings.Builder
	fmt.Fprintf(&b, "| GB/s, ratio | %s |\n|---%s|\n", strings.Join(columns, " | "), strings.Repeat("|---:", len(columns)))
	for _, name := range distinct(lines, func(l bandwidthLine) string { return l.Bandwidth }) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", cells[[2]string{name, c}])
		}
		b.WriteString("\n")
	}
	return b.String()
}

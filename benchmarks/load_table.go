package main

import (
	"fmt"
	"strings"
)

// loadTable returns the figures of the command load in Markdown.
func loadTable(lines []loadLine) string {
	var b strings.Builder
	b.WriteString("| Workload | Gathered | One example | The program alone | Capacity | Load | Median | p99 | p99 / median | Memory |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	var one, full loadLine
	for _, l := range lines {
		switch l.Load {
		case "one":
			one = l
		case "capacity":
			full = l
		case "open":
			gathered := "-"
			if l.Gather > 0 {
				gathered = fmt.Sprint(l.Gather)
			}
			fmt.Fprintf(&b, "| %s | %s | %s, %.2f | %s | %.0f/s | %.0f%% | %s | %s | %.1f | %s |\n", l.Workload, gathered, duration(one.Ns), one.Ratio, duration(one.AloneNs), full.PerSecond,
				100*l.Share, duration(l.Ns), duration(l.P99Ns), l.Ratio, bytesText(int64(l.Bytes)))
		}
	}
	return b.String()
}

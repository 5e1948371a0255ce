package main

import (
	"fmt"
	"strings"
)

// busyTable returns the figures of the command busy in Markdown.
func busyTable(lines []busyLine) string {
	var b strings.Builder
	b.WriteString("| Workload | Threads | Quiet | Of one thread | One core busy | Of one thread |\n|---|---:|---:|---:|---:|---:|\n")
	share := func(r float64) string {
		if r == 0 {
			return ""
		}
		return fmt.Sprintf("%.2f", r)
	}
	for _, l := range lines {
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s |\n", l.Workload, l.Threads, duration(l.QuietNs), share(l.QuietRatio), duration(l.BusyNs), share(l.BusyRatio))
	}
	return b.String()
}

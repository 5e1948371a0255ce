package main

import (
	"fmt"
	"strings"
)

// predictTable returns the figures of the command predict in Markdown: a line for each workload, batch
// and number of threads, the systems side by side.
func predictTable(lines []predictLine) string {
	var b strings.Builder
	b.WriteString("| Workload | Batch | Threads | `symgrad` | p99 | `onnxruntime` | p99 | of which a call | `symgrad` of the rest |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, l := range lines {
		if l.System != "symgrad" {
			continue
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s |", l.Workload, l.Batch, l.Threads, duration(l.Ns), duration(l.P99Ns))
		cells := "  |  |  |  |\n"
		for _, o := range lines {
			if o.System == "onnxruntime" && o.Workload == l.Workload && o.Batch == l.Batch && o.Threads == l.Threads {
				cells = fmt.Sprintf(" %s | %s | %s | %.2f |\n", duration(o.Ns), duration(o.P99Ns), duration(o.CallNs), o.Ratio)
			}
		}
		b.WriteString(cells)
	}
	return b.String()
}

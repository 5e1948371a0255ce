package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// result is a file of results: what -json printed.
type result struct {
	machine machine
	lines   []line
	trainer []trainerLine   // of the command trainer
	load    []loadLine      // of the command load
	busy    []busyLine      // of the command busy
	predict []predictLine   // of the command predict
	moved   []bandwidthLine // of the command bandwidth
	notes   []string
}

// runTable prints the table of a file of results, or writes those of a Markdown
// file anew.
func runTable(w io.Writer, args []string) error {
	f := flag.NewFlagSet("benchmarks table", flag.ExitOnError)
	in := f.String("in", "", "a Markdown file whose tables are to be written anew; empty: print the table of FILE")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *in == "" && f.NArg() == 1 {
		r, err := readResult(f.Arg(0))
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, r.table(f.Arg(0)))
		return err
	}
	if *in == "" || f.NArg() > 0 {
		return fmt.Errorf("got table %q, want table FILE or table -in PAGE.md", args)
	}
	old, err := os.ReadFile(*in)
	if err != nil {
		return err
	}
	text, err := retable(string(old), filepath.Dir(*in))
	if err != nil {
		return fmt.Errorf("%s: %w", *in, err)
	}
	return os.WriteFile(*in, []byte(text), 0o644)
}

// tables finds the tables of a page. The file of results stands in their first line,
// relative to the page.
var tables = regexp.MustCompile(`(?s)(<!-- table (\S+) -->\n).*?(<!-- end table -->\n)`)

// retable returns the page with its tables made anew from their files. dir is the
// page's folder.
func retable(page, dir string) (string, error) {
	var failed error
	found := false
	out := tables.ReplaceAllStringFunc(page, func(old string) string {
		found = true
		m := tables.FindStringSubmatch(old)
		r, err := readResult(filepath.Join(dir, m[2]))
		if err != nil {
			failed = errors.Join(failed, err)
			return old
		}
		return m[1] + r.table(m[2]) + m[3]
	})
	if !found {
		failed = errors.New("got no table, want a line <!-- table FILE --> and a later line <!-- end table -->")
	}
	return out, failed
}

// readResult reads a file of results. Its first line is the machine.
func readResult(path string) (r result, err error) {
	f, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		if err := r.read(s.Bytes(), n == 1); err != nil {
			return r, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
	}
	if err := s.Err(); err != nil {
		return r, err
	}
	if len(r.lines)+len(r.trainer)+len(r.load)+len(r.busy)+len(r.predict)+len(r.moved) == 0 {
		return r, fmt.Errorf("%s: got no figure", path)
	}
	return r, nil
}

// read adds a line of the file.
func (r *result) read(text []byte, first bool) error {
	var any struct {
		machine
		line
		Note    string `json:"note"`
		Trainer string `json:"trainer"`
		Load    string `json:"load"`
		Busy    string `json:"busy"`
		Predict string `json:"predict"`
		Moved   string `json:"bandwidth"`
	}
	if err := json.Unmarshal(text, &any); err != nil {
		return err
	}
	switch {
	case first:
		if r.machine = any.machine; r.machine.Machine == "" || r.machine.Commit == "" {
			return errors.New("got no machine and commit, want them in the first line")
		}
	case any.Note != "":
		r.notes = append(r.notes, any.Note)
	case any.Trainer != "":
		var l trainerLine
		if err := json.Unmarshal(text, &l); err != nil {
			return err
		}
		r.trainer = append(r.trainer, l)
	case any.Load != "":
		var l loadLine
		if err := json.Unmarshal(text, &l); err != nil {
			return err
		}
		r.load = append(r.load, l)
	case any.Busy != "":
		var l busyLine
		if err := json.Unmarshal(text, &l); err != nil {
			return err
		}
		r.busy = append(r.busy, l)
	case any.Predict != "":
		var l predictLine
		if err := json.Unmarshal(text, &l); err != nil {
			return err
		}
		r.predict = append(r.predict, l)
	case any.Moved != "":
		var l bandwidthLine
		if err := json.Unmarshal(text, &l); err != nil {
			return err
		}
		r.moved = append(r.moved, l)
	case any.Workload != "" && any.NsPerStep > 0:
		r.lines = append(r.lines, any.line)
	default:
		return fmt.Errorf("got %s, want a figure or a note", text)
	}
	return nil
}

// table returns the times of a step in Markdown, a table for each number of threads,
// or those of the commands trainer and load, and below them the machine and a link to the file.
func (r result) table(link string) string {
	var b strings.Builder
	if len(r.trainer) > 0 {
		fmt.Fprintf(&b, "%s\n%s. Every figure: [`%s`](%s).\n", trainerTable(r.trainer), r.machine, filepath.Base(link), link)
	}
	if len(r.load) > 0 {
		fmt.Fprintf(&b, "%s\n%s. Every figure: [`%s`](%s).\n", loadTable(r.load), r.machine, filepath.Base(link), link)
	}
	if len(r.busy) > 0 {
		fmt.Fprintf(&b, "%s\n%s. Every figure: [`%s`](%s).\n", busyTable(r.busy), r.machine, filepath.Base(link), link)
	}
	if len(r.predict) > 0 {
		fmt.Fprintf(&b, "%s\n%s. Every figure: [`%s`](%s).\n", predictTable(r.predict), r.machine, filepath.Base(link), link)
	}
	if len(r.moved) > 0 {
		fmt.Fprintf(&b, "%s\n%s. Every figure: [`%s`](%s).\n", bandwidthTable(r.moved), r.machine, filepath.Base(link), link)
	}
	for _, threads := range distinct(r.lines, func(l line) int { return l.Threads }) {
		var lines []line
		for _, l := range r.lines {
			if l.Threads == threads {
				lines = append(lines, l)
			}
		}
		workloads := distinct(lines, func(l line) string { return l.Workload })
		fmt.Fprintf(&b, "| | %s |\n|---%s|\n", strings.Join(workloads, " | "), strings.Repeat("|---:", len(workloads)))
		for _, system := range distinct(lines, func(l line) string { return l.System }) {
			fmt.Fprintf(&b, "| `%s` |", system)
			for _, w := range workloads {
				b.WriteString(" " + cell(lines, system, w) + " |")
			}
			b.WriteString("\n")
		}
		b.WriteString("| `symgrad` of peak |")
		for _, w := range workloads {
			b.WriteString(" " + peakShare(lines, w) + " |")
		}
		b.WriteString("\n")
		unit := "threads"
		if threads == 1 {
			unit = "thread"
		}
		fmt.Fprintf(&b, "\n%s, %d %s. %s. Every figure: [`%s`](%s).\n", lines[0].DType, threads, unit, r.machine, filepath.Base(link), link)
	}
	return b.String()
}

// cell returns the time of a system's step, or nothing if it did not run.
func cell(lines []line, system, workload string) string {
	for _, l := range lines {
		if l.System == system && l.Workload == workload {
			return duration(l.NsPerStep)
		}
	}
	return ""
}

// peakShare returns the share of the peak of multiply-adds that symgrad's step has.
func peakShare(lines []line, workload string) string {
	for _, l := range lines {
		if l.System == "symgrad" && l.Workload == workload && l.ShareOfPeak > 0 {
			return fmt.Sprintf("%.0f %%", 100*l.ShareOfPeak)
		}
	}
	return ""
}

// distinct returns the values of of for the lines, each once, in their order.
func distinct[L any, T comparable](lines []L, of func(L) T) (out []T) {
	for _, l := range lines {
		if v := of(l); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

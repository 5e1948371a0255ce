package main

import (
	"flag"
	"fmt"
	"io"
	"runtime"
)

// trainerFlags are the flags of the command trainer.
type trainerFlags struct {
	only      string // one of its measurements; "": all
	rounds    int
	millis    float64 // of a turn
	megabytes int     // of a checkpoint
	dir       string  // where it is written
	json      bool
}

// trainerLine is what the command trainer prints. Fit and its like have a Ratio to what
// they do at least, updates and files have a Share of what the machine can do.
type trainerLine struct {
	Trainer   string  `json:"trainer"` // "fit", "update" or "save"
	Workload  string  `json:"workload,omitempty"`
	Text      string  `json:"text,omitempty"` // of the workload
	With      string  `json:"with,omitempty"` // what Fit does besides, or the optimizer
	DType     string  `json:"dtype,omitempty"`
	Bytes     int64   `json:"bytes,omitempty"` // of memory, or of the file
	Ns        float64 `json:"ns"`              // per step, or per file
	AgainstNs float64 `json:"against_ns"`      // of the bare step, of a copy, or of a plain write
	Ratio     float64 `json:"ratio,omitempty"`
	Share     float64 `json:"share,omitempty"`
}

func (l trainerLine) String() string {
	switch l.Trainer {
	case "fit":
		return fmt.Sprintf("fit    %-8s %-12s %10s, bare %10s, ratio %.3f", l.Workload, l.With, duration(l.Ns), duration(l.AgainstNs), l.Ratio)
	case "update":
		return fmt.Sprintf("update %-22s %s %7s %10s, copy %10s, share %.2f", l.With, l.DType, bytesText(l.Bytes), duration(l.Ns), duration(l.AgainstNs), l.Share)
	}
	return fmt.Sprintf("%-6s %s %10s, plain write %10s, share %.2f", l.Trainer, bytesText(l.Bytes), duration(l.Ns), duration(l.AgainstNs), l.Share)
}

// bytesText prints a number of bytes in the unit that suits it.
func bytesText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// runTrainer measures what a Trainer adds to the steps of a program: Fit against bare
// steps, updates of optimizers against a copy in memory, checkpoints against a plain
// write. All of it runs on one thread.
func runTrainer(w io.Writer, args []string) error {
	var o trainerFlags
	f := flag.NewFlagSet("benchmarks trainer", flag.ExitOnError)
	f.StringVar(&o.only, "only", "", "one measurement: fit, update or save; empty: all")
	f.IntVar(&o.rounds, "rounds", 9, "turns of each, of which the median counts")
	f.Float64Var(&o.millis, "ms", 60, "milliseconds of a turn of Fit, about")
	f.IntVar(&o.megabytes, "megabytes", 512, "size of a checkpoint")
	f.StringVar(&o.dir, "dir", "", "folder for checkpoints, with room for two; empty: that of temporary files")
	f.BoolVar(&o.json, "json", false, "print lines of JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.rounds < 1 || !(o.millis > 0) || o.megabytes < 1 {
		return fmt.Errorf("got %d rounds of %v ms and %d MB, want at least one of each", o.rounds, o.millis, o.megabytes)
	}
	if err := thisMachine(append([]string{"trainer"}, args...)).head(w, o.json); err != nil {
		return err
	}
	print := func(l trainerLine) {
		printLine(w, o.json, l)
	}
	parts := []struct {
		name string
		run  func(trainerFlags, func(trainerLine)) error
	}{{"fit", fitFigures}, {"update", updateFigures}, {"save", saveFigures}}
	found := false
	for _, p := range parts {
		if o.only != "" && o.only != p.name {
			continue
		}
		found = true
		runtime.GC() // of what the one before has left
		if err := p.run(o, print); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if !found {
		return fmt.Errorf("got -only %q, want fit, update or save", o.only)
	}
	return nil
}

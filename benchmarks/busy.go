package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

// busyFlags are the flags of the command busy.
type busyFlags struct {
	workloads []workload.Workload
	dtype     string
	threads   []int
	rounds    int
	millis    float64  // of a measurement
	core      int      // that the other process keeps busy
	self      []string // starts this program
}

// busyLine is what the command busy prints: the time of a training step while the machine is
// quiet, and while another process keeps one core busy. The ratios are to one thread in the same
// state. They are medians of the ratios of each round.
type busyLine struct {
	Busy       string  `json:"busy"` // what was measured: a "step"
	Workload   string  `json:"workload"`
	DType      string  `json:"dtype"`
	Threads    int     `json:"threads"`
	QuietNs    float64 `json:"quiet_ns"`
	BusyNs     float64 `json:"busy_ns"`
	QuietRatio float64 `json:"quiet_ratio,omitempty"`
	BusyRatio  float64 `json:"busy_ratio,omitempty"`
}

func (l busyLine) String() string {
	text := fmt.Sprintf("%-4s %d threads: quiet %10s, one core busy %10s", l.Workload, l.Threads, duration(l.QuietNs), duration(l.BusyNs))
	if l.QuietRatio > 0 {
		text += fmt.Sprintf("; of one thread's time: quiet %.2f, busy %.2f", l.QuietRatio, l.BusyRatio)
	}
	return text
}

// runBusy measures training steps on one thread and on several, with and without a process that
// keeps one core busy.
func runBusy(w io.Writer, args []string) error {
	var o busyFlags
	f := flag.NewFlagSet("benchmarks busy", flag.ExitOnError)
	names := f.String("workloads", "W3,W4,W5,W6,W7", "standard workloads, of W1 to W12, or all")
	threads := f.String("threads", "2", "numbers of threads to compare with one")
	f.StringVar(&o.dtype, "dtype", "float32", "float32 or float64")
	f.IntVar(&o.rounds, "rounds", 7, "times that the settings take turns")
	f.Float64Var(&o.millis, "ms", 200, "milliseconds of each measurement, at least")
	f.IntVar(&o.core, "core", 1, "which of the cores of this process the other one keeps busy, from 0 on (Linux; elsewhere the system chooses)")
	lines := f.Bool("json", false, "print lines of JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.dtype != "float32" && o.dtype != "float64" {
		return fmt.Errorf("got -dtype %q, want float32 or float64", o.dtype)
	}
	if o.rounds < 1 || !(o.millis > 0) || o.core < 0 {
		return fmt.Errorf("got %d rounds of %v ms and the core %d, want at least one round of more than 0 ms and a core from 0 on", o.rounds, o.millis, o.core)
	}
	var err error
	if o.threads, err = counts("threads", *threads); err != nil {
		return err
	}
	if o.threads[0] != 1 {
		o.threads = append([]int{1}, slices.DeleteFunc(o.threads, func(n int) bool { return n == 1 })...)
	}
	if o.workloads, err = standard(*names); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.self = []string{self}
	if err := thisMachine(append([]string{"busy"}, args...)).head(w, *lines); err != nil {
		return err
	}
	return o.run(func(l busyLine) { printLine(w, *lines, l) })
}

// run measures all workloads.
func (o busyFlags) run(print func(busyLine)) error {
	for _, work := range o.workloads {
		if err := o.workload(work, print); err != nil {
			return fmt.Errorf("%s: %w", work.Name, err)
		}
	}
	return nil
}

// workload measures one workload: a process for each number of threads. In each round all of them
// run while the machine is quiet, and then again beside the load.
func (o busyFlags) workload(work workload.Workload, print func(busyLine)) error {
	p, err := workload.NewProblem(work.Spec)
	if err != nil {
		return err
	}
	var field []*peer
	defer func() {
		for _, e := range field {
			e.Close()
		}
	}()
	for _, n := range o.threads {
		q, err := o.start(n, "serve", "symgrad", p.Text, o.dtype, strconv.Itoa(n))
		if err != nil {
			return err
		}
		field = append(field, &peer{process: q})
	}
	quiet, busy := make([][]float64, len(field)), make([][]float64, len(field))
	for range o.rounds {
		if err := o.turn(field, quiet); err != nil {
			return err
		}
		if err := o.beside(func() error { return o.turn(field, busy) }); err != nil {
			return err
		}
	}
	for i, n := range o.threads {
		l := busyLine{Busy: "step", Workload: work.Name, DType: o.dtype, Threads: n, QuietNs: median(quiet[i]), BusyNs: median(busy[i])}
		if i > 0 {
			l.QuietRatio, l.BusyRatio = ratio(quiet[i], quiet[0]), ratio(busy[i], busy[0])
		}
		print(l)
	}
	return nil
}

// start starts this program in another process, on so many threads.
func (o busyFlags) start(threads int, args ...string) (*process, error) {
	q, _, err := start("", setting{threads: threads}, append(o.self[:len(o.self):len(o.self)], args...)...)
	return q, err
}

// turn measures each of the field once and adds the times of a step.
func (o busyFlags) turn(field []*peer, ns [][]float64) error {
	for i, e := range field {
		t, err := e.Measure(o.millis)
		if err != nil {
			return err
		}
		ns[i] = append(ns[i], t)
	}
	return nil
}

// beside calls f while another process keeps the core busy.
func (o busyFlags) beside(f func() error) error {
	load, err := o.start(1, "spin", strconv.Itoa(o.core))
	if err != nil {
		return fmt.Errorf("the busy process: %w", err)
	}
	defer load.Close()
	if err := resume(load.cmd.Process); err != nil {
		return err
	}
	return f()
}

// serveSpin keeps the core of that number busy until its input ends.
func serveSpin(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("got %q, want the number of a core", args)
	}
	core, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	if err := pin(core); err != nil {
		return fmt.Errorf("core %d: %w", core, err)
	}
	fmt.Println("ready")
	var ended atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		ended.Store(true)
	}()
	for !ended.Load() {
	}
	return nil
}

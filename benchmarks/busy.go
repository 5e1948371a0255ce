package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

// busyFlags are the flags of the command busy.
type busyFlags struct {
	workloads []workload.Workload
	dtype     string
	threads   []int
	rounds    int
	millis    float64 // of a measurement
	core      int     // that the other process keeps busy
}

// busyLine is what the command busy prints: the time of a training step while the machine is
// quiet, and while another process keeps one core busy. The ratios are to one thread in the same
// state. They are medians of the ratios of each round.
type busyLine struct {
	Workload   string  `json:"busy"`
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
	names := f.String("workloads", "W3,W4,W5,W6,W7", "standard workloads, of W1 to W12")
	threads := f.String("threads", "2", "numbers of threads to compare with one")
	f.StringVar(&o.dtype, "dtype", "float32", "float32 or float64")
	f.IntVar(&o.rounds, "rounds", 7, "times that the settings take turns")
	f.Float64Var(&o.millis, "ms", 200, "milliseconds of each measurement, at least")
	f.IntVar(&o.core, "core", 1, "the core that the other process keeps busy (Linux; elsewhere the system chooses)")
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
	if o.threads, err = counts(*threads); err != nil {
		return err
	}
	if o.threads[0] != 1 {
		o.threads = append([]int{1}, slices.DeleteFunc(o.threads, func(n int) bool { return n == 1 })...)
	}
	if o.workloads, err = standard(*names); err != nil {
		return err
	}
	if err := thisMachine(append([]string{"busy"}, args...)).head(w, *lines); err != nil {
		return err
	}
	return o.run(func(l busyLine) {
		if !*lines {
			fmt.Fprintln(w, l)
			return
		}
		b, _ := json.Marshal(l)
		fmt.Fprintf(w, "%s\n", b)
	})
}

// run measures all workloads.
func (o busyFlags) run(print func(busyLine)) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	load, _, err := start("", setting{threads: 1}, self, "spin", strconv.Itoa(o.core))
	if err != nil {
		return fmt.Errorf("the busy process: %w", err)
	}
	defer load.end()
	for _, work := range o.workloads {
		if err := o.workload(work, load, print); err != nil {
			return fmt.Errorf("%s: %w", work.Name, err)
		}
	}
	return nil
}

// workload measures one workload: a process for each number of threads. They take turns, first
// all of them quiet, then all beside the load.
func (o busyFlags) workload(work workload.Workload, load *process, print func(busyLine)) error {
	p, err := workload.NewProblem(work.Spec)
	if err != nil {
		return err
	}
	var field []peer
	defer func() {
		for _, e := range field {
			e.Close()
		}
	}()
	for _, n := range o.threads {
		q, err := startLocal("symgrad")(p, o.dtype, setting{threads: n})
		if err != nil {
			return err
		}
		field = append(field, peer{process: q})
	}
	times := make([][2][]float64, len(field)) // of each number of threads, quiet and busy
	for range o.rounds {
		for state := range 2 {
			if state == 1 {
				if err := resume(load.cmd.Process); err != nil {
					return err
				}
			}
			for i := range field {
				ns, err := field[i].Measure(o.millis)
				if err != nil {
					return err
				}
				times[i][state] = append(times[i][state], ns)
			}
			if state == 1 {
				if err := stop(load.cmd.Process); err != nil {
					return err
				}
			}
		}
	}
	for i, n := range o.threads {
		l := busyLine{Workload: work.Name, DType: o.dtype, Threads: n, QuietNs: median(times[i][0]), BusyNs: median(times[i][1])}
		if i > 0 {
			l.QuietRatio, l.BusyRatio = ratio(times[i][0], times[0][0]), ratio(times[i][1], times[0][1])
		}
		print(l)
	}
	return nil
}

// end ends a process that reads nothing.
func (p *process) end() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// serveSpin keeps the core of that number busy until the process is killed.
func serveSpin(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("got %q, want the number of a core", args)
	}
	core, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	if err := pin(core); err != nil {
		return fmt.Errorf("got the core %d: %w", core, err)
	}
	fmt.Println("ready")
	for {
	}
}

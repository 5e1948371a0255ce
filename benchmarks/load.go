package main

import (
	"flag"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// loadFlags are the flags of the command load.
type loadFlags struct {
	workloads []workload.Workload
	shares    []float64 // of the capacity
	gather    int       // examples of Gather
	seconds   float64   // of a measurement
	rounds    int       // turns of one example
}

// loadLine is what the command load prints. "one" is a prediction of one example, beside a run of
// the program alone. "capacity" is how many are made when more are asked for. "open" is how long
// they take when they come by themselves.
type loadLine struct {
	Load      string  `json:"load"`
	Workload  string  `json:"workload"`
	Gather    int     `json:"gather,omitempty"` // the most examples in a batch of several calls
	Threads   int     `json:"threads"`
	Share     float64 `json:"share,omitempty"`      // of the capacity
	PerSecond float64 `json:"per_second,omitempty"` // predictions
	Ns        float64 `json:"ns,omitempty"`         // the median
	AloneNs   float64 `json:"alone_ns,omitempty"`   // of the program
	P99Ns     float64 `json:"p99_ns,omitempty"`
	Ratio     float64 `json:"ratio,omitempty"` // Ns to AloneNs, or P99Ns to Ns
	Bytes     uint64  `json:"bytes,omitempty"` // that the process has of the system, at most
}

func (l loadLine) String() string {
	head := fmt.Sprintf("%-8s %-4s", l.Load, l.Workload)
	if l.Gather > 0 {
		head += fmt.Sprintf(" gather %2d", l.Gather)
	}
	switch l.Load {
	case "one":
		return fmt.Sprintf("%s %10s, the program alone %10s, ratio %.2f", head, duration(l.Ns), duration(l.AloneNs), l.Ratio)
	case "capacity":
		return fmt.Sprintf("%s %10.0f/s", head, l.PerSecond)
	}
	return fmt.Sprintf("%s %3.0f%% of it, %8.0f/s: median %10s, p99 %10s, ratio %.1f, memory %s", head, 100*l.Share, l.PerSecond, duration(l.Ns), duration(l.P99Ns), l.Ratio, bytesText(int64(l.Bytes)))
}

// runLoad measures how a Predictor bears load. It times one example, beside the program alone, and
// counts how many predictions are made at most. Then predictions come at random times, at some
// share of that, and it measures how long they take.
func runLoad(w io.Writer, args []string) error {
	var o loadFlags
	f := flag.NewFlagSet("benchmarks load", flag.ExitOnError)
	names := f.String("workloads", "W4,W6", "standard workloads, of W1 to W12, or all")
	shares := f.String("shares", "50,80,95", "loads, in percent of the capacity")
	f.IntVar(&o.gather, "gather", 16, "examples that are gathered into one batch, in the second half of the figures; 0: without that half")
	f.Float64Var(&o.seconds, "seconds", 3, "seconds of each load")
	f.IntVar(&o.rounds, "rounds", 21, "turns of one example, of which the median counts")
	lines := f.Bool("json", false, "print lines of JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	if !(o.seconds > 0) || o.rounds < 1 || o.gather < 0 {
		return fmt.Errorf("got %v seconds, %d rounds and %d examples, want more than 0 seconds, at least one round and no negative number", o.seconds, o.rounds, o.gather)
	}
	percent, err := counts("shares", *shares)
	if err != nil {
		return err
	}
	for _, n := range percent {
		o.shares = append(o.shares, float64(n)/100)
	}
	if o.workloads, err = standard(*names); err != nil {
		return err
	}
	if err := thisMachine(append([]string{"load"}, args...)).head(w, *lines); err != nil {
		return err
	}
	return loads(o, func(l loadLine) {
		l.Threads = runtime.GOMAXPROCS(0)
		printLine(w, *lines, l)
	})
}

// loads measures all workloads, without and with gathering.
func loads(o loadFlags, print func(loadLine)) error {
	for _, work := range o.workloads {
		for _, gather := range []int{0, o.gather} {
			p, row, err := predictorOf(work.Spec, gather)
			if err != nil {
				return fmt.Errorf("%s: %w", work.Name, err)
			}
			l := loadLine{Workload: work.Name, Gather: gather}
			if err := loadOf(p, row, work.Spec, o, l, print); err != nil {
				return fmt.Errorf("%s: %w", work.Name, err)
			}
			if o.gather == 0 {
				break
			}
		}
	}
	return nil
}

// loadOf measures one Predictor. l has what is common to its lines.
func loadOf(p *train.Predictor, row []float64, s workload.Spec, o loadFlags, l loadLine, print func(loadLine)) error {
	one := l
	one.Load = "one"
	if err := oneExample(p, row, s, o.rounds, &one); err != nil {
		return err
	}
	print(one)
	full := l
	full.Load = "capacity"
	var err error
	if full.PerSecond, err = capacity(p, row, max(4, 4*l.Gather)); err != nil {
		return err
	}
	print(full)
	for _, share := range o.shares {
		x := l
		x.Load, x.Share = "open", share
		if err := openLoop(p, row, full.PerSecond*share, time.Duration(o.seconds*1e9), &x); err != nil {
			return err
		}
		print(x)
	}
	return nil
}

// predictorOf returns a Predictor of a model in float32, and an example.
func predictorOf(s workload.Spec, gather int) (*train.Predictor, []float64, error) {
	m, err := s.Model(graph.Float32)
	if err != nil {
		return nil, nil, err
	}
	p, err := train.NewPredictor(m, train.ModelFile{}, train.PredictorOptions{Gather: train.Gather{Examples: gather}})
	if err != nil {
		return nil, nil, err
	}
	var row []float64
	for _, in := range p.Inputs() {
		if in.Integers {
			row = append(row, float64(s.Length(0)))
			continue
		}
		for i := range s.Features() {
			row = append(row, float64(i%251)/251-0.5)
		}
	}
	return p, row, nil
}

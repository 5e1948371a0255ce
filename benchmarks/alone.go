package main

import (
	"fmt"
	"math"
	"os"
	"strconv"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

// fair is by how much a system's time in the race may differ from its time
// alone.
const fair = 0.10

// compareAlone checks the race itself. Each system runs once more, alone in a new
// process, with the setting that it had. The race was fair to it if both times are
// alike. Where they are not, it is measured again, up to tries times, since the
// machine may have been busy.
func compareAlone(field []*entrant, p *workload.Problem, o options) error {
	for _, e := range field {
		race := median(e.ns)
		for range tries {
			ns, err := e.system.alone(p, o.dtype, e.setting, o.rounds, o.millis)
			if err != nil {
				return fmt.Errorf("%s alone: %w", e.name, err)
			}
			if m := median(ns); e.alone == 0 || math.Abs(race/m-1) < math.Abs(race/e.alone-1) {
				e.alone = m
			}
			if e.fair() {
				break
			}
		}
	}
	return nil
}

// fair says whether the race gave the entrant the time that it takes alone.
func (e *entrant) fair() bool { return math.Abs(median(e.ns)/e.alone-1) <= fair }

// startLocal starts one of the systems of this module in a process of its own.
func startLocal(name string) func(p *workload.Problem, dtype string, x setting) (*process, error) {
	return func(p *workload.Problem, dtype string, x setting) (*process, error) {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		q, _, err := start("", x, self, "serve", name, p.Text, dtype, strconv.Itoa(x.threads))
		return q, err
	}
}

// serveLocal is the other end of startLocal. Its arguments are the system, the
// model's text, the element type and the number of threads.
func serveLocal(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("got %q, want a system, a model, a type and a number of threads", args)
	}
	spec, err := workload.Parse(args[1])
	if err != nil {
		return err
	}
	p, err := workload.NewProblem(spec)
	if err != nil {
		return err
	}
	threads, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	for _, s := range local() {
		if s.name != args[0] {
			continue
		}
		st, err := s.open(p, args[2], threads)
		if err != nil {
			return err
		}
		workload.Serve(os.Stdin, os.Stdout, "", st.Step)
		return nil
	}
	return fmt.Errorf("got the system %q", args[0])
}

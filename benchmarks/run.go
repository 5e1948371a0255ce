package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/internal/kernel/limit"
)

// stepper makes training steps.
type stepper interface {
	// Step makes a step on the k-th batch and returns the loss before it.
	Step(k int) (loss float64, err error)
}

// system is one way to train: in this process, or, for a peer, in one of its own.
type system struct {
	name     string
	open     func(p *workload.Problem, dtype string, threads int) (stepper, error) // nil: a peer
	start    func(p *workload.Problem, dtype string, x setting) (*process, error)
	settings func(threads int) []setting
}

// entrant is a system that takes part in a race, with what was measured.
type entrant struct {
	name    string
	s       stepper
	system  system
	setting setting
	at      int // batches so far
	ns      []float64
	alone   float64 // the median of its time outside of the race, or 0
	mallocs float64 // per step
	bytes   float64 // allocated per step
}

// local are the systems of this module. Systems of other modules are peers.
func local() []system {
	here := func(name string, open func(p *workload.Problem, dtype string, threads int) (stepper, error)) system {
		return system{name: name, open: open, start: startLocal(name), settings: func(n int) []setting { return []setting{{threads: n}} }}
	}
	return []system{
		here("symgrad", typed(newSymgrad[float32], newSymgrad[float64])),
		here("hand-plain", typed(byHand(plain[float32]), byHand(plain[float64]))),
		here("hand-gonum", typed(byHand(gonum[float32]), byHand(gonum[float64]))),
		here("hand-best", typed(byHand(hand.Best[float32]), byHand(hand.Best[float64]))),
		here("gorgonia", typed(newTape[float32], newTape[float64])),
		here("machine", typed(newMachine[float32], newMachine[float64])),
	}
}

func plain[T hand.Float](int) hand.Kernels[T] { return hand.Plain[T]() }
func gonum[T hand.Float](int) hand.Kernels[T] { return hand.Gonum[T]() }

func byHand[T hand.Float](kernels func(threads int) hand.Kernels[T]) func(*workload.Problem, int) (stepper, error) {
	return func(p *workload.Problem, threads int) (stepper, error) { return hand.New(p, kernels(threads)) }
}

// typed chooses by the element type.
func typed(f32, f64 func(*workload.Problem, int) (stepper, error)) func(*workload.Problem, string, int) (stepper, error) {
	return func(p *workload.Problem, dtype string, threads int) (stepper, error) {
		if dtype == "float32" {
			return f32(p, threads)
		}
		return f64(p, threads)
	}
}

// known returns an error unless all systems asked for are among those that there are.
func (o options) known(all []system) error {
	var names []string
	for _, s := range all {
		names = append(names, s.name)
	}
	for _, name := range o.systems {
		if !slices.Contains(names, name) {
			return fmt.Errorf("got the system %q, want some of %s (-peers adds others)", name, strings.Join(names, ", "))
		}
	}
	return nil
}

func run(w io.Writer, o options) error {
	out := report{w: w, json: o.json, dtype: o.dtype}
	all := local()
	if o.peers != "" {
		temp, err := os.MkdirTemp("", "peers")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		all = append(all, openPeers(o.peers, temp, o.python, out.note)...)
	}
	if err := o.known(all); err != nil {
		return err
	}
	if o.systems != nil {
		all = slices.DeleteFunc(all, func(s system) bool { return !slices.Contains(o.systems, s.name) })
	}
	if len(all) == 0 || all[0].name != "symgrad" {
		return fmt.Errorf("got the systems %q, want symgrad among them", o.systems)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, threads := range o.threads {
		runtime.GOMAXPROCS(threads)
		out.machine(threads)
		for _, work := range o.workloads {
			if err := race(&out, work, all, o, threads); err != nil {
				return fmt.Errorf("%s: %w", work.Name, err)
			}
		}
	}
	return nil
}

// race lets the systems train one workload in turns.
func race(out *report, work workload.Workload, all []system, o options, threads int) error {
	p, err := workload.NewProblem(work.Spec)
	if err != nil {
		return err
	}
	var field []*entrant
	defer func() {
		for _, e := range field {
			e.close()
		}
	}()
	for _, s := range all {
		e, err := s.enter(p, o.dtype, threads)
		if err != nil {
			out.note(fmt.Sprintf("%s does not run %s: %v", s.name, work.Name, err))
			continue
		}
		field = append(field, e)
	}
	worst, err := agree(field, o.dtype)
	if err != nil {
		return err
	}
	var peaks []float64 // of the rounds, as processors do not always run equally fast
	for range o.rounds {
		peaks = append(peaks, limit.Flops(bits(o.dtype), threads))
		for _, e := range field { // in turns, so that noise meets all alike
			if err := e.measure(o.millis); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
	}
	if o.peers != "" {
		if err := compareAlone(field, p, o); err != nil {
			return err
		}
	}
	out.race(work, threads, field, worst, median(peaks), limit.Bandwidth(threads))
	if o.profile {
		return out.profile(field)
	}
	return nil
}

// enter starts a system with the same weights as the others, a peer with the
// setting that is best for it.
func (s system) enter(p *workload.Problem, dtype string, threads int) (*entrant, error) {
	e := &entrant{name: s.name, system: s, setting: setting{threads: threads}}
	var err error
	if s.open != nil {
		e.s, err = s.open(p, dtype, threads)
		return e, err
	}
	if e.setting, err = s.best(p, dtype, threads); err != nil {
		return nil, err
	}
	q, err := s.start(p, dtype, e.setting)
	if err != nil {
		return nil, err
	}
	e.s = &peer{process: q}
	return e, nil
}

// close ends the entrant's process, if it has one.
func (e *entrant) close() {
	if c, ok := e.s.(io.Closer); ok {
		c.Close()
	}
	e.s = nil
}

func bits(dtype string) int {
	if dtype == "float32" {
		return 32
	}
	return 64
}

// agree makes some steps in all systems and returns the largest relative
// difference of a loss from the first system's. What rounding makes different grows
// from step to step.
func agree(field []*entrant, dtype string) (worst float64, err error) {
	limit := 1e-10
	if dtype == "float32" {
		limit = 1e-4
	}
	for ; field[0].at < 5; limit *= 3 {
		var first float64
		for i, e := range field {
			loss, err := e.step()
			if err != nil {
				return 0, fmt.Errorf("%s: %w", e.name, err)
			}
			if i == 0 {
				first = loss
			}
			off := math.Abs(loss-first) / max(math.Abs(first), 1e-3)
			if !(off <= limit) {
				return worst, fmt.Errorf("step %d: %s has the loss %v and %s %v", e.at-1, field[0].name, first, e.name, loss)
			}
			worst = max(worst, off)
		}
	}
	return worst, nil
}

func (e *entrant) step() (float64, error) {
	e.at++
	return e.s.Step(e.at - 1)
}

// remote is a stepper that measures itself: a peer in a process of its own.
type remote interface {
	Measure(millis float64) (nsPerStep float64, err error)
}

// measure adds a time per step, of so many milliseconds of steps at least.
func (e *entrant) measure(millis float64) error {
	if r, ok := e.s.(remote); ok {
		ns, err := r.Measure(millis)
		e.ns, e.mallocs, e.bytes = append(e.ns, ns), math.NaN(), math.NaN()
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ns, steps, err := workload.Time(e.s.Step, e.at, millis)
	e.at += steps
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	e.ns = append(e.ns, ns)
	e.mallocs = float64(after.Mallocs-before.Mallocs) / float64(steps)
	e.bytes = float64(after.TotalAlloc-before.TotalAlloc) / float64(steps)
	return nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

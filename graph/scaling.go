package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Scaling says what limits a Program on more threads, and how much faster than on one thread it can
// be at most. Program.Scaling and Program.Profile return it.
//
// It is read from the plan. A machine with fewer cores will do. Two things take no time in it: to
// wait for other threads, and to fetch what they have computed. So a run on that many cores is slower
// than the bound. Waits and Passed say how much of both there is.
type Scaling struct {
	Work     time.Duration // of a run on one thread
	Measured bool          // Work and the shares are measured, by Profile; otherwise they are estimates
	Threads  []ThreadLimit // one for each number of threads
}

// ThreadLimit is what limits a Program on some number of threads.
type ThreadLimit struct {
	Threads int
	Speedup float64      // at most: the time of one thread over the time of that many
	Alone   float64      // the share of the work that one thread does while the others wait
	Largest float64      // of the other work: that of the thread that has most over the mean
	Waits   int          // how often in a run the threads wait for each other
	Passed  int64        // bytes of results that kernels read from other threads' kernels, at most
	Slowest []SlowKernel // what takes most of the time of that many threads, at most three
}

// SlowKernel is all kernels of one kind, or all groups of one kind whose kernels have no wait between them.
type SlowKernel struct {
	Kernel string  // the operators and the shape of the result; of a group: those of its last kernel
	Times  int     // how many a run has
	Parts  int     // that threads can compute at the same time; 1: one thread computes all of it
	Share  float64 // of the time of that many threads, of all of them together
}

// usualThreads are those of a Scaling for which nothing else is asked.
var usualThreads = []int{2, 4, 8, 16, 32, 64}

// Scaling returns what limits p on each of the given numbers of threads. Without a number it is for
// 2, 4, 8, 16, 32 and 64. The work is estimated from the shapes. So the numbers are the same on all
// machines with the same Stats.Level: the sizes of parts depend on the vector instructions.
//
// The plan is that of p. A program compiled for one thread waits more often than one compiled for
// several: see Options.Workers. Scaling runs nothing but kernels that cannot be shared, on zeros, and
// changes nothing.
//
// Errors: ErrOption for a number below 1 or above 1024, and for an empty Program.
func (p *Program) Scaling(threads ...int) (Scaling, error) {
	if err := p.made(); err != nil {
		return Scaling{}, errors.Wrap(err, "graph: Scaling")
	}
	for _, n := range threads {
		if n < 1 || n > 1024 {
			return Scaling{}, mistake.Optionf("graph: Scaling: got %d threads, want 1 to 1024", n)
		}
	}
	if len(threads) == 0 {
		threads = usualThreads
	}
	return p.scaling(threads, compile.Nanoseconds(p.plan)), nil
}

// scaling returns what limits p if its steps take that many nanoseconds on one thread.
func (p *Program) scaling(threads []int, work []float64) Scaling {
	var s Scaling
	ns := 0.0
	for _, w := range work {
		ns += w
	}
	s.Work = time.Duration(ns)
	for _, n := range threads {
		at := compile.Scaling(p.plan, n, p.cuts(n), work)
		l := ThreadLimit{Threads: n, Speedup: at.Speedup, Alone: at.Alone, Largest: at.Largest, Waits: at.Waits, Passed: at.Passed}
		l.Slowest = p.slowest(at.Took)
		s.Threads = append(s.Threads, l)
	}
	return s
}

// slowest adds up the kernels of one kind and returns the three that take longest.
func (p *Program) slowest(took []compile.Took) []SlowKernel {
	type kind struct {
		name  string
		parts int
	}
	at, all := map[kind]int{}, []SlowKernel(nil)
	for _, k := range took {
		v := p.plan.Steps[k.End-1].V
		name := fmt.Sprintf("%s %v", opsOf(v), v.Type.Shape)
		if more := k.End - k.First - 1; more > 0 {
			name = fmt.Sprintf("%s and %d before it", name, more)
		}
		i, ok := at[kind{name, k.Parts}]
		if !ok {
			i = len(all)
			at[kind{name, k.Parts}] = i
			all = append(all, SlowKernel{Kernel: name, Parts: k.Parts})
		}
		all[i].Times++
		all[i].Share += k.Share
	}
	slices.SortStableFunc(all, func(x, y SlowKernel) int { return cmp.Compare(y.Share, x.Share) })
	return all[:min(3, len(all))]
}

// cuts returns how n threads share the kernels. Operators that run by their own Do method do not run.
func (p *Program) cuts(n int) []exec.Cut {
	skip := func(v *ir.Value) bool { return v.Def.Name == foreign.OpaqueName }
	if p.r32 != nil {
		return exec.Cuts[float32](p.plan, n, skip)
	}
	return exec.Cuts[float64](p.plan, n, skip)
}

// measured returns the Scaling of p whose steps took that long on its own number of threads. Of a
// region only the time of all its steps is known: the last one has waited for the other threads. It is
// divided among the steps as their estimates are.
func (p *Program) measured(took []time.Duration) Scaling {
	n := p.pool.Workers()
	work := compile.Nanoseconds(p.plan)
	for _, c := range p.cuts(n) {
		estimated, took, at := 0.0, took[c.First:c.End], work[c.First:c.End]
		all := time.Duration(0)
		for i, t := range took {
			all += t
			estimated += at[i]
		}
		for i := range at {
			of := 1 / float64(len(at))
			if estimated > 0 {
				of = at[i] / estimated
			}
			at[i] = of * float64(all) / compile.Share(c, n)
		}
	}
	s := p.scaling(usualThreads, work)
	s.Measured = true
	return s
}

// String returns a table with a row for each number of threads, and what takes longest on the most of
// them.
func (s Scaling) String() string {
	if len(s.Threads) == 0 {
		return "no threads\n"
	}
	var b strings.Builder
	how := "estimated"
	if s.Measured {
		how = "measured"
	}
	fmt.Fprintf(&b, "more threads: one thread works %v (%s); waits and what threads pass to each other take no time here\n", s.Work.Round(s.Work/1000+1), how)
	fmt.Fprintf(&b, "%7s %9s %11s %12s %6s %10s\n", "threads", "at most", "one alone", "most / mean", "waits", "passed")
	for _, l := range s.Threads {
		fmt.Fprintf(&b, "%7d %7.2f x %9.1f %% %12.2f %6d %7.2f MB\n", l.Threads, l.Speedup, 100*l.Alone, l.Largest, l.Waits, float64(l.Passed)/1e6)
	}
	most := slices.MaxFunc(s.Threads, func(x, y ThreadLimit) int { return x.Threads - y.Threads })
	fmt.Fprintf(&b, "on %d threads most of the time is for\n", most.Threads)
	for _, k := range most.Slowest {
		parts := fmt.Sprintf("in %d parts", k.Parts)
		if k.Parts == 1 {
			parts = "on one thread"
		}
		fmt.Fprintf(&b, "%7.1f %%  %d x %s %s\n", 100*k.Share, k.Times, k.Kernel, parts)
	}
	return b.String()
}

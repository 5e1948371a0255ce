package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/limit"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Profile shows where the time of a Program goes. Program.Profile measures it.
type Profile struct {
	Kernels  []KernelProfile // one for each kernel of a run, in the order in which they run
	PerRun   time.Duration   // the time of a run: the sum over the kernels
	Workers  int             // the threads of a run
	Peak     float64         // the machine's floating-point operations per second with these threads
	Memory   float64         // the machine's bytes per second to and from memory with these threads
	MaxBytes int             // the memory of the program, its parameters and gradients
	Scaling  Scaling         // what limits more threads, by the measured times
}

// KernelProfile is one kernel of a Profile.
type KernelProfile struct {
	Op     string        // the operator, or all operators of a fused loop: "matmul+add+relu"
	Node   string        // the name of the node that it computes, or ""
	Shape  []int         // of its result
	PerRun time.Duration // the usual time in a run: the mean over the middle half of the runs
	Flops  int64         // floating-point operations; a multiply-add counts two
	Bytes  int64         // the size of its operands and its result

	// Share is the part of the machine's limit that the kernel reaches: the shortest possible
	// time divided by PerRun. The shortest time is the longer one of Flops at the Peak and
	// Bytes at the rate of Memory. Operands in a cache can make it larger than 1.
	Share float64
}

// Profile runs p the given number of times, after one run that is not measured, and returns
// usual times. Inputs must be set or bound, and random operators draw, as in Run. Measuring
// takes about 50 ns for each kernel. Profile also measures the machine, for about 0.1 s.
// Parameters, states and the step are the same after it as before.
//
// Several workers may run a group of kernels without waiting for each other, each for its
// rows. The times of such kernels are those of the first worker. The last kernel of the group
// includes the time that this worker waits for the others.
//
// Errors: ErrOption for fewer than 1 run, and those of Run.
func (p *Program) Profile(runs int) (Profile, error) {
	if err := p.made(); err != nil {
		return Profile{}, errors.Wrap(err, "graph: Profile")
	}
	if runs < 1 {
		return Profile{}, mistake.Optionf("graph: Profile: got %d runs, want at least 1", runs)
	}
	took := make([][]time.Duration, len(p.plan.Steps)) // of each kernel in each run
	one := make([]time.Duration, len(p.plan.Steps))
	defer p.unchanged()()
	for i := range runs + 1 {
		clear(one)
		if err := p.run(one); err != nil {
			return Profile{}, err
		}
		for k := range took {
			if i > 0 { // the first run warms the caches up
				took[k] = append(took[k], one[k])
			}
		}
	}
	bits := 8 * p.plan.DType.Size()
	out := Profile{Workers: p.pool.Workers()}
	out.Peak, out.Memory = limit.Flops(bits, out.Workers), limit.Bandwidth(out.Workers)
	for _, n := range p.Stats().Bytes {
		out.MaxBytes += n
	}
	for i, s := range p.plan.Steps {
		k := KernelProfile{Op: opsOf(s.V), Node: s.V.Name, Shape: s.V.Type.Shape.Clone(), PerRun: usual(took[i])}
		k.Flops, k.Bytes = costOf(s.V)
		least := max(float64(k.Flops)/out.Peak, float64(k.Bytes)/out.Memory)
		if k.PerRun > 0 {
			k.Share = least / k.PerRun.Seconds()
		}
		out.Kernels = append(out.Kernels, k)
		out.PerRun += k.PerRun
	}
	times := make([]time.Duration, len(out.Kernels))
	for i, k := range out.Kernels {
		times[i] = k.PerRun
	}
	out.Scaling = p.measured(times)
	return out, nil
}

// usual returns the mean of the middle half of some times, which it sorts. A run that was
// interrupted does not count, and the mean is finer than a coarse clock.
func usual(list []time.Duration) time.Duration {
	slices.Sort(list)
	list = list[len(list)/4 : len(list)-len(list)/4]
	sum := time.Duration(0)
	for _, t := range list {
		sum += t
	}
	return sum / time.Duration(len(list))
}

// opsOf returns the names of the operators that the kernel of v computes.
func opsOf(v *ir.Value) string {
	var names []string
	if v.Body == nil || v.Def.Class != ir.Elementwise {
		names = append(names, v.Def.Name)
	}
	if v.Body != nil {
		for _, w := range v.Body.Values {
			if w.Def != nil && w.Def.Class == ir.Elementwise {
				names = append(names, w.Def.Name)
			}
		}
	}
	if len(names) == 0 {
		return "copy"
	}
	return strings.Join(names, "+")
}

// costOf returns the work of the kernel of v.
func costOf(v *ir.Value) (flops, bytes int64) {
	size := int64(v.Type.Shape.Size())
	for _, x := range v.In {
		bytes += int64(x.Type.Shape.Size() * x.Type.DType.Size())
	}
	bytes += size * int64(v.Type.DType.Size())
	if v.Def.Cost != nil {
		flops = v.Def.Cost(v).Flops
	}
	if v.Body != nil {
		for _, w := range v.Body.Values {
			if w.Def != nil && w.Def.Class == ir.Elementwise {
				flops += size
			}
		}
	} else if v.Def.Cost == nil && v.Def.Class != ir.Move {
		flops = size
	}
	return flops, bytes
}

// String returns a table of the kernels, the slowest first, a line about the run, and what limits
// more threads.
func (q Profile) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%10s %6s %9s %9s %7s  %s\n", "time", "", "GFLOP/s", "GB/s", "limit", "kernel")
	kernels := slices.Clone(q.Kernels)
	slices.SortStableFunc(kernels, func(x, y KernelProfile) int { return int(y.PerRun - x.PerRun) })
	for _, k := range kernels {
		s := max(k.PerRun.Seconds(), 1e-12)
		fmt.Fprintf(&b, "%10v %5.1f%% %9.1f %9.1f %6.0f%%  %s %v", k.PerRun, 100*s/max(q.PerRun.Seconds(), 1e-12), float64(k.Flops)/s/1e9, float64(k.Bytes)/s/1e9, 100*k.Share, k.Op, ir.Shape(k.Shape))
		if k.Node != "" {
			fmt.Fprintf(&b, " %s", k.Node)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%10v a run of %d kernels on %d workers; the machine does %.0f GFLOP/s and %.0f GB/s; %d bytes\n",
		q.PerRun, len(q.Kernels), q.Workers, q.Peak/1e9, q.Memory/1e9, q.MaxBytes)
	if len(q.Scaling.Threads) > 0 {
		b.WriteString(q.Scaling.String())
	}
	return b.String()
}

// WriteTrace writes one run with these times in the Trace Event Format. Perfetto and
// chrome://tracing show it as a timeline. Errors: ErrOption for a nil w, and those of w.
func (q Profile) WriteTrace(w io.Writer) error {
	if w == nil {
		return mistake.Optionf("graph: WriteTrace: got a nil writer, want one")
	}
	type event struct {
		Name  string         `json:"name"`
		Phase string         `json:"ph"`
		Start float64        `json:"ts"`
		Took  float64        `json:"dur"` // microseconds
		PID   int            `json:"pid"`
		TID   int            `json:"tid"`
		Args  map[string]any `json:"args"`
	}
	var events []event
	at := 0.0
	for _, k := range q.Kernels {
		us := float64(k.PerRun) / 1e3
		events = append(events, event{k.Op, "X", at, us, 1, 1, map[string]any{"node": k.Node, "shape": fmt.Sprint(ir.Shape(k.Shape)), "flops": k.Flops, "bytes": k.Bytes, "share": k.Share}})
		at += us
	}
	err := json.NewEncoder(w).Encode(map[string]any{"traceEvents": events})
	return errors.Wrap(err, "graph: WriteTrace")
}

// unchanged returns a function that puts back the parameters and the step of now. A run that is
// measured writes no states.
func (p *Program) unchanged() func() {
	step, t := p.step, &p.params.trained
	if p.plan.Gate < 0 {
		return func() { p.step = step }
	}
	v32, v64 := slices.Clone(t.v32), slices.Clone(t.v64)
	return func() {
		p.step = step
		copy(t.v32, v32)
		copy(t.v64, v64)
	}
}

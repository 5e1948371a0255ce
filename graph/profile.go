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

// Profile is where the time of a Program goes: one KernelProfile for each kernel
// of a run, in the order in which they run.
type Profile struct {
	Kernels  []KernelProfile
	PerRun   time.Duration // of a run, the sum over the kernels
	Workers  int
	Peak     float64 // floating-point operations per second that this machine reaches on so many threads
	Memory   float64 // bytes per second that it moves to and from memory
	MaxBytes int     // of all memory of the program and its parameters
}

// KernelProfile is one kernel of a Profile.
type KernelProfile struct {
	Op     string        // the operator, or those of a fused loop: "matmul+add+relu"
	Node   string        // name of the node that it computes, or ""
	Shape  []int         // of its result
	PerRun time.Duration // mean
	Flops  int64         // a multiply-add counting two
	Bytes  int64         // read and written, once each
	// Share is how near the kernel is to the machine's limit, in [0, 1]: the
	// time that its operations need at the Peak, or its bytes at the rate of
	// Memory if that is longer, by the time that it takes. Operands that lie in
	// a cache can lift it above 1.
	Share float64
}

// Profile runs p so many times, which must be at least 1, and says where the
// time goes. Inputs must have been fed, as for Run; the random operators' step
// goes on as in Run. Measuring adds some 50 ns to each kernel. It also measures
// the machine, for some 0.1 s. Of kernels that several workers do each for its rows,
// one after another, the times are those of the first worker; the last kernel has
// the time that it waits for the others.
func (p *Program) Profile(runs int) (Profile, error) {
	if err := p.made(); err != nil {
		return Profile{}, errors.Wrap(err, "graph: Profile")
	}
	if runs < 1 {
		return Profile{}, mistake.Optionf("graph: Profile: got %d runs, want at least 1", runs)
	}
	took := make([]time.Duration, len(p.plan.Steps))
	for i := range runs + 1 {
		if i == 1 {
			clear(took) // the first run warms the caches up
		}
		if err := p.run(took); err != nil {
			return Profile{}, err
		}
	}
	bits := 8 * p.plan.DType.Size()
	out := Profile{Workers: p.pool.Workers()}
	out.Peak, out.Memory = limit.Flops(bits, out.Workers), limit.Bandwidth(out.Workers)
	for _, n := range p.Stats().Bytes {
		out.MaxBytes += n
	}
	for i, s := range p.plan.Steps {
		k := KernelProfile{Op: opsOf(s.V), Node: s.V.Name, Shape: s.V.Type.Shape.Clone(), PerRun: took[i] / time.Duration(runs)}
		k.Flops, k.Bytes = costOf(s.V)
		least := max(float64(k.Flops)/out.Peak, float64(k.Bytes)/out.Memory)
		if k.PerRun > 0 {
			k.Share = least / k.PerRun.Seconds()
		}
		out.Kernels = append(out.Kernels, k)
		out.PerRun += k.PerRun
	}
	return out, nil
}

// opsOf names the operators of a step.
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

// costOf is the work of a step.
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
	} else if v.Def.Cost == nil {
		flops = size
	}
	return flops, bytes
}

// String is a table of the kernels, those that take longest first, with a line
// for the whole.
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
	return b.String()
}

// WriteTrace writes one mean run in the Trace Event Format, which Perfetto and
// chrome://tracing show as a timeline.
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

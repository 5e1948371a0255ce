package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// Stats describe a Program.
type Stats struct {
	// Level is the level of vector instructions that this process runs at: avx512,
	// avx2, neon, or generic, which is Go code. The environment variable SYMGRAD_CPU
	// names a lower one; Compile refuses a name that is no level of the processor.
	Level string
	Steps int // kernels that a run calls
	// Fallbacks counts, by name, the operators of gorgonia's that run by their
	// own slow Do because the project has none of its own for them.
	Fallbacks map[string]int
	// Bytes of the program's own memory by role: input, const, temp (what is
	// between the kernels), output, scratch (what kernels need for themselves);
	// and of the memory that it shares: param, grad. It is all made by Compile: a
	// run needs no more.
	Bytes map[string]int
	// Live is how many bytes of what is between the kernels are needed at once at
	// most, in the order in which they run. Bytes["temp"] cannot be less.
	Live  int
	Flops int64 // floating-point operations of a run, a multiply-add counting two
}

// String is one line: the level, the kernels and their operations, and the bytes by
// role.
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "level %s, %d kernels, %d operations, live %d bytes", s.Level, s.Steps, s.Flops, s.Live)
	for _, role := range slices.Sorted(maps.Keys(s.Bytes)) {
		fmt.Fprintf(&b, ", %s %d", role, s.Bytes[role])
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fallbacks)) {
		fmt.Fprintf(&b, ", gorgonia's %s %d times", name, s.Fallbacks[name])
	}
	return b.String()
}

// Stats says what p is made of, before or after running: the zero Stats of nil.
func (p *Program) Stats() Stats {
	if p == nil || p.plan == nil {
		return Stats{}
	}
	s := Stats{Level: cpu.Level(), Steps: len(p.plan.Steps), Fallbacks: map[string]int{}, Bytes: map[string]int{}, Live: p.plan.Live}
	size := p.plan.DType.Size()
	for a := range exec.Arenas {
		s.Bytes[a.String()] = size*p.plan.Floats[a] + 8*p.plan.Ints[a]
	}
	if p.r32 != nil {
		s.Bytes["scratch"] = size * p.r32.Scratch()
	} else {
		s.Bytes["scratch"] = size * p.r64.Scratch()
	}
	s.Bytes[exec.Param.String()] = size * p.params.size
	s.Bytes[exec.Grad.String()] = size * p.params.size
	for _, step := range p.plan.Steps {
		d := step.V.Def
		if d.Name == foreign.OpaqueName {
			s.Fallbacks[step.V.Attrs.Str("op")]++
		}
		flops, _ := costOf(step.V)
		s.Flops += flops
	}
	return s
}

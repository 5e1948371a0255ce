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
	// Level is the level of vector instructions that this process uses: avx512, avx2, neon,
	// or generic, which is Go code. The environment variable SYMGRAD_CPU sets a lower one.
	// Compile refuses a level that the processor does not have.
	Level string

	// Workers is the number of threads that a run uses. See Options.Workers.
	Workers int

	// Kernels is the number of kernels that a run calls.
	Kernels int

	// Fallbacks counts, by name, the operators that run by their own Do method, slowly. They
	// are operators of gorgonia and of users that this module has no kernel for.
	Fallbacks map[string]int

	// Bytes is the memory by role. The program's own roles are input, const, temp (values
	// between the kernels), output, scratch (work space of the kernels) and, with Options.Fixed, kept
	// (what depends on parameters alone). The roles param,
	// grad and state are shared with other programs. Compile allocates everything.
	Bytes map[string]int

	// Live is the largest number of bytes between the kernels that is needed at one time,
	// in the order in which they run. Bytes["temp"] is at least as large.
	Live int

	// Flops is the number of floating-point operations of a run. A multiply-add counts two.
	Flops int64
}

// String returns one line: the level, the workers, the kernels, their operations, and the
// bytes by role.
func (s Stats) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "level %s, %d workers, %d kernels, %d operations, live %d bytes", s.Level, s.Workers, s.Kernels, s.Flops, s.Live)
	for _, role := range slices.Sorted(maps.Keys(s.Bytes)) {
		fmt.Fprintf(&b, ", %s %d", role, s.Bytes[role])
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fallbacks)) {
		fmt.Fprintf(&b, ", Do of %s %d times", name, s.Fallbacks[name])
	}
	return b.String()
}

// Stats returns what the program consists of, at any time after Compile. Of a nil Program
// it is the zero Stats.
func (p *Program) Stats() Stats {
	if p == nil || p.plan == nil {
		return Stats{}
	}
	s := Stats{Level: cpu.Level(), Workers: p.pool.Workers(), Kernels: len(p.plan.Steps),
		Fallbacks: map[string]int{}, Bytes: map[string]int{}, Live: p.plan.Live}
	size := p.plan.DType.Size()
	for a := range exec.Kept {
		s.Bytes[a.String()] = size*p.plan.Floats[a] + 8*p.plan.Ints[a]
	}
	kept := int64(0)
	if p.r32 != nil {
		s.Bytes["scratch"], kept = size*p.r32.Scratch(), p.r32.OnceBytes()
	} else {
		s.Bytes["scratch"], kept = size*p.r64.Scratch(), p.r64.OnceBytes()
	}
	if kept > 0 {
		s.Bytes[exec.Kept.String()] = int(kept)
	}
	s.Bytes[exec.Param.String()] = size * p.params.trained.size
	s.Bytes[exec.Grad.String()] = size * p.params.trained.size
	s.Bytes[exec.State.String()] = size * p.params.states.size
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

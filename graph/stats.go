package graph

import (
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/op"
)

// Stats describe a Program.
type Stats struct {
	Steps int // kernels that a run calls
	// Fallbacks counts, by name, the operators of gorgonia's that run by their
	// own slow Do because the project has none of its own for them.
	Fallbacks map[string]int
	// Bytes of the program's own memory by role: input, const, temp, output;
	// and of the memory that it shares: param, grad.
	Bytes map[string]int
	Flops int64 // floating-point operations of a run, a multiply-add counting two
}

// Stats says what p is made of, before or after running.
func (p *Program) Stats() Stats {
	s := Stats{Steps: len(p.plan.Steps), Fallbacks: map[string]int{}, Bytes: map[string]int{}}
	size := p.plan.DType.Size()
	for a := range exec.Arenas {
		s.Bytes[a.String()] = size*p.plan.Floats[a] + 8*p.plan.Ints[a]
	}
	s.Bytes[exec.Param.String()] = size * p.params.size
	s.Bytes[exec.Grad.String()] = size * p.params.size
	for _, step := range p.plan.Steps {
		d := step.V.Def
		if d.Name == op.OpaqueName {
			s.Fallbacks[step.V.Attrs.Str("op")]++
		}
		flops, _ := costOf(step.V)
		s.Flops += flops
	}
	return s
}

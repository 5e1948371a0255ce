package graph

import (
	"github.com/symgrad/symgrad/internal/op"
)

// stepInput is the name of the hidden input that random operators draw by.
const stepInput = op.StepInput

// SetSeed sets the seed of the random operators that are built from now on. The
// default is the seed of the Params.
func (b *Builder) SetSeed(seed uint64) { b.c.Seed = seed }

// SetStep sets the number that the random operators of the next Run draw by.
// Each Run counts it up by one; it starts at 0.
func (p *Program) SetStep(step int) {
	if p != nil {
		p.step = step
	}
}

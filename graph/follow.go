package graph

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// OnGradients lets every following Run call f as soon as a part of the gradients is final, while
// others are still computed: to send it elsewhere, for example. The cuts are indices of the gradients
// that Params.Flat32 or Flat64 returns. Part i has those from cuts[i] to cuts[i+1]. f is called once for
// each part, on the goroutine of Run. The order is always the one that OnGradients returns. A part that
// the program does not write is final from the start. Of parts that are final at the same time the last
// comes first.
//
// A Run that fails in an operator may have called f before, and Profile does not call it. f may
// read and write its part, and must not call the Program. A nil f ends it. A Fork does not have it.
//
// Errors: ErrOption for cuts that fall or lie outside of the gradients; the error of a failed Fork.
func (p *Program) OnGradients(cuts []int, f func(part int)) (order []int, err error) {
	if err := p.made(); err != nil {
		return nil, errors.Wrap(err, "graph: OnGradients")
	}
	n := len(p.params.g32) + len(p.params.g64)
	for i, at := range cuts {
		if at < 0 || at > n || i > 0 && at < cuts[i-1] {
			return nil, mistake.Optionf("graph: OnGradients: got the cuts %v, want numbers that do not fall, between 0 and the %d elements", cuts, n)
		}
	}
	if p.r32 != nil {
		return p.r32.Follow(cuts, f), nil
	}
	return p.r64.Follow(cuts, f), nil
}

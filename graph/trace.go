package graph

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/compile"
)

// Phase is one step of a compilation, for readers. In order there are: lower, which reads
// the nodes; each pass that runs; and plan, which lays out the memory.
type Phase struct {
	// Name is lower, the name of a pass, or plan. A pass may run several times.
	Name string

	// Changed says whether the pass changed anything. It is true for lower and plan.
	Changed bool

	// Text is what came out of the phase, "" if nothing changed. Behind lower and the
	// passes that is the computation, one value a line: name, operator, type, operands,
	// attributes, and the node's name if it has one; a loop that computes several
	// operators at once has a body. Large constants are cut short. Behind plan it is the
	// kernels in order, each with the memory that it writes and reads, and the sizes of
	// all memory, in elements. Kernels in braces run row by row, without waiting for
	// each other's workers.
	Text string
}

// String returns the phase under a heading: "// after fuse" and the text.
func (p Phase) String() string { return fmt.Sprintf("// after %s\n%s", p.Name, p.Text) }

// traceTo is the Trace option of the compiler that calls f.
func traceTo(f func(Phase)) func(compile.Phase) {
	if f == nil {
		return nil
	}
	return func(p compile.Phase) { f(Phase(p)) }
}

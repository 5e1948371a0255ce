package graph

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/compile"
)

// Phase is one step of a compilation, for readers. The phases are in order: lower, which
// reads the nodes; the passes, which rewrite the computation; plan, which lays out the
// memory.
type Phase struct {
	// Name is lower, the name of a pass, or plan. A pass may run several times.
	Name string

	// Changed reports whether the phase changed anything. It is true for lower and plan.
	Changed bool

	// Text is the result of the phase, or "" if nothing changed.
	//
	// After lower and the passes it is the computation, one value a line: name, operator,
	// type, operands, attributes, and the name of the node. A loop that computes several
	// operators has a body. Long constants are shortened.
	//
	// After plan it lists the kernels in order, each with the memory that it writes and
	// reads, and the sizes of all memory, in elements. A worker runs the kernels in braces
	// for its rows without waiting for the other workers.
	Text string
}

// String returns the phase under a heading: "// after fuse" and the text.
func (p Phase) String() string { return fmt.Sprintf("// after %s\n%s", p.Name, p.Text) }

// traceTo returns the Trace option of the compiler that calls f.
func traceTo(f func(Phase)) func(compile.Phase) {
	if f == nil {
		return nil
	}
	return func(p compile.Phase) { f(Phase(p)) }
}

package compile

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// Options say how to compile. The zero value is the default.
type Options struct {
	Recompute bool                   // run the pass of that name: less memory, more time
	Regions   Regions                // which regions to find
	Fixed     bool                   // parameters and states hold still: see once
	Skip      map[string]bool        // optional passes to leave out, by name: for tests
	Verify    func(f *ir.Func) error // called after each pass that changed f, ir.Verify in tests; nil: nothing
	Trace     func(Phase)            // called after each phase; nil: nothing
}

// Phase is one step of a compilation, as text.
type Phase struct {
	Name    string // lower, the name of a pass, or plan
	Changed bool   // whether a pass changed anything; true for lower and plan
	Text    string // what came out: the function, or the plan; "" if nothing changed
}

// trace reports a phase.
func (o *Options) trace(name string, changed bool, text func() string) {
	if o.Trace == nil {
		return
	}
	p := Phase{Name: name, Changed: changed}
	if changed {
		p.Text = text()
	}
	o.Trace(p)
}

// Target says where a result of the function goes: to a place in the Grad arena with Grad,
// otherwise to the Output arena. With Descend the result is the gradient of the parameter at
// Offset, and makes a step there instead. With State it is the new state at Offset, and is
// copied there when the run ends.
type Target struct {
	Name    string
	Grad    bool
	Descend bool
	State   bool
	Offset  int // in the Grad, the Param or the State arena
}

// Compile rewrites f by the passes and lays out its memory. Each of f's results goes to
// its target.
func Compile(f *ir.Func, targets []Target, o Options) (*exec.Plan, error) {
	if len(targets) != len(f.Out) {
		return nil, fmt.Errorf("compile: %d targets for %d results", len(targets), len(f.Out))
	}
	if err := Optimize(f, targets, o); err != nil {
		return nil, err
	}
	defer locate("plan", f)
	var fixed *ir.Func
	if o.Fixed {
		fixed = once(f)
	}
	p, err := plan(f, fixed, targets, o.Regions)
	if err == nil {
		o.trace("plan", true, p.String)
	}
	return p, err
}

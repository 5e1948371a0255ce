package compile

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// Options say how to compile. The zero value is the default.
type Options struct {
	Recompute bool                          // run the pass of that name: less memory, more time
	Regions   Regions                       // which regions to find
	Skip      map[string]bool               // optional passes to leave out, by name: for tests
	Verify    func(f *ir.Func) error        // called after each pass, ir.Verify in tests; nil: nothing
	Trace     func(pass string, f *ir.Func) // called after each pass that changed something
}

// Regions says which regions the planner finds: see exec.Region.
type Regions uint8

// One worker has no use for regions; several have for those that save time.
const (
	NoRegions Regions = iota
	PayingRegions
	AllRegions // for tests
)

// Target says where a result of the function is to lie: a place in the Grad
// arena, or the Output arena when Grad is false. With Descend it is the gradient
// of the parameter at Offset, and makes a step there instead.
type Target struct {
	Name    string
	Grad    bool
	Descend bool
	Offset  int // in the Grad or the Param arena
}

// Compile rewrites f by the passes and lays out its memory. targets say where
// each of f's results lies.
func Compile(f *ir.Func, targets []Target, o Options) (*exec.Plan, error) {
	if len(targets) != len(f.Out) {
		return nil, fmt.Errorf("compile: %d targets for %d results", len(targets), len(f.Out))
	}
	if err := Optimize(f, o); err != nil {
		return nil, err
	}
	defer locate("plan", f)
	if descend(f, targets) {
		if err := check("descend", f, o); err != nil {
			return nil, err
		}
	}
	return plan(f, targets, o.Regions)
}

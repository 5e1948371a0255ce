package graph

import (
	"fmt"
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// tracer writes the phases of a compilation, keeping the first failure.
type tracer struct {
	w   io.Writer // nil: writes nothing
	err error
}

func (t *tracer) write(title, text string) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, "// %s\n%s\n", title, text)
	}
}

// compile is compile.Compile, traced.
func (t *tracer) compile(f *ir.Func, targets []compile.Target, o compile.Options) (*exec.Plan, error) {
	if t.w != nil {
		o.Trace = func(pass string, f *ir.Func) { t.write("after "+pass, f.Short()) }
	}
	plan, err := compile.Compile(f, targets, o)
	if err != nil || t.w == nil {
		return plan, unplanned(err)
	}
	t.write("kernels and memory", plan.String())
	return plan, errors.Wrap(t.err, "trace")
}

package compile

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/ir"
)

// Pass is one rewriting of a function. It reports whether it changed anything
// and leaves the values sorted.
type Pass struct {
	Name     string
	Required bool // the planner relies on it
	Asked    bool // runs only if Options ask for it
	Run      func(f *ir.Func) bool
}

// Passes is the table, in order. Why this order:
//
//   - simplify before cse: what two rewrites make equal is then merged;
//   - both in a loop, since merging gives simplify more to see;
//   - sums after cse, which makes equal terms one value, and before fuse, which
//     hides additions in loops;
//   - runs after sums, which makes concatenations;
//   - share after cse, so that it sees what differs only, and before fuse;
//   - prepack after what changes products, and before epilogue;
//   - epilogue after fuse, which makes the loops that it attaches to products;
//   - fuse late: after it elementwise operators are inside of bodies, where no
//     other pass looks;
//   - order after all that: it changes nothing but the order;
//   - recompute last: it needs to know when memory is needed, and copies values
//     that cse would merge again.
var Passes = []Pass{
	{Name: "dce", Run: dce},
	{Name: "simplify", Run: simplify},
	{Name: "cse", Run: cse},
	{Name: "simplify", Run: simplify},
	{Name: "cse", Run: cse},
	{Name: "sums", Run: sums},
	{Name: "runs", Run: runs},
	{Name: "simplify", Run: simplify},
	{Name: "share", Run: share},
	{Name: "prepack", Run: prepack},
	{Name: "fuse", Required: true, Run: fuse},
	{Name: "epilogue", Run: epilogue},
	{Name: "order", Run: order},
	{Name: "recompute", Asked: true, Run: recompute},
}

// Optimize runs the passes on f.
func Optimize(f *ir.Func, o Options) error {
	f.Sort()
	if err := check("lower", f, o); err != nil {
		return err
	}
	for _, p := range Passes {
		if o.Skip[p.Name] && !p.Required || p.Asked && !o.Recompute {
			continue
		}
		if changed := p.run(f); !changed {
			continue
		}
		if err := check(p.Name, f, o); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pass) run(f *ir.Func) (changed bool) {
	defer locate("the pass "+p.Name, f)
	return p.Run(f)
}

// Tidy runs the passes that only make f simpler, for readers: no loops are built.
func Tidy(f *ir.Func) {
	f.Sort()
	for range 2 {
		simplify(f)
		cse(f)
	}
	dce(f)
}

func check(pass string, f *ir.Func, o Options) error {
	if o.Trace != nil {
		o.Trace(pass, f)
	}
	if o.Verify != nil {
		if err := o.Verify(f); err != nil {
			return fmt.Errorf("compile: after the pass %s: %w", pass, err)
		}
	}
	return nil
}

// dce drops what no result needs.
func dce(f *ir.Func) bool {
	n := len(f.Values)
	f.Sort()
	return len(f.Values) != n
}

// replace is how passes end: values of f give way to others, and f is in order again. It
// says whether anything changed.
func replace(f *ir.Func, by map[*ir.Value]*ir.Value) bool {
	if len(by) == 0 {
		return false
	}
	f.Replace(by)
	f.Sort()
	return true
}

package compile

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// Pass is one rewriting of a function.
type Pass struct {
	Name     string
	Required bool                  // the planner relies on it
	Asked    func(o *Options) bool // whether Options ask for it; nil: it runs always

	// Run rewrites f, whose results go to the targets, and leaves its values sorted.
	// It reports whether it changed anything.
	Run func(f *ir.Func, targets []Target) bool
}

// Passes lists the passes in the order in which they run. The reasons for the order
// are in constraints.
var Passes = []Pass{
	{Name: "dce", Required: true, Run: dce},
	{Name: "simplify", Run: simplify},
	{Name: "cse", Run: cse},
	{Name: "simplify", Run: simplify},
	{Name: "cse", Run: cse},
	{Name: "sums", Run: sums},
	{Name: "runs", Run: runs},
	{Name: "simplify", Run: simplify},
	{Name: "parts", Run: parts},
	{Name: "simplify", Run: simplify},
	{Name: "share", Run: share},
	{Name: "prepack", Asked: func(o *Options) bool { return o.Fixed }, Run: prepack},
	{Name: "absorb", Run: absorb},
	{Name: "swap", Run: swap},
	{Name: "fuse", Required: true, Run: fuse},
	{Name: "epilogue", Run: epilogue},
	{Name: "order", Run: order},
	{Name: "recompute", Asked: func(o *Options) bool { return o.Recompute }, Run: recompute},
	{Name: "descend", Required: true, Run: descend},
}

// constraint says that the pass before must run before the pass after, and why. A
// pass that runs several times is counted: "cse 2" is the second run of cse.
type constraint struct{ before, after, reason string }

// constraints justify the order of Passes: each neighbouring pair has one.
var constraints = []constraint{
	{"dce", "simplify", "what no result needs is not worth a rewrite"},
	{"simplify", "cse", "two rewrites may make equal values, which cse merges"},
	{"cse", "simplify 2", "rewrites that compare operands see that merged ones are the same"},
	{"simplify 2", "cse 2", "as in the first round"},
	{"cse 2", "sums", "equal terms must be one value"},
	{"sums", "runs", "sums makes concatenations"},
	{"sums", "fuse", "fuse hides additions in loops"},
	{"runs", "simplify 3", "runs makes slices and reshapes, which may do nothing"},
	{"simplify 3", "parts", "one view of a result must be one value"},
	{"parts", "simplify 4", "parts makes reshapes, which may do nothing"},
	{"simplify 4", "share", "simplify rewrites functions and products, but not the parts that share makes of them"},
	{"parts", "share", "the parts of a product have an operand in common"},
	{"cse 2", "share", "users of one operand must differ"},
	{"share", "prepack", "prepack takes what share has left"},
	{"cse 2", "absorb", "equal values must be one, so that what else reads an operand is seen"},
	{"prepack", "absorb", "prepack computes once what depends on parameters alone, which absorb might hide"},
	{"absorb", "swap", "swap asks what reads an operand, and absorb takes readers away"},
	{"absorb", "fuse", "fuse makes loops, which then may follow what absorb makes"},
	{"prepack", "swap", "prepack takes products as they are written, not what swap makes of them"},
	{"swap", "fuse", "fuse copies what a product cannot read as it lies"},
	{"prepack", "fuse", "fuse hides additions, of which prepack must see that they depend on an input"},
	{"prepack", "epilogue", "prepack takes no products that have an epilogue"},
	{"share", "fuse", "fuse hides users of an operand in loops"},
	{"share", "epilogue", "share takes no products that have an epilogue"},
	{"fuse", "epilogue", "fuse makes the loops that epilogue attaches to products"},
	{"epilogue", "order", "order must know which values need memory: a product with an epilogue needs none"},
	{"order", "recompute", "recompute must know when memory is needed"},
	{"cse 2", "recompute", "cse would merge copies with what they copy"},
	{"order", "descend", "a step must stand behind all that reads its parameter, which order does not know"},
	{"recompute", "descend", "a copy behind a step would read the parameter that the step has changed"},
}

func init() {
	if err := checkOrder(Passes, constraints); err != nil {
		panic(err)
	}
}

// checkOrder reports a constraint that does not hold, or a neighbouring pair of passes
// without one.
func checkOrder(passes []Pass, constraints []constraint) error {
	at, names, runs := map[string]int{}, make([]string, len(passes)), map[string]int{}
	for i, p := range passes {
		names[i] = p.Name
		if runs[p.Name]++; runs[p.Name] > 1 {
			names[i] = fmt.Sprintf("%s %d", p.Name, runs[p.Name])
		}
		at[names[i]] = i
	}
	for _, c := range constraints {
		i, ok := at[c.before]
		j, ok2 := at[c.after]
		if !ok || !ok2 || i >= j {
			return fmt.Errorf("compile: the pass %q must run before %q: %s", c.before, c.after, c.reason)
		}
	}
	for i := range names[1:] {
		if !slices.ContainsFunc(constraints, func(c constraint) bool { return c.before == names[i] && c.after == names[i+1] }) {
			return fmt.Errorf("compile: no reason why the pass %q runs before %q", names[i], names[i+1])
		}
	}
	return nil
}

// Optimize runs the passes on f, whose results go to the targets.
func Optimize(f *ir.Func, targets []Target, o Options) error {
	if err := o.after("lower", true, f); err != nil {
		return err
	}
	for _, p := range Passes {
		if o.Skip[p.Name] && !p.Required || p.Asked != nil && !p.Asked(&o) {
			continue
		}
		if err := o.after(p.Name, p.run(f, targets), f); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pass) run(f *ir.Func, targets []Target) (changed bool) {
	defer locate("the pass "+p.Name, f)
	return p.Run(f, targets)
}

// after traces and verifies f as the phase has left it.
func (o *Options) after(phase string, changed bool, f *ir.Func) error {
	o.trace(phase, changed, f.Short)
	if o.Verify == nil || !changed {
		return nil
	}
	if err := o.Verify(f); err != nil {
		return fmt.Errorf("compile: after the pass %s: %w", phase, err)
	}
	return nil
}

// Tidy runs the passes that only make f simpler, for readers: it builds no loops.
func Tidy(f *ir.Func) {
	for _, run := range []func(*ir.Func, []Target) bool{dce, simplify, cse, simplify, cse} {
		run(f, nil)
	}
}

// dce drops the values that no result needs, and puts the others in order.
func dce(f *ir.Func, _ []Target) bool {
	before := f.Values
	f.Sort()
	return !slices.Equal(before, f.Values)
}

// change is a rewriting under way: some values of f give way to others.
type change struct {
	f  *ir.Func
	by ir.Table[*ir.Value]
	n  int // values that give way
}

// newChange starts a rewriting of f.
func newChange(f *ir.Func) *change { return &change{f: f, by: ir.NewTable[*ir.Value](f)} }

// replace lets w stand in for v. It gives w the name and the source line of v unless w
// has its own.
func (c *change) replace(v, w *ir.Value) {
	if w.PC == 0 {
		w.Made, w.PC = v.Made, v.PC
	}
	if w.Name == "" && w.Leaf == ir.NotLeaf {
		w.Name = v.Name
	}
	*c.by.At(v) = w
	c.n++
}

// now returns what stands in for v: v itself if nothing does.
func (c *change) now(v *ir.Value) *ir.Value {
	for {
		w := *c.by.At(v)
		if w == nil || w == v {
			return v
		}
		v = w
	}
}

// read makes v read what stands in for its operands.
func (c *change) read(v *ir.Value) {
	for i, x := range v.In {
		v.In[i] = c.now(x)
	}
}

// end is how passes end: it rewires f, sorts it and reports whether anything changed.
func (c *change) end() bool {
	if c.n == 0 {
		return false
	}
	for _, v := range c.f.Values {
		c.read(v)
	}
	for i, v := range c.f.Out {
		c.f.Out[i] = c.now(v)
	}
	c.f.Sort()
	return true
}

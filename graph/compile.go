package graph

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Options are the settings of Compile. The zero value computes nothing: set Outputs or
// Grads.
type Options struct {
	// Outputs are the nodes to compute. OutputOf reads them by their index.
	Outputs []*gorgonia.Node

	// Grads are the gradients of the parameters, as autograd.Gradients returns them: one for
	// each of Wrt, in that order. A run leaves them in the gradient memory of Params, and
	// writes states back (Builder.Update). The default is nil: the program computes no
	// gradients.
	Grads []*gorgonia.Node

	// Wrt are the nodes of the parameters that Grads belong to. The default is
	// Builder.ParamNodes.
	Wrt []*gorgonia.Node

	// Update makes a run without Grads write states back too.
	Update bool

	// Descend makes every run a step of gradient descent. For each parameter p with the
	// gradient g of Grads it sets
	//
	//	p ← p − rate·g
	//
	// with the rate of Program.SetRate. Gradients of weights are added to the weights tile by
	// tile and never stored. The first of Outputs must be the loss. If the loss is NaN or
	// infinite, the run fails with ErrNotFinite and changes no parameter.
	Descend bool

	// Workers is the number of threads that a run uses, at most 1024. The default is 0:
	// GOMAXPROCS threads, or one if the kernels are too small to share. The cost of handing
	// work to a thread is measured.
	Workers int

	// MemoryLimit is the number of bytes that the Program and its Forks may need together,
	// with the parameters and gradients that they share. Compile and Fork return a
	// *MemoryError before they allocate more. The default is 0: as much as the system allows
	// this process. That is the least of the machine's free memory, the limit of its control
	// group, ulimit -v and GOMEMLIMIT.
	MemoryLimit int64

	// Recompute trades time for memory. Most values of the forward pass are not kept for the
	// backward pass but computed again, one segment at a time. A chain of n layers then keeps
	// about 2·√n of its values, and makes at most one more forward pass. Results have the same
	// bits. A recurrence saves little: the gradient of its weights reads the values of all
	// steps. If less than a tenth of the memory would be saved, nothing changes.
	Recompute bool

	// Fixed says that parameters and states do not change between runs. What depends on them
	// alone is then computed once: by the first run, and again by the first one after
	// Program.Reread or SetParams. Results have the same bits. It is for prediction: Grads, Descend and
	// Update are refused with it.
	Fixed bool

	// Trace, if not nil, is called with each Phase of the compilation, in order.
	Trace func(Phase)
}

// Compile returns a Program that computes the nodes of o. The first Compile of a Params
// fixes the set of its parameters. Compile binds the nodes of the parameters to tensors that
// share their memory.
//
// Errors: the first mistake of the Builder. ErrOption, ErrShape or ErrDType for a setting or
// a node that does not fit. A *MemoryError if the program needs too much memory.
func (b *Builder) Compile(o Options) (p *Program, err error) {
	if b == nil {
		return nil, mistake.Optionf("graph: Compile: got a nil Builder, want one from New")
	}
	if b.c.Err != nil {
		return nil, b.c.Err
	}
	defer compile.Recover("graph: Compile", &err)
	targets, nodes, err := b.targets(o)
	if err != nil {
		return nil, errors.Wrap(err, "graph: Compile")
	}
	f, err := compile.Lower(compile.Source{Name: "main", Out: nodes, PC: op.Caller(), Leaf: b.lookup})
	if err != nil {
		return nil, errors.Wrap(err, "graph: Compile")
	}
	if p, err = compileFunc(f, b.params, targets, o); err != nil {
		return nil, errors.Wrap(err, "graph: Compile")
	}
	b.params.fix()
	for _, n := range b.held {
		if err := op.Let(n, b.params.tensorOf(b.paramOf[n])); err != nil {
			return nil, errors.Wrapf(err, "graph: Compile: %q", n.Name())
		}
	}
	for _, n := range b.inputs {
		l := b.c.LeafOf(n)
		for _, d := range l.Domains {
			if in := p.inputs[l.Name]; in != nil {
				in.domain |= d.(Domain)
			}
		}
	}
	p.allocate()
	return p, nil
}

func init() {
	build.Compile = func(f *ir.Func, d ir.DType, names []string) (any, error) { return compilePlain(f, d, names) }
}

// compilePlain returns a Program of a function without parameters. Its floats have the type
// d, its results the names.
func compilePlain(f *ir.Func, d ir.DType, names []string) (*Program, error) {
	targets := make([]compile.Target, len(names))
	for i, name := range names {
		targets[i].Name = name
	}
	params := NewParams(Float64, 0)
	if d == ir.F32 {
		params.dtype = Float32
	}
	p, err := compileFunc(f, params, targets, Options{})
	if err != nil {
		return nil, err
	}
	params.fix()
	p.allocate()
	return p, nil
}

// compileFunc returns a Program of f that has no memory yet.
func compileFunc(f *ir.Func, params *Params, targets []compile.Target, o Options) (*Program, error) {
	if o.Workers < 0 || o.Workers > mostWorkers {
		return nil, mistake.Optionf("got %d workers, want 0 to %d", o.Workers, mostWorkers)
	}
	w := pool.Of(o.Workers)
	plan, err := compile.Compile(f, targets, compile.Options{Recompute: o.Recompute, Fixed: o.Fixed, Regions: compile.RegionsFor(w, o.Recompute, o.Fixed), Trace: traceTo(o.Trace)})
	if err != nil {
		return nil, unplanned(err)
	}
	return prepareProgram(params, plan, compile.WorkersFor(plan, w, o.Workers), o.MemoryLimit)
}

// mostWorkers is the largest number of threads that may be asked for.
const mostWorkers = 1 << 10

// targets returns the nodes to compute, the outputs before the gradients, and where each
// goes.
func (b *Builder) targets(o Options) (targets []compile.Target, nodes []*gorgonia.Node, err error) {
	for i, n := range o.Outputs {
		if err := b.owns(n); err != nil {
			return nil, nil, errors.WithMessagef(err, "output %d", i)
		}
		targets = append(targets, compile.Target{Name: op.NameOf(n)})
		nodes = append(nodes, n)
	}
	wrt, err := b.wrt(o)
	if err != nil {
		return nil, nil, err
	}
	for i, n := range o.Grads {
		q := b.paramOf[wrt[i]]
		if err := b.isGradient(n, q); err != nil {
			return nil, nil, errors.WithMessagef(err, "gradient of %q", q.Name)
		}
		targets = append(targets, compile.Target{Name: q.Name, Grad: !o.Descend, Descend: o.Descend, Offset: q.offset})
		nodes = append(nodes, n)
	}
	if o.Grads != nil || o.Update {
		for _, n := range b.updated() {
			targets = append(targets, compile.Target{Name: n.Name(), State: true, Offset: b.paramOf[n].offset})
			nodes = append(nodes, b.updates[n])
		}
	}
	switch {
	case len(nodes) == 0:
		return nil, nil, mistake.Optionf("got no outputs and no gradients, want at least one")
	case o.Fixed && (o.Grads != nil || o.Descend || o.Update):
		return nil, nil, mistake.Optionf("got Fixed with Grads, Descend or Update, which change parameters or states; want outputs alone")
	case o.Descend && len(o.Outputs) == 0:
		return nil, nil, mistake.Optionf("got Descend without outputs, want the loss as the first")
	case o.Descend && len(o.Grads) == 0:
		return nil, nil, mistake.Optionf("got Descend without gradients, want one for each parameter to train")
	}
	return targets, nodes, nil
}

// wrt returns the nodes of the parameters that the gradients of o are by.
func (b *Builder) wrt(o Options) ([]*gorgonia.Node, error) {
	if err := b.params.Err(); err != nil {
		return nil, err
	}
	if o.Wrt != nil && o.Grads == nil {
		return nil, mistake.Optionf("got Options.Wrt without Options.Grads, want both")
	}
	list, what := o.Wrt, "one for each of Options.Wrt"
	if list == nil {
		list, what = b.trained(), "one for each of ParamNodes, which are not frozen"
	}
	if o.Grads != nil && len(o.Grads) != len(list) {
		return nil, mistake.Optionf("got %d gradients, want %d: %s", len(o.Grads), len(list), what)
	}
	for i, n := range list {
		if err := b.owns(n); err != nil {
			return nil, errors.WithMessagef(err, "Options.Wrt[%d]", i)
		}
		if q := b.paramOf[n]; q == nil || q.State || b.params.Frozen(q) {
			return nil, mistake.Optionf("Options.Wrt[%d]: got %q, want a parameter that is not frozen", i, op.NameOf(n))
		}
		if slices.Contains(list[:i], n) {
			return nil, mistake.Optionf("Options.Wrt[%d]: got %q a second time, want different parameters", i, op.NameOf(n))
		}
	}
	return list, nil
}

// owns returns an error if n is not a node of b.
func (b *Builder) owns(n *gorgonia.Node) error {
	switch {
	case n == nil:
		return mistake.Optionf("got nil, want a node of this Builder")
	case n.Graph() != b.c.Graph:
		return mistake.Optionf("got %q of another graph, want a node of this Builder", op.NameOf(n))
	}
	return nil
}

// isGradient returns an error if n cannot be the gradient of q.
func (b *Builder) isGradient(n *gorgonia.Node, q *Param) error {
	if err := b.owns(n); err != nil {
		return err
	}
	t, err := op.TypeOf(n)
	switch {
	case err != nil:
		return err
	case t.DType != b.c.Float:
		return mistake.Newf(ErrDType, "got %v, want %v, the type of the parameter", t.DType, b.c.Float)
	case !t.Shape.Equal(q.Shape):
		return mistake.Shapef("got %v, want %v, the shape of the parameter", t.Shape, q.Shape)
	}
	return nil
}

// lookup returns what the compiler must know of a leaf.
func (b *Builder) lookup(n *gorgonia.Node) (compile.Leaf, error) {
	l := b.c.LeafOf(n)
	if l == nil {
		return compile.ForeignLeaf(n)
	}
	out := compile.Leaf{Kind: l.Kind, Name: l.Name, Data: l.Data, PC: l.At}
	if q := b.paramOf[n]; q != nil {
		out.Index = q.offset
	}
	return out, nil
}

package graph

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// machineBuild is one compilation of a Machine's graph.
type machineBuild struct {
	*Machine
	c   *op.Ctx                           // makes nodes beside the graph
	by  map[*gorgonia.Node]*gorgonia.Node // what is computed in place of a node
	rec reverse.Record
	p   *machineProgram

	targets []compile.Target
	nodes   []*gorgonia.Node // that are computed
}

// compile finds what to compute and compiles it.
func (m *Machine) compile() (p *machineProgram, err error) {
	defer compile.Recover("compile", &err)
	b := &machineBuild{Machine: m, c: op.Apart(), rec: reverse.ReadRecord(m.g), p: &machineProgram{}}
	if b.by, err = b.rec.Anew(b.c); err != nil {
		return nil, errors.Wrap(err, "what gorgonia.Grad built wrongly cannot be built anew")
	}
	want, err := b.wanted()
	if err != nil {
		return nil, err
	}
	for _, n := range want {
		b.add(n, machineOut{n: n})
	}
	if err := b.differentiate(); err != nil {
		return nil, errors.Wrap(err, "Differentiate")
	}
	b.runningStats()
	if b.c.Err != nil {
		return nil, b.c.Err
	}
	f, err := compile.Lower(compile.Source{Name: "machine", Out: b.nodes, Leaf: b.leaf, Describe: reverse.Instead(b.c, b.by)})
	if err != nil {
		return nil, err
	}
	dtype, err := b.dtype()
	if err != nil {
		return nil, err
	}
	plan, err := compile.Compile(f, b.targets, compile.Options{Regions: compile.RegionsFor(pool.Of(0), false)})
	if err != nil {
		return nil, err
	}
	params := NewParams(dtype, 0)
	params.fix()
	if b.p.prog, err = prepareProgram(params, plan, compile.WorkersFor(plan, pool.Of(0), 0), 0); err != nil {
		return nil, err
	}
	b.p.prog.allocate()
	b.p.leaves = slices.DeleteFunc(b.p.leaves, func(l machineLeaf) bool { return b.p.prog.inputs[l.name] == nil })
	b.p.allocate()
	return b.p, b.constantGrads()
}

// add makes n, or what is computed in its place, a result of the program.
func (b *machineBuild) add(n *gorgonia.Node, o machineOut) {
	b.targets = append(b.targets, compile.Target{Name: op.NameOf(n)})
	if y := b.by[n]; y != nil {
		n = y
	}
	b.nodes = append(b.nodes, n)
	b.p.outs = append(b.p.outs, o)
}

// wanted are the nodes to compute.
func (b *machineBuild) wanted() ([]*gorgonia.Node, error) {
	read, readers := map[*gorgonia.Node]bool{}, map[*gorgonia.Node][]*gorgonia.Node{}
	var want []*gorgonia.Node
	seen := map[*gorgonia.Node]bool{}
	add := func(n *gorgonia.Node) {
		if n.Op() != nil && !foreign.IsConstant(n) && !seen[n] {
			seen[n] = true
			want = append(want, n)
		}
	}
	all := b.g.AllNodes()
	for _, n := range all {
		if x, into, ok := foreign.Reads(n); ok {
			b.p.reads = append(b.p.reads, machineRead{x, into})
			add(x)
			continue
		}
		if foreign.IsLet(n) {
			continue
		}
		for _, x := range op.Operands(n) {
			read[x] = true
			if !b.rec.Made(n) {
				readers[x] = append(readers[x], n)
			}
		}
	}
	for _, n := range all {
		if _, _, ok := foreign.Reads(n); ok || foreign.IsLet(n) {
			continue
		}
		if !read[n] && !b.rec.IsWaste(n) || read[n] && !b.only && !b.rec.Made(n) && op.IsAsked(n) && !foreign.Inner(n, readers[n]) {
			add(n)
		}
	}
	for _, g := range b.rec.Gradients { // of leaves, even where other nodes read them
		if g.Of.Op() == nil {
			add(g.At)
		}
	}
	for _, n := range b.keep {
		if n == nil || n.Graph() != b.g {
			return nil, errors.New("got a node to keep that is not of this graph")
		}
		add(n)
	}
	if len(want) == 0 {
		return nil, errors.New("the graph computes nothing")
	}
	return want, nil
}

// differentiate adds the gradients that Differentiate asked for.
func (b *machineBuild) differentiate() error {
	if b.cost == nil {
		return nil
	}
	w := reverse.Walk{C: b.c, Roots: []*gorgonia.Node{b.cost}, Describe: reverse.Instead(b.c, b.by),
		Needs: map[*gorgonia.Node]bool{}, Grads: map[*gorgonia.Node][]*gorgonia.Node{b.cost: {b.c.Fill(b.cost, 1)}}}
	for _, n := range b.wrt {
		w.Needs[n] = true
	}
	if err := w.Visit(); err != nil {
		return err
	}
	if err := w.Run(); err != nil {
		return err
	}
	for _, n := range b.wrt {
		d := w.Sum(n)
		if d == nil {
			return errors.Errorf("the cost does not depend on %q", n.Name())
		}
		b.add(d, machineOut{of: n})
	}
	return nil
}

// runningStats adds the statistics of the batches for normalisations that train.
func (b *machineBuild) runningStats() {
	for _, n := range b.g.AllNodes() {
		for _, r := range foreign.RunningStats(b.c, n) {
			b.add(r.Batch, machineOut{moves: r.Kept, momentum: r.Momentum})
		}
	}
}

// constantGrads gives the leaves whose gradient is one of gorgonia's constants,
// which solvers would write to, gradients of their own.
func (b *machineBuild) constantGrads() error {
	for _, g := range b.rec.Gradients {
		if g.Of.Op() != nil || !foreign.IsConstant(g.At) || g.Of.Deriv() != g.At {
			continue
		}
		data, err := op.ValueData(g.At.Value())
		if err != nil {
			return err
		}
		b.p.fixed = append(b.p.fixed, machineFixed{of: g.Of, data: data.([]float64)})
	}
	return nil
}

// leaf makes an input of a leaf under a name of its own.
func (b *machineBuild) leaf(n *gorgonia.Node) (compile.Leaf, error) {
	if foreign.IsConstant(n) {
		return foreignLeaf(n)
	}
	if n.Graph() != b.g && n.Name() == stepInput {
		return compile.Leaf{Kind: ir.Input, Name: stepInput}, nil
	}
	t, err := op.TypeOf(n)
	if err != nil {
		return compile.Leaf{}, err
	}
	l := machineLeaf{n: n, name: fmt.Sprintf("%s#%d", n.Name(), len(b.p.leaves)), t: t}
	b.p.leaves = append(b.p.leaves, l)
	return compile.Leaf{Kind: ir.Input, Name: l.name}, nil
}

// dtype is the type of all floats of the graph.
func (b *machineBuild) dtype() (DType, error) {
	var found ir.DType
	some := false
	for _, n := range b.g.AllNodes() {
		t, err := op.TypeOf(n)
		if err != nil || !t.DType.IsFloat() {
			continue
		}
		if some && t.DType != found {
			return 0, errors.Wrapf(ErrUnsupported, "the graph has float32 and float64")
		}
		found, some = t.DType, true
	}
	if some && found == ir.F32 {
		return Float32, nil
	}
	return Float64, nil
}

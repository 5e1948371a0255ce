package machine

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// plan is one compilation of a Machine's graph.
type plan struct {
	*Machine
	c   *op.Ctx                           // makes nodes beside the graph
	by  map[*gorgonia.Node]*gorgonia.Node // the nodes that replace others
	rec reverse.Record

	nodes  []*gorgonia.Node // the nodes to compute
	names  []string         // their names
	types  []ir.Type        // their types
	places []place          // where their values go
	leaves []leaf
	taken  map[string]bool // names of inputs
	reads  []reading
	fixed  []fixed
}

// compile finds what to compute and compiles it.
func (m *Machine) compile() (r runner, err error) {
	defer compile.Recover("compile", &err)
	b := &plan{Machine: m, c: op.Apart(), rec: reverse.ReadRecord(m.g),
		taken: map[string]bool{op.StepInput: true, compile.RateInput: true}}
	b.c.Package = "machine"
	if err := b.find(); err != nil {
		return nil, err
	}
	f, err := compile.Lower(compile.Source{Name: "machine", Out: b.nodes, PC: op.Caller(), Leaf: b.leaf, Describe: reverse.Instead(b.c, b.by)})
	if err != nil {
		return nil, err
	}
	for _, v := range f.Out {
		b.types = append(b.types, v.Type)
	}
	float, err := b.floats()
	if err != nil {
		return nil, err
	}
	p, err := build.Compile(f, float, b.names)
	if err != nil {
		return nil, err
	}
	if float == ir.F32 {
		return newProgram[float32](b, p.(*graph.Program))
	}
	return newProgram[float64](b, p.(*graph.Program))
}

// find finds the nodes to compute.
func (b *plan) find() (err error) {
	if b.by, err = b.rec.Anew(b.c); err != nil {
		return errors.Wrap(err, "what gorgonia.Grad built wrongly cannot be built anew")
	}
	want, err := b.wanted()
	if err != nil {
		return err
	}
	for _, n := range want {
		b.add(n, place{n: n})
	}
	if err := b.differentiate(); err != nil {
		return errors.Wrap(err, "Differentiate")
	}
	b.runningStats()
	if b.c.Err != nil {
		return b.c.Err
	}
	return b.constantGrads()
}

// add makes n, or the node that replaces it, a result of the program.
func (b *plan) add(n *gorgonia.Node, to place) {
	b.names = append(b.names, op.NameOf(n))
	if y := b.by[n]; y != nil {
		n = y
	}
	b.nodes = append(b.nodes, n)
	b.places = append(b.places, to)
}

// wanted returns the nodes to compute.
func (b *plan) wanted() ([]*gorgonia.Node, error) {
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
			b.reads = append(b.reads, reading{x, into})
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
	for i, n := range b.keep {
		if n == nil || n.Graph() != b.g {
			return nil, mistake.Optionf("node %d to keep: got %s, want a node of the graph", i, b.text(n))
		}
		add(n)
	}
	if len(want) == 0 {
		return nil, mistake.Optionf("got a graph that computes nothing, want one with an operator")
	}
	return want, nil
}

// differentiate adds the gradients that Differentiate asked for.
func (b *plan) differentiate() error {
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
			return mistake.Optionf("got the leaf %q, which the cost does not depend on; want leaves that it depends on", n.Name())
		}
		b.add(d, place{of: n})
	}
	return nil
}

// runningStats adds the batch statistics of the normalisations that are in training.
func (b *plan) runningStats() {
	for _, n := range b.g.AllNodes() {
		for _, r := range foreign.RunningStats(b.c, n) {
			b.add(r.Batch, place{moves: r.Kept, momentum: r.Momentum})
		}
	}
}

// constantGrads finds the leaves whose gradient is one of gorgonia's constants. They get
// gradients of their own, since solvers write to them.
func (b *plan) constantGrads() error {
	for _, g := range b.rec.Gradients {
		if g.Of.Op() != nil || !foreign.IsConstant(g.At) || g.Of.Deriv() != g.At {
			continue
		}
		data, err := op.ValueData(g.At.Value())
		if err != nil {
			return err
		}
		b.fixed = append(b.fixed, fixed{of: g.Of, data: data.([]float64)})
	}
	return nil
}

// leaf makes a leaf an input of the program.
func (b *plan) leaf(n *gorgonia.Node) (compile.Leaf, error) {
	if foreign.IsConstant(n) {
		data, err := op.ValueData(n.Value())
		return compile.Leaf{Kind: ir.Const, Name: n.Name(), Data: data}, errors.Wrapf(err, "node %q", n.Name())
	}
	if n.Graph() != b.g && n.Name() == op.StepInput {
		return compile.Leaf{Kind: ir.Input, Name: op.StepInput}, nil
	}
	t, err := op.TypeOf(n)
	if err != nil {
		return compile.Leaf{}, err
	}
	l := leaf{n: n, name: b.unused(n.Name()), t: t}
	b.leaves = append(b.leaves, l)
	return compile.Leaf{Kind: ir.Input, Name: l.name}, nil
}

// unused returns the name of an input for a leaf of that name. If another leaf has the name,
// it adds a number.
func (b *plan) unused(name string) string {
	full := name
	for i := len(b.leaves); b.taken[full]; i++ {
		full = fmt.Sprintf("%s#%d", name, i)
	}
	b.taken[full] = true
	return full
}

// floats returns the type of all floats of the graph.
func (b *plan) floats() (ir.DType, error) {
	found := ir.Int
	for _, n := range b.g.AllNodes() {
		t, err := op.TypeOf(n)
		if err != nil || !t.DType.IsFloat() {
			continue
		}
		if found != ir.Int && t.DType != found {
			return 0, mistake.Newf(graph.ErrUnsupported, "got a graph with float32 and float64, want one of them")
		}
		found = t.DType
	}
	if found == ir.Int {
		return ir.F64, nil
	}
	return found, nil
}

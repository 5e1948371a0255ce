package reverse

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file reads what gorgonia.Grad left on the nodes of a graph. On each node
// that it walks over, it records one gradient, the first that it ever had. A
// second call stops at a node that has one, and returns the first term that came
// to a leaf, unsummed. Which terms a gradient sums says which call it belongs to:
// gorgonia's rules give, asked again, the nodes that they gave before.

// Gradient is a node that was built as d Cost/d Of.
type Gradient struct{ Cost, Of, At *gorgonia.Node }

// Record is what calls of gorgonia.Grad left in a graph.
type Record struct {
	Gradients []Gradient
	// Lost are nodes at which a later call stopped: what it returned for the
	// leaves below is the gradient of an earlier cost, or lacks a part.
	Lost []*gorgonia.Node
	// Again says that there was more than one call.
	Again bool

	at    map[*gorgonia.Node]bool // the gradients
	since int64                   // the ID of the first cost
	made  map[*gorgonia.Node]bool // what the calls built
}

// ReadRecord reads the record of g, to which it adds nothing.
func ReadRecord(g *gorgonia.ExprGraph) Record {
	r := reading{cost: map[*gorgonia.Node]*gorgonia.Node{}, users: map[*gorgonia.Node][]*gorgonia.Node{}}
	for _, n := range g.AllNodes() {
		if n.Deriv() != nil {
			r.nodes = append(r.nodes, n)
		}
	}
	if len(r.nodes) == 0 {
		return Record{}
	}
	r.read()
	r.out.at, r.out.since = map[*gorgonia.Node]bool{}, math.MaxInt64
	for _, g := range r.out.Gradients {
		r.out.at[g.At] = true
		r.out.since = min(r.out.since, g.Cost.ID())
	}
	r.out.readMade(g)
	return r.out
}

// Made says whether a call of gorgonia.Grad built n, not a call of the user's own.
func (r Record) Made(n *gorgonia.Node) bool { return r.made[n] }

// readMade finds what the calls built. Each builds nodes of which nobody else has
// an ID between two of them. Most are marked as terms, the last one always; what
// is not marked is read by what the call built, and by nobody else.
func (r *Record) readMade(g *gorgonia.ExprGraph) {
	r.made = map[*gorgonia.Node]bool{}
	cost, readers := map[*gorgonia.Node]bool{}, map[*gorgonia.Node][]*gorgonia.Node{}
	for _, d := range r.Gradients {
		cost[d.Cost] = true
	}
	nodes := slices.DeleteFunc(slices.Clone(g.AllNodes()), func(n *gorgonia.Node) bool { return n.ID() <= r.since })
	slices.SortFunc(nodes, func(a, b *gorgonia.Node) int { return int(b.ID() - a.ID()) })
	for _, n := range nodes {
		for _, x := range op.Operands(n) {
			readers[x] = append(readers[x], n)
		}
	}
	users := false // whether the nodes before the last term are the user's
	for _, n := range nodes {
		switch alone := !slices.ContainsFunc(readers[n], func(y *gorgonia.Node) bool { return !r.made[y] }); {
		case foreign.IsTerm(n):
			r.made[n], users = true, false
		case !users && !cost[n] && alone && len(readers[n]) > 0:
			r.made[n] = true
		default:
			users = true
		}
	}
}

// IsWaste says whether n, which no other node reads, is a term of a gradient that
// gorgonia.Grad returned to nobody: that of an input which was not asked for.
func (r Record) IsWaste(n *gorgonia.Node) bool {
	return r.at != nil && !r.at[n] && n.ID() > r.since && foreign.IsTerm(n)
}

type reading struct {
	nodes []*gorgonia.Node                    // that have a gradient
	users map[*gorgonia.Node][]*gorgonia.Node // among them, that pass one on
	cost  map[*gorgonia.Node]*gorgonia.Node
	out   Record
}

// read attributes each gradient to its cost.
func (r *reading) read() {
	// Users stand before what they use: node IDs grow as a graph is built.
	slices.SortFunc(r.nodes, func(a, b *gorgonia.Node) int { return int(b.ID() - a.ID()) })
	for _, p := range r.nodes {
		for i, x := range op.Operands(p) {
			if x.Deriv() != nil && foreign.Differentiable(p, i) && !slices.Contains(r.users[x], p) {
				r.users[x] = append(r.users[x], p)
			}
		}
	}
	cost := r.single()
	r.out.Again = cost == nil
	for _, n := range r.nodes {
		if cost == nil {
			r.attribute(n)
		} else {
			r.out.Gradients = append(r.out.Gradients, Gradient{cost, n, n.Deriv()})
		}
	}
}

// single is the cost if there was one call: the only node that no other passes a
// gradient to, and the first that its gradient was recorded for.
func (r *reading) single() *gorgonia.Node {
	var cost *gorgonia.Node
	for _, n := range r.nodes {
		if len(r.users[n]) > 0 {
			continue
		}
		if cost != nil {
			return nil
		}
		cost = n
	}
	if cost == nil || cost.Deriv().DerivOf()[0] != cost {
		return nil
	}
	return cost
}

// attribute finds the cost of n's gradient, and the terms that came to n after it
// was recorded.
func (r *reading) attribute(n *gorgonia.Node) {
	type term struct{ from, node *gorgonia.Node }
	var terms []term
	for _, p := range r.users[n] {
		for i, d := range foreign.Terms(p) {
			if d != nil && op.Operands(p)[i] == n {
				terms = append(terms, term{p, d})
			}
		}
	}
	own := summed(n.Deriv(), func(d *gorgonia.Node) bool {
		return slices.ContainsFunc(terms, func(t term) bool { return t.node == d })
	})
	r.cost[n] = n
	for _, t := range terms {
		if slices.Contains(own, t.node) {
			r.cost[n] = r.cost[t.from]
		}
	}
	r.out.Gradients = append(r.out.Gradients, Gradient{r.cost[n], n, n.Deriv()})
	for _, t := range terms {
		switch {
		case slices.Contains(own, t.node) || r.cost[t.from] == r.cost[n]:
		case n.Op() == nil:
			r.out.Gradients = append(r.out.Gradients, Gradient{r.cost[t.from], n, t.node})
		case !slices.Contains(r.out.Lost, n):
			r.out.Lost = append(r.out.Lost, n)
		}
	}
}

// summed are the terms that gorgonia summed to d: itself, or those of a chain of
// additions. Nil if it is no sum of such.
func summed(d *gorgonia.Node, isTerm func(*gorgonia.Node) bool) []*gorgonia.Node {
	var out []*gorgonia.Node
	for {
		if isTerm(d) {
			return append(out, d)
		}
		in := op.Operands(d)
		if d.Op() == nil || foreign.IsConstant(d) || len(in) != 2 || !isTerm(in[1]) {
			return nil
		}
		out, d = append(out, in[1]), in[0]
	}
}

// Anew builds, by c, the gradients that gorgonia built wrongly: a node for each
// of the Record's. It is empty where one call of gorgonia.Grad used rules that are
// all right.
func (r Record) Anew(c *op.Ctx) (map[*gorgonia.Node]*gorgonia.Node, error) {
	by := map[*gorgonia.Node]*gorgonia.Node{}
	if !r.Again && !slices.ContainsFunc(r.Gradients, func(g Gradient) bool { return foreign.WronglyDifferentiated(g.Of) }) {
		return by, nil
	}
	var costs []*gorgonia.Node
	of := map[*gorgonia.Node][]Gradient{}
	for _, g := range r.Gradients {
		if len(of[g.Cost]) == 0 {
			costs = append(costs, g.Cost)
		}
		of[g.Cost] = append(of[g.Cost], g)
	}
	// A cost that is made of gradients comes after these.
	slices.SortFunc(costs, func(a, b *gorgonia.Node) int { return int(a.ID() - b.ID()) })
	for _, cost := range costs {
		if err := anew(c, cost, of[cost], by); err != nil {
			return nil, err
		}
	}
	return by, nil
}

// anew builds the gradients of one cost.
func anew(c *op.Ctx, cost *gorgonia.Node, grads []Gradient, by map[*gorgonia.Node]*gorgonia.Node) error {
	read := func(n *gorgonia.Node) *gorgonia.Node {
		if y := by[n]; y != nil {
			return y
		}
		return n
	}
	root := read(cost)
	w := Walk{C: c, Roots: []*gorgonia.Node{root}, Describe: Instead(c, by),
		Needs: map[*gorgonia.Node]bool{}, Grads: map[*gorgonia.Node][]*gorgonia.Node{root: {cost.Deriv()}}}
	for _, g := range grads {
		w.Needs[read(g.Of)] = true
	}
	if err := w.Visit(); err != nil {
		return err
	}
	if err := w.Run(); err != nil {
		return err
	}
	found := map[*gorgonia.Node]*gorgonia.Node{}
	for _, g := range grads {
		// A node made before the cost is part of the forward computation, which
		// gorgonia took for the gradient since they are equal.
		if g.At.Op() == nil || foreign.IsConstant(g.At) || g.At.ID() < cost.ID() || found[g.At] != nil {
			continue
		}
		d := w.Sum(read(g.Of))
		if d == nil || c.Shape(d).Size() != c.Shape(g.At).Size() {
			continue
		}
		found[g.At] = c.Reshape(d, c.Shape(g.At))
	}
	for at, d := range found {
		by[at] = d
	}
	return c.Err
}

// Instead reads nodes as foreign.Describe does, with others in place of some operands.
func Instead(c *op.Ctx, by map[*gorgonia.Node]*gorgonia.Node) func(n *gorgonia.Node) (op.Applied, bool, error) {
	return func(n *gorgonia.Node) (op.Applied, bool, error) {
		a, isOp, err := foreign.Describe(c, n)
		for i, x := range a.In {
			if y := by[x]; y != nil {
				a.In = slices.Clone(a.In)
				a.In[i] = y
			}
		}
		return a, isOp, err
	}
}

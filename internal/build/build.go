// Package build is the inside of a graph.Builder, which package graph and its rooms
// (nn, loss, linalg, special, machine) share: the frame of the operator that the user called,
// what the leaves are, the scopes of names, and what operands and settings are held to.
//
// It does not own the operators (internal/op) or anything that users see. Importers:
// graph and its rooms. Read build.go first, then checks.go.
package build

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Core is what a Builder is made of: a Ctx that builds nodes, and what is known of
// the graph. A Core is for one goroutine.
type Core struct {
	op.Ctx
	Float    ir.DType // the type of the graph's floats
	Training bool     // layers behave as in training
	Sharded  bool     // the graph computes one of several shards of a batch
	Sums     int      // over shards that the layers have made
	Seed     uint64   // of random operators

	// Enough is an error if there is not enough memory for a constant of the shape, which
	// takes the bytes.
	Enough func(bytes int64, shape []int) error

	// Means are the means over what counts: node, sum and count.
	Means [][3]*gorgonia.Node
	// ExampleWeights are what losses multiply examples by: [N, ...]; nil for 1. Weighted
	// is how many means have used them.
	ExampleWeights *gorgonia.Node
	Weighted       int
	// Ignored are the labels that losses do not count, and how many classes there
	// are, by the name of the input.
	Ignored map[string][2]int
	// Lengths are the inputs that say how many steps of the targets count, by the name of
	// the targets.
	Lengths map[string]string
	// Sweeps are the recurrent cells that ran over sequences, without those that project.
	Sweeps []Sweep
	// Across is the first operator that mixes the examples of a batch, with the
	// user's line; or "".
	Across string

	leaves  map[*gorgonia.Node]*Leaf
	used    map[string]*Leaf  // leaves by their names
	layers  map[string]*Layer // layers by their names
	scopes  []string
	step    *gorgonia.Node // the input by which random operators draw
	draws   int            // that they took so far
	standIn *gorgonia.Node // what stands for leaves after a mistake
}

// Leaf is what a leaf of the graph is.
type Leaf struct {
	Kind    ir.Leaf
	Name    string
	Data    any // of a constant: []float64 or []int
	At      uintptr
	Domains []Domain // of an input that losses read as targets
}

// New returns a Core of a new graph with floats of the type.
func New(float ir.DType) *Core {
	c := &Core{Ctx: *op.NewCtx(gorgonia.NewGraph()), Float: float, leaves: map[*gorgonia.Node]*Leaf{}, used: map[string]*Leaf{},
		layers: map[string]*Layer{}, Ignored: map[string][2]int{}, Lengths: map[string]string{}}
	c.Locate = true
	c.Own()
	return c
}

// Of returns the Core of a *graph.Builder. Package graph sets it.
var Of func(builder any) *Core

// Compile compiles a function without parameters, whose floats are of the type and
// whose results have the names, and returns a *graph.Program. Package graph sets it.
var Compile func(f *ir.Func, float ir.DType, names []string) (any, error)

// Enter opens the frame of a public operator of a room, such as "loss.Huber", on a
// *graph.Builder. Leave closes it.
func Enter(builder any, name string, in ...*gorgonia.Node) *Core {
	c := Of(builder)
	c.Enter(name, in...)
	return c
}

// OK says whether nothing has gone wrong.
func (c *Core) OK() bool { return c.Err == nil }

// Scope runs f with "name/" before the names that f gives. Scopes nest.
func (c *Core) Scope(name string, f func()) {
	outer := c.Within
	c.scopes, c.Within = append(c.scopes, name), c.Scoped(name)
	defer func() { c.scopes, c.Within = c.scopes[:len(c.scopes)-1], outer }()
	f()
}

// Scoped returns the name within the present scopes.
func (c *Core) Scoped(name string) string {
	return strings.Join(append(c.scopes[:len(c.scopes):len(c.scopes)], name), "/")
}

// Label gives n, the result of the operator that the user called, a name within the
// present scopes, for errors and printed graphs. Results of operators that this one is
// made of have none.
func (c *Core) Label(name string, n *gorgonia.Node) *gorgonia.Node {
	if n != nil && c.Outermost() {
		if o, ok := n.Op().(*op.Op); ok {
			o.Label = c.Scoped(name)
		}
	}
	return n
}

// LeafOf returns what n is, nil if it is no leaf that NewLeaf made.
func (c *Core) LeafOf(n *gorgonia.Node) *Leaf { return c.leaves[n] }

// Leaves is how many leaves there are.
func (c *Core) Leaves() int { return len(c.leaves) }

// Unused says whether no leaf has the name; if one does, it fails.
func (c *Core) Unused(name string) bool {
	first := c.used[name]
	if c.Err != nil || first == nil {
		return c.Err == nil
	}
	where := ""
	if at := op.Position(first.At); at != "" {
		where = " at " + at
	}
	c.Refuse(mistake.Optionf("got the name %q, which the %s%s has in this graph; want another name", name, kinds[first.Kind], where))
	return false
}

// kinds are what messages call leaves.
var kinds = map[ir.Leaf]string{ir.Input: "input", ir.Param: "parameter", ir.State: "state", ir.Const: "constant"}

// KindName returns what messages call a kind of leaf.
func KindName(l ir.Leaf) string { return kinds[l] }

// NewLeaf makes a leaf of the type.
func (c *Core) NewLeaf(t ir.Type, l Leaf) *gorgonia.Node {
	if c.Err != nil {
		return c.Missing()
	}
	if !c.Unused(l.Name) {
		return c.Missing()
	}
	for i, d := range t.Shape {
		if d < 0 {
			c.Refuse(mistake.Shapef("axis %d: got the extent %d in %v, want at least 0", i, d, t.Shape))
			return c.Missing()
		}
	}
	if _, err := t.Shape.CheckedSize(op.MaxElements); err != nil {
		c.Refuse(mistake.Shapef("%v", err))
		return c.Missing()
	}
	n := c.Ctx.Leaf(t, l.Name)
	l.At = c.Line()
	c.used[l.Name] = &l
	c.leaves[n] = &l
	return n
}

// standInAxes is the rank of what stands for nodes after a mistake.
const standInAxes = 16

// Missing returns what stands for leaves after a mistake: a node of the graph, by
// which whoever gets it finds the mistake.
func (c *Core) Missing() *gorgonia.Node {
	if c.standIn == nil {
		t := ir.Type{DType: c.Float, Shape: StandInShape()}
		c.standIn = op.NewCtx(c.Graph).Leaf(t, "missing after a mistake")
	}
	return c.standIn
}

// StandInShape is the shape of nodes after a mistake: more axes than any node has,
// each of extent 1, so that programs which look at an axis come to where the mistake
// is reported.
func StandInShape() ir.Shape { return slices.Repeat(ir.Shape{1}, standInAxes) }

// Step returns the hidden input that counts runs, by which random operators draw.
func (c *Core) Step() *gorgonia.Node {
	if c.step == nil && c.Err == nil {
		c.step = c.NewLeaf(ir.Type{DType: ir.Int, Shape: ir.Shape{}}, Leaf{Kind: ir.Input, Name: op.StepInput})
	}
	return c.step
}

// Draw returns numbers that nothing else in the graph draws.
func (c *Core) Draw() op.Draw {
	c.draws++
	return op.Draw{Step: c.Step(), Seed: c.Seed, Stream: c.draws}
}

// SkipDraw stands for a Draw that a layer makes in training alone: the numbers of others do
// not depend on the mode.
func (c *Core) SkipDraw() { c.draws++ }

// OverShards returns the sum of x over the shards of a batch.
func (c *Core) OverShards(x *gorgonia.Node) *gorgonia.Node {
	c.Sums++
	return c.ShardSum(x, c.Sums)
}

// AcrossExamples notes that the operator makes the results for one example depend on
// the other examples of its batch.
func (c *Core) AcrossExamples(name string) {
	if c.Across != "" || c.Err != nil {
		return
	}
	c.Across = name
	if at := op.Position(c.Line()); at != "" {
		c.Across += " at " + at
	}
}

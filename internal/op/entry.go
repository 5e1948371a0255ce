package op

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Entry is one row of the table.
type Entry struct {
	ir.Def

	// VJP is the derivative rule. d is the gradient of the loss with respect to the
	// result. VJP returns one gradient for each operand, nil for an operand that has
	// none. A gradient may have a shape that the operand broadcasts to: the reverse
	// walk sums it back. If VJP is nil, the operator is not differentiable.
	VJP func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node

	// Ints says that the operator makes Ints of Ints. Other rows whose result is Ints
	// take floats alone, unless they are views.
	Ints bool

	// Sym returns how people write the operator applied to x. If it is nil, the
	// operator is written as a function of its name, or, if it only moves elements,
	// as x itself.
	Sym func(a ir.Attrs, x []*sym.Expr) *sym.Expr

	// Ref is the slow, plain formula that tests compare the kernels with.
	Ref func(c *ir.Call[float64])

	// Samples returns the applications that tests and benchmarks run.
	Samples func() []Sample
}

// Applied is a row applied to nodes.
type Applied struct {
	Entry *Entry
	Attrs ir.Attrs
	In    []*gorgonia.Node
	Out   *gorgonia.Node
}

// Sample is one application: the shapes of the operands, the attributes, and the
// interval that random operands are drawn from.
type Sample struct {
	In     []ir.Shape
	Int    []int // for each operand, 0 for a float, n for an Int in [0, n); may be short
	Attrs  ir.Attrs
	Lo, Hi float64 // both 0: [-2, 2)
	// Kinked says that the derivative jumps somewhere, so that finite differences
	// mean nothing there. Stopped says that the derivative is 0 by definition.
	Kinked, Stopped bool
}

var table = map[string]*Entry{}

// define fills the row *e and enters it in the table. It panics on a row that breaks
// the table's rules: that is a mistake in this package, which any test run shows.
func define(e *Entry, row Entry) {
	*e = row
	switch {
	case e.Name == "" || strings.ToLower(e.Name) != e.Name:
		panic("op: bad name " + e.Name)
	case table[e.Name] != nil:
		panic("op: two rows named " + e.Name)
	case e.Infer == nil:
		panic("op: " + e.Name + " has no shape rule")
	case (e.Class == ir.Elementwise) != (e.Elem64 != nil):
		panic("op: " + e.Name + " must be elementwise if and only if it has an elementwise body")
	}
	table[e.Name] = e
}

// inner are the operators that only the compiler makes: they are no rows of the table.
var inner = map[string]*ir.Def{}

// defineInner fills *d and enters it into inner.
func defineInner(d *ir.Def, def ir.Def) {
	*d = def
	inner[d.Name] = d
}

// Formula is the operator d applied to x as people write it.
func Formula(d *ir.Def, a ir.Attrs, x []*sym.Expr) *sym.Expr {
	if e := table[d.Name]; e != nil && e.Sym != nil {
		return e.Sym(a, x)
	}
	if (d.Class == ir.Move || d.Name == Broadcast.Name) && len(x) == 1 {
		return x[0]
	}
	return sym.Call(d.Name, x...)
}

// Lookup returns the row of that name, or nil.
func Lookup(name string) *Entry { return table[name] }

// LookupDef finds an operator by name for the IR's parser: a row, or one that only the
// compiler makes; nil if there is none.
func LookupDef(name string) *ir.Def {
	if e := table[name]; e != nil {
		return &e.Def
	}
	return inner[name]
}

// All returns every row, sorted by name.
func All() []*Entry {
	out := make([]*Entry, 0, len(table))
	for _, e := range table {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *Entry) int { return strings.Compare(a.Name, b.Name) })
	return out
}

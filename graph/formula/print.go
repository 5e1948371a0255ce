package formula

import (
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Text writes what n computes as a formula on one line: "w (1 − tanh²(w x + b))".
// Leaves are written by their names, without a scope that all share; constants of
// one element as numbers, others as "const". Reshaping and broadcasting are not
// written. What only a reader sees is simplified: products by 1, sums with 0, like
// terms and powers. Matrices are multiplied side by side, beside them ⊙ multiplies element
// by element, Xᵀ is a transpose and σ the sigmoid function. Operators without a sign of their own are functions of
// their names.
//
// Errors: ErrOption for a nil node; ErrLimit for a formula of more than 2,000 operators,
// counted as often as they are written, or nested more than 200 deep; else why the node
// cannot be compiled.
func Text(n *gorgonia.Node) (string, error) {
	e, err := expression(n)
	if err != nil {
		return "", errors.Wrap(err, "formula: Text")
	}
	return e.Text(), nil
}

// LaTeX is Text for LaTeX's mathematics mode.
func LaTeX(n *gorgonia.Node) (string, error) {
	e, err := expression(n)
	if err != nil {
		return "", errors.Wrap(err, "formula: LaTeX")
	}
	return e.LaTeX(), nil
}

// MathML is Text as a MathML element "math", for web pages.
func MathML(n *gorgonia.Node) (string, error) {
	e, err := expression(n)
	if err != nil {
		return "", errors.Wrap(err, "formula: MathML")
	}
	return mathElement(e.MathML()), nil
}

func mathElement(inside string) string {
	return `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">` + inside + "</math>"
}

// expression returns what n computes, within the limits.
func expression(n *gorgonia.Node) (e *sym.Expr, err error) {
	defer compile.Recover("formula", &err)
	if n == nil {
		return nil, mistake.Optionf("got a nil node, want a node of a graph")
	}
	f, err := lower(n)
	if err != nil {
		return nil, err
	}
	if len(f.Values) > maxPrinted {
		return nil, mistake.Newf(ErrLimit, "got %d operators, want at most %d (%s)", len(f.Values), maxPrinted, op.NameOf(n))
	}
	w := newWriter(nil)
	for _, v := range f.Values {
		if err := w.add(v); err != nil {
			return nil, errors.WithMessage(err, op.NameOf(n))
		}
	}
	return w.own[f.Out[0]], nil
}

// lower returns what the nodes compute, made simpler.
func lower(nodes ...*gorgonia.Node) (*ir.Func, error) {
	f, err := compile.Lower(compile.Source{Name: "formula", Out: nodes, Leaf: leaf})
	if err == nil {
		compile.Tidy(f)
	}
	return f, err
}

// writer has the expressions of values. A value with a name stands in others by that.
type writer struct {
	names map[*ir.Value]*sym.Expr
	own   map[*ir.Value]*sym.Expr // what each value computes
	size  map[*ir.Value]int       // operators, a value that is used twice counts twice
}

func newWriter(names map[*ir.Value]*sym.Expr) *writer {
	return &writer{names: names, own: map[*ir.Value]*sym.Expr{}, size: map[*ir.Value]int{}}
}

// add writes v, whose operands have been written.
func (w *writer) add(v *ir.Value) error {
	args, size := make([]*sym.Expr, len(v.In)), 1
	for i, x := range v.In {
		if name, ok := w.names[x]; ok {
			args[i] = name
			size++
			continue
		}
		args[i] = w.own[x]
		size += w.size[x]
		if args[i] == nil {
			return mistake.Newf(ErrLimit, "got a part that is too long itself")
		}
	}
	if size > maxPrinted {
		return mistake.Newf(ErrLimit, "got a formula that writes some operators several times, want at most %d in all", maxPrinted)
	}
	e := formulaOf(v, args)
	if e.Depth() > maxDepth {
		return mistake.Newf(ErrLimit, "got operators nested %d deep, want at most %d", e.Depth(), maxDepth)
	}
	w.own[v], w.size[v] = e, size
	return nil
}

// formulaOf returns the expression of a value, of those of its arguments.
func formulaOf(v *ir.Value, args []*sym.Expr) *sym.Expr {
	switch {
	case v.Def == &op.Reshape.Def && turns(v.In[0].Type.Shape, v.Type.Shape):
		return sym.Transpose(args[0])
	case v.Def != nil:
		return op.Formula(v.Def, v.Attrs, args)
	case v.Leaf == ir.Const:
		if d, ok := v.Data.([]float64); ok && uniform(d) {
			return sym.Num(d[0])
		}
		return sym.Name("const")
	}
	name := v.Name
	if i := strings.LastIndexByte(name, '#'); i > 0 { // made up to be unique
		name = name[:i]
	}
	return sym.Name(name)
}

// turns says whether a matrix of one column becomes one of one row, or the other
// way round.
func turns(from, to ir.Shape) bool {
	return len(from) == 2 && len(to) == 2 && from[0] == to[1] && from[1] == to[0] && (from[0] == 1) != (from[1] == 1)
}

func uniform(d []float64) bool {
	for _, x := range d {
		if x != d[0] {
			return false
		}
	}
	return len(d) > 0
}

// leaf reads a leaf by its name: a constant has a value and no name of a user's.
func leaf(n *gorgonia.Node) (compile.Leaf, error) {
	if foreign.IsConstant(n) {
		data, err := op.ValueData(n.Value())
		return compile.Leaf{Kind: ir.Const, Name: n.Name(), Data: data}, err
	}
	if strings.HasPrefix(n.Name(), "const#") && n.Value() != nil {
		data, err := op.ValueData(n.Value())
		return compile.Leaf{Kind: ir.Const, Name: n.Name(), Data: data}, err
	}
	return compile.Leaf{Kind: ir.Input, Name: n.Name()}, nil
}

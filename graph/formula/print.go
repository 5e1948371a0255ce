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
// terms and powers. Matrices are multiplied side by side, Xᵀ is a transpose and
// σ the sigmoid function. Operators without a sign of their own are functions of
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

// expression returns what n computes, within the limits.
func expression(n *gorgonia.Node) (e *sym.Expr, err error) {
	defer compile.Recover("formula", &err)
	if n == nil {
		return nil, mistake.Optionf("got a nil node, want a node of a graph")
	}
	f, err := compile.Lower(compile.Source{Name: "formula", Out: []*gorgonia.Node{n}, Leaf: leaf})
	if err != nil {
		return nil, err
	}
	compile.Tidy(f)
	if len(f.Values) > maxPrinted {
		return nil, mistake.Newf(ErrLimit, "got %d operators, want at most %d (%s)", len(f.Values), maxPrinted, op.NameOf(n))
	}
	size := map[*ir.Value]int{} // of the formula, in which a value that is used twice stands twice
	done := map[*ir.Value]*sym.Expr{}
	for _, v := range f.Values {
		args := make([]*sym.Expr, len(v.In))
		size[v] = 1
		for i, x := range v.In {
			args[i] = done[x]
			size[v] += size[x]
		}
		if size[v] > maxPrinted {
			return nil, mistake.Newf(ErrLimit, "got a formula that writes some operators several times, want at most %d in all (%s)", maxPrinted, op.NameOf(n))
		}
		if done[v] = formulaOf(v, args); done[v].Depth() > maxDepth {
			return nil, mistake.Newf(ErrLimit, "got operators nested %d deep, want at most %d (%s)", done[v].Depth(), maxDepth, op.NameOf(n))
		}
	}
	return done[f.Out[0]], nil
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

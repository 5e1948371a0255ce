package formula

import (
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// maxPrinted bounds the operators of what is printed: a longer formula is read by
// nobody.
const maxPrinted = 2000

// Text writes what n computes as a formula on one line: "w (1 − tanh²(w x + b))".
// Leaves are written by their names, without a scope that all share; constants of
// one element as numbers, others as "const". Reshaping and broadcasting are not
// written. What only a reader sees is simplified: products by 1, sums with 0, like
// terms and powers. Matrices are multiplied side by side, Xᵀ is a transpose and
// σ the sigmoid function. Operators without a sign of their own are functions of
// their names. It fails for a node that cannot be compiled and for more than
// 2,000 operators.
func Text(n *gorgonia.Node) (string, error) {
	e, err := expression(n)
	if err != nil {
		return "", err
	}
	return e.Text(), nil
}

// LaTeX is Text for LaTeX's mathematics mode.
func LaTeX(n *gorgonia.Node) (string, error) {
	e, err := expression(n)
	if err != nil {
		return "", err
	}
	return e.LaTeX(), nil
}

func expression(n *gorgonia.Node) (e *sym.Expr, err error) {
	defer compile.Recover("formula", &err)
	if n == nil {
		return nil, errors.New("formula: got no node")
	}
	f, err := compile.Lower(compile.Source{Name: "formula", Out: []*gorgonia.Node{n}, Leaf: leaf})
	if err != nil {
		return nil, errors.Wrap(err, "formula")
	}
	compile.Tidy(f)
	if len(f.Values) > maxPrinted {
		return nil, errors.Errorf("formula: %q has %d operators, more than the %d that are printed", op.NameOf(n), len(f.Values), maxPrinted)
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
			return nil, errors.Errorf("formula: %q is longer than %d operators when written out", op.NameOf(n), maxPrinted)
		}
		switch {
		case v.Def == &op.Reshape.Def && turns(v.In[0].Type.Shape, v.Type.Shape):
			done[v] = sym.Transpose(args[0])
		case v.Def != nil:
			done[v] = op.Formula(v.Def, v.Attrs, args)
		case v.Leaf == ir.Const:
			done[v] = sym.Name("const")
			if d, ok := v.Data.([]float64); ok && uniform(d) {
				done[v] = sym.Num(d[0])
			}
		default:
			name := v.Name
			if i := strings.LastIndexByte(name, '#'); i > 0 { // made up to be unique
				name = name[:i]
			}
			done[v] = sym.Name(name)
		}
	}
	return done[f.Out[0]], nil
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

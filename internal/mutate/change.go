package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// commutative are the operators whose operands may be swapped.
var commutative = []string{"Add", "Mul", "Eq", "Ne", "Maximum", "Minimum", "Hypot"}

// masks are the operators whose results only say where: their sign means nothing
// to Select.
var masks = []string{"Eq", "Ne", "Lt", "Le", "Gt", "Ge", "EqConst", "LtConst", "LeConst", "GtConst", "GeConst"}

// finder collects the mutants of one owner.
type finder struct {
	s     *source
	owner function
	skip  map[ast.Node]bool // changed as a whole
	out   []*mutant
}

// ids counts mutants over all files, in the order of the source.
var ids int

// mutants are all changes of the file's functions.
func (s *source) mutants() []*mutant {
	var all []*mutant
	for _, f := range s.owner {
		w := &finder{s: s, owner: f, skip: map[ast.Node]bool{}}
		w.body(f.body)
		slices.SortStableFunc(w.out, func(a, b *mutant) int { return a.start - b.start })
		for _, m := range w.out {
			ids++
			m.id = ids
		}
		all = append(all, w.out...)
	}
	return all
}

// change adds the mutant that has with instead of n.
func (w *finder) change(kind string, n ast.Node, with string) {
	w.out = append(w.out, &mutant{s: w.s, owner: w.owner, start: w.s.at(n.Pos()), end: w.s.at(n.End()), with: with, kind: kind})
}

func (w *finder) src(n ast.Node) string { return w.s.src(n) }

func (w *finder) body(b *ast.BlockStmt) {
	ast.Inspect(b, func(n ast.Node) bool {
		if w.skip[n] {
			return false
		}
		switch n := n.(type) {
		case *ast.ReturnStmt:
			w.results(n.Results)
		case *ast.IfStmt:
			if text := w.src(n.Cond); !strings.Contains(text, "rr") { // no checks of c.Err and err
				w.change("condition negated", n.Cond, "!("+text+")")
			}
		case *ast.CallExpr:
			if name := calledName(n); name == "make" || name == "Fail" || name == "shapef" || name == "Errorf" || name == "Wrapf" {
				return false // what is returned beside an error, and errors
			}
			w.call(n)
		case *ast.SelectorExpr:
			if w.src(n) == "n.Out" {
				w.change("operand changed", n, "n.In[0]")
			}
		case *ast.BasicLit:
			if v, err := strconv.Atoi(n.Value); err == nil && n.Kind == token.INT {
				w.change("number changed", n, strconv.Itoa(v+1))
			}
		}
		return true
	})
}

// results changes the gradients that a rule returns, one of several in a list or
// by itself.
func (w *finder) results(list []ast.Expr) {
	if len(list) == 1 {
		if l, ok := list[0].(*ast.CompositeLit); ok && typeName(l.Type) == "Node" {
			list = l.Elts
		}
	}
	var nodes []ast.Expr
	for _, e := range list {
		if w.isNode(e) {
			nodes = append(nodes, e)
			w.change("sign flipped", e, "mutated.neg("+w.src(e)+")")
			w.change("factor changed", e, "mutated.twice("+w.src(e)+")")
			w.change("gradient dropped", e, "mutated.none("+w.src(e)+")")
		}
	}
	if len(nodes) == 2 && len(list) == 2 {
		w.swap(nodes[0], nodes[1])
	}
}

// swap exchanges two expressions.
func (w *finder) swap(a, b ast.Expr) {
	if w.src(a) == w.src(b) {
		return
	}
	between := w.s.text[w.s.at(a.End()):w.s.at(b.Pos())]
	w.out = append(w.out, &mutant{s: w.s, owner: w.owner, start: w.s.at(a.Pos()), end: w.s.at(b.End()),
		with: w.src(b) + between + w.src(a), kind: "operands swapped"})
}

// isNode says whether e is likely to be a node: a call of what returns one, or one
// of the names that rules use.
func (w *finder) isNode(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CallExpr:
		return w.makesNode(e) || calledName(e) == "f"
	case *ast.Ident:
		return w.owner.results != nil && fieldOf(w.owner.results, "Node") && e.Name != "nil" && e.Name != "err" &&
			!isList(w.owner.results) && e.Name != "true" && e.Name != "false" || slices.Contains([]string{"d", "dx", "dy", "db", "grad"}, e.Name)
	case *ast.SelectorExpr:
		return w.src(e) == "n.Out"
	}
	return false
}

// isList says whether the first result is a slice.
func isList(l *ast.FieldList) bool {
	_, ok := l.List[0].Type.(*ast.ArrayType)
	return ok
}

// makesNode says whether the call is of a method of Ctx that returns a node.
func (w *finder) makesNode(e *ast.CallExpr) bool {
	f, ok := e.Fun.(*ast.SelectorExpr)
	if !ok || !isCtx(f.X) {
		return false
	}
	d := w.s.table.decls[f.Sel.Name]
	return d != nil && d.Recv != nil && returns(d.Type, "Node")
}

// isCtx says whether e is a Ctx: c, w.c, s.w.c.
func isCtx(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "c"
	case *ast.SelectorExpr:
		return e.Sel.Name == "c"
	}
	return false
}

// call changes an application: its sign, constants, flags and operands.
func (w *finder) call(e *ast.CallExpr) {
	name := calledName(e)
	if name == "A" { // ir.A: flags among the attributes
		for _, a := range e.Args {
			if text := w.src(a); text == "true" || text == "false" {
				w.change("flag flipped", a, "!"+text)
			}
		}
	}
	if name == "With" && len(e.Args) == 2 {
		if u, ok := e.Args[1].(*ast.UnaryExpr); ok && u.Op == token.NOT {
			w.change("flag flipped", u, w.src(u.X))
		}
	}
	if !w.makesNode(e) {
		return
	}
	on := w.src(e.Fun.(*ast.SelectorExpr).X)
	arg := func(i int) string { return w.src(e.Args[i]) }
	switch name {
	case "Add":
		w.change("sign flipped", e, on+".Sub("+arg(0)+", "+arg(1)+")")
		w.change("term dropped", e, "mutated.first("+arg(0)+", "+arg(1)+")")
		w.change("term dropped", e, "mutated.second("+arg(0)+", "+arg(1)+")")
	case "Sub":
		w.change("sign flipped", e, on+".Add("+arg(0)+", "+arg(1)+")")
		w.change("term dropped", e, "mutated.first("+arg(0)+", "+arg(1)+")")
		w.change("term dropped", e, "mutated.neg(mutated.second("+arg(0)+", "+arg(1)+"))")
	case "Mul":
		w.change("factor dropped", e, "mutated.first("+arg(0)+", "+arg(1)+")")
		w.change("factor dropped", e, "mutated.second("+arg(0)+", "+arg(1)+")")
	case "Div":
		w.change("factor dropped", e, "mutated.first("+arg(0)+", "+arg(1)+")")
	case "SumTo", "Transpose":
		w.change("operation dropped", e, arg(0))
	case "Scale", "AddConst", "PowConst", "GtConst", "GeConst", "LeConst", "LtConst", "EqConst", "Fill":
		if name == "Scale" || name == "AddConst" {
			w.change("sign flipped", e.Args[1], "-("+arg(1)+")")
		}
		other := "(" + arg(1) + ")+1"
		if name == "Scale" {
			other = "2*(" + arg(1) + ")"
		}
		w.change("factor changed", e.Args[1], other)
		w.skip[e.Args[1]] = true
	}
	w.operands(e, name)
}

// operands drops the operation of a unary operator, flips flags and swaps the
// operands of an application.
func (w *finder) operands(e *ast.CallExpr, name string) {
	var nodes []ast.Expr
	if name == "Apply" {
		nodes = e.Args[2:]
	}
	i := 0
	for _, f := range w.s.table.decls[name].Type.Params.List {
		for range max(1, len(f.Names)) {
			if i >= len(e.Args) {
				break
			}
			switch typeName(f.Type) {
			case "Node":
				if _, variadic := f.Type.(*ast.Ellipsis); !variadic {
					nodes = append(nodes, e.Args[i])
				}
			case "bool":
				w.change("flag flipped", e.Args[i], "!("+w.src(e.Args[i])+")")
			}
			i++
		}
	}
	if len(nodes) == 1 && len(e.Args) == 1 {
		w.change("operation dropped", e, w.src(nodes[0]))
	}
	if len(nodes) >= 2 && !slices.Contains(commutative, name) {
		w.swap(nodes[len(nodes)-2], nodes[len(nodes)-1])
	}
	if name == "Select" {
		return
	}
	for _, a := range nodes {
		if c, ok := a.(*ast.CallExpr); ok && w.makesNode(c) && slices.Contains(masks, calledName(c)) {
			w.change("factor changed", a, "mutated.twice("+w.src(a)+")")
		}
	}
}

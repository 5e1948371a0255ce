package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// rules is the package of the derivative table.
const rules = "internal/op"

// walks are the packages of the sweeps and of gorgonia's operators, and their files that
// make derivatives.
var walks = map[string][]string{
	"internal/foreign": {"images.go", "norms.go", "others.go", "products.go", "reductions.go", "shapes.go"},
	"internal/reverse": {"walk.go"},
	"autograd":         {"gradients.go", "forward.go", "products.go"},
}

// source is a file with functions to mutate.
type source struct {
	path  string // from the module's root, with slashes
	text  string
	fset  *token.FileSet
	file  *ast.File
	table *table
	owner []function
}

// function is a body that its mutants replace as a whole.
type function struct {
	body    *ast.BlockStmt
	results *ast.FieldList // nil: none
}

// table is what is known of internal/op without types: what its functions take
// and return.
type table struct {
	decls map[string]*ast.FuncDecl // functions and methods of Ctx, by name
}

// moduleRoot is the folder of go.mod at or above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, serr := os.Stat(filepath.Join(dir, "go.mod")); serr == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			err = errors.New("there is no go.mod here or above")
		}
		dir = up
	}
	return "", err
}

// readSources parses the packages and finds the functions to mutate.
func readSources(root string) ([]*source, error) {
	t := &table{decls: map[string]*ast.FuncDecl{}}
	ops, err := parseDir(root, rules, t)
	if err != nil {
		return nil, err
	}
	for _, s := range ops {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				t.decls[f.Name.Name] = f
			}
		}
	}
	helpers := t.helpers(ops)
	for _, s := range ops {
		s.findRules(helpers)
	}
	for _, dir := range slices.Sorted(maps.Keys(walks)) {
		all, err := parseDir(root, dir, t)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			if slices.Contains(walks[dir], filepath.Base(s.path)) {
				s.findAll()
				ops = append(ops, s)
			}
		}
	}
	return slices.DeleteFunc(ops, func(s *source) bool { return len(s.owner) == 0 }), nil
}

func parseDir(root, dir string, t *table) ([]*source, error) {
	paths, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var out []*source
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		s := &source{path: dir + "/" + filepath.Base(p), text: string(text), fset: token.NewFileSet(), table: t}
		if s.file, err = parser.ParseFile(s.fset, p, text, parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// src is the source text of n.
func (s *source) src(n ast.Node) string { return s.text[s.at(n.Pos()):s.at(n.End())] }

func (s *source) at(p token.Pos) int { return s.fset.Position(p).Offset }

// takes says whether one of the parameters has a type that ends in name.
func takes(t *ast.FuncType, name string) bool { return fieldOf(t.Params, name) }

// returns says whether one of the results has a type that ends in name.
func returns(t *ast.FuncType, name string) bool { return fieldOf(t.Results, name) }

func fieldOf(l *ast.FieldList, name string) bool {
	return l != nil && slices.ContainsFunc(l.List, func(f *ast.Field) bool { return typeName(f.Type) == name })
}

// typeName is the last word of a type: Node for []*gorgonia.Node.
func typeName(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.ArrayType:
		return typeName(t.Elt)
	case *ast.Ellipsis:
		return typeName(t.Elt)
	case *ast.SelectorExpr:
		return t.Sel.Name
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// isRule says whether functions of the type t are derivatives: they take a Ctx or
// an Applied and return nodes.
func isRule(t *ast.FuncType) bool {
	return (takes(t, "Ctx") || takes(t, "Applied")) && returns(t, "Node")
}

// plumbing are helpers that apply an operator whoever asks: the forward tests
// hold them.
var plumbing = []string{"elementwise2", "broadcast2", "reduce", "alongAxis", "pool", "band", "infer", "openClamp"}

// shared are exported helpers that derivatives rest on.
var shared = []string{"SumTo", "Tri", "T"}

// helpers are the functions that rules call, directly or not, to make nodes or
// attributes.
func (t *table) helpers(files []*source) map[string]bool {
	found := map[string]bool{}
	var visit func(n ast.Node)
	add := func(name string) {
		d := t.decls[name]
		if d == nil || found[name] || slices.Contains(plumbing, name) || ast.IsExported(name) && !slices.Contains(shared, name) {
			return
		}
		if returns(d.Type, "Node") || returns(d.Type, "Attrs") {
			found[name] = true
			visit(d.Body)
		}
	}
	visit = func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				add(calledName(c))
			}
			return true
		})
	}
	for _, name := range shared {
		add(name)
	}
	for _, s := range files {
		for body := range ruleBodies(s.file) {
			visit(body)
		}
	}
	return found
}

// ruleBodies are the bodies of the functions in the file that are rules.
func ruleBodies(f *ast.File) map[*ast.BlockStmt]function {
	out := map[*ast.BlockStmt]function{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch f := n.(type) {
		case *ast.FuncLit:
			if isRule(f.Type) {
				out[f.Body] = function{f.Body, f.Type.Results}
				return false
			}
		case *ast.FuncDecl:
			if f.Body != nil && takes(f.Type, "Applied") && returns(f.Type, "Node") {
				out[f.Body] = function{f.Body, f.Type.Results}
				return false
			}
		}
		return true
	})
	return out
}

func calledName(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// findRules makes the rules of the file and the helpers in it its owners.
func (s *source) findRules(helpers map[string]bool) {
	found := ruleBodies(s.file)
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && helpers[f.Name.Name] {
			found[f.Body] = function{f.Body, f.Type.Results}
		}
	}
	s.owner = slices.Collect(maps.Values(found))
	slices.SortFunc(s.owner, func(a, b function) int { return int(a.body.Pos() - b.body.Pos()) })
}

// findAll makes every function of the file an owner.
func (s *source) findAll() {
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			s.owner = append(s.owner, function{f.Body, f.Type.Results})
		}
	}
}

// mutant is one change of one place.
type mutant struct {
	id         int
	s          *source
	owner      function
	start, end int    // what it replaces
	with       string // by what
	kind       string

	unbuilt bool
	by      string // the test that caught it, or ""
}

func (m *mutant) place() string {
	return fmt.Sprintf("%s:%d", m.s.path, 1+strings.Count(m.s.text[:m.start], "\n"))
}

// String is the place and the change.
func (m *mutant) String() string {
	return fmt.Sprintf("%d %s: %s: %s  =>  %s", m.id, m.place(), m.kind, oneLine(m.s.text[m.start:m.end]), oneLine(strings.ReplaceAll(m.with, "mutated.", "")))
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 100 {
		s = s[:97] + "..."
	}
	return s
}

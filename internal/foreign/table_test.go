package foreign_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/symgrad/symgrad/internal/foreign"
	G "gorgonia.org/gorgonia"
)

// source is what gorgonia's source declares.
type source struct {
	embeds  map[string][]string        // what each struct embeds
	methods map[string]map[string]bool // of each type
	lists   map[string][]string        // the strings of each list of them
}

// gorgonia parses the source of gorgonia that is built here.
func gorgonia(t *testing.T) source {
	t.Helper()
	p, err := build.Import(reflect.TypeFor[G.Node]().PkgPath(), ".", 0)
	if err != nil {
		t.Fatal(err)
	}
	s := source{map[string][]string{}, map[string]map[string]bool{}, map[string][]string{}}
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			s.add(d)
		}
	}
	return s
}

func (s source) add(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil {
			s.method(baseOf(d.Recv.List[0].Type), d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.addType(spec.Name.Name, spec.Type)
			case *ast.ValueSpec:
				for i, v := range spec.Values {
					if l, ok := v.(*ast.CompositeLit); ok {
						s.lists[spec.Names[i].Name] = stringsOf(l)
					}
				}
			}
		}
	}
}

func (s source) addType(name string, e ast.Expr) {
	switch e := e.(type) {
	case *ast.StructType:
		s.embeds[name] = nil
		for _, f := range e.Fields.List {
			if len(f.Names) == 0 {
				s.embeds[name] = append(s.embeds[name], baseOf(f.Type))
			}
		}
	case *ast.InterfaceType:
		for _, m := range e.Methods.List {
			for _, id := range m.Names {
				s.method(name, id.Name)
			}
		}
	}
}

func (s source) method(of, name string) {
	if s.methods[of] == nil {
		s.methods[of] = map[string]bool{}
	}
	s.methods[of][name] = true
}

// baseOf is the name of a type or of what it points to.
func baseOf(e ast.Expr) string {
	if p, ok := e.(*ast.StarExpr); ok {
		e = p.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func stringsOf(l *ast.CompositeLit) (out []string) {
	for _, e := range l.Elts {
		if b, ok := e.(*ast.BasicLit); ok && b.Kind == token.STRING {
			if v, err := strconv.Unquote(b.Value); err == nil {
				out = append(out, v)
			}
		}
	}
	return out
}

// has says whether a type has a method, itself or by what it embeds.
func (s source) has(of, method string) bool {
	return s.methods[of][method] || slices.ContainsFunc(s.embeds[of], func(e string) bool { return s.has(e, method) })
}

// TestComplete finds the operators in gorgonia's source: each is in the table, and
// the table has no others.
func TestComplete(t *testing.T) {
	s := gorgonia(t)
	op := reflect.TypeFor[G.Op]()
	var want []string
	for name := range s.embeds {
		is := true
		for i := range op.NumMethod() {
			is = is && s.has(name, op.Method(i).Name)
		}
		switch {
		case !is:
		case name == "elemUnaryOp":
			for _, f := range s.lists["ʘUnaryOpStrs"] {
				want = append(want, name+" "+f)
			}
		case name == "elemBinOp":
			for _, f := range s.lists["ʘBinOpStrs"] {
				want = append(want, name+" "+f)
			}
		default:
			want = append(want, name)
		}
	}
	slices.Sort(want)
	got := foreign.Names()
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("gorgonia's operator %s has no row", name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("the row %s is of no operator of gorgonia's", name)
		}
	}
}

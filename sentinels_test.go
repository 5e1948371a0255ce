package symgrad

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sentinel is a package's variable whose name begins with Err.
type sentinel struct{ pkg, name string }

// TestSentinels checks that packages with an error of the same name have the same value
// there: errors.Is(err, train.ErrNotFinite) finds what graph calls graph.ErrNotFinite.
// It reads all packages, the internal ones too, and follows each name through its
// aliases to where the value is made.
func TestSentinels(t *testing.T) {
	alias := readSentinels(t)
	origin := func(s sentinel) sentinel {
		for range len(alias) {
			next, ok := alias[s]
			if !ok || next == s {
				break
			}
			s = next
		}
		return s
	}
	named := map[string][]sentinel{}
	for s := range alias {
		named[s.name] = append(named[s.name], s)
	}
	// graph, train, train/data, internal/op and internal/mistake
	if len(named["ErrShape"]) < 4 || len(named["ErrNotFinite"]) < 5 || len(named["ErrOption"]) < 5 || len(named["ErrFormat"]) < 2 {
		t.Fatalf("got the packages %v of ErrShape, %v of ErrNotFinite, %v of ErrOption and %v of ErrFormat, want more",
			named["ErrShape"], named["ErrNotFinite"], named["ErrOption"], named["ErrFormat"])
	}
	for name, list := range named {
		for _, s := range list[1:] {
			if a, b := origin(list[0]), origin(s); a != b {
				t.Errorf("%s of %s is %s.%s, that of %s is %s.%s; want one value", name, list[0].pkg, a.pkg, a.name, s.pkg, b.pkg, b.name)
			}
		}
	}
}

// readSentinels maps each package variable of the module to what it is set to, if
// that is another package's variable, and else to itself.
func readSentinels(t *testing.T) map[sentinel]sentinel {
	t.Helper()
	out := map[sentinel]sentinel{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if file != "." && (hasFile(file, "go.mod") || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			return err
		}
		addSentinels(out, filepath.ToSlash(filepath.Dir(file)), f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// addSentinels adds the variables of the file f of the package pkg.
func addSentinels(out map[sentinel]sentinel, pkg string, f *ast.File) {
	imports := map[string]string{}
	for _, spec := range f.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		rest, ours := strings.CutPrefix(to, module+"/")
		if err != nil || !ours {
			continue
		}
		name := path.Base(to)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = rest
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, id := range v.Names {
				if len(v.Values) != len(v.Names) || !strings.HasPrefix(id.Name, "Err") {
					continue
				}
				s := sentinel{pkg, id.Name}
				out[s] = s
				switch x := v.Values[i].(type) {
				case *ast.Ident:
					out[s] = sentinel{pkg, x.Name}
				case *ast.SelectorExpr:
					if from, ok := x.X.(*ast.Ident); ok && imports[from.Name] != "" {
						out[s] = sentinel{imports[from.Name], x.Sel.Name}
					}
				}
			}
		}
	}
}

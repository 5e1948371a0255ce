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

// TestNestedModules checks that what the programs of nested modules name of this module is
// there. Nobody compiles them with it: they need a C compiler, or modules that it does not
// have.
func TestNestedModules(t *testing.T) {
	known, public, _ := names(t)
	fset, used := token.NewFileSet(), 0
	err := filepath.WalkDir(filepath.Join("benchmarks", "peers"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") {
			return err
		}
		f, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			return err
		}
		ours := map[string]string{} // what the file calls packages of this module
		for _, im := range f.Imports {
			full, err := strconv.Unquote(im.Path.Value)
			if err != nil || !strings.HasPrefix(full, "github.com/symgrad/symgrad/") || !public[path.Base(full)] {
				continue
			}
			name := path.Base(full)
			if im.Name != nil {
				name = im.Name.Name
			}
			ours[name] = path.Base(full)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if !ok || x.Obj != nil || ours[x.Name] == "" {
				return true
			}
			used++
			if name := ours[x.Name] + "." + s.Sel.Name; !known[name] {
				t.Errorf("%v: %s is not there", fset.Position(s.Pos()), name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if used == 0 {
		t.Error("no program of a nested module names anything of this one")
	}
}

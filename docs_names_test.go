package symgrad

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// names has the exported names of each public package: pkg.Name, pkg.Type.Method and
// pkg.Type.Field. dirs are the folders of all packages.
func names(t *testing.T) (names map[string]bool, public map[string]bool, dirs []string) {
	t.Helper()
	names, public = map[string]bool{}, map[string]bool{}
	fset := token.NewFileSet()
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != "." && (hasFile(path, "go.mod") || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if !seen[dir] {
			seen[dir], dirs = true, append(dirs, dir)
		}
		if f.Name.Name == "main" || strings.HasPrefix(dir, "internal") || strings.HasPrefix(dir, "benchmarks") {
			return nil
		}
		public[f.Name.Name] = true
		for _, d := range f.Decls {
			for _, n := range exported(d) {
				names[f.Name.Name+"."+n] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, public, dirs
}

// exported returns the names of a declaration, with those of fields and methods.
func exported(d ast.Decl) (out []string) {
	if f, ok := d.(*ast.FuncDecl); ok {
		return []string{declared(f)}
	}
	for _, s := range d.(*ast.GenDecl).Specs {
		switch s := s.(type) {
		case *ast.ValueSpec:
			for _, n := range s.Names {
				out = append(out, n.Name)
			}
		case *ast.TypeSpec:
			out = append(out, s.Name.Name)
			var fields *ast.FieldList
			switch x := s.Type.(type) {
			case *ast.StructType:
				fields = x.Fields
			case *ast.InterfaceType:
				fields = x.Methods
			default:
				continue
			}
			for _, f := range fields.List {
				for _, n := range f.Names {
					out = append(out, s.Name.Name+"."+n.Name)
				}
			}
		}
	}
	return out
}

var (
	inline    = regexp.MustCompile("`[^`\n]+`")
	qualified = regexp.MustCompile(`(?:^|[^.\w])([a-z]+)\.([A-Z]\w*(?:\.[A-Z]\w*)?)`)
)

// TestNames: every exported name that a page mentions, such as `nn.Dense` or
// `train.Options.Workers`, is one; so is `b.Add`, a method of the Builder.
func TestNames(t *testing.T) {
	names, public, _ := names(t)
	code := regexp.MustCompile("(?ms)^```.*?^```$")
	count := 0
	for page, text := range pages(t) {
		for _, span := range inline.FindAllString(code.ReplaceAllString(text, ""), -1) {
			for _, m := range qualified.FindAllStringSubmatch(span, -1) {
				name := m[1] + "." + m[2]
				if m[1] == "b" { // pages call a Builder b
					name = "graph.Builder." + m[2]
				} else if !public[m[1]] {
					continue
				}
				count++
				if !names[name] {
					t.Errorf("%s: there is no %s", page, name)
				}
			}
		}
	}
	if count == 0 {
		t.Error("found no name")
	}
}

// TestPackageMap: README.md links to the folder of every package or a file in it.
func TestPackageMap(t *testing.T) {
	_, _, dirs := names(t)
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(b), "\n## Packages\n")
	if !ok {
		t.Fatal("README.md has no section Packages")
	}
	if i := strings.Index(table, "\n## "); i >= 0 {
		table = table[:i]
	}
	for _, dir := range dirs {
		if dir != "." && !strings.Contains(table, "]("+dir+")") {
			t.Errorf("README.md: the table of packages has no link to %s", dir)
		}
	}
}

// TestEmbed follows README.md in an empty folder beside the module: the commands under
// "Use it in your module". What they need of other modules, go downloads.
func TestEmbed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module of its own")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell here:", err)
	}
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "\n## Use it in your module\n")
	if !ok {
		t.Fatal("README.md has no section \"Use it in your module\"")
	}
	block := regexp.MustCompile("(?s)```sh\n(.*?)```").FindStringSubmatch(section)
	if block == nil {
		t.Fatal("README.md has no commands to embed")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e", "-c", strings.ReplaceAll(block[1], "../symgrad", root))
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "sin(1)") {
		t.Errorf("got %v and:\n%s", err, out)
	}
}

package gosource_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph/gosource"
	"github.com/symgrad/symgrad/internal/browsertest"
	_ "github.com/symgrad/symgrad/models" // registers the model of the file
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// useModule writes a module with the package iris and the programs of testdata/use.
func useModule(t *testing.T) (dir string) {
	t.Helper()
	predictor, err := train.Open("../../examples/open/iris.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	params, outputs := train.Function(predictor)
	o := gosource.Options{Package: "iris", Classes: predictor.Classes(), Recipe: predictor.Info().Recipe}
	for _, in := range predictor.Inputs() {
		o.Fields = append(o.Fields, data.FieldInfo{Name: in.Name, Shape: in.Shape, Integers: in.Integers, Columns: in.Columns, Scale: in.Scale, Shift: in.Shift}.Field())
	}
	if err := gosource.Write(filepath.Join(dir, "iris"), gosource.Model{Params: params, Outputs: outputs}, o); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS("testdata/use")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module use\n\ngo 1.22\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// goTool runs the command go in a folder.
func goTool(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no command go")
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = dir, append(append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local"), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("go %s: %v\n%s%s", strings.Join(args, " "), err, errs.String(), out.String())
	}
	return strings.TrimSpace(out.String())
}

// TestService runs the test of the service that docs/gosource.md shows.
func TestService(t *testing.T) {
	goTool(t, useModule(t), nil, "test", ".")
}

// TestInBrowser builds the page's program that docs/gosource.md shows, and predicts in a browser.
func TestInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds for WebAssembly and starts a browser")
	}
	b := browsertest.Start(t)
	dir := useModule(t)
	site := t.TempDir()
	program := filepath.Join(site, "iris.wasm")
	goTool(t, dir, []string{"GOOS=js", "GOARCH=wasm"}, "build", "-ldflags=-s -w", "-o", program, ".")
	info, err := os.Stat(program)
	if err != nil || info.Size() > 4e6 {
		t.Errorf("got a program of %v bytes (%v), want less than 4 MB", info.Size(), err)
	}
	start, err := os.ReadFile(filepath.Join(goTool(t, dir, nil, "env", "GOROOT"), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		t.Fatal(err)
	}
	page := `<!DOCTYPE html><title>iris</title><link rel="icon" href="data:,"><script src="wasm_exec.js"></script><script>
const go = new Go();
WebAssembly.instantiateStreaming(fetch("iris.wasm"), go.importObject).then(r => go.run(r.instance));
</script>`
	for name, text := range map[string][]byte{"wasm_exec.js": start, "index.html": []byte(page)} {
		if err := os.WriteFile(filepath.Join(site, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(http.FileServer(http.Dir(site)))
	defer server.Close()
	p := b.Open(t, server.URL, browsertest.View{Width: 800, Height: 600})
	p.Wait("globalThis.predict")
	var got []string
	p.Eval("[predict([6.1, 2.8, 4.7, 1.2]), predict([5.1, 3.5, 1.4, 0.2])]", &got)
	if len(got) != 2 || got[0] != "versicolor" || got[1] != "setosa" {
		t.Errorf("got %q, want versicolor and setosa", got)
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("the page complains: %q", c)
	}
}

package browsertest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/browsertest"
)

var (
	packages = flag.String("packages", "internal/kernel/vec graph:^Test(Program|Profile|Params|Operators|Rooms|Sweep|Trace|RegionsProfile)",
		"packages of the module whose short tests run in the browser, each alone or with : and a pattern of its tests")
	skip = flag.String("skipped", "", "a pattern of tests to leave out in the browser")
)

// TestPrograms runs the short tests of packages in a browser, as programs for js/wasm. Files are
// in memory there: those of the module are put into it, since tests read other folders too.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds for WebAssembly and starts a browser")
	}
	b, module := browsertest.Start(t), filepath.Join("..", "..")
	for _, what := range strings.Fields(*packages) {
		p, pattern, _ := strings.Cut(what, ":")
		t.Run(p, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "test.wasm")
			goTool(t, "test", "-c", "-ldflags=-s -w", "-o", program, "../../"+p)
			server := httptest.NewServer(served(t, module, program))
			defer server.Close()
			page := b.Open(t, server.URL, browsertest.View{Width: 800, Height: 600})
			args := []string{"-test.short", "-test.v", "-test.run", pattern, "-test.skip", *skip}
			page.Eval(fmt.Sprintf("run(%s, %s, %s).then(c => { globalThis.code = c }, e => { output += e; globalThis.code = 99 }); 0", text(t, args), text(t, "/module/"+p), text(t, files(t, module))), nil)
			page.Wait("globalThis.code !== undefined")
			var code int
			var said string
			page.Eval("code", &code)
			page.Eval("output", &said)
			if code != 0 || strings.Count(said, "--- PASS") == 0 {
				t.Errorf("got the exit code %d and\n%s", code, said)
			}
			t.Logf("%d tests passed, %d skipped", strings.Count(said, "--- PASS"), strings.Count(said, "--- SKIP"))
			if c := page.Complaints(); len(c) > 0 {
				t.Errorf("the page complains: %q", c)
			}
		})
	}
}

// goTool runs the go tool for js/wasm.
func goTool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(out.String())
}

// served serves what the page of testdata asks for.
func served(t *testing.T, module, program string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir("testdata")))
	mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(module))))
	for name, file := range map[string]string{"test.wasm": program, "wasm_exec.js": filepath.Join(goTool(t, "env", "GOROOT"), "lib", "wasm", "wasm_exec.js")} {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	}
	return mux
}

// files are those of the module.
func files(t *testing.T, module string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(module, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git" && d.IsDir():
			return filepath.SkipDir
		case d.Type().IsRegular():
			rel, err := filepath.Rel(module, path)
			out = append(out, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func text(t *testing.T, x any) string {
	t.Helper()
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

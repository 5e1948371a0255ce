package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// symgrad runs the command with the arguments.
func symgrad(args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = run(args, &o, &e)
	listen(args, e.String())
	return status, o.String(), e.String()
}

// TestGraphText shows every model, forward and with gradients, in both types.
func TestGraphText(t *testing.T) {
	for _, m := range sources {
		for _, d := range []string{"float32", "float64"} {
			for _, flags := range [][]string{nil, {"-forward"}, {"-recompute"}, {"-workers", "2"}} {
				args := append([]string{"graph", "-batch", "4", "-dtype", d}, flags...)
				status, out, errs := symgrad(append(args, m.name)...)
				if status != done || errs != "" {
					t.Fatalf("%q %s: status %d, %s", args, m.name, status, errs)
				}
				for _, want := range []string{"// " + legend[0] + "\n", "// after lower\n", "// after fuse\n", "// after plan\n", "level ", d[:1] + d[5:] + "[4"} {
					if !strings.Contains(out, want) {
						t.Errorf("%q %s: the text has no %q", args, m.name, want)
					}
				}
				if hasGrads := strings.Contains(out, "grad["); hasGrads == (len(flags) > 0 && flags[0] == "-forward") {
					t.Errorf("%q %s: the plan writes gradients: %v", args, m.name, hasGrads)
				}
			}
		}
	}
}

// TestGraphFormula compiles a formula whose names are parameters but for the inputs.
func TestGraphFormula(t *testing.T) {
	status, out, errs := symgrad("graph", "-batch", "3", "-inputs", "x,y", "-formula", "a*x + y")
	if status != done || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	for _, want := range []string{`param f32[] 0 "a"`, `input f32[3] "x"`, `input f32[3] "y"`, "grad["} {
		if !strings.Contains(out, want) {
			t.Errorf("the text has no %q:\n%s", want, out)
		}
	}
	if _, out, _ := symgrad("graph", "-inputs", "a,b", "-formula", "a*b"); strings.Contains(out, "grad[") {
		t.Error("a formula without parameters has gradients")
	}
}

// TestGraphPage writes a page that needs no other file and has each phase and each value.
func TestGraphPage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	if status, out, errs := symgrad("graph", "-html", file, "mlp"); status != done || out+errs != "" {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{"<title>mlp (batch 32", ">lower</button>", ">fuse</button>", ">plan</button>", `<b data-v="v0">v0</b>`, `class="new"`, "nothing changed", "</html>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if link := regexp.MustCompile(`(src|href)=`).FindString(page); link != "" {
		t.Errorf("the page has a link: %s", link)
	}
}

// TestMarked finds the lines that are new, each as often as it is.
func TestMarked(t *testing.T) {
	lines, gone := marked([]string{"a", "b", "b", "c"}, []string{"a", "b", "d"}, false)
	var fresh []bool
	for _, l := range lines {
		fresh = append(fresh, l.New)
	}
	want := []bool{false, false, true, true}
	for i := range want {
		if fresh[i] != want[i] {
			t.Fatalf("got %v, want %v", fresh, want)
		}
	}
	if gone != 1 {
		t.Errorf("%d lines are gone, want 1", gone)
	}
}

// TestMisuse holds what a wrong command line is answered with.
func TestMisuse(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, misuse, "Usage: symgrad VERB"},
		{[]string{"draw"}, misuse, `unknown verb "draw"`},
		{[]string{"graph"}, misuse, "got 0 arguments, want one model"},
		{[]string{"graph", "mlp", "cnn"}, misuse, "got 2 arguments"},
		{[]string{"graph", "-batch", "many", "mlp"}, misuse, `invalid value "many"`},
		{[]string{"graph", "-dtype", "float16", "mlp"}, misuse, "float16"},
		{[]string{"graph", "resnet"}, failed, `got the model "resnet", want one of linear, mlp, cnn, rnn`},
		{[]string{"graph", "-batch", "0", "mlp"}, misuse, "-batch: got 0, want at least 1"},
		{[]string{"graph", "-workers", "-1", "mlp"}, misuse, "-1"},
		{[]string{"graph", "-formula", "1 +"}, failed, "formula"},
		{[]string{"graph", "-html", filepath.Join("no", "such", "folder"), "mlp"}, failed, "no"},
	} {
		status, out, errs := symgrad(c.args...)
		if status != c.status || !strings.Contains(errs, c.says) || out != "" {
			t.Errorf("%q: status %d, %q and %q, want %d and %q", c.args, status, out, errs, c.status, c.says)
		}
	}
	for _, help := range [][]string{{"help"}, {"-h"}, {"graph", "-help"}} {
		if status, out, errs := symgrad(help...); status != done || !strings.Contains(out+errs, "Usage: symgrad") {
			t.Errorf("%q: status %d, %q", help, status, out+errs)
		}
	}
}

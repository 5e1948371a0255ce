package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestReference runs the cases that the project ships, in both types: functions with
// values, gradients and second derivatives that PyTorch has computed in float64.
// families has each function with several forms of its arguments.
func TestReference(t *testing.T) {
	for name, n := range map[string]int{"cases": 244, "families": 790} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases, err := zip.OpenReader("testdata/" + name + ".zip")
			if err != nil {
				t.Fatal(err)
			}
			defer cases.Close()
			var out bytes.Buffer
			if _, err := run(&out, cases, true); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("float64: %d passed, 0 failed, 0 not covered\nfloat32: %[1]d passed, 0 failed, 0 not covered\n", n)
			if !strings.Contains(out.String(), want) {
				t.Errorf("got\n%s", out.String())
			}
		})
	}
}

// verdicts runs a case of one program on x = [1 2 3 4] as [2,2] and returns the
// last line, and what is printed of failures and of what is not covered.
func verdicts(t *testing.T, program, results, outputs string) (last, said string) {
	t.Helper()
	text := fmt.Sprintf(`{"name": "a", "category": "shape", "program": [%s], "results": [%s],
		"inputs": {"x": {"dtype": "float64", "shape": [2, 2], "data": [1, 2, 3, 4]}}, "outputs": {%s}}`, program, results, outputs)
	var out bytes.Buffer
	if _, err := run(&out, fstest.MapFS{"a.json": {Data: []byte(text)}}, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	return lines[len(lines)-1], lines[0]
}

// vector is an output as a case has it.
func vector(name, shape, data string) string {
	return fmt.Sprintf(`%q: {"dtype": "float64", "shape": [%s], "data": [%s]}`, name, shape, data)
}

const (
	passed     = "1 passed, 0 failed, 0 not covered"
	failed     = "0 passed, 1 failed, 0 not covered"
	notCovered = "0 passed, 0 failed, 1 not covered"
)

// TestPrograms checks the ways in which a program says what it computes.
func TestPrograms(t *testing.T) {
	for _, c := range []struct{ name, program, results, outputs, want string }{
		{"a value", `{"out": "y", "call": "mul", "args": ["$x", 2]}`, `"y"`, vector("y", "2,2", "2,4,6,8"), passed},
		{"a wrong value", `{"out": "y", "call": "mul", "args": ["$x", 2]}`, `"y"`, vector("y", "2,2", "2,4,6,8.001"), failed},
		{"a wrong shape", `{"out": "y", "call": "mul", "args": ["$x", 2]}`, `"y"`, vector("y", "4", "2,4,6,8"), failed},
		{"no such function", `{"out": "y", "call": "no_such", "args": ["$x"]}`, `"y"`, vector("y", "2,2", "2,4,6,8"), notCovered},
		{"no program", ``, `"y"`, vector("y", "2,2", "2,4,6,8"), notCovered},
		{"a method", `{"out": "y", "call": "tensor.sum", "args": ["$x", 0, true]}`, `"y"`, vector("y", "1,2", "4,6"), passed},
		{"any number of arguments", `{"out": "y", "call": "tensor.view", "args": ["$x", -1]}`, `"y"`, vector("y", "4", "1,2,3,4"), passed},
		{"keywords", `{"out": "y", "call": "sum", "args": ["$x"], "kwargs": {"dim": [-1], "keepdim": false}}`, `"y"`, vector("y", "2", "3,7"), passed},
		{"a number that is none in JSON", `{"out": "y", "call": "maximum", "args": ["$x", {"number": "-Inf"}]}`, `"y"`, vector("y", "2,2", "1,2,3,4"), passed},
		{"a dtype", `{"out": "y", "call": "sum", "args": ["$x"], "kwargs": {"dtype": {"dtype": "float64"}}}`, `"y"`, vector("y", "", "10"), passed},
		{"a dtype that is not computed", `{"out": "y", "call": "sum", "args": ["$x"], "kwargs": {"dtype": {"dtype": "float16"}}}`, `"y"`, vector("y", "", "10"), notCovered},
		{"several results", `{"out": ["a", "b"], "call": "chunk", "args": ["$x", 2, 1]}, {"out": "y", "call": "sub", "args": ["$b", "$a"]}`, `"y"`, vector("y", "2,1", "1,1"), passed},
		{"a result that is left alone", `{"out": ["v", "i"], "call": "mode", "args": ["$x"]}`, `"v"`, vector("v", "2", "1,3"), passed},
		{"a result that no rule computes", `{"out": ["v", "i"], "call": "mode", "args": ["$x"]}`, `"i"`, vector("i", "2", "0,0"), notCovered},
		{"places as indices", `{"out": ["v", "i"], "call": "max", "args": ["$x", 1, true]}, {"out": "y", "call": "gather", "args": ["$x", 1, "$i"]}`, `"y"`, vector("y", "2,1", "2,4"), passed},
		{"a mask of constants", `{"out": "m", "call": "tensor", "args": [[true, false]]}, {"out": "y", "call": "getitem", "args": ["$x", ["$m"]]}`, `"y"`, vector("y", "1,2", "1,2"), passed},
		{"a mask that only the graph knows", `{"out": "m", "call": "gt", "args": ["$x", 2]}, {"out": "y", "call": "getitem", "args": ["$x", ["$m"]]}`, `"y"`, vector("y", "2", "3,4"), notCovered},
		{"indices on two axes", `{"out": "i", "call": "tensor", "args": [[1, 0, -1]]}, {"out": "y", "call": "getitem", "args": ["$x", ["$i", "$i"]]}`, `"y"`, vector("y", "3", "4,1,4"), passed},
		{"an ellipsis and a new axis", `{"out": "y", "call": "getitem", "args": ["$x", ["...", null, 1]]}`, `"y"`, vector("y", "2,1", "2,4"), passed},
		{"a span with a step", `{"out": "f", "call": "reshape", "args": ["$x", [4]]}, {"out": "y", "call": "getitem", "args": ["$f", [{"slice": [-3, null, 2]}]]}`, `"y"`, vector("y", "2", "2,4"), passed},
		{"a gradient", `{"out": "s", "call": "sum", "args": ["$x"]}, {"out": "q", "call": "pow", "args": ["$s", 2]}, {"out": ["y"], "call": "autograd.grad", "args": ["$q", ["$x"]]}`, `"y"`, vector("y", "2,2", "20,20,20,20"), passed},
		{"statistics that a call changes", `{"out": "m", "call": "tensor.new_zeros", "args": ["$x", [2]]}, {"out": "v", "call": "tensor.new_ones", "args": ["$x", [2]]},
			{"out": "n", "call": "nn.functional.batch_norm", "args": ["$x", "$m", "$v"], "kwargs": {"training": true, "momentum": 0.5}}`, `"m"`, vector("m", "2", "1,1.5"), passed},
	} {
		if last, said := verdicts(t, c.program, c.results, c.outputs); last != c.want {
			t.Errorf("%s: got %q (%s), want %q", c.name, last, said, c.want)
		}
	}
}

// TestUnknownArguments checks of every function that an argument that its rule does
// not read is never passed over.
func TestUnknownArguments(t *testing.T) {
	for name := range calls {
		c := newBench(0)
		b := &call{bench: c, name: name, args: map[string]*value{}, read: map[string]bool{}}
		x := value{node: c.Input("x", 2, 2)}
		_, err := b.run([]*value{&x}, map[string]*value{"no_such_argument": {plain: 1.0}})
		if !unsupported(err) {
			t.Errorf("%s with an argument that it does not have: got %v, want what is not covered", name, err)
		}
	}
	for _, c := range []struct{ program, arg string }{
		{`{"out": "y", "call": "nn.functional.mse_loss", "args": ["$x", "$x"], "kwargs": {"reduce": false}}`, "reduce"},
		{`{"out": "y", "call": "nn.functional.mse_loss", "args": ["$x", "$x", false]}`, "size_average"},
		{`{"out": "y", "call": "linalg.pinv", "args": ["$x"], "kwargs": {"atol": 0.1}}`, "absolute"},
		{`{"out": "y", "call": "nn.functional.gelu", "args": ["$x"], "kwargs": {"approximate": "other"}}`, "approximate"},
	} {
		if last, said := verdicts(t, c.program, `"y"`, vector("y", "", "0")); last != notCovered || !strings.Contains(said, c.arg) {
			t.Errorf("%s: got %q, %q, want it not covered for %q", c.program, last, said, c.arg)
		}
	}
}

// TestSignatures checks that every rule has the parameters of its function, and
// every function with parameters a rule.
func TestSignatures(t *testing.T) {
	for name := range calls {
		if _, ok := of(signatures, name); !ok {
			t.Errorf("%s has no parameters", name)
		}
	}
	for name := range signatures {
		if _, ok := of(calls, name); !ok {
			t.Errorf("%s has no rule", name)
		}
	}
}

// TestFloat32 checks that float32 is held to its own precision, whatever the case
// allows float64: a value that is off by a hundred thousandth fails in float32 alone.
// Where the inputs are ill-conditioned, what rounding them does is allowed.
func TestFloat32(t *testing.T) {
	const text = `{"name": "a", "category": "shape", "program": [{"out": "y", "call": "%s", "args": ["$x", %s]}], "results": ["y"], "tolerance_float64": {"rtol": 1e-3},
		"inputs": {"x": {"dtype": "float64", "shape": [1], "data": [1000.1]}}, "outputs": {"y": {"dtype": "float64", "shape": [1], "data": [%s]}}}`
	for _, c := range []struct{ call, by, y, want string }{
		{"mul", "2", "2000.2", "float64: 1 passed, 0 failed, 0 not covered\nfloat32: 1 passed"},
		{"mul", "2", "2000.22", "float64: 1 passed, 0 failed, 0 not covered\nfloat32: 0 passed, 1 failed"},
		{"sub", "1000", "0.1", "float64: 1 passed, 0 failed, 0 not covered\nfloat32: 1 passed"},
		{"sub", "1000", "0.10005", "float64: 1 passed, 0 failed, 0 not covered\nfloat32: 1 passed"},
	} {
		var out bytes.Buffer
		if _, err := run(&out, fstest.MapFS{"a.json": {Data: fmt.Appendf(nil, text, c.call, c.by, c.y)}}, false); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%s by %s: got\n%s\nwant %s", c.call, c.by, out.String(), c.want)
		}
	}
}

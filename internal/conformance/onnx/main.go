// Onnx runs ONNX's node tests of the layers that graph/nn has: convolution, pools, norms,
// recurrence, embedding and dropout. A test is a folder with model.onnx, a graph of one node,
// and folders test_data_set_N of inputs and outputs. Each operator has a rule in the files
// rules_*.go, which computes it by functions of nn. An attribute, an input or an output that
// a rule does not know makes the test not covered; it is listed with the reason.
//
// Tests run in float64 and in float32. Outputs are compared as ONNX does: up to a relative
// error of 1e-3 and an absolute one of 1e-7. The command prints a table by operator, the
// failures with what differs, and ends with the line
//
//	N passed, N failed, N not covered
//
// Tests of other operators are not counted. The exit status is 1 if any test failed.
//
//	go run ./internal/conformance/onnx DIR
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path"
	"slices"

	"github.com/symgrad/symgrad/graph"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: onnx DIR")
		os.Exit(2)
	}
	failed, err := run(os.Stdout, os.DirFS(os.Args[1]))
	if err != nil {
		fmt.Fprintln(os.Stderr, "onnx:", err)
		os.Exit(2)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// counts are the verdicts of an operator's tests.
type counts struct{ passed, failed, open int }

func (c counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d not covered", c.passed, c.failed, c.open)
}

// run runs every test of the directory and returns how many failed.
func run(w io.Writer, dir fs.FS) (failed int, err error) {
	by, all := map[string]*counts{}, counts{}
	err = fs.WalkDir(dir, ".", func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "model.onnx" {
			return err
		}
		m, err := readFile(dir, at, readModel)
		if err != nil || len(m.nodes) != 1 || rules[m.nodes[0].op] == nil {
			return err
		}
		op := m.nodes[0].op
		if by[op] == nil {
			by[op] = &counts{}
		}
		var open openError
		switch err := check(dir, path.Dir(at), m); {
		case err == nil:
			by[op].passed++
			all.passed++
		case errors.As(err, &open):
			by[op].open++
			all.open++
			fmt.Fprintf(w, "%s: not covered: %v\n", path.Dir(at), err)
		default:
			by[op].failed++
			all.failed++
			fmt.Fprintf(w, "%s: FAILED: %v\n", path.Dir(at), err)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, op := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(w, "%-24s %v\n", op, by[op])
	}
	fmt.Fprintln(w, all)
	return all.failed, nil
}

// readFile reads a file's message.
func readFile[T any](dir fs.FS, at string, read func([]byte) (T, error)) (v T, err error) {
	text, err := fs.ReadFile(dir, at)
	if err == nil {
		v, err = read(text)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", at, err)
	}
	return v, err
}

// check runs the model on each of the folder's data sets, in both types.
func check(dir fs.FS, folder string, m model) error {
	sets, err := fs.Glob(dir, folder+"/test_data_set_*")
	if err != nil || len(sets) == 0 {
		return errors.Join(err, errors.New("there is no data set"))
	}
	for _, set := range sets {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			if err := checkSet(dir, set, m, d); err != nil {
				return fmt.Errorf("%v: %w", d, err)
			}
		}
	}
	return nil
}

// tensors reads the files of the names, such as "input_0.pb", that there are.
func tensors(dir fs.FS, set, kind string, names []string) (map[string]tensor, error) {
	out := map[string]tensor{}
	for i, name := range names {
		t, err := readFile(dir, fmt.Sprintf("%s/%s_%d.pb", set, kind, i), readTensor)
		switch {
		case errors.Is(err, errKind):
			return nil, openError(err.Error())
		case errors.Is(err, fs.ErrNotExist): // an initializer
		case err != nil:
			return nil, err
		default:
			out[name] = t
		}
	}
	return out, nil
}

// checkSet compares the model's outputs with those of a data set.
func checkSet(dir fs.FS, set string, m model, d graph.DType) error {
	in, err := tensors(dir, set, "input", m.inputs)
	if err != nil {
		return err
	}
	for _, t := range m.constants {
		in[t.name] = t
	}
	want, err := tensors(dir, set, "output", m.outputs)
	if err != nil {
		return err
	}
	got, err := compute(m, in, d)
	if err != nil {
		return err
	}
	for _, name := range m.outputs {
		g, ok := got[name]
		if !ok {
			return openError(fmt.Sprintf("the output %s", name))
		}
		if err := equal(g, want[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// equal compares a result with what it should be, at ONNX's tolerance.
func equal(got, want tensor) error {
	if !slices.Equal(got.shape, want.shape) {
		return fmt.Errorf("got the shape %v, want %v", got.shape, want.shape)
	}
	for i, w := range want.data {
		g := got.data[i]
		if !(g == w || math.Abs(g-w) <= 1e-7+1e-3*math.Abs(w) || math.IsNaN(g) && math.IsNaN(w)) {
			return fmt.Errorf("got %v at element %d, want %v", g, i, w)
		}
	}
	return nil
}

// openError is why a test is not covered.
type openError string

func (e openError) Error() string { return string(e) }

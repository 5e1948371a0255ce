// Onnx runs ONNX's node tests through graph/onnx. A test is a folder with model.onnx and folders
// test_data_set_N of inputs and outputs. A model is read by onnx.Read and built with the library's
// own operators. What onnx.Read or Imported.Outputs refuses as unsupported is not covered; it is
// listed with the reason. Any other error, shape or number is a failure.
//
// Tests run in float64 and in float32, in float64 alone if an input is beyond the range of
// float32. Outputs are compared as ONNX does: up to a relative
// error of 1e-3 and an absolute one of 1e-7. Random numbers cannot be compared: an operator that
// draws its own is not covered. The command prints a table by operator, the reasons, the failures
// with what differs, and ends with two lines: all tests, and those whose inputs and outputs are
// tensors of float32, float64, integers and booleans:
//
//	N passed, N failed, N not covered
//
// The exit status is 1 if any test failed.
//
//	go run ./internal/conformance/onnx [-v] DIR
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

func main() {
	verbose := flag.Bool("v", false, "print the reason of each test that is not covered")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: onnx [-v] DIR")
		os.Exit(2)
	}
	failed, err := run(os.Stdout, os.DirFS(flag.Arg(0)), *verbose)
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

// add counts the verdict of a test: nil, an openError or another error.
func (c *counts) add(verdict error) {
	var open openError
	switch {
	case verdict == nil:
		c.passed++
	case errors.As(verdict, &open):
		c.open++
	default:
		c.failed++
	}
}

// run runs every test of the directory and returns how many failed.
func run(w io.Writer, dir fs.FS, verbose bool) (failed int, err error) {
	by, all, numbers := map[string]*counts{}, counts{}, counts{}
	reasons := map[string]int{}
	err = fs.WalkDir(dir, ".", func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "model.onnx" {
			return err
		}
		text, err := fs.ReadFile(dir, at)
		if err != nil {
			return err
		}
		op, plain := operator(text)
		if by[op] == nil {
			by[op] = &counts{}
		}
		verdict := check(dir, path.Dir(at), text)
		by[op].add(verdict)
		if all.add(verdict); plain {
			numbers.add(verdict)
		}
		var open openError
		switch {
		case verdict == nil:
		case errors.As(verdict, &open):
			if reasons[open.reason]++; verbose {
				fmt.Fprintf(w, "%s: not covered: %v\n", path.Dir(at), verdict)
			}
		default:
			fmt.Fprintf(w, "%s: FAILED: %v\n", path.Dir(at), verdict)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, op := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(w, "%-32s %v\n", op, by[op])
	}
	for _, reason := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int {
		return cmp.Or(reasons[b]-reasons[a], strings.Compare(a, b))
	}) {
		fmt.Fprintf(w, "%5d not covered: %s\n", reasons[reason], reason)
	}
	fmt.Fprintf(w, "all: %v\nfloats, integers and booleans: %v\n", all, numbers)
	return all.failed, nil
}

// operator returns the operator of a model, or of its first node and "+", and whether its inputs
// and outputs are tensors of float32, float64, integers and booleans.
func operator(file []byte) (op string, plain bool) {
	m, err := onnxfile.ReadModel(file, onnxfile.Limits{})
	if err != nil || len(m.Graph.Nodes) == 0 {
		return "(unread)", false
	}
	if op = m.Graph.Nodes[0].Op; len(m.Graph.Nodes) > 1 {
		op = "(composed)"
	}
	plain = !slices.ContainsFunc(slices.Concat(m.Graph.Inputs, m.Graph.Outputs), func(p onnxfile.Port) bool {
		return p.Other != "" || p.Kind.Check() != nil || p.Kind == onnxfile.Float16 || p.Kind == onnxfile.BFloat16
	})
	return op, plain
}

// check runs the model on each of the folder's data sets, in both types.
func check(dir fs.FS, folder string, file []byte) error {
	sets, err := fs.Glob(dir, folder+"/test_data_set_*")
	if err != nil || len(sets) == 0 {
		return errors.Join(err, errors.New("there is no data set"))
	}
	for _, set := range sets {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			err := checkSet(dir, set, file, d)
			if d == graph.Float32 && errors.Is(err, graph.ErrNotFinite) { // the numbers are beyond its range
				continue
			}
			if err != nil {
				return fmt.Errorf("%v: %w", d, err)
			}
		}
	}
	return nil
}

// openError is why a test is not covered.
type openError struct {
	reason string // without names and numbers of the test
	err    error
}

func (e openError) Error() string { return e.err.Error() }

// Conformance runs a directory of reference cases, and those below it, through
// the public packages: values, gradients, Hessian-vector products, Hessians, third
// derivatives and whole trainings; samples of PyTorch's functions; problems of
// ADBench; regressions of the NIST Statistical Reference Datasets. A case is a
// JSON file whose content says of which kind it is; its formula, attributes and
// shapes say which graph to build. It prints a table by category, the failures
// with what differs, and ends with the line
//
//	N passed, N failed, N not covered
//
// Its exit status is 1 if any case failed.
//
//	go run ./internal/conformance [-v] DIR
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

func main() {
	verbose := flag.Bool("v", false, "list the cases that are not covered")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: conformance [-v] DIR")
		os.Exit(2)
	}
	failed, err := run(os.Stdout, os.DirFS(flag.Arg(0)), *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(2)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// tally counts the verdicts of one category.
type tally struct{ passed, failed, open int }

// run checks every case of the directory and returns how many failed.
func run(w io.Writer, dir fs.FS, verbose bool) (failed int, err error) {
	var files []string
	err = fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".json") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, errors.New("the directory has no case")
	}
	r := &record{w: w, verbose: verbose, by: map[string]*tally{}}
	for _, file := range files {
		text, err := fs.ReadFile(dir, file)
		if err == nil {
			err = r.file(text)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
	}
	by, total := r.by, r.total
	names := make([]string, 0, len(by))
	for n := range by {
		names = append(names, n)
	}
	slices.Sort(names)
	fmt.Fprintf(w, "%-12s %7s %7s %12s\n", "category", "passed", "failed", "not covered")
	for _, n := range names {
		fmt.Fprintf(w, "%-12s %7d %7d %12d\n", n, by[n].passed, by[n].failed, by[n].open)
	}
	fmt.Fprintf(w, "%d passed, %d failed, %d not covered\n", total.passed, total.failed, total.open)
	return total.failed, nil
}

// record collects the verdicts.
type record struct {
	w       io.Writer
	verbose bool
	by      map[string]*tally
	total   tally
}

// file runs the cases of a file: its content says of which kind it is.
func (r *record) file(text []byte) error {
	var kind struct {
		Callable string `json:"torch_callable"`
		Problem  string
		Name     string
		Kind     string
		Category string
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return err
	}
	switch {
	case kind.Callable != "":
		return checkCalls(text, func(name string, covered bool, err error) { r.add("opinfo", name, covered, err) })
	case kind.Problem == "gmm" || kind.Problem == "ba":
		covered, err := checkADBench(text)
		r.add("adbench", kind.Problem, covered, err)
	case kind.Kind == "linear" || kind.Kind == "nonlinear":
		covered, err := checkRegression(text)
		r.add("nist", kind.Kind+" "+kind.Name, covered, err)
	case kind.Category == "":
		r.add("other", kind.Name, false, nil)
	default:
		k, err := readCase(text)
		if err != nil {
			return err
		}
		covered, err := check(k)
		r.add(k.Category, k.Name+": "+k.Formula, covered, err)
	}
	return nil
}

// add counts a verdict.
func (r *record) add(category, name string, covered bool, err error) {
	t := r.by[category]
	if t == nil {
		t = &tally{}
		r.by[category] = t
	}
	switch {
	case !covered:
		t.open++
		r.total.open++
		if r.verbose {
			fmt.Fprintf(r.w, "not covered: %s %s\n", category, name)
		}
	case err != nil:
		t.failed++
		r.total.failed++
		fmt.Fprintf(r.w, "FAILED: %s %s: %v\n", category, name, err)
	default:
		t.passed++
		r.total.passed++
	}
}

// Conformance runs a directory of reference cases through the public packages:
// values, gradients, Hessian-vector products, Hessians, third derivatives and
// whole trainings. A case is a JSON file; its formula, attributes and shapes say
// which graph to build. It prints a table by category, the failures with what
// differs, and ends with the line
//
//	N passed, N failed, N not covered
//
// Its exit status is 1 if any case failed.
//
//	go run ./internal/conformance [-v] DIR
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
	files, err := fs.Glob(dir, "*.json")
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, errors.New("the directory has no case")
	}
	by := map[string]*tally{}
	var total tally
	for _, file := range files {
		k, err := readCase(dir, file)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		t := by[k.Category]
		if t == nil {
			t = &tally{}
			by[k.Category] = t
		}
		covered, err := check(k)
		switch {
		case !covered:
			t.open++
			total.open++
			if verbose {
				fmt.Fprintf(w, "not covered: %s %s: %s\n", k.Category, k.Name, k.Formula)
			}
		case err != nil:
			t.failed++
			total.failed++
			fmt.Fprintf(w, "FAILED: %s %s: %s: %v\n", k.Category, k.Name, k.Formula, err)
		default:
			t.passed++
			total.passed++
		}
	}
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

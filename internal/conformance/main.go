// Conformance runs a directory of reference cases, and those below it, through
// the public packages: values, gradients, Hessian-vector products, Hessians, third
// derivatives and whole trainings; samples of PyTorch's functions; problems of
// ADBench; regressions of the NIST Statistical Reference Datasets; optimizers,
// schedules, initializers and metrics. A case is a
// JSON file whose content says of which kind it is. What it computes stands in it
// as a program, a list of calls of PyTorch's functions, each of which has a rule in
// the files calls_*.go; an argument that a rule does not know makes the case not
// covered. Cases run in float64 and in float32. The command prints a table by
// category, the failures with what differs, and ends with the line
//
//	N passed, N failed, N not covered
//
// of cases that passed in both types, failed in one, or are not covered. Its exit
// status is 1 if any case failed.
//
// A directory with a MANIFEST.tsv, or a folder of one, has files that readers of data must
// accept or refuse: tables, IDX, npy, npz and safetensors. A reader may take 2 s and 64 MiB
// for each, and what it reads must be what the manifest says of the values.
//
//	go run ./internal/conformance [-v] DIR
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

func main() {
	verbose := flag.Bool("v", false, "list the cases that are not covered")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: conformance [-v] DIR")
		os.Exit(2)
	}
	failed, err := runDir(os.Stdout, flag.Arg(0), *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(2)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// runDir checks a directory of cases, or of files with a manifest.
func runDir(w io.Writer, dir string, verbose bool) (failed int, err error) {
	if root, under, ok := manifestOf(dir); ok {
		return runHostile(w, root, under, verbose)
	}
	return run(w, os.DirFS(dir), verbose)
}

// tally counts the verdicts of one category: of each type of floats, and of both
// together, which pass if each does.
type tally struct{ of64, of32, both counts }

type counts struct{ passed, failed, open int }

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
	r := newRecord(w, verbose)
	for _, file := range files {
		text, err := fs.ReadFile(dir, file)
		if err == nil {
			err = r.file(text)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
	}
	return r.table(), nil
}

// record collects the verdicts.
type record struct {
	w       io.Writer
	verbose bool
	by      map[string]*tally
	total   tally
}

func newRecord(w io.Writer, verbose bool) *record {
	return &record{w: w, verbose: verbose, by: map[string]*tally{}}
}

// table prints the counts, and returns how many cases failed.
func (r *record) table() (failed int) {
	fmt.Fprintf(r.w, "%-12s %-27s %s\n", "", "float64", "float32")
	fmt.Fprintf(r.w, "%-12s %7s %7s %11s %7s %7s %11s\n", "category", "passed", "failed", "not covered", "passed", "failed", "not covered")
	total := r.total
	for _, n := range sorted(r.by) {
		a, b := r.by[n].of64, r.by[n].of32
		fmt.Fprintf(r.w, "%-12s %7d %7d %11d %7d %7d %11d\n", n, a.passed, a.failed, a.open, b.passed, b.failed, b.open)
	}
	for _, t := range []struct {
		name string
		counts
	}{{"float64: ", total.of64}, {"float32: ", total.of32}, {"", total.both}} {
		fmt.Fprintf(r.w, "%s%d passed, %d failed, %d not covered\n", t.name, t.passed, t.failed, t.open)
	}
	return total.both.failed
}

// file runs the cases of a file: its content says of which kind it is.
func (r *record) file(text []byte) error {
	var kind struct {
		Callable string `json:"torch_callable"`
		Problem  string
		Name     string
		Kind     string
		Category string

		Optimizer, Ctor       string
		Clipped, Theory, Gain json.RawMessage
		Truth                 json.RawMessage `json:"y_true"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return err
	}
	switch {
	case kind.Callable != "":
		return checkCalls(text, func(name string, of64, of32 verdict) { r.add("opinfo", name, of64, &of32) })
	case kind.Problem == "gmm" || kind.Problem == "ba":
		r.add("adbench", kind.Problem, verdictOf(checkADBench(text)), nil)
	case kind.Kind == "linear" || kind.Kind == "nonlinear":
		r.add("nist", kind.Kind+" "+kind.Name, verdictOf(checkRegression(text)), nil)
	case kind.Optimizer != "":
		t := &trajectory{}
		if err := json.Unmarshal(text, t); err != nil {
			return err
		}
		prepare := t.prepare
		if kind.Optimizer == "LBFGS" {
			k := &searching{}
			if err := json.Unmarshal(text, k); err != nil {
				return err
			}
			prepare = k.prepare
		}
		of64, of32 := both(prepare)
		r.add("optim", kind.Name, of64, &of32)
	case kind.Ctor != "":
		r.add("sched", kind.Name, verdictOf(checkSchedule(text)), nil)
	case kind.Theory != nil || kind.Gain != nil:
		r.add("init", kind.Name, verdictOf(checkInitial(text)), nil)
	case kind.Truth != nil:
		r.add("metrics", kind.Name, verdictOf(checkMetrics(text)), nil)
	case kind.Clipped != nil:
		k := &clipping{}
		if err := json.Unmarshal(text, k); err != nil {
			return err
		}
		of64, of32 := both(k.prepare)
		r.add("clip", kind.Name, of64, &of32)
	case kind.Category == "":
		r.add("other", kind.Name, verdict{open: errors.New("a case of no known kind")}, nil)
	default:
		k, err := readCase(text)
		if err != nil {
			return err
		}
		of64, of32 := both(k.prepare)
		r.add(k.Category, k.Name, of64, &of32)
	}
	return nil
}

// add counts the verdicts on a case; nil where float32 has no part in it.
func (r *record) add(category, name string, of64 verdict, of32 *verdict) {
	t := r.by[category]
	if t == nil {
		t = &tally{}
		r.by[category] = t
	}
	whole := of64
	r.say("float64", category, name, of64)
	t.of64.add(of64)
	r.total.of64.add(of64)
	if of32 != nil {
		if *of32 != of64 {
			r.say("float32", category, name, *of32)
		}
		t.of32.add(*of32)
		r.total.of32.add(*of32)
		whole = verdict{cmp.Or(whole.open, of32.open), cmp.Or(whole.failed, of32.failed)}
	}
	t.both.add(whole)
	r.total.both.add(whole)
}

func (t *counts) add(v verdict) {
	switch {
	case v.failed != nil:
		t.failed++
	case v.open != nil:
		t.open++
	default:
		t.passed++
	}
}

func (r *record) say(in, category, name string, v verdict) {
	if v.failed != nil {
		fmt.Fprintf(r.w, "FAILED in %s: %s %s: %v\n", in, category, name, v.failed)
	} else if v.open != nil && r.verbose {
		fmt.Fprintf(r.w, "not covered: %s %s: %v\n", category, name, v.open)
	}
}

// Mutate asks the project's tests whether they would notice a wrong derivative.
// It changes the rules of internal/op, what they rest on, and autograd's walks, one
// place at a time: a sign is flipped, a factor changed, a term, an operand or a
// transpose dropped, operands are swapped, an axis, a flag or a condition becomes
// another. For each change it runs the tests until one fails, and prints what was
// caught by which test and what survived. It ends with the line
//
//	N caught, N survived, N did not build
//
// Its exit status is 1 if fewer than 95 % of the mutants that build were caught.
//
//	go run ./internal/mutate [-run PATTERN] [-seed N] [-n N] [-j N] [-list]
//
// All mutants are built into one set of test binaries, by an overlay that leaves
// the working tree alone: a rule's body stands there once as it is and once for
// each of its mutants, and an environment variable says which one runs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
)

// wanted is the share of the mutants that the tests must catch.
const wanted = 0.95

func main() {
	pattern := flag.String("run", "", "mutate only where file:line matches this regular expression")
	seed := flag.Uint64("seed", 1, "of the sample")
	n := flag.Int("n", 0, "size of a random sample; 0: all")
	workers := flag.Int("j", runtime.NumCPU(), "mutants tested at a time")
	list := flag.Bool("list", false, "only list the mutants")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ok, err := run(*pattern, *seed, *n, *workers, *list)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run makes the mutants, tests a sample of them and prints the table.
func run(pattern string, seed uint64, n, workers int, list bool) (ok bool, err error) {
	match, err := regexp.Compile(pattern)
	if err != nil {
		return false, err
	}
	root, err := moduleRoot()
	if err != nil {
		return false, err
	}
	sources, err := readSources(root)
	if err != nil {
		return false, err
	}
	var all []*mutant
	for _, s := range sources {
		all = append(all, s.mutants()...)
	}
	all = slices.DeleteFunc(all, func(m *mutant) bool { return !match.MatchString(m.place()) })
	if n > 0 && n < len(all) {
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:n]
		slices.SortFunc(all, func(a, b *mutant) int { return a.id - b.id })
	}
	if len(all) == 0 {
		return false, errors.New("nothing to mutate")
	}
	if list {
		for _, m := range all {
			fmt.Println(m)
		}
		return true, nil
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	b := &build{root: root, dir: dir, sources: sources}
	if err := b.compile(all); err != nil {
		return false, err
	}
	if err := b.baseline(); err != nil {
		return false, err
	}
	b.test(all, workers)
	return report(all), nil
}

// report prints the table and the totals, and says whether enough was caught.
func report(all []*mutant) bool {
	var caught, survived, unbuilt, equal int
	for _, m := range all {
		switch {
		case m.unbuilt:
			unbuilt++
			fmt.Printf("%v\n    did not build\n", m)
		case m.by != "":
			caught++
			fmt.Printf("%v\n    caught by %s\n", m, m.by)
		case m.equivalent() != "":
			equal++
			fmt.Printf("%v\n    equivalent: %s\n", m, m.equivalent())
		default:
			survived++
			fmt.Printf("%v\n    SURVIVED\n", m)
		}
	}
	if equal > 0 {
		fmt.Printf("%d are equivalent to the original, for the reasons above\n", equal)
	}
	if caught+survived > 0 {
		fmt.Printf("%.1f %% of those that build and change something were caught\n", 100*float64(caught)/float64(caught+survived))
	}
	fmt.Printf("%d caught, %d survived, %d did not build\n", caught, survived, unbuilt)
	return float64(caught) >= wanted*float64(caught+survived)
}

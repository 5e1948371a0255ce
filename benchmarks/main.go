// Benchmarks trains one multi-layer perceptron from the same weights on the same
// batches in three ways: with symgrad, with backpropagation written by hand in
// plain Go, and with gorgonia's TapeMachine. It checks that the losses agree
// step by step, and prints what a step costs and how much code each takes.
//
//	go run ./benchmarks
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// step is one way: a step on a batch, which returns the loss before it.
type step func(x []float64, labels []int) (float64, error)

// way is one of the ways with its source, whose lines are counted.
type way struct {
	name   string
	source string
	make   func(p problem) (step, error)
}

//go:embed symgrad.go
var symgradSource string

//go:embed byhand.go
var byHandSource string

//go:embed tape.go
var tapeSource string

func main() {
	steps := flag.Int("steps", 200, "steps to time")
	rounds := flag.Int("rounds", 5, "times that the ways take turns; medians are printed")
	flag.Parse()
	if err := run(os.Stdout, *steps, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, steps, rounds int) error {
	p, err := newProblem(32)
	if err != nil {
		return err
	}
	ways := []way{
		{"symgrad", symgradSource, newSymgrad},
		{"by hand, plain Go", byHandSource, newByHand},
		{"gorgonia TapeMachine", tapeSource, newTape},
	}
	all := make([]step, len(ways))
	for i, a := range ways {
		if all[i], err = a.make(p); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
	}
	worst, err := agree(p, all, 50)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "MLP 64-64-32-10 on digits, batch %d, float64, SGD; %s/%s, %d threads\n", p.batch, runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	fmt.Fprintf(w, "losses of 50 steps agree to %.0e\n\n", worst)

	ms := make([][]float64, len(ways))
	allocs := make([]float64, len(ways))
	for range rounds {
		for i := range ways { // in turns, so that noise meets all alike
			t, a, err := measure(p, all[i], steps)
			if err != nil {
				return fmt.Errorf("%s: %w", ways[i].name, err)
			}
			ms[i] = append(ms[i], t)
			allocs[i] = a
		}
	}
	fmt.Fprintf(w, "%-22s %10s %8s %12s %14s\n", "", "ms/step", "ratio", "allocs/step", "lines of code")
	base := median(ms[0])
	for i, a := range ways {
		m := median(ms[i])
		fmt.Fprintf(w, "%-22s %10.4f %8.2f %12.1f %14d\n", a.name, m, m/base, allocs[i], lines(a.source))
	}
	return nil
}

// agree makes n steps in all ways and returns the largest relative difference
// of their losses; more than 1e-9 is an error.
func agree(p problem, all []step, n int) (worst float64, err error) {
	for k := range n {
		x, labels := p.at(k)
		var first float64
		for i, s := range all {
			loss, err := s(x, labels)
			if err != nil {
				return 0, err
			}
			if i == 0 {
				first = loss
			}
			worst = max(worst, math.Abs(loss-first)/math.Abs(first))
		}
	}
	if !(worst <= 1e-9) {
		return worst, fmt.Errorf("the losses differ by %.1e", worst)
	}
	return worst, nil
}

// measure times n steps and counts their allocations.
func measure(p problem, s step, n int) (ms, allocs float64, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for k := range n {
		x, labels := p.at(k)
		if _, err := s(x, labels); err != nil {
			return 0, 0, err
		}
	}
	ms = time.Since(start).Seconds() * 1e3 / float64(n)
	runtime.ReadMemStats(&after)
	return ms, float64(after.Mallocs-before.Mallocs) / float64(n), nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// lines counts what is neither blank nor a comment.
func lines(source string) (n int) {
	for line := range strings.Lines(source) {
		if l := strings.TrimSpace(line); l != "" && !strings.HasPrefix(l, "//") {
			n++
		}
	}
	return n
}

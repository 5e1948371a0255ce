package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"
)

// suite is a run of a package's tests.
type suite struct {
	pkg    string
	run    string // which tests; "": all
	binary string
	dir    string
	limit  time.Duration // a mutant that takes longer is caught too
}

// suites are run one after another until one fails: the test that catches most
// first.
var suites = []*suite{
	{pkg: "internal/optest", run: "TestDerivatives"},
	{pkg: "internal/optest"},
	{pkg: "autograd"},
	{pkg: "graph"},
	{pkg: "graph/machine"},
	{pkg: "models"},
}

// baseline runs the suites without a mutant: they must pass, and their times bound
// those of the mutants.
func (b *build) baseline() error {
	for _, s := range b.suites {
		s.limit = 2 * time.Minute
		start := time.Now()
		if by := s.catches(0); by != "" {
			return fmt.Errorf("the tests of %s fail without any mutant: %s", s.pkg, by)
		}
		s.limit = 10*time.Since(start) + 10*time.Second
	}
	return nil
}

// test runs the suites for each mutant, workers at a time.
func (b *build) test(all []*mutant, workers int) {
	work := make(chan *mutant)
	var wg sync.WaitGroup
	for range max(1, workers) {
		wg.Go(func() {
			for m := range work {
				for _, s := range b.suites {
					if by := s.catches(m.id); by != "" {
						m.by = s.pkg + " " + by
						break
					}
				}
			}
		})
	}
	for _, m := range all {
		if !m.unbuilt {
			work <- m
		}
	}
	close(work)
	wg.Wait()
}

var failed = regexp.MustCompile(`--- FAIL: (\S+)`)

// catches runs the tests with the mutant and returns the name of the first that
// fails, "" if none does.
func (s *suite) catches(id int) string {
	ctx, cancel := context.WithTimeout(context.Background(), s.limit)
	defer cancel()
	c := exec.CommandContext(ctx, s.binary, "-test.short", "-test.failfast", "-test.run", s.run)
	c.Dir = s.dir
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%d", variable, id), "GOMAXPROCS=1")
	out, err := c.CombinedOutput()
	switch {
	case err == nil:
		return ""
	case ctx.Err() != nil:
		return "time limit"
	}
	if m := failed.FindSubmatch(out); m != nil {
		return string(m[1])
	}
	return "panic"
}

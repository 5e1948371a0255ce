package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var sum = regexp.MustCompile(`(\d) processes: (.*)`)

// TestMain makes the test program the example itself, for mpirun.
func TestMain(m *testing.M) {
	if os.Getenv("SYMGRAD_EXAMPLE_RANK") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestBits trains each model alone, on two ranks and on four, and goes on with two after four: the
// parameters are the same.
func TestBits(t *testing.T) {
	mpirun, missing := exec.LookPath("mpirun")
	for _, model := range []string{"mlp", "cnn", "lstm"} {
		var out bytes.Buffer
		if err := run(context.Background(), &out, settings{epochs: 2, shards: 8, workers: 1, model: model}); err != nil {
			t.Fatal(err)
		}
		want := sum.FindStringSubmatch(out.String())
		if want == nil || want[1] != "1" {
			t.Fatalf("%s: got %s", model, out.String())
		}
		if missing != nil {
			t.Log("NOT RUN: several ranks, because there is no mpirun")
			continue
		}
		dir := filepath.Join(t.TempDir(), model)
		for _, c := range []struct {
			ranks, epochs int
			dir           string
			split         bool
		}{{2, 2, "", false}, {4, 1, dir, true}, {2, 2, dir, false}} {
			cmd := exec.CommandContext(t.Context(), mpirun, "-n", fmt.Sprint(c.ranks), "--oversubscribe", "--allow-run-as-root", os.Args[0],
				"-model", model, "-epochs", fmt.Sprint(c.epochs), "-dir", c.dir, fmt.Sprintf("-split=%v", c.split))
			cmd.Env = append(os.Environ(), "SYMGRAD_EXAMPLE_RANK=1")
			text, err := cmd.CombinedOutput()
			got := sum.FindStringSubmatch(string(text))
			if err != nil || got == nil || got[1] != fmt.Sprint(c.ranks) || c.epochs == 2 && got[2] != want[2] {
				t.Errorf("%s, %d ranks: got %v, %v, want %v\n%s", model, c.ranks, got, err, want, text)
			}
		}
	}
}

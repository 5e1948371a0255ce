//go:build unix

package train_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/itself"
	"github.com/symgrad/symgrad/train"
)

// stormTrainer returns the training of TestSignalStorm, with its files in dir. Without dir it
// writes none.
func stormTrainer(t *testing.T, dir string, callbacks ...train.Callback) (net, *train.Trainer) {
	m := newNet(graph.Float64, 0.2)
	o := train.Options{Epochs: 1e6, BatchSize: 4, Seed: 3, Callbacks: callbacks}
	if dir != "" {
		o.Checkpoint = &train.Checkpoint{Dir: dir, Steps: 7, Resume: true}
	}
	return m, newTrainer(t, m, o)
}

// TestSignalStormChild is what TestSignalStorm runs in a process of its own.
func TestSignalStormChild(t *testing.T) {
	dir := os.Getenv("SYMGRAD_TEST_STORM")
	if dir == "" {
		t.Skip("TestSignalStorm runs it")
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	_, tr := stormTrainer(t, dir, train.On(func(e *train.Saved) error {
		_, err := fmt.Println("saved", e.Step)
		return err
	}))
	_, err := tr.Fit(ctx, blobs(t, 25))
	if !errors.Is(err, train.ErrSignal) {
		fmt.Println("got", err)
		os.Exit(9)
	}
	fmt.Println("ended", tr.Position().Step)
	os.Exit(train.ExitCode(err))
}

// TestSignalStorm ends a training with signals at random moments, again and again: with one
// that ends it in good order, or with two. The exit code is that of a signal that was sent.
// Each time the folder has a whole checkpoint, with all that was written, and the next process
// goes on with it. In the end the parameters are those of a training without any signal.
func TestSignalStorm(t *testing.T) {
	times := 30
	if testing.Short() {
		times = 5
	}
	dir, set := t.TempDir(), blobs(t, 25)
	random := rand.New(rand.NewPCG(8, 8))
	slowest, twice, last := time.Duration(0), 0, 0
	var weights []float64
	for i := range times {
		signals := []syscall.Signal{[]syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[random.IntN(2)]}
		if i%2 == 1 {
			signals = append(signals, []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[random.IntN(2)])
		}
		waits := []time.Duration{time.Duration(random.IntN(30_000)) * time.Microsecond, time.Duration(random.IntN(3000)) * time.Microsecond}

		cmd := itself.Command(t, "-test.run=^TestSignalStormChild$")
		cmd.Env = append(os.Environ(), "SYMGRAD_TEST_STORM="+dir)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		limit := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		sent := make(chan time.Time, 1)
		saved, ended, begun := 0, -1, false
		var text strings.Builder
		for lines := bufio.NewScanner(out); lines.Scan(); {
			text.WriteString(lines.Text() + "\n")
			fmt.Sscanf(lines.Text(), "saved %d", &saved)
			fmt.Sscanf(lines.Text(), "ended %d", &ended)
			if saved > 0 && !begun {
				begun = true
				go func() {
					for k, s := range signals {
						time.Sleep(waits[k])
						cmd.Process.Signal(s)
					}
					sent <- time.Now()
				}()
			}
		}
		cmd.Wait()
		limit.Stop()
		if !begun {
			t.Fatalf("%d: the process has written no checkpoint: %q", i, text.String())
		}
		if took := time.Since(<-sent); ended >= 0 || len(signals) == 2 {
			slowest = max(slowest, took)
		}
		code := cmd.ProcessState.ExitCode()
		if !slices.ContainsFunc(signals, func(s syscall.Signal) bool { return code == 128+int(s) }) {
			t.Fatalf("%d: got the exit code %d after %v: %q", i, code, signals, text.String())
		}
		// Of two signals that wait for the process, the system hands over either first.
		if len(signals) == 1 && ended < 0 {
			t.Errorf("%d: got the exit code %d and %q after %v, want the end of the training", i, code, text.String(), signals)
		}
		if ended < 0 {
			twice++
		}

		m, tr := stormTrainer(t, dir)
		cancelled, cancel := context.WithCancel(context.Background())
		cancel()
		if h, err := tr.Fit(cancelled, set); !errors.Is(err, context.Canceled) || len(h.Notes) > 0 {
			t.Fatalf("%d: going on got %v and the notes %q", i, err, h.Notes)
		}
		step := tr.Position().Step
		if step < saved || step <= last || ended >= 0 && step != ended {
			t.Errorf("%d: going on after %d steps, want those of the last checkpoint: %d before, %d told, %d at the end", i, step, last, saved, ended)
		}
		last, weights = step, all(m.p)
	}
	if slowest > 10*time.Second { // it is a few milliseconds, on a busy machine more
		t.Errorf("the slowest process took %v to end", slowest)
	}
	m, tr := stormTrainer(t, "")
	if _, err := tr.Fit(&after{Context: context.Background(), steps: last}, set); !errors.Is(err, context.Canceled) || tr.Position().Step != last {
		t.Fatalf("got %v after %d steps, want %d", err, tr.Position().Step, last)
	}
	sameBits(t, "the parameters without a signal", all(m.p), weights)
	t.Logf("%d processes, %d of them ended by a second signal, %d steps; the slowest ended %v after its last signal", times, twice, last, slowest)
}

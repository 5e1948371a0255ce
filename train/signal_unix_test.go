//go:build unix

package train_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/itself"
	"github.com/symgrad/symgrad/train"
)

// TestSignalsChild is what TestSignals runs in a process of its own: a long Fit.
func TestSignalsChild(t *testing.T) {
	mode := os.Getenv("SYMGRAD_TEST_SIGNALS")
	if mode == "" {
		t.Skip("TestSignals runs it")
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	steps := 0
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 1e6, BatchSize: 4, Checkpoint: &train.Checkpoint{Dir: os.Getenv("SYMGRAD_TEST_DIR")}, Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
		if steps = e.Step; steps == 2 {
			fmt.Println("ready")
			if mode == "hang" {
				time.Sleep(time.Minute)
			}
			<-ctx.Done() // the signal comes within the step
		}
		return nil
	})}})
	_, err := tr.Fit(ctx, blobs(t, 9))
	if !errors.Is(err, train.ErrSignal) || !errors.Is(err, context.Canceled) || steps != 2 || tr.Position().Step != 2 {
		fmt.Println("got", err, "after", steps)
		os.Exit(9)
	}
	fmt.Println("ended well")
	os.Exit(train.ExitCode(err))
}

// TestSignals: the first signal ends a Fit after the step, the second the process, with
// the exit codes of shells.
func TestSignals(t *testing.T) {
	for _, c := range []struct {
		mode    string
		signals []os.Signal
		code    int
		well    bool
	}{
		{"wait", []os.Signal{os.Interrupt}, 130, true},
		{"wait", []os.Signal{syscall.SIGTERM}, 143, true},
		{"hang", []os.Signal{os.Interrupt, os.Interrupt}, 130, false},
		{"hang", []os.Signal{os.Interrupt, syscall.SIGTERM}, 143, false},
	} {
		cmd := itself.Command(t, "-test.run=^TestSignalsChild$")
		dir := t.TempDir()
		cmd.Env = append(os.Environ(), "SYMGRAD_TEST_SIGNALS="+c.mode, "SYMGRAD_TEST_DIR="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		limit := time.AfterFunc(50*time.Second, func() { cmd.Process.Kill() })
		var text strings.Builder
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			text.WriteString(lines.Text() + "\n")
			if lines.Text() == "ready" {
				for i, s := range c.signals {
					if i > 0 {
						time.Sleep(200 * time.Millisecond) // equal signals that wait are one
					}
					cmd.Process.Signal(s)
				}
			}
		}
		cmd.Wait()
		limit.Stop()
		if got := cmd.ProcessState.ExitCode(); got != c.code || strings.Contains(text.String(), "ended well") != c.well {
			t.Errorf("%s, %v: got the exit code %d, want %d, and %q", c.mode, c.signals, got, c.code, text.String())
		}
		if !c.well {
			continue
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*.safetensors"))
		back := newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 4})
		if len(files) != 1 || back.Restore(files[0]) != nil || back.Position().Step != 2 {
			t.Errorf("%s, %v: got the checkpoints %q, want one after 2 steps", c.mode, c.signals, files)
		}
	}
}

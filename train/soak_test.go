package train_test

import (
	"context"
	"flag"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// long is for before a release: go test ./train -run TestSoak -soak -v
var long = flag.Bool("soak", false, "let TestSoak make a million steps, and TestFaults change each bit of a file")

const (
	soakEpochs  = 10 // few: the history has something of each
	soakBatch   = 4
	soakSamples = 100
)

// usage is what a process holds at one moment.
type usage struct {
	step       int
	heap       uint64 // bytes, after a garbage collection
	resident   int    // bytes; 0 where it is not known
	goroutines int
	open       int // files; 0 where it is not known
}

func usageAt(step int) usage {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := usage{step: step, heap: m.HeapAlloc, goroutines: runtime.NumGoroutine()}
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if f := strings.Fields(string(text)); len(f) > 1 {
			pages, _ := strconv.Atoi(f[1])
			u.resident = pages * os.Getpagesize()
		}
	}
	if runtime.GOOS == "linux" {
		list, _ := os.ReadDir("/proc/self/fd")
		u.open = len(list)
	}
	return u
}

// slope returns the slope of the line of least squares through y, in bytes for each step.
func slope(list []usage, y func(usage) float64) float64 {
	var mx, my float64
	for _, u := range list {
		mx += float64(u.step) / float64(len(list))
		my += y(u) / float64(len(list))
	}
	var xy, xx float64
	for _, u := range list {
		dx := float64(u.step) - mx
		xy += dx * (y(u) - my)
		xx += dx * dx
	}
	return xy / xx
}

// soakSet has points of a smooth function of four numbers.
func soakSet(t *testing.T, n int) *data.Dataset {
	x, y := make([]float64, 4*n), make([]float64, n)
	for i := range n {
		for j := range 4 {
			x[4*i+j] = math.Sin(float64(7*i + 3*j))
		}
		y[i] = x[4*i] * x[4*i+1]
	}
	return must(t)(data.XY(x, 4, y, 1))
}

// TestSoak makes many steps of a small network, in one Fit. Memory, goroutines and open files
// stay as they are, and a second training has the bits of the first.
func TestSoak(t *testing.T) {
	steps := 50_000
	switch {
	case *long:
		steps = 1_000_000
	case testing.Short():
		steps = 10_000
	}
	set := soakSet(t, steps/soakEpochs*soakBatch)
	run := func() (list []usage, losses, weights []float64) {
		m := builds{graph.NewParams(graph.Float32, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			h := nn.Dense(b, "hidden", b.Input("x", n, 4), 8, nn.Tanh)
			out := nn.Dense(b, "out", h, 1, nn.Identity)
			return loss.MSE(b, out, b.Input("y", n, 1)), out
		}}
		list = make([]usage, 0, soakSamples)
		tr := newTrainer(t, m, train.Options{Optimizer: train.SGD{}, Schedule: schedule.Constant(0.01), Epochs: soakEpochs, BatchSize: soakBatch, Seed: 1,
			Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
				if e.Step%(steps/soakSamples) == 0 {
					list = append(list, usageAt(e.Step))
				}
				return nil
			})}})
		h, err := tr.Fit(context.Background(), set)
		if err != nil || tr.Position().Step != steps {
			t.Fatalf("got %v after %d steps, want %d", err, tr.Position().Step, steps)
		}
		return list, h.Losses(), all(m.p)
	}
	begin := time.Now()
	list, losses, weights := run()
	took := time.Since(begin)
	if first, last := losses[0], losses[len(losses)-1]; !(last < first) {
		t.Errorf("got the losses %v first and %v last, want a training that learns", first, last)
	}
	late := list[len(list)/5:]
	heap := slope(late, func(u usage) float64 { return float64(u.heap) })
	resident := slope(late, func(u usage) float64 { return float64(u.resident) })
	first, last := late[0], late[len(late)-1]
	const most = 2 << 20
	if !(heap < 1) || last.heap > first.heap+most {
		t.Errorf("got a heap of %d bytes after %d steps and %d after %d, %.3f for each step; want less than 1", first.heap, first.step, last.heap, last.step, heap)
	}
	if *long && (!(resident < 1) || last.resident > first.resident+most) { // in fewer steps it is that of the tests before
		t.Errorf("got %d resident bytes after %d steps and %d after %d, %.3f for each step; want less than 1", first.resident, first.step, last.resident, last.step, resident)
	}
	for _, u := range late {
		if u.goroutines != first.goroutines || u.open != first.open {
			t.Errorf("after %d steps: got %d goroutines and %d open files, want %d and %d", u.step, u.goroutines, u.open, first.goroutines, first.open)
		}
	}
	t.Logf("%d steps in %v: the heap grew by %.4f bytes a step, resident memory by %.4f; heap %d to %d bytes, %d goroutines, %d files", steps, took, heap, resident, first.heap, last.heap, last.goroutines, last.open)
	_, again, other := run()
	sameBits(t, "the losses of a second training", again, losses)
	if !slices.Equal(weights, other) {
		t.Error("the weights of a second training differ")
	}
}

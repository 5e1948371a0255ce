//go:build unix || windows

package train_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"gorgonia.org/gorgonia"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/itself"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
)

var kills = flag.Int("kills", 3, "how often TestKill kills each training")

// killed are the trainings of TestKill: their names, and for each the model, the data and
// the settings.
var killed = map[string]func() (builds, data.Source, train.Options){
	"mlp with dropout": func() (builds, data.Source, train.Options) {
		m := newNet(graph.Float64, .3)
		return builds{m.p, m.Loss}, rolled(64), train.Options{}
	},
	"cnn with batch norm and augmentation": func() (builds, data.Source, train.Options) {
		return convnet(graph.Float32), pictures(64), train.Options{Augment: augment.Fields{"x": {augment.Shift{Pixels: 1}, augment.Noise{Sigma: .1}}}, Optimizer: train.EMA{Optimizer: train.SGD{Momentum: .9}}}
	},
	"lstm with lengths": func() (builds, data.Source, train.Options) {
		return builds{graph.NewParams(graph.Float32, 4), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			_, last := nn.Recurrent(b, "lstm", b.Input("x", n, 5, 5), nn.RecurrentOptions{Cell: nn.LSTM, Hidden: 8, BatchFirst: true, Lengths: b.Ints("length", n)})
			out := nn.Dense(b, "out", last[0].H, 3, nn.Identity)
			return loss.CrossEntropy(b, out, b.Ints("y", n)), out
		}}, pictures(64), train.Options{Optimizer: train.AdamW{Decay: .01}}
	},
	"mlp on a stream in windows": func() (builds, data.Source, train.Options) {
		m := newNet(graph.Float32, .3)
		return builds{m.p, m.Loss}, &streamedSource{d: rolled(64), length: -1}, train.Options{ShuffleWindow: 20, Augment: augment.Fields{"x": {augment.Noise{Sigma: .1}}}}
	},
	"cnn on pictures that are read by number": func() (builds, data.Source, train.Options) {
		return convnet(graph.Float32), &numberedSource{pictures(64)}, train.Options{Augment: augment.Fields{"x": {augment.Shift{Pixels: 1}}}, MicroBatch: 3}
	},
}

// rolled returns n examples of four numbers and a label.
func rolled(n int) *data.Dataset {
	x, y := make([]float64, 4*n), make([]int, n)
	for i := range x {
		x[i] = float64(i*i%17)/8 - 1
	}
	for i := range y {
		y[i] = i % 3
	}
	return value(data.XLabels(x, 4, y))
}

// pictures returns n pictures of 5 by 5 pixels, each also a sequence of rows with a length.
func pictures(n int) *data.Dataset {
	x, y, length := make([]float32, 25*n), make([]int, n), make([]int, n)
	for i := range x {
		x[i] = float32(i*i%23)/11 - 1
	}
	for i := range y {
		y[i], length[i] = i%3, 1+i%5
	}
	return value(data.New(data.Field{Name: "x", Shape: []int{1, 5, 5}, Floats32: x}, data.Field{Name: "y", Ints: y, Classes: 3}, data.Field{Name: "length", Ints: length}))
}

// killedOptimizers are all optimizers.
func killedOptimizers() []train.Optimizer { return append(everyOptimizer, train.LBFGS{History: 3}) }

// TestKillChild is the program that TestKill kills: it goes on with the training of that name
// from its folder, to the end.
func TestKillChild(t *testing.T) {
	dir := os.Getenv("SYMGRAD_TEST_KILL")
	if dir == "" {
		t.Skip("TestKill runs it")
	}
	m, set, o := killed[os.Getenv("SYMGRAD_TEST_KILL_NAME")]()
	if i, err := strconv.Atoi(os.Getenv("SYMGRAD_TEST_KILL_OPTIMIZER")); err == nil {
		o.Optimizer = killedOptimizers()[i]
	}
	o.Workers = value(strconv.Atoi(os.Getenv("SYMGRAD_TEST_KILL_WORKERS")))
	o.Epochs, o.BatchSize, o.Seed = 8, 5, 7
	o.Checkpoint = &train.Checkpoint{Dir: dir, Steps: 3, Keep: 2, Resume: true}
	if os.Getenv("SYMGRAD_TEST_KILL_SLOWLY") != "" { // so that there is time to kill it
		o.Callbacks = []train.Callback{train.On(func(*train.StepEnd) error { time.Sleep(time.Millisecond); return nil })}
	}
	tr := newTrainer(t, m, o)
	if _, err := tr.Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
}

// TestKill kills a training at random moments and starts it again by the same command, until
// it comes to its end: the parameters and states have the bits of a training that nobody
// killed. So it is with every optimizer, and at one and two workers.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	child := func(dir, name string, optimizer, workers int, slowly bool) *exec.Cmd {
		cmd := itself.Command(t, "-test.run=^TestKillChild$", "-test.count=1")
		cmd.Env = append(os.Environ(), "SYMGRAD_TEST_KILL="+dir, "SYMGRAD_TEST_KILL_NAME="+name, fmt.Sprint("SYMGRAD_TEST_KILL_WORKERS=", workers))
		if optimizer >= 0 {
			cmd.Env = append(cmd.Env, fmt.Sprint("SYMGRAD_TEST_KILL_OPTIMIZER=", optimizer))
		}
		if slowly {
			cmd.Env = append(cmd.Env, "SYMGRAD_TEST_KILL_SLOWLY=1")
		}
		return cmd
	}
	run := func(name string, optimizer, workers, kills int) {
		t.Helper()
		whole, broken := t.TempDir(), t.TempDir()
		if out, err := child(whole, name, optimizer, workers, false).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		done := 0
		for ; done < kills; done++ {
			cmd := child(broken, name, optimizer, workers, true)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(20+rand.IntN(120)) * time.Millisecond)
			if cmd.Process.Kill() != nil || cmd.Wait() == nil { // it was too fast
				break
			}
		}
		if out, err := child(broken, name, optimizer, 3-workers, false).CombinedOutput(); err != nil {
			t.Fatalf("%s: after %d kills: %v\n%s", name, done, err, out)
		}
		want, got := lastOf(t, whole), lastOf(t, broken)
		if !slices.Equal(want, got) {
			t.Errorf("%s, optimizer %d, %d workers: after %d kills the file differs", name, optimizer, workers, done)
		}
	}
	for name := range killed {
		for workers := 1; workers <= 2; workers++ {
			run(name, -1, workers, *kills)
		}
	}
	for i := range killedOptimizers() {
		run("mlp with dropout", i, 1, 1)
	}
}

// lastOf returns names and data of the tensors in the last file of a run.
func lastOf(t *testing.T, dir string) (out []string) {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "step-*"))
	if err != nil || len(list) == 0 {
		t.Fatalf("got the files %v, %v, want some", list, err)
	}
	f, err := safetensors.Read(list[len(list)-1], nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range f.Tensors {
		out = append(out, x.Name+string(x.Data))
	}
	return out
}

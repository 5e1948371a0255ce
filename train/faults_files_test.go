package train_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgonia.org/gorgonia"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/atomicfile/faults"
	"github.com/symgrad/symgrad/internal/itself"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// small is a model of four parameters, whose files are short.
func small(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.MatMul(b.Input("x", n, 4), b.Param("w", graph.Ones(), 4, 1))
		return b.Mean(b.Square(out)), out
	}}
}

// savedRun writes checkpoints after 2 and 4 steps to a new folder, and returns it with the
// options, and the parameters after 2 steps.
func savedRun(t *testing.T) (dir string, o train.Options, second []float64) {
	t.Helper()
	dir = t.TempDir()
	m := small(graph.Float64)
	o = train.Options{Optimizer: train.SGD{}, Schedule: schedule.Constant(0.01), BatchSize: 1, Epochs: 1, InOrder: true, Checkpoint: &train.Checkpoint{Dir: dir, Steps: 2, Resume: true}}
	with := o
	with.Callbacks = []train.Callback{train.On(func(e *train.StepEnd) error {
		if e.Step == 2 {
			second = all(m.p)
		}
		return nil
	})}
	if _, err := newTrainer(t, m, with).Fit(context.Background(), fourRows(t)); err != nil {
		t.Fatal(err)
	}
	return dir, o, second
}

// damagedRuns holds a Trainer to damaged copies of its newest checkpoint. Each is refused and
// changes nothing, and a training goes on with the checkpoint before, which a note says.
func damagedRuns(t *testing.T, damage func(good []byte) [][]byte) {
	dir, o, second := savedRun(t)
	newest := filepath.Join(dir, "step-00000004.safetensors")
	good, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	m := small(graph.Float64)
	one := newTrainer(t, m, o)
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	before := all(m.p)
	list := damage(good)
	for i, bad := range list {
		if err := os.WriteFile(newest, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := one.Restore(newest); !errors.Is(err, train.ErrFormat) {
			t.Fatalf("damage %d of %d: got %v, want ErrFormat", i, len(list), err)
		}
		if !slices.Equal(all(m.p), before) || one.Position() != (train.Position{}) {
			t.Fatalf("damage %d: the Trainer has changed", i)
		}
		if i%(len(list)/20+1) != 0 {
			continue
		}
		m := small(graph.Float64)
		tr := newTrainer(t, m, o)
		h, err := tr.Fit(&after{Context: context.Background()}, fourRows(t))
		if !errors.Is(err, context.Canceled) || tr.Position().Step != 2 || len(h.Notes) != 1 || stepOf(h.Notes[0]) != 4 {
			t.Fatalf("damage %d: got %v after %d steps and the notes %q, want 2 and one about the file of step 4", i, err, tr.Position().Step, h.Notes)
		}
		sameBits(t, fmt.Sprint("damage ", i), all(m.p), second)
	}
	if err := os.WriteFile(newest, good, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := one.Restore(newest); err != nil || one.Position().Step != 4 {
		t.Errorf("the whole file: got %v and %d steps, want 4", err, one.Position().Step)
	}
}

// cutCheckpoint cuts the newest checkpoint off at each of its bytes.
func cutCheckpoint(t *testing.T) {
	damagedRuns(t, func(good []byte) (out [][]byte) {
		for n := range good {
			out = append(out, good[:n])
		}
		return append(out, append(slices.Clone(good), 0))
	})
}

// flippedCheckpoint changes a bit of each byte of the newest checkpoint, and of a file of
// parameters; with -soak each bit.
func flippedCheckpoint(t *testing.T) {
	flips := func(good []byte) (out [][]byte) {
		for i := range good {
			for bit := range 8 {
				if !*long && bit != i%8 {
					continue
				}
				bad := slices.Clone(good)
				bad[i] ^= 1 << bit
				out = append(out, bad)
			}
		}
		return out
	}
	damagedRuns(t, flips)
	path, m := filepath.Join(t.TempDir(), "w.safetensors"), small(graph.Float64)
	if err := errors.Join(train.Build(m), train.Save(path, m.p)); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, bad := range flips(good) {
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := train.Load(path, m.p); err == nil {
			t.Fatalf("flip %d of a file of parameters: got no error", i)
		}
	}
}

// otherModel restores and loads the file of a model in which a parameter is missing, another
// stands in excess, and a third has another shape. All three are in the error.
func otherModel(t *testing.T) {
	layers := func(names []string, width int) builds {
		return builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			h := b.Input("x", n, 4)
			for _, name := range names {
				h = nn.Dense(b, name, h, width, nn.Tanh)
			}
			return b.Mean(b.Square(h)), h
		}}
	}
	m, other := layers([]string{"a", "b"}, 3), layers([]string{"a", "c"}, 5)
	tr := newTrainer(t, m, train.Options{BatchSize: 2, Epochs: 1})
	run, weights := filepath.Join(t.TempDir(), "run.safetensors"), filepath.Join(t.TempDir(), "w.safetensors")
	if _, err := tr.Fit(context.Background(), fourRowsGood(t)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tr.Save(run), train.Save(weights, m.p), train.Build(other)); err != nil {
		t.Fatal(err)
	}
	before := all(other.p)
	for name, err := range map[string]error{"Restore": newTrainer(t, other, train.Options{BatchSize: 2}).Restore(run), "Load": train.Load(weights, other.p)} {
		if !errors.Is(err, train.ErrParameters) {
			t.Errorf("%s: got %v, want ErrParameters", name, err)
			continue
		}
		for _, text := range []string{"a/weight", "a/bias", "b/weight", "b/bias", "c/weight", "c/bias", "[4, 3]", "[4, 5]"} {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: got %q, want %q in it", name, err, text)
			}
		}
	}
	sameBits(t, "the model", all(other.p), before)
}

// newerVersion restores a run, goes on in its folder, and opens a model, whose format is newer.
func newerVersion(t *testing.T) {
	rewrite := func(path, key string) {
		t.Helper()
		file, err := safetensors.Read(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := file.Meta[key]
		if file.Meta[key] = strings.Replace(text, `"version":1`, `"version":999`, 1); file.Meta[key] == text {
			t.Fatalf("got %q, want the version 1 in it", text)
		}
		if err := safetensors.WriteTensors(path, file.Meta, file.Tensors, safetensors.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	dir, o, _ := savedRun(t)
	newest := filepath.Join(dir, "step-00000004.safetensors")
	rewrite(newest, "symgrad.run")
	_, goesOn := newTrainer(t, small(graph.Float64), o).Fit(context.Background(), fourRows(t))
	_, _, path := flowers(t, graph.Float32, train.ModelFile{})
	rewrite(path, "symgrad.model")
	_, opened := train.Open(path)
	for _, c := range []struct {
		name      string
		err, kind error
	}{{"Restore", newTrainer(t, small(graph.Float64), o).Restore(newest), train.ErrRun}, {"Resume", goesOn, train.ErrRun}, {"Open", opened, train.ErrModelFile}} {
		if !errors.Is(c.err, c.kind) || !strings.Contains(c.err.Error(), "999") || !strings.Contains(c.err.Error(), "newer version") {
			t.Errorf("%s: got %v, want %v with the version", c.name, c.err, c.kind)
		}
	}
	if got := files(t, dir); len(got) != 2 {
		t.Errorf("got the files %v, want both kept", got)
	}
}

// diskRun is what became of a training on a disk that fails.
type diskRun struct {
	err   error
	steps int
	notes []string
	ops   []string // of the disk
	told  int      // the last step whose file was told to be written; 0 for none
	back  int      // the step from which the next process goes on
	left  []string // temporary files before that
}

// onDisk trains four steps with a checkpoint after each second one, on a disk with a fault at
// one operation, and goes on with another Trainer and a whole disk. The next one begins with
// the parameters of some step, leaves no temporary files and comes to the same end.
func onDisk(t *testing.T, disk *faults.Disk, strict bool) diskRun {
	t.Helper()
	name := fmt.Sprintf("%v at operation %d, strict %v", disk.Do, disk.At, strict)
	o := train.Options{Optimizer: train.Adam{}, BatchSize: 1, Epochs: 1, Seed: 5}
	want, ends := map[int][]float64{}, small(graph.Float32)
	want[0] = []float64{1, 1, 1, 1}
	record := o
	record.Callbacks = []train.Callback{train.On(func(e *train.StepEnd) error {
		want[e.Step] = all(ends.p)
		return nil
	})}
	set := fourRowsGood(t)
	if _, err := newTrainer(t, ends, record).Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}

	var out diskRun
	dir := t.TempDir()
	o.Checkpoint = &train.Checkpoint{Dir: dir, Steps: 2, Keep: 1, Resume: true, Strict: strict}
	first := o
	first.Callbacks = []train.Callback{train.On(func(e *train.Saved) error {
		out.told = e.Step
		return nil
	})}
	tr := newTrainer(t, small(graph.Float32), first)
	train.UseDisk(tr, disk)
	h, err := tr.Fit(context.Background(), set)
	out.err, out.steps, out.notes, out.ops, out.left = err, tr.Position().Step, h.Notes, disk.Operations(), faults.Temps(dir)
	if runtime.GOARCH == "wasm" { // there are no locks, and age decides what is left over
		for _, left := range out.left {
			old := time.Now().Add(-48 * time.Hour)
			if err := os.Chtimes(filepath.Join(dir, left), old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	m := small(graph.Float32)
	next := newTrainer(t, m, o)
	if h, err := next.Fit(&after{Context: context.Background()}, set); (err == nil) != (next.Position().Step == 4) || len(h.Notes) > 0 {
		t.Fatalf("%s: going on after %d steps got %v and the notes %q", name, next.Position().Step, err, h.Notes)
	}
	if out.back = next.Position().Step; out.back > 0 {
		sameBits(t, name+", going on", all(m.p), want[out.back])
	}
	if left := faults.Temps(dir); len(left) > 0 {
		t.Errorf("%s: %v is left", name, left)
	}
	if _, err := next.Fit(context.Background(), set); err != nil || next.Position().Step != 4 {
		t.Fatalf("%s: got %v after %d steps, want 4", name, err, next.Position().Step)
	}
	sameBits(t, name+", the end", all(m.p), want[4])
	if out.err != nil && !errors.Is(out.err, faults.ErrInjected) && !(disk.Do == faults.Short && errors.Is(out.err, io.ErrShortWrite)) {
		t.Errorf("%s: got %v, want the error of the disk", name, out.err)
	}
	if out.told > out.back || out.err == nil && out.back != 4 {
		t.Errorf("%s: going on after %d steps, but was told of a file after %d, and the error was %v", name, out.back, out.told, out.err)
	}
	if !strict && out.steps != 4 {
		t.Errorf("%s: got %d steps, want all: a checkpoint that fails does not stop the training", name, out.steps)
	}
	return out
}

// operations returns what a training without a fault does to the disk.
func operations(t *testing.T) []string {
	return onDisk(t, faults.New(faults.Never, faults.Fail), false).ops
}

// eachOperation calls f for the faults at each operation of the disk with one of the names, or
// at each if there are no names.
func eachOperation(t *testing.T, f func(name string, o diskRun, strict bool), do []faults.Fault, names ...string) {
	for at, op := range operations(t) {
		if len(names) > 0 && !slices.Contains(names, op) {
			continue
		}
		for _, fault := range do {
			for _, strict := range []bool{false, true} {
				f(fmt.Sprintf("%v at %s, operation %d, strict %v", fault, op, at, strict), onDisk(t, faults.New(at, fault), strict), strict)
			}
		}
	}
}

// noSpace runs out of space at each write: the error says so, the checkpoint before stays whole
// and the temporary file goes away. A disk that writes less than it says is found too.
func noSpace(t *testing.T) {
	n := 0
	eachOperation(t, func(name string, o diskRun, strict bool) {
		n++
		if o.err == nil || len(o.left) > 0 {
			t.Errorf("%s: got %v and %v left, want the error and no temporary file", name, o.err, o.left)
		}
	}, []faults.Fault{faults.NoSpace}, "write")
	eachOperation(t, func(name string, o diskRun, strict bool) {
		if len(o.left) > 0 || o.err == nil && len(o.notes) == 0 {
			t.Errorf("%s: got %v, the notes %q and %v left", name, o.err, o.notes, o.left)
		}
	}, []faults.Fault{faults.Short}, "write")
	if n < 4 {
		t.Errorf("got %d faults, want more", n)
	}
}

// killedAtEachWrite ends the writing at each operation, as if the process were killed: the next
// one goes on with the newest whole file and removes what is left.
func killedAtEachWrite(t *testing.T) {
	seen := map[int]bool{}
	left := 0
	eachOperation(t, func(name string, o diskRun, strict bool) {
		seen[o.back] = true
		left += len(o.left)
	}, []faults.Fault{faults.Kill})
	for _, step := range []int{0, 2, 4} {
		if !seen[step] {
			t.Errorf("nothing went on after %d steps, want faults before, between and after the files", step)
		}
	}
	if left == 0 {
		t.Error("no fault has left a temporary file, want some that the next process removes")
	}
}

// failedFlush lets flush, rename and the others fail once. The training goes on and says so,
// or ends with Checkpoint.Strict. A folder that cannot be written to is an error at the start.
func failedFlush(t *testing.T) {
	eachOperation(t, func(name string, o diskRun, strict bool) {
		if len(o.left) > 0 {
			t.Errorf("%s: %v is left", name, o.left)
		}
		if o.err == nil && len(o.notes) == 0 {
			t.Errorf("%s: got no error and no note", name)
		}
		if strict && o.err == nil {
			t.Errorf("%s: got no error with Strict", name)
		}
	}, []faults.Fault{faults.Fail}, "create", "write", "sync", "close", "rename", "sync dir")

	dir := filepath.Join(t.TempDir(), "fixed")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	begins := func(dir string) error {
		tr := newTrainer(t, small(graph.Float32), train.Options{BatchSize: 1, Epochs: 1, Checkpoint: &train.Checkpoint{Dir: dir}})
		_, err := tr.Fit(context.Background(), fourRowsGood(t))
		if tr.Position().Step > 0 {
			t.Errorf("%q: got %d steps, want none", dir, tr.Position().Step)
		}
		return err
	}
	if os.WriteFile(filepath.Join(dir, "probe"), nil, 0o644) == nil {
		t.Log("this user, or this system, writes to any folder: none is read-only")
	} else if err := begins(dir); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a folder that is read-only: got %v, want a permission error", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := begins(file); err == nil {
		t.Error("a file in place of the folder: got no error")
	}
}

// lostPower flushes the file before its rename and the folder after it. No process can show a
// loss of power: the disk of the test plays it, and drops what has not been flushed.
func lostPower(t *testing.T) {
	eachOperation(t, func(string, diskRun, bool) {}, []faults.Fault{faults.PowerLoss, faults.PowerLossAfterRename})
	ops, renames := operations(t), 0
	for i, op := range ops {
		if op != "rename" {
			continue
		}
		renames++
		before := ops[:i]
		written, flushed := lastIndex(before, "write"), lastIndex(before, "sync")
		if flushed < written || i+1 == len(ops) || ops[i+1] != "sync dir" {
			t.Errorf("got %v, want the file flushed before its rename, and the folder after it", ops)
		}
	}
	if renames != 2 {
		t.Errorf("got %d renames, want 2", renames)
	}
}

// lastIndex returns the last index of x in list, -1 for none.
func lastIndex(list []string, x string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == x {
			return i
		}
	}
	return -1
}

// twoProcesses trains in a folder while another Trainer, and another process, want it too. They
// are refused before their first step, and may have it afterwards.
func twoProcesses(t *testing.T) {
	dir := os.Getenv("SYMGRAD_TEST_FOLDER")
	child := dir != ""
	if !child {
		dir = t.TempDir()
	}
	o := train.Options{BatchSize: 1, Epochs: 1, Checkpoint: &train.Checkpoint{Dir: dir, Resume: true}}
	set := fourRowsGood(t)
	try := func() error {
		tr := newTrainer(t, small(graph.Float32), o)
		_, err := tr.Fit(context.Background(), set)
		if err != nil && tr.Position().Step != 0 {
			t.Errorf("got %d steps, want none", tr.Position().Step)
		}
		return err
	}
	if child {
		fmt.Println("got:", try())
		return
	}
	first := o
	first.Callbacks = []train.Callback{train.On(func(e *train.StepEnd) error {
		if e.Step != 2 {
			return nil
		}
		if err := try(); !errors.Is(err, train.ErrLocked) {
			t.Errorf("in the same process: got %v, want ErrLocked", err)
		}
		if !slices.Contains([]string{"linux", "darwin", "freebsd"}, runtime.GOOS) {
			return nil // no process can be started, or there are other locks
		}
		cmd := itself.Command(t, "-test.run=^TestFaults$/^103:")
		cmd.Env = append(os.Environ(), "SYMGRAD_TEST_FOLDER="+dir)
		out, err := cmd.CombinedOutput()
		if want := fmt.Sprintf("process %d writes to it", os.Getpid()); err != nil || !strings.Contains(string(out), "the folder is in use") || !strings.Contains(string(out), want) {
			t.Errorf("another process: got %v and %q, want an error with %q", err, out, want)
		}
		return nil
	})}
	tr := newTrainer(t, small(graph.Float32), first)
	if _, err := tr.Fit(context.Background(), set); err != nil || tr.Position().Step != 4 {
		t.Errorf("got %v and %d steps, want 4", err, tr.Position().Step)
	}
	if err := try(); err != nil {
		t.Errorf("afterwards: got %v", err)
	}
}

// resumed stops a training before each of its steps and goes on in a new Trainer, whose model
// has other initial values. All that a step depends on comes back: the losses and the learning
// rates of all steps have the bits of a training that was not stopped.
func resumed(t *testing.T) {
	set := images(t, 25, true)
	type seen struct{ loss, rate uint64 }
	run := func(dir string, seed uint64, stop int, list map[int]seen) (int, error) {
		m := convnet(graph.Float32)
		m.p = graph.NewParams(graph.Float32, seed)
		o := train.Options{Optimizer: train.EMA{Optimizer: train.ClipNorm{Optimizer: train.AdamW{}}}, Schedule: schedule.WarmUp{Steps: 3, Then: schedule.Cosine{}}, Epochs: 3, BatchSize: 10, Seed: 4, Augment: changes,
			Checkpoint: &train.Checkpoint{Dir: dir, Steps: 2, Resume: true}, Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
				if _, ok := list[e.Step]; ok {
					t.Errorf("step %d was made twice", e.Step)
				}
				list[e.Step] = seen{math.Float64bits(e.Loss), math.Float64bits(e.Rate)}
				return nil
			})}}
		tr := newTrainer(t, m, o)
		_, err := tr.Fit(&after{Context: context.Background(), steps: stop}, set)
		return tr.Position().Step, err
	}
	want := map[int]seen{}
	total, err := run(t.TempDir(), 2, 1000, want)
	if err != nil || len(want) != 9 || total != 9 {
		t.Fatalf("got %v and %d steps, want 9", err, len(want))
	}
	for stop := 1; stop < 9; stop++ {
		dir, got := t.TempDir(), map[int]seen{}
		if n, err := run(dir, 2, stop, got); !errors.Is(err, context.Canceled) || n != len(got) {
			t.Fatalf("stopped before step %d: got %v after %d steps", stop, err, n)
		}
		if _, err := run(dir, 1000, 1000, got); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, want) {
			t.Errorf("stopped before step %d: got the losses and rates %v, want %v", stop, got, want)
		}
	}
}

// fourRowsGood are four examples without a mistake.
func fourRowsGood(t *testing.T) *data.Dataset {
	return must(t)(data.New(data.Field{Name: "x", Shape: []int{4}, Floats: []float64{1, 2, 3, 4, 2, 1, 1, 1, 1, 3, 2, 5, 3, 1, 4, 1}}))
}

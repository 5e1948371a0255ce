package train_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// files returns the names in a folder, without the lock.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if !strings.HasPrefix(f.Name(), ".") {
			names = append(names, f.Name())
		}
	}
	return names
}

// TestCheckpoint cancels a training before each step and goes on with a new Trainer from the
// folder: parameters, history and best epoch have the bits of a training that was not
// cancelled.
func TestCheckpoint(t *testing.T) {
	set, validation := blobs(t, 25), blobs(t, 15)
	run := func(dir string, stop int) (builds, *train.History, error) {
		m := running(graph.NewParams(graph.Float64, 3))
		tr := newTrainer(t, m, train.Options{Epochs: 4, BatchSize: 10, Validation: validation, Stop: &train.EarlyStopping{Patience: 2}, Schedule: schedule.Constant(.5),
			Checkpoint: &train.Checkpoint{Dir: dir, Steps: 2, Keep: 2, Resume: true}})
		h, err := tr.Fit(&after{Context: context.Background(), steps: stop}, set)
		return m, h, err
	}
	dir := t.TempDir()
	want, wantHistory, err := run(dir, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); len(got) != 3 || got[0] != "best.safetensors" {
		t.Errorf("got the files %v, want the best and two more", got)
	}
	for stop := range 30 {
		dir := t.TempDir()
		m, h, err := run(dir, stop)
		for k := 1; errors.Is(err, context.Canceled) && k < 10; k++ {
			m, h, err = run(dir, stop+k)
		}
		if err != nil {
			t.Fatalf("%d: %v", stop, err)
		}
		for _, q := range append(m.p.List(), m.p.States()...) {
			if !slices.Equal(m.p.Values(q.Name), want.p.Values(q.Name)) {
				t.Errorf("stopped before step %d: %s differs", stop, q.Name)
			}
		}
		if !sameHistory(h, wantHistory) {
			t.Errorf("stopped before step %d: got the history %+v, want %+v", stop, h, wantHistory)
		}
	}
}

// TestCheckpointTimes counts the files of each rule, and the events.
func TestCheckpointTimes(t *testing.T) {
	set := blobs(t, 30)
	for _, c := range []struct {
		c    train.Checkpoint
		want []string
	}{
		{train.Checkpoint{}, []string{"step-00000003", "step-00000006", "step-00000009"}},
		{train.Checkpoint{Keep: 1}, []string{"step-00000009"}},
		{train.Checkpoint{Epochs: 2}, []string{"step-00000006", "step-00000009"}},
		{train.Checkpoint{Steps: 4}, []string{"step-00000004", "step-00000008", "step-00000009"}},
		{train.Checkpoint{Steps: 1, Keep: -1}, []string{"step-00000001", "step-00000002", "step-00000003", "step-00000004", "step-00000005", "step-00000006", "step-00000007", "step-00000008", "step-00000009"}},
		{train.Checkpoint{Every: time.Hour}, []string{"step-00000009"}},
		{train.Checkpoint{Every: 1}, []string{"step-00000007", "step-00000008", "step-00000009"}},
	} {
		var saved []int
		c.c.Dir = filepath.Join(t.TempDir(), "new", "folder")
		tr := newTrainer(t, newNet(graph.Float32, 0), train.Options{Epochs: 3, BatchSize: 10, Checkpoint: &c.c, Callbacks: []train.Callback{train.On(func(e *train.Saved) error {
			saved = append(saved, e.Step)
			if e.Trainer == nil || !strings.HasPrefix(e.Path, c.c.Dir) {
				t.Errorf("got %+v", e)
			}
			return nil
		})}})
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		got := files(t, c.c.Dir)
		for i := range got {
			got[i] = strings.TrimSuffix(got[i], ".safetensors")
		}
		if !slices.Equal(got, c.want) || !slices.IsSorted(saved) || saved[len(saved)-1] != 9 {
			t.Errorf("%+v: got %v and the events %v, want %v", c.c, got, saved, c.want)
		}
		if _, err := tr.Fit(context.Background(), set); err != nil { // in the same process it goes on
			t.Errorf("%+v: another Fit: %v", c.c, err)
		}
		other := newTrainer(t, newNet(graph.Float32, 0), train.Options{Epochs: 3, BatchSize: 10, Checkpoint: &c.c})
		if _, err := other.Fit(context.Background(), set); !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), "Resume") {
			t.Errorf("%+v: got %v for a folder that is not empty, want ErrOption", c.c, err)
		}
	}
}

// TestCheckpointDamaged goes on with the file before a damaged one, and says so.
func TestCheckpointDamaged(t *testing.T) {
	set, dir := blobs(t, 30), t.TempDir()
	o := train.Options{Epochs: 2, BatchSize: 10, Checkpoint: &train.Checkpoint{Dir: dir, Steps: 1, Resume: true}}
	if _, err := newTrainer(t, newNet(graph.Float64, 0), o).Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	last := filepath.Join(dir, "step-00000006.safetensors")
	text, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 4
	if err := os.WriteFile(last, text, 0o644); err != nil {
		t.Fatal(err)
	}
	m := newNet(graph.Float64, 0)
	tr := newTrainer(t, m, o)
	h, err := tr.Fit(context.Background(), set)
	if err != nil || tr.Position().Step != 6 || len(h.Notes) != 1 || !strings.Contains(h.Notes[0], "step-00000006") {
		t.Errorf("got %+v, %v, %+v, want a note about the damaged file", h, err, tr.Position())
	}
}

// TestCheckpointFails lets a folder become unwritable: the training goes on by default and
// ends with Strict; either way it says so.
func TestCheckpointFails(t *testing.T) {
	for _, strict := range []bool{false, true} {
		set, dir := blobs(t, 30), filepath.Join(t.TempDir(), "gone")
		remove := train.On(func(e *train.StepEnd) error {
			if e.Step == 2 {
				return os.RemoveAll(dir)
			}
			return nil
		})
		var progress strings.Builder
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, BatchSize: 10, Progress: &progress, Callbacks: []train.Callback{remove},
			Checkpoint: &train.Checkpoint{Dir: dir, Steps: 3, Strict: strict}})
		h, err := tr.Fit(context.Background(), set)
		if !errors.Is(err, os.ErrNotExist) {
			t.Skipf("the folder cannot be removed here while it is in use: %v", err)
		}
		if !strict && (tr.Position().Step != 6 || len(h.Notes) == 0 || !strings.Contains(progress.String(), "note: the checkpoint after 3 steps was not written")) {
			t.Errorf("got %+v and %q after %d steps, want all steps and a note", h, progress.String(), tr.Position().Step)
		}
	}
}

// TestCheckpointSettings refuses settings that have no meaning.
func TestCheckpointSettings(t *testing.T) {
	for _, c := range []train.Checkpoint{{}, {Dir: "x", Steps: -1}, {Dir: "x", Every: -1}, {Dir: "x", Epochs: -1}, {Dir: "x", Keep: -2}} {
		if _, err := train.New(newNet(graph.Float64, 0), train.Options{Checkpoint: &c}); !errors.Is(err, train.ErrOption) {
			t.Errorf("%+v: got %v, want ErrOption", c, err)
		}
	}
}

// TestCheckpointCallbacks keeps the memory of callbacks with the steps that it belongs to.
func TestCheckpointCallbacks(t *testing.T) {
	set, dir := blobs(t, 30), t.TempDir()
	count := &tally{}
	o := train.Options{Epochs: 3, BatchSize: 10, Callbacks: []train.Callback{count}, Checkpoint: &train.Checkpoint{Dir: dir, Steps: 1, Resume: true}}
	for stop := 1; ; stop++ { // a few more steps each time
		if _, err := newTrainer(t, newNet(graph.Float64, 0), o).Fit(&after{Context: context.Background(), steps: stop}, set); err == nil {
			break
		}
		*count = tally{Steps: -1000} // what a new process has does not matter
	}
	if *count != (tally{Steps: 9, Epochs: 3}) {
		t.Errorf("got %+v, want 9 steps and 3 epochs", *count)
	}
}

// slowDisk is a disk on which the file of the step first waits until it is let through.
type slowDisk struct {
	atomicfile.Disk
	begun, open chan struct{}
}

func (d slowDisk) Create(path string) (atomicfile.File, error) {
	if strings.Contains(path, "step-00000001") {
		close(d.begun)
		<-d.open
	}
	return d.Disk.Create(path)
}

// TestCheckpointCancelled cancels a Fit while it waits for the file before. The error is the
// cause, and the files that were due are written all the same: that of the step, and the best.
func TestCheckpointCancelled(t *testing.T) {
	set, dir := blobs(t, 20), t.TempDir()
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	disk := slowDisk{atomicfile.OS, make(chan struct{}), make(chan struct{})}
	m := newNet(graph.Float64, 0)
	tr := newTrainer(t, m, train.Options{BatchSize: 10, Validation: set, Checkpoint: &train.Checkpoint{Dir: dir, Steps: 1}})
	train.UseDisk(tr, disk)
	go func() {
		<-disk.begun
		time.Sleep(20 * time.Millisecond) // the second step is made, and waits
		cancel(cause)
		time.Sleep(20 * time.Millisecond)
		close(disk.open)
	}()
	h, err := tr.Fit(ctx, set)
	if !errors.Is(err, cause) || !errors.Is(err, context.Canceled) || h.Ended != train.EndCancelled || tr.Position().Step != 2 {
		t.Fatalf("got %v, the end %v and %d steps, want the cause after 2", err, h.Ended, tr.Position().Step)
	}
	if got, want := files(t, dir), []string{"best.safetensors", "step-00000001.safetensors", "step-00000002.safetensors"}; !slices.Equal(got, want) {
		t.Errorf("got the files %v, want %v", got, want)
	}
	for _, name := range []string{"best.safetensors", "step-00000002.safetensors"} {
		m2 := newNet(graph.Float64, 0)
		back := newTrainer(t, m2, train.Options{BatchSize: 10})
		if err := back.Restore(filepath.Join(dir, name)); err != nil || back.Position().Step != 2 || !slices.Equal(all(m2.p), all(m.p)) {
			t.Errorf("%s: got %v and %d steps, want the training as it ended", name, err, back.Position().Step)
		}
	}
}

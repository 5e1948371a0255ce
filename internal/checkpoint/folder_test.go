package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/internal/atomicfile/faults"
	"github.com/symgrad/symgrad/internal/itself"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// at returns tensors that tell the step.
func at(step int) []safetensors.View {
	w := make([]float32, 1000)
	for i := range w {
		w[i] = float32(step)
	}
	return []safetensors.View{safetensors.FloatsView("param/w", []int{10, 100}, w), safetensors.FloatsView("state/s", nil, []float64{float64(step)})}
}

// holds returns the step that a file tells.
func holds(t *testing.T, path string) int {
	t.Helper()
	f, err := safetensors.Read(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := f.Tensor("state/s")
	v, err := s.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	return int(v[0])
}

func open(t *testing.T, dir string, o Options) *Folder {
	t.Helper()
	f, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func write(t *testing.T, f *Folder, steps ...int) {
	t.Helper()
	for _, s := range steps {
		if path, err := f.Write(s, nil, at(s)); err != nil || path != f.StepPath(s) {
			t.Fatalf("step %d: %q, %v", s, path, err)
		}
	}
}

func wantSteps(t *testing.T, f *Folder, want ...int) {
	t.Helper()
	if got, err := f.Steps(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got the steps %v, %v; want %v", got, err, want)
	}
}

func TestNames(t *testing.T) {
	for step, want := range map[int]string{0: "step-00000000.safetensors", 1234: "step-00001234.safetensors", 123456789: "step-123456789.safetensors"} {
		name := stepName(step)
		if back, ok := stepOf(name); name != want || !ok || back != step {
			t.Errorf("step %d: %q, which reads as %d, %v", step, name, back, ok)
		}
	}
	for _, name := range []string{"step-1.safetensors", "step-0000001234.safetensors", "step--0000001.safetensors", "step-00001234", "step-0000123x.safetensors",
		".step-00001234.safetensors.tmp-0123456789abcdef", "best.safetensors", "step-99999999999999999999.safetensors", ""} {
		if step, ok := stepOf(name); ok {
			t.Errorf("%q reads as step %d", name, step)
		}
	}
}

func TestKeep(t *testing.T) {
	for _, c := range []struct {
		keep int
		want []int
	}{{0, []int{50, 40, 30}}, {1, []int{50}}, {All, []int{50, 40, 30, 20, 10}}} {
		f := open(t, filepath.Join(t.TempDir(), "new", "run"), Options{Keep: c.keep})
		other := filepath.Join(f.Dir(), "notes.txt")
		if err := os.WriteFile(other, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteBest(nil, at(7)); err != nil {
			t.Fatal(err)
		}
		write(t, f, 10, 20, 30, 40, 50)
		wantSteps(t, f, c.want...)
		if _, err := os.Stat(other); err != nil {
			t.Error("a file of others is gone")
		}
		if best, err := f.Best(); err != nil || holds(t, best.Path) != 7 || best.Step != -1 {
			t.Errorf("best: %+v, %v", best, err)
		}
		if last, err := f.Latest(); err != nil || last.Step != 50 || holds(t, last.Path) != 50 || last.Skipped != nil {
			t.Errorf("latest: %+v, %v", last, err)
		}
	}
	if _, err := Open(t.TempDir(), Options{Keep: -2}); err == nil {
		t.Error("Keep -2 was accepted")
	}
}

// A run that goes on from an earlier step does not lose its new files to those of the
// other course.
func TestGoingBack(t *testing.T) {
	f := open(t, t.TempDir(), Options{Keep: 2})
	write(t, f, 10, 20, 30)
	write(t, f, 11)
	wantSteps(t, f, 30, 20, 11)
	if err := f.DropAfter(11); err != nil {
		t.Fatal(err)
	}
	wantSteps(t, f, 11)
	if _, err := f.Write(-1, nil, at(1)); err == nil {
		t.Error("step -1 was written")
	}
}

func TestLatestFallsBack(t *testing.T) {
	f := open(t, t.TempDir(), Options{})
	if _, err := f.Latest(); !errors.Is(err, ErrNone) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Latest(filepath.Join(f.Dir(), "missing")); !errors.Is(err, ErrNone) {
		t.Errorf("no folder: %v", err)
	}
	if _, err := f.Best(); !errors.Is(err, ErrNone) {
		t.Errorf("no best: %v", err)
	}
	write(t, f, 10, 20, 30)
	change := func(step int, change func([]byte) []byte) {
		content, err := os.ReadFile(f.StepPath(step))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.StepPath(step), change(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change(30, func(b []byte) []byte { b[len(b)-5] ^= 4; return b })
	got, err := f.Latest()
	if err != nil || got.Step != 20 || len(got.Skipped) != 1 || got.Skipped[0].Path != f.StepPath(30) || !errors.Is(got.Skipped[0].Err, safetensors.ErrChecksum) {
		t.Errorf("a changed byte: %+v, %v", got, err)
	}
	change(20, func(b []byte) []byte { return b[:len(b)-1] })
	if got, err = f.Latest(); err != nil || got.Step != 10 || len(got.Skipped) != 2 {
		t.Errorf("a truncated file: %+v, %v", got, err)
	}
	change(10, func([]byte) []byte { return nil })
	if _, err = f.Latest(); !errors.Is(err, safetensors.ErrFormat) || errors.Is(err, ErrNone) || strings.Count(err.Error(), "step-") != 3 {
		t.Errorf("nothing is whole: %v", err)
	}
	if _, err := f.WriteBest(nil, at(1)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(f.BestPath(), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Best(); !errors.Is(err, safetensors.ErrFormat) {
		t.Errorf("a truncated best: %v", err)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir, Options{})
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("a second Folder: %v", err)
	}
	write(t, f, 1)
	if got, err := Latest(dir); err != nil || got.Step != 1 {
		t.Errorf("a reader: %+v, %v", got, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	for _, err := range []error{f.DropAfter(0), second(f.Write(2, nil, at(2))), second(f.WriteBest(nil, at(2)))} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
	open(t, dir, Options{})
	if _, err := Open(filepath.Join(dir, lockName, "x"), Options{}); err == nil && runtime.GOARCH != "wasm" {
		t.Error("a folder within a file was opened")
	}
}

func second(_ string, err error) error { return err }

// After each fault at each operation, a whole file with what is expected is found, the
// error says what went wrong, and the next start leaves no temporary file.
func TestFaults(t *testing.T) {
	run := func(fault faults.Fault, n int) int {
		dir := t.TempDir()
		f := open(t, dir, Options{Keep: 1})
		write(t, f, 10)
		if _, err := f.WriteBest(nil, at(10)); err != nil {
			t.Fatal(err)
		}
		disk := faults.New(n, fault)
		f.o.Disk = disk
		path, err := f.Write(20, nil, at(20))
		bestPath, bestErr := f.WriteBest(nil, at(20))
		_ = f.Close()
		ops := disk.Operations()
		name := "no fault"
		if n >= 0 && n < len(ops) {
			name = fmt.Sprintf("%v at operation %d, %s", fault, n, ops[n])
		}
		got, latestErr := Latest(dir)
		lost := fault == faults.PowerLoss && n < len(ops) // undoes what the flush of the directory has not kept
		switch {
		case latestErr != nil:
			t.Errorf("%s: %v", name, latestErr)
		case holds(t, got.Path) != got.Step || len(got.Skipped) > 0:
			t.Errorf("%s: %+v holds %d", name, got, holds(t, got.Path))
		case err == nil && got.Step != 20:
			t.Errorf("%s: no error, but the latest is %d", name, got.Step)
		case path != "" && got.Step != 20 && !lost:
			t.Errorf("%s: %q should be in place, but the latest is %d", name, path, got.Step)
		}
		best, err := Best(dir)
		switch {
		case err != nil:
			t.Errorf("%s: best: %v", name, err)
		case bestErr == nil && holds(t, best.Path) != 20:
			t.Errorf("%s: no error, but the best is old", name)
		case bestPath != "" && holds(t, best.Path) != 20 && !lost:
			t.Errorf("%s: %q should be new", name, bestPath)
		}
		if runtime.GOARCH == "wasm" { // age decides
			for _, left := range faults.Temps(dir) {
				old := time.Now().Add(-48 * time.Hour)
				if err := os.Chtimes(filepath.Join(dir, left), old, old); err != nil {
					t.Fatal(err)
				}
			}
		}
		again := open(t, dir, Options{})
		if left := faults.Temps(dir); len(left) > 0 {
			t.Errorf("%s: %v is left after the next start", name, left)
		}
		write(t, again, 30)
		return len(ops)
	}
	n := run(faults.Fail, faults.Never)
	if n < 15 {
		t.Fatalf("%d operations, want more", n)
	}
	for _, fault := range faults.All() {
		for at := range n {
			run(fault, at)
		}
	}
}

// An old file that cannot be removed is told apart.
func TestOldFileStays(t *testing.T) {
	f := open(t, t.TempDir(), Options{Keep: 1})
	write(t, f, 1)
	probe := faults.New(faults.Never, faults.Fail)
	f.o.Disk = probe
	write(t, f, 2)
	f.o.Disk = faults.New(len(probe.Operations())-1, faults.Fail)
	path, err := f.Write(3, nil, at(3))
	var old *OldError
	if !errors.As(err, &old) || !errors.Is(err, faults.ErrInjected) || path != f.StepPath(3) {
		t.Errorf("got %q, %v", path, err)
	}
	wantSteps(t, f, 3, 2)
}

// A process that is killed while it writes leaves a whole file and no lock.
func TestKilledProcess(t *testing.T) {
	if dir := os.Getenv("CHECKPOINT_WRITE_FOR_EVER"); dir != "" {
		f, err := Open(dir, Options{})
		fmt.Println("open", err)
		for step := 1; err == nil; step++ {
			_, err = f.Write(step, nil, at(step))
		}
		fmt.Println(err)
		return
	}
	if !slices.Contains([]string{"linux", "darwin", "windows"}, runtime.GOOS) {
		t.Skip("no process can be started")
	}
	dir := t.TempDir()
	for i := range 5 {
		cmd := itself.Command(t, "-test.run=^TestKilledProcess$")
		cmd.Env = append(os.Environ(), "CHECKPOINT_WRITE_FOR_EVER="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if _, lockErr := Open(dir, Options{}); i == 0 && (!errors.Is(lockErr, ErrLocked) || !strings.Contains(lockErr.Error(), fmt.Sprint("process ", cmd.Process.Pid))) {
			t.Errorf("beside a running process: %v", lockErr)
		}
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if _, err := Latest(dir); err == nil {
				break
			}
		}
		time.Sleep(time.Duration(i) * 3 * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if strings.TrimSpace(line) != "open <nil>" {
			t.Fatalf("the process says %q, %v", line, err)
		}
		f, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("the lock of a dead process: %v", err)
		}
		got, err := f.Latest()
		if err != nil || holds(t, got.Path) != got.Step || len(got.Skipped) > 0 {
			t.Errorf("after the kill: %+v, %v", got, err)
		}
		if left := faults.Temps(dir); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

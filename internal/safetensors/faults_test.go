package safetensors

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/internal/atomicfile/faults"
)

// After each fault at each operation of a save, the file is the one before or the new
// one, bit for bit; a save that reports success has the new one, also when the power
// is lost. The next start leaves no temporary file.
func TestFaults(t *testing.T) {
	before, after := small(), sample()
	count := func(fault faults.Fault, at int) int {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.safetensors")
		if err := Write(path, before); err != nil {
			t.Fatal(err)
		}
		disk := faults.New(at, fault)
		err := WriteTensors(path, after.Meta, after.Tensors, WriteOptions{Disk: disk})
		ops := disk.Operations()
		name := "no fault"
		if at >= 0 {
			name = fmt.Sprintf("%v at operation %d, %s", fault, at, ops[at])
		}
		if err != nil && !errors.Is(err, faults.ErrInjected) && !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: error %v does not wrap the cause", name, err)
		}
		got, readErr := Read(path, nil)
		switch {
		case readErr != nil:
			t.Errorf("%s: the file does not load: %v", name, readErr)
		case err == nil && !equal(got, after):
			t.Errorf("%s: no error, but the file is not the new one", name)
		case err != nil && !equal(got, before) && ops[len(ops)-1] != "sync dir" && fault != faults.PowerLossAfterRename:
			t.Errorf("%s: the file is not the one before", name)
		}
		if dead := fault >= faults.Kill; !dead && len(faults.Temps(dir)) > 0 {
			t.Errorf("%s: %v is left", name, faults.Temps(dir))
		}
		atomicfile.Clean(dir, func(string) bool { return true })
		if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
			t.Errorf("%s: %d files after the next start, want 1 (%v)", name, len(files), err)
		}
		return len(ops)
	}
	n := count(faults.Fail, faults.Never)
	if n < 10 {
		t.Fatalf("a save has %d operations, want more", n)
	}
	for _, fault := range faults.All() {
		for at := range n {
			count(fault, at)
		}
	}
}

// Content without a flush would not outlive a power loss: the faults tell.
func TestFaultsFindAMissingFlush(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	disk := faults.New(4, faults.PowerLossAfterRename)
	f, err := disk.Create(path + "1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("12345678")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Close(), disk.Rename(path+"1", path)); err != nil {
		t.Fatal(err)
	}
	if err := disk.SyncDir(dir); !errors.Is(err, faults.ErrInjected) {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "1234" {
		t.Errorf("got %q, %v, want the half", got, err)
	}
}

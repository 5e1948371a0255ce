package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// ErrLocked is the error of Open for a folder that another Folder has open, of this
// process or another.
var ErrLocked = errors.New("the folder is in use")

// ErrClosed is the error of a Folder or a Writer after Close.
var ErrClosed = errors.New("closed")

// defaultKeep is how many step files stay.
const defaultKeep = 3

// All as Options.Keep keeps all step files.
const All = -1

// Options are the settings of a Folder. The zero value is ready to use.
type Options struct {
	Keep int             // how many step files stay, the newest ones; default 3, All for all
	Disk atomicfile.Disk // nil for atomicfile.OS
}

// Folder is a folder of run files that this process alone writes to. Its methods are
// safe for several goroutines.
type Folder struct {
	dir  string
	o    Options
	lock *lock

	mu     sync.Mutex // held by one write at a time
	closed bool
}

// Open makes the folder, unless it is there, locks it, and removes the temporary files
// that a killed process has left. A process that ends, in whatever way, gives the lock
// up. Where the system has no locks of files, only a second Folder of the same process
// is noticed, and temporary files are removed when they are an hour old.
//
// Errors: ErrLocked, with the number of the process if it is known; those of the file
// system.
func Open(dir string, o Options) (*Folder, error) {
	if o.Keep < All {
		return nil, fmt.Errorf("checkpoint: got Keep %d, want a number of files or All", o.Keep)
	}
	if o.Keep == 0 {
		o.Keep = defaultKeep
	}
	if o.Disk == nil {
		o.Disk = atomicfile.OS
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	l, err := acquire(filepath.Join(dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %q: %w", dir, err)
	}
	atomicfile.Clean(dir, func(name string) bool {
		_, ok := stepOf(name)
		return l.exclusive && (ok || name == bestName)
	})
	return &Folder{dir: dir, o: o, lock: l}, nil
}

// Dir returns the path of the folder.
func (f *Folder) Dir() string { return f.dir }

// StepPath returns the path of the file after the given number of steps.
func (f *Folder) StepPath(step int) string { return stepPath(f.dir, step) }

// BestPath returns the path of the best file.
func (f *Folder) BestPath() string { return filepath.Join(f.dir, bestName) }

// Latest returns the newest step file that is whole. See the function Latest.
func (f *Folder) Latest() (Found, error) { return Latest(f.dir) }

// Best returns the best file. See the function Best.
func (f *Folder) Best() (Found, error) { return Best(f.dir) }

// Steps returns the numbers of steps of the files in the folder, the newest first.
func (f *Folder) Steps() ([]int, error) {
	list, err := steps(f.dir)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return list, nil
}

// Write writes the file after the given number of steps, and then removes those of
// fewer steps beyond Options.Keep. Files of more steps stay: see DropAfter.
//
// After an error the files are what they were before. There are two exceptions, in
// which path is not empty: the file is in place, but the flush of the directory has
// failed, or an old file could not be removed (*OldError).
func (f *Folder) Write(step int, meta map[string]string, tensors []safetensors.View) (path string, err error) {
	if step < 0 {
		return "", fmt.Errorf("checkpoint: got step %d, want at least 0", step)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	path, err = f.write(f.StepPath(step), meta, tensors)
	if err != nil {
		return path, err
	}
	return path, f.removeOld(step)
}

// WriteBest replaces the best file. Errors: as Write.
func (f *Folder) WriteBest(meta map[string]string, tensors []safetensors.View) (path string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.write(f.BestPath(), meta, tensors)
}

func (f *Folder) write(path string, meta map[string]string, tensors []safetensors.View) (string, error) {
	if f.closed {
		return "", fmt.Errorf("checkpoint: %q: %w", f.dir, ErrClosed)
	}
	before, _ := os.Lstat(path)
	err := safetensors.WriteTensors(path, meta, tensors, safetensors.WriteOptions{Disk: f.o.Disk})
	if err == nil {
		return path, nil
	}
	if after, statErr := os.Lstat(path); statErr != nil || before != nil && os.SameFile(before, after) {
		path = ""
	}
	return path, fmt.Errorf("checkpoint: %w", err)
}

// OldError is the error of a Write that has written its file and could not remove an
// old one.
type OldError struct{ Err error }

// Error returns it in one line.
func (e *OldError) Error() string {
	return fmt.Sprintf("checkpoint: the file is written, but an old one could not be removed: %v", e.Err)
}

// Unwrap returns the cause.
func (e *OldError) Unwrap() error { return e.Err }

// removeOld removes step files older than step beyond those to keep.
func (f *Folder) removeOld(step int) error {
	if f.o.Keep == All {
		return nil
	}
	list, err := steps(f.dir)
	if err != nil {
		return &OldError{err}
	}
	kept := 0
	for _, s := range list {
		if s > step {
			continue
		}
		if kept++; kept > f.o.Keep {
			err = errors.Join(err, f.remove(s))
		}
	}
	if err != nil {
		return &OldError{err}
	}
	return nil
}

func (f *Folder) remove(step int) error {
	if err := f.o.Disk.Remove(f.StepPath(step)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// DropAfter removes the files of more than the given number of steps. A run that goes
// on from there, and not from the newest file, calls it, as those files are of another
// course.
func (f *Folder) DropAfter(step int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return fmt.Errorf("checkpoint: %q: %w", f.dir, ErrClosed)
	}
	list, err := steps(f.dir)
	for _, s := range list {
		if s > step {
			err = errors.Join(err, f.remove(s))
		}
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// Close waits for a write that is running and gives the lock up. A second Close does
// nothing.
func (f *Folder) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	return f.lock.release()
}

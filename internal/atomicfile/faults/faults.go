package faults

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/symgrad/symgrad/internal/atomicfile"
)

// Fault is what happens at an operation.
type Fault uint8

// The faults. A write is half done before it fails.
const (
	// Fail: the operation fails with ErrInjected, and nothing else happens.
	Fail Fault = iota
	// NoSpace: it and all later writes fail with ErrInjected; the rest works.
	NoSpace
	// Short: a write writes half and reports no error. Other operations work.
	Short
	// Kill: the process ends; nothing that it does later happens.
	Kill
	// PowerLoss: Kill, and what has not been flushed is lost: half of each file that
	// was written after its last Sync, and renames in directories that were not synced.
	PowerLoss
	// PowerLossAfterRename: PowerLoss, but the renames have reached the disk.
	PowerLossAfterRename
)

// All returns all faults.
func All() []Fault { return []Fault{Fail, NoSpace, Short, Kill, PowerLoss, PowerLossAfterRename} }

// String returns the name of the fault.
func (f Fault) String() string {
	return [...]string{"fail", "no space", "short write", "kill", "power loss", "power loss after rename"}[f]
}

// ErrInjected is the error of an operation that a fault ends.
var ErrInjected = errors.New("injected")

// Never is a number that no operation has.
const Never = -1

// Disk is the disk of the system, with a fault at the operation of the number At,
// from 0. Use New. It is safe for several goroutines.
type Disk struct {
	At int
	Do Fault

	mu      sync.Mutex
	done    []string
	full    bool
	dead    bool
	dirty   map[string]bool
	pending []renamed
}

// renamed is a rename whose directory has not been synced.
type renamed struct {
	from, to string
	old      []byte
	existed  bool
}

// New returns a disk on which the operation of the number at ends with the fault.
func New(at int, do Fault) *Disk { return &Disk{At: at, Do: do, dirty: map[string]bool{}} }

// Operations returns the names of the operations so far: "create", "chmod", "write",
// "sync", "close", "rename", "remove" and "sync dir".
func (d *Disk) Operations() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.done...)
}

// verdict is what becomes of an operation.
type verdict uint8

const (
	works   verdict = iota
	fails           // after half of a write
	shortly         // half of a write, no error
	nothing         // it does not happen
)

// next counts an operation and says what becomes of it. It holds the lock until the
// caller calls unlock.
func (d *Disk) next(name string) (v verdict, unlock func()) {
	d.mu.Lock()
	n := len(d.done)
	d.done = append(d.done, name)
	writes := name == "write"
	switch {
	case d.dead:
		return nothing, d.mu.Unlock
	case n != d.At:
		if d.full && writes {
			return fails, d.mu.Unlock
		}
		return works, d.mu.Unlock
	}
	switch d.Do {
	case NoSpace:
		d.full = true
	case Short:
		if writes {
			return shortly, d.mu.Unlock
		}
		return works, d.mu.Unlock
	case Kill, PowerLoss, PowerLossAfterRename:
		d.dead = true
		return fails, func() {
			defer d.mu.Unlock()
			if d.Do != Kill {
				d.lose()
			}
		}
	}
	return fails, d.mu.Unlock
}

// lose undoes what has not been flushed.
func (d *Disk) lose() {
	for path := range d.dirty {
		if info, err := os.Stat(path); err == nil {
			_ = os.Truncate(path, info.Size()/2)
		}
	}
	for i := len(d.pending) - 1; i >= 0 && d.Do == PowerLoss; i-- {
		r := d.pending[i]
		_ = os.Rename(r.to, r.from)
		if r.existed {
			_ = os.WriteFile(r.to, r.old, 0o644)
		}
	}
}

// Create is that of atomicfile.Disk.
func (d *Disk) Create(path string) (atomicfile.File, error) {
	v, unlock := d.next("create")
	defer unlock()
	if v != works && v != shortly {
		return nil, ErrInjected
	}
	f, err := atomicfile.OS.Create(path)
	if err != nil {
		return nil, err
	}
	d.dirty[path] = true
	return &file{f, d, path}, nil
}

// Rename is that of atomicfile.Disk.
func (d *Disk) Rename(from, to string) error {
	v, unlock := d.next("rename")
	defer unlock()
	if v != works && v != shortly {
		return ErrInjected
	}
	r := renamed{from: from, to: to}
	old, err := os.ReadFile(to)
	r.old, r.existed = old, err == nil
	if err := atomicfile.OS.Rename(from, to); err != nil {
		return err
	}
	d.pending = append(d.pending, r)
	d.dirty[to] = d.dirty[from]
	if !d.dirty[to] {
		delete(d.dirty, to)
	}
	delete(d.dirty, from)
	return nil
}

// Remove is that of atomicfile.Disk.
func (d *Disk) Remove(path string) error {
	v, unlock := d.next("remove")
	defer unlock()
	if v != works && v != shortly {
		return ErrInjected
	}
	delete(d.dirty, path)
	return atomicfile.OS.Remove(path)
}

// SyncDir is that of atomicfile.Disk.
func (d *Disk) SyncDir(dir string) error {
	v, unlock := d.next("sync dir")
	defer unlock()
	if v != works && v != shortly {
		return ErrInjected
	}
	if err := atomicfile.OS.SyncDir(dir); err != nil {
		return err
	}
	kept := d.pending[:0]
	for _, r := range d.pending {
		if filepath.Clean(filepath.Dir(r.to)) != filepath.Clean(dir) {
			kept = append(kept, r)
		}
	}
	d.pending = kept
	return nil
}

// file is a file on a Disk.
type file struct {
	atomicfile.File
	d    *Disk
	path string
}

func (f *file) Write(p []byte) (int, error) {
	v, unlock := f.d.next("write")
	defer unlock()
	if v == nothing {
		return 0, ErrInjected
	}
	f.d.dirty[f.path] = true
	if v == works {
		return f.File.Write(p)
	}
	n, err := f.File.Write(p[:len(p)/2])
	if err == nil && v == fails {
		err = ErrInjected
	}
	return n, err
}

func (f *file) Chmod(m fs.FileMode) error {
	v, unlock := f.d.next("chmod")
	defer unlock()
	if v != works && v != shortly {
		return ErrInjected
	}
	return f.File.Chmod(m)
}

func (f *file) Sync() error {
	v, unlock := f.d.next("sync")
	defer unlock()
	if v != works && v != shortly {
		return ErrInjected
	}
	delete(f.d.dirty, f.path)
	return f.File.Sync()
}

// Close closes the real file in any case.
func (f *file) Close() error {
	v, unlock := f.d.next("close")
	defer unlock()
	err := f.File.Close()
	if v != works && v != shortly {
		return ErrInjected
	}
	return err
}

// Temps returns the names of the temporary files in dir.
func Temps(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if strings.Contains(e.Name(), ".tmp-") {
			names = append(names, e.Name())
		}
	}
	return names
}

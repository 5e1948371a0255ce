//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// claim marks the temporary file at path as that of a running save, until release
// or the end of the process: it holds the file's lock. It fails if the file is
// gone. A file system without locks has no claims, and no leftover is removed there.
func claim(path string) (release func(), ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return func() {}, !errors.Is(err, os.ErrNotExist)
	}
	if err := flock(f, syscall.LOCK_EX); err != nil {
		f.Close()
		return func() {}, true
	}
	if !isAt(f, path) {
		f.Close()
		return nil, false
	}
	return func() { f.Close() }, true
}

// removeUnclaimed deletes the temporary file at path if its lock is free. It holds
// the lock meanwhile, so that a save that has just created the file waits for it
// and then sees that the file is gone.
func removeUnclaimed(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	if flock(f, syscall.LOCK_EX|syscall.LOCK_NB) == nil && isAt(f, path) {
		os.Remove(path)
	}
}

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}

// isAt says whether f is the file at path.
func isAt(f *os.File, path string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(opened, there)
}

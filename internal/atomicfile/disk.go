package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// Disk is the set of calls with which a save changes a disk. A test passes one in
// which a call fails (see the package faults).
type Disk interface {
	// Create opens a new file for writing. A file of that name is an error.
	Create(path string) (File, error)
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir brings the entries of a directory to the disk, where the system has
	// such a call.
	SyncDir(dir string) error
}

// File is the part of *os.File that a save uses.
type File interface {
	io.Writer
	Chmod(fs.FileMode) error
	Sync() error
	Close() error
}

// OS is the Disk of the operating system.
var OS Disk = system{}

type system struct{}

func (system) Rename(from, to string) error { return os.Rename(from, to) }
func (system) Remove(path string) error     { return os.Remove(path) }

func (system) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// SyncDir does nothing on Windows, which has no such call. Some file systems refuse
// it, which is no error.
func (system) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// strict is the file of a save. It remembers the first write that failed, also when
// the caller does not, and takes a short write for an error.
type strict struct {
	File
	err error
}

func (s *strict) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.File.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	s.err = err
	return n, err
}

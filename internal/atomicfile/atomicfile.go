// Package atomicfile replaces a file as a whole or not at all.
//
// It owns the sequence temporary file, write, fsync, rename, fsync of the
// directory, and the clean-up of what a killed process left behind. It does not
// own file formats or who may write a file when. It is imported by whatever
// saves state: checkpoints and the safetensors writer.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// bufferSize is what collects small writes before they reach the kernel.
const bufferSize = 1 << 16

// file is the part of *os.File that a save uses.
type file interface {
	io.Writer
	Chmod(fs.FileMode) error
	Sync() error
	Close() error
}

// system is the set of calls a save makes, so that a test can make each fail.
type system struct {
	create  func(path string) (file, error)
	rename  func(from, to string) error
	remove  func(path string) error
	syncDir func(dir string) error
}

var disk = system{create: create, rename: os.Rename, remove: os.Remove, syncDir: syncDir}

// WriteFile makes path hold what write writes, atomically: a reader sees the
// old content or the new one, never a part of either, also when the process is
// killed or the power fails in between.
//
// The bytes go through a buffer to a temporary file in the directory of path,
// which is flushed to the disk, renamed to path and followed by a flush of the
// directory where the system offers one. Any error before the rename, a panic
// in write included, removes the temporary file and leaves the old file as it
// was. An error after the rename (the flush of the directory) is returned too:
// path then holds the new content, but a power failure may still undo it.
//
// A new file gets mode 0666 less the umask; an existing one keeps its
// permission bits. When path is a symbolic link the file it points to is
// replaced, or made, and the link stays. An empty path, or one that is not a regular
// file, is fs.ErrInvalid. Two writers at once, of one process or of two, do
// not disturb each other: the last rename wins.
//
// A save that was killed leaves its temporary file. The next save of the same
// path removes it, and leaves alone those of saves that are still running
// elsewhere (see claim).
func WriteFile(path string, write func(io.Writer) error) error {
	return disk.writeFile(path, write)
}

func (s system) writeFile(path string, write func(io.Writer) error) error {
	if path == "" {
		return fmt.Errorf("atomicfile: save: got no path: %w", fs.ErrInvalid)
	}
	target := resolve(path)
	mode, keepMode, err := oldMode(target)
	if err != nil {
		return fmt.Errorf("atomicfile: save %q: %w", path, err)
	}
	removeTemps(target)
	temp, f, release, err := s.createTemp(target)
	if err != nil {
		return fmt.Errorf("atomicfile: save %q: create the temporary file: %w", path, err)
	}
	open, renamed := true, false
	defer func() {
		defer release()
		if open {
			f.Close() // the error that led here is the one to report
		}
		if !renamed {
			s.remove(temp)
		}
	}()
	if keepMode {
		if err := f.Chmod(mode); err != nil {
			return fmt.Errorf("atomicfile: save %q: keep its permissions: %w", path, err)
		}
	}
	if err := fill(f, write); err != nil {
		return fmt.Errorf("atomicfile: save %q: %w", path, err)
	}
	open = false
	if err := f.Close(); err != nil {
		return fmt.Errorf("atomicfile: save %q: close the temporary file: %w", path, err)
	}
	if err := s.rename(temp, target); err != nil {
		return fmt.Errorf("atomicfile: save %q: %w", path, err)
	}
	renamed = true
	if err := s.syncDir(filepath.Dir(target)); err != nil {
		return fmt.Errorf("atomicfile: save %q: the file is in place but its directory could not be flushed: %w", path, err)
	}
	return nil
}

// createTemp creates a temporary file for target and claims it.
func (s system) createTemp(target string) (temp string, f file, release func(), err error) {
	for {
		temp = tempName(target)
		if f, err = s.create(temp); err != nil {
			return "", nil, nil, err
		}
		if release, ok := claim(temp); ok {
			return temp, f, release, nil
		}
		f.Close() // another save took it for a leftover before it was claimed
	}
}

// fill runs write against f and brings every byte to the disk.
func fill(f file, write func(io.Writer) error) error {
	buf := bufio.NewWriterSize(f, bufferSize)
	if err := write(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return fmt.Errorf("write the temporary file: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("flush the temporary file: %w", err)
	}
	return nil
}

// mostLinks is the number of symbolic links that are followed one after another.
const mostLinks = 40

// resolve follows symbolic links, so that the file behind a link is replaced, or made
// if the link points to none.
func resolve(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	for range mostLinks {
		to, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path // a circle, which oldMode reports
}

// oldMode returns the permission bits of an existing regular file.
func oldMode(path string) (mode fs.FileMode, exists bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	case !info.Mode().IsRegular():
		return 0, false, fmt.Errorf("it exists and is not a regular file but %v: %w", info.Mode().Type(), fs.ErrInvalid)
	}
	return info.Mode().Perm(), true, nil
}

func create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// syncDir flushes a directory entry to the disk. Windows has no such call, and
// some file systems refuse it: neither is an error.
func syncDir(dir string) error {
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

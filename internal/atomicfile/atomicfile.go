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
)

// bufferSize is what collects small writes before they reach the kernel.
const bufferSize = 1 << 16

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
	return Replace(OS, path, func(f io.Writer) error {
		buf := bufio.NewWriterSize(f, bufferSize)
		if err := write(buf); err != nil {
			return err
		}
		return buf.Flush()
	})
}

// Replace is WriteFile on the disk d, without a buffer: each write of the callback is
// one of the file, so it should write much at once. Large content need not be copied
// for it. A write that failed is an error of Replace, also if the callback returns nil.
func Replace(d Disk, path string, write func(io.Writer) error) error {
	if path == "" {
		return fmt.Errorf("atomicfile: save: got no path: %w", fs.ErrInvalid)
	}
	target := resolve(path)
	mode, keepMode, err := oldMode(target)
	if err != nil {
		return fmt.Errorf("atomicfile: save %q: %w", path, err)
	}
	removeTemps(target)
	temp, f, release, err := createTemp(d, target)
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
			d.Remove(temp)
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
	if err := d.Rename(temp, target); err != nil {
		return fmt.Errorf("atomicfile: save %q: %w", path, err)
	}
	renamed = true
	if err := d.SyncDir(filepath.Dir(target)); err != nil {
		return fmt.Errorf("atomicfile: save %q: the file is in place but its directory could not be flushed: %w", path, err)
	}
	return nil
}

// createTemp creates a temporary file for target and claims it.
func createTemp(d Disk, target string) (temp string, f File, release func(), err error) {
	for {
		temp = tempName(target)
		if f, err = d.Create(temp); err != nil {
			return "", nil, nil, err
		}
		if release, ok := claim(temp); ok {
			return temp, f, release, nil
		}
		f.Close() // another save took it for a leftover before it was claimed
	}
}

// fill runs write against f and brings every byte to the disk.
func fill(f File, write func(io.Writer) error) error {
	s := &strict{File: f}
	if err := write(s); err != nil {
		return err
	}
	if s.err != nil {
		return fmt.Errorf("write the temporary file: %w", s.err)
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

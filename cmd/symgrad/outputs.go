package main

import (
	"os"
	"path/filepath"

	"github.com/pkg/errors"
)

// writing checks the files that a verb writes, before any work is done.
type writing struct {
	force bool     // write over what is there
	reads []string // files that are never written over
}

// check returns an error unless all files can be written: their folders are there and take files, no
// two are the same file, and none is a file that is read, or there already without force. An empty
// path and the standard output, "-", are passed over.
func (w writing) check(paths ...string) error {
	var files []string
	for _, path := range paths {
		if path == "" || path == "-" {
			continue
		}
		for _, read := range w.reads {
			if sameFile(path, read) {
				return unclearf("got %s to write, which is read too; want another file", path)
			}
		}
		for _, other := range files {
			if sameFile(path, other) {
				return unclearf("got %s and %s, which are the same file, to write; want two files", other, path)
			}
		}
		files = append(files, path)
	}
	for _, path := range files {
		if err := w.one(path); err != nil {
			return err
		}
	}
	return nil
}

// one checks a file.
func (w writing) one(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return unclearf("%s: got a folder, want the name of a file to write", path)
	case err == nil && !info.Mode().IsRegular():
		return nil // such as /dev/null, which nothing is lost of
	case err == nil && !w.force:
		return unclearf("%s: got a file that is there already, want another name, or -force to write over it", path)
	}
	if _, err := os.Lstat(path); err == nil && info == nil && !w.force {
		return unclearf("%s: got a link that is there already, want another name, or -force to write over it", path)
	}
	return takesFiles(filepath.Dir(path))
}

// takesFiles returns an error unless files can be made in the folder.
func takesFiles(folder string) error {
	info, err := os.Stat(folder)
	switch {
	case os.IsNotExist(err):
		return errors.Errorf("%s: there is no such folder, want one to write into", folder)
	case err != nil:
		return err
	case !info.IsDir():
		return errors.Errorf("%s: got a file, want a folder to write into", folder)
	}
	f, err := os.CreateTemp(folder, ".symgrad-*")
	if err != nil {
		return errors.Errorf("%s: no file can be written in this folder (%v)", folder, plainCause(err))
	}
	f.Close()
	return os.Remove(f.Name())
}

// plainCause returns what the system said, without the name of the file.
func plainCause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// sameFile says whether two paths lead to the same file, which may not be there yet.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return os.SameFile(x, y)
	}
	if (errX == nil) != (errY == nil) {
		return false
	}
	return whole(a) == whole(b)
}

// whole returns the path from the root of a file, whose folder may be reached by links.
func whole(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(folder, filepath.Base(path))
	}
	return path
}

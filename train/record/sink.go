package record

import (
	"bufio"
	"bytes"
	"io"
	"os"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// sink is where lines of text go: to a file or to a writer.
type sink struct {
	of   string   // the type that writes, for errors: "CSV"
	path string   // of the file; "" for a writer
	file *os.File // nil for a writer
	w    io.Writer
}

// verdict is what becomes of a line of a file that a Fit goes on with.
type verdict uint8

const (
	keep  verdict = iota // the line stays
	cut                  // the line and all after it go
	alien                // the line is of another program
)

// open opens the file at path, or takes w without a path. The complete lines of the file
// for which judge returns keep stay, up to the first other one. It returns how many stay.
func (s *sink) open(of, path string, w io.Writer, judge func(i int, line []byte) verdict) (kept int, err error) {
	s.of = of
	if err := s.end(nil); err != nil { // of a Fit that had no last event
		return 0, err
	}
	switch {
	case path == "" && w == nil:
		return 0, mistake.Optionf("record: %s: got neither a Path nor a Writer, want one of them", of)
	case path != "" && w != nil:
		return 0, mistake.Optionf("record: %s: got a Path and a Writer, want one of them", of)
	case path == "":
		s.w = w
		return 0, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return 0, errors.Wrapf(err, "record: %s", of)
	}
	n, size, err := s.judged(f, path, judge)
	if err == nil {
		err = errors.Wrapf(f.Truncate(size), "record: %s", of)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
		err = errors.Wrapf(err, "record: %s", of)
	}
	if err != nil {
		f.Close()
		return 0, err
	}
	s.path, s.file, s.w = path, f, f
	return n, nil
}

// judged returns the number and the bytes of the lines of f that stay.
func (s *sink) judged(f *os.File, path string, judge func(i int, line []byte) verdict) (n int, size int64, err error) {
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return 0, 0, errors.Wrapf(err, "record: %s", s.of)
		}
		whole := err == nil
		if len(line) == 0 {
			return n, size, nil
		}
		v := judge(n, bytes.TrimRight(line, "\r\n"))
		if n == 0 && v == alien {
			return 0, 0, mistake.Optionf("record: %s: got the path %s of a file that it did not write, want a new one, or one that it wrote", s.of, path)
		}
		if !whole || v != keep {
			return n, size, nil
		}
		n, size = n+1, size+int64(len(line))
	}
}

// opened reports whether lines can be written.
func (s *sink) opened() bool { return s.w != nil }

// write writes whole lines.
func (s *sink) write(lines []byte) error {
	if s.w == nil {
		return outside(s.of)
	}
	if _, err := s.w.Write(lines); err != nil { // asked here, as the words of an error are allocated
		return errors.Wrapf(err, "record: %s", s.of)
	}
	return nil
}

// end brings a file to the disk and closes it. It returns the first error.
func (s *sink) end(err error) error {
	f := s.file
	s.file, s.w = nil, nil
	if f == nil {
		return err
	}
	for _, bad := range []error{f.Sync(), f.Close()} {
		if err == nil {
			err = errors.Wrapf(bad, "record: %s", s.of)
		}
	}
	return err
}

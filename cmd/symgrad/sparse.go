package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// mostLines is about how many lines of progress are written where no terminal shows them.
const mostLines = 20

// sparse passes on the first line of progress, some between, and the last one. Other lines pass.
type sparse struct {
	w     io.Writer
	every int
	held  []byte // the last line that was not passed on
}

// newSparse returns a writer of the progress of so many epochs: w itself for a terminal, which shows one
// line.
func newSparse(w io.Writer, epochs int) io.Writer {
	if f, ok := w.(*os.File); ok && os.Getenv("TERM") != "dumb" {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return w
		}
	}
	return &sparse{w: w, every: max(1, (epochs+mostLines-1)/mostLines)}
}

// Write takes a line.
func (s *sparse) Write(line []byte) (int, error) {
	var n, of int
	if _, err := fmt.Sscanf(string(line), "epoch %d/%d ", &n, &of); err == nil && n != 1 && n != of && n%s.every != 0 {
		s.held = bytes.Clone(line)
		return len(line), nil
	}
	s.held = nil
	return s.w.Write(line)
}

// endSparse writes the last line.
func endSparse(w io.Writer) {
	if s, ok := w.(*sparse); ok && s.held != nil {
		_, _ = s.w.Write(s.held) // progress that cannot be written is lost
		s.held = nil
	}
}

package main

import (
	"bufio"
	"io"
)

// spaced reads a text whose cells are separated by any run of spaces and tabs, and returns it with
// one space between two cells. A quoted cell keeps its spaces.
type spaced struct {
	in     *bufio.Reader
	quoted bool // within a quoted cell
	gap    bool // spaces were read that may stand between cells
	begun  bool // the line has a cell
}

func newSpaced(r io.Reader) *spaced { return &spaced{in: bufio.NewReader(r)} }

// Read reads. It needs room for two bytes at least.
func (s *spaced) Read(p []byte) (n int, err error) {
	for n+2 <= len(p) {
		c, err := s.in.ReadByte()
		if err != nil {
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		switch {
		case s.quoted:
			s.quoted = c != '"'
		case c == ' ' || c == '\t':
			s.gap = true
			continue
		case c == '\n' || c == '\r':
			s.gap, s.begun = false, false
		default:
			if s.gap && s.begun {
				p[n] = ' '
				n++
			}
			s.gap, s.begun, s.quoted = false, true, c == '"'
		}
		p[n] = c
		n++
	}
	return n, nil
}

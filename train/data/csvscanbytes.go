package data

import (
	"bytes"
	"io"

	"github.com/symgrad/symgrad/internal/mistake"
)

// scanBytes reads the next record byte by byte.
func (s *csvScanner) scanBytes() error {
	s.text, s.cells, s.lines = s.text[:0], s.cells[:0], s.lines[:0]
	s.began, s.quoted = s.line, false
	if _, err := s.peek(); err != nil {
		return err
	}
	for last := false; !last; {
		if s.blanks {
			ended, err := s.skipBlanks()
			if err != nil {
				return err
			}
			if ended {
				break
			}
		}
		if len(s.cells) == maxColumns {
			return s.fail(0, mistake.Newf(ErrCSV, "got a longer line, want at most %d cells", maxColumns))
		}
		var err error
		if last, err = s.scanCell(); err != nil {
			return err
		}
	}
	s.held = s.text
	return nil
}

// skipBlanks passes over the blanks before a cell, and over the end of the record where
// no cell follows.
func (s *csvScanner) skipBlanks() (ended bool, err error) {
	for {
		c, err := s.peek()
		switch {
		case err == io.EOF:
			return true, nil
		case err != nil:
			return false, err
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			return false, nil
		}
		if c, err = s.read(); err != nil {
			return false, err
		}
		if c == '\n' {
			return true, nil
		}
	}
}

// separates says whether c ends a cell.
func (s *csvScanner) separates(c byte) bool {
	return c == s.comma || c == '\n' || s.blanks && c == '\t'
}

// scanCell reads one cell and what ends it, and tells whether that ended the
// record too.
func (s *csvScanner) scanCell() (last bool, err error) {
	s.beginCell()
	start := len(s.text)
	c, err := s.read()
	for err == nil && !s.separates(c) && c != '"' {
		if err = s.add(c, start); err == nil {
			c, err = s.read()
		}
	}
	if err == nil && c == '"' {
		if len(bytes.Trim(s.text[start:], " \t")) > 0 {
			return false, s.fail(len(s.cells)+1, mistake.Newf(ErrCSV, "got a quote inside a cell, want one at its begin too"))
		}
		s.quoted = true
		s.text = s.text[:start]
		c, err = s.scanQuoted(start)
	}
	if err != nil && err != io.EOF {
		return false, err
	}
	s.cells = append(doubled(s.cells), span{start, len(s.text)})
	return err == io.EOF || c == '\n', nil
}

// beginCell notes the line of the next cell, where it is not that of the record.
func (s *csvScanner) beginCell() {
	if s.line == s.began {
		return
	}
	for len(s.lines) < len(s.cells) {
		s.lines = append(s.lines, s.began)
	}
	s.lines = append(s.lines, s.line)
}

// scanQuoted reads the rest of a quoted cell and returns the byte that ends it.
func (s *csvScanner) scanQuoted(start int) (end byte, err error) {
	for {
		c, err := s.read()
		if err == io.EOF {
			return 0, s.fail(len(s.cells)+1, mistake.Newf(ErrCSV, "got the end of the text within quotes, want a closing quote"))
		}
		if err != nil {
			return 0, err
		}
		if c == '"' {
			c, err = s.read()
			doubled := c == '"'
			for err == nil && (c == ' ' || c == '\t') && !s.separates(c) {
				c, err = s.read()
			}
			if err != nil || s.separates(c) {
				return c, err
			}
			if !doubled {
				return 0, s.fail(len(s.cells)+1, mistake.Newf(ErrCSV, "got %q after the closing quote, want the end of the cell", c))
			}
		}
		if err := s.add(c, start); err != nil {
			return 0, err
		}
	}
}

// add appends a byte to the cell that began at start.
func (s *csvScanner) add(c byte, start int) error {
	if len(s.text)-start == maxCell {
		return s.fail(len(s.cells)+1, mistake.Newf(ErrCSV, "got a longer cell, want at most %d bytes", maxCell))
	}
	s.text = append(s.text, c)
	return nil
}

// read returns the next byte, with CRLF made LF.
func (s *csvScanner) read() (byte, error) {
	c, err := s.peek()
	if err != nil {
		return 0, err
	}
	s.pos++
	if s.count++; s.count > s.limit {
		return 0, s.tooLarge()
	}
	switch c {
	case 0:
		return 0, s.fail(len(s.cells)+1, mistake.Newf(ErrCSV, "got a NUL byte, want text"))
	case '\r':
		next, err := s.peek()
		if err != nil && err != io.EOF {
			return 0, err
		}
		if next != '\n' {
			return 0, s.fail(len(s.cells)+1, mistake.Newf(ErrCSV, "got a carriage return alone, want a line feed after it"))
		}
		return s.read()
	case '\n':
		s.line++
	}
	return c, nil
}

// peek returns the next byte without taking it, io.EOF at the end of the text.
func (s *csvScanner) peek() (byte, error) {
	for s.pos == len(s.buf) {
		if s.failure != nil {
			return 0, s.broken()
		}
		s.fill()
	}
	return s.buf[s.pos], nil
}

package data

import (
	"bufio"
	"bytes"
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

const (
	// maxCell is the longest cell accepted, in bytes.
	maxCell = 1 << 20
	// maxColumns is the largest number of cells accepted in a line.
	maxColumns = 1 << 20
)

// csvScanner cuts a text into records of cells: the form of RFC 4180 with LF or
// CRLF line ends, read strictly. Its buffers are used again for every record.
type csvScanner struct {
	in    *bufio.Reader
	comma byte
	limit int64 // the most bytes to read
	count int64 // bytes read
	line  int   // line of the next byte

	began  int    // line on which the record began
	quoted bool   // whether the record has a quoted cell
	text   []byte // the cells of the record, one after the other
	ends   []int  // where each cell ends in text
	lines  []int  // line on which each cell began
}

func newCSVScanner(in io.Reader, comma byte, limit int64) *csvScanner {
	return &csvScanner{in: bufio.NewReaderSize(in, 1<<16), comma: comma, limit: limit, line: 1}
}

// cell returns cell i of the record, valid until the next call of record.
func (s *csvScanner) cell(i int) []byte {
	begin := 0
	if i > 0 {
		begin = s.ends[i-1]
	}
	return s.text[begin:s.ends[i]]
}

// fail returns an error at cell column (from 1) of the record, or at the record
// as a whole for 0.
func (s *csvScanner) fail(column int, err error) error {
	line := s.began
	if column > 0 && column <= len(s.lines) {
		line = s.lines[column-1]
	}
	return &CSVError{Line: line, Column: column, Err: err}
}

// skipMark passes over a UTF-8 byte order mark and refuses those of UTF-16.
func (s *csvScanner) skipMark() error {
	head, err := s.in.Peek(3)
	if err != nil && err != io.EOF {
		return errors.WithMessage(err, "data: ReadCSV: read the table")
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return &CSVError{Line: 1, Err: mistake.Newf(ErrCSV, "got a text in UTF-16, want UTF-8")}
	case bytes.Equal(head, []byte{0xef, 0xbb, 0xbf}):
		_, err := s.in.Discard(len(head))
		return err
	}
	return nil
}

// record reads the next line, or lines when a quoted cell spans several; io.EOF
// at the end of the text. Empty lines are accepted at the end of the text only.
func (s *csvScanner) record() error {
	firstEmpty := 0
	for {
		if err := s.scan(); err != nil {
			return err
		}
		empty := len(s.ends) == 1 && len(s.text) == 0 && !s.quoted
		switch {
		case !empty && firstEmpty > 0:
			return &CSVError{Line: firstEmpty, Err: mistake.Newf(ErrCSV, "got an empty line, want one with values")}
		case !empty:
			return nil
		case firstEmpty == 0:
			firstEmpty = s.began
		}
	}
}

// scan reads the next record, an empty line included.
func (s *csvScanner) scan() error {
	s.text, s.ends, s.lines = s.text[:0], s.ends[:0], s.lines[:0]
	s.began, s.quoted = s.line, false
	if _, err := s.peek(); err != nil {
		return err
	}
	for last := false; !last; {
		if len(s.ends) == maxColumns {
			return s.fail(0, mistake.Newf(ErrCSV, "got a longer line, want at most %d cells", maxColumns))
		}
		var err error
		if last, err = s.scanCell(); err != nil {
			return err
		}
	}
	return nil
}

// scanCell reads one cell and what ends it, and tells whether that ended the
// record too.
func (s *csvScanner) scanCell() (last bool, err error) {
	s.lines = append(s.lines, s.line)
	start := len(s.text)
	c, err := s.read()
	if err == nil && c == '"' {
		s.quoted = true
		c, err = s.scanQuoted(start)
	} else {
		for err == nil && c != s.comma && c != '\n' {
			if c == '"' {
				return false, s.fail(len(s.lines), mistake.Newf(ErrCSV, "got a quote inside a cell, want one at its begin too"))
			}
			if err = s.add(c, start); err == nil {
				c, err = s.read()
			}
		}
	}
	if err != nil && err != io.EOF {
		return false, err
	}
	s.ends = append(s.ends, len(s.text))
	return err == io.EOF || c == '\n', nil
}

// scanQuoted reads the rest of a quoted cell and returns the byte that ends it.
func (s *csvScanner) scanQuoted(start int) (end byte, err error) {
	for {
		c, err := s.read()
		if err == io.EOF {
			return 0, s.fail(len(s.lines), mistake.Newf(ErrCSV, "got the end of the text within quotes, want a closing quote"))
		}
		if err != nil {
			return 0, err
		}
		if c == '"' {
			c, err = s.read()
			if err != nil || c == s.comma || c == '\n' {
				return c, err
			}
			if c != '"' {
				return 0, s.fail(len(s.lines), mistake.Newf(ErrCSV, "got %q after the closing quote, want the end of the cell", c))
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
		return s.fail(len(s.lines), mistake.Newf(ErrCSV, "got a longer cell, want at most %d bytes", maxCell))
	}
	s.text = append(s.text, c)
	return nil
}

// read returns the next byte, with CRLF made LF.
func (s *csvScanner) read() (byte, error) {
	c, err := s.in.ReadByte()
	if err != nil {
		if err == io.EOF {
			return 0, err
		}
		return 0, errors.WithMessage(err, "data: ReadCSV: read the table")
	}
	if s.count++; s.count > s.limit {
		return 0, s.fail(0, mistake.Newf(ErrCSV, "got a larger table, want at most %d bytes (MaxBytes)", s.limit))
	}
	switch c {
	case 0:
		return 0, s.fail(len(s.lines), mistake.Newf(ErrCSV, "got a NUL byte, want text"))
	case '\r':
		next, err := s.peek()
		if err != nil && err != io.EOF {
			return 0, err
		}
		if next != '\n' {
			return 0, s.fail(len(s.lines), mistake.Newf(ErrCSV, "got a carriage return alone, want a line feed after it"))
		}
		return s.read()
	case '\n':
		s.line++
	}
	return c, nil
}

// peek returns the next byte without taking it, io.EOF at the end of the text.
func (s *csvScanner) peek() (byte, error) {
	next, err := s.in.Peek(1)
	if err == io.EOF {
		return 0, err
	}
	if err != nil {
		return 0, errors.WithMessage(err, "data: ReadCSV: read the table")
	}
	return next[0], nil
}

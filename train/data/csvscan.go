package data

import (
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
	// firstBuffer and maxBuffer are the sizes of the reading buffer, which grows while
	// no whole line fits. Longer lines are read byte by byte.
	firstBuffer, maxBuffer = 1 << 16, 1 << 22
)

// span is where a cell stands in the bytes of its record.
type span struct{ begin, end int }

// csvScanner cuts a text into records of cells: the form of RFC 4180 with LF or
// CRLF line ends, read strictly. Its buffers are used again for every record.
//
// encoding/csv was tried below the table in its place, and did not stay. It takes a NUL
// byte, a lone carriage return and an empty line between rows, which are to be refused, and
// keeps the byte order mark in the first name. It has no limit for a cell, a line or the
// text. It does not separate cells by runs of blanks. It refuses a quote after a space. It
// makes a string of each line. Tables of numbers took it 1.2 to 3 times as long.
type csvScanner struct {
	in      io.Reader
	buf     []byte
	pos     int   // of the next byte in buf
	before  byte  // the one before buf, 0 at the start
	failure error // what the reader ended with, io.EOF at the end of the text

	comma   byte
	blanks  bool // cells are separated by runs of blanks
	comment string
	limit   int64 // the most bytes to read
	count   int64 // bytes read, without a byte order mark
	mark    int64 // bytes of the byte order mark
	line    int   // line of the next byte
	empty   int   // line of the first of the empty lines that were read last, 0 for none

	classes [256]byteClass
	began   int    // line on which the record began
	quoted  bool   // whether the record has a quoted cell
	text    []byte // the cells of a record that was read byte by byte, one after the other
	held    []byte // the bytes that cells point to
	cells   []span
	lines   []int // line on which each cell began, empty while all did on the first
}

// byteClass says what a byte does in a line without quotes.
type byteClass uint8

const (
	plainByte  byteClass = iota
	endsCell             // the separator
	endsLine             // a line feed
	returns              // a carriage return
	needsWatch           // a quote or a NUL: the line is read byte by byte
)

// newCSVScanner returns a scanner of the bytes in buf and those of in.
func newCSVScanner(buf []byte, in io.Reader, comma byte, limit int64) *csvScanner {
	s := &csvScanner{in: in, buf: buf, comma: comma, blanks: comma == ' ', limit: limit, line: 1}
	s.classes['"'], s.classes[0], s.classes['\n'], s.classes['\r'] = needsWatch, needsWatch, endsLine, returns
	s.classes[comma] = endsCell
	if s.blanks {
		s.classes['\t'] = endsCell
	}
	return s
}

// cell returns cell i of the record without the spaces and tabs around it, valid
// until the next call of record.
func (s *csvScanner) cell(i int) []byte {
	c := s.held[s.cells[i].begin:s.cells[i].end]
	if len(c) > 0 && (c[0] <= ' ' || c[len(c)-1] <= ' ') {
		return bytes.Trim(c, " \t")
	}
	return c
}

// lineOf returns the line on which cell i of the record began.
func (s *csvScanner) lineOf(i int) int {
	if i >= 0 && i < len(s.lines) {
		return s.lines[i]
	}
	return s.began
}

// fail returns an error at cell column (from 1) of the record, or at the record
// as a whole for 0.
func (s *csvScanner) fail(column int, err error) error {
	return &CSVError{Line: s.lineOf(column - 1), Column: column, Err: err}
}

// cutOff reports whether the text is read to its end, and has no line end there and no quote.
func (s *csvScanner) cutOff() bool {
	if s.failure != io.EOF || s.pos < len(s.buf) {
		return false
	}
	last := s.before
	if s.pos > 0 {
		last = s.buf[s.pos-1]
	}
	return last != '\n' && last != '"' && last != 0
}

// skipMark passes over a UTF-8 byte order mark and refuses those of UTF-16.
func (s *csvScanner) skipMark() error {
	for len(s.buf) < 3 && s.failure == nil {
		s.fill()
	}
	if s.failure != nil && s.failure != io.EOF {
		return s.broken()
	}
	switch {
	case bytes.HasPrefix(s.buf, []byte{0xfe, 0xff}), bytes.HasPrefix(s.buf, []byte{0xff, 0xfe}):
		return &CSVError{Line: 1, Err: mistake.Newf(ErrCSV, "got a text in UTF-16, want UTF-8")}
	case bytes.HasPrefix(s.buf, []byte(gzipMark)):
		return &CSVError{Line: 1, Err: mistake.Newf(ErrCSV, "got gzip data, want text (compress/gzip unpacks it)")}
	case bytes.HasPrefix(s.buf, []byte{0xef, 0xbb, 0xbf}):
		s.pos, s.mark = 3, 3
	}
	return nil
}

// csvPoint is a place between two records.
type csvPoint struct {
	row    int   // the number of the next row
	offset int64 // bytes before it
	line   int
}

// point returns where the scanner is. The caller knows the row.
func (s *csvScanner) point() csvPoint { return csvPoint{offset: s.mark + s.count, line: s.line} }

// seek goes to a point of the text, which must be a file.
func (s *csvScanner) seek(to csvPoint) error {
	if _, err := s.in.(io.Seeker).Seek(to.offset, io.SeekStart); err != nil {
		return err
	}
	s.buf, s.pos, s.failure = s.buf[:0], 0, nil
	s.count, s.line = to.offset-s.mark, to.line
	return nil
}

// broken returns the error of the reader.
func (s *csvScanner) broken() error {
	if s.failure == io.EOF {
		return io.EOF
	}
	return errors.WithMessage(s.failure, "data: ReadCSV: read the table")
}

// fill reads more bytes behind those in the buffer, or notes the failure. What was read
// is dropped first; the buffer grows where it is full.
func (s *csvScanner) fill() {
	if s.pos > 0 {
		s.before = s.buf[s.pos-1]
		s.buf = s.buf[:copy(s.buf, s.buf[s.pos:])]
		s.pos = 0
	}
	if len(s.buf) == cap(s.buf) {
		grown := make([]byte, len(s.buf), 2*cap(s.buf))
		copy(grown, s.buf)
		s.buf = grown
	}
	for range 100 {
		n, err := s.in.Read(s.buf[len(s.buf):cap(s.buf)])
		if n < 0 || n > cap(s.buf)-len(s.buf) {
			n, err = 0, errors.Errorf("got %d bytes from the reader, want at most %d", n, cap(s.buf)-len(s.buf))
		}
		s.buf = s.buf[:len(s.buf)+n]
		if err != nil {
			s.failure = err
			return
		}
		if n > 0 {
			return
		}
	}
	s.failure = io.ErrNoProgress
}

// record reads the next line, or lines when a quoted cell spans several; io.EOF
// at the end of the text. Empty lines are accepted at the end of the text only, and
// comments are passed over.
func (s *csvScanner) record() error {
	s.empty = 0
	for {
		comment, err := s.skipComment()
		if err != nil {
			return err
		}
		if comment {
			continue
		}
		if err := s.scan(); err != nil {
			return err
		}
		empty := !s.quoted && (len(s.cells) == 0 || len(s.cells) == 1 && s.cells[0].begin == s.cells[0].end)
		switch {
		case !empty && s.empty > 0:
			return &CSVError{Line: s.empty, Err: mistake.Newf(ErrCSV, "got an empty line, want one with values")}
		case !empty:
			return nil
		case s.empty == 0:
			s.empty = s.began
		}
	}
}

// skipComment passes over the line that begins here where it is a comment.
func (s *csvScanner) skipComment() (bool, error) {
	if s.comment == "" {
		return false, nil
	}
	for len(s.buf)-s.pos < len(s.comment) && s.failure == nil {
		s.fill()
	}
	if !bytes.HasPrefix(s.buf[s.pos:], []byte(s.comment)) {
		return false, nil
	}
	return true, s.skipLine()
}

// skipLine passes over the rest of a line, whatever is in it.
func (s *csvScanner) skipLine() error {
	s.began, s.lines = s.line, s.lines[:0]
	for {
		n := bytes.IndexByte(s.buf[s.pos:], '\n') + 1
		if n == 0 {
			n = len(s.buf) - s.pos
		} else {
			s.line++
		}
		ended := n > 0 && s.buf[s.pos+n-1] == '\n'
		if s.count += int64(n); s.count > s.limit {
			return s.tooLarge()
		}
		s.pos += n
		switch {
		case ended:
			return nil
		case s.failure == io.EOF:
			return nil
		case s.failure != nil:
			return s.broken()
		}
		s.fill()
	}
}

func (s *csvScanner) tooLarge() error {
	return s.fail(0, mistake.Newf(ErrCSV, "got a larger table, want at most %d bytes (MaxBytes)", s.limit))
}

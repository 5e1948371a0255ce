package data

import (
	"bufio"
	"bytes"
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// jsonLines cuts a text into lines.
type jsonLines struct {
	who    string
	in     *bufio.Reader
	most   int   // bytes of a line
	limit  int64 // bytes of the text
	count  int64 // bytes read
	number int   // of the line, from 1
	line   []byte
	empty  int // the first of the empty lines before, 0 for none
}

func newJSONLines(who string, r io.Reader, most int, limit int64) *jsonLines {
	return &jsonLines{who: who, in: bufio.NewReaderSize(r, 1<<16), most: most, limit: limit}
}

// fail returns an error about the line.
func (s *jsonLines) fail(format string, a ...any) error {
	return &CSVError{Line: s.number, Err: mistake.Newf(ErrCSV, format, a...)}
}

// next returns the next line, valid until the next call; io.EOF at the end of the text. Empty
// lines are accepted at the end of the text only.
func (s *jsonLines) next() ([]byte, error) {
	for {
		line, err := s.read()
		if err != nil {
			return nil, err
		}
		switch empty := len(bytes.TrimSpace(line)) == 0; {
		case !empty && s.empty > 0:
			s.number = s.empty
			return nil, s.fail("got an empty line, want an object")
		case !empty:
			return bytes.TrimRight(line, "\r\n"), nil // so that a line that is cut ends within its value
		case s.empty == 0:
			s.empty = s.number
		}
	}
}

// read returns the next line, an empty one too.
func (s *jsonLines) read() ([]byte, error) {
	s.number++
	s.line = s.line[:0]
	for {
		part, err := s.in.ReadSlice('\n')
		s.count += int64(len(part))
		switch {
		case err != nil && err != io.EOF && err != bufio.ErrBufferFull:
			return nil, errors.WithMessagef(err, "%s: read line %d", s.who, s.number)
		case s.count > s.limit:
			return nil, s.fail("got a larger text, want at most %d bytes (MaxBytes)", s.limit)
		case len(s.line)+len(part) > s.most && len(bytes.TrimRight(part, "\r\n"))+len(s.line) > s.most:
			return nil, s.fail("got a longer line, want at most %d bytes (MaxLine)", s.most)
		}
		if err == bufio.ErrBufferFull {
			s.line = append(s.line, part...)
			continue
		}
		if err == io.EOF && len(s.line)+len(part) == 0 {
			return nil, io.EOF
		}
		if len(s.line) > 0 {
			s.line = append(s.line, part...)
			part = s.line
		}
		if s.number == 1 {
			return s.skipMark(part)
		}
		return part, nil
	}
}

// skipMark passes over a UTF-8 byte order mark and refuses what is no text in UTF-8.
func (s *jsonLines) skipMark(line []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(line, []byte{0xfe, 0xff}), bytes.HasPrefix(line, []byte{0xff, 0xfe}):
		return nil, s.fail("got a text in UTF-16, want UTF-8")
	case bytes.HasPrefix(line, []byte(gzipMark)):
		return nil, s.fail("got gzip data, want text (compress/gzip unpacks it)")
	case bytes.HasPrefix(line, []byte("[")):
		return nil, s.fail("got an array, want an object in each line; is the file one value of JSON?")
	}
	return bytes.TrimPrefix(line, []byte{0xef, 0xbb, 0xbf}), nil
}

package data

import (
	"bytes"
	"io"
	"slices"
)

// scan reads the next record, an empty line included.
func (s *csvScanner) scan() error {
	if s.scanLine() {
		return nil
	}
	return s.scanBytes()
}

// scanLine reads the next record where it is a whole line in the buffer without
// quotes and without anything to refuse. Otherwise it reads nothing and returns false.
func (s *csvScanner) scanLine() bool {
	done := 0 // bytes of the line that are known to be no end of it
	for bytes.IndexByte(s.buf[s.pos+done:], '\n') < 0 && s.failure == nil {
		if done = len(s.buf) - s.pos; done >= maxBuffer {
			return false
		}
		s.fill()
	}
	b := s.buf[s.pos:]
	if len(b) == 0 || s.failure != nil && s.failure != io.EOF {
		return false
	}
	cells, begin, i := s.cells[:0], 0, 0
	classes := &s.classes
	end := -1
	for ; i < len(b); i++ {
		switch classes[b[i]] {
		case plainByte:
			continue
		case endsCell:
			if i-begin > maxCell || len(cells) >= maxColumns-1 {
				s.cells = cells // their memory serves again
				return false
			}
			if !s.blanks || i > begin {
				cells = append(doubled(cells), span{begin, i})
			}
			begin = i + 1
			continue
		case returns:
			if i+1 == len(b) || b[i+1] != '\n' {
				return false
			}
			end = i
			i++
		case endsLine:
			end = i
		case needsWatch:
			return false
		}
		break
	}
	used := i + 1
	if end < 0 {
		end, used = len(b), len(b)
	}
	if end-begin > maxCell || s.count+int64(used) > s.limit {
		return false
	}
	if !s.blanks || end > begin {
		cells = append(cells, span{begin, end})
	}
	s.held, s.cells, s.lines = b, cells, s.lines[:0]
	s.began, s.quoted = s.line, false
	s.pos += used
	s.count += int64(used)
	if b[used-1] == '\n' {
		s.line++
	}
	return true
}

// doubled returns list with room for one more. append grows long lists by a quarter, which
// leaves more memory behind.
func doubled(list []span) []span {
	if len(list) < cap(list) {
		return list
	}
	return slices.Grow(list, max(16, len(list)))
}

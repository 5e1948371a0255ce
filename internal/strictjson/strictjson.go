// Package strictjson reads JSON text from left to right, strictly: a key twice, text that is
// not valid UTF-8, a lone surrogate and a number in another form than JSON's are errors.
// encoding/json accepts the first three.
//
// It owns the grammar and the byte of an error. It does not own what the values mean: its
// importers say which value they want next.
//
// Read first: Scanner.
//
// Source: RFC 8259.
package strictjson

import (
	"fmt"
	"strconv"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Scanner is the text and how far it has been read.
type Scanner struct {
	// NonFinite takes NaN, Infinity and -Infinity for numbers. They are not JSON, but some
	// programs write them.
	NonFinite bool

	text []byte
	at   int
}

// New returns a Scanner at the beginning of text, which must not change while it is read.
func New(text []byte) *Scanner { return &Scanner{text: text} }

// Reset makes the Scanner begin another text.
func (s *Scanner) Reset(text []byte) { s.text, s.at = text, 0 }

// Errorf returns an error that ends with the position in the text. Long texts
// among args are cut.
func (s *Scanner) Errorf(format string, args ...any) error {
	for i, a := range args {
		switch text := a.(type) {
		case string:
			args[i] = mistake.Clip(text)
		case []byte:
			args[i] = mistake.Clip(string(text))
		}
	}
	return fmt.Errorf(format+" (byte %d)", append(args, s.at)...)
}

// Next skips white space and returns the byte after it without consuming it,
// 0 at the end of the text.
func (s *Scanner) Next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// Expect consumes the byte c after white space.
func (s *Scanner) Expect(c byte) error {
	switch got := s.Next(); {
	case s.at == len(s.text):
		return s.Errorf("got the end of the text, want %q", c)
	case got != c:
		return s.Errorf("got %q, want %q", got, c)
	}
	s.at++
	return nil
}

// End returns an error unless only white space follows.
func (s *Scanner) End() error {
	if c := s.Next(); s.at < len(s.text) {
		return s.Errorf("got %q after the value, want only white space", c)
	}
	return nil
}

// Object reads an object and calls value, with the Scanner on the value, for
// every key. The key must not be changed, and is valid as long as the text.
func (s *Scanner) Object(value func(key []byte) error) error {
	return s.list('{', '}', func() error {
		key, err := s.Text()
		if err != nil {
			return err
		}
		if err := s.Expect(':'); err != nil {
			return err
		}
		return value(key)
	})
}

// Array reads an array and calls element for every element.
func (s *Scanner) Array(element func() error) error { return s.list('[', ']', element) }

func (s *Scanner) list(open, end byte, item func() error) error {
	if err := s.Expect(open); err != nil {
		return err
	}
	if s.Next() == end {
		s.at++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.Next() != ',' {
			return s.Expect(end)
		}
		s.at++
	}
}

// Literal consumes word, such as null, and reports whether it came next.
func (s *Scanner) Literal(word string) bool {
	s.Next()
	end := s.at + len(word)
	if end > len(s.text) || string(s.text[s.at:end]) != word || end < len(s.text) && inWord(s.text[end]) {
		return false
	}
	s.at = end
	return true
}

// inWord says whether c may be within a literal or a number.
func inWord(c byte) bool {
	return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '.' || c == '+' || c == '-' || c == '_'
}

// Integer reads a number without sign, fraction or exponent.
func (s *Scanner) Integer() (uint64, error) {
	s.Next()
	begin := s.at
	s.digits()
	digits := string(s.text[begin:s.at])
	follows := byte(0)
	if s.at < len(s.text) {
		follows = s.text[s.at]
	}
	switch {
	case digits == "", follows == '.', follows == 'e', follows == 'E':
		return 0, s.Errorf("got %q, want a non-negative integer", s.text[begin:min(len(s.text), s.at+1)])
	case len(digits) > 1 && digits[0] == '0':
		return 0, s.Errorf("got %s, want a number without a zero in front", digits)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, s.Errorf("got %s, want a number of at most 64 bits", digits)
	}
	return n, nil
}

// digits passes over decimal digits and reports whether there was one.
func (s *Scanner) digits() bool {
	begin := s.at
	for s.at < len(s.text) && s.text[s.at]-'0' <= 9 {
		s.at++
	}
	return s.at > begin
}

// Number reads a number and returns its text.
func (s *Scanner) Number() ([]byte, error) {
	s.Next()
	begin := s.at
	if s.NonFinite && (s.Literal("NaN") || s.Literal("Infinity") || s.Literal("-Infinity")) {
		return s.text[begin:s.at], nil
	}
	s.one("-")
	whole := s.at
	ok := s.digits() && (s.text[whole] != '0' || s.at == whole+1)
	if ok && s.one(".") {
		ok = s.digits()
	}
	if ok && s.one("eE") {
		s.one("+-")
		ok = s.digits()
	}
	if end := s.at; !ok || end < len(s.text) && inWord(s.text[end]) {
		for s.at < len(s.text) && inWord(s.text[s.at]) {
			s.at++
		}
		switch {
		case s.at == len(s.text) && s.at == begin:
			return nil, s.Errorf("got the end of the text, want a number")
		case s.at == len(s.text):
			return nil, s.Errorf("got %s, want a number as JSON writes it; is the text cut off behind it?", s.text[begin:])
		case s.at == begin:
			return nil, s.Errorf("got %q, want a number", s.text[begin:min(len(s.text), begin+1)])
		}
		return nil, s.Errorf("got %s, want a number as JSON writes it", s.text[begin:s.at])
	}
	return s.text[begin:s.at], nil
}

// one passes over the next byte if it is one of set, and reports whether it was.
func (s *Scanner) one(set string) bool {
	if s.at < len(s.text) {
		for i := range len(set) {
			if s.text[s.at] == set[i] {
				s.at++
				return true
			}
		}
	}
	return false
}

// Skip reads a value of any kind. Arrays and objects in it are at most depth deep.
func (s *Scanner) Skip(depth int) (err error) {
	switch c := s.Next(); {
	case c == '"':
		_, err = s.Text()
	case (c == '{' || c == '[') && depth == 0:
		err = s.Errorf("got values within values within values, want fewer levels")
	case c == '[':
		err = s.Array(func() error { return s.Skip(depth - 1) })
	case c == '{':
		seen := map[string]bool{}
		err = s.Object(func(key []byte) error {
			if seen[string(key)] {
				return s.Errorf("got the key %q twice, want it once", key)
			}
			seen[string(key)] = true
			return s.Skip(depth - 1)
		})
	case s.Literal("null"), s.Literal("true"), s.Literal("false"):
	case c == '-' || c-'0' <= 9 || s.NonFinite && (c == 'N' || c == 'I'):
		_, err = s.Number()
	case s.at == len(s.text):
		err = s.Errorf("got the end of the text, want a value")
	default:
		end := s.at
		for end < len(s.text) && inWord(s.text[end]) {
			end++
		}
		if end > s.at && end == len(s.text) {
			return s.Errorf("got %q, want a value; is the text cut off behind %s?", c, s.text[s.at:])
		}
		err = s.Errorf("got %q, want a value", c)
	}
	return err
}

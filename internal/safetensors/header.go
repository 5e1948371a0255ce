package safetensors

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxRank bounds the number of axes of a tensor.
const maxRank = 255

// entry is one tensor as the header describes it.
type entry struct {
	name, dtype string
	shape       []int
	begin, end  uint64
}

// header is the decoded JSON header.
type header struct {
	meta    map[string]string
	tensors []entry
}

// parseHeader decodes the JSON header.
//
// The grammar of the header has a fixed depth, so the decoder is one function a
// level and reads nothing else; encoding/json would accept keys twice, keys in
// another case, null in place of anything and lone surrogates.
//
//	header = "{" [ pair { "," pair } ] "}" { white space }
//	pair   = "__metadata__" ":" object of strings | name ":" tensor
//	tensor = object with exactly dtype, shape, data_offsets
func parseHeader(text []byte) (header, error) {
	s := &scanner{text: text}
	var h header
	if len(text) == 0 || text[0] != '{' {
		return h, errors.New("got another first byte, want '{'")
	}
	seen := map[string]struct{}{}
	err := s.object(func(key string) error {
		if _, twice := seen[key]; twice {
			return s.errorf("got the key %q twice, want it once", key)
		}
		seen[key] = struct{}{}
		if key == metaKey {
			var err error
			h.meta, err = s.meta()
			return err
		}
		e, err := s.tensor(key)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", clip(key), err)
		}
		h.tensors = append(h.tensors, e)
		return nil
	})
	if err != nil {
		return h, err
	}
	if c := s.next(); s.at < len(text) {
		return h, s.errorf("got %q after the closing brace, want only white space", c)
	}
	return h, nil
}

// meta reads the object of strings under "__metadata__".
func (s *scanner) meta() (map[string]string, error) {
	m := map[string]string{}
	err := s.object(func(key string) error {
		if _, twice := m[key]; twice {
			return s.errorf("got the key %q twice, want it once", key)
		}
		value, err := s.string()
		if err != nil {
			return err
		}
		m[key] = value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", metaKey, err)
	}
	return m, nil
}

// tensor reads the description of one tensor.
func (s *scanner) tensor(name string) (entry, error) {
	e := entry{name: name}
	var hasType, hasShape, hasRange bool
	once := func(flag *bool, key string) error {
		if *flag {
			return s.errorf("got the key %q twice, want it once", key)
		}
		*flag = true
		return nil
	}
	err := s.object(func(key string) error {
		switch key {
		case "dtype":
			if err := once(&hasType, key); err != nil {
				return err
			}
			return s.dtype(&e)
		case "shape":
			if err := once(&hasShape, key); err != nil {
				return err
			}
			return s.shape(&e)
		case "data_offsets":
			if err := once(&hasRange, key); err != nil {
				return err
			}
			return s.offsets(&e)
		}
		return s.errorf("got the key %q, want dtype, shape and data_offsets", key)
	})
	switch {
	case err != nil:
		return e, err
	case !hasType:
		return e, s.errorf("got no key \"dtype\", want one")
	case !hasShape:
		return e, s.errorf("got no key \"shape\", want one")
	case !hasRange:
		return e, s.errorf("got no key \"data_offsets\", want one")
	}
	return e, nil
}

func (s *scanner) dtype(e *entry) (err error) {
	if e.dtype, err = s.string(); err != nil {
		return err
	}
	if bitsOf[e.dtype] == 0 {
		return s.errorf("got the element type %q, want one of the format", e.dtype)
	}
	return nil
}

func (s *scanner) shape(e *entry) error {
	e.shape = []int{}
	return s.array(func() error {
		n, err := s.integer()
		if err != nil {
			return err
		}
		if n > math.MaxInt {
			return s.errorf("got the axis %d, want one that fits in memory", n)
		}
		if len(e.shape) == maxRank {
			return s.errorf("got %d axes, want at most %d", maxRank+1, maxRank)
		}
		e.shape = append(e.shape, int(n))
		return nil
	})
}

func (s *scanner) offsets(e *entry) error {
	count := 0
	err := s.array(func() (err error) {
		switch count++; count {
		case 1:
			e.begin, err = s.integer()
		case 2:
			e.end, err = s.integer()
		default:
			err = s.errorf("got more than two data_offsets, want two")
		}
		return err
	})
	if err == nil && count != 2 {
		err = s.errorf("got %d data_offsets, want two", count)
	}
	return err
}

// scanner reads the JSON text from left to right.
type scanner struct {
	text []byte
	at   int
}

// errorf returns an error that ends with the position in the header. Long texts
// among args are cut.
func (s *scanner) errorf(format string, args ...any) error {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = clip(text)
		}
	}
	return fmt.Errorf(format+" (byte %d)", append(args, s.at)...)
}

// next skips white space and returns the byte after it without consuming it,
// 0 at the end of the text.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// expect consumes the byte c after white space.
func (s *scanner) expect(c byte) error {
	switch got := s.next(); {
	case s.at == len(s.text):
		return s.errorf("got the end of the text, want %q", c)
	case got != c:
		return s.errorf("got %q, want %q", got, c)
	}
	s.at++
	return nil
}

// object reads an object and calls value, with the scanner on the value, for
// every key.
func (s *scanner) object(value func(key string) error) error {
	return s.list('{', '}', func() error {
		key, err := s.string()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return value(key)
	})
}

// array reads an array and calls element for every element.
func (s *scanner) array(element func() error) error { return s.list('[', ']', element) }

func (s *scanner) list(open, end byte, item func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	if s.next() == end {
		s.at++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.next() != ',' {
			return s.expect(end)
		}
		s.at++
	}
}

// integer reads a number without sign, fraction or exponent.
func (s *scanner) integer() (uint64, error) {
	s.next()
	begin := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	digits := string(s.text[begin:s.at])
	follows := byte(0)
	if s.at < len(s.text) {
		follows = s.text[s.at]
	}
	switch {
	case digits == "", follows == '.', follows == 'e', follows == 'E':
		return 0, s.errorf("got %q, want a non-negative integer", s.text[begin:min(len(s.text), s.at+1)])
	case len(digits) > 1 && digits[0] == '0':
		return 0, s.errorf("got %s, want a number without a zero in front", digits)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, s.errorf("got %s, want a number of at most 64 bits", digits)
	}
	return n, nil
}

// clip shortens a text for an error message.
func clip(text string) string {
	if len(text) > 80 {
		return text[:80] + "..."
	}
	return text
}

// string reads a string and undoes its escapes.
func (s *scanner) string() (string, error) {
	if err := s.expect('"'); err != nil {
		return "", err
	}
	begin := s.at
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			plain := s.text[begin:s.at]
			if !utf8.Valid(plain) {
				return "", s.errorf("got a string before here that is not valid UTF-8, want UTF-8")
			}
			s.at++
			return string(plain), nil
		case c == '\\':
			return s.escaped(begin)
		case c < ' ':
			return "", s.errorf("got the control character %q in a string, want it escaped", c)
		}
	}
	return "", s.errorf("got the end of the text inside a string, want a closing quote")
}

// escaped reads the rest of a string that has an escape at the scanner.
func (s *scanner) escaped(begin int) (string, error) {
	out := append([]byte(nil), s.text[begin:s.at]...)
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return "", s.errorf("got a string before here that is not valid UTF-8, want UTF-8")
			}
			s.at++
			return string(out), nil
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		case c < ' ':
			return "", s.errorf("got the control character %q in a string, want it escaped", c)
		default:
			out = append(out, c)
			s.at++
		}
	}
	return "", s.errorf("got the end of the text inside a string, want a closing quote")
}

// escape reads one escape sequence, or two when they are a surrogate pair.
func (s *scanner) escape() (rune, error) {
	if s.at+1 >= len(s.text) {
		return 0, s.errorf("got the end of the text inside a string, want a closing quote")
	}
	c := s.text[s.at+1]
	if c != 'u' {
		r, ok := simpleEscapes[c]
		if !ok {
			return 0, s.errorf("got the escape \\%c, want one of JSON", c)
		}
		s.at += 2
		return r, nil
	}
	r, err := s.unicode()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	low, err := s.unicode()
	if err != nil {
		return 0, err
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, s.errorf("got escapes before here that are no surrogate pair, want a pair")
	}
	return r, nil
}

var simpleEscapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unicode reads one \uXXXX.
func (s *scanner) unicode() (rune, error) {
	if len(s.text)-s.at < 6 || s.text[s.at] != '\\' || s.text[s.at+1] != 'u' {
		return 0, s.errorf("got a lone surrogate or the end of the text, want \\u and four hexadecimal digits")
	}
	n, err := strconv.ParseUint(string(s.text[s.at+2:s.at+6]), 16, 16)
	if err != nil {
		return 0, s.errorf("got \\%s, want four hexadecimal digits", s.text[s.at+1:s.at+6])
	}
	s.at += 6
	return rune(n), nil
}

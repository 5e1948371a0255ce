package strictjson

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// String reads a string and undoes its escapes.
func (s *Scanner) String() (string, error) {
	text, err := s.Text()
	return string(text), err
}

// Text is String in bytes, which must not be changed and are valid as long as the text.
func (s *Scanner) Text() ([]byte, error) {
	if err := s.Expect('"'); err != nil {
		return nil, err
	}
	begin := s.at
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			plain := s.text[begin:s.at]
			if !utf8.Valid(plain) {
				return nil, s.Errorf("got a string before here that is not valid UTF-8, want UTF-8")
			}
			s.at++
			return plain, nil
		case c == '\\':
			return s.escaped(begin)
		case c < ' ':
			return nil, s.Errorf("got the control character %q in a string, want it escaped", c)
		}
	}
	return nil, s.Errorf("got the end of the text inside a string, want a closing quote")
}

// escaped reads the rest of a string that has an escape at the scanner.
func (s *Scanner) escaped(begin int) ([]byte, error) {
	out := append([]byte(nil), s.text[begin:s.at]...)
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return nil, s.Errorf("got a string before here that is not valid UTF-8, want UTF-8")
			}
			s.at++
			return out, nil
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return nil, err
			}
			out = utf8.AppendRune(out, r)
		case c < ' ':
			return nil, s.Errorf("got the control character %q in a string, want it escaped", c)
		default:
			out = append(out, c)
			s.at++
		}
	}
	return nil, s.Errorf("got the end of the text inside a string, want a closing quote")
}

// escape reads one escape sequence, or two when they are a surrogate pair.
func (s *Scanner) escape() (rune, error) {
	if s.at+1 >= len(s.text) {
		return 0, s.Errorf("got the end of the text inside a string, want a closing quote")
	}
	c := s.text[s.at+1]
	if c != 'u' {
		r, ok := simpleEscapes[c]
		if !ok {
			return 0, s.Errorf("got the escape \\%c, want one of JSON", c)
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
		return 0, s.Errorf("got escapes before here that are no surrogate pair, want a pair")
	}
	return r, nil
}

var simpleEscapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unicode reads one \uXXXX.
func (s *Scanner) unicode() (rune, error) {
	if len(s.text)-s.at < 6 || s.text[s.at] != '\\' || s.text[s.at+1] != 'u' {
		return 0, s.Errorf("got a lone surrogate or the end of the text, want \\u and four hexadecimal digits")
	}
	n, err := strconv.ParseUint(string(s.text[s.at+2:s.at+6]), 16, 16)
	if err != nil {
		return 0, s.Errorf("got \\%s, want four hexadecimal digits", s.text[s.at+1:s.at+6])
	}
	s.at += 6
	return rune(n), nil
}

package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// ErrFormat is wrapped by every error about the content of a file.
var ErrFormat = mistake.ErrFormat

func malformed(format string, a ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFormat}, a...)...)
}

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 16 // NumPy reads 10,000 bytes unless it is told otherwise
	maxRank   = 64
)

// Array is what the header of an array says.
type Array struct {
	Name string // in its archive, without ".npy"
	// DType is the element type, named as safetensors names it: F64, F32, F16, I64,
	// I32, I16, I8, U64, U32, U16, U8 or BOOL.
	DType string
	Shape []int // slowest axis first; empty for a scalar

	fortran bool // the first axis is the fastest in the file
	big     bool // the elements are big-endian
	width   int  // bytes of an element
	count   int  // elements
	header  int  // bytes before the data
}

// Size returns the number of elements.
func (a Array) Size() int { return a.count }

// size returns the number of bytes of the data.
func (a Array) size() int64 { return int64(a.count) * int64(a.width) }

// ReadHeader reads all that stands before the data of an array. Errors: ErrFormat; those of
// the reader.
func ReadHeader(r io.Reader) (Array, error) {
	a, err := readHeader(r)
	if err != nil {
		return a, fmt.Errorf("npy: %w", err)
	}
	return a, nil
}

// ReadRest returns the elements of an array whose header has been read, row-major. Memory is
// taken as they arrive, not for what the header says. What follows them is refused.
//
// Errors: ErrFormat; *RangeError; those of the reader.
func ReadRest[T Element](r io.Reader, a Array) ([]T, error) {
	out, err := collect[T](r, a)
	if err == nil {
		err = ended(r, a)
	}
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	return out, nil
}

// ended returns an error unless r ends after the data of a.
func ended(r io.Reader, a Array) error {
	var more [1]byte
	switch n, err := io.ReadFull(r, more[:]); {
	case n > 0:
		return malformed("got more data than %v of %s have, want none", a.Shape, a.DType)
	case err != io.EOF:
		return err
	}
	return nil
}

// readHeader reads all that stands before the data of an array.
func readHeader(r io.Reader) (Array, error) {
	var start [12]byte
	if err := readFull(r, start[:8]); err != nil {
		return Array{}, err
	}
	if string(start[:6]) != magic {
		if kind := safetensors.OtherFormat(start[:8]); kind != "" {
			return Array{}, malformed("got %s, want an array (npy)", kind)
		}
		return Array{}, malformed("got %q at its beginning, want an array, %q", start[:6], magic)
	}
	lengthSize := 4
	switch version := start[6]; {
	case version == 0 || version > 3 || start[7] != 0:
		return Array{}, malformed("got version %d.%d, want 1.0, 2.0 or 3.0", version, start[7])
	case version == 1:
		lengthSize = 2
	}
	if err := readFull(r, start[8:8+lengthSize]); err != nil {
		return Array{}, err
	}
	length := binary.LittleEndian.Uint32(start[8:12])
	if length > maxHeader {
		return Array{}, malformed("got a header of %d bytes, want at most %d", length, maxHeader)
	}
	text := make([]byte, length)
	if err := readFull(r, text); err != nil {
		return Array{}, err
	}
	if start[6] == 3 && !utf8.Valid(text) {
		return Array{}, malformed("got a header that is not valid UTF-8, want UTF-8")
	}
	a, err := parse(string(text))
	if err != nil {
		return Array{}, malformed("header: %w", err)
	}
	a.header = 8 + lengthSize + int(length)
	return a, nil
}

func readFull(r io.Reader, into []byte) error {
	switch _, err := io.ReadFull(r, into); err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		return malformed("got the end too early: %w", io.ErrUnexpectedEOF)
	default:
		return fmt.Errorf("read: %w", err)
	}
}

// parse reads the text of a header: a dictionary of Python with exactly the keys descr,
// fortran_order and shape.
func parse(text string) (Array, error) {
	s := &scanner{text: text}
	var a Array
	seen := map[string]bool{}
	err := s.list('{', '}', func() error {
		key, err := s.string()
		if err != nil {
			return err
		}
		if seen[key] {
			return s.errorf("got the key %q twice, want it once", key)
		}
		seen[key] = true
		if err := s.expect(':'); err != nil {
			return err
		}
		switch key {
		case "descr":
			return s.descr(&a)
		case "fortran_order":
			return s.boolean(&a.fortran)
		case "shape":
			return s.shape(&a)
		}
		return s.errorf("got the key %q, want descr, fortran_order and shape", key)
	})
	if err != nil {
		return a, err
	}
	if s.skip(); s.at < len(text) {
		return a, s.errorf("got %q after the dictionary, want only white space", text[s.at])
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return a, fmt.Errorf("got no key %q, want one", key)
		}
	}
	return a, a.measure()
}

// measure finds the number of elements, and that their bytes can be counted.
func (a *Array) measure() error {
	count, empty := uint64(a.width), false
	for _, n := range a.Shape {
		if n == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(count, uint64(n))
		if count = lo; hi != 0 || lo > math.MaxInt {
			return fmt.Errorf("got the shape %v of %s, want what fits in memory", a.Shape, a.DType)
		}
	}
	if a.count = int(count / uint64(a.width)); empty {
		a.count = 0
	}
	return nil
}

// dtypes are the element types that are read, by NumPy's name without byte order.
var dtypes = map[string]string{
	"f8": "F64", "f4": "F32", "f2": "F16", "b1": "BOOL",
	"i8": "I64", "i4": "I32", "i2": "I16", "i1": "I8", "u8": "U64", "u4": "U32", "u2": "U16", "u1": "U8",
}

func (s *scanner) descr(a *Array) error {
	if s.peek() == '[' {
		return s.errorf("got elements of several fields, want numbers")
	}
	descr, err := s.string()
	if err != nil {
		return err
	}
	if strings.HasPrefix(strings.TrimLeft(descr, "<>|="), "O") {
		return s.errorf("got an array of Python objects (a pickle, which may run code), want numbers")
	}
	dtype, ok := "", false
	if descr != "" {
		dtype, ok = dtypes[descr[1:]]
	}
	if ok {
		a.width = int(descr[2] - '0')
		a.big = descr[0] == '>' && a.width > 1
		ok = descr[0] == '<' || descr[0] == '>' || descr[0] == '|' && a.width == 1
	}
	if !ok {
		return s.errorf("got elements of type %q, want floats, integers or booleans", descr)
	}
	a.DType = dtype
	return nil
}

func (s *scanner) boolean(into *bool) error {
	s.skip()
	for _, word := range []string{"True", "False"} {
		if strings.HasPrefix(s.text[s.at:], word) {
			s.at += len(word)
			*into = word == "True"
			return nil
		}
	}
	return s.errorf("got no boolean, want True or False")
}

func (s *scanner) shape(a *Array) error {
	a.Shape = []int{}
	begin := s.at
	err := s.list('(', ')', func() error {
		n, err := s.integer()
		if err == nil && len(a.Shape) == maxRank {
			err = s.errorf("got more than %d axes, want fewer", maxRank)
		}
		a.Shape = append(a.Shape, n)
		return err
	})
	if err == nil && len(a.Shape) == 1 && !slices.Contains([]byte(s.text[begin:s.at]), ',') {
		err = s.errorf("got a number in brackets, want a tuple of axes")
	}
	return err
}

// scanner reads a header from left to right.
type scanner struct {
	text string
	at   int
}

func (s *scanner) errorf(format string, a ...any) error {
	for i, x := range a {
		if text, ok := x.(string); ok {
			a[i] = mistake.Clip(text)
		}
	}
	return fmt.Errorf(format+" (byte %d)", append(a, s.at)...)
}

func (s *scanner) skip() {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n\f", s.text[s.at]) >= 0 {
		s.at++
	}
}

// peek returns the next byte after white space, 0 at the end.
func (s *scanner) peek() byte {
	if s.skip(); s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) expect(c byte) error {
	if got := s.peek(); got != c || s.at == len(s.text) {
		return s.errorf("got %q, want %q", got, c)
	}
	s.at++
	return nil
}

// list reads what stands between brackets, with a comma behind the last one allowed.
func (s *scanner) list(open, end byte, item func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	for s.peek() != end {
		if err := item(); err != nil {
			return err
		}
		if s.peek() != ',' {
			break
		}
		s.at++
	}
	return s.expect(end)
}

// string reads a string without escapes, in either kind of quotes.
func (s *scanner) string() (string, error) {
	quote := s.peek()
	if quote != '\'' && quote != '"' {
		return "", s.errorf("got %q, want a string", quote)
	}
	rest := s.text[s.at+1:]
	n := strings.IndexByte(rest, quote)
	if n < 0 || strings.ContainsAny(rest[:n], "\\\n") {
		return "", s.errorf("got a string that does not end or has an escape, want a plain one")
	}
	s.at += n + 2
	return rest[:n], nil
}

// integer reads an axis. Python 2 has written an L behind it.
func (s *scanner) integer() (int, error) {
	s.skip()
	begin := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	n, err := strconv.Atoi(s.text[begin:s.at])
	if err != nil || s.at-begin > 1 && s.text[begin] == '0' {
		return 0, s.errorf("got %q, want a non-negative integer that fits in memory", s.text[begin:min(len(s.text), s.at+1)])
	}
	if s.at < len(s.text) && s.text[s.at] == 'L' {
		s.at++
	}
	return n, nil
}

package data

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// IDXOptions says how to read an array.
type IDXOptions struct {
	// MaxBytes is the largest size of the elements in memory; 1 GiB when zero.
	MaxBytes int64
}

// ReadIDXFile is ReadIDX on the regular file at path. ErrIDX for a pipe, a device or
// a directory: give ReadIDX an open pipe.
func ReadIDXFile(path string, opts IDXOptions) (Field, error) {
	f, err := readIDXFile(path, opts)
	return f, errors.WithMessage(err, "data: ReadIDXFile")
}

func readIDXFile(path string, opts IDXOptions) (Field, error) {
	file, err := openRegular(path, ErrIDX)
	if err != nil {
		return Field{}, err
	}
	defer file.Close()
	f, err := readIDX(file, opts)
	return f, errors.WithMessagef(err, "%q", path)
}

// ReadIDX reads an array in the IDX format, in which MNIST is published: raw, or
// packed by gzip, as its content tells. The result is a field without a name, one
// row for each index of the first axis, so that an array [N, 28, 28] has the Shape
// [28, 28]. A single number, an array without axes, is one row.
//
// The values keep their type: unsigned bytes are Bytes, float32 is Floats32, float64
// is Floats, and signed integers of 8, 16 and 32 bits are Ints.
//
// Memory is taken as the elements arrive, not for what the header promises. Errors:
// ErrIDX for a file that is not in the format, that is shorter or longer than its
// header says, that is damaged, or that has more than MaxBytes of elements; ErrEmpty
// for an axis of 0; ErrOption for no reader and a negative MaxBytes; and the
// reader's own error, wrapped, when it fails. NaN and infinities are left for New to
// refuse.
//
// Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
func ReadIDX(r io.Reader, opts IDXOptions) (Field, error) {
	if r == nil {
		return Field{}, mistake.Optionf("data: ReadIDX: got no reader, want one")
	}
	f, err := readIDX(r, opts)
	return f, errors.WithMessage(err, "data: ReadIDX")
}

func readIDX(r io.Reader, opts IDXOptions) (Field, error) {
	limit, err := sizeLimit(opts.MaxBytes)
	if err != nil {
		return Field{}, err
	}
	in := bufio.NewReaderSize(r, 1<<16)
	if head, _ := in.Peek(len(gzipMark)); string(head) == gzipMark { // an error shows again below
		zip, err := gzip.NewReader(in)
		if err != nil {
			return Field{}, idxFault(err, "the gzip header")
		}
		in = bufio.NewReaderSize(zip, 1<<16)
	}
	h, err := readIDXHeader(in, limit)
	if err != nil {
		return Field{}, err
	}
	f, err := h.read(in)
	if err != nil {
		return Field{}, idxFault(err, "the elements")
	}
	switch _, err := in.ReadByte(); {
	case err == nil:
		return Field{}, mistake.Newf(ErrIDX, "got more than %d elements, want the end of the file after the array %v", h.count, h.axes)
	case err != io.EOF:
		return Field{}, idxFault(err, "the end of the elements")
	}
	return f, nil
}

// idxHeader is what precedes the elements: two zeros, a byte for their type, a byte for
// the number of axes, and the axes, in 4 bytes each, the high byte first.
type idxHeader struct {
	kind  byte
	width int // bytes of an element in the file
	axes  []int
	count int // elements
}

// idxWidths returns the bytes of an element of a type in the file and in memory; 0
// when there is no such type.
func idxWidths(kind byte) (file, memory int) {
	switch kind {
	case 0x08: // unsigned byte
		return 1, 1
	case 0x09: // signed byte
		return 1, 8
	case 0x0B: // int16
		return 2, 8
	case 0x0C: // int32
		return 4, 8
	case 0x0D: // float32
		return 4, 4
	case 0x0E: // float64
		return 8, 8
	}
	return 0, 0
}

// readIDXHeader reads the header of an array whose elements take at most limit bytes
// of memory.
func readIDXHeader(in io.Reader, limit int64) (h idxHeader, err error) {
	var word [4]byte
	if _, err := io.ReadFull(in, word[:]); err != nil {
		return h, idxFault(err, "the header")
	}
	file, memory := idxWidths(word[2])
	if word[0] != 0 || word[1] != 0 || file == 0 {
		return h, mistake.Newf(ErrIDX, "got the first bytes % x, want 00 00, a type in 08, 09, 0b, 0c, 0d, 0e, and the number of axes", word)
	}
	h = idxHeader{word[2], file, make([]int, word[3]), 1}
	most := min(limit, math.MaxInt) / int64(memory)
	for i := range h.axes {
		if _, err := io.ReadFull(in, word[:]); err != nil {
			return h, idxFault(err, "the header")
		}
		n := binary.BigEndian.Uint32(word[:])
		if n == 0 {
			return h, mistake.Newf(ErrEmpty, "got 0 for axis %d, want at least one example", i)
		}
		if int64(n) > most/int64(h.count) {
			return h, mistake.Newf(ErrIDX, "got %d for axis %d after %v, want at most %d bytes of elements (MaxBytes)", n, i, h.axes[:i], limit)
		}
		h.axes[i] = int(n)
		h.count *= int(n)
	}
	return h, nil
}

// read reads the elements.
func (h idxHeader) read(in io.Reader) (f Field, err error) {
	if len(h.axes) > 1 {
		f.Shape = h.axes[1:]
	}
	switch h.kind {
	case 0x08:
		f.Bytes, err = readElements(in, h, func(b []byte) uint8 { return b[0] })
	case 0x09:
		f.Ints, err = readElements(in, h, func(b []byte) int { return int(int8(b[0])) })
	case 0x0B:
		f.Ints, err = readElements(in, h, func(b []byte) int { return int(int16(binary.BigEndian.Uint16(b))) })
	case 0x0C:
		f.Ints, err = readElements(in, h, func(b []byte) int { return int(int32(binary.BigEndian.Uint32(b))) })
	case 0x0D:
		f.Floats32, err = readElements(in, h, func(b []byte) float32 { return math.Float32frombits(binary.BigEndian.Uint32(b)) })
	case 0x0E:
		f.Floats, err = readElements(in, h, func(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) })
	}
	return f, err
}

// readElements reads the elements in pieces. Its memory grows sixteenfold as they
// arrive, up to what the header says, so that a header alone takes little.
func readElements[T Element](in io.Reader, h idxHeader, decode func(b []byte) T) ([]T, error) {
	var out []T
	piece := make([]byte, 1<<16)
	for len(out) < h.count {
		k := min(len(piece)/h.width, h.count-len(out))
		if _, err := io.ReadFull(in, piece[:k*h.width]); err != nil {
			return nil, err
		}
		if len(out)+k > cap(out) {
			out = append(make([]T, 0, min(h.count, max(k, 16*cap(out)))), out...)
		}
		for i := range k {
			out = append(out, decode(piece[i*h.width:]))
		}
	}
	return out, nil
}

// idxFault returns the error about a part of the file that could not be read.
func idxFault(err error, part string) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return mistake.Newf(ErrIDX, "got the end of the file within %s, want all of it", part)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return mistake.Newf(ErrIDX, "got damaged gzip data in %s (%v), want a whole file", part, err)
	}
	return errors.WithMessagef(err, "read %s", part)
}

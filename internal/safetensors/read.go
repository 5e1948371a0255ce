package safetensors

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Read reads the regular file at path. See Decode.
func Read(path string, accept func(*File) error) (*File, error) {
	file, size, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	defer file.Close()
	f, err := decode(file, size, accept)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %q: %w", path, err)
	}
	return f, nil
}

// openRegular opens a file but refuses directories, devices and pipes (ErrFormat). It looks
// before it opens: opening a pipe that nobody writes to takes for ever.
func openRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%w: %q: got %v, want a regular file", ErrFormat, path, info.Mode().Type())
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	if info, err = file.Stat(); err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil, 0, fmt.Errorf("%w: %q: got another file when it was opened, want a regular one", ErrFormat, path)
	}
	return file, info.Size(), nil
}

// Decode reads a safetensors file of size bytes from r. Before it reads, or has
// memory for, the data of the tensors it calls accept, unless that is nil, with
// the file without them: an error of accept ends the reading and is returned.
// Until then what Decode allocates is bounded by the length of the header, which
// is at most size and 100,000,000 bytes; a caller who knows what should be in the
// file bounds the rest by accept.
//
// A file is refused, with an error that wraps ErrFormat and says what is wrong,
// unless it is exactly what the format describes: the header no longer than the
// file and 100,000,000 bytes; one JSON object, padded with white space only; no
// key twice, none missing, unknown or in another case; valid UTF-8 without lone
// surrogates; known element types; non-negative integer axes whose product is
// the length of the byte range; byte ranges that cover the data from its first
// to its last byte without hole or overlap. When the file has the checksum that
// Encode adds, all must agree with it, and one that Encode wrote must have it
// (ErrChecksum).
func Decode(r io.Reader, size int64, accept func(*File) error) (*File, error) {
	if r == nil {
		return nil, errors.New("safetensors: got a nil reader, want a value")
	}
	f, err := decode(r, size, accept)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func decode(r io.Reader, size int64, accept func(*File) error) (*File, error) {
	in := bufio.NewReader(r)
	header, err := readHeader(in, size)
	if err != nil {
		return nil, err
	}
	total := size - lengthSize - int64(len(header))
	f, sum, err := readable(header, uint64(total))
	if err != nil {
		return nil, malformed(err)
	}
	if accept != nil {
		if err := accept(f); err != nil {
			return nil, err
		}
	}
	if total > math.MaxInt {
		return nil, fmt.Errorf("got %d bytes of data, want what this machine can address", total)
	}
	data := make([]byte, total)
	if err := readFull(in, data); err != nil {
		return nil, err
	}
	rest := data
	for i := range f.Tensors {
		t := &f.Tensors[i]
		n, _ := byteSize(t.DType, t.Shape) // which layOut has checked
		t.Data, rest = rest[:n:n], rest[n:]
	}
	if err := sum.verify(f, data); err != nil {
		return nil, malformed(err)
	}
	return f, nil
}

// readable returns the file that a header describes, without its data, and the
// checksum that stands in it.
func readable(header []byte, total uint64) (*File, stored, error) {
	h, err := parseHeader(header)
	if err != nil {
		return nil, "", fmt.Errorf("header: %w", err)
	}
	f := &File{Meta: h.meta}
	if f.Tensors, err = layOut(h.tensors, total); err != nil {
		return nil, "", err
	}
	sum, err := takeChecksum(f)
	return f, sum, err
}

func malformed(err error) error { return fmt.Errorf("%w: %w", ErrFormat, err) }

// readHeader reads the length of the header and its text.
func readHeader(in *bufio.Reader, size int64) ([]byte, error) {
	start, err := in.Peek(int(max(0, min(size, 32))))
	if err != nil {
		return nil, unread(err)
	}
	length, err := headerLength(start, size)
	if err != nil {
		if kind := otherFormat(start); kind != "" {
			err = fmt.Errorf("got %s, want a safetensors file", kind)
		}
		return nil, malformed(err)
	}
	if length == 0 || start[lengthSize] != '{' {
		return nil, malformed(errors.New("header: got another first byte, want '{'"))
	}
	header := make([]byte, lengthSize+length)
	if err := readFull(in, header); err != nil {
		return nil, err
	}
	return header[lengthSize:], nil
}

// headerLength reads the length of the header from the first bytes of a file.
func headerLength(start []byte, size int64) (int, error) {
	if size < lengthSize {
		return 0, fmt.Errorf("got %d bytes, want at least the %d of the header length", size, lengthSize)
	}
	length := binary.LittleEndian.Uint64(start)
	switch {
	case length > maxHeader:
		return 0, fmt.Errorf("got the header length %d, want at most %d", length, maxHeader)
	case length > uint64(size-lengthSize):
		return 0, fmt.Errorf("got the header length %d, want at most the %d bytes that follow", length, size-lengthSize)
	}
	return int(length), nil
}

func readFull(in io.Reader, into []byte) error {
	_, err := io.ReadFull(in, into)
	return unread(err)
}

// unread is the error about a reader that failed or has less than it should.
func unread(err error) error {
	switch err {
	case nil:
		return nil
	case io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read: %w", err)
}

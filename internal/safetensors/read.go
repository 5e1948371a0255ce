package safetensors

import (
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
// to its last byte without hole or overlap. When the file has the checksums that
// Encode adds, every byte must agree with them (ErrChecksum).
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

func decode(src io.Reader, size int64, accept func(*File) error) (*File, error) {
	r, err := newStream(src, max(0, size))
	if err != nil {
		return nil, err
	}
	f := &File{Tensors: r.tensors, Meta: r.meta}
	if accept != nil {
		if err := accept(f); err != nil {
			return nil, err
		}
	}
	total := r.end - r.headerEnd()
	if total > math.MaxInt {
		return nil, fmt.Errorf("got %d bytes of data, want what this machine can address", total)
	}
	rest := make([]byte, total)
	for i := range f.Tensors {
		t := &f.Tensors[i]
		n := t.size()
		t.Data, rest = rest[:n:n], rest[n:]
		if err := r.readInto(t.Name, t.Data); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func malformed(err error) error { return fmt.Errorf("%w: %w", ErrFormat, err) }

package safetensors

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// chunk is how many bytes are read and summed at once: they are then still in the
// processor's cache.
const chunk = 1 << 20

// Reader is an open file whose header has been read and checked. The data of its
// tensors are read when they are asked for.
//
// The Reader of a file or a ReaderAt is safe for several goroutines, if the ReaderAt
// is. That of a stream (NewStream) goes forward only and is for one at a time.
type Reader struct {
	tensors []Tensor // without data
	meta    map[string]string
	sums    map[string]uint32 // nil if the file has none
	begin   map[string]int64  // where the data of a tensor begin in the file
	end     int64             // where all data end
	index   map[string]int

	readAt func(p []byte, at int64) error
	stream *forward // nil unless it is one
	closer io.Closer
	path   string // for messages
}

// Open opens the regular file at path. Close closes it. See NewReader.
func Open(path string) (*Reader, error) {
	file, size, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	r, err := newReader(file, size)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("safetensors: %q: %w", path, err)
	}
	r.closer, r.path = file, path
	return r, nil
}

// NewReader reads the header of the file of size bytes in src. What it allocates is
// bounded by the length of the header. It refuses what Decode refuses, except damage
// within the data, which reading them finds.
func NewReader(src io.ReaderAt, size int64) (*Reader, error) {
	if src == nil {
		return nil, errors.New("safetensors: got a nil reader, want a value")
	}
	r, err := newReader(src, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return r, nil
}

func newReader(src io.ReaderAt, size int64) (*Reader, error) {
	in := bufio.NewReader(io.NewSectionReader(src, 0, max(0, size)))
	r, err := readable(in, size)
	if err != nil {
		return nil, err
	}
	r.readAt = func(p []byte, at int64) error {
		n, err := src.ReadAt(p, at)
		if n == len(p) {
			return nil
		}
		return unread(err)
	}
	return r, nil
}

// NewStream is NewReader for a file that can be read once only, from its beginning,
// and whose length is not known. Tensors must be read in their order; those between
// are skipped. Finish checks that the stream then ends.
func NewStream(src io.Reader) (*Reader, error) {
	if src == nil {
		return nil, errors.New("safetensors: got a nil reader, want a value")
	}
	r, err := newStream(src, -1)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return r, nil
}

func newStream(src io.Reader, size int64) (*Reader, error) {
	f := &forward{in: bufio.NewReader(src)}
	r, err := readable(f.in, size)
	if err != nil {
		return nil, err
	}
	f.at = r.headerEnd()
	r.readAt, r.stream = f.readAt, f
	return r, nil
}

// forward is a stream of which at bytes have been read.
type forward struct {
	in *bufio.Reader
	at int64
}

func (f *forward) readAt(p []byte, at int64) error {
	if at < f.at {
		return fmt.Errorf("got byte %d of a stream that is at %d, want the tensors in their order", at, f.at)
	}
	n, err := io.CopyN(io.Discard, f.in, at-f.at)
	f.at += n
	if err != nil {
		return unread(err)
	}
	got, err := io.ReadFull(f.in, p)
	f.at += int64(got)
	return unread(err)
}

// readable reads the header of a file of size bytes, -1 if that is not known.
func readable(in *bufio.Reader, size int64) (*Reader, error) {
	head, err := readHeader(in, size)
	if err != nil {
		return nil, err
	}
	r, err := describe(head, size)
	if err != nil {
		return nil, malformed(err)
	}
	return r, nil
}

// describe returns the Reader of a file with the header, the length included.
func describe(head []byte, size int64) (*Reader, error) {
	h, err := parseHeader(head[lengthSize:])
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	total := uint64(size) - uint64(len(head))
	if size < 0 {
		if total = 0; len(h.tensors) > 0 {
			for _, e := range h.tensors {
				total = max(total, e.end)
			}
		}
	}
	if total > math.MaxInt64-maxHeader-lengthSize {
		return nil, fmt.Errorf("got %d bytes of data, want fewer", total)
	}
	f := File{Meta: h.meta}
	if f.Tensors, err = layOut(h.tensors, total); err != nil {
		return nil, err
	}
	sums, err := takeChecksums(&f, head)
	if err != nil {
		return nil, err
	}
	r := &Reader{tensors: f.Tensors, meta: f.Meta, sums: sums,
		begin: make(map[string]int64, len(f.Tensors)), index: make(map[string]int, len(f.Tensors))}
	at := int64(len(head))
	for i, t := range f.Tensors {
		r.begin[t.Name], r.index[t.Name] = at, i
		at += t.size()
	}
	r.end = at
	return r, nil
}

// size returns the number of bytes of a tensor that layOut has checked.
func (t Tensor) size() int64 {
	n, _ := byteSize(t.DType, t.Shape)
	return int64(n)
}

// headerEnd returns where the data begin.
func (r *Reader) headerEnd() int64 {
	at := r.end
	for _, t := range r.tensors {
		at -= t.size()
	}
	return at
}

// Tensors returns the tensors in the order of their data, without these. The caller
// must not change the slice.
func (r *Reader) Tensors() []Tensor { return r.tensors }

// Meta returns the free text of the header, without the checksums; nil if there is
// none. The caller must not change it.
func (r *Reader) Meta() map[string]string { return r.meta }

// Tensor returns the tensor with the given name, without its data.
func (r *Reader) Tensor(name string) (Tensor, bool) {
	i, ok := r.index[name]
	if !ok {
		return Tensor{}, false
	}
	return r.tensors[i], true
}

// Summed reports whether the file has checksums.
func (r *Reader) Summed() bool { return r.sums != nil }

// ReadInto reads the data of a tensor, as the file has them, into all of into, which
// must have their length. With checksums in the file the data are checked in the same
// pass. After an error what is in into has no meaning.
//
// Errors: ErrChecksum; those of the file. An unknown name and another length are
// errors of the caller.
func (r *Reader) ReadInto(name string, into []byte) error {
	return r.named(r.readInto(name, into))
}

// named adds the path.
func (r *Reader) named(err error) error {
	switch {
	case err == nil:
		return nil
	case r.path == "":
		return fmt.Errorf("safetensors: %w", err)
	}
	return fmt.Errorf("safetensors: %q: %w", r.path, err)
}

func (r *Reader) readInto(name string, into []byte) error {
	t, ok := r.Tensor(name)
	switch {
	case !ok:
		return fmt.Errorf("got the name %q, want that of a tensor of the file", mistake.Clip(name))
	case int64(len(into)) != t.size():
		return fmt.Errorf("tensor %q: got memory of %d bytes, want %d", mistake.Clip(name), len(into), t.size())
	}
	done := 0
	return r.parts(t, func(n int) []byte {
		part := into[done : done+n : done+n]
		done += n
		return part
	}, nil)
}

// parts reads the data of t in parts of at most chunk bytes: into memory that next
// gives for each, which then passes it to use unless that is nil.
func (r *Reader) parts(t Tensor, next func(n int) []byte, use func(part []byte) error) error {
	sum, at, size := uint32(0), r.begin[t.Name], t.size()
	for done := int64(0); done < size; {
		part := next(int(min(chunk, size-done)))
		if err := r.readAt(part, at+done); err != nil {
			return fmt.Errorf("tensor %q: %w", mistake.Clip(t.Name), err)
		}
		if r.sums != nil {
			sum = crc32.Update(sum, castagnoli(), part)
		}
		if use != nil {
			if err := use(part); err != nil {
				return err
			}
		}
		done += int64(len(part))
	}
	if want, ok := r.sums[t.Name]; ok {
		return compareSum(t.Name, sum, want)
	}
	return nil
}

// Verify reads all data and checks them, and that a stream ends with them. Without
// checksums it only finds whether they can be read.
func (r *Reader) Verify() error {
	buf := make([]byte, min(chunk, r.end))
	for _, t := range r.tensors {
		if err := r.parts(t, func(n int) []byte { return buf[:n] }, nil); err != nil {
			return r.named(err)
		}
	}
	return r.Finish()
}

// Finish reads a stream to the end of the last tensor and checks that nothing
// follows. Other Readers know that already.
func (r *Reader) Finish() error {
	if r.stream == nil {
		return nil
	}
	if err := r.stream.readAt(nil, r.end); err != nil {
		return r.named(err)
	}
	switch _, err := r.stream.in.ReadByte(); err {
	case io.EOF:
		return nil
	case nil:
		return r.named(malformed(errors.New("got data after the last tensor, want none")))
	default:
		return r.named(unread(err))
	}
}

// Close closes the file that Open has opened.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// readHeader reads the length of the header and its text, and returns both.
func readHeader(in *bufio.Reader, size int64) ([]byte, error) {
	want := 32
	if size >= 0 {
		want = int(min(size, 32))
	}
	start, err := in.Peek(want)
	if err == io.EOF && size < 0 {
		size, err = int64(len(start)), nil
	}
	if err != nil {
		return nil, unread(err)
	}
	length, err := headerLength(start, size)
	if err != nil {
		if kind := OtherFormat(start); kind != "" {
			err = fmt.Errorf("got %s, want a safetensors file", kind)
		}
		return nil, malformed(err)
	}
	if length == 0 || start[lengthSize] != '{' {
		return nil, malformed(errors.New("header: got another first byte, want '{'"))
	}
	if size >= 0 {
		head := make([]byte, lengthSize+length)
		_, err := io.ReadFull(in, head)
		return head, unread(err)
	}
	// How much follows is not known, so memory grows with what has come.
	var head bytes.Buffer
	_, err = io.CopyN(&head, in, int64(lengthSize+length))
	return head.Bytes(), unread(err)
}

// headerLength reads the length of the header from the first bytes of a file of size
// bytes, -1 if that is not known.
func headerLength(start []byte, size int64) (int, error) {
	if len(start) < lengthSize {
		return 0, fmt.Errorf("got %d bytes, want at least the %d of the header length", len(start), lengthSize)
	}
	length := binary.LittleEndian.Uint64(start)
	switch {
	case length > maxHeader:
		return 0, fmt.Errorf("got the header length %d, want at most %d", length, maxHeader)
	case size >= 0 && length > uint64(size-lengthSize):
		return 0, fmt.Errorf("got the header length %d, want at most the %d bytes that follow", length, size-lengthSize)
	}
	return int(length), nil
}

// unread is the error about a reader that failed or has less than it should.
func unread(err error) error {
	switch err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		return malformed(fmt.Errorf("got the end of the file too early: %w", io.ErrUnexpectedEOF))
	}
	return fmt.Errorf("read: %w", err)
}

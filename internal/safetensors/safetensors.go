package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/bits"
	"os"
	"slices"
	"strings"
)

const (
	// lengthSize is the number of bytes of the header length.
	lengthSize = 8
	// maxHeader is the longest header accepted, the limit of the format's own library.
	maxHeader = 100_000_000
	// metaKey is the header entry that holds strings instead of a tensor.
	metaKey = "__metadata__"
	// crcKey is the metadata entry with the CRC-32C of the data, eight hexadecimal digits.
	crcKey = "symgrad.crc32c"
)

// ErrFormat is wrapped by every error about the content of a file.
var ErrFormat = errors.New("malformed safetensors file")

// ErrChecksum is wrapped, beside ErrFormat, by the error about data that do not
// agree with the checksum stored with them.
var ErrChecksum = errors.New("checksum mismatch")

// castagnoli is the table of CRC-32C, which the first call makes: it takes longer
// than all else that a program without files does for this package.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// Tensor is one named array of a file.
type Tensor struct {
	// Name is the key of the tensor: any valid UTF-8, unique in its file.
	Name string
	// DType is the element type as the format spells it: F64, F32, F16, BF16,
	// I64, I32, I16, I8, U64, U32, U16, U8, BOOL, C64, F8_E5M2, F8_E4M3,
	// F8_E8M0, F6_E2M3, F6_E3M2 or F4.
	DType string
	// Shape holds the size of every axis, slowest first; empty for a scalar.
	Shape []int
	// Data holds the elements in row-major order, little-endian.
	Data []byte
}

// File is the content of one safetensors file.
type File struct {
	// Tensors in the order of their data.
	Tensors []Tensor
	// Meta is the free text of the header, nil when there is none. The checksum
	// that Write adds is not part of it.
	Meta map[string]string
}

// Tensor returns the tensor with the given name.
func (f *File) Tensor(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// bitsOf holds the size of one element in bits.
var bitsOf = map[string]uint64{
	"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
	"I16": 16, "U16": 16, "F16": 16, "BF16": 16,
	"I32": 32, "U32": 32, "F32": 32,
	"I64": 64, "U64": 64, "F64": 64, "C64": 64,
	"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}

// byteSize returns the number of bytes a tensor of this type and shape takes.
func byteSize(dtype string, shape []int) (int, error) {
	width, ok := bitsOf[dtype]
	if !ok {
		return 0, fmt.Errorf("unknown element type %q", dtype)
	}
	// Zero axes are left out of the product: a shape whose other axes overflow
	// is refused wherever its zero stands.
	size, empty := width, false
	for _, n := range shape {
		if n < 0 {
			return 0, fmt.Errorf("negative axis in shape %v", shape)
		}
		if n == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(size, uint64(n))
		if hi != 0 {
			return 0, fmt.Errorf("shape %v of %s is larger than any memory", shape, dtype)
		}
		size = lo
	}
	switch {
	case empty:
		return 0, nil
	case size%8 != 0:
		return 0, fmt.Errorf("shape %v of %s ends inside a byte", shape, dtype)
	case size/8 > math.MaxInt:
		return 0, fmt.Errorf("shape %v of %s is larger than any memory", shape, dtype)
	}
	return int(size / 8), nil
}

// Parse reads the content of a safetensors file. The tensors of the result share
// memory with content, which must not be changed while they are in use; nothing
// else is kept, and what Parse allocates is bounded by the length of the header,
// whatever the header claims.
//
// A file is refused, with an error that wraps ErrFormat and says what is wrong,
// unless it is exactly what the format describes: the header no longer than the
// file and 100,000,000 bytes; one JSON object, padded with spaces only; no key
// twice, none missing, unknown or in another case; valid UTF-8 without lone
// surrogates; known element types; non-negative integer axes whose product is
// the length of the byte range; byte ranges that cover the data from its first
// to its last byte without hole or overlap. When the header carries the checksum
// that Write adds, the data must agree with it (ErrChecksum).
func Parse(content []byte) (*File, error) {
	f, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w: %w", ErrFormat, err)
	}
	return f, nil
}

// Read parses the regular file at path. See Parse.
func Read(path string) (*File, error) {
	content, err := readRegular(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %q: %w: %w", path, ErrFormat, err)
	}
	return f, nil
}

// readRegular reads a whole file but refuses devices and pipes, which have no end.
func readRegular(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file but %v", path, info.Mode().Type())
	}
	if info.Size() > math.MaxInt-1 {
		return nil, fmt.Errorf("%q has %d bytes, more than this machine can address", path, info.Size())
	}
	content := make([]byte, info.Size())
	if _, err := io.ReadFull(file, content); err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	return content, nil
}

func parse(content []byte) (*File, error) {
	header, data, err := cut(content)
	if err != nil {
		if kind := otherFormat(content); kind != "" {
			return nil, fmt.Errorf("it is %s", kind)
		}
		return nil, err
	}
	h, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	f := &File{Meta: h.meta}
	if f.Tensors, err = layOut(h.tensors, data); err != nil {
		return nil, err
	}
	if err := verify(f, data); err != nil {
		return nil, err
	}
	return f, nil
}

// cut separates the header from the data.
func cut(content []byte) (header, data []byte, err error) {
	if len(content) < lengthSize {
		return nil, nil, fmt.Errorf("it has %d bytes, fewer than the %d of the header length", len(content), lengthSize)
	}
	length, rest := binary.LittleEndian.Uint64(content), content[lengthSize:]
	switch {
	case length > maxHeader:
		return nil, nil, fmt.Errorf("header length %d is above the limit of %d", length, maxHeader)
	case length > uint64(len(rest)):
		return nil, nil, fmt.Errorf("header length %d is more than the %d bytes that follow", length, len(rest))
	}
	return rest[:length], rest[length:], nil
}

// otherFormat names the formats that are met under a wrong extension.
func otherFormat(content []byte) string {
	for _, f := range []struct{ magic, kind string }{
		{"PK\x03\x04", "a zip archive (npz and newer PyTorch files are)"},
		{"PK\x05\x06", "an empty zip archive"},
		{"\x80\x02", "a Python pickle (older PyTorch files are)"},
		{"\x80\x03", "a Python pickle"},
		{"\x80\x04", "a Python pickle"},
		{"\x80\x05", "a Python pickle"},
		{"version https://git-lfs", "a Git LFS pointer: the file itself has not been fetched"},
		{"\x93NUMPY", "a NumPy array"},
		{"\x89HDF", "an HDF5 file"},
		{"\x1f\x8b", "a gzip stream"},
		{"GGUF", "a GGUF file"},
		{"<!DOCTYPE", "an HTML page"},
		{"<html", "an HTML page"},
	} {
		if strings.HasPrefix(string(content[:min(len(content), 32)]), f.magic) {
			return f.kind
		}
	}
	return ""
}

// layOut gives every tensor its part of the data and checks that the parts
// cover it without hole or overlap.
func layOut(entries []entry, data []byte) ([]Tensor, error) {
	slices.SortStableFunc(entries, func(a, b entry) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		return cmp.Compare(a.end, b.end)
	})
	total, at := uint64(len(data)), uint64(0)
	tensors := make([]Tensor, len(entries))
	for i, e := range entries {
		name := clip(e.name)
		switch {
		case e.end < e.begin:
			return nil, fmt.Errorf("tensor %q: data ends at %d before it begins at %d", name, e.end, e.begin)
		case e.end > total:
			return nil, fmt.Errorf("tensor %q: data end at %d, beyond the %d bytes of the file's data", name, e.end, total)
		case e.begin > at:
			return nil, fmt.Errorf("tensor %q: data begin at %d, which leaves a hole after %d", name, e.begin, at)
		case e.begin < at:
			return nil, fmt.Errorf("tensor %q: data begin at %d and overlap the tensor that ends at %d", name, e.begin, at)
		}
		size, err := byteSize(e.dtype, e.shape)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if uint64(size) != e.end-e.begin {
			return nil, fmt.Errorf("tensor %q: shape %v of %s takes %d bytes, its range has %d", name, e.shape, e.dtype, size, e.end-e.begin)
		}
		tensors[i] = Tensor{Name: e.name, DType: e.dtype, Shape: e.shape, Data: data[e.begin:e.end:e.end]}
		at = e.end
	}
	if at != total {
		return nil, fmt.Errorf("%d bytes of data follow the last tensor", total-at)
	}
	return tensors, nil
}

// verify checks the data against the checksum of the header, where there is
// one, and takes it out of the metadata.
func verify(f *File, data []byte) error {
	want, ok := f.Meta[crcKey]
	if !ok {
		return nil
	}
	if got := checksum(crc32.Checksum(data, castagnoli())); got != want {
		return fmt.Errorf("%w: the data have CRC-32C %s, the header says %q", ErrChecksum, got, want)
	}
	delete(f.Meta, crcKey)
	if len(f.Meta) == 0 {
		f.Meta = nil
	}
	return nil
}

func checksum(sum uint32) string { return fmt.Sprintf("%08x", sum) }

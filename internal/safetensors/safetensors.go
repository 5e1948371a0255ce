package safetensors

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

const (
	// lengthSize is the number of bytes of the header length.
	lengthSize = 8
	// maxHeader is the longest header accepted, the limit of the format's own library.
	maxHeader = 100_000_000
	// metaKey is the header entry that holds strings instead of a tensor.
	metaKey = "__metadata__"
)

// ErrFormat is wrapped by every error about the content of a file.
var ErrFormat = mistake.ErrFormat

// ErrChecksum is wrapped, beside ErrFormat, by the error about a file that does not
// agree with the checksum stored in it.
var ErrChecksum = errors.New("checksum mismatch")

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
	// that Encode adds is not part of it.
	Meta map[string]string
}

// Tensor returns the tensor with the given name.
func (f *File) Tensor(name string) (Tensor, bool) {
	if f == nil {
		return Tensor{}, false
	}
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
		return 0, fmt.Errorf("got the element type %q, want one of the format", dtype)
	}
	// Zero axes are left out of the product: a shape whose other axes overflow
	// is refused wherever its zero stands.
	size, empty := width, false
	for _, n := range shape {
		if n < 0 {
			return 0, fmt.Errorf("got the shape %s, want axes of at least 0", axes(shape))
		}
		if n == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(size, uint64(n))
		if hi != 0 {
			return 0, fmt.Errorf("got %s of %s, want what fits in memory", axes(shape), dtype)
		}
		size = lo
	}
	switch {
	case empty:
		return 0, nil
	case size%8 != 0:
		return 0, fmt.Errorf("got %s of %s, want whole bytes", axes(shape), dtype)
	case size/8 > math.MaxInt:
		return 0, fmt.Errorf("got %s of %s, want what fits in memory", axes(shape), dtype)
	}
	return int(size / 8), nil
}

// OtherFormat names the format of a file by its first bytes, where it is one that is met
// under a wrong extension; "" for others.
func OtherFormat(start []byte) string {
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
		if strings.HasPrefix(string(start), f.magic) {
			return f.kind
		}
	}
	return ""
}

// layOut returns the tensors in the order of their data, without these, and checks
// that their parts cover all bytes of data without hole or overlap.
func layOut(entries []entry, total uint64) ([]Tensor, error) {
	slices.SortStableFunc(entries, func(a, b entry) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		return cmp.Compare(a.end, b.end)
	})
	at := uint64(0)
	tensors := make([]Tensor, len(entries))
	for i, e := range entries {
		name := mistake.Clip(e.name)
		switch {
		case e.end < e.begin:
			return nil, fmt.Errorf("tensor %q: got data that end at %d, want at least %d, where they begin", name, e.end, e.begin)
		case e.end > total:
			return nil, fmt.Errorf("tensor %q: got data that end at %d, want at most the %d bytes of the file's data", name, e.end, total)
		case e.begin > at:
			return nil, fmt.Errorf("tensor %q: got data that begin at %d, want %d: they leave a hole", name, e.begin, at)
		case e.begin < at:
			return nil, fmt.Errorf("tensor %q: got data that begin at %d, want %d: they overlap those before", name, e.begin, at)
		}
		size, err := byteSize(e.dtype, e.shape)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if uint64(size) != e.end-e.begin {
			return nil, fmt.Errorf("tensor %q: got %d bytes, want %d for %s of %s", name, e.end-e.begin, size, axes(e.shape), e.dtype)
		}
		tensors[i] = Tensor{Name: e.name, DType: e.dtype, Shape: e.shape}
		at = e.end
	}
	if at != total {
		return nil, fmt.Errorf("got %d bytes of data after the last tensor, want none", total-at)
	}
	return tensors, nil
}

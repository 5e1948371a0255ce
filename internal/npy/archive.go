package npy

import (
	"archive/zip"
	"cmp"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// Archive is an open npz file whose headers have been read and checked.
type Archive struct {
	arrays  []Array
	members []*zip.File
	index   map[string]int
}

// encrypted is the bit of a member's flags that says so.
const encrypted = 1

// Open reads the directory of the npz file of size bytes in src, and the header of each
// array. Of each member it inflates no more than the header. A file that would be larger
// than limit, when it is inflated, is refused.
//
// ErrFormat refuses what is no zip archive, and names that stand twice or are paths that lead
// elsewhere. It refuses members that are no arrays, are encrypted, or are neither stored nor
// deflated. It also refuses members that share a part of the file, and a size in the directory
// that is not what the array's header asks for.
func Open(src io.ReaderAt, size, limit int64) (*Archive, error) {
	src = io.NewSectionReader(src, 0, size) // a place before the file is its end, and no error of the reader
	z, err := zip.NewReader(src, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // add has its own rule for names
		switch kind, whole := kindOf(src); {
		case kind != "":
			err = malformed("got %s, want an npz file", kind)
		case !whole && errors.Is(err, zip.ErrFormat):
			err = malformed("got the begin of a zip archive without the directory at its end, want a whole file; is it cut off? (%v)", err)
		}
		return nil, fmt.Errorf("npy: %w", ofZip(err))
	}
	a := &Archive{index: make(map[string]int, len(z.File))}
	if err := bounded(z.File, limit); err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if err := apart(z.File); err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	for _, f := range z.File {
		if err := a.add(f); err != nil {
			return nil, fmt.Errorf("npy: member %q: %w", mistake.Clip(f.Name), err)
		}
	}
	return a, nil
}

// kindOf says what a file is that is no npz file, "" if that is not known. It is not whole if it
// begins as an archive does.
func kindOf(src io.ReaderAt) (kind string, whole bool) {
	start := make([]byte, 32)
	n, _ := src.ReadAt(start, 0) // what was read tells
	kind = safetensors.OtherFormat(start[:n])
	if strings.Contains(kind, "zip") && !strings.Contains(kind, "gzip") {
		return "", false
	}
	return kind, true
}

// ofZip makes ErrFormat of an error about the content of an archive.
func ofZip(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, ErrFormat) {
		return err
	}
	if errors.As(err, &corrupt) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return malformed("%w", err)
	}
	return err
}

// bounded compares the sizes in the directory with the limit.
func bounded(files []*zip.File, limit int64) error {
	left := uint64(max(0, limit))
	for _, f := range files {
		if f.UncompressedSize64 > left {
			return malformed("member %q: got %d bytes when inflated, want all members to have at most %d", mistake.Clip(f.Name), f.UncompressedSize64, limit)
		}
		left -= f.UncompressedSize64
	}
	return nil
}

// apart finds members that share a part of the file: a small one could be inflated to
// any size by that.
func apart(files []*zip.File) error {
	type span struct {
		name       string
		begin, end uint64
	}
	spans := make([]span, 0, len(files))
	for _, f := range files {
		begin, err := f.DataOffset()
		if err != nil {
			return ofZip(err)
		}
		if f.CompressedSize64 > 0 {
			spans = append(spans, span{f.Name, uint64(begin), uint64(begin) + f.CompressedSize64})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.begin, b.begin) })
	for i := 1; i < len(spans); i++ {
		if a, b := spans[i-1], spans[i]; b.begin < a.end || a.end < a.begin {
			return malformed("members %q and %q: got data that overlap, want them apart", mistake.Clip(a.name), mistake.Clip(b.name))
		}
	}
	return nil
}

// add reads the header of a member.
func (a *Archive) add(f *zip.File) error {
	name, isArray := strings.CutSuffix(f.Name, ".npy")
	switch _, twice := a.index[name]; {
	case strings.HasSuffix(f.Name, "/data.pkl"):
		return malformed("got a file of PyTorch, which is a pickle; want npz or safetensors")
	case !isArray:
		return malformed("got another name, want one that ends with .npy")
	case twice:
		return malformed("got the name twice, want it once")
	case !fs.ValidPath(f.Name) || strings.ContainsAny(f.Name, "\\\x00"):
		return malformed("got a path that leads elsewhere, want a name")
	case f.Flags&encrypted != 0:
		return malformed("got encrypted data, want them plain")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return malformed("got the compression method %d, want stored or deflated", f.Method)
	case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64:
		return malformed("got the sizes %d and %d of stored data, want the same", f.CompressedSize64, f.UncompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return ofZip(err)
	}
	defer r.Close()
	x, err := readHeader(r)
	if err != nil {
		return ofZip(err)
	}
	if want := uint64(x.header) + uint64(x.size()); f.UncompressedSize64 != want {
		return malformed("got %d bytes, want %d for %v of %s", f.UncompressedSize64, want, x.Shape, x.DType)
	}
	x.Name = name
	a.index[name] = len(a.arrays)
	a.arrays, a.members = append(a.arrays, x), append(a.members, f)
	return nil
}

// Arrays returns the arrays in the order of the directory. The caller must not change
// the slice.
func (a *Archive) Arrays() []Array { return a.arrays }

// ReadFloats reads the elements of an array of floats, row-major, into all of into, which
// must have their number. F64 are rounded to float32.
//
// Errors: ErrFormat for data that are cut, have more than the array or another CRC-32 than
// in the directory; *RangeError; those of the reader. Another element type and an unknown
// name are errors of the caller.
func ReadFloats[T Float](a *Archive, name string, into []T) error {
	i, ok := a.index[name]
	if !ok {
		return fmt.Errorf("npy: got the name %q, want that of an array of the file", mistake.Clip(name))
	}
	err := content(a.members[i], a.arrays[i], func(r io.Reader) error { return readElements(r, a.arrays[i], into) })
	if err != nil {
		return fmt.Errorf("npy: array %q: %w", mistake.Clip(name), err)
	}
	return nil
}

// ReadAll returns the elements of an array, row-major. Memory is taken as they arrive, not
// for what the archive says.
//
// Errors: those of ReadFloats.
func ReadAll[T Element](a *Archive, name string) (out []T, err error) {
	i, ok := a.index[name]
	if !ok {
		return nil, fmt.Errorf("npy: got the name %q, want that of an array of the file", mistake.Clip(name))
	}
	err = content(a.members[i], a.arrays[i], func(r io.Reader) (err error) {
		out, err = collect[T](r, a.arrays[i])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("npy: array %q: %w", mistake.Clip(name), err)
	}
	return out, nil
}

// content passes the data of a member to use, which must read them all.
func content(f *zip.File, x Array, use func(r io.Reader) error) error {
	r, err := f.Open()
	if err != nil {
		return ofZip(err)
	}
	defer r.Close()
	if _, err := readHeader(r); err != nil {
		return ofZip(err)
	}
	if err := use(r); err != nil {
		return ofZip(err)
	}
	return ofZip(ended(r, x)) // the end is where the checksum is compared
}

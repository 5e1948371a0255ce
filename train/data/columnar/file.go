package columnar

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// File is a Source of the rows of a file, which it reads from front to back. It may be shared
// between goroutines. The file stays open only while a stream reads it, and must not be changed.
type File struct {
	path   string
	open   opener
	o      Options
	fields []field
	groups []int64 // rows of each
	n      int
	print  string
}

var _ data.Sequential = (*File)(nil)

// OpenParquet returns the rows of a Parquet file as a Source. It reads the metadata, and the
// columns of labels without Classes. A stream reads one page of each column at a time. One that
// begins in the middle passes over the row groups before that without reading them.
//
// Errors: those of the system, such as fs.ErrNotExist; data.ErrOption for options that have no
// meaning. About the file: data.ErrFormat if it is damaged, no Parquet file, or larger than MaxBytes
// allows; data.ErrEmpty without rows. About a column: data.ErrField if it is missing, there twice,
// or of a type that cannot be read; data.ErrShape for lists of different lengths. About a value:
// data.ErrNotFinite for NaN, infinities, nulls, and integers from 2^53 on that become numbers;
// data.ErrLabel for a null and a label that is none of the classes, and for a single class.
//
// They name the file. Those about a value also name column and row. A stream may be the first to see
// what is wrong with values.
func OpenParquet(path string, o Options) (*File, error) {
	f, err := newFile(path, openParquet, o)
	return f, errors.WithMessage(err, "columnar: OpenParquet")
}

// OpenArrow returns the rows of an Arrow file as a Source: of the file format of Arrow IPC, which
// is Feather version 2. It reads the file once, to count the rows. A stream reads one record batch
// at a time, and begins at any.
//
// Errors: as for OpenParquet; data.ErrFormat for the stream format of Arrow and Feather version 1.
func OpenArrow(path string, o Options) (*File, error) {
	f, err := newFile(path, openArrow, o)
	return f, errors.WithMessage(err, "columnar: OpenArrow")
}

func newFile(path string, open opener, o Options) (*File, error) {
	o, err := o.settled()
	if err != nil {
		return nil, err
	}
	f := &File{path: path, open: open, o: o}
	t, err := openTable(path, open, o)
	if err != nil {
		return nil, about(err, path)
	}
	defer t.Close()
	if err := guard(func() error { return f.read(t) }); err != nil {
		return nil, about(err, path)
	}
	f.print, err = f.fingerprint()
	return f, err
}

// read finds out what the file has.
func (f *File) read(t table) (err error) {
	if f.groups, err = t.groups(); err != nil {
		return err
	}
	total := int64(0)
	for g, n := range f.groups {
		if n < 0 || n > math.MaxInt-total {
			return mistake.Newf(data.ErrFormat, "got %d rows in group %d, want 0 or more, and at most %d in all", n, g, math.MaxInt)
		}
		total += n
	}
	if f.n = int(total); f.n == 0 {
		return mistake.Newf(data.ErrEmpty, "got a file without rows, want one or more")
	}
	if f.fields, err = fieldsOf(t.schema(), f.o); err != nil {
		return err
	}
	if err := f.settleSizes(t); err != nil {
		return err
	}
	return f.settleClasses(t)
}

// columns returns the names of all columns that are read.
func (f *File) columns() (names []string) {
	for _, x := range f.fields {
		for _, c := range x.columns {
			if !slices.Contains(names, c.name) {
				names = append(names, c.name)
			}
		}
	}
	return names
}

// Len returns the number of rows.
func (f *File) Len() int { return f.n }

// Info describes the fields.
func (f *File) Info() []data.FieldInfo {
	var out []data.FieldInfo
	for _, x := range f.fields {
		out = append(out, x.info())
	}
	return out
}

// Fingerprint returns a SHA-256 in hexadecimal of the size of the file, of its last 64 KiB, which
// have the metadata, and of the fields. It does not notice a change elsewhere in the file.
func (f *File) Fingerprint() string { return f.print }

func (f *File) fingerprint() (string, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "columnar %d\n", info.Size())
	from := max(0, info.Size()-1<<16)
	if _, err := io.Copy(h, io.NewSectionReader(file, from, info.Size()-from)); err != nil {
		return "", err
	}
	for _, x := range f.fields {
		text, err := json.Marshal(x.info())
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %t", text, x.AllowNonFinite)
		for _, c := range x.columns {
			fmt.Fprintf(h, " %q %d", c.name, c.size)
		}
		fmt.Fprintln(h)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

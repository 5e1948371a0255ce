package columnar

import (
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Open begins to read at row from, which is 0 to Len().
//
// Errors: data.ErrIndex for another row; those of OpenParquet and OpenArrow.
func (f *File) Open(from int) (data.Stream, error) {
	if from < 0 || from > f.n {
		return nil, mistake.Newf(data.ErrIndex, "columnar: Open: got the row %d, want one in 0..%d", from, f.n)
	}
	t, err := openTable(f.path, f.open, f.o)
	if err != nil {
		return nil, errors.WithMessage(about(err, f.path), "columnar: Open")
	}
	s := &stream{f: f, t: t, columns: f.columns(), number: from}
	for s.group < len(f.groups) && int64(from) >= f.groups[s.group] {
		from -= int(f.groups[s.group])
		s.group++
	}
	s.skip = from
	return s, nil
}

// stream reads a file.
type stream struct {
	f       *File
	t       table
	columns []string
	number  int // of the next row in the file
	skip    int // rows before it in the group
	group   int
	b       batches // of the group, once it has been begun
	read    int64   // rows of the group that were in batches
	now     rows    // what is left of a batch
	err     error
}

// Next returns the next examples, at most those of one batch.
func (s *stream) Next(n int) (d *data.Dataset, err error) {
	if n < 1 {
		return nil, mistake.Optionf("columnar: Next: got %d examples to read, want at least 1", n)
	}
	if s.err == nil {
		s.err = guard(func() error { d, err = s.next(n); return err })
	}
	if s.err == nil || s.err == io.EOF {
		return d, s.err
	}
	return nil, errors.WithMessage(about(s.err, s.f.path), "columnar: Next")
}

func (s *stream) next(n int) (*data.Dataset, error) {
	for s.now.lo == s.now.hi {
		if err := s.advance(); err != nil {
			return nil, err
		}
	}
	r := s.now
	r.hi = min(r.hi, r.lo+n)
	var fields []data.Field
	for i := range s.f.fields {
		f, err := s.f.fields[i].values(r)
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	s.now.lo, s.now.number = r.hi, r.number+r.hi-r.lo
	s.number = s.now.number
	return data.New(fields...)
}

// advance goes to the next batch.
func (s *stream) advance() (err error) {
	if s.b == nil {
		if s.group == len(s.f.groups) {
			return io.EOF
		}
		if s.b, err = s.t.read(s.group, s.columns); err != nil {
			return err
		}
	}
	rec, err := s.b.next()
	if err != nil && err != io.EOF {
		return err
	}
	if err == nil {
		s.read += rec.NumRows()
	}
	if want := s.f.groups[s.group]; s.read > want || err == io.EOF && s.read < want {
		return mistake.Newf(data.ErrFormat, "group %d: got %d rows, want %d as its metadata says, or as there were", s.group, s.read, want)
	}
	if err == io.EOF {
		s.b.close()
		s.b, s.read, s.group = nil, 0, s.group+1
		return nil
	}
	n := int(rec.NumRows())
	s.now = rows{rec: rec, lo: min(s.skip, n), hi: n, number: s.number}
	s.skip -= s.now.lo
	return nil
}

// Close closes the file.
func (s *stream) Close() error {
	err := guard(func() error {
		if s.b != nil {
			s.b.close()
			s.b = nil
		}
		return nil
	})
	if shut := s.t.Close(); err == nil {
		err = shut
	}
	return err
}

package data

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// CSVFile is a table in a file, which may be larger than memory. It is a Sequential Source: a
// training reads some rows at a time, from front to back. Its examples are those that ReadCSVFile
// returns. It may be shared between goroutines.
//
// The file must stay as it is. Whenever it is read, its size and its time of modification are
// compared with what they were.
type CSVFile struct {
	path   string
	was    fs.FileInfo
	plan   *CSVPlan
	points csvPoints
	info   []FieldInfo
	print  string
}

var _ Sequential = (*CSVFile)(nil)

// OpenCSV reads through the regular file at path and returns its table as a Source. Options and
// errors are those of ReadCSVFile, but without MaxBytes the file may have any size.
//
// One pass over the file finds everything that ReadCSVPlanFile does: kinds of columns, categories,
// classes, and any mistake in it. It keeps no rows, but a place in the file for some thousand of
// them, where Open can begin.
//
// Errors: those of ReadCSVFile; ErrChanged if the file was written to in the meantime.
func OpenCSV(path string, opts CSVOptions) (*CSVFile, error) {
	return openCSV("data: OpenCSV", path, opts, nil)
}

// Open is OpenCSV for a table that is read as the plan says: test or production data.
//
// Errors: those of ReadFile; ErrChanged as for OpenCSV.
func (p *CSVPlan) Open(path string) (*CSVFile, error) {
	const who = "data: CSVPlan.Open"
	if p == nil {
		return nil, mistake.Optionf("%s: got a nil plan, want one", who)
	}
	return openCSV(who, path, p.Options, p)
}

// openCSV makes a CSVFile. With a plan given, the table must be one for it.
func openCSV(who, path string, opts CSVOptions, plan *CSVPlan) (*CSVFile, error) {
	file, err := openRegular(path, ErrCSV)
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	f := &CSVFile{path: path, was: info}
	if err := f.survey(who, file, opts, plan); err != nil {
		return nil, f.blame(who, file, err)
	}
	s, err := f.Open(0)
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	defer s.Close()
	first, err := s.Next(1)
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	f.info = first.Info()
	return f, nil
}

// survey reads through the file.
func (f *CSVFile) survey(who string, file *os.File, opts CSVOptions, plan *CSVPlan) error {
	sum := sha256.New()
	t, err := newCSVTable(of(who, f.path), io.TeeReader(file, sum), opts, plan, newNoRows)
	if err != nil {
		return err
	}
	t.lift()
	t.unlined = true
	t.points = &f.points
	if err := t.readAll(); err != nil {
		return err
	}
	if err := t.settle(); err != nil {
		return err
	}
	f.plan = t.newPlan()
	if f.print, err = f.plan.fingerprint(sum); err != nil {
		return errors.WithMessage(err, who)
	}
	return f.unchanged(who, file)
}

// lift lets the table have any size, unless the options have MaxBytes.
func (t *csvTable) lift() {
	if t.opts.MaxBytes == 0 {
		t.scan.limit = math.MaxInt64
	}
}

// fingerprint returns a SHA-256 of the settings of the plan, and of a file with that sum.
func (p *CSVPlan) fingerprint(sum hash.Hash) (string, error) {
	o := p.Options
	o.MaxBytes = 0
	settings, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%x\n", settings, sum.Sum(nil))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// unchanged returns an error unless the file, which is open, is as it was.
func (f *CSVFile) unchanged(who string, file *os.File) error {
	is, err := file.Stat()
	switch {
	case err != nil:
		return errors.WithMessage(err, who)
	case is.Size() != f.was.Size():
		return mistake.Newf(ErrChanged, "%s: %q: got %d bytes, want %d as when the file was opened", who, f.path, is.Size(), f.was.Size())
	case !is.ModTime().Equal(f.was.ModTime()):
		return mistake.Newf(ErrChanged, "%s: %q: got a file of %v, want one of %v as when it was opened", who, f.path, is.ModTime(), f.was.ModTime())
	}
	return nil
}

// blame returns what is wrong with the file, which could not be read: that it has changed, or err.
func (f *CSVFile) blame(who string, file *os.File, err error) error {
	if changed := f.unchanged(who, file); changed != nil {
		return changed
	}
	return inFile(f.path, err)
}

// Len returns the number of rows, without those that are left out.
func (f *CSVFile) Len() int {
	if f == nil {
		return 0
	}
	return f.plan.Rows
}

// Info describes the fields, as those of ReadCSVFile.
func (f *CSVFile) Info() []FieldInfo {
	if f == nil {
		return nil
	}
	return f.info
}

// Plan returns how the table is read, as ReadCSVPlanFile does.
func (f *CSVFile) Plan() *CSVPlan {
	if f == nil {
		return nil
	}
	return f.plan.clone()
}

// Fingerprint returns a SHA-256 in hexadecimal of the bytes of the file and of the settings that
// they are read with. Files with the same fingerprint have the same examples in the same order. A
// Dataset with these examples has another fingerprint.
func (f *CSVFile) Fingerprint() string {
	if f == nil {
		return ""
	}
	return f.print
}

package main

import (
	"bufio"
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// input is a table that is read, and its name.
type input struct {
	*bufio.Reader
	name string
}

// Name returns the name for messages.
func (in input) Name() string { return in.name }

// kinds are files that are no tables of comma-separated values, by what they begin with.
var kinds = []struct{ begin, kind string }{
	{"\x89PNG", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"BM", "a BMP image"},
	{"II*\x00", "a TIFF image"},
	{"MM\x00*", "a TIFF image"},
	{"%PDF", "a PDF document"},
	{"PK\x03\x04", "a zip archive, as .npz and .xlsx files are"},
	{"\x1f\x8b\x08", "gzip data"},
	{"\x93NUMPY", "a NumPy array"},
	{"PAR1", "a Parquet table"},
	{"ARROW1", "an Arrow table"},
	{"\x89HDF", "an HDF5 file"},
	{"SQLite format 3", "an SQLite database"},
	{"RIFF", "a RIFF file, as WebP images and WAV sounds are"},
}

// extensions are those of texts that are no tables of comma-separated values.
var extensions = []string{".xml", ".html", ".svg", ".yaml", ".yml"}

// wantTable is what a table has to be.
const wantTable = "want a table: comma-separated values, or JSON lines, with a line for each example"

// isText returns an error if the input is of a kind that has no lines of values. It reads none.
func (in input) isText() error {
	head, err := in.Peek(512)
	if len(head) == 0 && err != nil {
		return nil // an empty table, of which its reader speaks
	}
	for _, k := range kinds {
		if bytes.HasPrefix(head, []byte(k.begin)) && (len(k.begin) > 2 || bytes.IndexByte(head, 0) >= 0) {
			return errors.Errorf("got %s, %s", k.kind, wantTable)
		}
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return errors.Errorf("got a text in UTF-16, %s, in UTF-8", wantTable)
	}
	if i := bytes.IndexByte(head, 0); i >= 0 {
		return errors.Errorf("got a NUL byte at byte %d, as files of numbers have, %s", i, wantTable)
	}
	if ext := strings.ToLower(path.Ext(in.name)); slices.Contains(extensions, ext) {
		return errors.Errorf("got a file with the extension %q, %s", ext, wantTable)
	}
	return nil
}

// separatedAs returns an error if the first line has other characters between its cells than the tables of
// the options. It reads nothing.
func (in input) separatedAs(o data.CSVOptions) error {
	head, _ := in.Peek(1 << 14)
	line, _, _ := strings.Cut(string(head), "\n")
	want := o.Comma
	if want == 0 {
		want = ','
	}
	got := separatorOf(in.name, string(head))
	if got == want || strings.ContainsRune(line, want) || !strings.ContainsRune(line, got) {
		return nil
	}
	return errors.Errorf("%s: got %s between the cells, want %s as in the table of the training", in.name,
		separatorName(data.CSVOptions{Comma: got}), separatorName(data.CSVOptions{Comma: want}))
}

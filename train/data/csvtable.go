package data

import (
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// csvTable reads a table, row by row.
type csvTable struct {
	who      string
	whose    string // names are chosen from, for messages
	opts     CSVOptions
	plan     *CSVPlan // whose columns the table must have, or nil
	scan     *csvScanner
	total    int64 // bytes of the text, 0 if not known
	names    []string
	original []string // the names in the header
	position map[string]int
	named    bool // an option found its columns in the header
	fields   []csvField
	columns  []*csvColumn // those that are read, in the order of the file
	form     numberForm
	missing  map[string]bool // the texts of missing cells
	dropped  int             // rows left out
	rows     int             // rows read, without those
	path     string          // of the file, "" if it is not known
	from     lineList        // the lines of the rows that were not taken
	taken    int             // rows that were
	unlined  bool            // nobody asks for lines
	newRows  func(width int) csvRows
	held     bool       // the record is a row that was not read yet
	start    csvPoint   // where the first row is
	first    int        // line of the first record
	points   *csvPoints // nil where nobody asks for them
	ahead    *csvAhead  // nil where one goroutine reads

	numbersMissing bool // some of missing have digits
	quick          bool // cells of numbers can be read by quickNumber
}

// csvField is a field of the table while it is read: one number for each cell, and the
// number of its category for a text.
type csvField struct {
	name             string
	integers, labels bool
	target           bool
	positions        []int        // of its columns in the file
	columns          []*csvColumn // in the same order
	row              []float64
	rows             csvRows
	parts            []part // what its columns add to its rows, once arranged
	width            int    // elements of its rows, then
}

// add appends the column at position i of the file.
func (f *csvField) add(i int) {
	f.positions = append(f.positions, i)
	f.columns = append(f.columns, &csvColumn{position: i})
}

// layOut gives each column its place in the row, and makes what takes the rows.
func (f *csvField) layOut(newRows func(width int) csvRows) {
	width := 0
	for _, c := range f.columns {
		c.slot = width
		width += c.elements()
	}
	f.row, f.rows = make([]float64, width), newRows(width)
}

// csvColumn is a column of the table.
type csvColumn struct {
	Kind     ColumnKind
	settings *CSVColumn // nil where there are none; its Kind has no meaning
	name     string
	position int       // in the file
	field    *csvField // that it is in
	slot     int       // its place in the row of the field
	shape    []int     // of an array of numbers in each cell, nil for one number
	quick    bool      // quickNumber comes first
	open     bool      // its kind is decided by the first cell that is not missing
	alone    bool      // it is the only one of the table, and Text decided its kind
	set      *labelSet // of categories
	truths   truths
	clock    *clock
	missing  int // how many cells are missing
}

// elements is how many numbers a cell has.
func (c *csvColumn) elements() int { return Field{Shape: c.shape}.Size() }

// newCSVTable returns a table that nothing was read of. Rows makes what takes the rows of a field.
func newCSVTable(who string, r io.Reader, opts CSVOptions, plan *CSVPlan, rows func(width int) csvRows) (*csvTable, error) {
	if r == nil {
		return nil, mistake.Optionf("%s: got no reader, want one", who)
	}
	if err := opts.Validate(); err != nil {
		return nil, errors.WithMessage(err, who)
	}
	limit, err := sizeLimit(opts.MaxBytes)
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	comma := byte(',')
	if opts.Comma != 0 {
		comma = byte(opts.Comma)
	}
	t := &csvTable{who: who, whose: "the header's", opts: opts, plan: plan, scan: newCSVScanner(make([]byte, 0, firstBuffer), r, comma, limit), total: min(sizeOf(r), limit), newRows: rows}
	t.scan.comment = opts.Comment
	t.ahead = newCSVAhead()
	return t, nil
}

// readAll reads the table to its end.
func (t *csvTable) readAll() error {
	if err := t.begin(); err != nil {
		return err
	}
	defer t.ahead.wait()
	switch err := t.readTo(mostRows); {
	case err == nil:
		return mistake.Newf(ErrCSV, "%s: got more than %d rows, want fewer", t.who, t.rows)
	case err != io.EOF:
		return err
	}
	return t.doubtTexts()
}

// mostRows is about the largest number of rows that an int counts.
const mostRows = math.MaxInt - 1<<22

// begin reads what stands before the first row, and chooses the columns.
func (t *csvTable) begin() error {
	if err := t.scan.skipMark(); err != nil {
		return err
	}
	for range t.opts.SkipLines {
		if _, err := t.scan.peek(); err == io.EOF {
			break
		}
		if err := t.scan.skipLine(); err != nil && err != io.EOF {
			return err
		}
	}
	t.start = t.scan.point()
	err := t.scan.record()
	if err == io.EOF {
		return mistake.Newf(ErrEmpty, "%s: got an empty table, want at least one line", t.who)
	}
	if err != nil {
		return err
	}
	if err := t.columnsOf(); err != nil {
		return err
	}
	t.first = t.scan.began
	if t.held = t.opts.NoHeader; !t.held {
		t.start = t.scan.point()
	}
	if t.points != nil {
		t.points.list = []csvPoint{t.start}
	}
	return nil
}

// columnsOf takes the first record for the names of the columns, unless the options have them, and
// makes the columns.
func (t *csvTable) columnsOf() error {
	for _, step := range []func() error{t.header, t.match, t.choose, t.prepare} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// readTo reads until the table has n rows, or a few more; io.EOF if it ends before.
func (t *csvTable) readTo(n int) error {
	for t.rows < n {
		if !t.held {
			t.points.note(t)
			if t.ahead.merge(t) {
				continue
			}
		}
		if err := t.next(); err != nil {
			return err
		}
	}
	return nil
}

// next reads a row, which may be left out; io.EOF at the end of the table.
func (t *csvTable) next() error {
	if !t.held {
		if err := t.scan.record(); err != nil {
			return err
		}
	}
	t.held = false
	return t.addRow()
}

// doubtTexts refuses a table of texts whose first line may be one of them.
func (t *csvTable) doubtTexts() error {
	if t.opts.Header || t.opts.NoHeader || t.named || t.rows == 0 {
		return nil
	}
	for _, c := range t.columns {
		if c.set == nil || c.field.labels {
			return nil
		}
	}
	return &CSVError{Line: t.first, Err: mistake.Newf(ErrCSV, "got a first line of texts over columns of texts, want to know whether it is data (NoHeader) or names (Header)")}
}

package record

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
)

// CSV writes a table with a row for each epoch, as comma-separated values (RFC 4180):
//
//	epoch,step,loss,validation,accuracy,rate,seconds
//	1,32,0.6931,0.6543,0.75,0.001,0.0125
//
// There is a column for each metric, between validation and rate. The first epoch decides
// about the columns. Validation is empty without Options.Validation, and so is a number
// that was not measured. Numbers are written so that reading them gives the same bits;
// NaN and infinities are NaN, +Inf and -Inf. Seconds are those of the steps, without the
// evaluation.
//
// With a Path a run that goes on goes on in its file: see the package. A Writer gets the
// rows of the epochs to come. It gets no second header in a run that was restored by the
// Trainer.
//
// Use a pointer. Errors of its events: ErrOption for neither or both of Path and Writer, and
// for a file that CSV did not write, which stays as it is. Other metrics
// than those of the file are an ErrOption too. The rest are errors of the file or the Writer.
type CSV struct {
	Path   string    // of the file, which is made if there is none; "" to use Writer
	Writer io.Writer // instead of a file; it is not closed

	sink    sink
	columns []string // nil: no header is written
	last    int      // the last epoch that has a row
	line    bytes.Buffer
}

// The columns before and after the metrics.
var (
	csvBefore = []string{"epoch", "step", "loss", "validation"}
	csvAfter  = []string{"rate", "seconds"}
)

// On writes the row of an epoch.
func (c *CSV) On(e train.Event) error {
	switch e := e.(type) {
	case *train.FitStart:
		return c.start(e.Trainer.Position().Step)
	case *train.EpochEnd:
		return c.epoch(e.Epoch)
	case *train.FitEnd:
		return c.sink.end(nil)
	}
	return nil
}

// start opens the file and keeps its rows about the first steps.
func (c *CSV) start(steps int) error {
	var header []string
	last := 0
	kept, err := c.sink.open("CSV", c.Path, c.Writer, func(i int, line []byte) verdict {
		row, err := csv.NewReader(bytes.NewReader(line)).Read()
		if i == 0 {
			if begin := []byte(strings.Join(csvBefore, ",")); !bytes.HasPrefix(line, begin) && !bytes.HasPrefix(begin, line) {
				return alien // no header, and no part of one
			}
			header = row
			return keptIf(steps > 0 && isHeader(row))
		}
		if err != nil || len(row) != len(header) {
			return cut
		}
		epoch, bad := strconv.Atoi(row[0])
		made, err := strconv.Atoi(row[1])
		if bad != nil || err != nil || made > steps {
			return cut
		}
		last = epoch
		return keep
	})
	if err == nil && c.Path != "" {
		c.columns, c.last = nil, last
		if kept > 0 {
			c.columns = header
		}
	}
	if steps == 0 {
		c.columns, c.last = nil, 0
	}
	return err
}

func keptIf(ok bool) verdict {
	if ok {
		return keep
	}
	return cut
}

// isHeader reports whether row is a header that CSV has written.
func isHeader(row []string) bool {
	a, b := len(csvBefore), len(csvAfter)
	return len(row) >= a+b && slices.Equal(row[:a], csvBefore) && slices.Equal(row[len(row)-b:], csvAfter)
}

// epoch writes the row of e, after the header if there is none.
func (c *CSV) epoch(e train.Epoch) error {
	if e.Epoch <= c.last { // the run was stopped after the row and before the next checkpoint
		return nil
	}
	columns := slices.Clone(csvBefore)
	row := []string{strconv.Itoa(e.Epoch), strconv.Itoa(e.Step), text(e.Loss), ""}
	if e.Validation != nil {
		row[3] = text(*e.Validation)
	}
	for _, m := range e.Metrics {
		columns = append(columns, strings.Join(strings.Fields(m.Name), " "))
		row = append(row, text(m.Value))
	}
	columns = append(columns, csvAfter...)
	row = append(row, text(e.LearningRate), text(e.Duration.Seconds()))
	c.line.Reset()
	w := csv.NewWriter(&c.line)
	header := c.columns
	switch {
	case header == nil:
		header = columns
		w.Write(columns)
	case len(e.Metrics) == 0 && len(header) > len(columns): // the evaluation failed
		row = slices.Insert(row, len(csvBefore), make([]string, len(header)-len(columns))...)
	case !slices.Equal(header, columns):
		return mistake.Optionf("record: CSV: got the columns %q, want those that the table has, %q: take the same metrics or another file", columns, header)
	}
	w.Write(row)
	w.Flush()
	if err := c.sink.write(c.line.Bytes()); err != nil {
		return err
	}
	c.columns, c.last = header, e.Epoch
	return nil
}

// text returns a number so that reading it gives the same bits.
func text(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// csvState is what a CSV with a Writer remembers.
type csvState struct {
	Columns []string
	Last    int
}

// State returns the columns of the table and the number of the last epoch in it.
func (c *CSV) State() (json.RawMessage, error) { return json.Marshal(csvState{c.columns, c.last}) }

// SetState takes what State returned. With a Path the file says it.
func (c *CSV) SetState(state json.RawMessage) error {
	var s csvState
	if err := json.Unmarshal(state, &s); err != nil {
		return errors.Wrap(err, "record: CSV: the state")
	}
	if s.Columns != nil && !isHeader(s.Columns) || s.Last < 0 {
		return mistake.Optionf("record: CSV: got a state with the columns %q and the epoch %d, want those of a table", s.Columns, s.Last)
	}
	c.columns, c.last = s.Columns, s.Last
	return nil
}

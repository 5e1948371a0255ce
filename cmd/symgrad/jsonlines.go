package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/jsonrow"
)

// jsonExtensions are those of rows of JSON.
var jsonExtensions = []string{".json", ".jsonl", ".ndjson"}

// mostLine is the longest line of JSON lines, in bytes.
const mostLine = 1 << 24

// isJSON says whether the input has rows of JSON: by its extension, or by its first character that is no
// space. A table whose first name begins with { or [ has it in quotes.
func (in input) isJSON() bool {
	if slices.Contains(jsonExtensions, strings.ToLower(path.Ext(in.name))) {
		return true
	}
	head, _ := in.Peek(512)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// rowReader reads rows of JSON: one on each line, or all in one array.
type rowReader struct {
	in    input
	line  int   // that was read last
	lines []int // of the rows that next has returned last; nil for those of an array
	array []jsonrow.Row
	begun bool
}

func rowsOf(in input) *rowReader { return &rowReader{in: in} }

// next returns the next rows, at most most; none at the end.
func (r *rowReader) next(most int) (rows []jsonrow.Row, err error) {
	if !r.begun {
		r.begun = true
		if err := r.begin(); err != nil {
			return nil, err
		}
	}
	if r.array != nil {
		n := min(most, len(r.array))
		rows, r.array = r.array[:n:n], r.array[n:]
		return rows, nil
	}
	r.lines = r.lines[:0]
	for len(rows) < most {
		text, err := r.readLine()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		row, err := jsonrow.Parse(bytes.NewReader(text))
		if r.lines = append(r.lines, r.line); err != nil {
			return nil, r.located(&jsonrow.Error{Row: len(rows), Err: err})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// all returns all rows.
func (r *rowReader) all() ([]jsonrow.Row, error) { return r.next(1 << 30) }

// begin reads the rows of an array, which a file of JSON may have in place of lines.
func (r *rowReader) begin() error {
	head, _ := r.in.Peek(512)
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		_, _ = r.in.Discard(3)
	}
	if len(text) == 0 || text[0] != '[' || !startsRows(text[1:]) {
		return nil
	}
	rows, err := jsonrow.ReadArray(r.in)
	if r.array = rows; err != nil {
		return r.located(err)
	}
	if rows == nil {
		r.array = []jsonrow.Row{}
	}
	return nil
}

// startsRows says whether what stands behind a bracket is a list of rows, not of numbers.
func startsRows(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// readLine returns the next line.
func (r *rowReader) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > mostLine:
			return nil, errors.Errorf("%s:%d: got a line of more than %d bytes, want a row of JSON on each line", r.in.name, r.line+1, mostLine)
		case err == nil || err == io.EOF && len(line) > 0:
			r.line++
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		}
		return nil, err
	}
}

// located says on which line of the file the row of an error is.
func (r *rowReader) located(err error) error {
	var e *jsonrow.Error
	if !errors.As(err, &e) {
		return errors.WithMessage(err, r.in.name)
	}
	where := fmt.Sprintf("%s: row %d", r.in.name, e.Row+1)
	if e.Row < len(r.lines) {
		where = fmt.Sprintf("%s:%d", r.in.name, r.lines[e.Row])
	}
	if inner := (*jsonrow.Error)(nil); errors.As(e.Err, &inner) { // of a row that stood alone
		e = inner
	}
	if e.Field != "" {
		where += fmt.Sprintf(": %q", e.Field)
	}
	return errors.WithMessage(e.Err, where)
}

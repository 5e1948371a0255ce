package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
)

// output is where predictions go: a line for each example.
type output interface {
	begin() error // writes what stands before the lines, once
	line(labels, numbers []string) error
	flush() error
}

// csvOutput writes comma-separated values with a line of names.
type csvOutput struct {
	w     *csv.Writer
	names []string
	begun bool
	cells []string
}

func (o *csvOutput) begin() error {
	if o.begun {
		return nil
	}
	o.begun = true
	return o.w.Write(o.names)
}

func (o *csvOutput) line(labels, numbers []string) error {
	if err := o.begin(); err != nil {
		return err
	}
	o.cells = append(append(o.cells[:0], labels...), numbers...)
	return o.w.Write(o.cells)
}

func (o *csvOutput) flush() error {
	o.w.Flush()
	return o.w.Error()
}

// jsonOutput writes an object by the names on each line.
type jsonOutput struct {
	w    *bufio.Writer
	keys [][]byte // quoted
}

func newJSONOutput(w io.Writer, names []string) *jsonOutput {
	o := &jsonOutput{w: bufio.NewWriter(w)}
	for _, name := range names {
		o.keys = append(o.keys, quotedJSON(name))
	}
	return o
}

// quotedJSON returns a text as JSON has it.
func quotedJSON(text string) []byte {
	out, err := json.Marshal(text)
	if err != nil { // no text is one
		return []byte(`""`)
	}
	return out
}

func (o *jsonOutput) begin() error { return nil }

func (o *jsonOutput) line(labels, numbers []string) error {
	for i, key := range o.keys {
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		_ = o.w.WriteByte(separator) // flush says what went wrong
		_, _ = o.w.Write(key)
		_ = o.w.WriteByte(':')
		switch {
		case i < len(labels):
			_, _ = o.w.Write(quotedJSON(labels[i]))
		case finite(numbers[i-len(labels)]):
			_, _ = o.w.WriteString(numbers[i-len(labels)])
		default:
			_, _ = o.w.WriteString("null")
		}
	}
	_, err := o.w.WriteString("}\n")
	return err
}

// finite says whether JSON has the number.
func finite(number string) bool {
	v, err := strconv.ParseFloat(number, 64)
	return err == nil && v-v == 0
}

func (o *jsonOutput) flush() error { return o.w.Flush() }

package columnar

import (
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// table is an open file of one of the formats. It is for one goroutine, and its methods are called
// under guard.
type table interface {
	// schema describes the columns.
	schema() *arrow.Schema
	// groups returns the number of rows of each group.
	groups() ([]int64, error)
	// read begins to read some columns of a group.
	read(group int, columns []string) (batches, error)
	io.Closer
}

// batches reads a group. next returns io.EOF at its end; what it returns is valid until it is
// called again.
type batches interface {
	next() (arrow.RecordBatch, error)
	close()
}

// opener opens a file of one of the formats.
type opener func(f *os.File, o Options) (table, error)

// openTable opens the regular file at path.
func openTable(path string, open opener, o Options) (t table, err error) {
	info, err := os.Stat(path) // first: to open a pipe without a writer takes for ever
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, mistake.Newf(data.ErrFormat, "got a file of the type %v, want a regular file", info.Mode().Type())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	err = guard(func() error { t, err = open(f, o); return err })
	if err != nil {
		f.Close()
		return nil, err
	}
	return t, nil
}

package columnar

import (
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// arrowTable is an open Arrow file.
type arrowTable struct {
	file   *os.File
	reader *ipc.FileReader
}

func openArrow(f *os.File, o Options) (table, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkArrow(f, info.Size()); err != nil {
		return nil, err
	}
	r, err := ipc.NewFileReader(f, ipc.WithAllocator(newLimited(o.MaxBytes)), ipc.WithBodySizeLimit(o.MaxBytes), ipc.WithMetadataSizeLimit(o.MaxBytes))
	if err != nil {
		return nil, format(err)
	}
	return &arrowTable{f, r}, nil
}

func (t *arrowTable) schema() *arrow.Schema { return t.reader.Schema() }

func (t *arrowTable) Close() error {
	err := guard(t.reader.Close)
	if shut := t.file.Close(); err == nil {
		err = shut
	}
	return err
}

// groups reads the record batches: the file does not have their lengths in one place.
func (t *arrowTable) groups() ([]int64, error) {
	out := make([]int64, 0, min(t.reader.NumRecords(), 1<<16))
	for g := range t.reader.NumRecords() {
		rec, err := t.reader.RecordBatchAt(g)
		if err != nil {
			return nil, format(err)
		}
		out = append(out, rec.NumRows())
		rec.Release()
	}
	return out, nil
}

func (t *arrowTable) read(group int, columns []string) (batches, error) {
	rec, err := t.reader.RecordBatchAt(group)
	if err != nil {
		return nil, format(err)
	}
	return &arrowBatch{rec: rec}, nil
}

// arrowBatch hands out a record batch.
type arrowBatch struct {
	rec  arrow.RecordBatch
	over bool
}

func (b *arrowBatch) next() (arrow.RecordBatch, error) {
	if b.over || b.rec.NumRows() == 0 {
		return nil, io.EOF
	}
	b.over = true
	return b.rec, nil
}

func (b *arrowBatch) close() { b.rec.Release() }

package columnar

import (
	"context"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// parquetTable is an open Parquet file.
type parquetTable struct {
	file   *os.File
	reader *pqarrow.FileReader
	names  *arrow.Schema
}

func openParquet(f *os.File, o Options) (table, error) {
	mem := newLimited(o.MaxBytes)
	props := parquet.NewReaderProperties(mem)
	props.BufferedStreamEnabled = true // pages are read one by one, not whole row groups
	props.MaxCompressedPageSize, props.MaxUncompressedPageSize = o.MaxBytes, o.MaxBytes
	r, err := file.NewParquetReader(f, file.WithReadProps(props))
	if err != nil {
		return nil, format(err)
	}
	reader, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{BatchSize: int64(o.Batch)}, mem)
	if err != nil {
		return nil, format(err)
	}
	names, err := reader.Schema()
	if err != nil {
		return nil, format(err)
	}
	return &parquetTable{f, reader, names}, nil
}

func (t *parquetTable) schema() *arrow.Schema { return t.names }

func (t *parquetTable) Close() error { return t.file.Close() }

func (t *parquetTable) groups() ([]int64, error) {
	r := t.reader.ParquetReader()
	out := make([]int64, r.NumRowGroups())
	for g := range out {
		out[g] = r.MetaData().RowGroup(g).NumRows()
	}
	return out, nil
}

func (t *parquetTable) read(group int, columns []string) (batches, error) {
	var leaves []int
	for _, name := range columns {
		for i := range t.reader.Manifest.Fields {
			if f := &t.reader.Manifest.Fields[i]; f.Field.Name == name {
				leaves = append(leaves, leaf(f))
			}
		}
	}
	r, err := t.reader.GetRecordReader(context.Background(), leaves, []int{group})
	if err != nil {
		return nil, format(err)
	}
	return parquetBatches{r}, nil
}

// leaf returns the number of the only leaf of a column of values or lists of values.
func leaf(f *pqarrow.SchemaField) int {
	for len(f.Children) > 0 {
		f = &f.Children[0]
	}
	return f.ColIndex
}

// parquetBatches reads a row group.
type parquetBatches struct{ r pqarrow.RecordReader }

func (b parquetBatches) next() (arrow.RecordBatch, error) {
	rec, err := b.r.Read()
	if err == io.EOF {
		return nil, err
	}
	return rec, format(err)
}

func (b parquetBatches) close() { b.r.Release() }

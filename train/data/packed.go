package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// packedTable is a table of decimal numbers in the form of the embedded files.
//
// The form is a gzip stream of the number of rows and the number of columns,
// each as a uvarint, and of the columns. A column is one byte with its decimals
// d, one byte with its width w in bytes, and w planes of one byte a row, the low
// byte first. The planes make the unsigned integer k of a row, whose value is
// k/10^d: since both are exact in float64, the division rounds once and gives
// what parsing the decimal text gives.
type packedTable struct {
	rows    int
	columns [][]float64
}

// maxPackedRows and maxPackedColumns bound what unpack allocates.
const (
	maxPackedRows    = 1 << 16
	maxPackedColumns = 1 << 10
)

// unpack reads a packed table.
func unpack(packed []byte) (packedTable, error) {
	var t packedTable
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return t, errors.WithMessage(err, "gzip")
	}
	raw, err := io.ReadAll(zip)
	if err != nil {
		return t, errors.WithMessage(err, "gzip")
	}
	in := bytes.NewReader(raw)
	rows, err := binary.ReadUvarint(in)
	if err != nil || rows == 0 || rows > maxPackedRows {
		return t, mistake.Shapef("got no number of rows, want one in 1..%d", maxPackedRows)
	}
	columns, err := binary.ReadUvarint(in)
	if err != nil || columns == 0 || columns > maxPackedColumns {
		return t, mistake.Shapef("got no number of columns, want one in 1..%d", maxPackedColumns)
	}
	t.rows, t.columns = int(rows), make([][]float64, columns)
	for c := range t.columns {
		if t.columns[c], err = unpackColumn(in, t.rows); err != nil {
			return t, errors.WithMessagef(err, "column %d", c)
		}
	}
	if in.Len() > 0 {
		return t, mistake.Shapef("got %d bytes after the columns, want none", in.Len())
	}
	return t, nil
}

func unpackColumn(in *bytes.Reader, rows int) ([]float64, error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	decimals, width := int(head[0]), int(head[1])
	if decimals > 15 || width > 6 {
		return nil, mistake.Shapef("got %d decimals in %d bytes, want at most 15 in 6", decimals, width)
	}
	planes := make([]byte, width*rows)
	if _, err := io.ReadFull(in, planes); err != nil {
		return nil, err
	}
	column, unit := make([]float64, rows), math.Pow10(decimals)
	for i := range column {
		k := uint64(0)
		for p := width - 1; p >= 0; p-- {
			k = k<<8 | uint64(planes[p*rows+i])
		}
		column[i] = float64(k) / unit
	}
	return column, nil
}

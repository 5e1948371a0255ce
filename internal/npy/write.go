package npy

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Stored is an array to write: its elements are bytes, row-major and little-endian.
type Stored struct {
	Name  string
	DType string // as in Array
	Shape []int
	Data  []byte
}

// descrs are NumPy's names of the element types.
var descrs = map[string]string{"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
	"U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1"}

// Write writes an npz file: the same arrays give the same bytes. Members are not compressed, as
// numpy.savez writes them.
//
// Errors: ErrFormat for an element type that NumPy does not have, a name that stands twice or is
// empty, and data of another length than the shape asks for; those of w.
func Write(w io.Writer, arrays []Stored) error {
	z := zip.NewWriter(w)
	seen := map[string]bool{}
	for _, a := range arrays {
		err := error(nil)
		if seen[a.Name] || a.Name == "" {
			err = malformed("got the name %q twice or empty, want each once", a.Name)
		}
		if seen[a.Name] = true; err == nil {
			err = a.write(z)
		}
		if err != nil {
			return fmt.Errorf("npy: array %q: %w", mistake.Clip(a.Name), err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}

// write writes one member.
func (a Stored) write(z *zip.Writer) error {
	descr, ok := descrs[a.DType]
	if !ok {
		return malformed("got the element type %q, want one that NumPy has", a.DType)
	}
	x := Array{DType: a.DType, Shape: a.Shape, width: int(descr[2] - '0')}
	if err := x.measure(); err != nil {
		return malformed("%w", err)
	}
	if int64(len(a.Data)) != x.size() {
		return malformed("got %d bytes, want the %d of %v %s", len(a.Data), x.size(), a.Shape, a.DType)
	}
	w, err := z.CreateHeader(&zip.FileHeader{Name: a.Name + ".npy", Method: zip.Store})
	if err != nil {
		return err
	}
	if _, err := w.Write(header(descr, a.Shape)); err != nil {
		return err
	}
	_, err = w.Write(a.Data)
	return err
}

// header returns all that stands before the data: its length is a multiple of 64.
func header(descr string, shape []int) []byte {
	var axes strings.Builder
	for i, n := range shape {
		if i > 0 {
			axes.WriteByte(' ')
		}
		fmt.Fprintf(&axes, "%d,", n)
	}
	list := axes.String()
	if len(shape) > 1 {
		list = strings.TrimSuffix(list, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, list)
	version, size := byte(1), 10
	if len(text) > 1<<15 {
		version, size = 2, 12
	}
	text += strings.Repeat(" ", 63-(size+len(text))%64) + "\n"
	out := append([]byte(magic), version, 0)
	if version == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(text)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
	}
	return append(out, text...)
}

package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// tensor is one of a file.
type tensor struct {
	name, dtype, shape string
	data               []byte
}

// tensorFile is a safetensors file.
func tensorFile(tensors ...tensor) []byte {
	var parts []string
	var data []byte
	for _, x := range tensors {
		parts = append(parts, fmt.Sprintf(`%q:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, x.name, x.dtype, x.shape, len(data), len(data)+len(x.data)))
		data = append(data, x.data...)
	}
	head := "{" + strings.Join(parts, ",") + "}"
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), data...)
}

// Every type of elements that a field can hold.
func TestReadSafetensors(t *testing.T) {
	path := written(t, "a.safetensors", tensorFile(
		tensor{"f64", "F64", "[2,1]", le(t, []float64{1, -2})},
		tensor{"f32", "F32", "[2]", le(t, []float32{1, -2})},
		tensor{"f16", "F16", "[2]", le(t, []uint16{0x3c00, 0xc000})},
		tensor{"bf16", "BF16", "[2]", le(t, []uint16{0x3f80, 0xc000})},
		tensor{"i64", "I64", "[2,2]", le(t, []int64{1, -2, 3, 4})},
		tensor{"i32", "I32", "[2]", le(t, []int32{1, -2})},
		tensor{"i16", "I16", "[2]", le(t, []int16{1, -2})},
		tensor{"i8", "I8", "[2]", le(t, []int8{1, -2})},
		tensor{"u64", "U64", "[2]", le(t, []uint64{1, 2})},
		tensor{"u32", "U32", "[2]", le(t, []uint32{1, 2})},
		tensor{"u16", "U16", "[2]", le(t, []uint16{1, 2})},
		tensor{"u8", "U8", "[2,1,1]", []byte{1, 255}},
		tensor{"../bool", "BOOL", "[2]", []byte{1, 0}},
	))
	want := []Field{
		{Name: "f64", Shape: []int{1}, Floats: []float64{1, -2}},
		{Name: "f32", Floats32: []float32{1, -2}},
		{Name: "f16", Floats32: []float32{1, -2}},
		{Name: "bf16", Floats32: []float32{1, -2}},
		{Name: "i64", Shape: []int{2}, Ints: []int{1, -2, 3, 4}},
		{Name: "i32", Ints: []int{1, -2}},
		{Name: "i16", Ints: []int{1, -2}},
		{Name: "i8", Ints: []int{1, -2}},
		{Name: "u64", Ints: []int{1, 2}},
		{Name: "u32", Ints: []int{1, 2}},
		{Name: "u16", Ints: []int{1, 2}},
		{Name: "u8", Shape: []int{1, 1}, Bytes: []uint8{1, 255}},
		{Name: "../bool", Bytes: []uint8{1, 0}},
	}
	d := must(t)(ReadSafetensors(path, ArrayOptions{}))
	if got := d.Fields(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	d = must(t)(ReadSafetensors(path, ArrayOptions{Fields: []ArrayField{{Name: "y", Array: "u8", Shape: []int{}, Classes: 256}, {Name: "x", Array: "i64"}}}))
	if f := d.Fields(); len(f) != 2 || f[0].Name != "y" || f[0].Classes != 256 || len(f[0].Shape) != 0 || f[1].Name != "x" {
		t.Errorf("chosen: got %+v", f)
	}
}

// hostileTensors are files with one fault each.
func hostileTensors(t testing.TB) []hostileArray {
	ok := tensorFile(tensor{"a", "F32", "[2]", le(t, []float32{1, 2})})
	return []hostileArray{
		{"nothing", nil, ErrFormat, "header length"},
		{"cut", ok[:len(ok)-1], ErrFormat, "end at 8"},
		{"a byte more", append(append([]byte{}, ok...), 0), ErrFormat, "after the last tensor"},
		{"a zip archive", npzFile(t, member{"a.npy", npyFile("|u1", false, "(1,)", 1)}), ErrFormat, "zip archive"},
		{"an array of NumPy", npyFile("|u1", false, "(1,)", 1), ErrFormat, "NumPy array"},
		{"no tensors", tensorFile(), ErrEmpty, "no array"},
		{"no rows", tensorFile(tensor{"a", "F32", "[0,5]", nil}), ErrEmpty, "axis 0"},
		{"2^62 rows of nothing", tensorFile(tensor{"a", "U8", "[4611686018427387904,0]", nil}), ErrFormat, ""},
		{"complex numbers", tensorFile(tensor{"a", "C64", "[1]", make([]byte, 8)}), ErrDType, "C64"},
		{"numbers of 8 bits", tensorFile(tensor{"a", "F8_E4M3", "[1]", make([]byte, 1)}), ErrDType, "F8_E4M3"},
		{"a boolean of 2", tensorFile(tensor{"a", "BOOL", "[2]", []byte{1, 2}}), ErrFormat, "element 1: got the byte 2"},
		{"an integer beyond int", tensorFile(tensor{"a", "U64", "[2]", le(t, []uint64{1, 1 << 63})}), ErrNotFinite, "element 1"},
		{"small integers, which take 8 bytes each", tensorFile(tensor{"a", "I8", "[600000]", make([]byte, 600_000)}), ErrFormat, "MaxBytes"},
		{"NaN", tensorFile(tensor{"a", "F32", "[1]", []byte{0, 0, 192, 127}}), ErrNotFinite, "row 0"},
		{"different lengths", tensorFile(tensor{"a", "U8", "[1]", []byte{1}}, tensor{"b", "U8", "[2]", []byte{1, 2}}), ErrShape, `"b"`},
	}
}

// What is refused takes no memory to speak of, whatever it promises.
func TestReadSafetensorsRefuses(t *testing.T) {
	for _, c := range hostileTensors(t) {
		t.Run(c.name, func(t *testing.T) {
			path := written(t, "a.safetensors", c.raw)
			defer atMost(t, 1<<20)()
			d, err := ReadSafetensors(path, ArrayOptions{MaxBytes: 4 << 20})
			wantError(t, err, c.kind, "data: ReadSafetensors: ", "a.safetensors", c.part)
			if d != nil {
				t.Error("a dataset came with the error")
			}
		})
	}
	_, err := ReadSafetensors(t.TempDir(), ArrayOptions{})
	wantError(t, err, ErrFormat, "want a regular file")
	_, err = ReadSafetensors(filepath.Join(t.TempDir(), "a"), ArrayOptions{Fields: []ArrayField{{}}})
	wantError(t, err, ErrOption, "without a Name")
}

// FuzzReadArrays checks that no npz or safetensors file makes a reader panic, that every error
// has a kind, and that what is accepted is no more than the file has, as often as it is read.
func FuzzReadArrays(f *testing.F) {
	for _, c := range append(hostileNPZ(f), hostileTensors(f)...) {
		if len(c.raw) < 1<<12 {
			f.Add(c.raw)
		}
	}
	f.Add(npzFile(f, photos(f)[:2]...))
	f.Add(tensorFile(tensor{"x", "BF16", "[1,2]", make([]byte, 4)}, tensor{"y", "I16", "[1]", make([]byte, 2)}))
	kinds := []error{ErrFormat, ErrEmpty, ErrShape, ErrField, ErrDType, ErrNotFinite}
	f.Fuzz(func(t *testing.T, raw []byte) {
		opts, src := ArrayOptions{AllowNonFinite: true, MaxBytes: 1 << 20}, bytes.NewReader(raw)
		for name, read := range map[string]func(ArrayOptions, io.ReaderAt, int64) (*Dataset, error){"npz": readNPZ, "safetensors": readSafetensors} {
			d, err := read(opts, src, src.Size())
			if err != nil {
				if !anyKind(err, kinds) || d != nil {
					t.Fatalf("%s: got %v, error %v of no kind", name, d, err)
				}
				continue
			}
			again, err := read(opts, src, src.Size())
			if err != nil || d.Fingerprint() != again.Fingerprint() {
				t.Fatalf("%s: read again: %v", name, err)
			}
			for _, x := range d.Fields() {
				if x.stored() != d.Len()*x.Size() || x.stored() > 1<<20 {
					t.Fatalf("%s: got %d elements in %d rows of %v", name, x.stored(), d.Len(), x.Shape)
				}
			}
		}
	})
}

func anyKind(err error, kinds []error) bool {
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"
)

// npyFile is an array as NumPy writes it, of version 1.
func npyFile(descr string, fortran bool, shape string, data ...byte) []byte {
	order := "False"
	if fortran {
		order = "True"
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), 0)
	return append(append(out, head...), data...)
}

// le are the elements of v, the low byte first.
func le(t testing.TB, v any) []byte { return laid(t, binary.LittleEndian, v) }

func laid(t testing.TB, order binary.ByteOrder, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := binary.Write(&out, order, v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readNPYBytes(raw []byte) (Field, error) { return ReadNPY(bytes.NewReader(raw), NPYOptions{}) }

// Every type comes as itself, in either order of bytes and axes.
func TestReadNPY(t *testing.T) {
	for _, c := range []struct {
		descr string
		v     any
		want  Field
	}{
		{"f8", []float64{1, -2, 0.5, math.Inf(1), 1e300, 6}, Field{Floats: []float64{1, -2, 0.5, math.Inf(1), 1e300, 6}}},
		{"f4", []float32{1, -2, 0.5, 4, 5, 1e38}, Field{Floats32: []float32{1, -2, 0.5, 4, 5, 1e38}}},
		{"f2", []uint16{0x3c00, 0xc000, 0x3800, 0x4400, 0x4500, 0x7bff}, Field{Floats32: []float32{1, -2, 0.5, 4, 5, 65504}}},
		{"i8", []int64{1, -2, 3, 4, 5, 1 << 30}, Field{Ints: []int{1, -2, 3, 4, 5, 1 << 30}}},
		{"i4", []int32{1, -2, 3, 4, 5, math.MinInt32}, Field{Ints: []int{1, -2, 3, 4, 5, math.MinInt32}}},
		{"i2", []int16{1, -2, 3, 4, 5, 32767}, Field{Ints: []int{1, -2, 3, 4, 5, 32767}}},
		{"i1", []int8{1, -2, 3, 4, 5, -128}, Field{Ints: []int{1, -2, 3, 4, 5, -128}}},
		{"u8", []uint64{1, 2, 3, 4, 5, 1 << 30}, Field{Ints: []int{1, 2, 3, 4, 5, 1 << 30}}},
		{"u4", []uint32{1, 2, 3, 4, 5, 1 << 30}, Field{Ints: []int{1, 2, 3, 4, 5, 1 << 30}}},
		{"u2", []uint16{1, 2, 3, 4, 5, 65535}, Field{Ints: []int{1, 2, 3, 4, 5, 65535}}},
		{"u1", []uint8{1, 2, 3, 4, 5, 255}, Field{Bytes: []uint8{1, 2, 3, 4, 5, 255}}},
		{"b1", []uint8{1, 0, 0, 1, 1, 0}, Field{Bytes: []uint8{1, 0, 0, 1, 1, 0}}},
	} {
		for mark, order := range map[string]binary.ByteOrder{"<": binary.LittleEndian, ">": binary.BigEndian} {
			data := laid(t, order, c.v)
			c.want.Shape = []int{3}
			got, err := readNPYBytes(npyFile(mark+c.descr, false, "(2, 3)", data...))
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s%s: got %+v, %v, want %+v", mark, c.descr, got, err, c.want)
			}
			// In Fortran order the file has the rows of the transposed array.
			got, err = readNPYBytes(npyFile(mark+c.descr, true, "(3, 2)", data...))
			if err != nil || got.Size() != 2 || got.Len() != 3 {
				t.Fatalf("%s%s in Fortran order: got %+v, %v", mark, c.descr, got, err)
			}
			for i := range 3 {
				for k := range 2 {
					if got.At(i, k) != c.want.At(k, i) {
						t.Errorf("%s%s in Fortran order: row %d, element %d: got %v, want %v", mark, c.descr, i, k, got.At(i, k), c.want.At(k, i))
					}
				}
			}
		}
	}
	for shape, want := range map[string]Field{
		"()":        {Bytes: []uint8{7}},
		"(1,)":      {Bytes: []uint8{7}},
		"(1, 1)":    {Shape: []int{1}, Bytes: []uint8{7}},
		"(1, 1, 1)": {Shape: []int{1, 1}, Bytes: []uint8{7}},
	} {
		got, err := readNPYBytes(npyFile("|u1", true, shape, 7))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", shape, got, err, want)
		}
	}
}

// An array of many parts comes whole and in order.
func TestReadNPYLarge(t *testing.T) {
	const n = 300_000
	v := make([]int32, n)
	for i := range v {
		v[i] = int32(i)
	}
	for _, fortran := range []bool{false, true} {
		f, err := readNPYBytes(npyFile("<i4", fortran, "(3, 100000)", le(t, v)...))
		if err != nil || f.Len() != 3 {
			t.Fatalf("got %d rows, %v", f.Len(), err)
		}
		for i := range 3 {
			for k := range 100_000 {
				want := i*100_000 + k
				if fortran {
					want = k*3 + i
				}
				if got := f.At(i, k); got != float64(want) {
					t.Fatalf("Fortran %v, row %d, element %d: got %v, want %d", fortran, i, k, got, want)
				}
			}
		}
	}
}

// hostileNPY are files with one fault each.
func hostileNPY(t testing.TB) []hostileArray {
	ok := npyFile("<f8", false, "(2,)", le(t, []float64{1, 2})...)
	return []hostileArray{
		{"nothing", nil, ErrFormat, "too early"},
		{"half a header", ok[:30], ErrFormat, "too early"},
		{"an element short", ok[:len(ok)-8], ErrFormat, "too early"},
		{"a byte short", ok[:len(ok)-1], ErrFormat, "too early"},
		{"a byte more", append(bytes.Clone(ok), 0), ErrFormat, "more data"},
		{"a second array", append(bytes.Clone(ok), ok...), ErrFormat, "more data"},
		{"a pickle", []byte("\x80\x04\x95\x10\x00\x00\x00\x00\x00"), ErrFormat, "Python pickle"},
		{"a zip archive", []byte("PK\x03\x04\x00\x00\x00\x00"), ErrFormat, "zip archive"},
		{"a gzip stream", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), ErrFormat, "gzip"},
		{"objects", npyFile("|O", false, "(1,)", 128, 4, 46), ErrFormat, "pickle"},
		{"texts", npyFile("<U3", false, "(1,)", make([]byte, 12)...), ErrFormat, `"<U3"`},
		{"complex numbers", npyFile("<c16", false, "(1,)", make([]byte, 16)...), ErrFormat, `"<c16"`},
		{"times", npyFile("<M8[s]", false, "(1,)", make([]byte, 8)...), ErrFormat, `"<M8[s]"`},
		{"long doubles", npyFile("<f16", false, "(1,)", make([]byte, 16)...), ErrFormat, `"<f16"`},
		{"no order of bytes", npyFile("=f8", false, "(1,)", make([]byte, 8)...), ErrFormat, `"=f8"`},
		{"-1 rows", npyFile("|u1", false, "(-1,)", 1), ErrFormat, "non-negative"},
		{"a true axis", npyFile("|u1", false, "(True,)", 1), ErrFormat, "non-negative"},
		{"a list of axes", npyFile("|u1", false, "[1]", 1), ErrFormat, "'('"},
		{"no rows", npyFile("|u1", false, "(0,)"), ErrEmpty, "axis 0"},
		{"rows of nothing", npyFile("|u1", false, "(3, 0)"), ErrEmpty, "axis 1"},
		{"8 TiB", npyFile("<f8", false, "(1099511627776,)", 1), ErrFormat, ""},
		{"2^62 rows of nothing", npyFile("|u1", false, "(4611686018427387904, 0)"), ErrFormat, ""},
		{"1 GiB of nothing", npyFile("|u1", false, "(1073741824,)", 1), ErrFormat, "too early"},
		{"1 GiB of nothing, in Fortran order", npyFile("|u1", true, "(32768, 32768)", 1), ErrFormat, "too early"},
		{"2^27 small integers, which take 8 bytes each", npyFile("|i1", false, "(134217729,)", 1), ErrFormat, "MaxBytes"},
		{"a boolean of 2", npyFile("|b1", false, "(2,)", 1, 2), ErrFormat, "element 1: got the byte 2"},
		{"an integer beyond int", npyFile(">u8", false, "(2,)", 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255), ErrNotFinite, "element 1"},
		{"an integer beyond int, in Fortran order", npyFile("<u8", true, "(2, 2)", append(make([]byte, 8), append([]byte{0, 0, 0, 0, 0, 0, 0, 128}, make([]byte, 16)...)...)...), ErrNotFinite, "element 2"},
	}
}

type hostileArray struct {
	name string
	raw  []byte
	kind error
	part string
}

// A file that is refused takes no memory to speak of, whatever it promises.
func TestReadNPYRefuses(t *testing.T) {
	for _, c := range hostileNPY(t) {
		t.Run(c.name, func(t *testing.T) {
			defer atMost(t, 1<<20)()
			f, err := readNPYBytes(c.raw)
			wantError(t, err, c.kind, "data: ReadNPY: ", c.part)
			if f.kinds() != nil {
				t.Error("values came with the error")
			}
		})
	}
	_, err := ReadNPY(nil, NPYOptions{})
	wantError(t, err, ErrOption, "no reader")
	_, err = ReadNPY(bytes.NewReader(nil), NPYOptions{MaxBytes: -1})
	wantError(t, err, ErrOption, "MaxBytes -1")
	four, small := npyFile("|u1", false, "(2, 2)", 1, 2, 3, 4), NPYOptions{MaxBytes: 4}
	if _, err := ReadNPY(bytes.NewReader(four), small); err != nil {
		t.Errorf("4 bytes with a limit of 4: %v", err)
	}
	_, err = ReadNPY(bytes.NewReader(npyFile("|u1", false, "(5,)", 1, 2, 3, 4, 5)), small)
	wantError(t, err, ErrFormat, "at most 4 bytes")
}

// A reader that fails at any byte does not lose its error.
func TestReadNPYReaders(t *testing.T) {
	failure := errors.New("unplugged")
	raw := npyFile("<f4", false, "(2,)", le(t, []float32{1, 2})...)
	for n := range len(raw) + 1 {
		_, err := ReadNPY(io.MultiReader(bytes.NewReader(raw[:n]), iotest.ErrReader(failure)), NPYOptions{})
		if !errors.Is(err, failure) {
			t.Errorf("failure after %d bytes: %v", n, err)
		}
	}
	if f, err := ReadNPY(iotest.OneByteReader(bytes.NewReader(raw)), NPYOptions{}); err != nil || f.Len() != 2 {
		t.Errorf("byte by byte: %v, %v", f, err)
	}
}

func TestReadNPYFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := os.WriteFile(path, npyFile("|u1", false, "(2,)", 7), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := ReadNPYFile(path, NPYOptions{})
	wantError(t, err, ErrFormat, "data: ReadNPYFile: ", "a.npy", "too early")
	_, err = ReadNPYFile(path+"x", NPYOptions{})
	wantError(t, err, os.ErrNotExist)
	_, err = ReadNPYFile(filepath.Dir(path), NPYOptions{})
	wantError(t, err, ErrFormat, "want a regular file")
}

// writeNPY is f as NumPy writes it, for what was read to be read again.
func writeNPY(t testing.TB, f Field) []byte {
	axes := append([]int{f.Len()}, f.Shape...)
	shape := strings.NewReplacer("[", "(", "]", ",)", " ", ", ").Replace(fmt.Sprint(axes))
	switch {
	case f.Floats != nil:
		return npyFile("<f8", false, shape, le(t, f.Floats)...)
	case f.Floats32 != nil:
		return npyFile("<f4", false, shape, le(t, f.Floats32)...)
	case f.Bytes != nil:
		return npyFile("|u1", false, shape, f.Bytes...)
	}
	wide := make([]int64, len(f.Ints))
	for i, v := range f.Ints {
		wide[i] = int64(v)
	}
	return npyFile("<i8", false, shape, le(t, wide)...)
}

// FuzzReadNPY checks that no file makes ReadNPY panic, that every error has a kind, and that
// what is accepted is read again from what is written of it, bit for bit.
func FuzzReadNPY(f *testing.F) {
	for _, c := range hostileNPY(f) {
		f.Add(c.raw)
	}
	f.Add(npyFile(">f2", true, "(2, 1, 2)", 60, 0, 64, 0, 66, 0, 126, 1))
	f.Add(npyFile("<i8", false, "()", 1, 0, 0, 0, 0, 0, 0, 0))
	f.Add(npyFile("|b1", true, "(1, 2)", 1, 0))
	f.Fuzz(func(t *testing.T, raw []byte) {
		x, err := ReadNPY(bytes.NewReader(raw), NPYOptions{MaxBytes: 1 << 20})
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrNotFinite) || x.kinds() != nil {
				t.Fatalf("got %v, error %v of no kind", x, err)
			}
			return
		}
		if x.stored() != x.Len()*x.Size() || x.stored() > len(raw) {
			t.Fatalf("got %d elements in %d rows of %v from %d bytes", x.stored(), x.Len(), x.Shape, len(raw))
		}
		if len(x.Shape) > 20 {
			return // npyFile has short headers alone
		}
		written := writeNPY(t, x)
		again, err := readNPYBytes(written)
		if err != nil || !bytes.Equal(writeNPY(t, again), written) {
			t.Fatalf("got %+v, %v; want %+v again", again, err, x)
		}
	})
}

package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"
)

// idx returns an array in the IDX format.
func idx(kind byte, axes []int, elements ...byte) []byte {
	out := []byte{0, 0, kind, byte(len(axes))}
	for _, n := range axes {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return append(out, elements...)
}

// zipped returns a gzip stream of raw.
func zipped(t testing.TB, raw []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadIDX(t *testing.T) {
	var singles, doubles []byte
	for _, v := range []float64{1.5, -2.25e10, math.Inf(1)} {
		singles = binary.BigEndian.AppendUint32(singles, math.Float32bits(float32(v)))
		doubles = binary.BigEndian.AppendUint64(doubles, math.Float64bits(v))
	}
	for _, c := range []struct {
		name string
		raw  []byte
		want Field
	}{
		{"images", idx(8, []int{2, 1, 3}, 0, 1, 2, 3, 254, 255), Field{Shape: []int{1, 3}, Bytes: []uint8{0, 1, 2, 3, 254, 255}}},
		{"labels", idx(8, []int{3}, 9, 0, 1), Field{Bytes: []uint8{9, 0, 1}}},
		{"one number", idx(8, nil, 7), Field{Bytes: []uint8{7}}},
		{"signed bytes", idx(9, []int{3}, 0, 127, 0x80), Field{Ints: []int{0, 127, -128}}},
		{"int16", idx(0x0B, []int{2}, 1, 2, 0xff, 0xfe), Field{Ints: []int{258, -2}}},
		{"int32", idx(0x0C, []int{2}, 0, 1, 0, 0, 0x80, 0, 0, 0), Field{Ints: []int{1 << 16, math.MinInt32}}},
		{"float32", idx(0x0D, []int{3}, singles...), Field{Floats32: []float32{1.5, -2.25e10, float32(math.Inf(1))}}},
		{"float64", idx(0x0E, []int{3}, doubles...), Field{Floats: []float64{1.5, -2.25e10, math.Inf(1)}}},
		{"more than a piece", idx(8, []int{1 << 10, 200}, slices.Repeat([]byte{1, 2, 3, 4, 5}, 1<<10*40)...), Field{Shape: []int{200}, Bytes: slices.Repeat([]byte{1, 2, 3, 4, 5}, 1<<10*40)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for form, raw := range map[string][]byte{"raw": c.raw, "gz": zipped(t, c.raw)} {
				f, err := ReadIDX(iotest.HalfReader(bytes.NewReader(raw)), IDXOptions{})
				if err != nil || !slices.Equal(f.Shape, c.want.Shape) || (f.Shape == nil) != (c.want.Shape == nil) || !slices.Equal(f.kinds(), c.want.kinds()) ||
					!slices.Equal(f.Bytes, c.want.Bytes) || !slices.Equal(f.Ints, c.want.Ints) || !slices.Equal(f.Floats, c.want.Floats) || !slices.Equal(f.Floats32, c.want.Floats32) {
					t.Errorf("%s: got %v, %v, want %v", form, f, err, c.want)
				}
				if cap(f.Bytes) > len(f.Bytes)+7 {
					t.Errorf("%s: got memory for %d elements, want %d", form, cap(f.Bytes), len(f.Bytes))
				}
			}
		})
	}
}

// hostileIDX are files with one fault each.
func hostileIDX(t testing.TB) []struct {
	name string
	raw  []byte
	kind error
	part string
} {
	good := idx(8, []int{2, 2}, 1, 2, 3, 4)
	packed := zipped(t, good)
	damaged := slices.Clone(packed)
	damaged[len(damaged)-5] ^= 1 // within the checksum
	return []struct {
		name string
		raw  []byte
		kind error
		part string
	}{
		{"nothing", nil, ErrIDX, "within the header"},
		{"half a header", good[:3], ErrIDX, "within the header"},
		{"half an axis", good[:6], ErrIDX, "within the header"},
		{"no elements", good[:12], ErrIDX, "within the elements"},
		{"an element short", good[:15], ErrIDX, "within the elements"},
		{"a byte more", append(slices.Clone(good), 0), ErrIDX, "more than 4 elements"},
		{"text", []byte("a,b\n1,2\n"), ErrIDX, "first bytes 61 2c 62 0a"},
		{"type 0a", idx(0x0A, []int{1}, 1), ErrIDX, "first bytes 00 00 0a 01"},
		{"little-endian", []byte{3, 8, 0, 0}, ErrIDX, "first bytes"},
		{"empty axis", idx(8, []int{2, 0, 2}), ErrEmpty, "axis 1"},
		{"2^40 bytes", idx(8, []int{1 << 20, 1 << 20}), ErrIDX, "1048576 for axis 1 after [1048576], want at most 1073741824 bytes"},
		{"2^40 bytes, packed", zipped(t, idx(8, []int{1 << 20, 1 << 20})), ErrIDX, "axis 1"},
		{"2^7905 elements", idx(8, slices.Repeat([]int{math.MaxInt32}, 255)), ErrIDX, "axis 0"},
		{"2^27 ints, which take 8 bytes each", idx(9, []int{1<<27 + 1}), ErrIDX, "axis 0"},
		{"1 GiB of nothing", idx(8, []int{1 << 30}, 1, 2, 3), ErrIDX, "within the elements"},
		{"packed, a byte more", zipped(t, append(slices.Clone(good), 0)), ErrIDX, "more than 4 elements"},
		{"packed, 8 MB more", zipped(t, append(slices.Clone(good), make([]byte, 1<<23)...)), ErrIDX, "more than 4 elements"},
		{"packed, short", packed[:len(packed)-12], ErrIDX, "end of the file"},
		{"packed, without checksum", packed[:len(packed)-8], ErrIDX, "end of the file"},
		{"packed, damaged", damaged, ErrIDX, "damaged gzip data"},
		{"packed, another stream", append(slices.Clone(packed), packed...), ErrIDX, "more than 4 elements"},
		{"packed, bytes after it", append(slices.Clone(packed), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), ErrIDX, "damaged gzip data"},
		{"gzip header alone", packed[:2], ErrIDX, "within the gzip header"},
		{"no gzip method", []byte("\x1f\x8b\x00\x00\x00\x00\x00\x00\x00\x00\x00"), ErrIDX, "the gzip header"},
	}
}

// A file that is refused takes no memory to speak of, whatever it promises.
func TestReadIDXRefuses(t *testing.T) {
	for _, c := range hostileIDX(t) {
		t.Run(c.name, func(t *testing.T) {
			defer atMost(t, 1<<20)()
			f, err := ReadIDX(bytes.NewReader(c.raw), IDXOptions{})
			wantError(t, err, c.kind, "data: ReadIDX: ", c.part)
			if f.kinds() != nil {
				t.Error("values came with the error")
			}
		})
	}
	_, err := ReadIDX(nil, IDXOptions{})
	wantError(t, err, ErrOption, "no reader")
	_, err = ReadIDX(bytes.NewReader(nil), IDXOptions{MaxBytes: -1})
	wantError(t, err, ErrOption, "MaxBytes -1")
	small := IDXOptions{MaxBytes: 4}
	if _, err := ReadIDX(bytes.NewReader(idx(8, []int{2, 2}, 1, 2, 3, 4)), small); err != nil {
		t.Errorf("4 bytes with a limit of 4: %v", err)
	}
	_, err = ReadIDX(bytes.NewReader(idx(8, []int{5}, 1, 2, 3, 4, 5)), small)
	wantError(t, err, ErrIDX, "at most 4 bytes")
}

// A reader that fails at any byte does not lose its error.
func TestReadIDXReaders(t *testing.T) {
	failure := errors.New("unplugged")
	raw := idx(8, []int{2, 2}, 1, 2, 3, 4)
	for _, content := range [][]byte{raw, zipped(t, raw)} {
		for n := range len(content) + 1 {
			_, err := ReadIDX(io.MultiReader(bytes.NewReader(content[:n]), iotest.ErrReader(failure)), IDXOptions{})
			if !errors.Is(err, failure) {
				t.Errorf("failure after %d bytes: %v", n, err)
			}
		}
	}
}

func TestReadIDXFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels")
	if err := os.WriteFile(path, idx(8, []int{2}, 4), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := ReadIDXFile(path, IDXOptions{})
	wantError(t, err, ErrIDX, "data: ReadIDXFile: ", "labels", "within the elements")
	_, err = ReadIDXFile(path+"x", IDXOptions{})
	wantError(t, err, os.ErrNotExist)
	_, err = ReadIDXFile(filepath.Dir(path), IDXOptions{})
	wantError(t, err, ErrIDX, "want a regular file")
}

// writeIDX is f as a file in the format.
func writeIDX(t testing.TB, f Field) []byte {
	axes := append([]int{f.Len()}, f.Shape...)
	switch {
	case f.Bytes != nil:
		return idx(0x08, axes, f.Bytes...)
	case f.Floats32 != nil:
		return idx(0x0D, axes, laid(t, binary.BigEndian, f.Floats32)...)
	case f.Floats != nil:
		return idx(0x0E, axes, laid(t, binary.BigEndian, f.Floats)...)
	}
	narrow := make([]int32, len(f.Ints))
	for i, v := range f.Ints {
		narrow[i] = int32(v)
	}
	return idx(0x0C, axes, laid(t, binary.BigEndian, narrow)...)
}

// FuzzReadIDX checks that no file makes ReadIDX panic, that every error has a kind, that
// what is accepted makes whole rows, and that it is written and read again equal.
func FuzzReadIDX(f *testing.F) {
	for _, c := range hostileIDX(f) {
		if len(c.raw) < 1<<12 {
			f.Add(c.raw)
		}
	}
	f.Add(idx(8, []int{2, 1, 3}, 0, 1, 2, 3, 254, 255))
	f.Add(idx(0x0D, []int{1}, 0x7f, 0xc0, 0, 0))
	f.Add(zipped(f, idx(0x0E, []int{1, 1}, 1, 2, 3, 4, 5, 6, 7, 8)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		field, err := ReadIDX(bytes.NewReader(raw), IDXOptions{MaxBytes: 1 << 20})
		if err != nil {
			if !errors.Is(err, ErrIDX) && !errors.Is(err, ErrEmpty) {
				t.Fatalf("error %v of no kind", err)
			}
			return
		}
		raw = writeIDX(t, field)
		if again, err := ReadIDX(bytes.NewReader(raw), IDXOptions{}); err != nil || !bytes.Equal(writeIDX(t, again), raw) {
			t.Fatalf("got %v, %v; want %v again", again, err, field)
		}
		field.Name, field.AllowNonFinite = "x", true
		if d, err := New(field); err != nil || d.Len()*field.Size() != field.stored() {
			t.Fatalf("got %v, %v", field, err)
		}
	})
}

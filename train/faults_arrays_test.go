package train_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// npyFile is an array in the format of numpy of the version, with the header.
func npyFile(version byte, header string, elements []byte) []byte {
	out := append([]byte("\x93NUMPY"), version, 0)
	if version == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(header)))
	}
	return append(append(out, header...), elements...)
}

// npyHeader is the header of an array.
func npyHeader(descr string, fortran bool, shape string) string {
	return fmt.Sprintf("{'descr': %s, 'fortran_order': %v, 'shape': %s, }\n", descr, strings.ToUpper(fmt.Sprint(fortran)[:1])+fmt.Sprint(fortran)[1:], shape)
}

// floats64 are the bytes of numbers.
func floats64(order binary.AppendByteOrder, x ...float64) (out []byte) {
	for _, v := range x {
		out = order.AppendUint64(out, math.Float64bits(v))
	}
	return out
}

// npzFile writes an archive with the members, by method, in the folder of the test.
func npzFile(t *testing.T, method uint16, members ...any) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i].(string), Method: method})
		if err == nil {
			_, err = w.Write(members[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return onDiskAs(t, "a.npz", out.Bytes())
}

// onDiskAs writes a file of the name in a new folder.
func onDiskAs(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// grid is a built model with the parameter w of [2, 3].
func grid(t *testing.T, d graph.DType) *graph.Params {
	t.Helper()
	m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		w := b.Param("w", graph.Ones(), 2, 3)
		return b.Sum(w), w
	}}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	return m.p
}

// loadsNot fails unless a file is refused with the words and the parameters stay as they are.
func loadsNot(t *testing.T, what, path string, words ...string) {
	t.Helper()
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		p := grid(t, d)
		_, err := train.LoadWith(path, p, train.LoadOptions{MaxBytes: 64 << 20})
		wantError(t, what, err, train.ErrFormat, words...)
		if got := p.Values("w"); !slices.Equal(got, []float64{1, 1, 1, 1, 1, 1}) {
			t.Errorf("%s: got the parameters %v, want them as they were", what, got)
		}
	}
	if strings.HasSuffix(path, ".npy") {
		_, err := data.ReadNPYFile(path, data.NPYOptions{MaxBytes: 64 << 20})
		wantError(t, "ReadNPYFile: "+what, err, data.ErrFormat, path)
		return
	}
	d, err := data.ReadNPZ(path, data.ArrayOptions{MaxBytes: 64 << 20})
	wantError(t, "ReadNPZ: "+what, err, data.ErrFormat, append(words, path)...)
	if d != nil {
		t.Errorf("ReadNPZ: %s: a dataset came with the error", what)
	}
}

// arrayNot is loadsNot for an array, in an archive and alone.
func arrayNot(t *testing.T, what string, array []byte) {
	t.Helper()
	loadsNot(t, what, npzFile(t, zip.Store, "w.npy", array), `"w.npy"`)
	loadsNot(t, what+", not in an archive", onDiskAs(t, "w.npy", array))
}

// readsRows fails unless a field has the rows of goodArray.
func readsRows(t *testing.T, what string, f data.Field, err error) {
	t.Helper()
	if err != nil || f.Len() != 2 || !slices.Equal(f.Shape, []int{3}) {
		t.Errorf("%s: got %d rows of %v and %v, want 2 of [3]", what, f.Len(), f.Shape, err)
		return
	}
	for k, v := range []float64{0, 2, 4, 1, 3, 5} {
		if got := f.At(k/3, k%3); got != v {
			t.Errorf("%s: got %v at row %d, column %d, want %v", what, got, k/3, k%3, v)
		}
	}
}

// goodArray is the array [[0, 2, 4], [1, 3, 5]] of float64.
var goodArray = npyFile(1, npyHeader("'<f8'", false, "(2, 3)"), floats64(binary.LittleEndian, 0, 2, 4, 1, 3, 5))

// zipBomb loads archives of some KB that would inflate to far more than the limit, or than their
// directory says: they are refused without the memory.
func zipBomb(t *testing.T) {
	large := npyFile(1, npyHeader("'<f8'", false, "(2097152,)"), make([]byte, 16<<20))
	path := npzFile(t, zip.Deflate, "w.npy", large)
	if info, err := os.Stat(path); err != nil || info.Size() > 1<<20 {
		t.Fatalf("got %v, %v, want a small file", info, err)
	}
	large = nil
	runtime.GC()
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	p := grid(t, graph.Float64)
	if n := allocated(func() {
		_, err := train.LoadWith(path, p, train.LoadOptions{MaxBytes: 8 << 20})
		wantError(t, "a bomb", err, train.ErrFormat, `"w.npy"`, "16777", "at most 8388608")
	}); n > 4<<20 {
		t.Errorf("a bomb: allocated %d bytes, want few", n)
	}
	if n := allocated(func() {
		_, err := data.ReadNPZ(path, data.ArrayOptions{MaxBytes: 8 << 20})
		wantError(t, "ReadNPZ: a bomb", err, data.ErrFormat, `"w.npy"`, "16777", "at most 8388608")
	}); n > 4<<20 {
		t.Errorf("ReadNPZ: a bomb: allocated %d bytes, want few", n)
	}
	if n := allocated(func() {
		_, err := train.LoadWith(path, p, train.LoadOptions{})
		wantError(t, "a bomb within the limit", err, train.ErrParameters, "[2097152]", "[2, 3]")
	}); n > 4<<20 {
		t.Errorf("a bomb within the limit: allocated %d bytes, want few", n)
	}
	// A stream of 16 MiB under a directory, a header and an array of 48 bytes.
	long := npzFile(t, zip.Deflate, "w.npy", append(slices.Clone(goodArray), make([]byte, 16<<20)...))
	raw, err := os.ReadFile(long)
	if err != nil {
		t.Fatal(err)
	}
	directory := bytes.LastIndex(raw, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(raw[directory+24:], uint32(len(goodArray)))
	binary.LittleEndian.PutUint32(raw[directory+16:], crc32.ChecksumIEEE(goodArray))
	path = onDiskAs(t, "a.npz", raw)
	if n := allocated(func() {
		_, err := train.LoadWith(path, p, train.LoadOptions{})
		if err != nil { // else it has taken the array alone
			wantError(t, "a directory that lies", err, train.ErrFormat)
		}
	}); n > 4<<20 {
		t.Errorf("a directory that lies: allocated %d bytes, want few", n)
	}
	if n := allocated(func() {
		d, err := data.ReadNPZ(path, data.ArrayOptions{})
		if err != nil {
			wantError(t, "ReadNPZ: a directory that lies", err, data.ErrFormat)
			return
		}
		w, _ := d.Field("w")
		readsRows(t, "ReadNPZ: a directory that lies", w, nil)
	}); n > 4<<20 {
		t.Errorf("ReadNPZ: a directory that lies: allocated %d bytes, want few", n)
	}
}

// objectArrays loads arrays of Python objects and headers that are code.
func objectArrays(t *testing.T) {
	pickle := []byte("\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n.")
	for name, array := range map[string][]byte{
		"objects":            npyFile(1, npyHeader("'|O'", false, "(2, 3)"), pickle),
		"a pickle":           pickle,
		"code":               npyFile(1, "__import__('os').system('touch /tmp/evil')\n", nil),
		"code for the shape": npyFile(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (int('2'), 3), }\n", make([]byte, 48)),
		"texts":              npyFile(1, npyHeader("'<U3'", false, "(2, 3)"), make([]byte, 72)),
		"records":            npyFile(1, npyHeader("[('a', '<f8')]", false, "(2, 3)"), make([]byte, 48)),
		"complex":            npyFile(1, npyHeader("'<c16'", false, "(2, 3)"), make([]byte, 96)),
	} {
		arrayNot(t, name, array)
	}
}

// foreignOrders loads arrays by columns, with the high byte first, of all versions and types:
// the values are right.
func foreignOrders(t *testing.T) {
	want := []float64{0, 2, 4, 1, 3, 5}
	byColumns := []float64{0, 1, 2, 3, 4, 5}
	little, big := binary.LittleEndian, binary.BigEndian
	float32s := func(order binary.AppendByteOrder, x []float64) (out []byte) {
		for _, v := range x {
			out = order.AppendUint32(out, math.Float32bits(float32(v)))
		}
		return out
	}
	for name, array := range map[string][]byte{
		"plain":                   goodArray,
		"by columns":              npyFile(1, npyHeader("'<f8'", true, "(2, 3)"), floats64(little, byColumns...)),
		"big-endian":              npyFile(1, npyHeader("'>f8'", false, "(2, 3)"), floats64(big, want...)),
		"by columns, big-endian":  npyFile(1, npyHeader("'>f8'", true, "(2, 3)"), floats64(big, byColumns...)),
		"version 2":               npyFile(2, npyHeader("'<f8'", false, "(2, 3)"), floats64(little, want...)),
		"version 3":               npyFile(3, npyHeader("'<f8'", false, "(2, 3)"), floats64(little, want...)),
		"float32":                 npyFile(1, npyHeader("'<f4'", false, "(2, 3)"), float32s(little, want)),
		"float32, big-endian":     npyFile(1, npyHeader("'>f4'", false, "(2, 3)"), float32s(big, want)),
		"version 2 by columns":    npyFile(2, npyHeader("'<f4'", true, "(2, 3)"), float32s(little, byColumns)),
		"float16":                 npyFile(1, npyHeader("'<f2'", false, "(2, 3)"), []byte{0, 0, 0, 0x40, 0, 0x44, 0, 0x3c, 0, 0x42, 0, 0x45}),
		"float16, big, by column": npyFile(3, npyHeader("'>f2'", true, "(2, 3)"), []byte{0, 0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44, 0, 0x45, 0}),
	} {
		f, err := data.ReadNPYFile(onDiskAs(t, "w.npy", array), data.NPYOptions{})
		readsRows(t, "ReadNPYFile: "+name, f, err)
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			set, err := data.ReadNPZ(npzFile(t, method, "w.npy", array), data.ArrayOptions{})
			f, _ := set.Field("w")
			readsRows(t, "ReadNPZ: "+name, f, err)
			for _, d := range []graph.DType{graph.Float64, graph.Float32} {
				p := grid(t, d)
				if _, err := train.LoadWith(npzFile(t, method, "w.npy", array), p, train.LoadOptions{}); err != nil {
					t.Errorf("%s: %v", name, err)
				} else if got := p.Values("w"); !slices.Equal(got, want) {
					t.Errorf("%s: got %v, want %v", name, got, want)
				}
			}
		}
	}
	for _, version := range []byte{0, 4, 9} {
		arrayNot(t, "another version", npyFile(version, npyHeader("'<f8'", false, "(2, 3)"), make([]byte, 48)))
	}
}

// badShapes loads arrays whose headers promise what is not there.
func badShapes(t *testing.T) {
	for _, shape := range []string{"(-1,)", "(-1, 3)", "(2, -3)", "(-2, -3)", "(1099511627776,)", "(4611686018427387904, 4)", "(2, 3", "(2.0, 3)", "6", "('2', 3)", "(2, 4)", "(1, 3)"} {
		arrayNot(t, shape, npyFile(1, npyHeader("'<f8'", false, shape), make([]byte, 48)))
	}
	for name, array := range map[string][]byte{
		"no order":         npyFile(1, "{'descr': '<f8', 'shape': (2, 3), }\n", make([]byte, 48)),
		"a key twice":      npyFile(1, "{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", make([]byte, 48)),
		"a cut header":     goodArray[:20],
		"a header of 4 GB": append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), goodArray[10:]...),
		"a byte too few":   goodArray[:len(goodArray)-1],
		"a byte too many":  append(slices.Clone(goodArray), 0),
	} {
		arrayNot(t, name, array)
	}
}

// badArchives loads archives with a member twice, with sizes that lie, with other bits than their
// checksum has, and cut anywhere.
func badArchives(t *testing.T) {
	other := npyFile(1, npyHeader("'<f8'", false, "(2, 3)"), floats64(binary.LittleEndian, 9, 9, 9, 9, 9, 9))
	loadsNot(t, "a member twice", npzFile(t, zip.Store, "w.npy", goodArray, "w.npy", other), `"w.npy"`, "twice")
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		path := npzFile(t, method, "w.npy", goodArray)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n := 4; n < len(good); n++ {
			loadsNot(t, fmt.Sprintf("method %d, cut to %d bytes", method, n), onDiskAs(t, "a.npz", good[:n]))
		}
		directory := bytes.LastIndex(good, []byte("PK\x01\x02"))
		change := func(at int, v uint32) string {
			b := slices.Clone(good)
			binary.LittleEndian.PutUint32(b[at:], v)
			return onDiskAs(t, "a.npz", b)
		}
		size := uint32(len(goodArray))
		for _, v := range []uint32{0, 1, size - 1, size + 1, 2 * size, math.MaxUint32 - 1} {
			loadsNot(t, fmt.Sprintf("method %d, a size of %d", method, v), change(directory+24, v))
			loadsNot(t, fmt.Sprintf("method %d, a compressed size of %d", method, v), change(directory+20, v))
		}
		loadsNot(t, "another checksum", change(directory+16, 1))
	}
	stored, err := os.ReadFile(npzFile(t, zip.Store, "w.npy", goodArray))
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.Index(stored, goodArray) + len(goodArray)
	stored[last-1] ^= 1 // an element that stays finite
	loadsNot(t, "another bit", onDiskAs(t, "a.npz", stored))
	loadsNot(t, "no archive", onDiskAs(t, "a.npz", []byte("PK\x03\x04 no archive")))
	loadsNot(t, "no member that is an array", npzFile(t, zip.Store, "w.npy", []byte("text")), `"w.npy"`)
}

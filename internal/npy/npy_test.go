package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/safetensors"
)

// array builds an npy file of version 1 to 3.
func array(version byte, header string, data ...byte) []byte {
	out := append([]byte(magic), version, 0)
	if version == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(header)))
	}
	return append(append(out, header...), data...)
}

func head(descr, fortran, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n", descr, fortran, shape)
}

// counting returns n elements 0, 1, 2, ... as NumPy names their type.
func counting(descr string, n int) []byte {
	var order binary.AppendByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	var out []byte
	for i := range n {
		switch descr[1:] {
		case "f8":
			out = order.AppendUint64(out, math.Float64bits(float64(i)))
		case "f4":
			out = order.AppendUint32(out, math.Float32bits(float32(i)))
		case "f2":
			out = order.AppendUint16(out, []uint16{0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500}[i])
		}
	}
	return out
}

type member struct {
	name    string
	content []byte
	method  uint16
}

// archive builds an npz file.
func archive(t testing.TB, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, m := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: m.method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const limit = 64 << 20

func opened(content []byte) (*Archive, error) {
	return Open(bytes.NewReader(content), int64(len(content)), limit)
}

// everything reads all arrays of floats; of others it is content with the header.
func everything(content []byte) (map[string][]float64, error) {
	a, err := opened(content)
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for _, x := range a.Arrays() {
		if x.DType[0] != 'F' {
			continue
		}
		v := make([]float64, x.Size())
		if err := ReadFloats(a, x.Name, v); err != nil {
			return nil, err
		}
		out[x.Name] = v
	}
	return out, nil
}

func TestReads(t *testing.T) {
	row, column := []float64{0, 1, 2, 3, 4, 5}, []float64{0, 2, 4, 1, 3, 5}
	for _, descr := range []string{"<f8", ">f8", "<f4", ">f4", "<f2", ">f2"} {
		for version := byte(1); version <= 3; version++ {
			for method, name := range map[uint16]string{zip.Store: "stored", zip.Deflate: "deflated"} {
				for fortran, want := range map[string][]float64{"False": row, "True": column} {
					got, err := everything(archive(t, member{"dir/a.npy", array(version, head(descr, fortran, "(2, 3)"), counting(descr, 6)...), method}))
					if err != nil || !slices.Equal(got["dir/a"], want) {
						t.Errorf("%s, version %d, %s, Fortran %s: %v, %v; want %v", descr, version, name, fortran, got, err, want)
					}
				}
			}
		}
	}
	for name, c := range map[string]struct {
		header string
		n      int
		shape  []int
	}{
		"scalar":           {head("<f8", "False", "()"), 1, []int{}},
		"Fortran scalar":   {head("<f8", "True", "()"), 1, []int{}},
		"one axis":         {head("<f8", "True", "(3,)"), 3, []int{3}},
		"empty":            {head("<f8", "False", "(3, 0)"), 0, []int{3, 0}},
		"of Python 2":      {head("<f8", "False", "(2L, 1L)"), 2, []int{2, 1}},
		"no last comma":    {`{"descr":"<f8","fortran_order":False,"shape":(2,2)}`, 4, []int{2, 2}},
		"three axes":       {head("<f8", "False", "(1, 2, 2)"), 4, []int{1, 2, 2}},
		"many in one part": {head("<f8", "False", "(20000,)"), 20000, []int{20000}},
	} {
		content := archive(t, member{"a.npy", array(1, c.header, counting("<f8", c.n)...), zip.Deflate})
		a, err := opened(content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if x := a.Arrays()[0]; !slices.Equal(x.Shape, c.shape) || x.DType != "F64" || x.Size() != c.n {
			t.Errorf("%s: %+v", name, x)
		}
		v := make([]float32, c.n)
		if err := ReadFloats(a, "a", v); err != nil || c.n > 0 && v[c.n-1] != float32(c.n-1) {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		if ReadFloats(a, "a", make([]float64, c.n+1)) == nil || ReadFloats(a, "b", v) == nil {
			t.Errorf("%s: memory of another length or another name was accepted", name)
		}
	}
	// Three axes in Fortran order: element [i, j, k] of [2, 3, 2] holds i + 2j + 6k.
	got, err := everything(archive(t, member{"a.npy", array(1, head("<f8", "True", "(2, 3, 2)"), counting("<f8", 12)...), zip.Store}))
	if want := []float64{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}; err != nil || !slices.Equal(got["a"], want) {
		t.Errorf("three axes in Fortran order: %v, %v; want %v", got["a"], err, want)
	}
}

// Every half has the value of its bits.
func TestHalf(t *testing.T) {
	for bits := range 1 << 16 {
		exponent, fraction := bits>>10&31, bits&1023
		want := math.Ldexp(float64(1024+fraction), exponent-25)
		switch {
		case exponent == 0:
			want = math.Ldexp(float64(fraction), -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		if bits>>15 == 1 {
			want = -want
		}
		if got := float64(safetensors.Half(uint16(bits))); got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != math.Signbit(want) && !math.IsNaN(want) {
			t.Fatalf("%#04x: got %v, want %v", bits, got, want)
		}
	}
}

func TestTooLargeForFloat32(t *testing.T) {
	data := binary.LittleEndian.AppendUint64(counting("<f8", 1), math.Float64bits(-1e300))
	a, err := opened(archive(t, member{"w.npy", array(1, head("<f8", "False", "(2,)"), data...), zip.Store}))
	if err != nil {
		t.Fatal(err)
	}
	var beyond *RangeError
	if err := ReadFloats(a, "w", make([]float32, 2)); !errors.As(err, &beyond) || beyond.Index != 1 || beyond.Value != -1e300 {
		t.Errorf("got %v", err)
	}
}

// refused are arrays with one fault each, and a part of the message.
var refused = []struct {
	name, message string
	content       []byte
}{
	{"nothing", "the end too early", nil},
	{"another file", "want an array", []byte("PK\x03\x04....")},
	{"version 0", "got version 0.0", array(0, head("<f8", "False", "()"))},
	{"version 9", "got version 9.0", array(9, head("<f8", "False", "()"))},
	{"version 1.1", "got version 1.1", func() []byte { b := array(1, head("<f8", "False", "()")); b[7] = 1; return b }()},
	{"header of 4 GiB", "got a header of 4294967295 bytes", append([]byte(magic), 2, 0, 255, 255, 255, 255)},
	{"short header", "the end too early", append([]byte(magic), 1, 0, 100, 0, '{')},
	{"not UTF-8", "UTF-8", array(3, "{'\xff': 1}")},
	{"code", `want '{'`, array(1, "__import__('os').system('true')\n")},
	{"code as a value", "want a string", array(1, "{'descr': open('x'), 'fortran_order': False, 'shape': ()}")},
	{"no fortran_order", `no key "fortran_order"`, array(1, "{'descr': '<f8', 'shape': ()}")},
	{"key twice", "twice", array(1, "{'shape': (), 'shape': ()}")},
	{"more keys", `got the key "x"`, array(1, "{'x': 1}")},
	{"text after it", "after the dictionary", array(1, head("<f8", "False", "()")+"x")},
	{"escape", "want a plain one", array(1, `{'des\x63r': '<f8'}`)},
	{"open string", "want a plain one", array(1, `{'descr`)},
	{"open dictionary", `want '}'`, array(1, `{'descr': '<f8'`)},
	{"shape -1", "non-negative", array(1, head("<f8", "False", "(-1,)"))},
	{"shape 2^64", "non-negative", array(1, head("<f8", "False", "(18446744073709551616,)"))},
	{"shape that overflows", "fits in memory", array(1, head("<f8", "False", "(4294967295, 4294967295, 4294967295)"))},
	{"shape that overflows beside 0", "fits in memory", array(1, head("<f8", "False", "(0, 4294967295, 4294967295, 4294967295)"))},
	{"shape that is no tuple", "want a tuple", array(1, head("<f8", "False", "(3)"))},
	{"shape 03", "non-negative", array(1, head("<f8", "False", "(03,)"))},
	{"100 axes", "more than 64 axes", array(1, head("<f8", "False", "("+strings.Repeat("1,", 100)+")"))},
	{"objects", "pickle", array(1, head("|O", "False", "(1,)"))},
	{"strings", `elements of type "<U3"`, array(1, head("<U3", "False", "(1,)"))},
	{"complex", `elements of type "<c16"`, array(1, head("<c16", "False", "(1,)"))},
	{"no order", `elements of type "|f8"`, array(1, head("|f8", "False", "(1,)"))},
	{"no type", `elements of type ""`, array(1, head("", "False", "(1,)"))},
	{"fields", "several fields", array(1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': ()}")},
	{"order of neither", "want True or False", array(1, head("<f8", "1", "()"))},
}

func TestRefuses(t *testing.T) {
	for _, c := range refused {
		_, err := readHeader(bytes.NewReader(c.content))
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want ErrFormat and %q", c.name, err, c.message)
		}
		if _, err := opened(archive(t, member{"a.npy", c.content, zip.Deflate})); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), `"a.npy"`) {
			t.Errorf("%s in an archive: error %v, want ErrFormat and the member", c.name, err)
		}
	}
}

// lying is an archive of one member that change has changed, given where its directory begins.
func lying(t *testing.T, change func(whole []byte, directory int) []byte) []byte {
	t.Helper()
	whole := archive(t, member{"a.npy", array(1, head("<f8", "False", "(3,)"), counting("<f8", 3)...), zip.Store})
	return change(whole, bytes.LastIndex(whole, []byte("PK\x01\x02")))
}

func TestRefusesArchives(t *testing.T) {
	good := array(1, head("<f8", "False", "(3,)"), counting("<f8", 3)...)
	twice := array(1, head("<f8", "False", "(3,)"), counting("<f8", 4)...)
	size := func(at int, n uint32) func([]byte, int) []byte {
		return func(whole []byte, directory int) []byte {
			binary.LittleEndian.PutUint32(whole[directory+at:], n)
			return whole
		}
	}
	for name, c := range map[string]struct {
		message string
		content []byte
	}{
		"no zip":                 {"not a valid zip", []byte("hello")},
		"name twice":             {"twice", archive(t, member{"a.npy", good, zip.Store}, member{"a.npy", good, zip.Store})},
		"not an array's name":    {"ends with .npy", archive(t, member{"a.txt", good, zip.Store})},
		"directory":              {"ends with .npy", archive(t, member{"a/", nil, zip.Store})},
		"PyTorch":                {"PyTorch", archive(t, member{"net/data.pkl", []byte("\x80\x02"), zip.Store})},
		"more than its shape":    {"got 103 bytes, want 95", archive(t, member{"a.npy", twice, zip.Deflate})},
		"less than its shape":    {"got 79 bytes, want 95", archive(t, member{"a.npy", good[:len(good)-16], zip.Store})},
		"sizes that differ":      {"want the same", lying(t, size(24, 5))},
		"size of 4 GiB":          {"want all members to have at most", lying(t, size(24, math.MaxUint32-1))},
		"encrypted":              {"encrypted", lying(t, func(b []byte, d int) []byte { b[d+8] |= 1; return b })},
		"compressed by bzip2":    {"method 12", lying(t, func(b []byte, d int) []byte { b[d+10] = 12; return b })},
		"a changed byte":         {"checksum", lying(t, func(b []byte, d int) []byte { i := bytes.Index(b, good); b[i+len(good)-1] ^= 1; return b })},
		"data that overlap":      {"overlap", overlapping(t)},
		"an inflated size lies":  {"valid zip", deflated(t, append(bytes.Clone(good), make([]byte, 1<<20)...), len(good))},
		"an inflated size lies2": {"too early", deflated(t, good[:len(good)-8], len(good))},
		"no deflated data": {"", func() []byte {
			b := archive(t, member{"a.npy", good, zip.Deflate})
			b[36], b[37] = 0xff, 0xff
			return b
		}()},
		"cut": {"", archive(t, member{"a.npy", good, zip.Store})[:150]},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := everything(c.content)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want ErrFormat and %q", name, err, c.message)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("%s: %d bytes allocated", name, got)
		}
	}
	bomb := archive(t, member{"a.npy", array(1, head("|u1", "False", "(67108864,)"), make([]byte, 64<<20)...), zip.Deflate})
	if _, err := opened(bomb); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "at most 67108864") {
		t.Errorf("a bomb: %v", err)
	}
	a, err := opened(archive(t, member{"a.npy", array(1, head("<i4", "False", "(1,)"), 1, 0, 0, 0), zip.Store}))
	if err != nil || ReadFloats(a, "a", make([]float64, 1)) == nil {
		t.Errorf("integers were read as floats, %v", err)
	}
}

// overlapping is an archive whose two members have the same data.
func overlapping(t *testing.T) []byte {
	good := array(1, head("<f8", "False", "(3,)"), counting("<f8", 3)...)
	whole := archive(t, member{"a.npy", good, zip.Store}, member{"b.npy", good, zip.Store})
	binary.LittleEndian.PutUint32(whole[bytes.LastIndex(whole, []byte("PK\x01\x02"))+42:], 0) // where b begins
	return whole
}

// deflated is an archive whose directory says another inflated size.
func deflated(t *testing.T, content []byte, size int) []byte {
	whole := archive(t, member{"a.npy", content, zip.Deflate})
	directory := bytes.LastIndex(whole, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(whole[directory+16:], crc32.ChecksumIEEE(content[:min(size, len(content))]))
	binary.LittleEndian.PutUint32(whole[directory+24:], uint32(size))
	return whole
}

// TestHostileFiles holds the package to the verdicts of a reference folder.
func TestHostileFiles(t *testing.T) {
	root := os.Getenv("SYMGRAD_REFERENCE")
	if root == "" {
		t.Log("SYMGRAD_REFERENCE is not set: only the built-in cases run")
		return
	}
	manifest, err := os.ReadFile(filepath.Join(root, "hostile", "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"npy/ok_fortran.npy": "[0 2 4 1 3 5]", "npy/ok_big_endian.npy": "[1 2]", "npy/ok_v3_utf8.npy": "[0 1 2]",
		"npz/ok_stored.npz": "map[a:[0 1 2] b:[4]]", "npz/ok_empty.npz": "map[]",
	}
	count := 0
	for line := range strings.Lines(string(manifest)) {
		fields := strings.Split(line, "\t")
		folder, _, _ := strings.Cut(fields[0], "/")
		if folder != "npy" && folder != "npz" {
			continue
		}
		count++
		content, err := os.ReadFile(filepath.Join(root, "hostile", filepath.FromSlash(fields[0])))
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		if folder == "npz" {
			var got map[string][]float64
			got, err = everything(content)
			said = fmt.Sprint(got)
		} else {
			var got map[string][]float64
			got, err = everything(archive(t, member{"a.npy", content, zip.Store}))
			said = fmt.Sprint(got["a"])
		}
		if want := fields[2]; want == "accept" && err != nil || want == "reject" && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: want %s, got %v", fields[0], want, err)
		}
		if want := values[fields[0]]; want != "" && said != want {
			t.Errorf("%s: got %s, want %s", fields[0], said, want)
		}
	}
	if count < 20 {
		t.Errorf("%d files in the manifest, want more", count)
	}
}

// FuzzOpen checks that no archive makes the package panic or take much memory.
func FuzzOpen(f *testing.F) {
	for _, c := range refused {
		f.Add(archive(f, member{"a.npy", c.content, zip.Store}))
	}
	f.Add(archive(f, member{"a.npy", array(1, head(">f2", "True", "(2, 3)"), counting(">f2", 6)...), zip.Deflate}))
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := Open(bytes.NewReader(content), int64(len(content)), 1<<20)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("got %v, want ErrFormat", err)
			}
			return
		}
		for _, x := range a.Arrays() {
			if x.size() > 1<<20 {
				t.Fatalf("an array of %d bytes under a limit of 1 MiB", x.size())
			}
			n, err := readBytes(a, x)
			var beyond *RangeError
			if err == nil && n != x.Size() || err != nil && !errors.Is(err, ErrFormat) && !errors.As(err, &beyond) {
				t.Fatalf("%+v: got %d elements, %v", x, n, err)
			}
			if x.DType[0] == 'F' {
				if again := ReadFloats(a, x.Name, make([]float64, n)); (again == nil) != (err == nil) {
					t.Fatalf("%+v: got %v at once, %v in parts", x, again, err)
				}
			}
		}
	})
}

// FuzzHeader checks that every header is read or is ErrFormat.
func FuzzHeader(f *testing.F) {
	for _, c := range refused {
		f.Add(c.content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		x, err := readHeader(bytes.NewReader(content))
		if err != nil && !errors.Is(err, ErrFormat) || err == nil && x.width == 0 {
			t.Fatalf("%+v, %v", x, err)
		}
	})
}

package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// member is a file of an archive.
type member struct {
	name    string
	content []byte
}

// npzFile is an archive of deflated members.
func npzFile(t testing.TB, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, m := range members {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate})
		if err == nil {
			_, err = f.Write(m.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// written returns the path of a file with the content.
func written(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// photos has two images and their labels, and a table of another length.
func photos(t testing.TB) []member {
	return []member{
		{"train/images.npy", npyFile("|u1", false, "(2, 2, 2)", 0, 51, 102, 255, 255, 0, 0, 255)},
		{"labels.npy", npyFile("<i8", false, "(2, 1)", le(t, []int64{1, 0})...)},
		{"mean.npy", npyFile("<f4", false, "(3,)", le(t, []float32{1, 2, 3})...)},
	}
}

func TestReadNPZ(t *testing.T) {
	path := written(t, "a.npz", npzFile(t, photos(t)...))
	opts := ArrayOptions{Fields: []ArrayField{
		{Name: "x", Array: "train/images", Shape: []int{1, 2, 2}, Scale: 1.0 / 255},
		{Name: "y", Array: "labels", Shape: []int{}, ClassNames: []string{"cat", "dog"}},
	}}
	d := must(t)(ReadNPZ(path, opts))
	want := []Field{
		{Name: "x", Shape: []int{1, 2, 2}, Bytes: []uint8{0, 51, 102, 255, 255, 0, 0, 255}, Scale: 1.0 / 255},
		{Name: "y", Shape: []int{}, Ints: []int{1, 0}, Classes: 2, ClassNames: []string{"cat", "dog"}},
	}
	if got := d.Fields(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	text, err := json.Marshal(opts)
	var again ArrayOptions
	if err != nil || json.Unmarshal(text, &again) != nil || !reflect.DeepEqual(again, opts) {
		t.Errorf("the options came as %+v from %s, %v", again, text, err)
	}
	all := must(t)(ReadNPZ(written(t, "b.npz", npzFile(t, photos(t)[:2]...)), ArrayOptions{}))
	if f := all.Fields(); len(f) != 2 || f[0].Name != "train/images" || f[1].Name != "labels" || !slices.Equal(f[1].Shape, []int{1}) {
		t.Errorf("without options: got %+v", f)
	}
	twice := must(t)(ReadNPZ(path, ArrayOptions{Fields: []ArrayField{{Name: "mean"}, {Name: "target", Array: "mean"}}}))
	if f := twice.Fields(); len(f) != 2 || !slices.Equal(f[0].Floats32, f[1].Floats32) {
		t.Errorf("one array for two fields: got %+v", f)
	}
}

func TestReadNPZRefuses(t *testing.T) {
	path := written(t, "a.npz", npzFile(t, photos(t)...))
	one := func(f ArrayField) ArrayOptions { return ArrayOptions{Fields: []ArrayField{f}} }
	for name, c := range map[string]struct {
		opts  ArrayOptions
		kind  error
		parts []string
	}{
		"no name":             {one(ArrayField{Array: "mean"}), ErrOption, []string{"without a Name"}},
		"no such array":       {one(ArrayField{Name: "x"}), ErrField, []string{`no array "x"`, `"train/images", "labels", "mean"`}},
		"another size":        {one(ArrayField{Name: "x", Array: "train/images", Shape: []int{2}}), ErrShape, []string{`field "x"`, "4 elements"}},
		"an axis of 0":        {one(ArrayField{Name: "x", Array: "mean", Shape: []int{0}}), ErrShape, []string{"Shape"}},
		"the same name twice": {ArrayOptions{Fields: []ArrayField{{Name: "mean"}, {Name: "mean"}}}, ErrField, []string{"two fields"}},
		"different lengths":   {ArrayOptions{}, ErrShape, []string{`field "mean"`, "3 examples, want 2"}},
		"labels of floats":    {one(ArrayField{Name: "y", Array: "mean", Classes: 4}), ErrField, []string{"floats"}},
		"labels out of range": {one(ArrayField{Name: "y", Array: "labels", Classes: 2, ClassNames: []string{"a"}}), ErrShape, []string{"class names"}},
		"a negative limit":    {ArrayOptions{MaxBytes: -1}, ErrOption, []string{"MaxBytes -1"}},
		"a small limit":       {ArrayOptions{MaxBytes: 100}, ErrFormat, []string{"at most 100"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ReadNPZ(path, c.opts)
			wantError(t, err, c.kind, append(c.parts, "data: ReadNPZ: ", "a.npz")...)
			if d != nil {
				t.Error("a dataset came with the error")
			}
		})
	}
	for _, path := range []string{filepath.Dir(path), path + "x"} {
		if _, err := ReadNPZ(path, ArrayOptions{}); err == nil {
			t.Errorf("%s was read", path)
		}
	}
	nan := written(t, "nan.npz", npzFile(t, member{"x.npy", npyFile("<f4", false, "(1,)", 0, 0, 192, 127)}))
	_, err := ReadNPZ(nan, ArrayOptions{})
	wantError(t, err, ErrNotFinite, "row 0")
	if _, err := ReadNPZ(nan, ArrayOptions{AllowNonFinite: true}); err != nil {
		t.Error(err)
	}
}

// hostileNPZ are archives with one fault each.
func hostileNPZ(t testing.TB) []hostileArray {
	ok := npyFile("<f8", false, "(3,)", le(t, []float64{0, 1, 2})...)
	whole := npzFile(t, member{"a.npy", ok})
	directory := bytes.LastIndex(whole, []byte("PK\x01\x02"))
	changed := func(change func(b []byte)) []byte {
		b := bytes.Clone(whole)
		change(b)
		return b
	}
	zeros := make([]byte, 5<<20)
	list := []hostileArray{
		{"nothing", nil, ErrFormat, "zip"},
		{"an array", ok, ErrFormat, "NumPy array"},
		{"a pickle", []byte("\x80\x04\x95"), ErrFormat, "pickle"},
		{"an LFS pointer", []byte("version https://git-lfs.github.com/spec/v1\n"), ErrFormat, "Git LFS"},
		{"no arrays", npzFile(t), ErrEmpty, "no array"},
		{"cut", whole[:len(whole)-30], ErrFormat, "zip"},
		{"a text", npzFile(t, member{"a.txt", ok}), ErrFormat, "ends with .npy"},
		{"a folder", npzFile(t, member{"a/", nil}), ErrFormat, "ends with .npy"},
		{"a model of PyTorch", npzFile(t, member{"net/data.pkl", []byte("\x80\x02")}), ErrFormat, "PyTorch"},
		{"one name twice", npzFile(t, member{"a.npy", ok}, member{"a.npy", ok}), ErrFormat, "twice"},
		{"a pickle within", npzFile(t, member{"a.npy", []byte("\x80\x04\x95\x10\x00\x00\x00\x00")}), ErrFormat, "pickle"},
		{"objects within", npzFile(t, member{"a.npy", npyFile("|O", false, "(1,)", 128)}), ErrFormat, "pickle"},
		{"a bomb", npzFile(t, member{"a.npy", npyFile("|u1", false, "(5242880,)", zeros...)}), ErrFormat, "want all members to have at most"},
		{"a bomb of many members", npzFile(t, slices.Repeat([]member{{"a.npy", npyFile("|u1", false, "(1048576,)", zeros[:1<<20]...)}}, 5)...), ErrFormat, "want all members to have at most"},
		{"a bomb that the header does not tell of", npzFile(t, member{"a.npy", append(bytes.Clone(ok), zeros...)}), ErrFormat, "want all members"},
		{"more than the header tells of", npzFile(t, member{"a.npy", append(bytes.Clone(ok), zeros[:2<<20]...)}), ErrFormat, "want"},
		{"a size of 3 MB", changed(func(b []byte) { binary.LittleEndian.PutUint32(b[directory+24:], 3e6) }), ErrFormat, "3000000 bytes"},
		{"a size of 4 GiB", changed(func(b []byte) { binary.LittleEndian.PutUint32(b[directory+24:], 1<<32-2) }), ErrFormat, "at most"},
		{"another checksum", changed(func(b []byte) { b[directory+16] ^= 1 }), ErrFormat, "checksum"},
		{"encrypted", changed(func(b []byte) { b[directory+8] |= 1 }), ErrFormat, "encrypted"},
		{"packed by bzip2", changed(func(b []byte) { b[directory+10] = 12 }), ErrFormat, "method 12"},
		{"damaged", changed(func(b []byte) { b[60] ^= 255 }), ErrFormat, ""},
	}
	for _, name := range []string{"/etc/evil.npy", "../a.npy", "b/../../a.npy", `..\a.npy`, `c:\a.npy`, "a//b.npy", "./a.npy", "a\x00b.npy"} {
		list = append(list, hostileArray{"the name " + name, npzFile(t, member{name, ok}), ErrFormat, "path"})
	}
	return list
}

// What is refused takes no memory to speak of, whatever it promises.
func TestReadNPZHostile(t *testing.T) {
	for _, c := range hostileNPZ(t) {
		t.Run(c.name, func(t *testing.T) {
			path := written(t, "a.npz", c.raw)
			defer atMost(t, 1<<20)()
			d, err := ReadNPZ(path, ArrayOptions{MaxBytes: 4 << 20})
			wantError(t, err, c.kind, "data: ReadNPZ: ", "a.npz", c.part)
			if d != nil {
				t.Error("a dataset came with the error")
			}
		})
	}
}

// numpy writes arrays in every type that is read, in C and Fortran order, and prints what they
// hold.
const numpyArrays = `
import sys, numpy as np
arrays = {}
for kind in ["<f8", ">f8", "<f4", ">f4", "<f2", ">f2", "<i8", ">i4", "<i2", "|i1", "<u8", ">u4", "<u2", "|u1", "|b1"]:
    for order in "CF":
        v = (np.arange(24) % 2 if kind == "|b1" else np.arange(24)).reshape(2, 3, 4).astype(kind)
        arrays["%s%s" % (kind.strip("|<>"), order) + ("big" if kind[0] == ">" else "")] = np.array(v, order=order)
np.savez_compressed(sys.argv[1], **arrays)
`

// NumPy's own files have the values that NumPy put there.
func TestReadNPZOfNumPy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	made := false
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		out, err := exec.Command(python, "-c", numpyArrays, path).CombinedOutput()
		if made = err == nil; made {
			break
		}
		if len(out) > 0 && !strings.Contains(string(out), "No module named 'numpy'") {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if !made {
		t.Skip("no Python with NumPy")
	}
	d := must(t)(ReadNPZ(path, ArrayOptions{}))
	if len(d.Fields()) != 30 {
		t.Errorf("got %d fields, want 30", len(d.Fields()))
	}
	for _, f := range d.Fields() {
		for i := range 2 {
			for k := range 12 {
				want := float64(12*i + k)
				if f.Name[:2] == "b1" {
					want = float64(k % 2)
				}
				if got := f.At(i, k); got != want {
					t.Errorf("%s: row %d, element %d: got %v, want %v", f.Name, i, k, got, want)
				}
			}
		}
	}
}

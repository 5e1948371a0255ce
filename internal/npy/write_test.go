package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// stored returns an array of floats.
func stored(name, dtype string, shape []int, v ...float64) Stored {
	a := Stored{Name: name, DType: dtype, Shape: shape}
	for _, x := range v {
		if dtype == "F32" {
			a.Data = binary.LittleEndian.AppendUint32(a.Data, math.Float32bits(float32(x)))
		} else {
			a.Data = binary.LittleEndian.AppendUint64(a.Data, math.Float64bits(x))
		}
	}
	return a
}

// TestWrite reads back what it has written, with the same bytes each time.
func TestWrite(t *testing.T) {
	arrays := []Stored{stored("hidden/w", "F32", []int{2, 3}, 1, 2, 3, 4, 5, math.Inf(-1)), stored("b", "F64", []int{2}, 0.1, -7), stored("one", "F64", nil, 3),
		stored("none", "F32", []int{0, 4}), {Name: "k", DType: "U8", Shape: []int{3}, Data: []byte{1, 2, 255}}}
	var first, second bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &second} {
		if err := Write(w, arrays); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("got other bytes the second time")
	}
	a, err := Open(bytes.NewReader(first.Bytes()), int64(first.Len()), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range a.Arrays() {
		if x.Name != arrays[i].Name || x.DType != arrays[i].DType || !slices.Equal(x.Shape, arrays[i].Shape) {
			t.Errorf("got %+v, want %+v", x, arrays[i])
		}
	}
	if v, err := ReadAll[float32](a, "hidden/w"); err != nil || !slices.Equal(v, []float32{1, 2, 3, 4, 5, float32(math.Inf(-1))}) {
		t.Errorf("got %v and %v", v, err)
	}
	if v, err := ReadAll[float64](a, "b"); err != nil || !slices.Equal(v, []float64{0.1, -7}) {
		t.Errorf("got %v and %v", v, err)
	}
	if v, err := ReadAll[float64](a, "one"); err != nil || !slices.Equal(v, []float64{3}) {
		t.Errorf("got %v and %v", v, err)
	}
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no NumPy")
	}
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, first.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	const program = `import numpy, sys
a = numpy.load(sys.argv[1])
assert a.files == ["hidden/w", "b", "one", "none", "k"], a.files
assert a["hidden/w"].dtype == "float32" and a["hidden/w"].shape == (2, 3) and a["hidden/w"][1, 1] == 5
assert a["b"].tolist() == [0.1, -7] and a["one"].shape == () and a["none"].shape == (0, 4) and a["k"].tolist() == [1, 2, 255]`
	if out, err := exec.Command(python, "-c", program, path).CombinedOutput(); err != nil {
		t.Errorf("NumPy: %v\n%s", err, out)
	}
}

// TestWriteRefuses: what NumPy could not read is an error.
func TestWriteRefuses(t *testing.T) {
	good := stored("a", "F32", []int{1}, 1)
	for name, arrays := range map[string][]Stored{
		"twice":       {good, good},
		"no name":     {stored("", "F32", []int{1}, 1)},
		"a type":      {{Name: "a", DType: "BF16", Shape: []int{1}, Data: []byte{1, 2}}},
		"other bytes": {stored("a", "F32", []int{2}, 1)},
		"overflow":    {{Name: "a", DType: "F32", Shape: []int{math.MaxInt / 2, 16}}},
	} {
		if err := Write(&bytes.Buffer{}, arrays); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

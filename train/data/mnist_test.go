package data

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// writeImages writes the four files of an image set into a folder, with n images to
// train on, one to test, and the pixel everywhere.
func writeImages(t *testing.T, folder string, n int, pixel byte) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	labels := make([]byte, n)
	for i := range labels {
		labels[i] = byte(i % 10)
	}
	for name, raw := range map[string][]byte{
		"train-images-idx3-ubyte.gz": zipped(t, idx(8, []int{n, 28, 28}, slices.Repeat([]byte{pixel}, n*784)...)),
		"train-labels-idx1-ubyte":    idx(8, []int{n}, labels...),
		"t10k-images-idx3-ubyte":     idx(8, []int{1, 28, 28}, slices.Repeat([]byte{pixel}, 784)...),
		"t10k-labels-idx1-ubyte.gz":  zipped(t, idx(8, []int{1}, 9)),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMNIST(t *testing.T) {
	for name, load := range map[string]func(string) (*Dataset, *Dataset, error){"0": MNIST, "T-shirt/top": FashionMNIST} {
		folder := t.TempDir()
		writeImages(t, folder, 12, 51)
		train, test, err := load(folder)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := train.Field("x")
		y, _ := test.Field("y")
		if train.Len() != 12 || test.Len() != 1 || !slices.Equal(x.Shape, []int{1, 28, 28}) || len(x.Bytes) != 12*784 || x.At(11, 783) != 51*(1.0/255) {
			t.Errorf("got %d and %d examples %v, the last pixel %v", train.Len(), test.Len(), x.Shape, x.At(11, 783))
		}
		if train.Classes() != 10 || !slices.Equal(train.ClassCounts(), []int{2, 2, 1, 1, 1, 1, 1, 1, 1, 1}) || y.Bytes[0] != 9 || y.ClassNames[0] != name {
			t.Errorf("got the counts %v of %q, want %q first", train.ClassCounts(), y.ClassNames, name)
		}
	}
}

// The folder of the call comes before that of the environment, the user's and the
// system's.
func TestMNISTPlaces(t *testing.T) {
	home, system, named, given := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	for _, variable := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(variable, home)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("this system has no cache for users:", err)
	}
	t.Setenv("SYMGRAD_TEST", "")
	set := imageSet{call: "Test", env: "SYMGRAD_TEST", folder: "few", classes: make([]string, 10), get: "make them"}
	_, _, err = set.load("", []string{system})
	wantError(t, err, fs.ErrNotExist, "data: Test: got no folder with train-images-idx3-ubyte", filepath.Join(system, "few"), filepath.Join(cache, "symgrad", "few"), "make them, and name their folder in the call or in SYMGRAD_TEST")
	for i, c := range []struct{ folder, dir, env string }{
		{filepath.Join(system, "few"), "", ""}, {filepath.Join(cache, "symgrad", "few"), "", ""}, {named, "", named}, {given, given, named},
	} {
		writeImages(t, c.folder, i+2, 0)
		t.Setenv("SYMGRAD_TEST", c.env)
		train, _, err := set.load(c.dir, []string{system})
		if err != nil || train.Len() != i+2 {
			t.Errorf("got %d examples, %v, want the %d of folder %d", train.Len(), err, i+2, i)
		}
	}
	// A folder that somebody names is not passed over.
	if err := os.Remove(filepath.Join(given, "t10k-labels-idx1-ubyte.gz")); err != nil {
		t.Fatal(err)
	}
	_, _, err = set.load(given, []string{system})
	wantError(t, err, fs.ErrNotExist, given)
}

func TestMNISTRefuses(t *testing.T) {
	for _, c := range []struct {
		file string
		raw  []byte
		kind error
		part string
	}{
		{"train-images-idx3-ubyte.gz", idx(8, []int{2, 28, 27}, make([]byte, 2*28*27)...), ErrShape, "[28, 27] in Bytes"},
		{"train-images-idx3-ubyte.gz", idx(9, []int{2, 28, 28}, make([]byte, 2*784)...), ErrShape, "[28, 28] in Ints"},
		{"train-images-idx3-ubyte.gz", idx(8, []int{3, 28, 28}, make([]byte, 3*784)...), ErrShape, "got 2 examples, want 3"},
		{"train-labels-idx1-ubyte", idx(8, []int{2, 1}, 0, 1), ErrShape, "[1] in Bytes"},
		{"train-labels-idx1-ubyte", idx(8, []int{2}, 0, 10), ErrLabel, "row 1: got the label 10"},
		{"t10k-images-idx3-ubyte", idx(8, []int{1, 28, 28}, 5), ErrIDX, "t10k-images-idx3-ubyte"},
	} {
		folder := t.TempDir()
		writeImages(t, folder, 2, 0)
		if err := os.WriteFile(filepath.Join(folder, c.file), c.raw, 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err := MNIST(folder)
		wantError(t, err, c.kind, "data: MNIST: ", c.part)
	}
}

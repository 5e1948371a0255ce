package columnar

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/symgrad/symgrad/train/data"
)

// readAll reads a file.
func readAll(open func(string, Options) (*File, error), path string, o Options) (string, error) {
	f, err := open(path, o)
	if err != nil {
		return "", err
	}
	d, err := data.Take(f, -1)
	if err != nil {
		return "", err
	}
	return d.Fingerprint(), nil
}

// TestDamaged changes and cuts files at many places: each gives an error of this package and of
// no other kind, or can still be read. None panics, and none takes much memory.
func TestDamaged(t *testing.T) {
	for name, format := range formats {
		whole, err := os.ReadFile(save(t, name, flowers(t, 12), 6))
		if err != nil {
			t.Fatal(err)
		}
		step, path := 29, filepath.Join(t.TempDir(), "damaged")
		if testing.Short() {
			step = 211
		}
		refused, tried := 0, 0
		try := func(file []byte) {
			t.Helper()
			if err := os.WriteFile(path, file, 0o644); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := readAll(format.open, path, Options{MaxBytes: 1 << 22})
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<26 {
				t.Errorf("%s: got %d bytes of memory for a file of %d, %v", name, used, len(file), err)
			}
			tried++
			if err != nil {
				refused++
				if !slices.ContainsFunc([]error{data.ErrFormat, data.ErrField, data.ErrShape, data.ErrNotFinite, data.ErrLabel, data.ErrEmpty},
					func(kind error) bool { return errors.Is(err, kind) }) || !strings.Contains(err.Error(), path) {
					t.Errorf("%s: got %v, want an error of a kind, with the file", name, err)
				}
			}
		}
		for i := 0; i < len(whole); i += step {
			for _, v := range []byte{whole[i] ^ 1, whole[i] ^ 0x80, 0xff} {
				file := slices.Clone(whole)
				file[i] = v
				try(file)
			}
			try(whole[:i])
		}
		try([]byte("a,b\n1,2\n3,4\n"))
		if refused < tried/2 {
			t.Errorf("%s: got %d errors of %d damaged files, want at least half", name, refused, tried)
		}
	}
}

// TestMaxBytes: what one page or batch needs counts, not what the file has.
func TestMaxBytes(t *testing.T) {
	const n = 1 << 16
	rec := flowers(t, n)
	for name, format := range formats {
		path := save(t, name, rec, n/64)
		o := Options{Fields: allFields, Batch: 256, MaxBytes: 1 << 19}
		if _, err := readAll(format.open, path, o); err != nil {
			t.Errorf("%s: got %v, want all groups, one after the other", name, err)
		}
		o.MaxBytes = 1 << 12
		if _, err := readAll(format.open, path, o); !errors.Is(err, data.ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
}

// TestChanged: a file that another has taken the place of is an error.
func TestChanged(t *testing.T) {
	for name, format := range formats {
		path := save(t, name, flowers(t, 20), 5)
		f, err := format.open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range []arrow.RecordBatch{flowers(t, 7), flowers(t, 24), recordOf(t, []arrow.Field{col("z", float)}, `{"z": 1}`)} {
			other, err := os.ReadFile(save(t, name, rec, 6))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, other, 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := data.Take(f, -1); !errors.Is(err, data.ErrFormat) {
				t.Errorf("%s: got %v, want ErrFormat", name, err)
			}
		}
	}
}

package safetensors

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzDecode checks that Decode never panics, that every error is ErrFormat, and
// that what it accepts is written and read back equal.
func FuzzDecode(f *testing.F) {
	for _, c := range refused {
		f.Add(c.content)
	}
	f.Add(encode(f, sample()))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   `, 0, 0, 128, 63))
	f.Add(raw(`{"__metadata__":{"\u00e9":"\ud83d\ude00"},"b":{"shape":[0],"data_offsets":[0,0],"dtype":"F4"}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		before := bytes.Clone(content)
		file, err := decoded(content)
		if !bytes.Equal(before, content) {
			t.Fatal("Decode changed its input")
		}
		if err != nil {
			if !errors.Is(err, ErrFormat) || file != nil {
				t.Fatalf("error %v with file %v", err, file)
			}
			return
		}
		written := encode(t, file)
		again, err := decoded(written)
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if !equal(file, again) {
			t.Fatalf("read %+v, wrote and read %+v", file, again)
		}
	})
}

// verdict is one line of the manifest of a folder of hostile files.
type verdict struct {
	path, want string
	content    []byte
}

// hostileFiles returns the safetensors files under $SYMGRAD_REFERENCE/hostile
// with their verdicts, none when the variable is not set.
func hostileFiles(t *testing.T) []verdict {
	t.Helper()
	root := os.Getenv("SYMGRAD_REFERENCE")
	if root == "" {
		t.Log("SYMGRAD_REFERENCE is not set: only the built-in cases run")
		return nil
	}
	manifest, err := os.ReadFile(filepath.Join(root, "hostile", "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var files []verdict
	for line := range strings.Lines(string(manifest)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(fields) < 3 || !strings.HasPrefix(fields[0], "safetensors/") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(root, "hostile", filepath.FromSlash(fields[0])))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, verdict{fields[0], fields[2], content})
	}
	if len(files) == 0 {
		t.Errorf("no safetensors file is listed in the manifest under %q", root)
	}
	return files
}

// TestHostileFiles holds Decode to the verdicts of a reference folder, and to
// those of two files of its own, so that it tests something without the folder.
func TestHostileFiles(t *testing.T) {
	files := append(hostileFiles(t),
		verdict{"own/ok", "accept", encode(t, sample())},
		verdict{"own/truncated", "reject", encode(t, sample())[:100]})
	for _, f := range files {
		_, err := decoded(f.content)
		if (f.want == "accept" && err != nil) || (f.want == "reject" && err == nil) {
			t.Errorf("%s: want %s, got %v", f.path, f.want, err)
		}
	}
}

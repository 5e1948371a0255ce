package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/symgrad/symgrad/graph"
)

// outside returns a model y = x + w whose w lies in another file, by its keys and values.
func outside(keys ...string) []byte {
	var t message
	t.packed(1, []int{2})
	t.integer(2, int(float))
	t.text(8, "w")
	for i := 0; i < len(keys); i += 2 {
		var entry message
		entry.text(1, keys[i])
		entry.text(2, keys[i+1])
		t.bytes(13, entry)
	}
	t.integer(14, 1)
	f := file{name: "outside", nodes: []*node{{op: "Add", in: []string{"x", "w"}, out: []string{"y"}, name: "sum"}},
		inputs: []port{{name: "x", kind: float, shape: []dim{{k: 1}, {c: 2}}}}, outputs: []port{{name: "y", kind: float}}}
	var g, m message
	g.bytes(5, t)
	m.bytes(7, g) // a graph in two parts, as protocol buffers allow
	return append(m, f.proto()...)
}

// TestExternal reads data that lie in other files, and refuses those that lie elsewhere or do
// not fit.
func TestExternal(t *testing.T) {
	top := t.TempDir()
	folder := filepath.Join(top, "model")
	if err := os.MkdirAll(filepath.Join(folder, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	var data []byte
	for _, v := range []float32{1, 2, 3, 4} {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	for _, name := range []string{"model/weights", "model/below/weights", "secret"} {
		if err := os.WriteFile(filepath.Join(top, filepath.FromSlash(name)), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"out": "../secret", "inside": "weights", "absolute": filepath.Join(top, "secret")} {
		if err := os.Symlink(to, filepath.Join(folder, from)); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	anything := errors.New("any")
	for name, c := range map[string]struct {
		keys []string
		want error
		sum  float64
	}{
		"whole name":       {[]string{"location", "weights", "length", "8"}, nil, 3},
		"offset":           {[]string{"location", "weights", "offset", "4"}, nil, 5},
		"below":            {[]string{"location", "below/weights", "offset", "8", "length", "8"}, nil, 7},
		"link inside":      {[]string{"location", "inside"}, nil, 3},
		"link out":         {[]string{"location", "out"}, anything, 0},
		"absolute link":    {[]string{"location", "absolute"}, anything, 0},
		"parent":           {[]string{"location", "../secret"}, ErrFormat, 0},
		"parent in a name": {[]string{"location", "below/../../secret"}, ErrFormat, 0},
		"absolute":         {[]string{"location", filepath.Join(top, "secret")}, ErrFormat, 0},
		"no location":      {[]string{"offset", "0"}, ErrFormat, 0},
		"folder":           {[]string{"location", "below"}, ErrFormat, 0},
		"missing":          {[]string{"location", "none"}, fs.ErrNotExist, 0},
		"past the end":     {[]string{"location", "weights", "offset", "12"}, ErrFormat, 0},
		"negative offset":  {[]string{"location", "weights", "offset", "-4"}, ErrFormat, 0},
		"huge offset":      {[]string{"location", "weights", "offset", "9223372036854775807"}, ErrFormat, 0},
		"other length":     {[]string{"location", "weights", "length", "4"}, ErrFormat, 0},
		"no number":        {[]string{"location", "weights", "length", "eight"}, ErrFormat, 0},
	} {
		path := filepath.Join(folder, "m.onnx")
		if err := os.WriteFile(path, outside(c.keys...), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := ReadFile(path, Limits{})
		switch {
		case c.want == nil && err != nil, c.want != nil && err == nil, c.want != nil && c.want != anything && !errors.Is(err, c.want):
			t.Errorf("%s: got the error %v, want %v", name, err, c.want)
		case err != nil:
			if e := new(Error); !errors.As(err, &e) {
				t.Errorf("%s: got %T, want an Error", name, err)
			}
		default:
			v := m.Params().Values("w")
			if v[0]+v[1] != c.sum {
				t.Errorf("%s: got the elements %v, want the sum %v", name, v, c.sum)
			}
		}
	}
	if _, err := Read(bytes.NewReader(outside("location", "weights")), Limits{}); !errors.Is(err, graph.ErrUnsupported) {
		t.Errorf("Read: got %v, want ErrUnsupported", err)
	}
	path := filepath.Join(folder, "m.onnx")
	all := outside("location", "weights")
	if err := os.WriteFile(path, all, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path, Limits{Bytes: int64(len(all)) + 7}); !errors.Is(err, graph.ErrMemory) {
		t.Errorf("a limit below the data: got %v, want ErrMemory", err)
	}
	if _, err := ReadFile(path, Limits{Bytes: int64(len(all)) + 8}); err != nil {
		t.Errorf("a limit of the data: got %v", err)
	}
}

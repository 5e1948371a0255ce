package train_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// one is a model whose only parameter, w of three elements, is given.
func one(t *testing.T, d graph.DType, w ...float64) *graph.Params {
	t.Helper()
	m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		w := b.Param("w", graph.Values(w), len(w))
		return b.Sum(w), w
	}}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	return m.p
}

// tensorFile writes a safetensors file of one tensor w by hand.
func tensorFile(t *testing.T, dtype string, elements ...any) string {
	t.Helper()
	var data bytes.Buffer
	for _, e := range elements {
		if err := binary.Write(&data, binary.LittleEndian, e); err != nil {
			t.Fatal(err)
		}
	}
	header := fmt.Sprintf(`{"w":{"dtype":%q,"shape":[%d],"data_offsets":[0,%d]}}`+"\r\n\t ", dtype, len(elements), data.Len())
	content := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := os.WriteFile(path, append(content, data.Bytes()...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadElements(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name     string
		dtype    string
		elements []any
		into     graph.DType
		allow    bool
		want     []float64
		kind     error
		part     string
	}{
		{"float64", "F64", []any{1.5, -2.0, 1e300}, graph.Float64, false, []float64{1.5, -2, 1e300}, nil, ""},
		{"float64 rounded", "F64", []any{0.1, 3.4028235e38, 1e-60}, graph.Float32, false, []float64{float64(float32(0.1)), math.MaxFloat32, 0}, nil, ""},
		{"float32 widened", "F32", []any{float32(0.1), float32(1), float32(2)}, graph.Float64, false, []float64{float64(float32(0.1)), 1, 2}, nil, ""},
		{"float16", "F16", []any{uint16(0x3c00), uint16(0xc100), uint16(0x0001)}, graph.Float32, false, []float64{1, -2.5, 0x1p-24}, nil, ""},
		{"bfloat16", "BF16", []any{uint16(0x3f80), uint16(0xc020), uint16(0x7f7f)}, graph.Float32, false, []float64{1, -2.5, 0x1.fep127}, nil, ""},
		{"beyond float32", "F64", []any{1.0, 2.0, -3.5e38}, graph.Float32, false, nil, train.ErrNotFinite, `"w": element 2: got -3.5e+38, want a number that float32 can hold`},
		{"beyond float32, allowed or not", "F64", []any{1.0, 1e300, 2.0}, graph.Float32, true, nil, train.ErrNotFinite, `element 1: got 1e+300`},
		{"NaN", "F32", []any{float32(1), float32(math.NaN()), float32(2)}, graph.Float32, false, nil, train.ErrNotFinite, `"w": element 1: got NaN`},
		{"infinity of float16", "F16", []any{uint16(0xfc00), uint16(0), uint16(0)}, graph.Float64, false, nil, train.ErrNotFinite, `element 0: got -Inf`},
		{"infinity, allowed", "F64", []any{inf, -inf, 1.0}, graph.Float32, true, []float64{inf, -inf, 1}, nil, ""},
		{"integers", "I64", []any{int64(1), int64(2), int64(3)}, graph.Float64, false, nil, train.ErrParameters, "type I64, want one of F64, F32, F16, BF16"},
		{"other shape", "F64", []any{1.0, 2.0}, graph.Float64, false, nil, train.ErrParameters, "the shape [2], want [3]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := one(t, c.into, 7, 8, 9)
			_, err := train.LoadWith(tensorFile(t, c.dtype, c.elements...), p, train.LoadOptions{AllowNonFinite: c.allow})
			want := c.want
			if c.kind != nil {
				want = []float64{7, 8, 9} // nothing is changed
			}
			if !errors.Is(err, c.kind) || err != nil && !strings.Contains(err.Error(), c.part) {
				t.Errorf("error %v, want %v with %q", err, c.kind, c.part)
			}
			if got := p.Values("w"); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// A file of other shapes costs no memory for its data, however long it is.
func TestLoadLooksFirst(t *testing.T) {
	path := tensorFile(t, "U8")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const size = int64(30) << 30
	header := fmt.Sprintf("%-120s", fmt.Sprintf(`{"w":{"dtype":"U8","shape":[%[1]d],"data_offsets":[0,%[1]d]}}`, size-128))
	content = append(binary.LittleEndian.AppendUint64(content[:0], 120), header...)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Skip("no large file can be made: ", err)
	}
	want := train.ErrParameters // it does not fit the model
	if strconv.IntSize == 32 {
		want = train.ErrFormat // nor any memory
	}
	if err := train.Load(path, one(t, graph.Float64, 1)); !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

// A model that is not built, and one that cannot be written, leave a good file.
func TestSaveKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := train.Save(path, one(t, graph.Float64, 1, 2, 3)); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*graph.Params{"not built": graph.NewParams(graph.Float32, 1), "nil": nil, "not finite": one(t, graph.Float64, 1, math.NaN())} {
		if err := train.Save(path, p); err == nil {
			t.Errorf("%s: no error", name)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: the file has changed (%v)", name, err)
		}
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left, %v", len(files), err)
	}
}

// A model whose parameters or states could not be written is refused when it is built, and not
// after it was trained.
func TestNamesThatCannotBeSaved(t *testing.T) {
	for _, name := range []string{"__metadata__", "w\xff"} {
		for kind, leaf := range map[string]func(b *graph.Builder) *gorgonia.Node{
			"parameter": func(b *graph.Builder) *gorgonia.Node { return b.Param(name, graph.Zeros(), 2) },
			"state":     func(b *graph.Builder) *gorgonia.Node { return b.State(name, graph.Zeros(), 2) },
		} {
			m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				w := leaf(b)
				return b.Sum(w), w
			})
			if err := train.Build(m); !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), strconv.Quote(name)) {
				t.Errorf("the %s %q: got %v, want ErrOption", kind, name, err)
			}
		}
	}
	m := model(func(b *graph.Builder, n int) (w, _ *gorgonia.Node) { // within a scope the name is another one
		b.Scope("a", func() { w = b.Param("__metadata__", graph.Ones(), 2) })
		return b.Sum(w), w
	})
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := errors.Join(train.Build(m), train.Save(path, m.Params()), train.Load(path, m.Params())); err != nil {
		t.Error(err)
	}
}

// Parameters that are not finite are written only where the caller says so, and are
// then read back bit for bit: what Save writes, Load reads.
func TestSaveRefusesWhatLoadRefuses(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			path := filepath.Join(t.TempDir(), "a.safetensors")
			p := one(t, d, 1, 2, 3)
			if err := train.Save(path, p); err != nil {
				t.Fatal(err)
			}
			p32, _ := p.Flat32()
			p64, _ := p.Flat64()
			if p32 != nil {
				p32[1] = float32(bad)
			} else {
				p64[1] = bad
			}
			err := train.Save(path, p)
			if !errors.Is(err, train.ErrNotFinite) || !strings.Contains(err.Error(), `parameter "w": element 1`) {
				t.Errorf("%v, %v: error %v, want ErrNotFinite with the element", d, bad, err)
			}
			q := one(t, d, 0, 0, 0)
			if err := train.Load(path, q); err != nil || !slices.Equal(q.Values("w"), []float64{1, 2, 3}) {
				t.Errorf("%v, %v: the old file reads as %v, error %v", d, bad, q.Values("w"), err)
			}
			if err := train.SaveWith(path, p, train.SaveOptions{AllowNonFinite: true}); err != nil {
				t.Errorf("%v, %v: allowed: %v", d, bad, err)
			}
			if err := train.Load(path, q); !errors.Is(err, train.ErrNotFinite) {
				t.Errorf("%v, %v: Load: %v", d, bad, err)
			}
			_, err = train.LoadWith(path, q, train.LoadOptions{AllowNonFinite: true})
			if got := q.Values("w"); err != nil || math.Float64bits(got[1]) != math.Float64bits(p.Values("w")[1]) {
				t.Errorf("%v, %v: read %v, error %v", d, bad, got, err)
			}
		}
	}
}

package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// readers returns a Reader of each kind for a file.
func readers(t *testing.T, f *File) map[string]*Reader {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := WriteTensors(path, f.Meta, f.Tensors, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(content, encode(t, f)) {
		t.Error("WriteTensors writes other bytes than Encode")
	}
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	at, err := NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := NewStream(iotest.OneByteReader(bytes.NewReader(content)))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Reader{"file": file, "reader at": at, "stream": stream}
}

func TestReaderReadsOnDemand(t *testing.T) {
	f := sample()
	for kind, r := range readers(t, f) {
		if !reflect.DeepEqual(r.Meta(), f.Meta) || !r.Summed() || len(r.Tensors()) != len(f.Tensors) {
			t.Errorf("%s: metadata %v, %d tensors", kind, r.Meta(), len(r.Tensors()))
		}
		for i, want := range f.Tensors {
			if i == 1 {
				continue // is skipped
			}
			got := make([]byte, len(want.Data))
			if err := r.ReadInto(want.Name, got); err != nil || !bytes.Equal(got, want.Data) {
				t.Errorf("%s: %q: %v, %v", kind, want.Name, got, err)
			}
		}
		if err := r.Finish(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := r.ReadInto("missing", nil); err == nil {
			t.Errorf("%s: a tensor was read that is not there", kind)
		}
		if err := r.ReadInto("step", make([]byte, 7)); err == nil || !strings.Contains(err.Error(), "got memory of 7 bytes, want 8") {
			t.Errorf("%s: into 7 bytes: %v", kind, err)
		}
		err := r.ReadInto("dense0/weight", make([]byte, 24))
		if back := err != nil; back != (kind == "stream") {
			t.Errorf("%s: going back: %v", kind, err)
		}
		if err := r.Verify(); (err != nil) != (kind == "stream") {
			t.Errorf("%s: Verify: %v", kind, err)
		}
	}
}

func TestVerifyFindsDamage(t *testing.T) {
	whole := encode(t, sample())
	whole[len(whole)-1] ^= 1
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Verify(); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want ErrChecksum and the path", err)
	}
	whole[len(whole)-1] ^= 1
	s, err := NewStream(io.MultiReader(bytes.NewReader(whole), strings.NewReader("x")))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "after the last tensor") {
		t.Errorf("a stream that goes on: %v", err)
	}
	failing := errors.New("the line is cut")
	s, err = NewStream(io.MultiReader(bytes.NewReader(whole[:len(whole)-2]), iotest.ErrReader(failing)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(); !errors.Is(err, failing) {
		t.Errorf("a stream that fails: %v", err)
	}
}

// A stream that promises a long header has no memory until it comes.
func TestStreamTrustsNoLength(t *testing.T) {
	if n := testing.AllocsPerRun(1, func() {
		if _, err := NewStream(bytes.NewReader(length(maxHeader, "{"+strings.Repeat(" ", 100)))); !errors.Is(err, ErrFormat) {
			t.Errorf("error %v", err)
		}
	}); n > 100 {
		t.Errorf("%v allocations", n)
	}
	for _, c := range refused {
		if _, err := NewStream(bytes.NewReader(c.content)); err == nil {
			r, _ := NewStream(bytes.NewReader(c.content))
			if err := r.Verify(); err == nil {
				t.Errorf("%s: accepted as a stream", c.name)
			}
		}
	}
}

// numbers have elements more than one chunk takes, and their bits matter.
func numbers[T float32 | float64]() []T {
	v := make([]T, chunk/4+3)
	for i := range v {
		v[i] = T(i) / 3
	}
	v[0], v[1] = T(math.Copysign(0, -1)), T(math.Inf(1))
	return v
}

// A processor whose memory has the other order writes the same numbers.
func TestBothOrders(t *testing.T) {
	before := swapped
	defer func() { swapped = before }()
	for _, swapped = range []bool{before, !before} {
		readBack[float32](t)
		readBack[float64](t)
	}
	swapped = !before // now memory is taken for what it is not
	other := BytesOf([]float32{1.5})
	swapped = before
	if b := BytesOf([]float32{1.5}); !bytes.Equal(b, binary.LittleEndian.AppendUint32(nil, math.Float32bits(1.5))) {
		t.Errorf("bytes of 1.5: % x", b)
	} else if slices.Reverse(b); !bytes.Equal(b, other) {
		t.Errorf("in the other order: % x, want % x", other, b)
	}
	if v := []float64{1}; !swapped && &BytesOf(v)[0] != &memoryOf(v)[0] {
		t.Error("the bytes are a copy")
	}
}

func readBack[T float32 | float64](t *testing.T) {
	t.Helper()
	v := numbers[T]()
	for kind, r := range readers(t, &File{Tensors: []Tensor{FloatsView("a", []int{len(v)}, v)}}) {
		got := make([]T, len(v))
		if err := ReadFloats(r, "a", got); err != nil || !slices.Equal(memoryOf(got), memoryOf(v)) {
			t.Errorf("%s, %T: other bits, %v", kind, v, err)
		}
	}
}

func TestReadFloatsConverts(t *testing.T) {
	wide, narrow := numbers[float64](), numbers[float32]()
	big := numbers[float64]()
	big[len(big)-1] = -1e300
	f := &File{Tensors: []Tensor{
		FloatsView("wide", []int{len(wide)}, wide), FloatsView("narrow", []int{len(narrow)}, narrow), FloatsView("big", []int{len(big)}, big),
		{Name: "half", DType: "F16", Shape: []int{2}, Data: []byte{0, 0x3c, 0, 0xc1}}, {Name: "brain", DType: "BF16", Shape: []int{1}, Data: []byte{0x20, 0xc0}},
		FromInts("int", nil, []int{1}),
	}}
	r := readers(t, f)["reader at"]
	into32, into64 := make([]float32, len(wide)), make([]float64, len(wide))
	if err := ReadFloats(r, "wide", into32); err != nil || !slices.EqualFunc(into32, wide, func(a float32, b float64) bool { return a == float32(b) }) {
		t.Errorf("rounded: %v", err)
	}
	if err := ReadFloats(r, "narrow", into64); err != nil || !slices.EqualFunc(into64, narrow, func(a float64, b float32) bool { return a == float64(b) }) {
		t.Errorf("widened: %v", err)
	}
	if err := ReadFloats(r, "half", into64[:2]); err != nil || into64[0] != 1 || into64[1] != -2.5 {
		t.Errorf("half: %v, %v", into64[:2], err)
	}
	if err := ReadFloats(r, "brain", into32[:1]); err != nil || into32[0] != -2.5 {
		t.Errorf("brain: %v, %v", into32[:1], err)
	}
	var tooLarge *RangeError
	if err := ReadFloats(r, "big", into32); !errors.As(err, &tooLarge) || tooLarge.Index != len(big)-1 || tooLarge.Value != -1e300 {
		t.Errorf("beyond float32: %v", err)
	}
	for name, n := range map[string]int{"int": 1, "wide": 1, "narrow": 1, "missing": 1} {
		if err := ReadFloats(r, name, make([]float64, n)); err == nil {
			t.Errorf("%q into one float64: no error", name)
		}
	}
}

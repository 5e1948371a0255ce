package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// raw builds a file from the text of its header and its data.
func raw(header string, data ...byte) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...)
}

// signed is raw with the checksum of the header.
func signed(header string, data ...byte) []byte {
	out := raw(header)
	signHeader(out)
	return append(out, data...)
}

// one describes a tensor "a" with the given fields.
func one(dtype, shape, offsets string) string {
	return fmt.Sprintf(`{"a":{"dtype":%q,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
}

func length(n uint64, rest string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, n), rest...)
}

// decoded is what Decode makes of the content of a file.
func decoded(content []byte) (*File, error) {
	return Decode(bytes.NewReader(content), int64(len(content)), nil)
}

var four = []byte{1, 2, 3, 4}

// refused are files with one fault each and a part of the message it must give.
var refused = []struct {
	name, message string
	content       []byte
}{
	{"empty", "want at least the 8", nil},
	{"short length", "want at least the 8", []byte{2, 0, 0}},
	{"length past the end", "at most the 2 bytes", length(3, "{}")},
	{"length at the limit", "at most the 2 bytes", length(maxHeader, "{}")},
	{"length above the limit", "at most 100000000", length(maxHeader+1, "{}")},
	{"length 2^63-1", "at most 100000000", length(math.MaxInt64, "{}")},
	{"length 2^64-1", "at most 100000000", length(math.MaxUint64, "{}")},
	{"length 2^64-8 wraps", "at most 100000000", length(math.MaxUint64-7, "{}")},
	{"no header", "another first byte", raw("")},
	{"array", "another first byte", raw("[]")},
	{"null", "another first byte", raw("null")},
	{"space first", "another first byte", raw(" {}")},
	{"byte order mark", "another first byte", raw("\ufeff{}")},
	{"open object", "the end of the text", raw("{")},
	{"open string", "the end of the text inside a string", raw(`{"a`)},
	{"open escape", "the end of the text inside a string", raw(`{"a\`)},
	{"comma first", `got ',', want '"'`, raw("{,}")},
	{"comma last", `got '}', want '"'`, raw(`{"__metadata__":{},}`)},
	{"no colon", "want ':'", raw(`{"a"{}}`)},
	{"two values", "after the value", raw("{}{}")},
	{"form feed after the header", "after the value", raw("{}\f")},
	{"no-break space after the header", "after the value", raw("{}\u00a0")},
	{"NUL after the header", "after the value", raw("{}\x00")},
	{"deep nesting", `got '[', want '{'`, raw(`{"__metadata__":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + "}")},
	{"metadata null", `got 'n', want '{'`, raw(`{"__metadata__":null}`)},
	{"metadata string", `got '"', want '{'`, raw(`{"__metadata__":"x"}`)},
	{"metadata number", `got '1', want '"'`, raw(`{"__metadata__":{"a":1}}`)},
	{"metadata twice", `got the key "__metadata__" twice`, raw(`{"__metadata__":{},"__metadata__":{}}`)},
	{"metadata key twice", `got the key "a" twice`, raw(`{"__metadata__":{"a":"1","a":"2"}}`)},
	{"metadata key twice, once escaped", `got the key "a" twice`, raw(`{"__metadata__":{"a":"1","\u0061":"2"}}`)},
	{"tensor null", `got 'n', want '{'`, raw(`{"a":null}`)},
	{"tensor twice", `got the key "a" twice`, raw(`{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}`, 1, 2)},
	{"dtype twice", `got the key "dtype" twice`, raw(`{"a":{"dtype":"F32","dtype":"F32"}}`)},
	{"shape twice", `got the key "shape" twice`, raw(`{"a":{"shape":[1],"shape":[1]}}`)},
	{"offsets twice", `got the key "data_offsets" twice`, raw(`{"a":{"data_offsets":[0,1],"data_offsets":[0,1]}}`)},
	{"no dtype", `no key "dtype"`, raw(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, four...)},
	{"no shape", `no key "shape"`, raw(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, four...)},
	{"no offsets", `no key "data_offsets"`, raw(`{"a":{"dtype":"F32","shape":[1]}}`, four...)},
	{"other case", `got the key "Shape"`, raw(`{"a":{"dtype":"F32","Shape":[1],"data_offsets":[0,4]}}`, four...)},
	{"extra key", `got the key "crc"`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"crc":1}}`, four...)},
	{"dtype in lower case", `got the element type "f32"`, raw(one("f32", "[1]", "[0,4]"), four...)},
	{"dtype unknown", `got the element type "F128"`, raw(one("F128", "[1]", "[0,16]"), make([]byte, 16)...)},
	{"dtype number", `got '3', want '"'`, raw(`{"a":{"dtype":3}}`)},
	{"shape null", `got 'n', want '['`, raw(one("F32", "null", "[0,4]"), four...)},
	{"negative axis", "non-negative integer", raw(one("F32", "[-1]", "[0,4]"), four...)},
	{"fraction", "non-negative integer", raw(one("F32", "[1.0]", "[0,4]"), four...)},
	{"exponent", "non-negative integer", raw(one("F32", "[1e0]", "[0,4]"), four...)},
	{"leading zero", "without a zero in front", raw(one("F32", "[01]", "[0,4]"), four...)},
	{"axis 2^64", "at most 64 bits", raw(one("F32", "[18446744073709551616]", "[0,4]"), four...)},
	{"axis 2^63", "fits in memory", raw(one("F32", "[9223372036854775808]", "[0,4]"), four...)},
	{"size overflow", "fits in memory", raw(one("I32", "[2,9223372036854775807]", "[0,4]"), four...)},
	{"size wraps to 4", "fits in memory", raw(one("F32", "[4294967296,4294967296,4]", "[0,4]"), four...)},
	{"size overflow beside zero", "fits in memory", raw(one("F32", "[0,4294967296,4294967296]", "[0,0]"))},
	{"256 axes", "got 256 axes, want at most 255", raw(one("F32", "[1"+strings.Repeat(",1", 255)+"]", "[0,4]"), four...)},
	{"half a byte", "whole bytes", raw(one("F4", "[1]", "[0,1]"), 1)},
	{"one offset", "got 1 data_offsets", raw(one("F32", "[0]", "[0]"))},
	{"three offsets", "more than two", raw(one("F32", "[1]", "[0,4,4]"), four...)},
	{"negative offset", "non-negative integer", raw(one("F32", "[1]", "[-4,0]"), four...)},
	{"end before begin", "where they begin", raw(one("F32", "[1]", "[8,4]"), make([]byte, 8)...)},
	{"end 2^64-1", "at most the 4 bytes", raw(one("F32", "[1]", "[0,18446744073709551615]"), four...)},
	{"past the end", "at most the 4 bytes", raw(one("F32", "[1000]", "[0,4000]"), four...)},
	{"truncated data", "at most the 3 bytes", raw(one("F32", "[1]", "[0,4]"), 1, 2, 3)},
	{"trailing data", "got 1 bytes of data after", raw(one("F32", "[1]", "[0,4]"), 1, 2, 3, 4, 5)},
	{"data without tensors", "got 4 bytes of data after", raw("{}", four...)},
	{"hole at the start", "want 0: they leave a hole", raw(one("U8", "[3]", "[1,4]"), four...)},
	{"hole", "want 1: they leave a hole", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 1, 2, 3)},
	{"overlap", "overlap", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 1, 2, 3)},
	{"same range", "overlap", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 1, 2)},
	{"shape too small", "got 8 bytes, want 4 for [1] of F32", raw(one("F32", "[1]", "[0,8]"), make([]byte, 8)...)},
	{"lone high surrogate", "surrogate", raw(`{"a\ud800":{}}`)},
	{"lone low surrogate", "surrogate", raw(`{"a\udc00":{}}`)},
	{"two high surrogates", "surrogate", raw(`{"a\ud800\ud800":{}}`)},
	{"unknown escape", `got the escape \x`, raw(`{"\x41":{}}`)},
	{"bad hexadecimal", "four hexadecimal digits", raw(`{"\u00g0":{}}`)},
	{"raw control character", "control character", raw("{\"a\nb\":{}}")},
	{"raw control character after an escape", "control character", raw("{\"\\t\n\":{}}")},
	{"invalid UTF-8", "not valid UTF-8", raw("{\"a\xff\":{}}")},
	{"invalid UTF-8 after an escape", "not valid UTF-8", raw("{\"\\t\xff\":{}}")},
	{"checksum without that of the header", "want both or none", raw(`{"__metadata__":{"symgrad.crc32c":"{}"}}`)},
	{"checksum of the header alone", "want both or none", raw(`{"__metadata__":{"symgrad.header.crc32c":"00000000"}}`)},
	{"checksum in another form", "want a CRC-32C", raw(`{"__metadata__":{"symgrad.crc32c":"{}","symgrad.header.crc32c":"0"}}`)},
	{"checksum of another header", "got the CRC-32C", raw(`{"__metadata__":{"symgrad.crc32c":"{}","symgrad.header.crc32c":"00000000"}}`)},
	{"checksum spaced differently", "written anew", raw(`{"__metadata__":{"symgrad.crc32c":"{}","symgrad.header.crc32c": "00000000"}}`)},
	{"checksums of no tensor", "no checksum of tensor", signed(`{"__metadata__":{"symgrad.crc32c":"{}","symgrad.header.crc32c":"00000000"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 7)},
	{"checksums that are no object", "want '{'", signed(`{"__metadata__":{"symgrad.crc32c":"","symgrad.header.crc32c":"00000000"}}`)},
	{"checksums and more", "after the value", signed(`{"__metadata__":{"symgrad.crc32c":"{}{","symgrad.header.crc32c":"00000000"}}`)},
	{"checksum of other data", "of the data", signed(`{"__metadata__":{"symgrad.crc32c":"{\"a\":\"00000000\"}","symgrad.header.crc32c":"00000000"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 7)},
	{"zip", "zip archive", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00")},
	{"pickle", "pickle", []byte("\x80\x02}q\x00(X\x01\x00\x00\x00")},
	{"pointer", "LFS pointer", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")},
	{"web page", "HTML page", []byte("<!DOCTYPE html><html></html>")},
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			f, err := decoded(c.content)
			if err == nil {
				t.Fatalf("accepted as %+v", f)
			}
			if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %q: want ErrFormat and %q", err, c.message)
			}
			if f != nil {
				t.Error("a file came with the error")
			}
		})
	}
	_, err := decoded(raw(`{"__metadata__":{"symgrad.crc32c":"{}","symgrad.header.crc32c":"ffffffff"}}`))
	if !errors.Is(err, ErrChecksum) {
		t.Errorf("error %v does not wrap ErrChecksum", err)
	}
}

func TestDecodeAccepts(t *testing.T) {
	for _, c := range []struct {
		name    string
		content []byte
		want    File
	}{
		{"nothing", raw("{}"), File{Tensors: []Tensor{}}},
		{"padding", raw("{}      "), File{Tensors: []Tensor{}}},
		{"padding of all white space", raw("{}\r\n\t \r"), File{Tensors: []Tensor{}}},
		{"white space inside", raw("{ \"a\" :\t{\"shape\":[ ],\n\"data_offsets\":[0 , 1],\r\"dtype\":\"I8\" } }", 9),
			File{Tensors: []Tensor{{"a", "I8", []int{}, []byte{9}}}}},
		{"empty metadata", raw(`{"__metadata__":{}}`), File{Tensors: []Tensor{}, Meta: map[string]string{}}},
		{"names are keys", raw(`{"../../etc":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 1, 2),
			File{Tensors: []Tensor{{"../../etc", "U8", []int{1}, []byte{1}}, {"", "U8", []int{1}, []byte{2}}}}},
		{"order of the data", raw(`{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1, 2),
			File{Tensors: []Tensor{{"a", "U8", []int{1}, []byte{1}}, {"b", "U8", []int{1}, []byte{2}}}}},
		{"empty tensor between", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"c":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"b":{"dtype":"F64","shape":[3,0],"data_offsets":[1,1]}}`, 1, 2),
			File{Tensors: []Tensor{{"a", "U8", []int{1}, []byte{1}}, {"b", "F64", []int{3, 0}, []byte{}}, {"c", "U8", []int{1}, []byte{2}}}}},
		{"escapes", raw(`{"__metadata__":{"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00":"\u0000"}}`),
			File{Tensors: []Tensor{}, Meta: map[string]string{"\"\\/\b\f\n\r\té😀": "\x00"}}},
		{"packed elements", raw(one("F6_E2M3", "[4]", "[0,3]"), 1, 2, 3), File{Tensors: []Tensor{{"a", "F6_E2M3", []int{4}, []byte{1, 2, 3}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := decoded(c.content)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*f, c.want) {
				t.Errorf("got %+v, want %+v", *f, c.want)
			}
		})
	}
}

// sample is a file with every kind of content.
func sample() *File {
	return &File{
		Tensors: []Tensor{
			FloatsView("dense0/weight", []int{2, 3}, []float32{0, float32(math.Copysign(0, -1)), 1.5, float32(math.Inf(1)), math.SmallestNonzeroFloat32, float32(math.NaN())}),
			FloatsView("dense0/bias", []int{3}, []float64{math.Pi, -math.MaxFloat64, 5e-324}),
			FromInts("step", nil, []int{-7}),
			{Name: "nothing", DType: "BF16", Shape: []int{4, 0}},
			{Name: "quotes \" \\ and \u0001 слой 😀", DType: "U8", Shape: []int{3}, Data: []byte{1, 2, 3}},
		},
		Meta: map[string]string{"format": "symgrad", "name\n": "<b>&\"\\"},
	}
}

func encode(t testing.TB, f *File) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Encode(&out, f); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// equal says whether two files hold the same; a nil shape is a scalar's.
func equal(a, b *File) bool {
	if len(a.Tensors) != len(b.Tensors) || len(a.Meta) != len(b.Meta) {
		return false
	}
	for key, value := range a.Meta {
		if other, ok := b.Meta[key]; !ok || other != value {
			return false
		}
	}
	for i, x := range a.Tensors {
		y := b.Tensors[i]
		if x.Name != y.Name || x.DType != y.DType || !bytes.Equal(x.Data, y.Data) || fmt.Sprint(x.Shape) != fmt.Sprint(y.Shape) {
			return false
		}
	}
	return true
}

func TestRoundTrip(t *testing.T) {
	want := sample()
	first := encode(t, want)
	got, err := decoded(first)
	if err != nil {
		t.Fatal(err)
	}
	if !equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !bytes.Equal(encode(t, got), first) {
		t.Error("writing what was read gave other bytes")
	}
	if binary.LittleEndian.Uint64(first)%8 != 0 {
		t.Error("the data do not begin at a multiple of 8")
	}
	if len(want.Meta) != 2 {
		t.Error("Encode changed the metadata of its argument")
	}
}

func TestWriteRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := Write(path, sample()); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !equal(got, sample()) {
		t.Errorf("got %+v", got)
	}
	if err := Write(path, &File{Tensors: []Tensor{{Name: "a"}}}); err == nil {
		t.Fatal("a tensor without type was written")
	}
	if again, err := Read(path, nil); err != nil || !equal(again, got) {
		t.Errorf("the failed write changed the file: %v", err)
	}
	if err := os.WriteFile(path, []byte("PK\x03\x04 and so on"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path, nil); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "a.safetensors") {
		t.Errorf("error %v: want ErrFormat and the path", err)
	}
	if _, err := Read(filepath.Dir(path), nil); err == nil {
		t.Error("a directory was read")
	}
	if _, err := Read(path+"x", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v: want ErrNotExist", err)
	}
}

// What is refused for its names and shapes costs no memory for its data, and no
// file is waited for.
func TestReadLooksFirst(t *testing.T) {
	const size int64 = 30 << 30
	path := filepath.Join(t.TempDir(), "a")
	for name, header := range map[string]string{
		"zeros":          "",
		"a long header":  "\x00\xe1\xf5\x05\x00\x00\x00\x00", // 100,000,000
		"a huge tensor":  string(raw(fmt.Sprintf(`{"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}`, size-100, size-100))),
		"one that fits":  string(raw(fmt.Sprintf("%-100s", fmt.Sprintf(`{"a":{"dtype":"U8","shape":[%[1]d],"data_offsets":[0,%[1]d]}}`, size-108)))),
		"no file at all": "PK\x03\x04",
	} {
		if err := os.WriteFile(path, []byte(header), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Skip("no large file can be made: ", err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		refusal := errors.New("not mine")
		_, err := Read(path, func(f *File) error {
			if f.Tensors[0].Data != nil {
				t.Errorf("%s: the data were read before they were accepted", name)
			}
			return refusal
		})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrFormat) && !errors.Is(err, refusal) || errors.Is(err, refusal) != (name == "one that fits" && int64(math.MaxInt) > size) {
			t.Errorf("%s: %v", name, err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("%s: %d bytes allocated", name, got)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	fine := FromInts("a", nil, []int{1})
	for _, c := range []struct {
		name, message string
		file          File
	}{
		{"two of a name", "got two tensors", File{Tensors: []Tensor{fine, fine}}},
		{"reserved name", "metadata", File{Tensors: []Tensor{{Name: metaKey, DType: "U8", Shape: []int{0}}}}},
		{"name not UTF-8", "UTF-8", File{Tensors: []Tensor{{Name: "\xff", DType: "U8", Shape: []int{0}}}}},
		{"metadata not UTF-8", "UTF-8", File{Meta: map[string]string{"a": "\xff"}}},
		{"unknown type", "got the element type", File{Tensors: []Tensor{{Name: "a", DType: "float"}}}},
		{"wrong length", "got 8 bytes, want 24 for [3] of F64", File{Tensors: []Tensor{FloatsView("a", []int{3}, []float64{1})}}},
		{"negative axis", "want axes of at least 0", File{Tensors: []Tensor{{Name: "a", DType: "U8", Shape: []int{-1}}}}},
		{"too many axes", "axes", File{Tensors: []Tensor{{Name: "a", DType: "U8", Shape: make([]int, 256)}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := Encode(&out, &c.file)
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %v: want %q", err, c.message)
			}
			if out.Len() != 0 {
				t.Errorf("%d bytes were written", out.Len())
			}
		})
	}
}

// failing fails after n bytes.
type failing struct{ n int }

func (f *failing) Write(p []byte) (int, error) {
	if len(p) > f.n {
		return f.n, errors.ErrUnsupported
	}
	f.n -= len(p)
	return len(p), nil
}

func TestEncodeReportsWriteErrors(t *testing.T) {
	size := len(encode(t, sample()))
	for n := range size {
		if err := Encode(&failing{n}, sample()); !errors.Is(err, errors.ErrUnsupported) {
			t.Fatalf("writer that fails after %d of %d bytes: %v", n, size, err)
		}
	}
}

func TestConversions(t *testing.T) {
	f := sample()
	w, _ := f.Tensor("dense0/weight")
	narrow, err := w.Float32s()
	if err != nil || len(narrow) != 6 || !math.Signbit(float64(narrow[1])) || !math.IsNaN(float64(narrow[5])) {
		t.Errorf("Float32s: %v, %v", narrow, err)
	}
	wide, err := w.Float64s()
	if err != nil || wide[2] != 1.5 || wide[4] != math.SmallestNonzeroFloat32 {
		t.Errorf("Float64s of F32: %v, %v", wide, err)
	}
	b, _ := f.Tensor("dense0/bias")
	if v, err := b.Float64s(); err != nil || v[0] != math.Pi || v[2] != 5e-324 {
		t.Errorf("Float64s: %v, %v", v, err)
	}
	if _, err := b.Float32s(); err == nil || !strings.Contains(err.Error(), "dense0/bias") {
		t.Errorf("Float32s of F64: %v", err)
	}
	if _, err := b.Ints(); err == nil {
		t.Error("Ints of F64 was accepted")
	}
	if _, ok := f.Tensor("missing"); ok {
		t.Error("a tensor was found that is not there")
	}
	if _, ok := (*File)(nil).Tensor("a"); ok {
		t.Error("nil has a tensor")
	}
	short := Tensor{Name: "s", DType: "F32", Shape: []int{2}, Data: four}
	if _, err := short.Float64s(); err == nil {
		t.Error("a tensor shorter than its shape was converted")
	}
	for dtype, want := range map[string]int64{"I8": -1, "I16": -1, "I32": -1, "I64": -1, "U8": 1<<8 - 1, "U16": 1<<16 - 1, "U32": 1<<32 - 1} {
		if int64(int(want)) != want {
			continue // beyond int
		}
		v, err := Tensor{Name: dtype, DType: dtype, Shape: []int{1}, Data: bytes.Repeat([]byte{0xff}, int(bitsOf[dtype]/8))}.Ints()
		if err != nil || len(v) != 1 || int64(v[0]) != want {
			t.Errorf("%s: %v, %v; want %d", dtype, v, err, want)
		}
	}
	if _, err := (Tensor{DType: "U64", Data: bytes.Repeat([]byte{0xff}, 8)}).Ints(); err == nil {
		t.Error("2^64-1 was made an int")
	}
}

// Every F16 and BF16 is read as the number that its bits stand for.
func TestHalves(t *testing.T) {
	all := make([]byte, 0, 2<<16)
	for bits := range 1 << 16 {
		all = binary.LittleEndian.AppendUint16(all, uint16(bits))
	}
	for dtype, form := range map[string]struct{ fraction, bias int }{"F16": {10, 15}, "BF16": {7, 127}} {
		x := Tensor{Name: "a", DType: dtype, Shape: []int{1 << 16}, Data: all}
		wide, err := x.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		narrow, err := x.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		for bits := range 1 << 16 {
			exponent, fraction := bits>>form.fraction&(1<<(15-form.fraction)-1), bits&(1<<form.fraction-1)
			want := math.Ldexp(float64(fraction+1<<form.fraction), exponent-form.bias-form.fraction)
			switch {
			case exponent == 0:
				want = math.Ldexp(float64(fraction), 1-form.bias-form.fraction)
			case exponent == 1<<(15-form.fraction)-1 && fraction == 0:
				want = math.Inf(1)
			case exponent == 1<<(15-form.fraction)-1:
				want = math.NaN()
			}
			if bits>>15 == 1 {
				want = -want
			}
			same := func(got float64) bool {
				return math.IsNaN(got) && math.IsNaN(want) || got == want && math.Signbit(got) == math.Signbit(want)
			}
			if !same(wide[bits]) || !same(float64(narrow[bits])) {
				t.Fatalf("%s %#04x: got %v and %v, want %v", dtype, bits, wide[bits], narrow[bits], want)
			}
		}
	}
	_, err := Tensor{Name: "a", DType: "BOOL", Shape: []int{1}, Data: []byte{1}}.Float64s()
	if err == nil || !strings.Contains(err.Error(), "F64, F32, F16, BF16") {
		t.Errorf("error %v does not name what is read", err)
	}
}

// Nothing to read or write is an error.
func TestNil(t *testing.T) {
	_, fromNil := Decode(nil, 5, nil)
	_, negative := Decode(strings.NewReader(""), -1, nil)
	_, short := Decode(strings.NewReader("abc"), 100, nil)
	for i, err := range []error{fromNil, negative, short, Encode(nil, sample()), Encode(&bytes.Buffer{}, nil), Write(filepath.Join(t.TempDir(), "a"), nil)} {
		if err == nil {
			t.Errorf("%d: no error", i)
		}
	}
}

// Decode must not trust a length of the file: what it allocates is bounded by
// the length of the header.
func TestDecodeAllocation(t *testing.T) {
	many := strings.Builder{}
	many.WriteString("{")
	for i := range 2000 {
		fmt.Fprintf(&many, `"%d":{"dtype":"U8","shape":[0,0,0,0],"data_offsets":[0,0]},`, i)
	}
	cases := map[string][]byte{"many tensors": raw(many.String()[:many.Len()-1] + "}")}
	for _, c := range refused {
		cases[c.name] = c.content
	}
	for name, content := range cases {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decoded(content)
		runtime.ReadMemStats(&after)
		if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(1<<16+16*len(content)); got > limit {
			t.Errorf("%s: %d bytes allocated for a file of %d (%v)", name, got, len(content), err)
		}
	}
}

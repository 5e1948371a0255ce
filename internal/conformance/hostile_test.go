package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// madeFile is a file of a hostile folder, with its line of the manifest.
type madeFile struct {
	path, verdict, why, others string
	content                    []byte
}

func text(path, verdict, why, content string) madeFile {
	return madeFile{path, verdict, why, "", []byte(content)}
}

// npyText is an array as NumPy writes it, of version 1.
func npyText(descr, shape string, data ...byte) []byte {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), 0), append([]byte(head), data...)...)
}

func packed(t *testing.T, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// archived is an archive of arrays, by name and content in turn.
func archived(t *testing.T, members ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i].(string))
		if err == nil {
			_, err = f.Write(members[i+1].([]byte))
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

func tensors(header string, data ...byte) []byte {
	var out []byte
	for n, i := len(header), 0; i < 8; i++ {
		out = append(out, byte(n))
		n >>= 8
	}
	return append(append(out, header...), data...)
}

// hostileOwn are files of each kind, with the verdicts that they must get.
func hostileOwn(t *testing.T) []madeFile {
	row := npyText("|u1", "(2,)", 1, 2)
	zeros := make([]byte, 80<<20)
	many := []any{}
	for i := range 1000 {
		many = append(many, fmt.Sprintf("a%d.npy", i), row)
	}
	return []madeFile{
		text("csv/plain", "accept", "numbers", "a,y\n1,0\n2,1\n"),
		text("csv/constant", "accept", "a column without variance", "a,y\n7,0\n7,1\n"),
		text("csv/quoted", "accept", "quotes and a line end within", "\"a\n\"\"b\"\"\",y\n\"1\",0\n2,1\n"),
		text("csv/last", "accept", "no header", "1,0\n2,1"),
		text("csv/named", "accept", "class labels", "a,kind\n1,cat\n2,dog\n"),
		text("csv/empty", "reject", "no bytes", ""),
		text("csv/mark", "reject", "a mark alone", "\ufeff"),
		text("csv/lines", "reject", "line ends alone", "\n\n\n"),
		text("csv/ragged", "reject", "a short row", "a,b,y\n1,2,0\n1,2\n"),
		text("csv/longer", "reject", "a long row", "a,b,y\n1,2,0\n1,2,3,4\n"),
		text("csv/hole", "reject", "an empty cell", "a,y\n,0\n"),
		text("csv/blank", "reject", "an empty line between rows", "a,y\n1,0\n\n2,1\n"),
		text("csv/word", "reject", "a word", "a,y\n1,0\nx,1\n"),
		text("csv/inf", "reject", "an infinity", "a,y\n-inf,0\n"),
		text("csv/large", "reject", "beyond float64", "a,y\n1e400,0\n"),
		text("csv/hex", "reject", "hexadecimal", "a,y\n0x1p-2,0\n"),
		text("csv/under", "reject", "an underscore", "a,y\n1_000,0\n"),
		text("csv/digits", "reject", "digits of another script", "a,y\n\u0661,0\n"),
		text("csv/twice", "reject", "one name twice", "a,a,y\n1,2,0\n"),
		text("csv/open", "reject", "an open quote", "a,y\n\"1,0\n"),
		text("csv/quote", "reject", "a quote within", "a,y\n1\"2,0\n"),
		text("csv/return", "reject", "carriage returns alone", "a,y\r1,0\r2,1\r"),
		text("csv/wide", "reject", "UTF-16", "\xff\xfea\x00,\x00y\x00\n\x00"),
		text("csv/bytes", "reject", "a name that is not UTF-8", "\xff,y\n1,0\n"),
		text("csv/tabs", "reject", "tabs", "a\ty\n1\t0\n"),
		text("csv/html", "reject", "an HTML page", "<!DOCTYPE html>\n<html>\n<body>404</body></html>\n"),
		text("csv/cell", "reject", "a cell of 2 MB", "a,y\n"+strings.Repeat("1", 2<<20)+",0\n"),
		text("csv/cells", "reject", "a line of 2^21 cells", strings.Repeat("1,", 2<<20)+"1\n"),
		text("csv/quotes", "reject", "nothing but quotes", strings.Repeat(`"`, 1<<20+1)),
		text("csv/single", "reject", "one class only", "a,y\n1,0\n2,0\n"),
		text("csv/half", "reject", "labels 0.5 and 1", "a,y\n1,0.5\n2,1\n"),
		text("csv/none", "reject", "a label NaN", "a,y\n1,NaN\n2,1\n"),
		{"csv/gz", "reject", "gzip", "", packed(t, []byte("a,y\n1,0\n"))},

		text("idx/three", "accept", "three bytes", "\x00\x00\x08\x01\x00\x00\x00\x03abc"),
		text("idx/floats", "accept", "a float32", "\x00\x00\x0d\x01\x00\x00\x00\x01\x3f\x80\x00\x00"),
		text("idx/none", "accept", "no rows", "\x00\x00\x08\x03\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x02"),
		text("idx/two", "reject", "with three: two rows", "\x00\x00\x08\x01\x00\x00\x00\x02ab"),
		text("idx/cut", "reject", "short", "\x00\x00\x08\x01\x00\x00\x00\x03ab"),
		text("idx/type", "reject", "type 0a", "\x00\x00\x0a\x01\x00\x00\x00\x01a"),
		text("idx/little", "reject", "little-endian axes", "\x00\x00\x08\x01\x01\x00\x00\x00a"),
		text("idx/html", "reject", "an HTML page", "<html></html>"),
		text("idx/giant", "reject", "4 GiB of rows", "\x00\x00\x08\x01\xff\xff\xff\xff"),
		{"idx/bomb", "reject", "packed zeros", "", packed(t, append([]byte("\x00\x00\x08\x01\x05\x00\x00\x00"), zeros...))},
		{"idx/tail", "reject", "packed zeros after the array", "", packed(t, append([]byte("\x00\x00\x08\x01\x00\x00\x00\x01"), zeros...))},
		{"idx/crc", "reject", "another checksum", "", func() []byte {
			b := packed(t, []byte("\x00\x00\x08\x01\x00\x00\x00\x01a"))
			b[len(b)-8] ^= 1
			return b
		}()},

		{"npy/row", "accept", "two bytes", "numpy: accept [1, 2]", row},
		{"npy/flags", "accept", "booleans", "numpy: accept [True, False]", npyText("|b1", "(2,)", 1, 0)},
		{"npy/scalar", "accept", "a number", "numpy: accept 5", npyText("|u1", "()", 5)},
		{"npy/none", "accept", "no rows", "numpy: accept []", npyText("<f8", "(0, 3)")},
		{"npy/object", "reject", "a pickle", "", npyText("|O", "(1,)", 0x80, 4, '.')},
		{"npy/short", "reject", "a byte short", "", row[:len(row)-1]},
		{"npy/negative", "reject", "-2 rows", "", npyText("|u1", "(-2,)", 1, 2)},
		{"npy/giant", "reject", "1 TiB", "", npyText("|u1", "(1099511627776,)", 1, 2)},
		{"npy/record", "reject", "records", "", []byte("\x93NUMPY\x01\x00\x40\x00{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}\n")},
		{"npy/zip", "reject", "an archive", "", archived(t, "a.npy", row)},

		{"npz/two", "accept", "a=[1,2], b=[3]", "numpy: accept {'a': '(2,)', 'b': '(1,)'}", archived(t, "a.npy", row, "b.npy", npyText("|u1", "(1,)", 3))},
		{"npz/many", "accept", "1000 arrays", "", archived(t, many...)},
		{"npz/none", "accept", "no arrays", "numpy: accept {}", archived(t)},
		{"npz/twice", "reject", "one name twice", "", archived(t, "a.npy", row, "a.npy", row)},
		{"npz/climbs", "reject", "a path", "", archived(t, "../a.npy", row)},
		{"npz/pickle", "reject", "a pickle", "", archived(t, "a.npy", npyText("|O", "(1,)", 0x80, 4, '.'))},
		{"npz/bomb", "reject", "a bomb", "", archived(t, "a.npy", npyText("|u1", "(83886080,)", zeros...))},
		{"npz/model", "reject", "a model of PyTorch", "", archived(t, "net/data.pkl", []byte("\x80\x02"))},

		{"safetensors/two", "accept", "a=[[0,1]], b=[7]", "", tensors(`{"a":{"dtype":"U8","shape":[1,2],"data_offsets":[0,2]},"b":{"dtype":"I8","shape":[1],"data_offsets":[2,3]}}`, 0, 1, 7)},
		{"safetensors/types", "accept", "a type that no field holds", "", tensors(`{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}`, make([]byte, 8)...)},
		{"safetensors/none", "accept", "no tensors", "", tensors(`{}`)},
		{"safetensors/twice", "reject", "one name twice", "", tensors(`{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}`, 0, 1)},
		{"safetensors/overlap", "reject", "data that overlap", "", tensors(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 0, 1, 2)},
		{"safetensors/deep", "reject", "deep values", "", tensors(strings.Repeat(`{"a":`, 1<<20))},
		{"safetensors/wide", "reject", "2^20 axes", "", tensors(`{"a":{"dtype":"U8","shape":[`+strings.Repeat("1,", 1<<20)+`1],"data_offsets":[0,1]}}`, 0)},

		text("onnx/model", "reject", "no reader", "\x08\x01"),
	}
}

// folder writes files and their manifest.
func folder(t *testing.T, files []madeFile) string {
	t.Helper()
	root := t.TempDir()
	manifest := "file\tbytes\tverdict\twhy\torigin\treference_reader\n"
	for _, f := range files {
		name := filepath.Join(root, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.content, 0o644); err != nil {
			t.Fatal(err)
		}
		manifest += fmt.Sprintf("%s\t%d\t%s\t%s\town\t%s\n", f.path, len(f.content), f.verdict, f.why, f.others)
	}
	if err := os.WriteFile(filepath.Join(root, manifestName), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	return root
}

func init() { mostTime = time.Minute }

func TestHostile(t *testing.T) {
	files := hostileOwn(t)
	root := folder(t, files)
	var out bytes.Buffer
	failed, err := runHostile(&out, root, "", true)
	if want := fmt.Sprintf("\n%d passed, 0 failed, 0 not covered\n", len(files)); err != nil || failed != 0 || !strings.HasSuffix(out.String(), want) {
		t.Errorf("got %d failures, %v, want %s\n%s", failed, err, want, out.String())
	}
	// A folder of one kind, whose manifest lies above it.
	from, under, ok := manifestOf(filepath.Join(root, "npz"))
	if !ok || under != "npz/" {
		t.Fatalf("got the folder %q, %q, %v", from, under, ok)
	}
	out.Reset()
	if failed, err := runHostile(&out, from, under, false); err != nil || failed != 0 || !strings.HasSuffix(out.String(), "\n8 passed, 0 failed, 0 not covered\n") {
		t.Errorf("got %d failures, %v\n%s", failed, err, out.String())
	}
	if _, _, ok := manifestOf(t.TempDir()); ok {
		t.Error("a folder without a manifest has one")
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, manifestName), []byte("kind\tname\tbytes\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := manifestOf(filepath.Join(other, "cases")); ok {
		t.Error("a manifest without verdicts: got one of hostile files")
	}
}

// Each way to be wrong is found.
func TestHostileFinds(t *testing.T) {
	row := npyText("|u1", "(2,)", 1, 2)
	for _, f := range []madeFile{
		text("csv/a", "reject", "nothing", "a,y\n1,0\n"),
		text("csv/a", "accept", "nothing", "a,y\nx,0\n"),
		text("csv/a", "accept", "nothing", "a,y\n"),
		text("idx/a", "accept", "nothing", "x"),
		{"npy/a", "accept", "other numbers", "numpy: accept [1, 3]", row},
		{"npz/a", "accept", "a=[1,3]", "", archived(t, "a.npy", row)},
		{"npz/a", "accept", "another shape", "numpy: accept {'a': '(1, 2)'}", archived(t, "a.npy", row)},
		{"npz/a", "reject", "nothing", "", archived(t, "a.npy", row)},
		{"safetensors/a", "reject", "nothing", "", tensors(`{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, 0)},
	} {
		var out bytes.Buffer
		if failed, err := runHostile(&out, folder(t, []madeFile{f}), "", true); err != nil || failed != 1 {
			t.Errorf("%s, %s, %s: got %d failures, %v\n%s", f.path, f.verdict, f.why, failed, err, out.String())
		}
	}
	for what, read := range map[string]func() error{
		"panic":  func() error { panic("x") },
		"memory": func() error { _ = make([]byte, mostMemory+mostMemory/8); return nil },
	} {
		if err := bounded(read); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	for _, manifest := range []string{"file\tverdict\n../a\treject\n", "file\tverdict\ncsv/a\tmaybe\n", "file\tverdict\n"} {
		root := folder(t, nil)
		if err := os.WriteFile(filepath.Join(root, manifestName), []byte(manifest), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := runHostile(new(bytes.Buffer), root, "", false); err == nil {
			t.Errorf("the manifest %q was taken", manifest)
		}
	}
}

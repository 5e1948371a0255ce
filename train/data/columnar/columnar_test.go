package columnar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/symgrad/symgrad/train/data"
)

// col is a column of a table.
func col(name string, t arrow.DataType) arrow.Field {
	return arrow.Field{Name: name, Type: t, Nullable: true}
}

var (
	float, single, long, small = arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int8
	boolean, words             = arrow.FixedWidthTypes.Boolean, arrow.BinaryTypes.String
	encoded                    = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: words}
)

// recordOf returns the rows of a table, which are JSON objects.
func recordOf(t testing.TB, columns []arrow.Field, rows string) arrow.RecordBatch {
	t.Helper()
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(columns, nil), strings.NewReader("["+rows+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// formats are the formats: how a file is written and opened.
var formats = map[string]struct {
	write func(io.Writer, arrow.RecordBatch, int) error
	open  func(string, Options) (*File, error)
}{"parquet": {writeParquet, OpenParquet}, "arrow": {writeArrow, OpenArrow}}

// writeParquet writes groups of at most some rows.
func writeParquet(w io.Writer, rec arrow.RecordBatch, group int) error {
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy))
	p, err := pqarrow.NewFileWriter(rec.Schema(), struct{ io.Writer }{w}, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return err
	}
	for lo := int64(0); lo < rec.NumRows(); lo += int64(group) {
		part, err := copied(rec.NewSlice(lo, min(lo+int64(group), rec.NumRows())))
		if err != nil {
			return err
		}
		if err := p.Write(part); err != nil {
			return err
		}
	}
	return p.Close()
}

// copied returns the rows of a slice in memory of their own: the writer of Parquet takes the first
// ones of a slice of lists of a fixed size.
func copied(rec arrow.RecordBatch) (arrow.RecordBatch, error) {
	rows, err := rec.MarshalJSON()
	if err != nil {
		return nil, err
	}
	out, _, err := array.RecordFromJSON(memory.DefaultAllocator, rec.Schema(), bytes.NewReader(rows))
	return out, err
}

func writeArrow(w io.Writer, rec arrow.RecordBatch, group int) error {
	a, err := ipc.NewFileWriter(w, ipc.WithSchema(rec.Schema()), ipc.WithLZ4())
	if err != nil {
		return err
	}
	for lo := int64(0); lo < rec.NumRows(); lo += int64(group) {
		if err := a.Write(rec.NewSlice(lo, min(lo+int64(group), rec.NumRows()))); err != nil {
			return err
		}
	}
	return a.Close()
}

// save writes a file.
func save(t testing.TB, format string, rec arrow.RecordBatch, group int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table."+format)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := formats[format].write(f, rec, group); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// flowers returns a table of n rows.
func flowers(t testing.TB, n int) arrow.RecordBatch {
	columns := []arrow.Field{col("a", float), col("b", single), col("n", long), col("s", small), col("ok", boolean), col("kind", words), col("code", encoded),
		col("pair", arrow.FixedSizeListOf(2, single)), col("list", arrow.ListOf(long))}
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf(`{"a": %d.5, "b": %d.25, "n": %d, "s": %d, "ok": %t, "kind": "%s", "code": "%d", "pair": [%d, 0.5], "list": [1, 2, %d]}`,
			i, i, 1000*i, i%100, i%3 == 0, []string{"rose", "aster", "lily"}[i%3], []int{10, 9}[i%2], i, i))
	}
	return recordOf(t, columns, strings.Join(rows, ","))
}

// allFields are fields of all columns of flowers.
var allFields = []Field{
	{Name: "x", Columns: []string{"a", "b", "s", "ok"}, Scale: 2},
	{Name: "b"}, {Name: "n", Integers: true}, {Name: "y", Columns: []string{"kind"}, Labels: true}, {Name: "code", Labels: true}, {Name: "ok", Labels: true},
	{Name: "p", Columns: []string{"pair", "b"}, Shape: []int{1, 3}}, {Name: "list", Integers: true}, {Name: "mixed", Columns: []string{"list", "b"}},
}

func TestFile(t *testing.T) {
	const n = 23
	for name, format := range formats {
		path := save(t, name, flowers(t, n), 5)
		f, err := format.open(path, Options{Fields: allFields, Batch: 3})
		if err != nil {
			t.Fatal(err)
		}
		d, err := data.Take(f, -1)
		if err != nil {
			t.Fatal(name, err)
		}
		if f.Len() != n || d.Len() != n || !reflect.DeepEqual(f.Info(), d.Info()) {
			t.Fatalf("%s: got %d rows of\n%+v, want %d of\n%+v", name, d.Len(), d.Info(), n, f.Info())
		}
		for i := range n {
			v, k := float64(i), float64(i%2)
			for field, want := range map[string][]float64{
				"x": {2*v + 1, 2*v + 0.5, 2 * v, 2 * float64(bit(i%3 == 0))}, "b": {v + 0.25}, "n": {1000 * v}, "y": {float64([]int{2, 0, 1}[i%3])},
				"code": {1 - k}, "ok": {float64(bit(i%3 == 0))}, "p": {v, 0.5, v + 0.25}, "list": {1, 2, v}, "mixed": {1, 2, v, v + 0.25},
			} {
				got, _ := d.Field(field)
				for e := range want {
					if got.Size() != len(want) || got.At(i, e) != want[e] {
						t.Errorf("%s: field %q, row %d, element %d: got %v, want %v", name, field, i, e, got.At(i, e), want[e])
					}
				}
			}
		}
		if y, _ := d.Field("y"); !slices.Equal(y.ClassNames, []string{"aster", "lily", "rose"}) {
			t.Errorf("%s: got the classes %q", name, y.ClassNames)
		}
		if code, _ := d.Field("code"); !slices.Equal(code.ClassNames, []string{"9", "10"}) {
			t.Errorf("%s: got the classes %q", name, code.ClassNames)
		}
		x, _ := d.Field("x")
		p, _ := d.Field("p")
		if !slices.Equal(x.Columns, []string{"a", "b", "s", "ok"}) || x.Floats == nil || p.Floats32 == nil || p.Columns != nil || !slices.Equal(p.Shape, []int{1, 3}) {
			t.Errorf("%s: got the fields %v and %v", name, x, p)
		}
		checkStreams(t, name, f, d)
	}
}

// checkStreams reads f from each row on, which has the examples of d.
func checkStreams(t *testing.T, name string, f *File, d *data.Dataset) {
	t.Helper()
	list, _ := d.Field("list")
	for from := range f.Len() + 1 {
		s, err := f.Open(from)
		if err != nil {
			t.Fatal(err)
		}
		row := from
		for n := 1; ; n = n%4 + 1 {
			part, err := s.Next(n)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if part.Len() > n {
				t.Fatalf("got %d rows, want at most %d", part.Len(), n)
			}
			got, _ := part.Field("list")
			for i := range part.Len() {
				if got.At(i, 2) != list.At(row, 2) {
					t.Fatalf("%s from %d, row %d: got %v, want %v", name, from, row, got.At(i, 2), list.At(row, 2))
				}
				row++
			}
		}
		if row != f.Len() {
			t.Errorf("%s from %d: got the rows up to %d, want %d", name, from, row, f.Len())
		}
		if _, err := s.Next(1); err != io.EOF {
			t.Errorf("got %v after the end", err)
		}
		if _, err := s.Next(0); !errors.Is(err, data.ErrOption) {
			t.Errorf("got %v for 0 rows", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, from := range []int{-1, f.Len() + 1} {
		if _, err := f.Open(from); !errors.Is(err, data.ErrIndex) {
			t.Errorf("%s from %d: got %v, want ErrIndex", name, from, err)
		}
	}
}

// TestLoader: a Loader hands out the rows, each once in an epoch, and the same ones again.
func TestLoader(t *testing.T) {
	for name, format := range formats {
		f, err := format.open(save(t, name, flowers(t, 50), 7), Options{Batch: 4})
		if err != nil {
			t.Fatal(err)
		}
		l, err := data.NewLoader(f, data.LoaderOptions{Batch: 6, Shuffle: true, Seed: 1, Window: 18})
		if err != nil {
			t.Fatal(err)
		}
		var seen []int
		for range l.Len() {
			b, err := l.Next()
			if err != nil {
				t.Fatal(err)
			}
			a, _ := b.Set.Field("a")
			for _, i := range b.Index {
				seen = append(seen, int(a.At(i, 0)))
			}
		}
		l.Close()
		slices.Sort(seen)
		for i := range 50 {
			if len(seen) != 50 || seen[i] != i {
				t.Fatalf("%s: got the rows %v", name, seen)
			}
		}
	}
}

func TestNulls(t *testing.T) {
	for name, format := range formats {
		path := save(t, name, recordOf(t, []arrow.Field{col("a", float), col("n", long)}, `{"a": 1, "n": 2}, {"a": null, "n": null}`), 2)
		f, err := format.open(path, Options{Fields: []Field{{Name: "x", Columns: []string{"a", "n"}, AllowNonFinite: true}}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := data.Take(f, -1)
		if err != nil {
			t.Fatal(err)
		}
		if x, _ := d.Field("x"); x.At(0, 0) != 1 || x.At(0, 1) != 2 || !math.IsNaN(x.At(1, 0)) || !math.IsNaN(x.At(1, 1)) {
			t.Errorf("%s: got %v, want NaN in row 1", name, x.Floats)
		}
	}
}

func TestMistakes(t *testing.T) {
	time := arrow.FixedWidthTypes.Timestamp_ms
	for _, c := range []struct {
		name    string
		columns []arrow.Field
		rows    string
		fields  []Field
		kind    error
		part    string
	}{
		{"null", []arrow.Field{col("a", float)}, `{"a": 1}, {"a": 1}, {"a": null}`, nil, data.ErrNotFinite, `column "a", row 2: got a null`},
		{"null integer", []arrow.Field{col("a", long)}, `{"a": 1}, {"a": null}`, []Field{{Name: "a", Integers: true}}, data.ErrNotFinite, `column "a", row 1: got a null`},
		{"null label", []arrow.Field{col("a", words)}, `{"a": "p"}, {"a": null}`, nil, data.ErrLabel, `column "a", row 1: got a null`},
		{"null list", []arrow.Field{col("a", arrow.ListOf(float))}, `{"a": [1]}, {"a": null}`, nil, data.ErrNotFinite, `row 1: got a null`},
		{"null in a list", []arrow.Field{col("a", arrow.ListOf(float))}, `{"a": [1]}, {"a": [null]}`, nil, data.ErrNotFinite, `row 1: got a null`},
		{"2^53", []arrow.Field{col("a", long)}, `{"a": 1}, {"a": 9007199254740993}`, nil, data.ErrNotFinite, `row 1: got the integer 9007199254740993`},
		{"2^63", []arrow.Field{col("a", arrow.PrimitiveTypes.Uint64)}, `{"a": 1}, {"a": 9223372036854775808}`, []Field{{Name: "a", Integers: true}}, data.ErrNotFinite, `row 1: got the integer 9223372036854775808`},
		{"lists that differ", []arrow.Field{col("a", arrow.ListOf(float))}, `{"a": [1, 2]}, {"a": [1]}`, nil, data.ErrShape, "row 1: got a list of 1 elements, want 2"},
		{"empty list", []arrow.Field{col("a", arrow.ListOf(float))}, `{"a": []}`, nil, data.ErrShape, "row 0: got a list of 0 elements"},
		{"shape", []arrow.Field{col("a", arrow.ListOf(float))}, `{"a": [1, 2]}`, []Field{{Name: "a", Shape: []int{3}}}, data.ErrShape, "got the shape [3]"},
		{"lists of lists", []arrow.Field{col("a", arrow.ListOf(arrow.ListOf(float)))}, `{"a": [[1]]}`, nil, data.ErrField, `column "a"`},
		{"times", []arrow.Field{col("a", time)}, `{"a": 5}`, nil, data.ErrField, "timestamp"},
		{"structs", []arrow.Field{col("a", arrow.StructOf(col("b", float)))}, `{"a": {"b": 5}}`, nil, data.ErrField, "struct"},
		{"texts", []arrow.Field{col("a", words)}, `{"a": "p"}`, []Field{{Name: "a"}}, data.ErrField, "want numbers, or Labels"},
		{"labels of numbers", []arrow.Field{col("a", float)}, `{"a": 1}`, []Field{{Name: "a", Labels: true}}, data.ErrField, "float64"},
		{"integers of numbers", []arrow.Field{col("a", float)}, `{"a": 1}`, []Field{{Name: "a", Integers: true}}, data.ErrField, "float64"},
		{"one class", []arrow.Field{col("a", words)}, `{"a": "p"}, {"a": "p"}`, nil, data.ErrLabel, `only the label "p"`},
		{"another class", []arrow.Field{col("a", words)}, `{"a": "p"}, {"a": "q"}`, []Field{{Name: "a", Labels: true, Classes: []string{"p", "r"}}}, data.ErrLabel, `row 1: got the label "q"`},
		{"no such column", []arrow.Field{col("a", float)}, `{"a": 1}`, []Field{{Name: "x", Columns: []string{"b"}}}, data.ErrField, `got 0 columns of this name, want one of "a"`},
		{"no rows", []arrow.Field{col("a", float)}, ``, nil, data.ErrEmpty, "without rows"},
		{"no name", nil, ``, []Field{{}}, data.ErrField, "without a name"},
		{"a name twice", nil, ``, []Field{{Name: "x"}, {Name: "x"}}, data.ErrField, `two fields "x"`},
		{"classes without labels", nil, ``, []Field{{Name: "x", Classes: []string{"a", "b"}}}, data.ErrOption, "Classes"},
		{"a class twice", nil, ``, []Field{{Name: "x", Labels: true, Classes: []string{"a", "a"}}}, data.ErrOption, "twice"},
		{"labels of two columns", nil, ``, []Field{{Name: "x", Labels: true, Columns: []string{"a", "b"}}}, data.ErrOption, "2 columns"},
		{"integers with a scale", nil, ``, []Field{{Name: "x", Integers: true, Scale: 2}}, data.ErrOption, "Scale"},
	} {
		for name, format := range formats {
			path := save(t, name, recordOf(t, append(c.columns, col("other", float)), c.rows), 10)
			fields := c.fields
			for _, k := range c.columns {
				if fields == nil {
					fields = []Field{{Name: k.Name, Labels: k.Type.ID() == arrow.STRING}}
				}
			}
			f, err := format.open(path, Options{Fields: fields})
			if err == nil {
				_, err = data.Take(f, -1)
			}
			settings := c.columns == nil
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.part) || !strings.Contains(err.Error(), "columnar: ") || strings.Contains(err.Error(), path) == settings {
				t.Errorf("%s, %s: got %v, want %v with %q and the file", name, c.name, err, c.kind, c.part)
			}
		}
	}
	for name, format := range formats {
		if _, err := format.open(filepath.Join(t.TempDir(), "none"), Options{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want fs.ErrNotExist", name, err)
		}
		if _, err := format.open(t.TempDir(), Options{}); !errors.Is(err, data.ErrFormat) {
			t.Errorf("%s: got %v for a folder, want ErrFormat", name, err)
		}
		if _, err := format.open("x", Options{Batch: -1}); !errors.Is(err, data.ErrOption) {
			t.Errorf("%s: got %v, want ErrOption", name, err)
		}
	}
}

// TestFingerprint changes one thing at a time.
func TestFingerprint(t *testing.T) {
	for name, format := range formats {
		path := save(t, name, flowers(t, 9), 4)
		print := func(path string, o Options) string {
			f, err := format.open(path, o)
			if err != nil {
				t.Fatal(err)
			}
			return f.Fingerprint()
		}
		seen := map[string]bool{print(path, Options{}): true}
		if !seen[print(path, Options{Batch: 2})] {
			t.Errorf("%s: another fingerprint of the same examples", name)
		}
		for what, got := range map[string]string{
			"rows":    print(save(t, name, flowers(t, 10), 4), Options{}),
			"groups":  print(save(t, name, flowers(t, 9), 5), Options{}),
			"fields":  print(path, Options{Fields: allFields[:1]}),
			"columns": print(path, Options{Fields: []Field{{Name: "x", Columns: []string{"pair"}}}}),
			"others":  print(path, Options{Fields: []Field{{Name: "x", Columns: []string{"a", "b"}, Shape: []int{2}}}}),
		} {
			if seen[got] {
				t.Errorf("%s: a change of %s has the fingerprint of another", name, what)
			}
			seen[got] = true
		}
	}
}

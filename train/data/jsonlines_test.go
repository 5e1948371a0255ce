package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"
)

func readLines(text string, opts JSONLinesOptions) (*Dataset, error) {
	return ReadJSONLines(strings.NewReader(text), opts)
}

// TestReadJSONLines reads one text for each thing that lines may have.
func TestReadJSONLines(t *testing.T) {
	labels := JSONLinesOptions{Target: []string{"y"}, Labels: true}
	column := func(c CSVColumn) JSONLinesOptions {
		return JSONLinesOptions{Columns: map[string]CSVColumn{"k": c}}
	}
	for _, c := range []struct {
		name, text string
		opts       JSONLinesOptions
		want       string
	}{
		{"numbers", "{\"a\":1,\"b\":-2.5e-1}\n{ \"b\" : 0 , \"a\" : 1E2 }\n", JSONLinesOptions{}, "x[2][\"a\" \"b\"] [1 -0.25 100 0]\n"},
		{"no last line end, CRLF, mark, empty lines at the end", "\ufeff{\"a\":1}\r\n{\"a\":2}\r\n\r\n  ", JSONLinesOptions{}, "x[1][\"a\"] [1 2]\n"},
		{"truth values", `{"a":true}` + "\n" + `{"a":false}`, JSONLinesOptions{}, "x[1][\"a\"] [1 0]\n"},
		{"keys with escapes", `{"\u0061":1}` + "\n" + `{"a":2}`, JSONLinesOptions{}, "x[1][\"a\"] [1 2]\n"},
		{"an array", `{"p":[1,2,3]}` + "\n" + `{"p":[4,5,6]}`, JSONLinesOptions{}, "x[3][] [1 2 3 4 5 6]\n"},
		{"an array of arrays", `{"p":[[1,2],[3,4]]}` + "\n" + `{"p":[[5,6],[7,8]]}`, JSONLinesOptions{}, "x[2 2][] [1 2 3 4 5 6 7 8]\n"},
		{"an array beside a number", `{"p":[[1],[2]],"a":9}` + "\n" + `{"a":8,"p":[[3],[4]]}`, JSONLinesOptions{}, "x[3][\"p[0]\" \"p[1]\" \"a\"] [1 2 9 3 4 8]\n"},
		{"inputs in their order", `{"a":1,"b":2,"c":{"d":[null,"",{}]}}` + "\n" + `{"a":3,"b":4,"e":5}`, JSONLinesOptions{Inputs: []string{"b", "a"}}, "x[2][\"b\" \"a\"] [2 1 4 3]\n"},
		{"a target", `{"a":1,"b":2}` + "\n" + `{"b":4,"a":3}`, JSONLinesOptions{Target: []string{"a"}}, "x[1][\"b\"] [2 4]\ny[1][\"a\"] [1 3]\n"},
		{"keys left out", `{"id":"q","a":1}` + "\n" + `{"a":3}` + "\n" + `{"a":4,"id":{"x":[{}]}}`, JSONLinesOptions{Drop: []string{"id"}}, "x[1][\"a\"] [1 3 4]\n"},
		{"labels of texts", `{"a":1,"y":"dog"}` + "\n" + `{"a":2,"y":" cat "}` + "\n" + `{"a":3,"y":"dog"}`, labels, "x[1][\"a\"] [1 2 3]\ny[][\"y\"] classes[\"cat\" \"dog\"] ints[1 0 1]\n"},
		{"labels of numbers", `{"a":1,"y":10}` + "\n" + `{"a":2,"y":9}`, labels, "x[1][\"a\"] [1 2]\ny[][\"y\"] classes[\"9\" \"10\"] ints[1 0]\n"},
		{"labels of truth values", `{"a":1,"y":true}` + "\n" + `{"a":2,"y":false}`, labels, "x[1][\"a\"] [1 2]\ny[][\"y\"] classes[\"false\" \"true\"] ints[1 0]\n"},
		{"fixed classes", `{"a":1,"y":"c"}`, JSONLinesOptions{Target: []string{"y"}, Labels: true, Classes: []string{"c", "b"}}, "x[1][\"a\"] [1]\ny[][\"y\"] classes[\"c\" \"b\"] ints[0]\n"},
		{"categories", `{"k":"q"}` + "\n" + `{"k":"p"}`, column(CSVColumn{Kind: Category}), "x[1][\"k\"] [1 0]\n"},
		{"one element for each", `{"k":"q","a":7}` + "\n" + `{"k":"p","a":8}`, column(CSVColumn{Kind: OneHot}), "x[3][\"k=p\" \"k=q\" \"a\"] [0 1 7 1 0 8]\n"},
		{"one element for each, beside an array", `{"p":[5,6],"k":"q"}` + "\n" + `{"k":"p","p":[7,8]}`, column(CSVColumn{Kind: OneHot}), "x[4][\"p[0]\" \"p[1]\" \"k=p\" \"k=q\"] [5 6 0 1 7 8 1 0]\n"},
		{"texts as truth values", `{"k":"yes"}` + "\n" + `{"k":"No"}`, column(CSVColumn{Kind: Boolean}), "x[1][\"k\"] [1 0]\n"},
		{"truth values as they are", `{"k":true}` + "\n" + `{"k":false}`, column(CSVColumn{Kind: Boolean, True: []string{"on"}, False: []string{"off"}}), "x[1][\"k\"] [1 0]\n"},
		{"times", `{"k":"1970-01-02"}` + "\n" + `{"k":"1970-01-01T12:00"}`, column(CSVColumn{Kind: Time}), "x[1][\"k\"] [1 0.5]\n"},
		{"texts by Text", `{"a":1,"k":null,"l":2}` + "\n" + `{"a":2,"k":"p","l":3}`, JSONLinesOptions{Text: OneHot, OnMissing: KeepMissing}, "x[3][\"a\" \"k=p\" \"l\"] [1 NaN 2 2 1 3]\n"},
		{"texts left out", `{"a":1,"k":"p"}` + "\n" + `{"a":2,"k":[[]]}`, JSONLinesOptions{Text: LeftOut}, "x[1][\"a\"] [1 2]\n"},
		{"missing cells kept", `{"a":1,"p":[1,null]}` + "\n" + `{"a":null,"p":null}` + "\n" + `{}`, JSONLinesOptions{OnMissing: KeepMissing}, "x[3][\"a\" \"p[0]\" \"p[1]\"] [1 1 NaN NaN NaN NaN NaN NaN NaN]\n"},
		{"rows dropped", `{"a":null,"p":[1,2,3]}` + "\n" + `{"a":1,"p":[4,5]}` + "\n" + `{"a":2,"p":[6,null]}` + "\n" + `{"p":[1,1]}`, JSONLinesOptions{OnMissing: DropRows}, "x[3][\"a\" \"p[0]\" \"p[1]\"] [1 4 5]\n"},
		{"NaN as a missing cell", `{"a":NaN,"b":1}` + "\n" + `{"a":2,"b":3}`, JSONLinesOptions{OnMissing: DropRows}, "x[2][\"a\" \"b\"] [2 3]\n"},
		{"not finite", `{"a":NaN,"b":[Infinity,-Infinity]}`, JSONLinesOptions{AllowNonFinite: true}, "x[3][\"a\" \"b[0]\" \"b[1]\"] [NaN +Inf -Inf]\n"},
		{"integers", `{"t":[1,-2,3],"l":3,"a":0.5}`, JSONLinesOptions{Fields: []CSVField{{Name: "tokens", Columns: []string{"t"}, Integers: true}, {Name: "length", Columns: []string{"l"}, Integers: true}}},
			"x[1][\"a\"] [0.5]\ntokens[3][] ints[1 -2 3]\nlength[][\"l\"] ints[3]\n"},
		{"an array of one number as integers", `{"t":[5],"a":0}`, JSONLinesOptions{Fields: []CSVField{{Name: "t", Columns: []string{"t"}, Integers: true}}}, "x[1][\"a\"] [0]\nt[1][] ints[5]\n"},
		{"an array as the target", `{"a":1,"y":[[1,2]]}`, JSONLinesOptions{Target: []string{"y"}}, "x[1][\"a\"] [1]\ny[1 2][] [1 2]\n"},
		{"a key that the first line lacks", `{"a":1}` + "\n" + `{"a":2,"b":3}`, JSONLinesOptions{Inputs: []string{"a", "b"}, OnMissing: DropRows}, "x[2][\"a\" \"b\"] [2 3]\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(must(t)(readLines(c.text, c.opts))); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			text, err := json.Marshal(c.opts)
			var again JSONLinesOptions
			if err != nil || json.Unmarshal(text, &again) != nil || !reflect.DeepEqual(again, c.opts) {
				t.Errorf("the options came as %+v from %s, %v", again, text, err)
			}
		})
	}
}

// hostileLines are texts with one fault each.
var hostileLines = []struct {
	name, text string
	opts       JSONLinesOptions
	kind       error
	part       string
}{
	{"nothing", "", JSONLinesOptions{}, ErrEmpty, "empty text"},
	{"an array with nulls, then a text", "{\"a\":[[1,null]]}\n{\"a\":\"p\"}", JSONLinesOptions{Text: Category, OnMissing: KeepMissing}, ErrCSV, "as in the first line that has one"},
	{"empty lines", "\n\r\n \n", JSONLinesOptions{}, ErrEmpty, "empty text"},
	{"an empty line between", "{\"a\":1}\n\n{\"a\":2}\n", JSONLinesOptions{}, ErrCSV, "jsonl:2: got an empty line"},
	{"no keys", "{}\n{}\n", JSONLinesOptions{}, ErrCSV, "jsonl:1: got an object without keys"},
	{"all rows dropped", "{\"a\":null}\n", JSONLinesOptions{OnMissing: DropRows}, ErrEmpty, "all 1 rows"},
	{"one value of JSON", "[{\"a\":1}]", JSONLinesOptions{}, ErrCSV, "got an array, want an object in each line"},
	{"an array", "{\"a\":1}\n[1]\n", JSONLinesOptions{}, ErrCSV, "jsonl:2: got '['"},
	{"null", "null\n", JSONLinesOptions{}, ErrCSV, "jsonl:1: got 'n'"},
	{"an object over two lines", "{\"a\":\n1}\n", JSONLinesOptions{}, ErrCSV, `jsonl:1: "a": got the end of the text`},
	{"two objects", "{\"a\":1}\n{\"a\":1}{\"a\":2}\n", JSONLinesOptions{}, ErrCSV, "jsonl:2: got '{' after the value"},
	{"a key twice", "{\"a\":1}\n{\"a\":1,\"a\":1}\n", JSONLinesOptions{}, ErrCSV, `jsonl:2: "a": got the key twice`},
	{"a key twice in the first line", "{\"a\":1,\"\\u0061\":1}\n", JSONLinesOptions{}, ErrCSV, `jsonl:1: "a": got the key twice`},
	{"a key twice that is left out", "{\"a\":1,\"b\":1,\"b\":1}\n", JSONLinesOptions{Inputs: []string{"a"}}, ErrCSV, `"b": got the key twice`},
	{"a key twice within", "{\"a\":1,\"b\":{\"c\":1,\"c\":1}}\n", JSONLinesOptions{Drop: []string{"b"}}, ErrCSV, `"c" twice`},
	{"a new key", "{\"a\":1}\n{\"a\":1,\"b\":2}\n", JSONLinesOptions{}, ErrCSV, `jsonl:2: "b": got a key that the first line does not have`},
	{"another case", "{\"a\":1}\n{\"A\":1}\n", JSONLinesOptions{}, ErrCSV, `"A"`},
	{"a missing key", "{\"a\":1,\"b\":1}\n{\"b\":1}\n", JSONLinesOptions{}, ErrCSV, `jsonl:2: "a": got null or no value`},
	{"null for a number", "{\"a\":null}\n", JSONLinesOptions{}, ErrCSV, "OnMissing"},
	{"null in an array", "{\"a\":[1,null]}\n", JSONLinesOptions{}, ErrCSV, "OnMissing"},
	{"null for an integer", "{\"a\":1,\"b\":null}\n", JSONLinesOptions{OnMissing: KeepMissing, Fields: []CSVField{{Name: "b", Columns: []string{"b"}, Integers: true}}}, ErrCSV, "Integers"},
	{"an unknown key in the options", "{\"a\":1}\n", JSONLinesOptions{Inputs: []string{"a"}, Drop: []string{"z"}}, ErrOption, `the key "z"`},
	{"an unknown target", "{\"a\":1}\n", JSONLinesOptions{Target: []string{"z"}, OnMissing: KeepMissing}, ErrOption, `the key "z"`},
	{"a key in two fields", "{\"a\":1,\"b\":1}\n", JSONLinesOptions{Inputs: []string{"a"}, Target: []string{"a"}}, ErrOption, "twice"},
	{"targets only", "{\"a\":1}\n", JSONLinesOptions{Target: []string{"a"}}, ErrOption, "input"},
	{"MaxLine -1", "", JSONLinesOptions{MaxLine: -1}, ErrOption, "MaxLine -1"},
	{"MaxBytes -1", "", JSONLinesOptions{MaxBytes: -1}, ErrOption, "MaxBytes -1"},
	{"Labels without a target", "", JSONLinesOptions{Labels: true}, ErrOption, "Labels"},
	{"a text for a number", "{\"a\":\"1\"}\n", JSONLinesOptions{}, ErrCSV, `"a": got the text "1", want a number (Columns, Text)`},
	{"a text after numbers", "{\"a\":1}\n{\"a\":\"1\"}\n", JSONLinesOptions{Text: Category}, ErrCSV, "got a text, want a number as in the first line"},
	{"a number after texts", "{\"a\":\"p\"}\n{\"a\":1}\n", JSONLinesOptions{Text: Category}, ErrCSV, "got a number, want a text"},
	{"a truth value after numbers", "{\"a\":1}\n{\"a\":true}\n", JSONLinesOptions{}, ErrCSV, "got a truth value, want a number"},
	{"an object", "{\"a\":{}}\n", JSONLinesOptions{}, ErrCSV, `"a": got an object`},
	{"an empty text", "{\"a\":\" \"}\n", JSONLinesOptions{Text: Category}, ErrCSV, "got an empty text"},
	{"a short array", "{\"a\":[1,2]}\n{\"a\":[1]}\n", JSONLinesOptions{}, ErrCSV, `"a": got an array of the shape [1], want [2]`},
	{"an array of another rank", "{\"a\":[1,2]}\n{\"a\":[[1,2]]}\n", JSONLinesOptions{}, ErrCSV, "the shape [1, 2], want [2]"},
	{"ragged rows", "{\"a\":[[1,2],[3]]}\n", JSONLinesOptions{}, ErrCSV, "got 1 elements in an array, want 2"},
	{"an array beside numbers", "{\"a\":[1,[2]]}\n", JSONLinesOptions{}, ErrCSV, "beside numbers"},
	{"a number beside arrays", "{\"a\":[[1],2]}\n", JSONLinesOptions{}, ErrCSV, "beside arrays"},
	{"an empty array", "{\"a\":[]}\n", JSONLinesOptions{}, ErrCSV, "empty array"},
	{"an empty array within", "{\"a\":[[],[]]}\n", JSONLinesOptions{}, ErrCSV, "empty array"},
	{"texts in an array", "{\"a\":[\"p\"]}\n", JSONLinesOptions{}, ErrCSV, "want numbers"},
	{"truth values in an array", "{\"a\":[true]}\n", JSONLinesOptions{}, ErrCSV, "want numbers"},
	{"an array where the first row has none", "{\"a\":null,\"b\":1}\n{\"a\":[1],\"b\":1}\n", JSONLinesOptions{OnMissing: KeepMissing}, ErrCSV, "the first row has no value"},
	{"an array of labels", "{\"a\":1,\"y\":[1]}\n", JSONLinesOptions{Target: []string{"y"}, Labels: true}, ErrCSV, "want a single value"},
	{"a fraction for an integer", "{\"a\":1,\"t\":[1,0.5]}\n", JSONLinesOptions{Fields: []CSVField{{Name: "t", Columns: []string{"t"}, Integers: true}}}, ErrCSV, "element 1: got 0.5"},
	{"an integer that float64 rounds", "{\"a\":1,\"t\":9007199254740993}\n", JSONLinesOptions{Fields: []CSVField{{Name: "t", Columns: []string{"t"}, Integers: true}}}, ErrCSV, "below 2^53"},
	{"a number beyond float64", "{\"a\":1e999}\n", JSONLinesOptions{}, ErrNotFinite, `"a": got 1e999`},
	{"a number beyond float64 in an array", "{\"a\":[0,-1e999]}\n", JSONLinesOptions{}, ErrNotFinite, "element 1: got -1e999"},
	{"a number beyond float64, allowed or not", "{\"a\":1e999}\n", JSONLinesOptions{AllowNonFinite: true}, ErrNotFinite, "1e999"},
	{"NaN", "{\"a\":NaN}\n", JSONLinesOptions{}, ErrNotFinite, "AllowNonFinite"},
	{"Infinity in an array", "{\"a\":[-Infinity]}\n", JSONLinesOptions{}, ErrNotFinite, "element 0"},
	{"hexadecimal", "{\"a\":0x1}\n", JSONLinesOptions{}, ErrCSV, "got 0x1"},
	{"a zero in front", "{\"a\":01}\n", JSONLinesOptions{}, ErrCSV, "got 01"},
	{"a plus", "{\"a\":+1}\n", JSONLinesOptions{}, ErrCSV, "'+'"},
	{"a comma at the end", "{\"a\":1,}\n", JSONLinesOptions{}, ErrCSV, "'}'"},
	{"single quotes", "{'a':1}\n", JSONLinesOptions{}, ErrCSV, `'\''`},
	{"a comment", "{\"a\":1} // one\n", JSONLinesOptions{}, ErrCSV, "after the value"},
	{"NUL", "{\"a\":1}\x00\n", JSONLinesOptions{}, ErrCSV, `'\x00'`},
	{"not UTF-8", "{\"a\":1,\"k\":\"\xff\"}\n", JSONLinesOptions{Drop: []string{"k"}}, ErrCSV, "UTF-8"},
	{"a key that is not UTF-8", "{\"\xc0\xaf\":1}\n", JSONLinesOptions{}, ErrCSV, "UTF-8"},
	{"half a surrogate pair", "{\"a\":\"\\ud800\"}\n", JSONLinesOptions{Text: Category}, ErrCSV, "surrogate"},
	{"UTF-16", "\xff\xfe{\x00\"\x00", JSONLinesOptions{}, ErrCSV, "UTF-16"},
	{"gzip", "\x1f\x8b\x08\x00", JSONLinesOptions{}, ErrCSV, "gzip"},
	{"a mark on the second line", "{\"a\":1}\n\ufeff{\"a\":1}\n", JSONLinesOptions{}, ErrCSV, "jsonl:2"},
	{"deep arrays", `{"a":` + strings.Repeat("[", 100_000), JSONLinesOptions{}, ErrCSV, "fewer levels"},
	{"deep arrays on the second line", "{\"a\":1}\n{\"a\":" + strings.Repeat("[", 100_000), JSONLinesOptions{}, ErrCSV, "at most 16 axes"},
	{"deep objects that are left out", "{\"a\":1}\n{\"a\":1,\"b\":" + strings.Repeat(`{"b":`, 100_000), JSONLinesOptions{Inputs: []string{"a"}}, ErrCSV, "fewer levels"},
	{"a long line", `{"a":1}` + strings.Repeat(" ", 200), JSONLinesOptions{MaxLine: 100}, ErrCSV, "at most 100 bytes (MaxLine)"},
	{"a long text", "{\"a\":1}\n{\"a\":1}\n", JSONLinesOptions{MaxBytes: 10}, ErrCSV, "at most 10 bytes (MaxBytes)"},
	{"one class", "{\"a\":1,\"y\":\"p\"}\n", JSONLinesOptions{Target: []string{"y"}, Labels: true}, ErrLabel, `only the label "p"`},
	{"a label of no class", "{\"a\":1,\"y\":\"p\"}\n", JSONLinesOptions{Target: []string{"y"}, Labels: true, Classes: []string{"q", "r"}}, ErrLabel, `jsonl:1: "y": got the label "p"`},
	{"a label that is a fraction", "{\"a\":1,\"y\":0.5}\n{\"a\":1,\"y\":1}\n", JSONLinesOptions{Target: []string{"y"}, Labels: true}, ErrLabel, `jsonl:1: "y": got the label 0.5`},
	{"no time", "{\"a\":\"noon\"}\n", JSONLinesOptions{Columns: map[string]CSVColumn{"a": {Kind: Time}}}, ErrCSV, `"noon"`},
	{"a time that is a number", "{\"a\":5}\n", JSONLinesOptions{Columns: map[string]CSVColumn{"a": {Kind: Time}}}, ErrCSV, "want a text with a time"},
	{"missing arrays, a bomb", `{"a":[` + strings.Repeat("0,", 1<<16) + "0]}\n" + strings.Repeat("{}\n", 1000), JSONLinesOptions{OnMissing: KeepMissing, MaxBytes: 1 << 20}, ErrCSV, "missing arrays of more than 1048576 bytes"},
}

// A text that is refused takes no memory to speak of.
func TestReadJSONLinesRefuses(t *testing.T) {
	for _, c := range hostileLines {
		t.Run(c.name, func(t *testing.T) {
			defer atMost(t, 8<<20)()
			d, err := readLines(c.text, c.opts)
			wantError(t, err, c.kind, "data: ", c.part)
			if d != nil {
				t.Error("a dataset came with the error")
			}
		})
	}
	_, err := ReadJSONLines(nil, JSONLinesOptions{})
	wantError(t, err, ErrOption, "data: ReadJSONLines: got no reader")
	if _, err := readLines(`{"a":1}`+"\r\n", JSONLinesOptions{MaxLine: 7}); err != nil {
		t.Errorf("a line of 7 bytes with a limit of 7: %v", err)
	}
}

// A line that does not end is given up at the limit, however long it is.
func TestReadJSONLinesEndless(t *testing.T) {
	for _, part := range []string{" ", "{\"a\":[1,", "1", "\n"} {
		endless := io.MultiReader(strings.NewReader(`{"a":`), &repeated{part: []byte(strings.Repeat(part, 1000))})
		memory := atMost(t, 32<<20)
		_, err := ReadJSONLines(endless, JSONLinesOptions{MaxBytes: 8 << 20})
		memory()
		wantError(t, err, ErrCSV)
	}
}

// repeated is a reader that does not end.
type repeated struct{ part []byte }

func (r *repeated) Read(p []byte) (int, error) { return copy(p, r.part), nil }

// Parts of any size give the same rows, and a reader that fails at any byte does not lose its
// error.
func TestReadJSONLinesReaders(t *testing.T) {
	text := "{\"a\":[1,2],\"y\":\"p\"}\n{\"a\":[3,4],\"y\":\"q\"}\n"
	opts := JSONLinesOptions{Target: []string{"y"}, Labels: true}
	want := show(must(t)(readLines(text, opts)))
	if got := show(must(t)(ReadJSONLines(iotest.OneByteReader(strings.NewReader(text)), opts))); got != want {
		t.Errorf("byte by byte: got\n%swant\n%s", got, want)
	}
	failure := errors.New("unplugged")
	for n := range len(text) + 1 {
		_, err := ReadJSONLines(io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(failure)), opts)
		if !errors.Is(err, failure) {
			t.Errorf("failure after %d bytes: %v", n, err)
		}
	}
	var long strings.Builder // lines longer than the buffer
	values := make([]float64, 3*20_000)
	for i := range values {
		values[i] = float64(i) / 8
	}
	for i := range 3 {
		row, err := json.Marshal(map[string]any{"a": values[i*20_000 : (i+1)*20_000]})
		if err != nil {
			t.Fatal(err)
		}
		long.Write(append(row, '\n'))
	}
	x, _ := must(t)(readLines(long.String(), JSONLinesOptions{})).Field("x")
	if !slices.Equal(x.Floats, values) || !slices.Equal(x.Shape, []int{20_000}) {
		t.Errorf("long lines: got %d numbers of the shape %v", len(x.Floats), x.Shape)
	}
}

func TestReadJSONLinesFile(t *testing.T) {
	path := written(t, "a.jsonl", []byte("{\"a\":1}\n{\"a\":x}\n"))
	_, err := ReadJSONLinesFile(path, JSONLinesOptions{})
	wantError(t, err, ErrCSV, `a.jsonl:2: "a": got x`)
	var where *CSVError
	if !errors.As(err, &where) || where.Path != path || where.Line != 2 || where.Column != 0 || where.Name != "a" {
		t.Errorf("got %+v", where)
	}
	_, err = ReadJSONLinesFile(path+"x", JSONLinesOptions{})
	wantError(t, err, os.ErrNotExist)
	_, err = ReadJSONLinesFile(filepath.Dir(path), JSONLinesOptions{})
	wantError(t, err, ErrCSV, "want a regular file")
	if d := must(t)(ReadJSONLinesFile(written(t, "b", []byte(`{"a":1}`)), JSONLinesOptions{})); d.Len() != 1 {
		t.Errorf("got %d rows", d.Len())
	}
}

// linesOf writes a dataset of numbers and integers as JSON lines, a key for each field.
func linesOf(d *Dataset) (text string, opts JSONLinesOptions) {
	var out bytes.Buffer
	fields := d.Fields()
	for _, f := range fields {
		opts.Fields = append(opts.Fields, CSVField{Name: f.Name, Columns: []string{f.Name}, Integers: f.Integers()})
	}
	for i := range d.Len() {
		for k, f := range fields {
			fmt.Fprintf(&out, "%s%q:", []string{"{", ","}[min(k, 1)], f.Name)
			writeAxis(&out, f, i, 0, 0)
		}
		out.WriteString("}\n")
	}
	opts.OnMissing = KeepMissing
	return out.String(), opts
}

// writeAxis writes the elements of row i from the element at on, an array for each axis from
// axis on.
func writeAxis(out *bytes.Buffer, f Field, i, at, axis int) {
	if axis == len(f.Shape) {
		if v := f.At(i, at); math.IsNaN(v) {
			out.WriteString("null")
		} else {
			fmt.Fprint(out, v)
		}
		return
	}
	stride := Field{Shape: f.Shape[axis+1:]}.Size()
	for k := range f.Shape[axis] {
		out.WriteString([]string{"[", ","}[min(k, 1)])
		writeAxis(out, f, i, at+k*stride, axis+1)
	}
	out.WriteString("]")
}

// FuzzReadJSONLines checks that no text makes ReadJSONLines panic, that every error has a kind,
// and that what is accepted is written and read again equal.
func FuzzReadJSONLines(f *testing.F) {
	for _, c := range hostileLines {
		if len(c.text) < 1<<12 {
			f.Add([]byte(c.text), byte(0))
		}
	}
	for how := range 24 {
		f.Add([]byte("{\"a\":[[1,2]],\"b\":true,\"y\":\"p\"}\n{\"y\":\"q\",\"b\":null,\"a\":[[3,null]]}\n{\"b\":false,\"a\":[[1e3,-0]],\"y\":\"r\"}\n"), byte(how))
	}
	kinds := []error{ErrEmpty, ErrNotFinite, ErrLabel, ErrOption, ErrCSV, ErrShape}
	f.Fuzz(func(t *testing.T, text []byte, how byte) {
		opts := JSONLinesOptions{Text: []ColumnKind{Category, OneHot, LeftOut, Number}[how%4], OnMissing: MissingCells(how / 4 % 3), MaxLine: 1 << 16, MaxBytes: 1 << 20}
		if how/12%2 == 1 {
			opts.Target, opts.Labels = []string{"y"}, true
		}
		d, err := ReadJSONLines(bytes.NewReader(text), opts)
		if err != nil {
			if !anyKind(err, kinds) || d != nil {
				t.Fatalf("got %v, error %v of no kind", d, err)
			}
			return
		}
		for _, x := range d.Fields() {
			if x.stored() != d.Len()*x.Size() || d.Len() > bytes.Count(text, []byte("\n"))+1 {
				t.Fatalf("got %d elements in %d rows of %v", x.stored(), d.Len(), x.Shape)
			}
		}
		lines, again := linesOf(d)
		e, err := readLines(lines, again)
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, lines)
		}
		for k, x := range d.Fields() {
			y := e.Fields()[k]
			for i := range d.Len() {
				for j := range x.Size() {
					if a, b := x.At(i, j), y.At(i, j); a != b && !(math.IsNaN(a) && math.IsNaN(b)) {
						t.Fatalf("field %q, row %d, element %d: got %v again, want %v", x.Name, i, j, b, a)
					}
				}
			}
		}
	})
}

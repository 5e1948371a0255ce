package data

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"
)

func read(text string, opts CSVOptions) (*Dataset, error) {
	return ReadCSV(strings.NewReader(text), opts)
}

var toY = CSVOptions{Target: []string{"y"}}

func TestReadCSVForms(t *testing.T) {
	for name, text := range map[string]string{
		"plain":            "a,b,y\n1,2,3\n4,5,6\n",
		"no final newline": "a,b,y\n1,2,3\n4,5,6",
		"CRLF":             "a,b,y\r\n1,2,3\r\n4,5,6\r\n",
		"byte order mark":  "\ufeffa,b,y\r\n1,2,3\r\n4,5,6\r\n",
		"spaces":           " a,b\t, y \n 1 ,2, 3\n4 , 5,6\n",
		"quotes":           "\"a\",b,\"y\"\n\"1\",2,3\n4,\"5\",\"6\"\n",
		"number forms":     "a,b,y\n+1,2.0,.3e1\n4.,5e0,600E-2\n",
		"empty lines last": "a,b,y\n1,2,3\n4,5,6\n\n\r\n\n",
	} {
		d := must(t)(read(text, toY))
		x, _ := d.Field("x")
		y, _ := d.Field("y")
		if !slices.Equal(x.Floats, []float64{1, 2, 4, 5}) || !slices.Equal(x.Shape, []int{2}) || !slices.Equal(x.Columns, []string{"a", "b"}) {
			t.Errorf("%s: x %+v", name, x)
		}
		if !slices.Equal(y.Floats, []float64{3, 6}) || !slices.Equal(y.Shape, []int{1}) || !slices.Equal(y.Columns, []string{"y"}) {
			t.Errorf("%s: y %+v", name, y)
		}
	}
}

func TestReadCSVTargets(t *testing.T) {
	const text = "a,b,c\n1,2,3\n4,5,6\n"
	for _, c := range []struct {
		name string
		text string
		opts CSVOptions
		x, y []float64
		cols []string
	}{
		{"none", text, CSVOptions{}, []float64{1, 2, 3, 4, 5, 6}, nil, []string{"a", "b", "c"}},
		{"first", text, CSVOptions{TargetIndex: []int{0}}, []float64{2, 3, 5, 6}, []float64{1, 4}, []string{"b", "c"}},
		{"last", text, CSVOptions{TargetIndex: []int{-1}}, []float64{1, 2, 4, 5}, []float64{3, 6}, []string{"a", "b"}},
		{"two in their order", text, CSVOptions{Target: []string{"c", "a"}}, []float64{2, 5}, []float64{3, 1, 6, 4}, []string{"b"}},
		{"no header", "1,2,3\n4,5,6\n", CSVOptions{NoHeader: true, TargetIndex: []int{1}}, []float64{1, 3, 4, 6}, []float64{2, 5}, []string{"c0", "c2"}},
		{"semicolons", "a;b\n1;2\n", CSVOptions{Comma: ';', Target: []string{"b"}}, []float64{1}, []float64{2}, []string{"a"}},
		{"tabs", "a\tb\n1\t2\n", CSVOptions{Comma: '\t', Target: []string{"b"}}, []float64{1}, []float64{2}, []string{"a"}},
		{"integers that Target names", "0,1\n5,6\n", CSVOptions{Target: []string{"1"}}, []float64{5}, []float64{6}, []string{"0"}},
		{"numbers that Header makes names", "0.5,nan\n5,6\n", CSVOptions{Header: true, TargetIndex: []int{-1}}, []float64{5}, []float64{6}, []string{"0.5"}},
		{"a number as the target's name", "a,2020\n5,6\n", CSVOptions{TargetIndex: []int{-1}}, []float64{5}, []float64{6}, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := must(t)(read(c.text, c.opts))
			x, _ := d.Field("x")
			y, ok := d.Field("y")
			if !slices.Equal(x.Floats, c.x) || !slices.Equal(x.Columns, c.cols) || ok != (c.y != nil) || !slices.Equal(y.Floats, c.y) {
				t.Errorf("x %+v, y %+v", x, y)
			}
		})
	}
}

func TestReadCSVLabels(t *testing.T) {
	for _, c := range []struct {
		name   string
		labels []string
		ints   []int
		names  []string
	}{
		{"words", []string{"dog", "cat", "dog"}, []int{1, 0, 1}, []string{"cat", "dog"}},
		{"integers", []string{"10", "9", "-1", "9"}, []int{2, 1, 0, 1}, []string{"-1", "9", "10"}},
		{"gap", []string{"0", "5"}, []int{0, 1}, []string{"0", "5"}},
		{"spellings of one integer", []string{"1", "1.0", "+1", "1e0", "2"}, []int{0, 2, 1, 3, 4}, []string{"1", "+1", "1.0", "1e0", "2"}},
		{"leading zeros", []string{"007", "7", "08028", "8028", "7.0"}, []int{1, 0, 4, 3, 2}, []string{"7", "007", "7.0", "8028", "08028"}},
		{"exponents", []string{"1e2", "100", "2e3"}, []int{1, 0, 2}, []string{"100", "1e2", "2e3"}},
		{"codes that read as numbers", []string{"12E5", "A7", "1200000"}, []int{1, 2, 0}, []string{"1200000", "12E5", "A7"}},
		{"nan among words", []string{"nan", "roti", "-Infinity", "1e400", "1.5"}, []int{3, 4, 0, 2, 1}, []string{"-Infinity", "1.5", "1e400", "nan", "roti"}},
		{"integers beyond 2^53", []string{"9007199254740993", "9007199254740992", "1e300"}, []int{1, 0, 2}, []string{"9007199254740992", "9007199254740993", "1e300"}},
		{"words and integers", []string{"b", "10", "9"}, []int{2, 0, 1}, []string{"10", "9", "b"}},
		{"quoted", []string{`"a, ""b"""`, "\"two\nlines\""}, []int{0, 1}, []string{`a, "b"`, "two\nlines"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "a,kind\n"
			for _, l := range c.labels {
				text += "1," + l + "\n"
			}
			opts := CSVOptions{Target: []string{"kind"}, Labels: true}
			d := must(t)(read(text, opts))
			y, _ := d.Field("y")
			if !slices.Equal(y.Ints, c.ints) || !slices.Equal(y.ClassNames, c.names) || d.Classes() != len(c.names) || y.Shape != nil {
				t.Errorf("%v of %q", y.Ints, y.ClassNames)
			}
			// A second table reads with the classes of the first.
			opts.Classes = y.ClassNames
			again := must(t)(read("a,kind\n1,"+c.labels[0]+"\n", opts))
			if y, _ := again.Field("y"); y.Ints[0] != c.ints[0] || again.Classes() != len(c.names) {
				t.Errorf("second table: %v of %d classes", y.Ints, again.Classes())
			}
		})
	}
}

var (
	labelsOfY = CSVOptions{Target: []string{"y"}, Labels: true}
	fixedOfY  = CSVOptions{Target: []string{"y"}, Labels: true, Classes: []string{"a", "b"}}
	lastLabel = CSVOptions{TargetIndex: []int{-1}, Labels: true}
	bare      = CSVOptions{NoHeader: true}
)

// csvFaults are tables with one fault each and where it is.
var csvFaults = []struct {
	name, text   string
	opts         CSVOptions
	kind         error
	line, column int
	part         string
}{
	{"too few cells", "a,y\n1,2\n3\n", toY, ErrCSV, 3, 0, "1 cells, want 2"},
	{"too many cells", "a,y\n1,2,3\n", toY, ErrCSV, 2, 0, "3 cells"},
	{"word", "a,y\n1,two\n", toY, ErrCSV, 2, 2, `("y"): got "two", want a number`},
	{"formula", "a,y\n=cmd|calc,0\n", toY, ErrCSV, 2, 1, "want a number"},
	{"hexadecimal", "a,y\n0x10,0\n", toY, ErrCSV, 2, 1, "want a number"},
	{"underscore", "a,y\n1_000,0\n", toY, ErrCSV, 2, 1, "want a number"},
	{"decimal comma", "a;y\n1,5;0\n", CSVOptions{Comma: ';', Target: []string{"y"}}, ErrCSV, 2, 1, "decimal point"},
	{"two points", "a,y\n1.2.3,0\n", toY, ErrCSV, 2, 1, "want a number"},
	{"infinitely signed", "a,y\n+-inf,0\n", toY, ErrCSV, 2, 1, "want a number"},
	{"empty cell", "a,y\n1,\n", toY, ErrCSV, 2, 2, "empty"},
	{"blank cell", "a,y\n1,  \n", toY, ErrCSV, 2, 2, "empty"},
	{"empty quotes", "a,y\n\"\",1\n", toY, ErrCSV, 2, 1, "empty"},
	{"empty quotes alone", "a\n1\n\"\"\n", CSVOptions{}, ErrCSV, 3, 1, "empty"},
	{"empty line", "a,y\n1,2\n\n\n3,4\n", toY, ErrCSV, 3, 0, "empty line"},
	{"empty line first", "\na,y\n1,2\n", toY, ErrCSV, 1, 0, "empty line"},
	{"NaN", "a,y\nNaN,0\n", toY, ErrNotFinite, 2, 1, "NaN"},
	{"infinity", "a,y\n1,-Infinity\n", toY, ErrNotFinite, 2, 2, "-Infinity"},
	{"overflow", "a,y\n1e999,0\n", toY, ErrNotFinite, 2, 1, "in the range of float64"},
	{"NUL", "a,y\n1\x00,0\n", toY, ErrCSV, 2, 1, "NUL"},
	{"open quote", "a,y\n1,\"2\n3,4\n", toY, ErrCSV, 2, 2, "closing quote"},
	{"text after a quote", "a,y\n1,\"2\"3\n", toY, ErrCSV, 2, 2, "after the closing quote"},
	{"quote inside", "a,y\n1,2\"\n", toY, ErrCSV, 2, 2, "quote"},
	{"lone carriage return", "a,y\r1,2\r", toY, ErrCSV, 1, 2, "carriage return"},
	{"after a cell of two lines", "a,y\n1,\"p\nq\"\n1,r\n1,\n", labelsOfY, ErrCSV, 5, 2, "empty"},
	{"UTF-16", "\xff\xfea\x00,\x00", toY, ErrCSV, 1, 0, "UTF-16"},
	{"UTF-16, other order", "\xfe\xff\x00a", toY, ErrCSV, 1, 0, "UTF-16"},
	{"name not UTF-8", "a\xff,y\n1,2\n", toY, ErrCSV, 1, 1, "UTF-8"},
	{"label not UTF-8", "a,y\n1,\xff\n", labelsOfY, ErrCSV, 2, 2, "UTF-8"},
	{"no name", ",y\n1,2\n", toY, ErrCSV, 1, 1, "no name"},
	{"name twice", "a,y,a\n1,2,3\n", toY, ErrCSV, 1, 3, "column 1"},
	{"no header", "1.5,2\n3,4\n", toY, ErrCSV, 1, 1, "NoHeader"},
	{"no header, integers", "6,148,1\n1,85,0\n", lastLabel, ErrCSV, 1, 1, "NoHeader"},
	{"no header, label last", "5.1,3.5,setosa\n7,3.2,versicolor\n", lastLabel, ErrCSV, 1, 1, "NoHeader"},
	{"no header, label first", "M,0.4,0.3\nF,0.5,0.4\n", CSVOptions{TargetIndex: []int{0}, Labels: true}, ErrCSV, 1, 2, "NoHeader"},
	{"no header, a missing value first", "?,3.5,a\n7,3.2,b\n", lastLabel, ErrCSV, 1, 2, "NoHeader"},
	{"no header, not finite", "-inf\n2\n", CSVOptions{AllowNonFinite: true}, ErrCSV, 1, 1, "NoHeader"},
	{"no header, beyond float64", "1e999,a\n2,b\n", lastLabel, ErrCSV, 1, 1, "NoHeader"},
	{"header as data", "a,b\n1,2\n", bare, ErrCSV, 1, 1, "want a number"},
	{"another separator", "a;y\n1;2\n", toY, ErrCSV, 1, 1, "Comma"},
	{"a separator without header", "1;2\n", bare, ErrCSV, 1, 1, "want a number"},
	{"label 0.5", "a,y\n1,0.5\n", labelsOfY, ErrLabel, 2, 2, "the label 0.5"},
	{"label NaN", "a,y\n1,nan\n", labelsOfY, ErrNotFinite, 2, 2, "nan"},
	{"label 0.5, later", "a,y\n1,1\n2,0.5\n3,2\n", labelsOfY, ErrLabel, 3, 2, "the label 0.5"},
	{"label NaN among integers", "a,y\n1,1\n2,2\n3,NaN\n", labelsOfY, ErrNotFinite, 4, 2, "NaN"},
	{"label beyond float64", "a,y\n1,1\n2,1e400\n", labelsOfY, ErrNotFinite, 3, 2, "1e400"},
	{"a spelling of a class", "a,y\n1,07\n", CSVOptions{Target: []string{"y"}, Labels: true, Classes: []string{"7", "8"}}, ErrLabel, 2, 2, `"07", want one`},
	{"unknown label", "a,y\n1,b\n1,c\n", fixedOfY, ErrLabel, 3, 2, `"c", want one of the 2`},
	{"long cell", "a,y\n1," + strings.Repeat("1", maxCell+1) + "\n", toY, ErrCSV, 2, 2, "longer cell"},
	{"many columns", strings.Repeat("1,", maxColumns) + "1\n", bare, ErrCSV, 1, 0, "at most 1048576 cells"},
	{"size", "a,y\n1,2\n3,4\n", CSVOptions{Target: []string{"y"}, MaxBytes: 10}, ErrCSV, 3, 0, "at most 10 bytes"},
}

func TestReadCSVRefuses(t *testing.T) {
	for _, c := range csvFaults {
		t.Run(c.name, func(t *testing.T) {
			d, err := read(c.text, c.opts)
			wantError(t, err, c.kind, c.part)
			var where *CSVError
			if !errors.As(err, &where) || where.Line != c.line || where.Column != c.column {
				t.Errorf("error %v is at %+v, want line %d, column %d", err, where, c.line, c.column)
			}
			if d != nil {
				t.Error("a dataset came with the error")
			}
		})
	}
}

// Errors about the table as a whole or the options have no place.
func TestReadCSVRefusesWhole(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opts       CSVOptions
		kind       error
		part       string
	}{
		{"nothing", "", toY, ErrEmpty, "empty table"},
		{"byte order mark only", "\ufeff", toY, ErrEmpty, "empty table"},
		{"header only", "a,b,y\n", toY, ErrEmpty, "without rows"},
		{"one class", "a,y\n1,0\n2,0\n", CSVOptions{Target: []string{"y"}, Labels: true}, ErrLabel, `only the label "0", 2 times`},
		{"unknown target", "a,b\n1,2\n", toY, ErrOption, `"y", want one of the header's "a", "b"`},
		{"target outside", "a,b\n1,2\n", CSVOptions{TargetIndex: []int{2}}, ErrOption, "TargetIndex 2, want one in -2..1"},
		{"target outside, negative", "a,b\n1,2\n", CSVOptions{TargetIndex: []int{-3}}, ErrOption, "TargetIndex -3"},
		{"target twice", "a,b\n1,2\n", CSVOptions{TargetIndex: []int{1, -1}}, ErrOption, "twice"},
		{"only targets", "a,b\n1,2\n", CSVOptions{TargetIndex: []int{0, 1}}, ErrOption, "all 2 columns"},
		{"both kinds of target", "", CSVOptions{Target: []string{"a"}, TargetIndex: []int{0}}, ErrOption, "one of them"},
		{"name without header", "", CSVOptions{NoHeader: true, Target: []string{"y"}}, ErrOption, "TargetIndex"},
		{"labels without target", "", CSVOptions{Labels: true}, ErrOption, "0 target columns"},
		{"labels in two columns", "", CSVOptions{Labels: true, TargetIndex: []int{0, 1}}, ErrOption, "2 target columns"},
		{"classes without labels", "", CSVOptions{Classes: []string{"a", "b"}}, ErrOption, "Labels"},
		{"one fixed class", "", CSVOptions{Labels: true, TargetIndex: []int{0}, Classes: []string{"a"}}, ErrOption, "at least 2"},
		{"class twice", "a,b\n1,2\n", CSVOptions{Labels: true, TargetIndex: []int{0}, Classes: []string{"a", "a"}}, ErrOption, "twice"},
		{"class with spaces", "a,b\n1,2\n", CSVOptions{Labels: true, TargetIndex: []int{0}, Classes: []string{"a", " b"}}, ErrOption, "spaces"},
		{"header and none", "", CSVOptions{Header: true, NoHeader: true}, ErrOption, "one of them"},
		{"separator", "", CSVOptions{Comma: '"'}, ErrOption, "separate"},
		{"wide separator", "", CSVOptions{Comma: '→'}, ErrOption, "separate"},
		{"digit separator", "", CSVOptions{Comma: '7'}, ErrOption, "separate"},
		{"negative size", "", CSVOptions{MaxBytes: -1}, ErrOption, "MaxBytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.text, c.opts)
			wantError(t, err, c.kind, c.part)
		})
	}
}

// Classes that the user gives are texts, whatever they read as.
func TestReadCSVFixedClasses(t *testing.T) {
	for _, classes := range [][]string{{"01", "02"}, {"1.0", "1"}, {"-1", "+1"}, {"nan", "0.5"}, {"Infinity", "1e400"}} {
		d := must(t)(read("x,y\n1,"+classes[1]+"\n2,"+classes[0]+"\n", CSVOptions{Target: []string{"y"}, Labels: true, Classes: classes}))
		if y, _ := d.Field("y"); !slices.Equal(y.Ints, []int{1, 0}) || !slices.Equal(y.ClassNames, classes) {
			t.Errorf("classes %q: %v of %q", classes, y.Ints, y.ClassNames)
		}
	}
	d := must(t)(read("x,y\n1,2\n2,NaN\n", CSVOptions{Target: []string{"y"}, Labels: true, AllowNonFinite: true}))
	if y, _ := d.Field("y"); !slices.Equal(y.ClassNames, []string{"2", "NaN"}) {
		t.Errorf("with AllowNonFinite: classes %q", y.ClassNames)
	}
}

func TestReadCSVNonFinite(t *testing.T) {
	d := must(t)(read("a,y\nNaN,-inf\n+Infinity,2\n", CSVOptions{Target: []string{"y"}, AllowNonFinite: true}))
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	if !math.IsNaN(x.Floats[0]) || !math.IsInf(x.Floats[1], 1) || !math.IsInf(y.Floats[0], -1) {
		t.Errorf("x %v, y %v", x.Floats, y.Floats)
	}
	_, err := read("a,y\n1e999,0\n", CSVOptions{AllowNonFinite: true})
	wantError(t, err, ErrNotFinite)
}

// A reader that gives one byte at a time or fails at any byte must neither hang
// nor lose its error.
func TestReadCSVReaders(t *testing.T) {
	const text = "\ufeffa,y\r\n1,\"2\"\r\n\"3\",4\r\n"
	d := must(t)(ReadCSV(iotest.OneByteReader(strings.NewReader(text)), toY))
	if d.Len() != 2 {
		t.Errorf("%d rows", d.Len())
	}
	failure := errors.New("unplugged")
	for n := range len(text) + 1 {
		_, err := ReadCSV(io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(failure)), toY)
		if !errors.Is(err, failure) {
			t.Errorf("failure after %d bytes: %v", n, err)
		}
	}
}

func TestReadCSVFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(path, []byte("a,y\n1,2\n3,x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := ReadCSVFile(path, toY)
	wantError(t, err, ErrCSV, "table.csv:3: column 2 (\"y\")")
	if err := os.WriteFile(path, []byte("a,y\n1,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if d := must(t)(ReadCSVFile(path, toY)); d.Len() != 1 {
		t.Errorf("%d rows", d.Len())
	}
	_, err = ReadCSVFile(path+"x", toY)
	wantError(t, err, os.ErrNotExist)
	_, err = ReadCSVFile(filepath.Dir(path), toY)
	wantError(t, err, ErrCSV, "want a regular file")
}

// FuzzReadCSV checks that no text makes ReadCSV panic, that every error has a
// kind, and that what is accepted has the size its lines say.
func FuzzReadCSV(f *testing.F) {
	for _, text := range []string{
		"a,b,y\n1,2,0\n3,4,1\n", "\ufeffa,y\r\n1,0\r\n2,1", "a,y\n\"1\",\"x\"\"\n\"\n2,z\n", "a;y\n1,5;0\n",
		"a,y\n1,\n", "a,y\nNaN,0\n", "a,y\n1\x00,0\n", "a, y\n 1 , 0 \n", "\xff\xfea", "a,y\n1,2\n\n\n", "0,1\n2,3\n",
	} {
		f.Add([]byte(text), false, false)
		f.Add([]byte(text), true, true)
	}
	kinds := []error{ErrEmpty, ErrNotFinite, ErrLabel, ErrOption, ErrCSV}
	f.Fuzz(func(t *testing.T, text []byte, noHeader, labels bool) {
		d, err := ReadCSV(bytes.NewReader(text), CSVOptions{NoHeader: noHeader, Labels: labels, TargetIndex: []int{-1}})
		if err != nil {
			if !slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) }) || d != nil {
				t.Fatalf("error %v of no kind, dataset %v", err, d)
			}
			return
		}
		x, _ := d.Field("x")
		y, _ := d.Field("y")
		if x.Len() != d.Len() || y.Len() != d.Len() || d.Len() > bytes.Count(text, []byte("\n"))+1 || (labels && d.Classes() < 2) {
			t.Fatalf("%d examples, %d and %d rows of %q", d.Len(), x.Len(), y.Len(), text)
		}
	})
}

// TestCSVTextColumn: the first text where a number is wanted names the options that read texts.
func TestCSVTextColumn(t *testing.T) {
	for text, want := range map[string]string{
		"city,a,y\nParis,1,2\n": `csv:2: column 1 ("city"): got "Paris", want a number, or Columns or Text to say what texts become, or Drop to leave the column out`,
		"a,y\n1,no\n":           `csv:2: column 2 ("y"): got "no", want a number, or Labels for texts that are classes`,
		"a,y\n1,2\nx,3\n":       `csv:3: column 1 ("a"): got "x", want a number`,
	} {
		_, err := ReadCSV(strings.NewReader(text), CSVOptions{Target: []string{"y"}})
		if !errors.Is(err, ErrCSV) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

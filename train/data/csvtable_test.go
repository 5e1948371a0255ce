package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
)

// birds is a table with numbers, texts, missing cells and a truth value.
const birds = `species,island,bill,mass,ringed
gentoo,Biscoe,46.1,4500,yes
adelie,Torgersen,39.1,3750,no
adelie,Biscoe,NA,3400,yes
chinstrap,Dream,46.5,,no
`

// show prints the fields of a dataset: name, shape, columns and rows.
func show(d *Dataset) string {
	var b strings.Builder
	for _, f := range d.Fields() {
		fmt.Fprintf(&b, "%s%v%q", f.Name, f.Shape, f.Columns)
		if f.Classes > 0 {
			fmt.Fprintf(&b, " classes%q", f.ClassNames)
		}
		if f.Ints != nil {
			fmt.Fprintf(&b, " ints%v\n", f.Ints)
		} else {
			fmt.Fprintf(&b, " %v\n", f.Floats)
		}
	}
	return b.String()
}

// TestReadCSVKinds reads one table for each thing that a table may have.
func TestReadCSVKinds(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opts       CSVOptions
		want       string
	}{
		{"columns left out", "id,a,b\nx1,1,2\n,3,4\n", CSVOptions{Drop: []string{"id"}},
			"x[2][\"a\" \"b\"] [1 2 3 4]\n"},
		{"inputs in their order", "id,a,b\nx1,1,2\nx2,3,4\n", CSVOptions{Inputs: []string{"b", "a"}},
			"x[2][\"b\" \"a\"] [2 1 4 3]\n"},
		{"renamed", "id,a,b\n1,1,2\n", CSVOptions{Rename: map[string]string{"a": "length", "b": "y"}, Drop: []string{"id"}, Target: []string{"y"}},
			"x[1][\"length\"] [1]\ny[1][\"y\"] [2]\n"},
		{"a column without name, left out", ",a\n1,5\n", CSVOptions{Drop: []string{""}},
			"x[1][\"a\"] [5]\n"},
		{"a column without name, named", ",a\n1,5\n", CSVOptions{Rename: map[string]string{"": "row"}},
			"x[2][\"row\" \"a\"] [1 5]\n"},
		{"names for no header", "1,2\n", CSVOptions{NoHeader: true, Names: []string{"a", "b"}, Target: []string{"b"}},
			"x[1][\"a\"] [1]\ny[1][\"b\"] [2]\n"},
		{"names for a header with one name twice", "a,a\n1,2\n", CSVOptions{Header: true, Names: []string{"a", "b"}},
			"x[2][\"a\" \"b\"] [1 2]\n"},
		{"lines before the table", "made by hand\n\"twice\n\na,b\n1,2\n", CSVOptions{SkipLines: 3},
			"x[2][\"a\" \"b\"] [1 2]\n"},
		{"comments", "# one\na,b\n#\"two\n1,2\n# three", CSVOptions{Comment: "#"},
			"x[2][\"a\" \"b\"] [1 2]\n"},
		{"blanks", "  a b\tc \n1   2 3\n \"4\" 5\t\t6\r\n", CSVOptions{Comma: ' '},
			"x[3][\"a\" \"b\" \"c\"] [1 2 3 4 5 6]\n"},
		{"decimal comma and thousands", "a;b\n1.234,5;-1.000.000\n0,25;1,5e3\n", CSVOptions{Comma: ';', DecimalComma: true, Thousands: '.'},
			"x[2][\"a\" \"b\"] [1234.5 -1e+06 0.25 1500]\n"},
		{"thousands with commas", "a\n\"1,234\"\n999\n", CSVOptions{Thousands: ','},
			"x[1][\"a\"] [1234 999]\n"},
		{"thousands with spaces", "a\n12 345.5\n999\n", CSVOptions{Thousands: ' '},
			"x[1][\"a\"] [12345.5 999]\n"},
		{"quotes after spaces", "a, \"b\"\n1, \"2\" \n", CSVOptions{},
			"x[2][\"a\" \"b\"] [1 2]\n"},
		{"categories", "a,k\n1,z\n2,b\n3,z\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: Category}}},
			"x[2][\"a\" \"k\"] [1 1 2 0 3 1]\n"},
		{"categories of numbers", "a,k\n1,10\n2,9\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: Category}}},
			"x[2][\"a\" \"k\"] [1 1 2 0]\n"},
		{"categories in a given order", "a,k\n1,low\n2,high\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: Category, Categories: []string{"low", "mid", "high"}}}},
			"x[2][\"a\" \"k\"] [1 0 2 2]\n"},
		{"one-hot between numbers", "a,k,b\n1,q,2\n3,p,4\n5,q,6\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: OneHot}}},
			"x[4][\"a\" \"k=p\" \"k=q\" \"b\"] [1 0 1 2 3 1 0 4 5 0 1 6]\n"},
		{"one-hot with others", "a,k\n1,q\n3,new\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: OneHot, Categories: []string{"q"}, Other: "other"}}},
			"x[3][\"a\" \"k=q\" \"k=other\"] [1 1 0 3 0 1]\n"},
		{"others by their name", "a,k\n1,q\n3,other\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: Category, Other: "other"}}},
			"x[2][\"a\" \"k\"] [1 0 3 1]\n"},
		{"all texts one-hot", "a,k\n1,q\n3,p\n", CSVOptions{Text: OneHot},
			"x[3][\"a\" \"k=p\" \"k=q\"] [1 0 1 3 1 0]\n"},
		{"all texts left out", "a,k\n1,q\n3,\n", CSVOptions{Text: LeftOut},
			"x[1][\"a\"] [1 3]\n"},
		{"truth values", "a,b\n1,TRUE\n0,false\n2,No\n", CSVOptions{Columns: map[string]CSVColumn{"b": {Kind: Boolean}}},
			"x[2][\"a\" \"b\"] [1 1 0 0 2 0]\n"},
		{"truth values in other words", "a,b\n1,Ja\n0,nein\n", CSVOptions{Columns: map[string]CSVColumn{"b": {Kind: Boolean, True: []string{"ja"}, False: []string{"nein"}}}},
			"x[2][\"a\" \"b\"] [1 1 0 0]\n"},
		{"days", "a,t\n1,1970-01-02\n2,1969-12-31T12:00\n3,1970-01-01 06:00:00+06:00\n", CSVOptions{Columns: map[string]CSVColumn{"t": {Kind: Time}}},
			"x[2][\"a\" \"t\"] [1 1 2 -0.5 3 0]\n"},
		{"seconds from a day", "a,t\n1,02.01.2000\n", CSVOptions{Columns: map[string]CSVColumn{"t": {Kind: Time, Layout: "02.01.2006", Unit: Seconds, Epoch: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}}},
			"x[2][\"a\" \"t\"] [1 86400]\n"},
		{"fractions of seconds", "a,t\n1,1970-01-01T00:00:01.25Z\n", CSVOptions{Columns: map[string]CSVColumn{"t": {Kind: Time, Unit: Seconds}}},
			"x[2][\"a\" \"t\"] [1 1.25]\n"},
		{"times of day", "a,t\n1,06:30\n", CSVOptions{Columns: map[string]CSVColumn{"t": {Kind: Time, Layout: "15:04", Unit: Seconds}}},
			"x[2][\"a\" \"t\"] [1 23400]\n"},
		{"missing cells kept", "a,b,k,y\n1,?,p,1\nNaN,4,NA,2\n", CSVOptions{OnMissing: KeepMissing, Target: []string{"y"}, Columns: map[string]CSVColumn{"k": {Kind: OneHot}}},
			"x[3][\"a\" \"b\" \"k=p\"] [1 NaN 1 NaN 4 NaN]\ny[1][\"y\"] [1 2]\n"},
		{"missing cells by other texts", "a,k\n-999,NA\n2,p\n", CSVOptions{OnMissing: KeepMissing, Missing: []string{"-999"}, Columns: map[string]CSVColumn{"k": {Kind: Category}}},
			"x[2][\"a\" \"k\"] [NaN 0 2 1]\n"},
		{"Namibia", "a,k\n1,NA\n2,DE\n", CSVOptions{Missing: []string{}, Text: Category},
			"x[2][\"a\" \"k\"] [1 1 2 0]\n"},
		{"rows with missing cells left out", birds, CSVOptions{OnMissing: DropRows, Target: []string{"species"}, Labels: true, Text: OneHot, Columns: map[string]CSVColumn{"ringed": {Kind: Boolean}}},
			"x[5][\"island=Biscoe\" \"island=Torgersen\" \"bill\" \"mass\" \"ringed\"] [1 0 46.1 4500 1 0 1 39.1 3750 0]\ny[][\"species\"] classes[\"adelie\" \"gentoo\"] ints[1 0]\n"},
		{"further fields", birds, CSVOptions{Inputs: []string{"ringed"}, Target: []string{"species"}, Labels: true, Fields: []CSVField{{Name: "place", Columns: []string{"island"}, Integers: true}},
			Columns: map[string]CSVColumn{"ringed": {Kind: Boolean}, "island": {Kind: Category}}},
			"x[1][\"ringed\"] [1 0 1 0]\ny[][\"species\"] classes[\"adelie\" \"chinstrap\" \"gentoo\"] ints[2 0 0 1]\nplace[][\"island\"] classes[\"Biscoe\" \"Dream\" \"Torgersen\"] ints[0 2 0 1]\n"},
		{"inputs of integers", "a,k\n7,p\n-8,q\n", CSVOptions{Fields: []CSVField{{Name: "x", Columns: []string{"k", "a"}, Integers: true}}, Columns: map[string]CSVColumn{"k": {Kind: Category}}},
			"x[2][\"k\" \"a\"] ints[0 7 1 -8]\n"},
		{"a header over texts that options name", "k\np\nq\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: Category}}},
			"x[1][\"k\"] [0 1]\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, plan, err := ReadCSVPlan(strings.NewReader(c.text), c.opts)
			if err != nil {
				t.Fatal(err)
			}
			if got := show(d); got != c.want {
				t.Fatalf("got\n%swant\n%s", got, c.want)
			}
			readsTheSame(t, c.text, plan, d)
		})
	}
}

// kindFaults are tables that the settings of columns do not fit.
var kindFaults = []struct {
	name, text   string
	opts         CSVOptions
	kind         error
	line, column int
	part         string
}{
	{"missing text", "a,b\n1,NA\n", CSVOptions{}, ErrCSV, 2, 2, `("b"): got "NA", which stands for a missing cell`},
	{"missing label", "a,y\n1,?\n", labelsOfY, ErrCSV, 2, 2, "missing"},
	{"missing integer", "a,k\n1,p\n2,\n", CSVOptions{OnMissing: KeepMissing, Inputs: []string{"a"}, Fields: []CSVField{{"k", []string{"k"}, true}}, Columns: map[string]CSVColumn{"k": {Kind: Category}}}, ErrCSV, 3, 2, "Integers"},
	{"unseen category", "a,k\n1,p\n2,r\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: OneHot, Categories: []string{"p", "q"}}}}, ErrLabel, 3, 2, `got "r", want one of the 2 categories "p", "q"`},
	{"too many categories", "a,k\n1,p\n2,r\n", CSVOptions{Columns: map[string]CSVColumn{"k": {Kind: OneHot, MaxCategories: 1}}}, ErrLabel, 3, 2, "MaxCategories"},
	{"category not UTF-8", "a,k\n1,\xff\n", CSVOptions{Text: Category}, ErrCSV, 2, 2, "UTF-8"},
	{"no truth value", "a,b\n1,maybe\n", CSVOptions{Columns: map[string]CSVColumn{"b": {Kind: Boolean}}}, ErrCSV, 2, 2, `"maybe", want a truth value`},
	{"no time", "a,t\n1,2000-02-30\n", CSVOptions{Columns: map[string]CSVColumn{"t": {Kind: Time}}}, ErrCSV, 2, 2, `"2000-02-30", want a date`},
	{"another layout", "a,t\n1,2000-02-03\n", CSVOptions{Columns: map[string]CSVColumn{"t": {Kind: Time, Layout: "02.01.2006"}}}, ErrCSV, 2, 2, `want a time of the Layout "02.01.2006"`},
	{"text in a column of numbers", "a,k\n1,5\n2,r\n", CSVOptions{Text: OneHot}, ErrCSV, 3, 2, "began with a number"},
	{"groups of two", "a\n12.34\n", CSVOptions{Thousands: '.', Comma: ';', DecimalComma: true}, ErrCSV, 2, 1, "groups of three digits"},
	{"groups of four", "a\n1234.567\n", CSVOptions{Thousands: '.', Comma: ';', DecimalComma: true}, ErrCSV, 2, 1, "groups of three digits"},
	{"point for a comma", "a\n1.5\n", CSVOptions{Comma: ';', DecimalComma: true}, ErrCSV, 2, 1, "decimal point ','"},
	{"no integer", "a\n1.5\n", CSVOptions{Fields: []CSVField{{"x", []string{"a"}, true}}}, ErrCSV, 2, 1, "whole number"},
	{"texts over texts", "p,q\nr,s\n", CSVOptions{Text: Category}, ErrCSV, 1, 0, "NoHeader"},
	{"spaces between numbers", "a b\n1 2\n", CSVOptions{NoHeader: true, Text: OneHot}, ErrCSV, 2, 1, "Comma"},
	{"semicolons between texts", "p;q\nr;s\n", CSVOptions{NoHeader: true, Text: OneHot}, ErrCSV, 1, 1, "Comma"},
	{"rows with names", "a,b\n1,2,3\n", CSVOptions{}, ErrCSV, 2, 0, "Names"},
	{"gzip", "\x1f\x8b\x08", CSVOptions{}, ErrCSV, 1, 0, "gzip"},
	{"row to drop for a column to leave out", "a,k\n1,\n2,p\n", CSVOptions{Text: LeftOut, OnMissing: DropRows}, ErrCSV, 2, 2, "Drop"},
	{"number of names", "1,2\n", CSVOptions{NoHeader: true, Names: []string{"a"}}, ErrCSV, 1, 0, "Names"},
	{"quote behind a quoted cell", "a\n\"1\" \"\n", CSVOptions{}, ErrCSV, 2, 1, "after the closing quote"},
	{"size of comments", "#234567890\n#234567890\na\n1\n", CSVOptions{Comment: "#", MaxBytes: 15}, ErrCSV, 2, 0, "at most 15 bytes"},
}

func TestReadCSVKindsRefuse(t *testing.T) {
	for _, c := range kindFaults {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.text, c.opts)
			wantError(t, err, c.kind, c.part)
			var where *CSVError
			if !errors.As(err, &where) || where.Line != c.line || where.Column != c.column {
				t.Errorf("error %v is at %+v, want line %d, column %d", err, where, c.line, c.column)
			}
		})
	}
}

// TestCSVOptionsRefused holds the options that have no meaning, alone or for the table.
func TestCSVOptionsRefused(t *testing.T) {
	column := func(c CSVColumn) CSVOptions { return CSVOptions{Columns: map[string]CSVColumn{"a": c}} }
	for _, c := range []struct {
		name string
		opts CSVOptions
		part string
	}{
		{"names without a header said", CSVOptions{Names: []string{"a", "b"}}, "Header"},
		{"names twice", CSVOptions{Header: true, Names: []string{"a", "a"}}, "each once"},
		{"rename of names", CSVOptions{Header: true, Names: []string{"a", "b"}, Rename: map[string]string{"a": "c"}}, "Rename"},
		{"rename of nothing", CSVOptions{Rename: map[string]string{"z": "c"}}, `"z" to Rename`},
		{"lines to skip", CSVOptions{SkipLines: -1}, "SkipLines"},
		{"comment of two lines", CSVOptions{Comment: "#\n"}, "Comment"},
		{"decimal comma between commas", CSVOptions{DecimalComma: true}, "Comma"},
		{"thousands as the point", CSVOptions{Thousands: '.'}, "Thousands"},
		{"thousands as a digit", CSVOptions{Thousands: '0'}, "Thousands"},
		{"two kinds of spaces", CSVOptions{Thousands: ' ', Comma: ' '}, "spaces"},
		{"missing treatment", CSVOptions{OnMissing: 7}, "OnMissing"},
		{"missing text with spaces", CSVOptions{Missing: []string{" "}}, "spaces"},
		{"field without a name", CSVOptions{Fields: []CSVField{{Columns: []string{"a"}}}}, "Name"},
		{"field without columns", CSVOptions{Fields: []CSVField{{Name: "z"}}}, "Columns"},
		{"field twice", CSVOptions{Target: []string{"a"}, Fields: []CSVField{{Name: "y", Columns: []string{"b"}}}}, "twice"},
		{"text that is time", CSVOptions{Text: Time}, "Text"},
		{"kind", column(CSVColumn{Kind: 9}), "Kind"},
		{"categories of numbers", column(CSVColumn{Categories: []string{"a"}}), "categories"},
		{"truth of numbers", column(CSVColumn{True: []string{"a"}}), "True"},
		{"layout of numbers", column(CSVColumn{Layout: "2006"}), "times"},
		{"no categories", column(CSVColumn{Kind: Category, Categories: []string{}}), "empty"},
		{"category twice", column(CSVColumn{Kind: Category, Categories: []string{"a", "a"}}), "twice"},
		{"other is known", column(CSVColumn{Kind: Category, Categories: []string{"a"}, Other: "a"}), "Other"},
		{"few categories", column(CSVColumn{Kind: Category, Categories: []string{"a", "b"}, MaxCategories: 1}), "MaxCategories"},
		{"true alone", column(CSVColumn{Kind: Boolean, True: []string{"a"}}), "both"},
		{"true and false", column(CSVColumn{Kind: Boolean, True: []string{"a"}, False: []string{"A"}}), "in one"},
		{"unit", column(CSVColumn{Kind: Time, Unit: 3}), "Unit"},
		{"layout in letters", column(CSVColumn{Kind: Time, Layout: "YYYY-MM-DD"}), "2006-01-02"},
		{"epoch of times of day", column(CSVColumn{Kind: Time, Layout: "15:04", Epoch: time.Unix(5, 0)}), "year"},
		{"column that is not there", CSVOptions{Columns: map[string]CSVColumn{"z": {}}}, `"z"`},
		{"input that is not there", CSVOptions{Inputs: []string{"z"}}, `"z"`},
		{"drop of nothing", CSVOptions{Drop: []string{"z"}}, `"z"`},
		{"drop of a target", CSVOptions{Drop: []string{"a"}, Target: []string{"a"}}, "Drop"},
		{"drop of all", CSVOptions{Drop: []string{"a", "b"}}, `field "x"`},
		{"input twice", CSVOptions{Inputs: []string{"a", "a"}}, "want it in one"},
		{"settings of labels", CSVOptions{Target: []string{"a"}, Labels: true, Columns: map[string]CSVColumn{"a": {Kind: Category}}}, "Labels"},
		{"one-hot integers", CSVOptions{Fields: []CSVField{{"z", []string{"a"}, true}}, Columns: map[string]CSVColumn{"a": {Kind: OneHot}}}, "OneHot"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read("a,b\n1,2\n3,4\n", c.opts)
			wantError(t, err, ErrOption, c.part)
		})
	}
}

// A row that is left out adds no category, and all rows may not be.
func TestReadCSVDropRows(t *testing.T) {
	opts := CSVOptions{OnMissing: DropRows, Text: Category}
	_, plan, err := ReadCSVPlan(strings.NewReader("a,k\n1,p\n,q\n3,p\n"), opts)
	if err != nil {
		t.Fatal(err)
	}
	if k := plan.Columns[1]; !slices.Equal(k.Categories, []string{"p"}) || !slices.Equal(k.Counts, []int{2}) || plan.Dropped != 1 || plan.Rows != 2 || plan.Columns[0].Missing != 1 {
		t.Errorf("plan %+v", plan)
	}
	_, err = read("a,k\n,p\n,q\n", opts)
	wantError(t, err, ErrEmpty, "all 2 rows")
	_, err = read("a,k\n1,\n2,?\n", CSVOptions{OnMissing: KeepMissing, Columns: map[string]CSVColumn{"k": {Kind: OneHot}}})
	wantError(t, err, ErrCSV, "missing cells only")
}

// Numbers read by the quick way are those of strconv, to the bit.
func TestQuickNumber(t *testing.T) {
	form := numberForm{point: '.'}
	for _, text := range []string{"0", "-0", "+0.0", "9007199254740992", "9007199254740993", "0.1", "1.7976931348623157", "123456789012345.678",
		".5", "5.", "0.000000000000000001", "1234567890123456789", "12345678901234567890", "-.25", "1e5", "00000000000000000000.5"} {
		want, err := parseNumber(text, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := form.read([]byte(text)); err != nil || math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "+", "-", ".", "-.", "1..2", "--1", "1-2"} {
		if v, err := form.read([]byte(text)); err == nil {
			t.Errorf("%q: got %v, want an error", text, v)
		}
	}
}

// A table longer than every buffer and block is read whole, whether its size is known or
// not and even where the size is wrong.
func TestReadCSVLong(t *testing.T) {
	const rows = 200_000
	var b strings.Builder
	b.WriteString("a,b,c\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,%g,\"%d\"\n", i, float64(i)/8, i%7)
	}
	text := b.String()
	for name, r := range map[string]interface {
		Read([]byte) (int, error)
	}{
		"known":   strings.NewReader(text),
		"unknown": struct{ *onlyReader }{&onlyReader{strings.NewReader(text)}},
		"low":     &lyingReader{onlyReader{strings.NewReader(text)}, 1000},
		"high":    &lyingReader{onlyReader{strings.NewReader(text)}, len(text) * 2},
	} {
		x, _ := must(t)(ReadCSV(r, CSVOptions{})).Field("x")
		if x.Len() != rows {
			t.Fatalf("%s: %d rows", name, x.Len())
		}
		for i := range rows {
			if x.Floats[3*i] != float64(i) || x.Floats[3*i+1] != float64(i)/8 || x.Floats[3*i+2] != float64(i%7) {
				t.Fatalf("%s: row %d is %v", name, i, x.Floats[3*i:3*i+3])
			}
		}
	}
}

type onlyReader struct{ r *strings.Reader }

func (r *onlyReader) Read(p []byte) (int, error) { return r.r.Read(p) }

type lyingReader struct {
	onlyReader
	len int
}

func (r *lyingReader) Len() int { return r.len }

// FuzzReadCSVPlan checks that a plan reads the table that it came from to the same values,
// whatever the table, and that reading in blocks does.
func FuzzReadCSVPlan(f *testing.F) {
	for _, text := range []string{birds, "a,k\n1,p\n,q\n", "a b\n1 2\n\"x y\"\t3\n", "#c\nk;t\n1,5;x\n", "p,q\np,\n", "a,\n1,2\n", "1.000,5;x\n?;y\n"} {
		for _, how := range []byte{0, 1, 2, 7, 64, 129} {
			f.Add([]byte(text), how)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, how byte) {
		opts := CSVOptions{Text: []ColumnKind{Category, OneHot, LeftOut, Number}[how%4], OnMissing: MissingCells(how / 4 % 3), Comment: "#"}
		opts.DropUnlabelled = how/16%4 == 3 && how/4%3 < 2
		switch how / 16 % 4 {
		case 1:
			opts.Comma = ' '
		case 2:
			opts.Comma, opts.DecimalComma, opts.Thousands = ';', true, '.'
		case 3:
			opts.TargetIndex, opts.Labels = []int{-1}, true
		}
		opts.Header, opts.NoHeader = how>>6 == 1, how>>6 == 2
		d, plan, err := ReadCSVPlan(strings.NewReader(string(text)), opts)
		sameInBlocks(t, string(text), opts)
		if err != nil {
			return
		}
		readsTheSame(t, string(text), plan, d)
	})
}

// An integer that float64 may have rounded is refused.
func TestReadCSVIntegerLimit(t *testing.T) {
	opts := CSVOptions{Fields: []CSVField{{Name: "x", Columns: []string{"a"}, Integers: true}}}
	for _, text := range []string{"9007199254740993", "9007199254740992", "-9007199254740993", "1e300"} {
		_, err := read("a\n"+text+"\n", opts)
		wantError(t, err, ErrCSV, text, "below 2^53")
	}
	if math.MaxInt > math.MaxInt32 {
		x, _ := must(t)(read("a\n-9007199254740991\n", opts)).Field("x")
		if x.At(0, 0) != -9007199254740991 {
			t.Errorf("got %v", x.Ints)
		}
	}
}

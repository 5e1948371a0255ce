package data

import (
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pkg/errors"
)

// readsTheSame checks that a plan reads the table that it came from to the same dataset in every
// way, and describes it, also after it has been JSON.
func readsTheSame(t *testing.T, text string, plan *CSVPlan, d *Dataset) {
	t.Helper()
	form, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	again := &CSVPlan{}
	if err := json.Unmarshal(form, again); err != nil {
		t.Fatal(err)
	}
	info, err := again.Info()
	if err != nil || !reflect.DeepEqual(info, d.Info()) {
		t.Fatalf("by the plan %s: got the description %+v and %v, want %+v", form, info, err, d.Info())
	}
	want := show(d)
	columns, rows := cellsOf(t, text, again)
	for name, read := range map[string]func() (*Dataset, error){
		"Read":        func() (*Dataset, error) { return again.Read(strings.NewReader(text)) },
		"Stream":      func() (*Dataset, error) { return streamed(again, iotest.OneByteReader(strings.NewReader(text))) },
		"ReadRecords": func() (*Dataset, error) { return again.ReadRecords(columns, rows) },
	} {
		d, err := read()
		if err != nil || show(d) != want {
			t.Fatalf("%s by the plan %s: got %v, want\n%s", name, form, err, want)
		}
	}
}

// streamed reads all rows of a stream.
func streamed(p *CSVPlan, r io.Reader) (*Dataset, error) {
	s, err := p.Stream(r)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var parts []*Dataset
	for n := 1; ; n++ {
		d, err := s.Next(n)
		if err == io.EOF && len(parts) == 0 {
			return nil, nil
		}
		if err == io.EOF {
			return Concat(parts...)
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, d)
	}
}

// cellsOf returns the cells of a table that a plan reads, the columns in the other order.
func cellsOf(t *testing.T, text string, p *CSVPlan) (columns []string, rows [][]string) {
	t.Helper()
	table, err := newCSVTable("test", strings.NewReader(text), p.Options, p, newNoRows)
	if err == nil {
		table.ahead = nil
		err = table.begin()
	}
	if err != nil {
		t.Fatal(err)
	}
	for ; ; table.held = false {
		if !table.held {
			if err := table.scan.record(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		row := make([]string, len(table.scan.cells))
		for i := range row {
			row[i] = string(table.scan.cell(i))
		}
		slices.Reverse(row)
		rows = append(rows, row)
	}
	columns = slices.Clone(table.names)
	slices.Reverse(columns)
	return columns, rows
}

// TestReadRecords says where a cell is that the plan does not take.
func TestReadRecords(t *testing.T) {
	inputs, err := planOfBirds(t).Only("x")
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{"ringed", "bill", "island"}
	for _, c := range []struct {
		name    string
		columns []string
		rows    [][]string
		kind    error
		parts   []string
	}{
		{"no rows", columns, nil, ErrEmpty, []string{"want at least one"}},
		{"a text for a number", columns, [][]string{{"no", "1", "Dream"}, {"no", "long", "Dream"}}, ErrCSV, []string{`data: row 1: column 2 ("bill")`, `"long"`}},
		{"a short row", columns, [][]string{{"no", "1"}}, ErrCSV, []string{"data: row 0: got 2 cells, want 3"}},
		{"no truth value", columns, [][]string{{"perhaps", "1", "Dream"}}, ErrCSV, []string{`row 0: column 1 ("ringed")`, "truth value"}},
		{"a column too few", columns[:2], [][]string{{"no", "1"}}, ErrCSV, []string{"the columns", `no column "island"`}},
		{"a name that is like one", []string{"ringed", "bil", "island"}, [][]string{{"no", "1", "Dream"}}, ErrCSV, []string{`no column "bill"`, `is "bil" it?`}},
		{"a column twice", append([]string{"bill"}, columns...), [][]string{{"1", "no", "1", "Dream"}}, ErrCSV, []string{"the columns", `got the name "bill"`}},
	} {
		_, err := inputs.ReadRecords(c.columns, c.rows)
		wantError(t, errors.WithMessage(err, c.name), c.kind, c.parts...)
	}
	refusing, _ := inputs.Only("x")
	refusing.Options.OnMissing = RefuseMissing
	_, err = refusing.ReadRecords(columns, [][]string{{"no", "", "Dream"}})
	wantError(t, err, ErrCSV, `row 0: column 2 ("bill"): got an empty cell`)
	all := planOfBirds(t)
	_, err = all.ReadRecords(append([]string{"species"}, columns...), [][]string{{"emperor", "no", "1", "Dream"}})
	wantError(t, err, ErrLabel, `row 0: column 1 ("species"): got the label "emperor"`, "adelie")
	_, err = all.Only("z")
	wantError(t, err, ErrField, `"z"`, `"y"`)
	var none *CSVPlan
	_, err = none.ReadRecords(columns, nil)
	wantError(t, err, ErrOption)
	_, err = none.Only()
	wantError(t, err, ErrOption)
	_, err = none.Stream(strings.NewReader(""))
	wantError(t, err, ErrOption)
	_, err = all.Stream(nil)
	wantError(t, err, ErrOption)
}

// A table without a header has all columns of the file that the plan came from, or lacks those
// that are left out.
func TestPlanWithoutHeader(t *testing.T) {
	_, plan, err := ReadCSVPlan(strings.NewReader("p,1,2\nq,3,4\n"), CSVOptions{NoHeader: true, TargetIndex: []int{0}, Labels: true})
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := plan.Only("x")
	if err != nil {
		t.Fatal(err)
	}
	const want = "x[2][\"c1\" \"c2\"] [5 6]\n"
	for _, text := range []string{"unknown,5,6\n", "5,6\n"} {
		if got := show(must(t)(inputs.Read(strings.NewReader(text)))); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	_, err = inputs.Read(strings.NewReader("5\n"))
	wantError(t, err, ErrCSV, "got 1 cells, want 3 or 2")
	if err := inputs.Validate(); err != nil {
		t.Error(err)
	}
}

// A plan that a file may have and that no table makes is refused, and takes no time.
func TestCSVPlanHostile(t *testing.T) {
	for _, change := range []func(p *CSVPlan){
		func(p *CSVPlan) { p.Rows = -1 },
		func(p *CSVPlan) { p.Options.Header = false },
		func(p *CSVPlan) { p.Options.Header, p.Options.NoHeader = false, true },
		func(p *CSVPlan) { p.Options.Text = OneHot },
		func(p *CSVPlan) { p.Options.Comma = '"' },
		func(p *CSVPlan) { p.Options.MaxBytes = -1 },
		func(p *CSVPlan) { p.Options.Inputs = []string{"bill"} },
		func(p *CSVPlan) { p.Options.Inputs = []string{"bill", "none"} },
		func(p *CSVPlan) { p.Options.Target = []string{"bill"} },
		func(p *CSVPlan) { p.Options.Classes = nil },
		func(p *CSVPlan) { p.Options.Classes = []string{"a", "b", "c"} },
		func(p *CSVPlan) { p.Options.Columns["island"] = CSVColumn{Kind: OneHot} },
		func(p *CSVPlan) {
			p.Options.Columns["island"] = CSVColumn{Kind: OneHot, Categories: []string{"a", "a"}}
		},
		func(p *CSVPlan) { p.Options.Columns["none"] = CSVColumn{} },
		func(p *CSVPlan) { p.Columns = nil },
		func(p *CSVPlan) { p.Columns[1].Name = "species" },
		func(p *CSVPlan) { p.Columns[1].Field = "y" },
		func(p *CSVPlan) { p.Columns[1].Kind = Category },
		func(p *CSVPlan) { p.Columns[1].Kind = 99 },
		func(p *CSVPlan) { p.Columns[1].Categories = p.Columns[1].Categories[1:] },
		func(p *CSVPlan) { p.Columns[1].Counts[0] = -1 },
		func(p *CSVPlan) { p.Columns[1].Counts = []int{1} },
		func(p *CSVPlan) { p.Columns[2].Missing = -1 },
		func(p *CSVPlan) { p.Columns = append(p.Columns, CSVReport{Name: "more"}) },
		func(p *CSVPlan) { p.Options.Names = []string{"a", "b", "c", "d", "e"} },
		func(p *CSVPlan) { p.Options.DropUnlabelled, p.Options.Target, p.Options.Labels = true, nil, false },
	} {
		p := planOfBirds(t)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		change(p)
		wantError(t, p.Validate(), ErrOption)
		if _, err := p.Stream(strings.NewReader(birds)); !errors.Is(err, ErrOption) {
			t.Errorf("%+v: got %v, want ErrOption", p, err)
		}
	}
	p := planOfBirds(t)
	p.Options.SkipLines = 1 << 62 >> (32 - 32*(^uint(0)>>63))
	_, err := p.Read(strings.NewReader(birds))
	wantError(t, err, ErrEmpty)
}

// TestDropUnlabelled leaves out the rows without a target and no others.
func TestDropUnlabelled(t *testing.T) {
	for _, c := range []struct {
		name string
		opts CSVOptions
		text string
		line string // the same as JSON
		want string
	}{
		{"labels", CSVOptions{Target: []string{"y"}, Labels: true, OnMissing: KeepMissing}, "a,y\n1,p\n,q\n3,\n4,NA\n", `{"a":1,"y":"p"} {"a":null,"y":"q"} {"a":3,"y":null} {"a":4}`,
			"x[1][\"a\"] [1 NaN]\ny[][\"y\"] classes[\"p\" \"q\"] ints[0 1]\n"},
		{"numbers", CSVOptions{Target: []string{"y"}, OnMissing: KeepMissing}, "a,y\n1,5\n,6\n3,\n4,nan\n", `{"a":1,"y":5} {"a":null,"y":6} {"a":3,"y":null} {"a":4}`,
			"x[1][\"a\"] [1 NaN]\ny[1][\"y\"] [5 6]\n"},
		{"other cells are there", CSVOptions{Target: []string{"y"}}, "a,y\n1,5\n2,6\n3,\n4,NaN\n", `{"a":1,"y":5} {"a":2,"y":6} {"a":3,"y":null} {"a":4}`,
			"x[1][\"a\"] [1 2]\ny[1][\"y\"] [5 6]\n"},
		{"a field y", CSVOptions{Fields: []CSVField{{Name: "y", Columns: []string{"y"}, Integers: true}}}, "a,y\n1,5\n2,6\n3,\n4,?\n", `{"a":1,"y":5} {"a":2,"y":6} {"a":3,"y":null} {"a":4}`,
			"x[1][\"a\"] [1 2]\ny[][\"y\"] ints[5 6]\n"},
	} {
		o := c.opts
		o.DropUnlabelled = true
		d, plan, err := ReadCSVPlan(strings.NewReader(c.text), o)
		if err != nil || show(d) != c.want || plan.Dropped != 2 || !strings.Contains(plan.String(), "2 rows, 2 more left out") {
			t.Errorf("%s: got %v, want\n%s\nand 2 rows left out of\n%v", c.name, err, c.want, plan)
			continue
		}
		readsTheSame(t, c.text, plan, d)
		lines := strings.ReplaceAll(c.line, "} {", "}\n{")
		d, err = ReadJSONLines(strings.NewReader(lines), JSONLinesOptions{Target: o.Target, Labels: o.Labels, Fields: o.Fields, OnMissing: o.OnMissing, DropUnlabelled: true})
		if err != nil || show(d) != c.want {
			t.Errorf("%s: JSON lines: got %v, want\n%s", c.name, err, c.want)
		}
		_, err = ReadCSV(strings.NewReader(c.text), c.opts)
		if c.opts.Target != nil && c.opts.OnMissing != KeepMissing {
			wantError(t, err, ErrCSV, "DropUnlabelled") // which its message names
		}
	}
	_, err := read("a,y\n,5\n2,\n", CSVOptions{Target: []string{"y"}, DropUnlabelled: true})
	wantError(t, err, ErrCSV, `csv:2: column 1 ("a")`)
	_, err = read("a,y\n1,\n", CSVOptions{Target: []string{"y"}, DropUnlabelled: true})
	wantError(t, err, ErrEmpty, "DropUnlabelled")
	_, err = read("a,y\n1,2\n", CSVOptions{DropUnlabelled: true})
	wantError(t, err, ErrOption, "Target")
}

// What the message about a missing cell names accepts it.
func TestMissingRemedies(t *testing.T) {
	const text = "a,k,y\n1,p,u\n2,,v\n3,q,u\n4,p,\n"
	opts := CSVOptions{Target: []string{"y"}, Labels: true, OnMissing: KeepMissing, Text: Category, Fields: []CSVField{{Name: "k", Columns: []string{"k"}, Integers: true}}}
	_, err := read(text, opts)
	wantError(t, err, ErrCSV, `csv:3: column 2 ("k")`, "Kind OneHot", "ImputeConstant", "DropRows")
	opts.Fields[0].Integers, opts.Text = false, OneHot
	_, err = read(text, opts)
	wantError(t, err, ErrCSV, `csv:5: column 3 ("y")`, "label", "DropUnlabelled")
	if strings.Contains(err.Error(), "Integers") {
		t.Errorf("got %v, want no word that the options do not have", err)
	}
	opts.DropUnlabelled = true
	r := Recipe{Steps: []Step{&Impute{Field: "k", Strategy: ImputeConstant}}}
	d := must(t)(r.FitApply(must(t)(read(text, opts))))
	if got, want := show(d), "k[2][\"k=p\" \"k=q\"] [1 0 0 0 0 1]"; !strings.Contains(got, want) {
		t.Errorf("got\n%s, want %s", got, want)
	}
}

// FuzzCSVPlanJSON checks that no text in the place of a plan makes anything panic or hang, and that
// a plan that is valid describes what it reads.
func FuzzCSVPlanJSON(f *testing.F) {
	for _, o := range []CSVOptions{
		{Header: true, Text: Category, OnMissing: KeepMissing}, {NoHeader: true, SkipLines: 1, Comment: "#", Text: OneHot, OnMissing: KeepMissing}, {Target: []string{"species"}, Labels: true, OnMissing: KeepMissing, Text: OneHot},
		{Text: Category, OnMissing: DropRows, Fields: []CSVField{{Name: "k", Columns: []string{"island"}, Integers: true}}},
		{Text: OneHot, OnMissing: KeepMissing, Rename: map[string]string{"bill": "beak"}, Comma: ','},
	} {
		_, plan, err := ReadCSVPlan(strings.NewReader(birds), o)
		if err != nil {
			f.Fatal(err)
		}
		text, err := json.Marshal(plan)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := &CSVPlan{}
		if strict(text, p) != nil {
			return
		}
		info, err := p.Info()
		if err != nil {
			if !errors.Is(err, ErrOption) {
				t.Errorf("got %v, want ErrOption", err)
			}
			return
		}
		d, err := p.Read(strings.NewReader(birds))
		if err == nil && !reflect.DeepEqual(d.Info(), info) {
			t.Errorf("%s: got %+v, want %+v", text, d.Info(), info)
		}
		rows := [][]string{make([]string, len(p.Columns))}
		for i := range rows[0] {
			rows[0][i] = "1"
		}
		if d, err := p.ReadRecords(p.names(), rows); err == nil && !reflect.DeepEqual(d.Info(), info) {
			t.Errorf("%s: got %+v, want %+v", text, d.Info(), info)
		}
	})
}

package data

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// readInBlocks is ReadCSVPlan by three goroutines that read blocks of a size. It also returns how
// many rows they read.
func readInBlocks(t testing.TB, text string, opts CSVOptions, size int) (d *Dataset, plan *CSVPlan, err error) {
	t.Helper()
	table, err := newCSVTable("data: ReadCSVPlan", strings.NewReader(text), opts, nil, newCSVStore)
	if err != nil {
		return nil, nil, err
	}
	table.ahead = &csvAhead{workers: 3, size: size, alone: size}
	if err := table.readAll(); err != nil {
		return nil, nil, err
	}
	if d, err = table.dataset(); err != nil {
		return nil, nil, err
	}
	return d, table.newPlan(), nil
}

// readAlone is ReadCSVPlan by one goroutine.
func readAlone(t testing.TB, text string, opts CSVOptions) (d *Dataset, plan *CSVPlan, err error) {
	t.Helper()
	return readInBlocks(t, text, opts, 0) // a block of no bytes has no line
}

// outcome shows all that reading returns.
func outcome(d *Dataset, plan *CSVPlan, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	text, err := json.Marshal(plan)
	return fmt.Sprint(show(d), string(text), err)
}

// sameInBlocks checks that blocks of several sizes change nothing.
func sameInBlocks(t testing.TB, text string, opts CSVOptions) {
	t.Helper()
	want := outcome(readAlone(t, text, opts))
	for _, size := range []int{4, 20, 50, 130} {
		if len(text) > 1<<16 && size < 100 {
			continue // it takes long
		}
		if got := outcome(readInBlocks(t, text, opts, size)); got != want {
			t.Errorf("blocks of %d bytes of %q, %+v: got\n%s\nwant\n%s", size, text, opts, got, want)
		}
	}
}

// The errors of a table are the same in blocks, also far behind its begin.
func TestCSVBlocksRefuse(t *testing.T) {
	for _, c := range csvFaults {
		sameInBlocks(t, c.text, c.opts)
		if _, rest, ok := strings.Cut(c.text, "\n"); ok && !strings.Contains(c.text, "\r") {
			head := c.text[:len(c.text)-len(rest)]
			sameInBlocks(t, head+strings.Repeat("1,2\n", 40)+rest, c.opts)
		}
	}
	for _, c := range kindFaults {
		sameInBlocks(t, c.text, c.opts)
	}
}

// blockOptions read the tables of blockTable.
var blockOptions = []CSVOptions{
	{Header: true},
	{NoHeader: true, SkipLines: 1},
	{Text: OneHot, OnMissing: KeepMissing},
	{Text: Category, OnMissing: DropRows, Comment: "#"},
	{Target: []string{"k"}, Labels: true, OnMissing: DropRows, Comment: "#"},
	{Target: []string{"k"}, Labels: true, Classes: []string{"p", "q", "r s", "t\nu", `v"`}, OnMissing: KeepMissing},
	{Columns: map[string]CSVColumn{"k": {Kind: OneHot, Other: "p", MaxCategories: 4}}, OnMissing: KeepMissing},
	{Fields: []CSVField{{"k", []string{"k"}, true}}, Columns: map[string]CSVColumn{"k": {Kind: Category, Categories: []string{"p"}, Other: "rest"}}, OnMissing: DropRows},
	{Drop: []string{"k"}, OnMissing: KeepMissing, MaxBytes: 500},
}

// blockTable returns a table of three columns with some of all that a table can have.
func blockTable(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("a,k,b\n")
	rare := func(n int) bool { return r.IntN(n) == 0 }
	odd := 1 + r.IntN(60) // how rare what is odd is
	for range r.IntN(60) {
		k := []string{"p", "q", `"p"`, `"r s"`, "p "}[r.IntN(5)]
		a := fmt.Sprintf("%.*f", r.IntN(4), r.NormFloat64()*10)
		end := "\n"
		switch {
		case rare(odd):
			k = []string{"\"t\nu\"", `"v"""`, "NA", "", "z", "\"\n\n#\n\"", "1.5"}[r.IntN(7)]
		case rare(odd):
			a = []string{"NA", "1e5", "nan", "x", `"1"`, "", "1,", "\x00"}[r.IntN(8)]
		case rare(odd):
			end = []string{"\r\n", "\n#c\n", "\n\n", "\n# \"\n", "\r", "\"\n"}[r.IntN(6)]
		}
		fmt.Fprintf(&b, "%s,%s,%d%s", a, k, r.IntN(100), end)
	}
	return b.String()
}

// Whatever the table, blocks change nothing. Most of these tables can be read.
func TestCSVBlocksLikeOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 60 {
		text := blockTable(r)
		for _, o := range blockOptions {
			sameInBlocks(t, text, o)
			if _, _, err := readAlone(t, text, o); err == nil {
				read++
			}
		}
		if t.Failed() {
			return
		}
	}
	if read < 60 {
		t.Errorf("got %d tables that can be read, want more", read)
	}
}

// Blocks are what reads a long table: all but its first and last lines.
func TestCSVBlocksRead(t *testing.T) {
	for name, c := range map[string]struct {
		row  string
		opts CSVOptions
	}{
		"numbers": {"1.5,-2,3e1\n", CSVOptions{}},
		"quotes":  {"\"1\",2,3\n", CSVOptions{}},
		"labels":  {"1,p,3\n2,q,NA\n", CSVOptions{Target: []string{"b"}, Labels: true, OnMissing: DropRows}},
	} {
		table, err := newCSVTable("", strings.NewReader("a,b,c\n"+strings.Repeat(c.row, 1000)), c.opts, nil, newNoRows)
		if err != nil {
			t.Fatal(err)
		}
		table.ahead = &csvAhead{workers: 2, size: 500, alone: 500}
		if err := table.begin(); err != nil {
			t.Fatal(err)
		}
		alone := 0
		for {
			if table.ahead.merge(table) {
				continue
			}
			if err := table.next(); err != nil {
				break
			}
			alone++
		}
		if table.rows != 1000 || alone > 250 {
			t.Errorf("%s: got %d rows, %d of them without blocks, want 1000 and few", name, table.rows, alone)
		}
	}
}

package data

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestPlanPassesOver: columns that the plan does not know make no difference, whatever their names.
func TestPlanPassesOver(t *testing.T) {
	_, plan, err := ReadCSVPlan(strings.NewReader("a,b,y\n1,2,3\n4,5,6\n"), CSVOptions{Target: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	d, with, err := plan.ReadPlan(strings.NewReader("z,,b,y,z,a,\nq,,2,3,,1,r\n"))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := d.Field("x")
	if x.At(0, 0) != 1 || x.At(0, 1) != 2 || x.Size() != 2 {
		t.Errorf("got %v, want 1 and 2", x.Floats)
	}
	if err := with.Validate(); err != nil || len(with.Columns) != 3 {
		t.Errorf("the plan of the second table: %v, %v", err, with)
	}
	if d, err = plan.ReadRecords([]string{"b", "more", "a", "y"}, [][]string{{"2", "?", "1", "3"}}); err != nil || d.Len() != 1 {
		t.Errorf("records: %v", err)
	}
	_, err = plan.Read(strings.NewReader("a,B,y\n1,2,3\n"))
	wantError(t, err, ErrCSV, `no column "b"`, `is "B" it?`)
	_, err = plan.Read(strings.NewReader("a,b,b,y\n1,2,2,3\n"))
	wantError(t, err, ErrCSV, `got the name "b" as for column 2`)
}

// TestIgnoreUnknown: a text of no category is a row of zeros, and is counted, in a table that is read
// by several goroutines too.
func TestIgnoreUnknown(t *testing.T) {
	o := CSVOptions{Columns: map[string]CSVColumn{"c": {Kind: OneHot, IgnoreUnknown: true}, "k": {Kind: OneHot, IgnoreUnknown: true}}, OnMissing: KeepMissing}
	_, plan, err := ReadCSVPlan(strings.NewReader("c,n,k\nred,1,p\nblue,2,q\n"), o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	plan = &CSVPlan{}
	if err := json.Unmarshal(text, plan); err != nil {
		t.Fatal(err)
	}
	many := "c,n,k\n" + strings.Repeat("red,1,p\ngreen,2,q\n,3,p\n", 40_000)
	d, err := plan.Read(bytes.NewReader([]byte(many)))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := d.Field("x")
	for i, want := range [][]float64{{0, 1, 1, 1, 0}, {0, 0, 2, 0, 1}} {
		var got []float64
		for k := range x.Size() {
			got = append(got, x.At(i, k))
		}
		if !slices.Equal(got, want) {
			t.Errorf("row %d: got %v, want %v", i, got, want)
		}
	}
	if got := plan.Unknown(d); !maps.Equal(got, map[string]int{"c": 40_000}) {
		t.Errorf("got %v, want 40000 of c", got)
	}
	for _, c := range []CSVColumn{{Kind: Category, IgnoreUnknown: true}, {Kind: OneHot, IgnoreUnknown: true, Other: "other"}, {IgnoreUnknown: true}} {
		wantError(t, c.Validate(), ErrOption, "IgnoreUnknown")
	}
}

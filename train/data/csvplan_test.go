package data

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// planOfBirds reads the birds, with others for unseen islands.
func planOfBirds(t *testing.T) *CSVPlan {
	t.Helper()
	_, plan, err := ReadCSVPlan(strings.NewReader(birds), CSVOptions{
		Target: []string{"species"}, Labels: true, OnMissing: KeepMissing, Drop: []string{"mass"},
		Columns: map[string]CSVColumn{"island": {Kind: OneHot, Other: "elsewhere"}, "ringed": {Kind: Boolean}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestCSVPlanRead(t *testing.T) {
	plan := planOfBirds(t)
	for _, c := range []struct{ name, text, want string }{
		{"other order, without what is left out", "ringed,species,bill,island\nno,chinstrap,40,Dream\nno,adelie,41,Anvers\n",
			"x[6][\"island=Biscoe\" \"island=Dream\" \"island=Torgersen\" \"island=elsewhere\" \"bill\" \"ringed\"] [0 1 0 0 40 0 0 0 0 1 41 0]\ny[][\"species\"] classes[\"adelie\" \"chinstrap\" \"gentoo\"] ints[1 0]\n"},
		{"one row", birds[:strings.Index(birds, "adelie")],
			"x[6][\"island=Biscoe\" \"island=Dream\" \"island=Torgersen\" \"island=elsewhere\" \"bill\" \"ringed\"] [1 0 0 0 46.1 1]\ny[][\"species\"] classes[\"adelie\" \"chinstrap\" \"gentoo\"] ints[2]\n"},
	} {
		d, err := plan.Read(strings.NewReader(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := show(d); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		name, text string
		kind       error
		part       string
	}{
		{"a new species", "species,island,bill,ringed\nemperor,Dream,1,no\n", ErrLabel, `"emperor"`},
		{"a column too few", "species,island,bill\ngentoo,Dream,1\n", ErrCSV, `no column "ringed"`},
	} {
		_, err := plan.Read(strings.NewReader(c.text))
		wantError(t, err, c.kind, c.part)
	}
}

// New data has no target; with a header it may have one.
func TestCSVPlanWithout(t *testing.T) {
	plan := planOfBirds(t)
	inputs, err := plan.Without("y")
	if err != nil {
		t.Fatal(err)
	}
	const want = "x[6][\"island=Biscoe\" \"island=Dream\" \"island=Torgersen\" \"island=elsewhere\" \"bill\" \"ringed\"] [0 1 0 0 40 0]\n"
	for _, text := range []string{"island,bill,ringed\nDream,40,no\n", "species,island,bill,ringed\nemperor,Dream,40,no\n"} {
		if got := show(must(t)(inputs.Read(strings.NewReader(text)))); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	if plan.Options.Target == nil || len(plan.Options.Drop) != 1 {
		t.Errorf("Without changed its plan: %+v", plan.Options)
	}
	for _, name := range []string{"x", "z", ""} {
		_, err := plan.Without(name)
		wantError(t, err, ErrField, "want one of the plan")
	}

	_, plan, err = ReadCSVPlan(strings.NewReader("1,2,p\n3,4,q\n"), CSVOptions{NoHeader: true, TargetIndex: []int{2}, Labels: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = plan.Read(strings.NewReader("1,2\n"))
	wantError(t, err, ErrCSV, "want 3")
	if inputs, err = plan.Without("y"); err != nil {
		t.Fatal(err)
	}
	if got := show(must(t)(inputs.Read(strings.NewReader("5,6\n")))); got != "x[2][\"c0\" \"c1\"] [5 6]\n" {
		t.Errorf("got %s", got)
	}
}

// The report of a plan is text that users read.
func TestCSVPlanString(t *testing.T) {
	got := planOfBirds(t).String()
	for _, line := range []string{
		"4 rows\n",
		"column   field  kind      missing  categories\n",
		"species  y      Category  0        adelie 2, chinstrap 1, gentoo 1\n",
		"island   x      OneHot    0        Biscoe 2, Dream 1, Torgersen 1, elsewhere 0\n",
		"bill     x      Number    1\n",
		"mass     -      LeftOut   -\n",
		"ringed   x      Boolean   0\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("got\n%s\nwant a line\n%s", got, line)
		}
	}
}

func TestCSVPlanJSON(t *testing.T) {
	text, err := json.Marshal(planOfBirds(t).Options)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Header":true,"OnMissing":"KeepMissing","Inputs":["island","bill","ringed"],"Target":["species"],"Labels":true,"Classes":["adelie","chinstrap","gentoo"],` +
		`"Drop":["mass"],"Columns":{"island":{"Kind":"OneHot","Categories":["Biscoe","Dream","Torgersen"],"Other":"elsewhere"},"ringed":{"Kind":"Boolean"}}}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	for _, text := range []string{`{"Text":"Words"}`, `{"OnMissing":"Guess"}`, `{"Columns":{"a":{"Unit":"Years"}}}`} {
		err := json.Unmarshal([]byte(text), new(CSVOptions))
		wantError(t, err, ErrOption, "want one of")
	}
	for _, o := range []CSVOptions{{Text: 9}, {OnMissing: 9}, {Columns: map[string]CSVColumn{"a": {Unit: 9}}}} {
		if _, err := json.Marshal(o); err == nil {
			t.Errorf("%+v became JSON, want an error", o)
		}
	}
}

func TestCSVPlanFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "birds.csv")
	if err := os.WriteFile(path, []byte("a,k\n1,p\n2,q\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d, plan, err := ReadCSVPlanFile(path, CSVOptions{Text: OneHot})
	if err != nil {
		t.Fatal(err)
	}
	again, err := plan.ReadFile(path)
	if err != nil || show(again) != show(d) {
		t.Errorf("got %v, %v", again, err)
	}
	if err := os.WriteFile(path, []byte("a,k\n1,r\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = plan.ReadFile(path)
	wantError(t, err, ErrLabel, `birds.csv:2: column 2 ("k"): got "r"`)
	var none *CSVPlan
	_, err = none.ReadFile(path)
	wantError(t, err, ErrOption)
	_, err = none.Read(strings.NewReader(""))
	wantError(t, err, ErrOption)
	_, err = none.Without("y")
	wantError(t, err, ErrOption)
	wantError(t, none.Validate(), ErrOption)
	if err := plan.Validate(); err != nil || none.String() == "" {
		t.Error(err)
	}
}

// TestPlanHints: where a table lacks the columns of a field that is no input, the error says how it is
// read.
func TestPlanHints(t *testing.T) {
	const hint = `CSVPlan.Without("y")`
	for _, c := range []struct {
		name, first, text string
		o                 CSVOptions
		hint              bool
	}{
		{"no target", "a,b,y\n1,2,3\n4,5,6\n", "a,b\n1,2\n", CSVOptions{Target: []string{"y"}}, true},
		{"no input", "a,b,y\n1,2,3\n4,5,6\n", "b,y\n1,2\n", CSVOptions{Target: []string{"y"}}, false},
		{"no header", "1,2,3\n4,5,6\n", "1,2\n", CSVOptions{NoHeader: true, TargetIndex: []int{-1}}, true},
		{"no header, and without what is left out", "1,2,3,4\n4,5,6,7\n", "1,2\n", CSVOptions{NoHeader: true, Names: []string{"a", "b", "id", "y"}, Drop: []string{"id"}, Target: []string{"y"}}, true},
		{"no header and no input", "1,2,3\n4,5,6\n", "1\n", CSVOptions{NoHeader: true, TargetIndex: []int{-1}}, false},
	} {
		_, plan, err := ReadCSVPlan(strings.NewReader(c.first), c.o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = plan.Read(strings.NewReader(c.text))
		if !errors.Is(err, ErrCSV) || strings.Contains(err.Error(), hint) != c.hint {
			t.Errorf("%s: got the error %v, want ErrCSV with a hint: %v", c.name, err, c.hint)
		}
		if c.hint { // and it helps
			if plan, err = plan.Without("y"); err == nil {
				_, err = plan.Read(strings.NewReader(c.text))
			}
			if err != nil {
				t.Errorf("%s: without the target: got the error %v, want none", c.name, err)
			}
		}
	}
}

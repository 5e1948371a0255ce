package report_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/report"
)

// TestCells: the worst rows of a table are shown as they stand in it, with their lines. Errors are in
// the units of the target, and what is not says so.
func TestCells(t *testing.T) {
	m := prices(t)
	r, err := report.Of(t.Context(), m.t, report.Options{Data: m.test, DataName: "test", Table: m.table, Runs: -1, Worst: 40})
	if err != nil || len(r.Notes) > 0 {
		t.Fatal(err, r.Notes)
	}
	page := write(t, r)
	_, worst, _ := strings.Cut(page, `<section id="worst">`)
	worst, _, _ = strings.Cut(worst, "</section>")
	for what, want := range map[string]string{
		"a date": `>2023-\d\d-\d\d<`, "a missing cell": `>missing<`, "a category": `<th scope="row">city</th><td class="number">Saint Petersburg`,
		"a truth": `<th scope="row">open</th><td class="number short">(yes|no)<`, "a line": `<div class="note">line \d+, loss`, "a whole number": `>\d{5}<`,
	} {
		if !regexp.MustCompile(want).MatchString(worst) {
			t.Errorf("the worst rows show %s nowhere as %s: %.600s", what, want, worst)
		}
	}
	for _, bad := range []string{"NaN", "·10", "city="} {
		if strings.Contains(worst, bad) {
			t.Errorf("the worst rows have %q", bad)
		}
	}
	direct, err := m.t.EvaluateWith(t.Context(), m.test, train.RMSE(), train.R2())
	if err != nil {
		t.Fatal(err)
	}
	std := m.t.Recipe().Steps[2].(*data.Scaler).Std[0]
	if got, want := r.Results[0].Metrics[0].Value, direct.Metrics[0].Value*std; math.Abs(got-want) > 1e-12*want || std < 2 {
		t.Errorf("rmse: got %v, want %v, in units of the target", got, want)
	}
	if got, want := r.Results[0].Metrics[1].Value, direct.Metrics[1].Value; got != want {
		t.Errorf("r2: got %v, want %v", got, want)
	}
	if got, want := r.History.Last().Metrics[0].Value, m.t.History().Last().Metrics[0].Value*std; got != want {
		t.Errorf("rmse of the last epoch: got %v, want %v", got, want)
	}
	if n := strings.Count(page, "loss (scaled target)"); n < 2 || strings.Contains(page, ">loss<") {
		t.Errorf("got %d losses of the scaled target, want all of them", n)
	}
	if strings.Contains(write(t, &report.Report{History: r.History}), "scaled") {
		t.Error("a report of a target that is not scaled says that it is")
	}
}

// TestPlace: an example without a line of a text says what its number counts.
func TestPlace(t *testing.T) {
	m := iris(t, train.Options{Epochs: 1})
	part, ok := m.test.(*data.Dataset)
	if !ok {
		t.Fatal("got no Dataset")
	}
	x, _ := part.Field("x")
	y, _ := part.Field("y")
	rows := make([]float64, part.Len()*4)
	labels := make([]int, part.Len())
	index := make([]int, part.Len())
	for i := range index {
		index[i] = i
	}
	values, err := part.Rows("x")
	if err == nil {
		err = values.F64(rows, index)
	}
	if err != nil {
		t.Fatal(err)
	}
	if values, err = part.Rows("y"); err == nil {
		err = values.Ints(labels, index)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := data.New(data.Field{Name: "x", Shape: x.Shape, Floats: rows, Columns: x.Columns}, data.Field{Name: "y", Ints: labels, Classes: 3, ClassNames: y.ClassNames})
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.Of(t.Context(), m.t, report.Options{Data: plain, DataName: "test", Runs: -1, Worst: 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("row %d of the test examples, loss", r.Worst[0].Number); !strings.Contains(write(t, r), want) {
		t.Errorf("the page does not say %q", want)
	}
}

// TestLongNames: names of classes that differ at their ends or in their middle are shown as different.
func TestLongNames(t *testing.T) {
	c := &train.ConfusionMatrix{}
	for i := range 12 {
		c.Counts = append(c.Counts, make([]float64, 12))
		c.Counts[i][(i+1)%12] = 1
		c.Names = append(c.Names, "the very long name of the class with the number "+fmt.Sprint(i)+strings.Repeat(" and the same end of all", i%2))
	}
	page := write(t, &report.Report{Confusion: c})
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`<th scope="row"[^>]*>([^<]*)<`).FindAllStringSubmatch(page, -1) {
		if seen[m[1]] || len([]rune(m[1])) > 28 {
			t.Errorf("got the name %q twice, or longer than 28 characters", m[1])
		}
		seen[m[1]] = true
	}
	if len(seen) != 12 {
		t.Errorf("got %d names, want 12", len(seen))
	}
}

// TestAxis: zero has no sign, each curve has a key, and the best epoch is marked.
func TestAxis(t *testing.T) {
	h := &train.History{Best: 2}
	for i := range 4 {
		v := float64(i) / 4
		h.Epochs = append(h.Epochs, train.Epoch{Epoch: i + 1, Loss: v, Validation: &v, Metrics: []train.Value{{Name: "r2", Value: float64(i)/2 - 0.7}}})
	}
	page := write(t, &report.Report{History: h})
	if strings.Contains(page, ">-0<") || !strings.Contains(page, ">0<") {
		t.Error("an axis through zero has no 0, or -0")
	}
	for what, n := range map[string]int{"</svg>validation</span>": 2, "</svg>training</span>": 1, "</svg>best epoch, 2</span>": 2, `<path class="best" d="M`: 6, "<dt>best epoch</dt><dd>2</dd>": 1, "<dt>its validation loss</dt><dd>0.25</dd>": 1} {
		if got := strings.Count(page, what); got != n {
			t.Errorf("got %d times %s, want %d", got, what, n)
		}
	}
}

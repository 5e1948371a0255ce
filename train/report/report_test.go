package report_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/report"
)

// most is how many bytes a page has at most.
const most = 2_000_000

// write returns the page of a report, which must be whole.
func write(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	checkPage(t, b.String())
	return b.String()
}

var (
	address = regexp.MustCompile(`(?i)(src|href|action|url|srcset|data|poster|background)\s*=\s*"([^"]*)"`)
	// elements with a place in the order of the keyboard, and those that only a mouse can use
	focusable = regexp.MustCompile(`<[^>]*tabindex[^>]*>`)
	clickable = regexp.MustCompile(`<(?:div|span|td|b|svg|a)\b[^>]*role="button"[^>]*>|<a(?:\s[^>h]*)?>`)
	quoted    = regexp.MustCompile(`"[^"]*"`)
	inline    = regexp.MustCompile(`(?i)<[^>]*\s(on\w+|style)\s*=`)
)

// checkPage fails unless a page is well-formed, small, and asks for nothing.
func checkPage(t *testing.T, page string) {
	t.Helper()
	if len(page) >= most {
		t.Errorf("got %d bytes, want less than %d", len(page), most)
	}
	head, rest, ok := strings.Cut(page, "<style>")
	if !ok || !strings.Contains(head, `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-`) {
		t.Errorf("the policy does not come first: %.300s", page)
	}
	_, body, ok := strings.Cut(rest, "</script>")
	if !ok || strings.Contains(body, "<script") || strings.Contains(body, "<style") || strings.Contains(body, "<link") || strings.Contains(body, "<iframe") {
		t.Error("got other scripts, styles or frames than those of the head")
	}
	for _, m := range address.FindAllStringSubmatch(body, -1) {
		if !strings.HasPrefix(m[2], "#") && !strings.HasPrefix(m[2], "data:image/png;base64,") {
			t.Errorf("got the address %.80s", m[0])
		}
	}
	if m := inline.FindString(quoted.ReplaceAllString(body, `""`)); m != "" {
		t.Errorf("got %.200s, which the policy forbids", m)
	}
	for _, bad := range []string{"ZgotmplZ", "<no value>", "%!", "&lt;nil&gt;"} {
		if strings.Contains(body, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, m := range focusable.FindAllString(body, -1) {
		if !strings.Contains(m, `tabindex="0"`) || !strings.Contains(m, `role="region" aria-label="`) {
			t.Errorf("got %.200s, want a place in the order of the page, and a name", m)
		}
	}
	if m := clickable.FindString(body); m != "" {
		t.Errorf("got %.200s, which the keyboard cannot reach; want a button", m)
	}
	wellFormed(t, body)
	links(t, body)
}

// wellFormed fails unless every element of the page ends where it should.
func wellFormed(t *testing.T, body string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader("<html>" + strings.TrimPrefix(strings.TrimSpace(body), "</head>")))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var open []string
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			if x.Name.Local != "img" && x.Name.Local != "input" {
				open = append(open, x.Name.Local)
			}
		case xml.EndElement:
			if n := len(open); n == 0 || open[n-1] != x.Name.Local {
				at := d.InputOffset()
				t.Fatalf("got </%s> within %v, near %.200s", x.Name.Local, open, body[max(0, int(at)-200):])
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%v are not closed", open)
	}
}

// links fails unless each link leads to an element, and no two have one id.
func links(t *testing.T, body string) {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if ids[m[1]] {
			t.Errorf("two elements have the id %q", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !ids[m[1]] {
			t.Errorf("there is no element %q", m[1])
		}
	}
}

// TestOf makes reports of a table, of images and of sequences: all sections are there, and a
// training is the same before and after, also with EMA, with steps made within the run, and in
// pieces.
func TestOf(t *testing.T) {
	for _, m := range []trained{
		iris(t, train.Options{Epochs: 3}), iris(t, train.Options{Epochs: 3, Optimizer: train.SGD{}}),
		iris(t, train.Options{Epochs: 3, Optimizer: train.EMA{}, MicroBatch: 8}), digits(t), waves(t),
	} {
		before, norm := stateOf(t, m.t), m.t.GradNorm()
		r, err := report.Of(t.Context(), m.t, report.Options{Title: m.name, Data: m.test, Runs: 2, Batch: 16})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Notes) > 0 {
			t.Errorf("%s: got the notes %q", m.name, r.Notes)
		}
		page := write(t, r)
		for _, id := range []string{"results", "curves", "model", "confusion", "worst", "time", "memory", "equations", "phases"} {
			if !strings.Contains(page, `<section id="`+id+`">`) {
				t.Errorf("%s: there is no section %q", m.name, id)
			}
		}
		if m.name == "digits" && !strings.Contains(page, "<img ") {
			t.Error("digits: there is no image")
		}
		if !strings.Contains(page, "<math") {
			t.Errorf("%s: there is no MathML", m.name)
		}
		if after := stateOf(t, m.t); !bytes.Equal(before, after) {
			t.Errorf("%s: the training is not as it was", m.name)
		}
		if now := m.t.GradNorm(); now != norm && !math.IsNaN(norm) {
			t.Errorf("%s: the gradients are not as they were: the norm is %v, and was %v", m.name, now, norm)
		}
		if again := write(t, r); again != page {
			t.Errorf("%s: the same report is not the same bytes", m.name)
		}
	}
}

// stateOf returns the whole training as a file.
func stateOf(t *testing.T, trainer *train.Trainer) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run")
	if err := trainer.Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGoesOn: a training with reports in it ends with the bits of one without.
func TestGoesOn(t *testing.T) {
	var want string
	for _, reports := range []bool{false, true} {
		m := iris(t, train.Options{Epochs: 4})
		trainer := m.t
		if reports {
			if _, err := report.Of(t.Context(), trainer, report.Options{Data: m.test, Runs: 1}); err != nil {
				t.Fatal(err)
			}
		}
		set, err := data.Iris()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			if _, err := trainer.Step(set, []int{i, 50 + i, 100 + i}); err != nil {
				t.Fatal(err)
			}
		}
		params, grads := trainer.Model().Params().Flat64()
		got := fmt.Sprintf("%x %x", params, grads)
		if !reports {
			want = got
		} else if got != want {
			t.Error("the parameters are others after a report")
		}
	}
}

const hostile = `</script><script>alert(1)</script><img src=https://example.org/x onerror=alert(1)>"'` + "`&{{.}}\x00\u202e"

// TestHostile: names from files and programs are text, and no more.
func TestHostile(t *testing.T) {
	set, err := data.New(data.Field{Name: hostile, Shape: []int{2}, Floats: []float64{1, 2}, Columns: []string{hostile, "b"}},
		data.Field{Name: "image", Shape: []int{4, 4}, Floats: make([]float64, 16)}, data.Field{Name: "y", Ints: []int{0}, Classes: 2, ClassNames: []string{hostile, "no"}})
	if err != nil {
		t.Fatal(err)
	}
	r := &report.Report{Title: hostile, Notes: []string{hostile},
		Summary:   &train.Summary{Layers: []train.LayerSummary{{Name: hostile, Op: hostile, Inputs: []string{hostile}}}},
		History:   &train.History{Epochs: []train.Epoch{{Epoch: 1, Loss: 1, Metrics: []train.Value{{Name: hostile, Value: 1}}}}},
		Results:   []report.Result{{Name: hostile, Result: train.Result{Metrics: []train.Value{{Name: hostile}}}}},
		Plan:      &graph.Plan{Stats: graph.Stats{Kernels: 1, Bytes: map[string]int{"temp": 64}}, Pieces: []graph.Piece{{Op: hostile, Node: hostile, Bytes: 64}}},
		Profile:   &graph.Profile{Kernels: []graph.KernelProfile{{Op: hostile, Node: hostile, PerRun: 1, Flops: 1, Bytes: 1}}, Peak: 1e9, Memory: 1e9},
		Phases:    []graph.Phase{{Name: hostile, Changed: true, Text: hostile}},
		Confusion: &train.ConfusionMatrix{Counts: [][]float64{{1, 2}, {3, 4}}, Names: []string{hostile, "no"}},
		Worst:     []report.Example{{Wanted: hostile, Predicted: hostile, Data: set}},
		Equations: []formula.Equation{{Layer: hostile, Text: hostile, MathML: hostile}, {Text: "f", MathML: `<math><mi onclick="alert(1)">x</mi></math>`},
			{Text: "f", MathML: `<math><script>alert(1)</script></math>`}, {Text: "f", MathML: `<math></math><img src="https://example.org">`}, {Text: "f", MathML: `<math><mi href="javascript:alert(1)">x</mi></math>`},
			{Text: "f", MathML: `<math><mtext></math></mtext>`}, {Text: "good", MathML: `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mi>x</mi></math>`}}}
	page := write(t, r)
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("got %d scripts, want 1", n)
	}
	if strings.Contains(page, "<img src=https") || strings.Count(page, "<math") != 1 {
		t.Error("a name has become a part of the page")
	}
}

// TestNumbers: curves of NaN, infinities, zeros, negative, equal, tiny, huge and single values are
// drawn with numbers only.
func TestNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, losses := range [][]float64{nil, {nan}, {inf, -inf}, {1}, {0, 0}, {-1, -2}, {1, nan, 2, inf, 3}, {5e-324, 1}, {math.MaxFloat64, -math.MaxFloat64}, {1, 1, 1},
		{1, 1 + 1e-16}, {1e300, 1e301}, slices.Repeat([]float64{1, 2, nan}, 5000)} {
		h := &train.History{}
		for i, l := range losses {
			h.Epochs = append(h.Epochs, train.Epoch{Epoch: i + 1, Loss: l, Validation: &losses[i], LearningRate: l, Metrics: []train.Value{{Name: "m", Value: l}}})
			h.Steps = append(h.Steps, train.StepRate{Step: i + 1, Rate: l})
		}
		page := write(t, &report.Report{History: h})
		for _, m := range regexp.MustCompile(`\s(?:d|x|y|cx|cy|r|width|height|viewBox)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if strings.Contains(m[1], "NaN") || strings.Contains(m[1], "Inf") || strings.Contains(m[1], "e+") {
				t.Fatalf("losses %v: got %.100s", losses[:min(len(losses), 6)], m[0])
			}
		}
	}
}

// TestLarge: a page of everything at once stays small, and says what it leaves out.
func TestLarge(t *testing.T) {
	const n = 3000
	long := strings.Repeat(`"<long>`, 40)
	r := &report.Report{Summary: &train.Summary{}, History: &train.History{}, Plan: &graph.Plan{Stats: graph.Stats{Kernels: n, Bytes: map[string]int{"temp": 64 * n}}},
		Profile: &graph.Profile{PerRun: n * time.Microsecond, Peak: 1e11, Memory: 1e10}, Confusion: &train.ConfusionMatrix{Counts: make([][]float64, 200)}}
	pixels := make([]float64, 3*200*200)
	for i := range pixels {
		pixels[i] = float64(i * 7919 % 256)
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{3, 200, 200}, Floats: pixels})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r.Summary.Layers = append(r.Summary.Layers, train.LayerSummary{Name: long, Op: long, Reads: []int{max(0, i-1), i / 2, 0}})
		r.History.Epochs = append(r.History.Epochs, train.Epoch{Epoch: i + 1, Loss: 1 / float64(i+1)})
		r.Plan.Pieces = append(r.Plan.Pieces, graph.Piece{Op: long, Node: long, Offset: int64(64 * i), Bytes: 64, From: i, To: n - 1})
		r.Profile.Kernels = append(r.Profile.Kernels, graph.KernelProfile{Op: long, Node: long, PerRun: time.Duration(i + 1), Flops: int64(i + 1), Bytes: 64})
		r.Equations = append(r.Equations, formula.Equation{Text: long, MathML: "<math>" + strings.Repeat("<mi>x</mi>", 1000) + "</math>"})
		r.Worst = append(r.Worst, report.Example{Number: i, Wanted: long, Predicted: long, Data: set})
	}
	for i := range r.Confusion.Counts {
		r.Confusion.Counts[i] = slices.Repeat([]float64{1}, 200)
	}
	for range 10 {
		r.Phases = append(r.Phases, graph.Phase{Name: "pass", Changed: true, Text: strings.Repeat(long+"\n", n)})
	}
	page := write(t, r)
	for _, what := range []string{"layers", "epochs", "pieces", "kernels", "equations", "examples", "pairs", "lines"} {
		if !regexp.MustCompile(`of [\d\x{2009}]+ ` + what + `[\w, ]* are left out`).MatchString(page) {
			t.Errorf("the page does not say how many %s it leaves out", what)
		}
	}
	r.Results = make([]report.Result, 100_000)
	page = write(t, r)
	if !strings.Contains(page, "Results is left out") || strings.Count(page, "<section") != 8 {
		t.Errorf("the page leaves out more than what is too large, or does not say so: %.400s", page[strings.Index(page, "<header>"):])
	}
}

// TestRefusals: mistakes are errors with their kind, and an empty report is a page.
func TestRefusals(t *testing.T) {
	m := iris(t, train.Options{Epochs: 1})
	ctx := t.Context()
	of := func(o report.Options) error { _, err := report.Of(ctx, m.t, o); return err }
	var none *report.Report
	var nowhere context.Context
	for name, err := range map[string]error{
		"no writer":  none.Write(nil),
		"no trainer": func() error { _, err := report.Of(ctx, nil, report.Options{}); return err }(),
		"no context": func() error { _, err := report.Of(nowhere, m.t, report.Options{}); return err }(),
		"batch":      of(report.Options{Batch: -1}),
		"examples":   of(report.Options{Examples: -1}),
	} {
		if !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), "report: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if page := write(t, none); !strings.Contains(page, "nothing to show") {
		t.Error("an empty report does not say so")
	}
	other, err := data.XY([]float64{1, 2}, 1, []float64{1, 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.Of(ctx, m.t, report.Options{Data: other})
	if err != nil || len(r.Notes) != 3 || r.Summary == nil {
		t.Errorf("with examples that do not fit: got %v, %+v", err, r.Notes)
	}
	write(t, r)
	if _, err := m.t.Plan(0, nil); !errors.Is(err, train.ErrOption) {
		t.Errorf("Plan: got %v", err)
	}
}

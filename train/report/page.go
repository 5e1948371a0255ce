package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"unicode/utf8"

	"github.com/symgrad/symgrad/internal/si"
	"github.com/symgrad/symgrad/train"
)

//go:embed page.css
var styleText string

//go:embed page.js
var scriptText string

//go:embed page.html
var bodyText string

var body = template.Must(template.New("body").Parse(bodyText))

// hash returns the source of a Content-Security-Policy that allows an inline text and no other.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// writeHead writes what comes before the body. The policy comes first, before anything that it is
// about.
func writeHead(out *bytes.Buffer, title string) {
	policy := fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'", hash(styleText), hash(scriptText))
	fmt.Fprintf(out, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%s">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<style>%s</style>
<script>%s</script>
</head>
`, policy, template.HTMLEscapeString(title), styleText, scriptText)
}

func writeFoot(out *bytes.Buffer) { out.WriteString("</html>\n") }

// view is what the template shows: texts and numbers that are ready.
type view struct {
	Title     string
	Notes     []string
	Facts     []fact
	Sections  []link
	Model     *modelView
	Curves    []curveView
	Epochs    *table
	Scaled    bool // losses are those of a scaled target
	Results   *table
	Memory    *memoryView
	Kernels   *kernelView
	Phases    []phaseView
	Equations *equationView
	Confusion *confusionView
	Worst     *worstView
}

// fact is a number of the heading.
type fact struct{ Name, Value string }

// Short reports whether the value is not broken into lines.
func (f fact) Short() bool { return utf8.RuneCountInString(f.Value) <= mostUnbroken }

const mostUnbroken = 20 // characters

// link is a section of the page.
type link struct{ ID, Name string }

// table is a table whose first Left columns are texts.
type table struct {
	Caption string
	Head    []column
	Rows    [][]string
	Omitted string // what was left out, or ""
}

// column is the head of a column.
type column struct {
	Name   string
	Number bool // stands on the right
}

func (r *Report) view(title string) *view {
	v := &view{Title: title, Notes: notesOf(r.Notes)}
	ofLoss := ""
	if r.ScaledTarget {
		ofLoss = scaledTarget
	}
	v.Results = resultTable(r.Results, ofLoss)
	v.Scaled = r.ScaledTarget
	v.Curves, v.Epochs = curves(inWords(r.History), ofLoss)
	v.Model = modelOf(r.Summary)
	v.Confusion = confusionOf(r.Confusion)
	v.Worst = worstOf(r)
	hue := huesOf(r.Plan, r.Profile)
	v.Kernels = kernelsOf(r.Profile, hue)
	v.Memory = memoryOf(r.Plan, hue)
	v.Phases = phasesOf(r.Phases)
	v.Equations = equationsOf(r.Equations)
	v.Facts = r.facts(ofLoss)
	for _, s := range []struct {
		link
		shown bool
	}{
		{link{"results", "Results"}, v.Results != nil},
		{link{"curves", "Curves"}, v.Curves != nil},
		{link{"model", "Model"}, v.Model != nil},
		{link{"confusion", "Confusion"}, v.Confusion != nil},
		{link{"worst", "Worst predicted"}, v.Worst != nil},
		{link{"time", "Time"}, v.Kernels != nil},
		{link{"memory", "Memory"}, v.Memory != nil},
		{link{"equations", "Derivatives"}, v.Equations != nil},
		{link{"phases", "Compiler"}, v.Phases != nil},
	} {
		if s.shown {
			v.Sections = append(v.Sections, s.link)
		}
	}
	return v
}

// notesOf returns the notes, clipped; the last ones of many.
func notesOf(list []string) (out []string) {
	for _, n := range list[max(0, len(list)-50):] {
		out = append(out, clipped(n, 600))
	}
	return out
}

// facts are the numbers of the heading.
func (r *Report) facts(ofLoss string) (list []fact) {
	if s := r.Summary; s != nil {
		list = append(list, fact{"parameters", grouped(int64(s.Trained))})
		if s.Frozen > 0 {
			list = append(list, fact{"frozen", grouped(int64(s.Frozen))})
		}
		list = append(list, fact{"type", s.DType.String()}, fact{"memory of a step", si.Bytes(s.Training.Memory.Sum())})
	}
	if h := r.History; h != nil && len(h.Epochs) > 0 {
		last := h.Last()
		list = append(list, fact{"epochs", grouped(int64(last.Epoch))}, fact{"steps", grouped(int64(last.Step))}, fact{"training time", durationText(h.TrainingTime())})
		list = append(list, lossFacts(h, ofLoss)...)
	}
	if p := r.Profile; p != nil && p.PerRun > 0 {
		list = append(list, fact{"a step", durationText(p.PerRun)})
	}
	return list
}

// lossFacts are the best epoch with its loss, or the last loss if no epoch is known to be the best.
func lossFacts(h *train.History, ofLoss string) []fact {
	i := slices.IndexFunc(h.Epochs, func(e train.Epoch) bool { return e.Epoch == h.Best })
	if i < 0 {
		return []fact{{"last loss" + ofLoss, number(h.Last().Loss)}}
	}
	list := []fact{{"best epoch", grouped(int64(h.Best))}}
	if v := h.Epochs[i].Validation; v != nil {
		return append(list, fact{"its validation loss" + ofLoss, number(*v)})
	}
	return append(list, fact{"its loss" + ofLoss, number(h.Epochs[i].Loss)})
}

const mostMetrics = 40 // columns of a table

// worded returns the values under the names of what they are: that of the metric "confusion" is an
// accuracy. Beside one it is left out.
func worded(list []train.Value) []train.Value {
	const accuracy = "accuracy"
	i := slices.IndexFunc(list, func(v train.Value) bool { return v.Confusion != nil })
	if i < 0 {
		return list
	}
	out := slices.Clone(list)
	if slices.ContainsFunc(list, func(v train.Value) bool { return v.Name == accuracy }) {
		return slices.Delete(out, i, i+1)
	}
	out[i].Name = accuracy
	return out
}

// inWords returns a history whose metrics are worded.
func inWords(h *train.History) *train.History {
	if h == nil {
		return nil
	}
	out := *h
	out.Epochs = slices.Clone(h.Epochs)
	for i := range out.Epochs {
		out.Epochs[i].Metrics = worded(out.Epochs[i].Metrics)
	}
	return &out
}

// resultTable has a row for each data set and a column for each metric.
func resultTable(list []Result, ofLoss string) *table {
	if len(list) == 0 {
		return nil
	}
	t := &table{Head: []column{{Name: "data"}, {"loss" + ofLoss, true}}}
	at := map[string]int{}
	for _, r := range list {
		for _, m := range worded(r.Metrics) {
			if _, ok := at[m.Name]; !ok && len(t.Head) < mostMetrics {
				at[m.Name] = len(t.Head)
				t.Head = append(t.Head, column{clipped(m.Name, 60), true})
			}
		}
	}
	for _, r := range list {
		row := make([]string, len(t.Head))
		row[0], row[1] = r.Name, number(r.Loss)
		for _, m := range worded(r.Metrics) {
			if i, ok := at[m.Name]; ok {
				row[i] = number(m.Value)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

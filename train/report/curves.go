package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/si"
	"github.com/symgrad/symgrad/train"
)

// The size of a picture of curves and its margins.
const (
	curveWidth, curveHeight = 520, 250
	curveLeft, curveRight   = 64, 30
	curveTop, curveBottom   = 12, 38
	mostPoints              = 500 // of a line
	mostEpochs              = 200 // rows of the table
	mostCurves              = 12  // pictures
)

// curveView is a picture that is drawn twice: on a linear and on a logarithmic axis.
type curveView struct {
	ID, Name string
	Width    int
	Height   int
	Keys     []key // of the lines
	Linear   *chart
	Log      *chart // nil if no value is above 0
	Missing  string // how many values are not finite
}

// chart is a picture on one kind of axis.
type chart struct {
	Axes  axes
	Lines []polyline
	Best  string // a path at the best epoch, or ""
}

// polyline is a line with gaps: a path. Dots are its points if there are few.
type polyline struct {
	Class, Dot string
	Path       string
	Dots       []dot
}

type dot struct{ X, Y, Text string }

// series is a line by the numbers of epochs or steps.
type series struct {
	name string
	line int // its colour
	x, y []float64
}

// curves returns the pictures of a history and a table of its epochs.
func curves(h *train.History, ofLoss string) ([]curveView, *table) {
	if h == nil || len(h.Epochs) == 0 {
		return nil, nil
	}
	loss, valid := series{name: "training"}, series{name: "validation", line: 1}
	measured := loss // what the metrics are measured on
	if slices.ContainsFunc(h.Epochs, func(e train.Epoch) bool { return e.Validation != nil }) {
		measured = valid
	}
	rate := series{name: "learning rate"}
	var metrics []series
	var names []string
	at := map[string]int{}
	for _, e := range h.Epochs {
		x := float64(e.Epoch)
		loss.add(x, e.Loss)
		if e.Validation != nil {
			valid.add(x, *e.Validation)
		}
		rate.add(x, e.LearningRate)
		for _, m := range e.Metrics {
			if _, ok := at[m.Name]; !ok {
				at[m.Name] = len(metrics)
				names = append(names, m.Name)
				metrics = append(metrics, measured)
			}
			metrics[at[m.Name]].add(x, m.Value)
		}
	}
	list := []curveView{newCurve("loss", "Loss"+ofLoss, "epoch", h.Best, loss, valid)}
	for i, m := range metrics {
		list = append(list, newCurve(fmt.Sprint("metric", len(list)), shortened(names[i], 80), "epoch", h.Best, m))
	}
	if len(h.Steps) > 0 {
		rate = series{name: "learning rate"}
		for _, s := range h.Steps {
			rate.add(float64(s.Step), s.Rate)
		}
		list = append(list, newCurve("rate", "Learning rate", "step", 0, rate))
	} else if rate.varies() {
		list = append(list, newCurve("rate", "Learning rate", "epoch", 0, rate))
	}
	return list[:min(len(list), mostCurves)], epochTable(h, ofLoss)
}

func (s *series) add(x, y float64) { s.x, s.y = append(s.x, x), append(s.y, y) }

func (s *series) varies() bool {
	for _, y := range s.y {
		if y != s.y[0] {
			return true
		}
	}
	return false
}

// newCurve marks the epoch best, unless it is 0.
func newCurve(id, name, x string, best int, lines ...series) curveView {
	v := curveView{ID: id, Name: name, Width: curveWidth, Height: curveHeight}
	missing := 0
	for _, l := range lines {
		if len(l.x) == 0 {
			continue
		}
		if l.name != "learning rate" {
			v.Keys = append(v.Keys, key{fmt.Sprint("line", l.line), l.name})
		}
		for _, y := range l.y {
			if math.IsNaN(y) || math.IsInf(y, 0) {
				missing++
			}
		}
	}
	if missing > 0 {
		v.Missing = fmt.Sprintf("Not finite, and left out: %s.", grouped(int64(missing)))
	}
	if best > 0 {
		v.Keys = append(v.Keys, key{"best", fmt.Sprintf("best epoch, %d", best)})
	}
	v.Linear, v.Log = newChart(x, best, lines, false), newChart(x, best, lines, true)
	return v
}

// newChart returns nil if there is nothing to show.
func newChart(xName string, best int, lines []series, log bool) *chart {
	var xs, ys []float64
	for _, l := range lines {
		xs, ys = append(xs, l.x...), append(ys, l.y...)
	}
	x, okX := newAxis(xs, false)
	y, okY := newAxis(ys, log)
	if !okX || !okY {
		return nil
	}
	c := &chart{Axes: axes{Left: curveLeft, Right: curveWidth - curveRight, Top: curveTop, Bottom: curveHeight - curveBottom, XName: xName}}
	a := &c.Axes
	x.from, x.to = float64(a.Left), float64(a.Right)
	y.from, y.to = float64(a.Bottom), float64(a.Top)
	a.Y = y.marks(6)
	for _, m := range x.ticks(7) {
		if m == math.Trunc(m) {
			a.X = append(a.X, mark{place(x.at(m)), tickOfCount(m)})
		}
	}
	for _, l := range lines {
		if len(l.x) > 0 {
			c.Lines = append(c.Lines, l.draw(l.line, x, y))
		}
	}
	if best > 0 && x.lo <= float64(best) && float64(best) <= x.hi {
		c.Best = fmt.Sprintf("M%s %dV%d", place(x.at(float64(best))), a.Top, a.Bottom)
	}
	return c
}

func tickOfCount(v float64) string {
	if math.Abs(v) >= 1e5 {
		return si.Text(v, "")
	}
	return fmt.Sprintf("%.0f", v)
}

// draw returns the line. Of very many points it shows the least and the largest of each part.
func (s series) draw(i int, x, y axis) polyline {
	out := polyline{Class: fmt.Sprint("line", i), Dot: fmt.Sprint("dot", i)}
	var b strings.Builder
	pen := "M"
	put := func(i int) {
		if !y.shows(s.y[i]) {
			pen = "M"
			return
		}
		b.WriteString(pen + place(x.at(s.x[i])) + " " + place(y.at(s.y[i])))
		pen = "L"
		if len(s.x) <= 60 {
			out.Dots = append(out.Dots, dot{place(x.at(s.x[i])), place(y.at(s.y[i])), fmt.Sprintf("%s %.0f: %s", s.name, s.x[i], number(s.y[i]))})
		}
	}
	for _, i := range thinned(s.y, y) {
		put(i)
	}
	out.Path = b.String()
	return out
}

// thinned returns the indices of the values to draw, in order.
func thinned(values []float64, y axis) (index []int) {
	part := (len(values) + mostPoints/2 - 1) / (mostPoints / 2)
	if part <= 2 {
		for i := range values {
			index = append(index, i)
		}
		return index
	}
	for lo := 0; lo < len(values); lo += part {
		least, most := -1, -1
		for i := lo; i < min(lo+part, len(values)); i++ {
			if !y.shows(values[i]) {
				continue
			}
			if least < 0 || values[i] < values[least] {
				least = i
			}
			if most < 0 || values[i] > values[most] {
				most = i
			}
		}
		switch {
		case least < 0:
			index = append(index, lo) // a gap
		case least == most:
			index = append(index, least)
		default:
			index = append(index, min(least, most), max(least, most))
		}
	}
	return index
}

// epochTable has a row for each epoch, or for some if there are very many.
func epochTable(h *train.History, ofLoss string) *table {
	t := &table{Head: []column{{"epoch", true}, {"steps", true}, {"loss" + ofLoss, true}, {"validation" + ofLoss, true}}}
	var names []string
	for _, m := range h.Last().Metrics[:min(len(h.Last().Metrics), mostMetrics)] {
		names = append(names, m.Name)
		t.Head = append(t.Head, column{clipped(m.Name, 60), true})
	}
	t.Head = append(t.Head, column{"rate", true}, column{"time", true})
	n := len(h.Epochs)
	every := (n + mostEpochs - 1) / mostEpochs
	for i, e := range h.Epochs {
		if i%every != 0 && i != n-1 && e.Epoch != h.Best {
			continue
		}
		epoch := fmt.Sprint(e.Epoch)
		if e.Epoch == h.Best {
			epoch += " (best)"
		}
		row := []string{epoch, grouped(int64(e.Step)), number(e.Loss), ""}
		if e.Validation != nil {
			row[3] = number(*e.Validation)
		}
		for _, name := range names {
			v, ok := e.Metric(name)
			if text := number(v); ok {
				row = append(row, text)
			} else {
				row = append(row, "")
			}
		}
		t.Rows = append(t.Rows, append(row, number(e.LearningRate), durationText(e.Duration)))
	}
	t.Omitted = omitted(len(t.Rows), n, "epochs")
	return t
}

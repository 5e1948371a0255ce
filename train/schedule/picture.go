package schedule

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"math"
	"strconv"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Curve is a schedule with a title, to be drawn.
type Curve struct {
	Title    string
	Schedule Schedule
	// Moment changes the Moments for which the schedule is asked, such as what was measured;
	// nil for nothing to change.
	Moment func(m *Moment)
}

// The size of a panel and its margins, in pixels.
const (
	panelWidth, panelHeight = 240, 150
	panelLeft, panelRight   = 52, 12
	panelTop, panelBottom   = 30, 26
	panelsInRow             = 3
)

// style has the colours, for pages with a light and a dark background.
const style = `<style>
text{fill:#24292f}.grid{stroke:#d0d7de}.line{stroke:#0969da}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}.line{stroke:#58a6ff}}
</style>
`

// WriteSVG draws the rates of schedules over a training of the given number of steps, each
// in a panel of its own, and writes the picture to out as SVG. A training of steps steps has
// one step an epoch here. The background is transparent, and the colours follow the light or
// dark scheme of the page. Rates that are not finite are left out.
//
// Errors: ErrOption for a nil out, fewer than two steps, no curves, and settings that
// Validate refuses; those of out.
func WriteSVG(out io.Writer, steps int, curves ...Curve) error {
	switch {
	case mistake.IsNil(out):
		return mistake.Optionf("schedule: WriteSVG: got a nil writer, want a value")
	case steps < 2:
		return mistake.Optionf("schedule: WriteSVG: got %d steps, want at least 2", steps)
	case len(curves) == 0:
		return mistake.Optionf("schedule: WriteSVG: got no curves, want one or more")
	}
	for _, c := range curves {
		if err := Validate(c.Schedule); err != nil {
			return errors.Wrapf(err, "schedule: WriteSVG: %q", c.Title)
		}
	}
	rows := (len(curves) + panelsInRow - 1) / panelsInRow
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n"+style,
		min(len(curves), panelsInRow)*panelWidth, rows*panelHeight)
	for i, c := range curves {
		c.draw(w, i%panelsInRow*panelWidth, i/panelsInRow*panelHeight, steps)
	}
	fmt.Fprintln(w, "</svg>")
	return errors.Wrap(w.Flush(), "schedule: WriteSVG")
}

// draw draws one panel, whose corner is at left and top.
func (c Curve) draw(w io.Writer, left, top, steps int) {
	rates, most := make([]float64, steps), 0.0
	for i := range rates {
		m := Moment{Step: i, Steps: steps, Epoch: i, Epochs: steps}
		if c.Moment != nil {
			c.Moment(&m)
		}
		if rates[i] = c.Schedule.At(m); isFinite(rates[i]) {
			most = max(most, rates[i])
		}
	}
	if most == 0 {
		most = 1
	}
	bottom, right := top+panelHeight-panelBottom, left+panelWidth-panelRight
	x := func(i int) float64 {
		return float64(left+panelLeft) + float64(i)/float64(steps-1)*(panelWidth-panelLeft-panelRight)
	}
	y := func(v float64) float64 {
		return float64(bottom) - v/most*(panelHeight-panelTop-panelBottom)
	}
	fmt.Fprintf(w, `<text x="%d" y="%d" font-size="13">%s</text>`+"\n", left+panelLeft, top+18, html.EscapeString(c.Title))
	for _, v := range []float64{0, most / 2, most} {
		fmt.Fprintf(w, `<path d="M%d %.1fH%d" class="grid"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
			left+panelLeft, y(v), right, left+panelLeft-6, y(v)+4, strconv.FormatFloat(v, 'g', 2, 64))
	}
	for _, i := range []int{0, steps / 2, steps - 1} {
		fmt.Fprintf(w, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n", x(i), bottom+16, i)
	}
	fmt.Fprint(w, `<polyline class="line" fill="none" stroke-width="2" points="`)
	for i, v := range rates {
		if isFinite(v) {
			fmt.Fprintf(w, "%.1f,%.1f ", x(i), y(v))
		}
	}
	fmt.Fprint(w, `"/>`+"\n")
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

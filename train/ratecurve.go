package train

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// RateCurve is what FindRate has found: for each step its learning rate, and its loss before
// it. A nil RateCurve has no steps.
type RateCurve struct {
	Rates    []float64
	Losses   []float64 // of the batches
	Smoothed []float64 // see FindRate
	Diverged bool      // the sweep ended early, because the loss grew or was not finite
}

// add notes a step. It reports whether the loss diverges.
func (c *RateCurve) add(rate, loss, smoothed, diverge float64) bool {
	best := smoothed
	for _, v := range c.Smoothed {
		best = min(best, v)
	}
	c.Rates, c.Losses, c.Smoothed = append(c.Rates, rate), append(c.Losses, loss), append(c.Smoothed, smoothed)
	c.Diverged = smoothed > best+(diverge-1)*math.Abs(best)
	return c.Diverged
}

// Suggested returns the rate at which the smoothed loss falls fastest, by the logarithm of
// the rate, before it is smallest. It is usually a good one for the whole training. The slope
// at a step is that of the straight line through a tenth of the curve on both sides, by least
// squares, so single batches do not decide.
//
// It is NaN if there is no such rate: the loss falls nowhere, as with a model that is trained
// already, or there are fewer than three steps. WriteSVG writes which it is.
func (c *RateCurve) Suggested() float64 {
	if c == nil {
		return math.NaN()
	}
	lowest := 0
	for i, v := range c.Smoothed {
		if v < c.Smoothed[lowest] {
			lowest = i
		}
	}
	n := len(c.Smoothed)
	half := max(1, n/10)
	rate, steepest := math.NaN(), 0.0
	for i := half; i < n-half && i <= lowest; i++ {
		slope := 0.0 // up to a factor: the rates grow by the same factor at every step
		for k := -half; k <= half; k++ {
			slope += float64(k) * c.Smoothed[i+k]
		}
		if slope < steepest {
			rate, steepest = c.Rates[i], slope
		}
	}
	return rate
}

// unsuggested says why Suggested is NaN.
func (c *RateCurve) unsuggested() string {
	switch n := len(c.Smoothed); {
	case n < 3:
		return fmt.Sprintf("no rate suggested: %d steps, want 3 or more", n)
	case c.Diverged:
		return "no rate suggested: the loss grows from the start"
	}
	return "no rate suggested: the loss falls nowhere"
}

// WriteSVG draws the loss by the learning rate, with a logarithmic axis of the rates, and
// writes the picture to out as SVG, 720 by 400 pixels. One line is the smoothed loss, a
// thinner one that of the batches. A vertical line is at Suggested. If there is no such rate,
// a line of text says why.
// The background is transparent, and the colours follow the light or dark scheme of the page.
//
// Errors: ErrOption for a nil out, and for fewer than two steps; those of out.
func (c *RateCurve) WriteSVG(out io.Writer) error {
	if mistake.IsNil(out) {
		return mistake.Optionf("train: RateCurve.WriteSVG: got a nil writer, want a value")
	}
	if c == nil || len(c.Rates) < 2 {
		return mistake.Optionf("train: RateCurve.WriteSVG: got fewer than 2 steps, want 2 or more")
	}
	lo, hi := c.Smoothed[0], c.Smoothed[0]
	for _, v := range c.Smoothed {
		lo, hi = min(lo, v), max(hi, v)
	}
	for _, v := range c.Losses { // large ones are cut off
		if v < lo && isFinite(v) {
			lo = v
		}
	}
	if room := (hi - lo) / 20; room > 0 {
		lo, hi = lo-room, hi+room
	} else {
		lo, hi = lo-1, hi+1
	}
	first, last := math.Log10(c.Rates[0]), math.Log10(c.Rates[len(c.Rates)-1])
	x := func(rate float64) float64 {
		return picLeft + (math.Log10(rate)-first)/(last-first)*(picWidth-picLeft-picRight)
	}
	y := func(v float64) float64 {
		return picHeight - picBottom - (min(max(v, lo), hi)-lo)/(hi-lo)*(picHeight-picTop-picBottom)
	}
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", picWidth, picHeight)
	fmt.Fprintf(w, style+`<text x="%d" y="22" font-size="15">Loss by learning rate</text>`+"\n", picLeft)
	for _, v := range roundValues(lo, hi) {
		fmt.Fprintf(w, `<path d="M%d %.1fH%d" class="grid"/><text x="%d" y="%.1f" text-anchor="end">%.3g</text>`+"\n", picLeft, y(v), picWidth-picRight, picLeft-8, y(v)+4, v)
	}
	for _, v := range ticks(first, last) {
		fmt.Fprintf(w, `<path d="M%.1f %dV%d" class="grid"/><text x="%.1f" y="%d" text-anchor="middle">%.3g</text>`+"\n",
			x(v), picTop, picHeight-picBottom, x(v), picHeight-picBottom+18, v)
	}
	fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="middle">learning rate</text>`+"\n", (picLeft+picWidth-picRight)/2, picHeight-12)
	for i, list := range [][]float64{c.Losses, c.Smoothed} {
		look := [...]string{`class="line0" stroke-width="1" stroke-opacity="0.4"`, `class="line0" stroke-width="2"`}[i]
		fmt.Fprintf(w, `<polyline %s fill="none" points="`, look)
		for k, v := range list {
			if isFinite(v) {
				fmt.Fprintf(w, "%.1f,%.1f ", x(c.Rates[k]), y(v))
			}
		}
		fmt.Fprint(w, `"/>`+"\n")
	}
	if rate := c.Suggested(); isFinite(rate) {
		fmt.Fprintf(w, `<path d="M%.1f %dV%d" class="line1" stroke-width="2"/>`+"\n", x(rate), picTop, picHeight-picBottom)
		fmt.Fprintf(w, `<text x="%d" y="22" text-anchor="end">suggested: %.2g</text>`+"\n", picWidth-picRight, rate)
	} else {
		fmt.Fprintf(w, `<text x="%d" y="22" text-anchor="end">%s</text>`+"\n", picWidth-picRight, c.unsuggested())
	}
	fmt.Fprintln(w, "</svg>")
	return errors.Wrap(w.Flush(), "train: RateCurve.WriteSVG")
}

// roundValues returns about five round values between lo and hi.
func roundValues(lo, hi float64) (out []float64) {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/2)))
	for _, f := range []float64{5, 2} {
		if (hi-lo)/(step*f) >= 3 {
			step *= f
			break
		}
	}
	for i := math.Ceil(lo / step); i*step <= hi; i++ {
		out = append(out, i*step+0) // -0 becomes 0
	}
	return out
}

package train

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// The size of a picture and its margins, in pixels.
const (
	picWidth, picHeight = 720, 400
	picLeft, picRight   = 70, 20
	picTop, picBottom   = 40, 50
	picRates            = 50 // for the axis of the learning rate
)

// style has the colours of a picture, for pages with a light and a dark background.
const style = `<style>
text{fill:#24292f}.grid{stroke:#d0d7de}.line0{stroke:#0969da}.line1{stroke:#bc4c00}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}.line0{stroke:#58a6ff}.line1{stroke:#f0883e}}
</style>
`

// WriteSVG draws the losses by epoch on a logarithmic axis and writes the picture to
// out as SVG, 720 by 400 pixels. There is a line for the training loss, and one for the
// validation loss if there is one. If the learning rate changes, a grey line shows it, on
// a linear axis on the right that begins at 0. Its rates are those of Steps, or else those
// of the last step of each epoch. The background is transparent, and the colours
// follow the light or dark scheme of the page.
//
// Errors: ErrOption for a nil out, and for a history without a finite loss above 0;
// those of out.
func (h *History) WriteSVG(out io.Writer) error {
	if mistake.IsNil(out) {
		return mistake.Optionf("train: History.WriteSVG: got a nil writer, want a value")
	}
	lines := [][]float64{h.Losses()}
	if len(h.Validations()) > 0 {
		lines = append(lines, h.validationOfEach())
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		for _, v := range l {
			if v > 0 && !math.IsInf(v, 0) {
				lo, hi = min(lo, math.Log10(v)), max(hi, math.Log10(v))
			}
		}
	}
	if lo > hi {
		return mistake.Optionf("train: History.WriteSVG: got %d epochs, want one with a finite loss above 0", len(h.epochs()))
	}
	if hi-lo < 0.1 {
		lo, hi = lo-0.05, hi+0.05
	}
	w := bufio.NewWriter(out)
	rates, most := h.rates()
	right := picWidth - picRight
	if rates != nil {
		right -= picRates
	}
	n := len(h.epochs())
	x := func(epoch int) float64 {
		return picLeft + float64(epoch-1)/float64(max(n-1, 1))*float64(right-picLeft)
	}
	y := func(v float64) float64 {
		return picHeight - picBottom - (math.Log10(v)-lo)/(hi-lo)*(picHeight-picTop-picBottom)
	}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", picWidth, picHeight)
	fmt.Fprintf(w, style+`<text x="%d" y="22" font-size="15">Loss by epoch</text>`+"\n", picLeft)
	for _, v := range ticks(lo, hi) {
		fmt.Fprintf(w, `<path d="M%d %.1fH%d" class="grid"/><text x="%d" y="%.1f" text-anchor="end">%.3g</text>`+"\n", picLeft, y(v), right, picLeft-8, y(v)+4, v)
	}
	step := max(1, (n+9)/10)
	for e := 1; e <= n; e += step {
		fmt.Fprintf(w, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n", x(e), picHeight-picBottom+18, e)
	}
	fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="middle">epoch</text>`+"\n", (picLeft+right)/2, picHeight-12)
	if rates != nil {
		drawRates(w, rates, most, n, right)
	}
	for i, l := range lines {
		drawLine(w, l, i, right, x, y)
	}
	fmt.Fprintln(w, "</svg>")
	return errors.Wrap(w.Flush(), "train: History.WriteSVG")
}

func drawLine(w io.Writer, l []float64, i, right int, x func(int) float64, y func(float64) float64) {
	name := [...]string{"training", "validation"}[i]
	fmt.Fprintf(w, `<polyline class="line%d" fill="none" stroke-width="2" points="`, i)
	for e, v := range l {
		if v > 0 && !math.IsInf(v, 0) {
			fmt.Fprintf(w, "%.1f,%.1f ", x(e+1), y(v))
		}
	}
	fmt.Fprintf(w, `"/><path d="M%d %dh18" class="line%d" stroke-width="3"/><text x="%d" y="%d">%s</text>`+"\n",
		right-110, 17+16*i, i, right-86, 21+16*i, name)
}

// validationOfEach returns the validation loss of each epoch, NaN for none.
func (h *History) validationOfEach() []float64 {
	out := make([]float64, len(h.epochs()))
	for i, e := range h.epochs() {
		out[i] = math.NaN()
		if e.Validation != nil {
			out[i] = *e.Validation
		}
	}
	return out
}

// rateAt is a learning rate and where it belongs, in epochs.
type rateAt struct{ epoch, rate float64 }

// rates returns the learning rates and the largest one; nil if all are equal.
func (h *History) rates() (list []rateAt, most float64) {
	before := 0
	steps := h.Steps
	for i, e := range h.epochs() {
		for len(steps) > 0 && steps[0].Step <= e.Step {
			if i > 0 || steps[0].Step == e.Step { // the picture begins at the end of the first epoch
				at := float64(i) + float64(steps[0].Step-before)/float64(max(e.Step-before, 1))
				list = append(list, rateAt{at, steps[0].Rate})
			}
			steps = steps[1:]
		}
		if len(h.Steps) == 0 {
			list = append(list, rateAt{float64(i + 1), e.LearningRate})
		}
		before = e.Step
	}
	vary := false
	for _, r := range list {
		vary = vary || r.rate != list[0].rate
		most = max(most, r.rate)
	}
	if !vary || !isFinite(most) {
		return nil, 0
	}
	return list, most
}

// rateStyle has the colours of the learning rate.
const rateStyle = `<style>.line2{stroke:#8c959f}@media (prefers-color-scheme:dark){.line2{stroke:#6e7681}}</style>
`

// drawRates draws the learning rates and their axis, right of a picture with n epochs.
func drawRates(w io.Writer, list []rateAt, most float64, n, right int) {
	x := func(epoch float64) float64 {
		return picLeft + max(epoch-1, 0)/float64(max(n-1, 1))*float64(right-picLeft)
	}
	y := func(rate float64) float64 {
		return picHeight - picBottom - rate/most*(picHeight-picTop-picBottom)
	}
	fmt.Fprint(w, rateStyle)
	for _, part := range []float64{0, 0.5, 1} {
		fmt.Fprintf(w, `<text x="%d" y="%.1f">%.2g</text>`+"\n", right+8, y(part*most)+4, part*most)
	}
	fmt.Fprint(w, `<polyline class="line2" fill="none" stroke-width="1.5" points="`)
	for i, r := range list {
		if many := len(list)/picWidth + 1; i%many == 0 || i == len(list)-1 {
			fmt.Fprintf(w, "%.1f,%.1f ", x(r.epoch), y(r.rate))
		}
	}
	fmt.Fprintf(w, `"/><path d="M%d 17h18" class="line2" stroke-width="3"/><text x="%d" y="21">learning rate</text>`+"\n", right-230, right-206)
}

// ticks returns round values between 10^lo and 10^hi: 1, 2 and 5 times powers of ten,
// or only the powers where there are many.
func ticks(lo, hi float64) []float64 {
	factors := []float64{1, 2, 5}
	if hi-lo > 3 {
		factors = factors[:1]
	}
	var out []float64
	for e := math.Floor(lo); e <= hi; e++ {
		for _, f := range factors {
			if v := f * math.Pow(10, e); math.Log10(v) >= lo && math.Log10(v) <= hi {
				out = append(out, v)
			}
		}
	}
	return out
}

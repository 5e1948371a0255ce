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
)

// style has the colours of a picture, for pages with a light and a dark background.
const style = `<style>
text{fill:#24292f}.grid{stroke:#d0d7de}.line0{stroke:#0969da}.line1{stroke:#bc4c00}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}.line0{stroke:#58a6ff}.line1{stroke:#f0883e}}
</style>
`

// WriteSVG draws the losses by epoch on a logarithmic axis and writes the picture to
// out as SVG, 720 by 400 pixels. There is a line for the training loss, and one for the
// validation loss if there is one. The background is transparent, and the colours
// follow the light or dark scheme of the page.
//
// Errors: ErrOption for a nil out, and for a history without a finite loss above 0;
// those of out.
func (h *History) WriteSVG(out io.Writer) error {
	if isNil(out) {
		return mistake.Optionf("train: History.WriteSVG: got a nil writer, want a value")
	}
	lines := [][]float64{h.Losses()}
	if v := h.Validations(); len(v) > 0 {
		lines = append(lines, v)
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
	n := len(h.epochs())
	x := func(epoch int) float64 {
		return picLeft + float64(epoch-1)/float64(max(n-1, 1))*(picWidth-picLeft-picRight)
	}
	y := func(v float64) float64 {
		return picHeight - picBottom - (math.Log10(v)-lo)/(hi-lo)*(picHeight-picTop-picBottom)
	}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", picWidth, picHeight)
	fmt.Fprintf(w, style+`<text x="%d" y="22" font-size="15">Loss by epoch</text>`+"\n", picLeft)
	for _, v := range ticks(lo, hi) {
		fmt.Fprintf(w, `<path d="M%d %.1fH%d" class="grid"/><text x="%d" y="%.1f" text-anchor="end">%.3g</text>`+"\n", picLeft, y(v), picWidth-picRight, picLeft-8, y(v)+4, v)
	}
	step := max(1, (n+9)/10)
	for e := 1; e <= n; e += step {
		fmt.Fprintf(w, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n", x(e), picHeight-picBottom+18, e)
	}
	fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="middle">epoch</text>`+"\n", (picLeft+picWidth-picRight)/2, picHeight-12)
	for i, l := range lines {
		drawLine(w, l, i, x, y)
	}
	fmt.Fprintln(w, "</svg>")
	return errors.Wrap(w.Flush(), "train: History.WriteSVG")
}

func drawLine(w io.Writer, l []float64, i int, x func(int) float64, y func(float64) float64) {
	name := [...]string{"training", "validation"}[i]
	fmt.Fprintf(w, `<polyline class="line%d" fill="none" stroke-width="2" points="`, i)
	for e, v := range l {
		if v > 0 && !math.IsInf(v, 0) {
			fmt.Fprintf(w, "%.1f,%.1f ", x(e+1), y(v))
		}
	}
	fmt.Fprintf(w, `"/><path d="M%d %dh18" class="line%d" stroke-width="3"/><text x="%d" y="%d">%s</text>`+"\n",
		picWidth-130, 17+16*i, i, picWidth-106, 21+16*i, name)
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

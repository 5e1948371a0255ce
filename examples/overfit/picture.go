package main

import (
	"bytes"
	"fmt"
	"math"
)

// The part of the picture with the lines, in pixels, and the losses that it shows.
const (
	left, right, top, bottom = 60, 560, 40, 360
	lowest, highest          = 0.3, 2.0
)

// colours are those of the lines, for pages with a light background and with a dark one.
var colours = [][2]string{{"#cf222e", "#ff7b72"}, {"#0969da", "#58a6ff"}, {"#8250df", "#d2a8ff"}, {"#bc4c00", "#f0883e"},
	{"#1a7f37", "#56d364"}, {"#6e7781", "#8b949e"}, {"#24292f", "#e6edf3"}}

// draw returns the validation losses by epoch as SVG, on a logarithmic axis.
func draw(results []result) []byte {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="720" height="400" font-family="sans-serif" font-size="12"><style>` + "\n")
	b.WriteString("text{fill:#24292f}.grid{stroke:#d0d7de}@media (prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}}\n")
	for i, c := range colours {
		fmt.Fprintf(&b, ".line%d{stroke:%s}@media (prefers-color-scheme:dark){.line%d{stroke:%s}}\n", i, c[0], i, c[1])
	}
	fmt.Fprintf(&b, "</style><text x=\"%d\" y=\"22\" font-size=\"15\">Validation loss by epoch</text>\n", left)
	most := 0
	for _, r := range results {
		most = max(most, len(r.history.Epochs))
	}
	x := func(epoch int) float64 { return left + float64(epoch-1)/float64(most-1)*(right-left) }
	y := func(v float64) float64 {
		return bottom - math.Log(min(v, highest)/lowest)/math.Log(highest/lowest)*(bottom-top)
	}
	for _, v := range []float64{0.3, 0.5, 1, 2} {
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" class="grid"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n", left, y(v), right, left-8, y(v)+4, v)
	}
	for epoch := 25; epoch <= most; epoch += 25 {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`, x(epoch), bottom+18, epoch)
	}
	for i, r := range results {
		fmt.Fprintf(&b, "\n"+`<polyline class="line%d" fill="none" stroke-width="1.5" points="`, i)
		for e, v := range r.history.Validations() {
			fmt.Fprintf(&b, "%.1f,%.1f ", x(e+1), y(v))
		}
		fmt.Fprintf(&b, `"/><path d="M%d %dh18" class="line%d" stroke-width="3"/><text x="%d" y="%d">%s</text>`, right+20, top+22*i, i, right+44, top+22*i+4, r.name)
		if best := r.history.Best; r.fit.Stop != nil && best > 0 {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4" class="line%d" fill="none" stroke-width="2"/>`, x(best), y(r.history.Validations()[best-1]), i)
		}
	}
	fmt.Fprintf(&b, "\n"+`<text x="%d" y="%d" text-anchor="middle">epoch; a circle is where early stopping found the best</text>`+"\n</svg>\n", (left+right)/2, bottom+34)
	return b.Bytes()
}

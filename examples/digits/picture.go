package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/symgrad/symgrad/train"
)

// draw writes the picture: some test digits with what the model reads in them, and
// the loss curve below.
func draw(path string, h *train.History, shown []prediction) error {
	var curve bytes.Buffer
	if err := h.WriteSVG(&curve); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="720" height="540" viewBox="0 0 720 540" font-family="sans-serif" font-size="13">` + "\n")
	for i, p := range shown {
		drawDigit(&b, 70+108*i, p)
	}
	b.WriteString(strings.Replace(curve.String(), "<svg ", `<svg y="140" `, 1))
	b.WriteString("</svg>\n")
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// drawDigit draws 8 by 8 squares of 11 pixels, as dark as the pixels are, and the
// prediction below.
func drawDigit(b *strings.Builder, left int, p prediction) {
	fmt.Fprintf(b, `<svg x="%d" y="12" width="88" height="88" viewBox="0 0 8 8" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h8v8h-8z"/>`, left)
	for i, v := range p.pixels {
		if v > 0 {
			fmt.Fprintf(b, `<path opacity="%.2g" d="M%d %dh1v1h-1z"/>`, v/16, i%8, i/8)
		}
	}
	fmt.Fprintf(b, `</svg><text x="%d" y="120" text-anchor="middle">%d (%.0f %%)</text>`+"\n", left+44, p.digit, 100*p.probability)
}

package main

import (
	"fmt"
	"math"
	"os"
	"strings"
)

// deviation is the standard deviation of a cluster on each axis.
const deviation = 0.1

// quality returns the share of points that are within three deviations of a cluster, and
// the number of clusters that have one point in twenty or more.
func quality(points []float64) (near float64, found int) {
	var counts [8]int
	for i := 0; i < len(points); i += 2 {
		x, y := points[i], points[i+1]
		k := (int(math.Round(math.Atan2(y, x)/(math.Pi/4))) + 8) % 8
		sin, cos := math.Sincos(float64(k) * math.Pi / 4)
		if math.Hypot(x-2*cos, y-2*sin) < 3*deviation {
			counts[k]++
		}
	}
	n := len(points) / 2
	for _, c := range counts {
		near += float64(c) / float64(n)
		if c >= n/20 {
			found++
		}
	}
	return near, found
}

// draw writes two pictures, side by side: the real points and those of the generator.
func draw(path string, real, made []float64) error {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="720" height="380" viewBox="0 0 720 380" font-family="sans-serif" font-size="14" text-anchor="middle">` + "\n")
	b.WriteString(`<path fill="#fff" d="M0 0h720v380h-720z"/><text x="180" y="24">real</text><text x="540" y="24">made</text>` + "\n")
	for i, points := range [][]float64{real, made} {
		fmt.Fprintf(&b, `<svg x="%d" y="30" width="340" height="340" viewBox="-3 -3 6 6" fill="%s" fill-opacity="0.4">`+"\n", 10+360*i, []string{"#0969da", "#bc4c00"}[i])
		for k := 0; k < len(points); k += 2 {
			fmt.Fprintf(&b, `<circle cx="%.2f" cy="%.2f" r="0.03"/>`, points[k], -points[k+1])
		}
		b.WriteString("\n</svg>\n")
	}
	b.WriteString("</svg>\n")
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
